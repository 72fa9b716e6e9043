package modem

import (
	"context"
	"encoding/json"
	"sync"
)

// A Memory keeps what the pool has learnt of modems and SIMs over restarts: a
// few hundred octets under a key such as "pin/8944…".
type Memory interface {
	// Recall returns what was remembered, nil where there is nothing.
	Recall(ctx context.Context, key string) ([]byte, error)
	// Remember returns nil when value is on disk; a nil value forgets.
	Remember(ctx context.Context, key string, value []byte) error
}

// forgetful is a Memory that lasts as long as the process.
type forgetful struct {
	mu sync.Mutex
	m  map[string][]byte
}

func (f *forgetful) Recall(_ context.Context, key string) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.m[key], nil
}

func (f *forgetful) Remember(_ context.Context, key string, value []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if value == nil {
		delete(f.m, key)
		return nil
	}
	if f.m == nil {
		f.m = map[string][]byte{}
	}
	f.m[key] = value
	return nil
}

// recall reads what was remembered into v, and leaves v as it is where there
// is nothing.
func (p *Pool) recall(ctx context.Context, key string, v any) error {
	ctx, cancel := context.WithTimeout(ctx, memoryLimit)
	defer cancel()
	b, err := p.cfg.Memory.Recall(ctx, key)
	if err != nil || b == nil {
		return err
	}
	return json.Unmarshal(b, v)
}

func (p *Pool) remember(ctx context.Context, key string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return p.keep(ctx, key, b)
}

// keep remembers octets; nil forgets.
func (p *Pool) keep(ctx context.Context, key string, b []byte) error {
	ctx, cancel := context.WithTimeout(ctx, memoryLimit)
	defer cancel()
	return p.cfg.Memory.Remember(ctx, key, b)
}

package modem_test

import (
	"context"
	"sync"

	"github.com/pigeon-sms/pigeon/sms"
)

func smsNumber(s string) sms.Number { return sms.Number(s) }

// remembering is a Memory that outlives a pool.
type remembering struct {
	mu   sync.Mutex
	m    map[string][]byte
	fail error // of the next calls
}

func (f *remembering) Recall(_ context.Context, key string) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.m[key], f.fail
}

func (f *remembering) Remember(_ context.Context, key string, value []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fail != nil {
		return f.fail
	}
	if f.m == nil {
		f.m = map[string][]byte{}
	}
	f.m[key] = value
	if value == nil {
		delete(f.m, key)
	}
	return nil
}

func (f *remembering) get(key string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return string(f.m[key])
}

func (f *remembering) setFail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fail = err
}

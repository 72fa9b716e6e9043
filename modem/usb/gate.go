package usb

import (
	"fmt"
	"os"
	"sync"
)

// A gate counts the calls that use a descriptor, so that it can be closed when
// none is left.
type gate struct {
	path string // for the errors

	mu     sync.Mutex
	closed bool
	users  sync.WaitGroup // none is added once closed
}

// enter counts a call in. If it returns no error the call must leave.
func (g *gate) enter(op string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return fmt.Errorf("%s %s: %w", op, g.path, os.ErrClosed)
	}
	g.users.Add(1)
	return nil
}

func (g *gate) leave() { g.users.Done() }

// shut keeps others from entering.
func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
}

// wait returns when all have left. Before that, shut must be called.
func (g *gate) wait() { g.users.Wait() }

func (g *gate) isClosed() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.closed
}

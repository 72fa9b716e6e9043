package store

import (
	"context"
	"slices"
	"sync"

	"github.com/pigeon-sms/pigeon/sms"
)

// maxBatch bounds a batch, in operations: what one commit keeps in memory.
const maxBatch = 256

// A group makes callers share commits. Callers queue; one of them leads, takes
// all that stand in the queue, commits them as one, and hands the lead to one
// of those that have queued meanwhile. Nobody waits for others to come.
//
//	         ┌─ nobody leads ─────────────▶ leads ─┐
//	queued ──┤                                     ├─▶ done
//	         ├─ the leader hands over ────▶ leads ─┤
//	         ├─ the leader took it along ──────────┘
//	         └─ its caller leaves ─▶ gone
type group struct {
	commit func(batch []*op) // sets every op's err

	mu      sync.Mutex // guards what follows
	queue   []*op
	leading bool
	broken  error         // why nothing may be written any more
	idle    chan struct{} // made by close; closed when nobody leads any more
}

// An op is one caller's write.
type op struct {
	run  func(*txn) error // may run more than once
	err  error            // set before wake is closed
	lead bool             // guarded by group.mu; set before wake is closed
	wake chan struct{}    // closed when it is done or is to lead
}

// do runs a write in a transaction and returns when it is on disk. A ctx that
// ends takes it back only while it stands in the queue.
func (g *group) do(ctx context.Context, run func(*txn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	o := &op{run: run, wake: make(chan struct{})}
	g.mu.Lock()
	if err := g.refusal(); err != nil {
		g.mu.Unlock()
		return err
	}
	g.queue = append(g.queue, o)
	first := !g.leading
	g.leading = true
	g.mu.Unlock()

	if !first {
		select {
		case <-o.wake:
		case <-ctx.Done():
			if g.leave(o) {
				return ctx.Err()
			}
			<-o.wake
		}
		if !o.lead {
			return o.err
		}
	}
	g.batch(o)
	return o.err
}

// leave takes an op out of the queue; false when it is in a batch already.
func (g *group) leave(o *op) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	i := slices.Index(g.queue, o)
	if i < 0 {
		return false
	}
	g.queue = slices.Delete(g.queue, i, i+1)
	if o.lead {
		g.handOn()
	}
	return true
}

// batch commits what stands in the queue, the leader's own op first.
func (g *group) batch(leader *op) {
	g.mu.Lock()
	n := min(len(g.queue), maxBatch)
	batch := slices.Clone(g.queue[:n])
	g.queue = slices.Delete(g.queue, 0, n)
	g.mu.Unlock()

	whole := false
	defer func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		if !whole { // a panic passes through: nobody may go on as if nothing had been
			g.broken = ErrBroken
			for _, o := range batch {
				o.err = ErrBroken
			}
		}
		for _, o := range batch {
			if o != leader {
				close(o.wake)
			}
		}
		g.handOn()
	}()
	g.commit(batch)
	whole = true
}

// handOn gives the lead to the first in the queue. The caller holds mu.
func (g *group) handOn() {
	if len(g.queue) > 0 {
		o := g.queue[0]
		o.lead = true
		close(o.wake)
		return
	}
	g.leading = false
	if g.idle != nil {
		close(g.idle)
	}
}

// refusal is what a new op is answered. The caller holds mu.
func (g *group) refusal() error {
	if g.broken == nil && g.idle != nil {
		return sms.ErrClosed
	}
	return g.broken
}

// fail refuses all writes from now on, those in the queue too.
func (g *group) fail(err error) {
	g.mu.Lock()
	g.broken = err
	g.mu.Unlock()
}

// failed returns what fail was told.
func (g *group) failed() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.broken
}

// ended returns why nothing is written any more; nil while it is.
func (g *group) ended() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.refusal()
}

// close refuses new writes and waits for those in the queue; false when that
// has been asked for before.
func (g *group) close() bool {
	g.mu.Lock()
	if g.idle != nil {
		g.mu.Unlock()
		return false
	}
	idle := make(chan struct{})
	g.idle = idle
	if !g.leading {
		close(idle)
	}
	g.mu.Unlock()
	<-idle
	return true
}

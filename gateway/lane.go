package gateway

import (
	"context"
	"errors"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// A flight is one message on its way out by one way.
type flight struct {
	e *entry
	b sms.Begin // as the dispatcher reckoned it, and once begun as it was written

	expires time.Time    // steady; zero: it does not
	m       *sms.Message // nil: it is not begun
	n       int          // which attempt it is, from 1
}

// fly carries a message over a way, and after it those the dispatcher has for
// that way next: the end of one attempt and the beginning of the next are one
// transaction, so between two messages a way waits for the disk once.
func (d *dispatcher) fly(ctx context.Context, f *flight) {
	if f.m == nil && !d.begin(ctx, f) {
		return
	}
	for f != nil {
		f = d.carry(ctx, f)
	}
}

// begin writes that a flight begins; false where it does not.
func (d *dispatcher) begin(ctx context.Context, f *flight) bool {
	m, st, err := d.g.store.ByNum(ctx, f.e.num)
	if err == nil {
		b, ok := resume(f.b)(m, st)
		if !ok {
			d.drop(f)
			return false
		}
		st, err = d.g.store.Begin(ctx, f.e.num, b)
	}
	if err != nil {
		d.ground(ctx, f, err)
		return false
	}
	d.begun(f, m, st)
	return true
}

// resume is the Start of an attempt that goes on behind the segments the same
// way has sent before, with the same SIM: a phone puts no message together whose
// parts come from two numbers.
func resume(b sms.Begin) sms.Start {
	return func(_ *sms.Message, st *sms.Status) (sms.Begin, bool) {
		if st.Event.State != sms.Queued {
			return b, false
		}
		if st.Way == b.Way && st.Net == b.Net {
			b.First = len(st.Refs)
			b.Segments -= b.First
		}
		return b, true
	}
}

// begun enters what was written of a flight's beginning.
func (d *dispatcher) begun(f *flight, m *sms.Message, st *sms.Status) {
	m.Expires = f.expires
	f.m, f.n = m, st.Event.Attempt
	f.b.First = st.Event.Sent
	f.b.Segments -= f.b.First
	d.g.ledger.undo(f.b, f.b.First) // those were counted when they were begun
}

// drop gives up a flight whose message waits no longer: it was accepted while
// Run was loading and entered twice, or a report has settled it.
func (d *dispatcher) drop(f *flight) {
	d.g.ledger.undo(f.b, f.b.Segments)
	d.g.tell(func(d *dispatcher) { d.q.remove(f.e); d.free(f.b.Way, unsaid) })
}

// ground gives back a flight that could not be begun.
func (d *dispatcher) ground(ctx context.Context, f *flight, err error) {
	d.g.ledger.undo(f.b, f.b.Segments)
	d.postpone(ctx, f.e, err)
	d.g.tell(func(d *dispatcher) { d.free(f.b.Way, unsaid) })
}

// free enters that an attempt of a way is over.
func (d *dispatcher) free(way string, note func(*load)) {
	l := d.load[way]
	l.busy--
	note(&l)
	d.load[way] = l
}

// unsaid is for an attempt that says nothing about its way.
func unsaid(*load) {}

// next says that a flight has landed and its way is free again, and returns what
// the dispatcher has for that; nil for nothing. What was sent gives up its turn.
func (d *dispatcher) next(f *flight, sent bool, note func(*load)) *flight {
	way, reply := f.b.Way, make(chan *flight, 1)
	d.g.tell(func(d *dispatcher) {
		d.free(way, note)
		if sent {
			d.q.passTurn(f.e)
		}
		d.takers[way] = append(d.takers[way], reply)
	})
	return d.await(reply)
}

// await waits for the dispatcher's answer, which never comes once its loop has
// ended.
func (d *dispatcher) await(reply <-chan *flight) *flight {
	select {
	case f := <-reply:
		return f
	case <-d.g.over:
	}
	select {
	case f := <-reply: // it came first
		return f
	default:
		return nil
	}
}

// launch sends a flight off: to one who waits for the way's next, else on a
// goroutine of its own. It is called by the dispatcher.
func (d *dispatcher) launch(send context.Context, f *flight) {
	switch waiting := d.takers[f.b.Way]; {
	case f.e.claim != nil:
		f.e.claim <- f
		f.e.claim = nil
		d.claims++
	case len(waiting) > 0:
		waiting[0] <- f
		d.takers[f.b.Way] = waiting[1:]
	default:
		d.flights.Go(func() { d.fly(send, f) })
	}
}

// dismiss answers those for whom there is nothing.
func (d *dispatcher) dismiss() {
	for _, waiting := range d.takers {
		for _, reply := range waiting {
			reply <- nil
		}
	}
	clear(d.takers)
}

// finish writes how a flight has ended, and in the same transaction that the
// next begins. Where the next cannot begin it is given back.
func (d *dispatcher) finish(ctx context.Context, f *flight, o sms.Outcome, next **flight) (*sms.Status, error) {
	g := d.g
	if n := *next; n != nil {
		st, m, begun, err := g.store.Turn(ctx, f.m.Num, o, g.settle, n.e.num, resume(n.b))
		switch {
		case err == nil && m == nil:
			d.drop(n)
			*next = nil
			return st, nil
		case err == nil:
			d.begun(n, m, begun)
			return st, nil
		}
		d.ground(ctx, n, err)
		*next = nil
		if errors.Is(err, sms.ErrFull) || errors.Is(err, sms.ErrBroken) {
			return nil, err
		}
	}
	return g.store.Finish(ctx, f.m.Num, o, g.settle)
}

package gateway

import (
	"math"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// claim asks for a way that would take a new message at once, so that it is
// accepted and begun in one transaction; nil where none would, or others wait.
// Whoever is given one has to say with claimed or unclaimed what came of it.
func (g *Gateway) claim(m *sms.Message, now time.Time) *flight {
	if !g.idle.Load() || m.SendAt.After(now) || !m.SendAt.IsZero() && m.Clock == sms.ClockUnset {
		return nil
	}
	reply := make(chan *flight, 1)
	var d *dispatcher
	asked := make(chan struct{})
	g.tell(func(dd *dispatcher) {
		d = dd
		d.offer(m, reply, time.Now())
		close(asked)
	})
	select {
	case <-asked:
		return d.await(reply)
	case <-g.over:
		select {
		case <-asked:
			return d.await(reply)
		default:
			return nil
		}
	}
}

// offer puts a message that is not accepted yet behind all that waits, for the
// next dispatch to find a way for, or none.
func (d *dispatcher) offer(m *sms.Message, reply chan *flight, now time.Time) {
	e := d.q.entry(&sms.Waiting{
		Num: math.MaxUint64, State: sms.Queued, Priority: m.Priority, Since: m.Accepted, Segments: m.Segments,
		To: m.To, From: m.From, Route: m.Route, Origin: m.Origin,
	}, now)
	if !d.q.unclaimed(e) {
		reply <- nil // it waits for an earlier one
		return
	}
	e.claim = reply
	d.q.place(e, now)
	d.offers = append(d.offers, e)
}

// decline takes the offers that found no way out again.
func (d *dispatcher) decline() {
	for _, e := range d.offers {
		if e.claim != nil {
			e.where = gone
			d.q.passTurn(e)
			e.claim <- nil
		}
	}
	d.offers = nil
}

// claimed says that a message has been accepted and begun by its claim.
func (g *Gateway) claimed(f *flight, m *sms.Message, lifetime time.Duration) {
	g.tell(func(d *dispatcher) {
		d.claims--
		f.e.num, f.e.moment = m.Num, wallOf(g.cfg.believed(m.Expires))
		if lifetime > 0 {
			f.e.life = d.q.steady(time.Now().Add(lifetime))
		}
		d.q.anchor(f.e)
		f.expires = d.q.time(f.e.expires)
		begun := *m
		begun.Expires = f.expires
		f.m, f.n = &begun, 1
		d.q.enter(f.e)
		d.flights.Go(func() { d.fly(d.send, f) })
	})
}

// unclaimed gives a claim back.
func (g *Gateway) unclaimed(f *flight) {
	g.ledger.undo(f.b, f.b.Segments)
	g.tell(func(d *dispatcher) {
		d.claims--
		f.e.where = gone
		d.q.passTurn(f.e)
		d.free(f.b.Way, unsaid)
	})
}

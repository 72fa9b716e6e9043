package gateway

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// carry makes one attempt, which has begun: it sends, and writes how it ended.
// It returns what the way carries next, begun too, or nil. The way is free again
// as soon as Send has returned.
func (d *dispatcher) carry(ctx context.Context, f *flight) (next *flight) {
	g, way, m := d.g, f.b.Way, f.m
	began := time.Now()
	refs, err := g.sender(way).Send(ctx, way, &sms.Attempt{Message: m, N: f.n, First: f.b.First})
	took := time.Since(began)
	next = d.next(f, err == nil, func(l *load) {
		if err == nil {
			l.took(took, len(refs))
		}
		if err == nil || refused(err).Verdict != sms.Reject { // a rejection is the message's own fault
			l.ended(err == nil, time.Now())
		}
	})

	at := *m // with its expiry as the clock shows it now
	if v := g.clock.look(); !m.Expires.IsZero() {
		at.Expires = v.wallAt(m.Expires)
	}
	o, aside := g.cfg.decide(ending{
		m: &at, begun: f.b, n: int(f.e.tries) + 1, refs: refs, err: err,
		stopped: ctx.Err() != nil, other: d.other(f.e, f.b),
		now: g.clock.now(), jitter: jitter(),
	})
	o.Clock = g.clock.mark()
	if err != nil {
		g.log.Info("attempt refused", "id", m.ID, "to", m.To.Short(), "way", way,
			"attempt", f.n, "becomes", o.State, "doubt", o.Doubt != nil, "err", err)
	}
	d.write(ctx, m.Num, func() error {
		// What became of an attempt is written even when the process is told to
		// stop: leaving it out would turn certainty into doubt.
		st, err := d.finish(context.WithoutCancel(ctx), f, o, &next)
		if err != nil {
			return err
		}
		g.count(st.Event)
		if o.State == sms.Sent {
			g.log.Info("sent", "id", m.ID, "to", m.To.Short(), "way", way, "segments", m.Segments, "attempt", st.Event.Attempt)
		}
		g.tell(func(d *dispatcher) { d.landed(f.e, st, way, aside) })
		return nil
	})
	if err := g.clear(context.WithoutCancel(ctx)); err != nil {
		g.log.Error("doubts not settled", "err", err) // the next attempt's end tries again
	}
	return next
}

// landed takes a message back, or lets it go, after its attempt.
func (d *dispatcher) landed(e *entry, st *sms.Status, way string, aside bool) {
	if st.Event.State != sms.Queued {
		d.q.remove(e)
		return
	}
	ways, now := e.aside(), time.Now()
	e.sendAt = 0 // it has come
	if !aside {
		e.tries++
		d.q.cling(e, now)
		d.q.clock(e, now) // it waits for its SIM from now, or has before
	}
	if aside {
		ways = append(slices.Clone(ways), way)
		slices.Sort(ways)
	} else {
		ways = nil
	}
	d.q.back(e, d.q.again(st.Due, now), ways, now)
}

// postpone puts a message back whose attempt could not be begun. A full disk
// rests everything: what waits would only find the same.
func (d *dispatcher) postpone(ctx context.Context, e *entry, err error) {
	if _ = d.g.heed(err); ctx.Err() != nil || errors.Is(err, sms.ErrBroken) {
		return // it is on disk as it was
	}
	d.g.tell(func(d *dispatcher) {
		now := time.Now()
		due := now.Add(diskPause)
		if errors.Is(err, sms.ErrFull) {
			due = d.q.time(e.due)
			if d.rest.After(now) {
				d.q.back(e, due, e.aside(), now)
				return // somebody has said so already
			}
			d.rest = now.Add(diskPause)
		}
		d.g.log.Error("attempt not begun", "num", e.num, "err", err)
		d.q.back(e, due, e.aside(), now)
	})
}

// other reports whether a way besides the one that was tried is open to a
// message. To one that is held to the SIM of that way none is, until its last
// attempt.
func (d *dispatcher) other(e *entry, b sms.Begin) bool {
	aside := append(slices.Clone(e.aside()), b.Way)
	now := time.Now()
	if e.priority != sms.Urgent && e.clings(b.Net, now) && int(e.tries)+1 < d.g.cfg.Attempts {
		return false
	}
	held := func(w sms.Way, e *entry) sms.Held { return d.g.ledger.hold(w, e, d.g.clock.now()) }
	return len(choose(*e.route, aside, seen(d.g.ways(), e, held)).open) > 0
}

// sender finds the edge a way belongs to.
func (g *Gateway) sender(way string) Sender {
	for _, s := range g.senders {
		for _, w := range s.Ways() {
			if w.Name == way {
				return s
			}
		}
	}
	return nowhere{}
}

// nowhere stands for a way that has gone since it was chosen.
type nowhere struct{}

func (nowhere) Ways() []sms.Way { return nil }

func (nowhere) Send(_ context.Context, way string, _ *sms.Attempt) ([]sms.Ref, error) {
	return nil, &sms.SendError{Verdict: sms.Reroute, Err: errGone(way)}
}

type errGone string

func (e errGone) Error() string { return string(e) + " is not there any more" }

package gateway

import (
	"cmp"
	"context"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

const (
	// clocksApart is how much the service centre's clock may differ from ours.
	// Networks are seconds off as a rule, minutes now and then; a board that was
	// off for a while is as wrong until it has asked.
	clocksApart = 5 * time.Minute
	// longestSegment bounds how long a segment takes to be taken, where a stop
	// has left no other bound: networks have needed more than two minutes.
	longestSegment = 3 * time.Minute
)

// cleared is the why of a message whose doubt a report has settled.
const cleared = "a report settled the doubt: the network had it"

// doubtOf says what an attempt has left in doubt: the segment behind those that
// were taken.
func (c Config) doubtOf(a ending) *sms.Doubt {
	begun := a.begun.Time
	if n := len(a.refs); n > 0 {
		begun = a.refs[n-1].Time
	}
	return c.between(&sms.Doubt{Net: a.begun.Net, Way: a.begun.Way, Segment: a.begun.First + len(a.refs), Count: 1}, begun, a.now)
}

// doubtAfterStop is that of an attempt which nobody saw end: as far as it had
// come, its first segments have been taken.
func (c Config) doubtAfterStop(m *sms.Message, st *sms.Status) *sms.Doubt {
	d := &sms.Doubt{Net: st.Net, Way: st.Way, Segment: st.Event.Sent, Count: m.Segments - st.Event.Sent}
	begun := st.Event.Time
	return c.between(d, begun, begun.Add(time.Duration(d.Count)*longestSegment))
}

// between says when the service centre took what is in doubt, if it did. Where
// our clock was wrong nobody knows.
func (c Config) between(d *sms.Doubt, from, until time.Time) *sms.Doubt {
	if from = c.believed(from); !from.IsZero() {
		d.From, d.Until = from.Add(-clocksApart), until.Add(clocksApart)
	}
	return d
}

// rest says how long a message in doubt waits before it is sent again, and what
// for. No report comes for one that asked for none, and one that is urgent or
// would expire meanwhile rather arrives twice than late.
func (c Config) rest(m *sms.Message, now time.Time) (time.Duration, string) {
	again := now.Add(c.DoubtWait)
	if !m.Receipt || m.Priority == sms.Urgent || !m.Expires.IsZero() && !m.Expires.After(again) {
		return 0, "it will be sent again"
	}
	return c.DoubtWait, "it will be sent again, unless a report says before " + again.Format(time.RFC3339) + " that the network has it"
}

// doubt settles a message whose attempt was cut short by a stop.
func (d *dispatcher) doubt(ctx context.Context, num uint64) error {
	c := d.g.cfg
	m, st, err := d.g.store.ByNum(ctx, num)
	if err != nil {
		return err
	}
	m.Expires = d.g.expiry(m)
	now := d.g.clock.now()
	v, why := c.afterStop(m, cmp.Or(st.Net, st.Way), now)
	// What is written is how long it rests at least: a next start has it rest anew
	// for its modem, and would take more for a pause of its own.
	o := sms.Outcome{Time: now, Clock: d.g.clock.mark(), Doubt: c.doubtAfterStop(m, st), State: sms.Queued, Due: now.Add(v.wait),
		Why: "in doubt: the gateway stopped while it was being sent; " + why}
	if m.OnDoubt == sms.Hold {
		o.State, o.Final, o.Due = sms.Doubtful, true, time.Time{}
		o.Why = "the gateway stopped while it was being sent, and on_doubt is hold"
	}
	st, err = d.g.store.Finish(ctx, num, o, d.g.settle)
	if err != nil {
		return err
	}
	d.g.count(st.Event)
	if st.Event.State == sms.Queued {
		v.last = d.q.at.steadyAt(v.last)
		d.q.keepVigil(waiting(m, st), v, time.Now())
	}
	return nil
}

// clear settles the doubts on which reports came early.
func (g *Gateway) clear(ctx context.Context) error {
	moved, err := g.store.Doubts(ctx, g.settle)
	for _, st := range moved {
		g.reported(st)
		g.log.Info("doubt settled", "id", st.Event.ID, "state", st.Event.State)
	}
	return g.heed(err)
}

// reported counts what a report made of a message, and takes it out of the queue
// where that settled a doubt.
func (g *Gateway) reported(st *sms.Status) {
	g.count(st.Event)
	if st.Event.Why != cleared {
		return // it was not in the queue
	}
	g.tell(func(d *dispatcher) {
		switch e := d.q.byNum[st.Num]; {
		case e == nil:
		case e.where == flying:
			e.settled = true // carry or whoever has it finds out, or gives it back
		default:
			d.q.remove(e)
		}
	})
}

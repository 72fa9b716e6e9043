package gateway

import (
	"context"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// Receive takes in a part. When it returns nil the part is on disk and may be
// deleted or acknowledged where it came from.
func (g *Gateway) Receive(ctx context.Context, p *sms.Part) error {
	p = g.replies(p)
	r, err := g.store.Keep(ctx, p, g.join)
	if err != nil {
		return g.heed(err)
	}
	if r != nil {
		g.arrived(*r)
		g.stuck(p)
	}
	return nil
}

// join is sms.Join with the mark of the clock.
func (g *Gateway) join(parts []sms.Part) sms.Received {
	r := sms.Join(parts)
	r.Clock = g.clock.mark()
	return r
}

// replies names whose messages are to leave from the SIM a part came to: its
// sender's, where they can be answered at all.
func (g *Gateway) replies(p *sms.Part) *sms.Part {
	if g.sticks == nil {
		return p
	}
	who, err := sms.ParseNumber(string(p.From), g.home(g.ways()))
	if err != nil {
		return p // a name
	}
	named := *p
	named.Stick = who
	return &named
}

// stuck notes what Keep has written.
func (g *Gateway) stuck(p *sms.Part) {
	if p.Stick == "" || p.Net == "" {
		return
	}
	if who := p.Stick.Mark(); g.sticks.put(who, sms.StickTo(p.Net, p.Time)) {
		g.tell(func(d *dispatcher) { d.q.moved(who, time.Now()) })
	}
}

// Report takes in a network's word on a segment.
func (g *Gateway) Report(ctx context.Context, r *sms.Report) error {
	st, err := g.store.Report(ctx, r, g.settle)
	if err != nil || st == nil {
		return g.heed(err)
	}
	g.reported(st)
	g.log.Info("reported", "id", st.Event.ID, "state", st.Event.State, "way", r.Way, "code", r.Code)
	return nil
}

func (g *Gateway) arrived(r sms.Received) {
	g.log.Info("received", "id", r.ID, "from", r.From.Short(), "way", r.Modem, "parts", r.Parts, "incomplete", r.Incomplete)
	g.mu.Lock()
	g.today.at(g.clock.now()).Received++
	g.mu.Unlock()
}

package gateway

import (
	"context"
	"strings"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// Edit changes a message that waits for its first attempt. The error is
// sms.ErrNotFound, or a *sms.FieldError: on "state" when it is too late.
func (g *Gateway) Edit(ctx context.Context, id string, e *sms.Edit) (sms.View, error) {
	m, st, err := g.store.Message(ctx, id)
	if err != nil {
		return sms.View{}, err
	}
	late := func(why string) error {
		return &sms.FieldError{Field: "state", Text: "too late to change: the message " + why}
	}
	switch {
	case st.Event.State != sms.Queued:
		return sms.View{}, late("is " + string(st.Event.State))
	case st.Event.Attempt > 0:
		return sms.View{}, late("has been tried, and part of it may have gone out; cancel it and send another")
	}
	now, home := g.clock.now(), g.home(g.ways())
	if _, err := e.Apply(m, now, home); err != nil {
		return sms.View{}, err
	}
	taken, err := g.take(ctx, []uint64{m.Num})
	if err != nil {
		return sms.View{}, err
	}
	if len(taken) == 0 {
		return sms.View{}, late("is being sent")
	}
	m, st, err = g.store.Edit(ctx, m.Num, now, func(m *sms.Message) (*sms.Message, error) {
		next, err := e.Apply(m, now, home)
		if err == nil && next.Expires.IsZero() {
			next.Expires = later(now, next.SendAt).Add(g.cfg.Lifetime)
		}
		return next, err
	}, "edited on request: "+strings.Join(e.Given(), ", "))
	if err != nil {
		g.giveBack(taken)
		return sms.View{}, g.heed(err)
	}
	g.tell(func(d *dispatcher) {
		for _, e := range taken {
			d.q.remove(e)
		}
		d.q.add(g.waitingOf(m, st), time.Now())
	})
	g.log.Info("edited", "id", m.ID, "to", m.To.Short(), "segments", m.Segments, "changed", e.Given())
	return sms.View{Message: *m, Status: st.Event}, nil
}

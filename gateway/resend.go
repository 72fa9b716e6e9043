package gateway

import (
	"context"
	"fmt"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// Resend has a message that has ended sent again, as how says. It returns the
// message that is sent, and known when it was before. The error is
// sms.ErrNotFound, sms.ErrFull, or a *sms.FieldError: on "state" while the message
// has not ended so that it can be sent again.
func (g *Gateway) Resend(ctx context.Context, id string, how sms.Again) (v sms.View, known bool, err error) {
	if err := how.Check(); err != nil {
		return sms.View{}, false, err
	}
	m, st, err := g.store.Message(ctx, id)
	if err != nil {
		return sms.View{}, false, err
	}
	unfit := func(s sms.State) error {
		return &sms.FieldError{Field: "state", Text: "cannot be sent again: the message is " + string(s)}
	}
	if !st.Event.State.CanResend() {
		return sms.View{}, false, unfit(st.Event.State)
	}
	all, err := g.resend(ctx, []uint64{m.Num}, how)
	switch {
	case err != nil:
		return sms.View{}, false, err
	case len(all) == 0: // a report came between
		if _, st, err = g.store.Message(ctx, id); err != nil {
			return sms.View{}, false, err
		}
		return sms.View{}, false, unfit(st.Event.State)
	}
	return sms.View{Message: *all[0].Message, Status: all[0].Status.Event}, all[0].Known, nil
}

// ResendMany has the messages sent again that have ended and that a choice is
// for, at most sms.ActMost at a time and in one commit. Those that were sent
// again before are told apart. The error is as that of Resend.
func (g *Gateway) ResendMany(ctx context.Context, c sms.Choice, how sms.Again) (sms.Acted, error) {
	if how.ID != "" {
		return sms.Acted{}, &sms.FieldError{Field: "id", Text: "names one new message, and many are asked for"}
	}
	if err := c.Check(sms.Resendable()...); err != nil {
		return sms.Acted{}, err
	}
	found, next, err := g.store.Choose(ctx, c, sms.Resendable())
	if err != nil {
		return sms.Acted{}, err
	}
	done := sms.Acted{Messages: []sms.Event{}, After: next}
	var nums []uint64
	for _, st := range found {
		nums = append(nums, st.Num)
		if c.DryRun {
			done.Messages = append(done.Messages, st.Event)
		}
	}
	if c.DryRun || len(nums) == 0 {
		return done, nil
	}
	all, err := g.resend(ctx, nums, how)
	if err != nil {
		return sms.Acted{}, err
	}
	for _, r := range all {
		if r.Known {
			done.Known = append(done.Known, r.Status.Event)
		} else {
			done.Messages = append(done.Messages, r.Status.Event)
		}
	}
	return done, nil
}

// resend writes that messages are sent again, and queues them.
func (g *Gateway) resend(ctx context.Context, nums []uint64, how sms.Again) ([]sms.Renewed, error) {
	if n := g.waiting.Load(); int(n)+len(nums) > g.cfg.QueueMost {
		return nil, fmt.Errorf("%w: %d messages wait, and gateway.queue_most is %d", sms.ErrFull, n, g.cfg.QueueMost)
	}
	now, mark := g.clock.now(), g.clock.mark()
	all, err := g.store.Resend(ctx, nums, func(m *sms.Message) *sms.Message {
		next := m.Renew(how, now)
		if next.Lifetime = 0; mark != "" && !next.Expires.IsZero() {
			next.Lifetime = next.Expires.Sub(later(now, next.SendAt))
		}
		if !how.SameID {
			next.Clock = mark
		}
		return next
	}, now)
	if err != nil {
		return nil, g.heed(err)
	}
	queued := 0
	g.tell(func(d *dispatcher) {
		for _, r := range all {
			if !r.Known {
				d.q.add(g.waitingOf(r.Message, r.Status), time.Now())
			}
		}
	})
	for _, r := range all {
		if !r.Known {
			queued++
		}
	}
	g.log.Info("sent again on request", "messages", queued, "known", len(all)-queued, "same_id", how.SameID)
	return all, nil
}

// waitingOf is what the queue needs of a message, its expiry believed or not.
func (g *Gateway) waitingOf(m *sms.Message, st *sms.Status) *sms.Waiting {
	w := waiting(m, st)
	w.Expires = g.cfg.believed(m.Expires)
	return w
}

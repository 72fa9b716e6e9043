package gateway

import (
	"context"
	"maps"
	"slices"

	"github.com/pigeon-sms/pigeon/sms"
)

// Cancel takes a waiting message out. The error is sms.ErrNotFound, or a
// *sms.FieldError on "state" when it is too late.
func (g *Gateway) Cancel(ctx context.Context, id string) (sms.View, error) {
	m, st, err := g.store.Message(ctx, id)
	if err != nil {
		return sms.View{}, err
	}
	late := &sms.FieldError{Field: "state", Text: "too late to cancel: the message is " + string(st.Event.State)}
	if st.Event.State != sms.Queued {
		return sms.View{}, late
	}
	taken, err := g.take(ctx, []uint64{m.Num})
	if err != nil {
		return sms.View{}, err
	}
	if len(taken) == 0 {
		late.Text = "too late to cancel: the message is being sent"
		return sms.View{}, late
	}
	st, err = g.store.End(ctx, m.Num, g.cancelled())
	if err != nil {
		g.giveBack(taken)
		return sms.View{}, g.heed(err)
	}
	g.letGo(taken)
	g.log.Info("cancelled", "id", m.ID)
	return sms.View{Message: *m, Status: st.Event}, nil
}

// CancelMany takes the waiting messages out that a choice is for, at most
// sms.ActMost at a time and in one commit, and says which of them it cannot call
// back. The error is a *sms.FieldError where the choice is at fault.
func (g *Gateway) CancelMany(ctx context.Context, c sms.Choice) (sms.Acted, error) {
	if err := c.Check(sms.Queued); err != nil {
		return sms.Acted{}, err
	}
	c.State = "" // what is being sent is told, though it is queued no longer
	found, next, err := g.store.Choose(ctx, c, []sms.State{sms.Queued, sms.Sending})
	if err != nil {
		return sms.Acted{}, err
	}
	done := sms.Acted{Messages: []sms.Event{}, After: next}
	var nums []uint64
	for _, st := range found {
		switch {
		case st.Event.State != sms.Queued:
			done.Late = append(done.Late, st.Event)
		case c.DryRun:
			done.Messages = append(done.Messages, st.Event)
		default:
			nums = append(nums, st.Num)
		}
	}
	if len(nums) == 0 {
		return done, nil
	}
	ended, err := g.cancel(ctx, nums)
	if err != nil {
		return sms.Acted{}, err
	}
	for _, st := range found {
		if now := ended[st.Num]; now != nil {
			done.Messages = append(done.Messages, now.Event)
		} else if st.Event.State == sms.Queued {
			st.Event.Why = "it has begun to be sent"
			done.Late = append(done.Late, st.Event)
		}
	}
	g.log.Info("cancelled", "messages", len(done.Messages), "late", len(done.Late))
	return done, nil
}

// cancel ends those of some messages that still wait, and returns where they
// stand, by number.
func (g *Gateway) cancel(ctx context.Context, nums []uint64) (map[uint64]*sms.Status, error) {
	taken, err := g.take(ctx, nums)
	if err != nil {
		return nil, err
	}
	ended, err := g.store.EndMany(ctx, slices.Collect(maps.Keys(taken)), g.cancelled())
	if err != nil {
		g.giveBack(taken)
		return nil, g.heed(err)
	}
	g.letGo(taken)
	byNum := make(map[uint64]*sms.Status, len(ended))
	for _, st := range ended {
		byNum[st.Num] = st
	}
	return byNum, nil
}

func (g *Gateway) cancelled() sms.Outcome {
	return sms.Outcome{State: sms.Cancelled, Final: true, Time: g.clock.now(), Clock: g.clock.mark(), Why: "cancelled on request"}
}

package gateway

import (
	"context"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

const (
	// chore is between rounds of housekeeping: what it looks for is hours old
	// when it finds it, so a minute more is nothing.
	chore = time.Minute
	// trimEvery is in chores: history is trimmed once an hour.
	trimEvery = 60
	// batch is how many overdue reports one round ends.
	batch = 256
)

// housekeep does what nobody asks for: it gives out messages whose parts never
// came, ends the wait for reports that never came, and trims the history.
func (g *Gateway) housekeep(ctx context.Context) {
	for n := 0; wait(ctx, chore); n++ {
		now := time.Now()
		late, err := g.store.Incomplete(ctx, now.Add(-g.cfg.AssembleWait), sms.Join)
		for _, r := range late {
			g.arrived(r)
		}
		if err == nil {
			err = g.endWaits(ctx, now)
		}
		if err == nil && n%trimEvery == 0 {
			_, err = g.store.Trim(ctx, g.cfg.Keep, now)
		}
		if err != nil && ctx.Err() == nil {
			g.log.Error("housekeeping put off", "err", err)
		}
	}
}

// endWaits makes final what was sent and never reported on.
func (g *Gateway) endWaits(ctx context.Context, now time.Time) error {
	nums, err := g.store.Awaiting(ctx, now, batch)
	if err != nil {
		return err
	}
	for _, num := range nums {
		_, err := g.store.End(ctx, num, sms.Outcome{
			State: sms.Sent, Final: true, Time: now.UTC(), Why: "the network never reported on it",
		})
		if err != nil {
			return err
		}
	}
	return nil
}

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
	// flushEvery is in chores: so long a cursor that has moved is not on disk,
	// when nothing else is written.
	flushEvery = 15
	// batch is how many overdue reports one round ends.
	batch = 256
)

// housekeep does what nobody asks for: it trims the history, gives out messages
// whose parts never came, ends the wait for reports that never came, and tells
// of limits that are reached. What fails is tried again a round later, and
// holds up nothing else.
func (g *Gateway) housekeep(ctx context.Context) {
	t := time.NewTicker(chore)
	defer t.Stop()
	told := map[string]string{} // limits that somebody has been told of
	seen := g.clock.look()      // since when the clock has not jumped ahead
	for n := 0; ; {
		full := false
		select {
		case <-t.C:
			n++
		case <-g.trim:
			full = true
		case <-g.spent:
			g.tellReached(ctx, told, g.clock.now())
			continue
		case said := <-g.notices:
			g.note(ctx, said)
			continue
		case <-ctx.Done():
			return
		}
		v := g.clock.look()
		if now := v.wall; full || n%trimEvery == 1 {
			_, err := g.store.Trim(ctx, g.cfg.Keep, now)
			g.putOff(ctx, "trim", err)
			g.putOff(ctx, "compact", g.compact(ctx))
		} else if n%flushEvery == 0 {
			g.putOff(ctx, "cursors", g.store.Flush(ctx))
		}
		if v.unset {
			continue // the clock is wrong: nothing is late by it
		}
		if v.ahead > seen.ahead+chore {
			seen = v
		}
		now := v.wall
		g.tellReached(ctx, told, now)
		// What came before the clock was set ahead looks older than it is.
		calm := v.steady.Sub(seen.steady)
		if seen.ahead <= chore || calm >= g.cfg.AssembleWait {
			late, err := g.store.Incomplete(ctx, now.Add(-g.cfg.AssembleWait), g.join)
			for _, r := range late {
				g.arrived(r)
			}
			g.putOff(ctx, "assemble", err)
		}
		if seen.ahead <= chore || calm >= g.cfg.ReportWait {
			g.putOff(ctx, "reports", g.endWaits(ctx, now))
		}
		if full && !wait(ctx, diskPause) { // not more often than that
			return
		}
	}
}

// compact has the store give back what it does not use, while nothing is being
// sent: writers wait for it.
func (g *Gateway) compact(ctx context.Context) error {
	q, err := g.store.Counts(ctx)
	if err != nil || q.Sending > 0 {
		return err
	}
	saved, err := g.store.Compact(ctx)
	if saved > 0 {
		g.log.Info("state file made smaller", "bytes", saved)
	}
	return err
}

// putOff says that a chore was not done.
func (g *Gateway) putOff(ctx context.Context, chore string, err error) {
	if err != nil && ctx.Err() == nil {
		_ = g.heed(err)
		g.log.Error("housekeeping put off", "chore", chore, "err", err)
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
			g.putOff(ctx, "reports", err) // a report may have won the race: the others still wait
		}
	}
	return nil
}

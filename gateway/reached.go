package gateway

import (
	"context"
	"strconv"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// spentSome has the housekeeper look whether a SIM has reached a limit.
func (g *Gateway) spentSome(w sms.Way) {
	if g.cfg.Limits[w.Name].None() {
		return
	}
	select {
	case g.spent <- struct{}{}:
	default: // it will look
	}
}

// tellReached says, in the journal and on the log, which SIMs have reached a
// limit of a day, of a month or of recipients: of each once in its time, over
// restarts too; told holds what was said since the start.
func (g *Gateway) tellReached(ctx context.Context, told map[string]string, now time.Time) {
	if len(g.cfg.Limits) == 0 {
		return
	}
	for _, w := range g.Ways() {
		for _, a := range w.Limits {
			if a.Left > 0 || !a.Long() {
				continue
			}
			// A limit that was raised and is reached again is news.
			key := "limit/" + sim(w) + "/" + a.Limit + "/" + strconv.Itoa(a.Most)
			value := a.FreeAt.Format(time.RFC3339)
			if told[key] == value {
				continue
			}
			err := g.tellOnce(ctx, key, value, &sms.Notice{
				Time: now.UTC(), Way: w.Name, Kind: "limit", Step: a.Limit,
				Reason: strconv.Itoa(a.Spent) + " of " + strconv.Itoa(a.Most) + " are spent; goes on at " + a.FreeAt.Format(time.RFC3339),
			})
			if err != nil {
				g.putOff(ctx, "limits", err)
				return
			}
			told[key] = value
		}
	}
}

// tellOnce writes a notice unless the store remembers that it was written. A
// stop between the two writes repeats it.
func (g *Gateway) tellOnce(ctx context.Context, key, value string, n *sms.Notice) error {
	was, err := g.store.Recall(ctx, key)
	if err != nil || string(was) == value {
		return err
	}
	if err := g.store.Notice(ctx, n); err != nil {
		return err
	}
	g.log.Warn("limit reached", "way", n.Way, "limit", n.Step, "why", n.Reason)
	return g.store.Remember(ctx, key, []byte(value))
}

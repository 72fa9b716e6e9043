package gateway

import (
	"context"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// soon is when a message that a limit holds counts as waiting: what would be
// begun instead takes a minute or two.
const soon = 2 * time.Minute

// Waits reports whether a message waits that a way could be given now or soon.
// One that is not due yet, or that a limit holds for longer, does not. While
// the dispatcher is not running the error says so.
func (g *Gateway) Waits(ctx context.Context, way string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	ways := g.Ways()
	waits := false
	err := g.ask(ctx, func(d *dispatcher) { waits = d.q.waitsFor(way, ways, time.Now().Add(soon)) })
	return waits, err
}

// waitsFor reports whether the head of a line may take a way before a time.
func (q *queue) waitsFor(way string, ways []sms.Way, before time.Time) bool {
	for _, l := range q.lines {
		l.skim()
		i := l.takes(way, ways)
		if l.pile.len() == 0 || i < 0 || !q.shut(l).until.Before(before) {
			continue
		}
		if q.held == nil || q.held(ways[i], l.pile.top()).Until.Before(before) {
			return true
		}
	}
	return false
}

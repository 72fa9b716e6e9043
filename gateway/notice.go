package gateway

import (
	"context"

	"github.com/pigeon-sms/pigeon/sms"
)

// noticesKept is how much news of ways waits for the disk: a modem that climbs
// its whole ladder makes about eight.
const noticesKept = 64

// Tell puts news of a way in the journal, for whoever follows it. It does not
// block: what finds no room is logged and left out.
func (g *Gateway) Tell(n sms.Notice) {
	select {
	case g.notices <- n:
	default:
		g.log.Warn("news of a way left out: the disk is slow", "way", n.Way, "kind", n.Kind)
	}
}

// note writes one piece of news.
func (g *Gateway) note(ctx context.Context, n sms.Notice) {
	n.Clock = g.clock.mark()
	if err := g.heed(g.store.Notice(ctx, &n)); err != nil && ctx.Err() == nil {
		g.log.Error("news of a way is not on disk", "way", n.Way, "kind", n.Kind, "err", err)
	}
}

package gateway

import "context"

// Left counts what the dispatcher holds on to. Once nothing waits, all of it is
// nothing.
func (g *Gateway) Left(ctx context.Context) (left map[string]int, err error) {
	err = g.ask(ctx, func(d *dispatcher) {
		busy := 0
		for _, l := range d.load {
			busy += l.busy
		}
		left = map[string]int{
			"entries": len(d.q.byNum), "lines": len(d.q.lines), "turns": len(d.q.turns), "crowds": len(d.q.crowds),
			"people": len(d.q.people), "takers": len(d.takers), "offers": len(d.offers), "claims": d.claims, "busy": busy,
		}
	})
	return left, err
}

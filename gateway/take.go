package gateway

import (
	"context"
	"time"
)

// take has the dispatcher leave messages to the caller, so that no way begins
// them meanwhile. It returns the entries of those that wait: the others are being
// sent, or gone. Whoever takes gives back, or lets go.
func (g *Gateway) take(ctx context.Context, nums []uint64) (map[uint64]*entry, error) {
	taken := make(map[uint64]*entry, len(nums))
	err := g.ask(ctx, func(d *dispatcher) {
		for _, num := range nums {
			if e := d.q.byNum[num]; e != nil && e.where != flying {
				e.where = flying // nobody else may take it now
				taken[num] = e
			}
		}
	})
	if err != nil {
		// The letter may still be read: another behind it puts them back.
		g.giveBack(taken)
		return nil, err
	}
	return taken, nil
}

// giveBack has taken messages wait again as they did.
func (g *Gateway) giveBack(taken map[uint64]*entry) {
	g.tell(func(d *dispatcher) {
		now := time.Now()
		for _, e := range taken {
			d.q.back(e, d.q.time(e.due), e.aside(), now)
		}
	})
}

// letGo takes messages out of the queue that were taken.
func (g *Gateway) letGo(taken map[uint64]*entry) {
	g.tell(func(d *dispatcher) {
		for _, e := range taken {
			d.q.remove(e)
		}
	})
}

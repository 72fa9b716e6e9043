package gateway

import (
	"context"

	"github.com/pigeon-sms/pigeon/sms"
)

// Cursor returns the number of the last journal entry a follower has passed; 0
// for one who is new.
func (g *Gateway) Cursor(ctx context.Context, follower string) (uint64, error) {
	g.follows(follower)
	return g.store.Cursor(ctx, follower)
}

// Next returns the journal's entries after a number, at most max, oldest
// first. It waits until there is at least one.
func (g *Gateway) Next(ctx context.Context, after uint64, max int) ([]sms.Entry, error) {
	for {
		grown := g.store.Grown() // before looking, so that nothing slips between
		entries, err := g.store.Entries(ctx, after, max)
		if err != nil || len(entries) > 0 {
			return entries, err
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Passed moves a follower's cursor: it need not be told of entries up to seq
// again.
func (g *Gateway) Passed(ctx context.Context, follower string, seq uint64) error {
	g.follows(follower)
	return g.heed(g.store.Passed(ctx, follower, seq))
}

// Last returns the number of the journal's latest entry.
func (g *Gateway) Last() uint64 { return g.store.Last() }

func (g *Gateway) follows(name string) {
	g.mu.Lock()
	g.followers[name] = true
	g.mu.Unlock()
}

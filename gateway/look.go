package gateway

import (
	"context"
	"io"
	"slices"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// Message returns a message and where it stands; a waiting one says what it
// waits for. The error is sms.ErrNotFound where no message has the id.
func (g *Gateway) Message(ctx context.Context, id string) (sms.View, error) {
	m, st, err := g.store.Message(ctx, id)
	if err != nil {
		return sms.View{}, err
	}
	views := []sms.View{{Message: *m, Status: st.Event}}
	g.reasons(ctx, views)
	return views[0], nil
}

// Messages lists messages, newest first.
func (g *Gateway) Messages(ctx context.Context, f sms.Filter) ([]sms.View, error) {
	views, err := g.store.Messages(ctx, f)
	if err == nil {
		g.reasons(ctx, views)
	}
	return views, err
}

// History returns the events of a message that the journal still has, oldest
// first. The error is sms.ErrNotFound where no message has the id.
func (g *Gateway) History(ctx context.Context, id string) ([]sms.Event, error) {
	return g.store.History(ctx, id)
}

// Received lists received messages, newest first.
func (g *Gateway) Received(ctx context.Context, f sms.Filter) ([]sms.Received, error) {
	return g.store.Received(ctx, f)
}

// reasons fills in what queued messages wait for now. While the dispatcher is
// not running they keep what their last event said.
func (g *Gateway) reasons(ctx context.Context, views []sms.View) {
	if !slices.ContainsFunc(views, func(v sms.View) bool { return v.Status.State == sms.Queued }) {
		return
	}
	ways := g.ways()
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	why, now := make([]string, len(views)), g.clock.look()
	err := g.ask(ctx, func(d *dispatcher) {
		for i, v := range views {
			why[i] = d.q.why(v.Message.Num, ways, now)
		}
	})
	if err != nil {
		return
	}
	for i := range views {
		if why[i] != "" && views[i].Status.State == sms.Queued {
			views[i].Status.Why = why[i]
		}
	}
}

// askLimit bounds how long a look waits for the dispatcher, which may not be
// running yet.
const askLimit = 2 * time.Second

// Health tells how everything is.
func (g *Gateway) Health(ctx context.Context) (sms.Health, error) {
	queue, err := g.store.Counts(ctx)
	if err != nil {
		return sms.Health{}, err
	}
	g.mu.Lock()
	today := *g.today.at(g.clock.now())
	followers := make([]string, 0, len(g.followers))
	for f := range g.followers {
		followers = append(followers, f)
	}
	g.mu.Unlock()
	h := sms.Health{
		Name: g.cfg.Name, Version: g.cfg.Version, Started: g.started,
		Queue: queue, Today: today, Ways: g.Ways(), Last: g.store.Last(), Behind: map[string]uint64{},
		Disk: g.store.Free(),
	}
	for _, f := range followers {
		at, err := g.store.Cursor(ctx, f)
		if err != nil {
			return sms.Health{}, err
		}
		h.Behind[f] = g.store.Last() - at
	}
	used, most, err := g.store.Used(ctx)
	if err != nil {
		return sms.Health{}, err
	}
	if h.Size = used; used > most/4*3 {
		h.Warning = append(h.Warning, "the state file is nearly as full as store.max_size allows: new requests will be refused")
	}
	damage, err := g.store.Damage(ctx)
	if err != nil {
		return sms.Health{}, err
	}
	if damage != "" {
		h.Warning = append(h.Warning, damage+". See \"pigeon messages --state doubtful\", and delete that file when it is not needed any more")
	}
	switch g.clock.mark() {
	case sms.ClockUnset:
		h.Warning = append(h.Warning, "the clock is not set: nothing expires, and what is to be sent at a time waits")
	case sms.ClockUnsure:
		h.Warning = append(h.Warning, "nobody has said that the clock is right: let the system ask the network, or set gateway.trust_clock")
	}
	if h.Disk < lowDisk {
		h.Warning = append(h.Warning, "the disk with the state directory is nearly full")
	}
	return h, nil
}

// lowDisk is the room, in bytes, below which Health warns.
const lowDisk = 64 << 20

// Audit checks every invariant of the store and returns what does not hold.
func (g *Gateway) Audit(ctx context.Context) ([]string, error) { return g.store.Audit(ctx) }

// Backup writes one moment's whole state to w.
func (g *Gateway) Backup(ctx context.Context, w io.Writer) error { return g.store.Backup(ctx, w) }

package gateway

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// A Gateway is the core. Its methods may be called from any goroutine, before,
// during and after Run; what is accepted while it does not run waits.
type Gateway struct {
	cfg     Config
	table   []Route
	store   Store
	senders []Sender
	log     *slog.Logger
	started time.Time
	clock   *clock
	ledger  *ledger
	sticks  *sticks // nil: no row is sticky

	waiting atomic.Int64 // messages in the dispatcher's queue
	idle    atomic.Bool  // nothing waits, and a way would take a message

	mu        sync.Mutex // guards what follows
	mail      []func(*dispatcher)
	today     tally
	met       map[string]bool // names of ways seen since the start
	followers map[string]bool // names of followers seen since the start
	changed   chan struct{}   // closed when a way changes; nil: nobody waits

	notices chan sms.Notice // news of ways, for the housekeeper to write
	spent   chan struct{}   // room for one: a SIM with limits has been given a message
	trim    chan struct{}   // room for one: the store has no room, trim it now
	fault   chan error      // room for one: the store is broken
	wake    chan struct{}   // room for one: a letter is in, or a way changed
	over    chan struct{}   // closed when the dispatcher reads no more letters
	done    chan struct{}   // closed when Run returns
}

// New builds a core over a store and the edges that send. The configuration
// has been validated.
func New(cfg Config, st Store, senders []Sender, log *slog.Logger) *Gateway {
	g := &Gateway{
		cfg: cfg.withDefaults(), table: cfg.table(), store: st, senders: senders, log: log,
		started: time.Now().UTC(), clock: newClock(cfg),
		ledger: &ledger{limits: cfg.Limits, spent: map[string]*sms.Spent{}},
		met:    map[string]bool{}, followers: map[string]bool{},
		notices: make(chan sms.Notice, noticesKept), spent: make(chan struct{}, 1), trim: make(chan struct{}, 1), fault: make(chan error, 1),
		wake: make(chan struct{}, 1), over: make(chan struct{}), done: make(chan struct{}),
	}
	if slices.ContainsFunc(g.table, func(r Route) bool { return r.Sticky }) {
		g.sticks = &sticks{}
	}
	return g
}

// heed looks at an error of the store's and returns it. A store that is broken
// ends the run: a gateway that cannot remember must not go on. One without room
// is trimmed at once.
func (g *Gateway) heed(err error) error {
	switch {
	case errors.Is(err, sms.ErrBroken):
		select {
		case g.fault <- err:
		default: // the first is enough
		}
	case errors.Is(err, sms.ErrFull):
		select {
		case g.trim <- struct{}{}:
		default: // somebody has asked already
		}
	}
	return err
}

// Changed tells the core that something about a way is other than it was: it
// asks the edges again, and so does who follows WayNews. It does not block.
func (g *Gateway) Changed() {
	g.mu.Lock()
	if g.changed != nil {
		close(g.changed)
		g.changed = nil
	}
	g.mu.Unlock()
	g.rouse()
}

// rouse wakes the dispatcher.
func (g *Gateway) rouse() {
	select {
	case g.wake <- struct{}{}:
	default: // one is waiting already, and serves for both
	}
}

// tell leaves a letter for the dispatcher, who reads them in order.
func (g *Gateway) tell(f func(*dispatcher)) {
	g.mu.Lock()
	g.mail = append(g.mail, f)
	g.mu.Unlock()
	g.rouse()
}

// ask has the dispatcher do something and waits until it has. It returns
// ErrClosed when the dispatcher is gone.
func (g *Gateway) ask(ctx context.Context, f func(*dispatcher)) error {
	asked := make(chan struct{})
	g.tell(func(d *dispatcher) { f(d); close(asked) })
	select {
	case <-asked:
		return nil
	case <-g.done:
		return sms.ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Ways lists every way of every edge as it is now, and what is left of its
// limits.
func (g *Gateway) Ways() []sms.Way {
	ways, now := g.ways(), g.clock.now()
	for i, w := range ways {
		ways[i].Limits = g.ledger.left(w, now)
	}
	return ways
}

// ways lists every way of every edge.
func (g *Gateway) ways() []sms.Way {
	var ways []sms.Way
	for _, s := range g.senders {
		ways = append(ways, s.Ways()...)
	}
	g.mu.Lock()
	for _, w := range ways {
		g.met[w.Name] = true
	}
	g.mu.Unlock()
	return ways
}

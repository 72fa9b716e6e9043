package modem

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/pigeon-sms/pigeon/modem/usb"
	"github.com/pigeon-sms/pigeon/sms"
)

// Gateway is what the pool asks of the core.
type Gateway interface {
	// Receive returns nil when the part is on disk; only then it is deleted
	// from the modem.
	Receive(ctx context.Context, p *sms.Part) error
	// Report returns nil when the report is on disk.
	Report(ctx context.Context, r *sms.Report) error
	// Changed says that Ways would answer something new: twice for each
	// message. It must not block.
	Changed()
}

// A Pool is every modem there is.
type Pool struct {
	// Gateway must be set before Run.
	Gateway Gateway

	cfg Config
	log *slog.Logger

	cycling chan struct{}       // room for one: who cycles a power line, and owns cycled
	cycled  map[Power]time.Time // when each was

	awayMu sync.Mutex // held while what is remembered under awayKey is changed

	mu        sync.Mutex // guards what follows; a modem's own mu may be taken while it is held
	modems    []*modem   // the configured ones in their order, then those found
	strange   []stranger // devices that were found and have not said who they are
	refreshed time.Time  // when a modem left its network for that, the last time
}

// New makes a pool. It starts nothing.
func New(cfg Config, log *slog.Logger) *Pool {
	if cfg.Open == nil {
		cfg.Open = openUSB
	}
	if cfg.Scan == nil {
		cfg.Scan = func() ([]usb.Device, error) { return usb.Scan("/") }
	}
	if cfg.Memory == nil {
		cfg.Memory = &forgetful{}
	}
	return &Pool{cfg: cfg, log: log, cycling: make(chan struct{}, 1), cycled: map[Power]time.Time{}}
}

func openUSB(ctx context.Context, path string) (io.ReadWriteCloser, error) {
	return usb.Open(ctx, path)
}

// Run keeps every modem alive until ctx is done, and returns when all of them
// have been let go. A segment that has left is waited for, but not long.
func (p *Pool) Run(ctx context.Context) error {
	var running sync.WaitGroup
	defer running.Wait()
	if p.cfg.Restore != nil {
		running.Go(func() { p.giveBack(ctx) })
	}
	for _, c := range p.cfg.Modems {
		p.add(ctx, &running, c)
	}
	if p.walks() {
		p.walk(ctx, &running)
	}
	<-ctx.Done()
	return nil
}

// add takes a modem into the pool and starts it.
func (p *Pool) add(ctx context.Context, running *sync.WaitGroup, c ModemConfig) *modem {
	m := newModem(c, p)
	p.mu.Lock()
	p.modems = append(p.modems, m)
	p.mu.Unlock()
	running.Go(func() { m.run(ctx) })
	p.Gateway.Changed()
	return m
}

// all returns the modems.
func (p *Pool) all() []*modem {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.modems)
}

// Ways returns every modem as it is now, with those found on USB that have not
// said who they are.
func (p *Pool) Ways() []sms.Way {
	ways := []sms.Way{}
	for _, m := range p.all() {
		ways = append(ways, m.way())
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.strange {
		ways = append(ways, s.way())
	}
	return ways
}

// Send sends what is left of a message through a modem, and returns when every
// segment has been taken or one was not. refs names those taken, even when err
// is not nil. It does not queue: a modem that cannot start at once refuses. An
// end of ctx stops it before the next Ctrl-Z.
func (p *Pool) Send(ctx context.Context, way string, a *sms.Attempt) (refs []sms.Ref, err error) {
	m, err := p.named(way)
	if err != nil {
		return nil, &sms.SendError{Verdict: sms.Reroute, Err: err}
	}
	return m.send(ctx, a)
}

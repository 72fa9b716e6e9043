package mqtt

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/url"
	"sync"
	"time"

	"github.com/pigeon-sms/pigeon/mqtt/broker"
	"github.com/pigeon-sms/pigeon/sms"
)

// A Gateway is what this edge asks of the core.
type Gateway interface {
	// Accept returns when the request is on disk. A *sms.FieldError or
	// sms.ErrFull is an answer for its sender; any other error may pass.
	Accept(ctx context.Context, r *sms.Request) (sms.Answer, error)

	// Cursor is the last journal entry a follower has passed, Next waits for
	// those after one, and Passed moves the cursor.
	Cursor(ctx context.Context, follower string) (uint64, error)
	Next(ctx context.Context, after uint64, max int) ([]sms.Entry, error)
	Passed(ctx context.Context, follower string, seq uint64) error

	Message(ctx context.Context, id string) (sms.View, error)
	Cancel(ctx context.Context, id string) (sms.View, error)
	CancelMany(ctx context.Context, c sms.Choice) (sms.Acted, error)
	Resend(ctx context.Context, id string, how sms.Again) (v sms.View, known bool, err error)
	ResendMany(ctx context.Context, c sms.Choice, how sms.Again) (sms.Acted, error)
	Edit(ctx context.Context, id string, e *sms.Edit) (sms.View, error)
	History(ctx context.Context, id string) ([]sms.Event, error)
	Ways() []sms.Way
	// WayNews begins to follow the ways: next waits for those that are other
	// than it told, all of them at first.
	WayNews() (next func(context.Context) ([]sms.Way, error))
	Health(ctx context.Context) (sms.Health, error)
}

// Follower is the name under which this edge follows the journal.
const Follower = "mqtt"

// An Edge is the MQTT edge. Gateway is set before Run.
type Edge struct {
	Gateway Gateway

	// Restart makes a modem take a step of its recovery, "" for a new start. Set
	// before Run, or nil where there are no modems.
	Restart func(ctx context.Context, modem, step string) error

	// USSD has a modem send a code, and returns the network's reply; more when
	// it waits for an answer, which is the next code. As Restart.
	USSD func(ctx context.Context, modem, code string) (reply string, more bool, err error)

	// CancelUSSD ends a modem's dialogue with the network; where there is none
	// that is no error. As Restart.
	CancelUSSD func(ctx context.Context, modem string) error

	// Balance has a modem ask its network what the SIM has left. As Restart.
	Balance func(ctx context.Context, modem string) (sms.Balance, error)

	// Trace shows the last of a modem's wire, masked unless clear. As Restart.
	Trace func(modem string, clear bool) ([]string, error)

	cfg    Config
	topics topics
	log    *slog.Logger
	broker *broker.Broker // nil on an external broker
	open   func(context.Context) (net.Conn, error)

	errands chan errand      // slow questions, to their runners
	cancels chan errand      // what ends such a question, to a runner of its own
	notices chan publication // what take has to say, to the writer
	unsaid  []publication    // Run's: notices a connection ended under

	ready chan struct{} // closed when requests can be sent
	once  sync.Once     // closes ready

	mu   sync.Mutex // guards link
	link sms.Link
}

// mostNotices is how many notices wait for the writer before whoever has one
// more waits too; a window's worth or so.
const mostNotices = 16

// New returns an edge that does nothing yet.
func New(cfg Config, log *slog.Logger) *Edge {
	cfg = cfg.withDefaults()
	e := &Edge{
		cfg: cfg, topics: newTopics(cfg.Name, cfg.Fleet), log: log,
		errands: make(chan errand, errandsMost), cancels: make(chan errand, errandsMost), notices: make(chan publication, mostNotices), ready: make(chan struct{}),
		link: sms.Link{Name: "broker", State: "connecting"},
	}
	if cfg.embedded() {
		e.broker = broker.New(cfg.Broker, inlet{e}, log)
		e.open = func(context.Context) (net.Conn, error) { return e.broker.Join() }
		e.link.Peer = "embedded, " + cfg.Broker.WithDefaults().Listen
		return e
	}
	e.open = func(ctx context.Context) (net.Conn, error) { return dial(ctx, cfg) }
	if u, err := url.Parse(cfg.URL); err == nil {
		e.link.Peer = (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String() // without secrets
	}
	return e
}

// Links tells how the connection to the broker stands.
func (e *Edge) Links() []sms.Link {
	e.mu.Lock()
	defer e.mu.Unlock()
	return []sms.Link{e.link}
}

// Base is what the gateway's topics begin with: "pigeon/office".
func (e *Edge) Base() string { return e.topics.base }

// Ready is closed once requests can be sent: the embedded broker listens, or
// an external one has taken the subscriptions.
func (e *Edge) Ready() <-chan struct{} { return e.ready }

// Addr is the address the embedded broker listens on once Ready is closed, and
// empty on an external broker.
func (e *Edge) Addr() string {
	if e.broker == nil {
		return ""
	}
	return e.broker.Addr()
}

// Run serves MQTT until ctx is done. It returns early only when the embedded
// broker cannot listen; a missing external one is tried for ever.
func (e *Edge) Run(ctx context.Context) error {
	var runners sync.WaitGroup
	defer runners.Wait()
	errands, recall := context.WithCancel(ctx)
	defer recall()
	for range errandsOut {
		runners.Go(func() { e.runErrands(errands, e.errands) })
	}
	runners.Go(func() { e.runErrands(errands, e.cancels) })
	// From now on the journal is kept for this follower, also while there is no
	// broker to tell of it.
	e.surely(ctx, "journal cursor cannot be read", func() error {
		_, err := e.Gateway.Cursor(ctx, Follower)
		return err
	})
	if e.broker == nil {
		e.connect(ctx)
		return nil
	}
	// The broker outlives ctx, so that the last words reach its clients.
	bctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1) // room for the one result: it is read last
	go func() {
		ended <- e.broker.Run(bctx)
		cancel()
	}()
	select {
	case <-e.broker.Ready():
		e.mu.Lock()
		e.link.Peer = "embedded, " + e.broker.Addr()
		e.mu.Unlock()
		e.connect(ctx)
	case <-ctx.Done():
	}
	stop()
	return <-ended
}

// connect holds one connection after another until ctx is done.
func (e *Edge) connect(ctx context.Context) {
	const (
		steady      = 30 * time.Second // a connection that stood so long was a good one
		remindEvery = 10 * time.Minute // in the log, while there is none
	)
	pause := e.cfg.RetryFirst
	var told time.Time // when the log last heard of it
	tries := 0         // since then
	for ctx.Err() == nil {
		begun := time.Now()
		err := e.session(ctx)
		if ctx.Err() != nil {
			break
		}
		if time.Since(begun) > steady {
			pause, told = e.cfg.RetryFirst, time.Time{}
		}
		e.stands(false, err.Error())
		if tries++; time.Since(told) > remindEvery { // every single time is for Links
			e.log.Warn("broker is away", "broker", e.Links()[0].Peer, "tries", tries, "err", err)
			told, tries = time.Now(), 0
		}
		// Half of the pause is left to chance, so that a fleet does not
		// come back to its broker in step.
		select {
		case <-ctx.Done():
		case <-time.After(pause/2 + rand.N(pause/2+1)):
		}
		pause = min(2*pause, e.cfg.RetryMost)
	}
	e.stands(false, "stopped")
}

// stands notes how the connection stands, for Links.
func (e *Edge) stands(up bool, why string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.link.Up, e.link.State, e.link.Why = up, "connecting", why
	if up {
		e.link.State = "connected"
	}
}

// inlet is the edge as the owner of what comes in to the embedded broker.
type inlet struct{ e *Edge }

// Owns reports whether only the gateway, or its requests, belong on a topic.
func (in inlet) Owns(topic string) bool {
	door, _ := in.e.topics.door(topic)
	return door != foreign
}

// Publish takes a request before the broker acknowledges it. The client waits;
// when the disk does not come back in holdLimit, it is let go to try again.
func (in inlet) Publish(ctx context.Context, p *broker.Publish) broker.Verdict {
	const holdLimit = 10 * time.Second // well inside a usual keep-alive
	ctx, cancel := context.WithTimeout(ctx, holdLimit)
	defer cancel()
	switch in.e.takeSurely(ctx, p) {
	case taken:
		return broker.Taken
	case notOurs:
		return broker.Forward
	case refused:
		return broker.Refused
	}
	return broker.Withheld
}

package modem

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"sync"
	"syscall"
	"time"

	"github.com/pigeon-sms/pigeon/modem/line"
	"github.com/pigeon-sms/pigeon/modem/profile"
	"github.com/pigeon-sms/pigeon/sms"
)

// A modem is one way out and in, from the moment it is known of. Its owner is
// run; everybody else asks.
type modem struct {
	cfg     ModemConfig
	pool    *Pool
	gateway Gateway
	log     *slog.Logger
	courier *courier
	record  recorder
	nudge   chan struct{} // room for one: the port changed, its device was seen again, or something is asked of it
	ended   chan struct{} // closed when run has ended

	counting chan struct{} // room for one: who asks for the balance
	stirred  chan struct{} // room for one: watchBalance is to look again

	mu      sync.Mutex // guards what follows, for a few lines
	state   State
	why     string
	info    sms.Modem
	country string
	net     string                  // whose references and places these are: ICCID, else IMSI, IMEI, name
	door    *door                   // nil: takes no message
	sending bool                    // a Send has it; held by Send, or a talk, from before it asks until it returns
	idle    chan struct{}           // closed when that Send returns; nil: nobody waits for it
	lull    time.Time               // since when the door is open and nothing was sent or asked
	menu    time.Time               // until when a USSD menu may be open
	talks   int                     // USSD codes that wait or are being answered
	callOff context.CancelCauseFunc // ends the one being answered
	sent    time.Time               // when a segment was taken last
	holds   []string                // why it takes no message though it could
	order   *order
	steps   []Step // of its recoveries, the last stepsKept
	port    string // what to open; empty: the device is not there
	useless string // why its device cannot be used as it is: a stick in storage mode
	usb     string // the USB port it was at last; empty: not known
	hangUp  context.CancelCauseFunc
	closed  chan struct{} // closed when the port is; nil: it is
	stir    func()        // wakes the session
	strange bool          // its port has led to another device, or to another SIM

	purse   purse     // of purseOf
	purseOf string    // whose; a value of net, empty: nobody's
	countAt time.Time // when the balance is asked for next

	// Owned by run.
	slots   map[string]*slot // by Part.Slot
	out     int              // parcels at the courier, at most flightLimit
	refused map[string]bool  // SIMs the PIN is not to be entered into, by the key of their note
	rest    time.Duration    // before the next opening
	family  *profile.Profile // the last session's
	ladder  ladder
	drought drought
	breaker breaker
	eased   time.Duration // how much longer than usual trouble is borne
	away    time.Time     // since when there has been no device; zero: there is
	woken   bool          // its power was cycled because of that
	quiet   bool          // the same trouble again: not worth another line
	trouble string        // the last
}

// door is how a message gets to the owner while the modem is ready.
type door struct {
	asks  chan *job
	talks chan *talk
	shut  chan struct{} // closed when the modem stops being ready
}

func newModem(cfg ModemConfig, p *Pool) *modem {
	log := p.log.With("modem", cfg.Name)
	m := &modem{
		cfg: cfg, pool: p, gateway: p.Gateway, log: log,
		courier: newCourier(p.Gateway, log),
		nudge:   make(chan struct{}, 1), ended: make(chan struct{}),
		counting: make(chan struct{}, 1), stirred: make(chan struct{}, 1),
		family: profile.Generic(),
		state:  Absent, why: "not found yet", net: cfg.Name,
		port:    cfg.Port,
		slots:   map[string]*slot{},
		refused: map[string]bool{},
	}
	m.info.IMEI, m.info.ICCID, m.info.Port = cfg.IMEI, cfg.ICCID, cfg.Port
	m.courier.count = m.count
	return m
}

// errMoved ends a session whose device has gone or has come back elsewhere.
var errMoved = errors.New("the device is gone")

// offer tells the modem where its device is now; an empty path says that it is
// nowhere, and the same path again that it was seen.
func (m *modem) offer(port string) { m.point(port, "") }

// refuse tells the modem that its device is there and cannot be used, and reports
// whether that is news.
func (m *modem) refuse(why string) bool { return m.point("", why) }

func (m *modem) point(port, useless string) (news bool) {
	m.mu.Lock()
	news = useless != m.useless
	m.useless = useless
	if port != m.port {
		m.port = port
		m.info.Port = port
		if m.hangUp != nil {
			m.hangUp(errMoved)
		}
	}
	m.mu.Unlock()
	m.wake()
	return news
}

// errStranger ends a session with a device that is not this modem.
var errStranger = errors.New("another device is in its place")

// disowned reports, once, whether the port turned out to lead to another
// device.
func (m *modem) disowned() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	was := m.strange
	m.strange = false
	return was
}

// run opens the port, works, and opens it again, until ctx is done.
func (m *modem) run(ctx context.Context) {
	var wg sync.WaitGroup
	defer wg.Wait()
	defer close(m.ended)
	// The courier outlives the owner: reports still come while the last
	// segment waits for its answer.
	cctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	wg.Go(func() { m.courier.run(cctx) })
	if m.cfg.Balance.Code != "" {
		wg.Go(func() { m.watchBalance(ctx) })
	}

	m.rest = firstRest
	for ctx.Err() == nil {
		if o := m.takeOrder(); o != nil {
			m.obey(ctx, o)
			continue
		}
		port, why := m.where(), m.held()
		switch {
		case why != "":
			m.become(m.down(), why)
			m.pause(ctx, 0)
		case m.overdue():
			m.suffer(ctx, errLost)
		case port == "":
			m.become(Absent, m.missingWhy())
			m.miss(ctx, 0)
		default:
			m.live(ctx, port)
		}
	}
	m.become(Absent, "stopped")
}

// missingWhy says why there is no port to open.
func (m *modem) missingWhy() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return cmp.Or(m.useless, "its device is not plugged in")
}

func (m *modem) where() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.port
}

// live is one opening of the port and what came of it, with the rest after it.
func (m *modem) live(ctx context.Context, port string) {
	// A port that has not been there is not announced as opening every time
	// somebody looks.
	if m.now() != Absent {
		m.become(Opening, "")
	}
	rw, err := m.pool.cfg.Open(ctx, port)
	if err != nil {
		if ctx.Err() == nil {
			m.gone(err)
			m.miss(ctx, m.back())
		}
		return
	}
	if m.now() == Absent {
		m.become(Opening, "")
	}
	select {
	case <-m.nudge: // what it said is known now, and no later rest is to end with it
	default:
	}
	if !m.away.IsZero() && m.ladder.givenUp && m.ladder.now == nil {
		// Somebody has plugged it in again: what had not helped before may.
		m.ladder, m.eased, m.rest = ladder{cut: m.ladder.cut}, 0, firstRest
	}
	m.away, m.woken = time.Time{}, false
	m.locate(port)
	m.record.note("opened " + port)
	m.update(func(i *sms.Modem) { i.Restarts++ })
	since := time.Now()
	err = m.session(ctx, rw)
	m.record.note("closed: " + err.Error())
	if ctx.Err() != nil {
		return
	}
	if time.Since(since) >= proven {
		m.rest = firstRest
	}
	m.gone(err)
	switch {
	case errors.Is(err, errStranger):
		m.mu.Lock()
		m.strange = true
		m.mu.Unlock()
		m.pause(ctx, m.back())
	case errors.Is(err, errHeld), errors.Is(err, errOrdered):
	case errors.Is(err, errStale):
		m.refresh(ctx, err)
	case missing(err):
		m.miss(ctx, m.back())
	default:
		m.suffer(ctx, err)
	}
}

// miss waits for a device that is not there, for d, or without an end for 0.
func (m *modem) miss(ctx context.Context, d time.Duration) {
	if m.away.IsZero() {
		m.away = time.Now()
	}
	if due, ok := m.due(); ok && (d == 0 || time.Until(due) < d) {
		d = max(time.Until(due), time.Millisecond)
	}
	m.pause(ctx, d)
}

// due returns when something is to be done about a missing device: a step has
// not brought it back, or it has a power line nobody has tried yet.
func (m *modem) due() (time.Time, bool) {
	switch a := m.ladder.now; {
	case m.away.IsZero():
	case a != nil:
		return a.began.Add(max(a.back, comeback)), true
	case !m.woken && m.powerless() == nil:
		return m.away.Add(awayLimit), true
	}
	return time.Time{}, false
}

// overdue reports whether that moment has come, once for each.
func (m *modem) overdue() bool {
	due, ok := m.due()
	if !ok || m.now() != Absent || time.Now().Before(due) {
		return false
	}
	m.woken = true
	return true
}

// obey takes the step somebody asked for.
func (m *modem) obey(ctx context.Context, o *order) {
	m.conclude(errOrdered)
	if m.ladder.trouble == noTrouble {
		m.ladder = ladder{trouble: asked, since: time.Now()}
	}
	m.ladder.well = time.Time{}
	m.breaker.aside, m.eased = time.Time{}, 0
	m.become(m.down(), "a restart was asked for: "+o.step)
	o.done <- m.take(ctx, o.step, errOrdered.Error())
}

// back returns how long to rest now and doubles the next rest.
func (m *modem) back() time.Duration {
	d := m.rest
	m.rest = min(2*m.rest, lastRest)
	return d
}

// gone takes the end of a session, or of the attempt to begin one.
func (m *modem) gone(err error) {
	m.quiet = err.Error() == m.trouble
	m.trouble = err.Error()
	if missing(err) {
		m.become(Absent, err.Error())
		return
	}
	if m.now() != Recovering {
		m.become(Recovering, err.Error())
	}
}

// missing reports whether an error says that there is no device, rather than
// one in trouble.
func missing(err error) bool {
	for _, e := range []error{errMoved, errHangUp, fs.ErrNotExist, io.EOF, syscall.ENXIO, syscall.ENODEV, syscall.EIO} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// errHangUp ends a session whose stream has ended by itself.
var errHangUp = errors.New("the port hung up")

// pause rests for d, or without an end for 0, unless the device is seen.
func (m *modem) pause(ctx context.Context, d time.Duration) {
	var due <-chan time.Time
	if d > 0 {
		t := time.NewTimer(d)
		defer t.Stop()
		due = t.C
	}
	select {
	case <-ctx.Done():
	case <-due:
	case <-m.nudge:
	}
}

// session works with an open port until it is lost.
func (m *modem) session(ctx context.Context, rw io.ReadWriteCloser) error {
	s := newSession(m)
	lc := line.Config{URC: s.hear, Trace: m.record.trace}
	lc.Flush, lc.Wake = manners(rw)
	s.port = line.New(rw, lc)

	// The port outlives ctx until the owner has left: a segment on its way
	// when the daemon stops still gets its answer.
	pctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	s.abandon = stop
	sctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	m.mu.Lock()
	m.hangUp = cancel
	m.stir = func() { s.news.note(func(*news) {}) }
	m.closed = make(chan struct{})
	m.mu.Unlock()
	defer func() {
		m.mu.Lock()
		close(m.closed)
		m.closed = nil
		m.mu.Unlock()
	}()

	ended := make(chan error, 1)
	go func() {
		err := s.port.Run(pctx)
		cancel(cause(err))
		ended <- err
	}()
	err := s.run(sctx)
	why := context.Cause(sctx)
	m.mu.Lock()
	m.hangUp, m.stir = nil, nil
	m.mu.Unlock()
	stop()
	end := <-ended
	switch {
	case why != nil:
		return why
	case errors.Is(err, line.ErrClosed):
		return cause(end) // a command met the end before Run had told of it
	}
	return err
}

// cause is what ends a session when its port has ended with err.
func cause(err error) error {
	if errors.Is(err, line.ErrLost) || errors.Is(err, line.ErrStuck) {
		return err
	}
	return fmt.Errorf("%w: %w", errHangUp, err)
}

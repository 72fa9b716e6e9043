package modemsim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"time"
)

// ErrHangup is what Serve returns when a fault has dropped the line.
var ErrHangup = errors.New("the line was dropped")

// A Modem is one simulated modem. Serve works; the other methods may be called
// from anywhere at any time.
type Modem struct {
	cfg     ModemConfig
	fam     family
	net     *Network
	wake    chan struct{} // holds one note: something has changed
	serving chan struct{} // holds a token while a Serve runs, who owns st and rand
	st      state
	rand    *rand.Rand

	mu   sync.Mutex
	live live
}

// live is what others change while a modem is served.
type live struct {
	signal, registration int
	operator             string
	eps                  int           // +CEREG's state, where it is not +CREG's; below 0: it is
	absent               bool          // no SIM
	card                 []func(*card) // what happens to the SIM

	supply          supply
	port            int // how often it has come back under another name
	latency, prompt time.Duration

	faults
	struck         time.Time // when the latest of them came about
	storm, garbage int
	lines          []string // to say unasked
	fill           int      // messages to store, as if they had come and been read
	echo, reboot   bool
	forget         bool      // the settings
	goneAt         time.Time // the line is to drop; zero: it is not
	back           time.Time

	counts Counts
}

// Counts are what has passed through a modem since it was made.
type Counts struct {
	Commands int // command lines
	Sent     int // segments the network took
	Refused  int
	Received int // parts and reports given to the host or stored
	Dropped  int // bytes nobody read in time
	Used     int // slots in use in all its memories
}

// maxLines bounds what waits to be said unasked.
const maxLines = 1000

// NewModem makes a modem that has been switched on some time ago, and makes it
// known to the network. The configuration is valid.
func NewModem(cfg ModemConfig, net *Network) *Modem {
	cfg = cfg.full()
	fam, _ := familyOf(cfg.Family)
	m := &Modem{
		cfg: cfg, fam: fam, net: net,
		wake: make(chan struct{}, 1), serving: make(chan struct{}, 1),
		rand: rand.New(rand.NewPCG(cfg.Seed, uint64(cfg.Index))),
		live: live{
			signal: cfg.Signal, registration: cfg.Registration, operator: cfg.Operator,
			latency: cfg.Latency, prompt: cfg.PromptLatency, eps: -1, supply: newSupply(),
		},
		st: state{
			settings: newSettings(fam),
			card:     card{centre: net.cfg.Centre, pin: cfg.PIN, tries: max(cfg.PINTries, 0), puk: pukTries},
			memories: newMemories(fam, cfg),
			regSaid:  cfg.Registration, epsSaid: cfg.Registration,
		},
	}
	if cfg.Chatter > 0 {
		m.st.chatterAt = time.Now().Add(cfg.Chatter)
	}
	m.st.insert()
	net.join(cfg.Name, cfg.Number, m.poke)
	return m
}

// Name returns the modem's name.
func (m *Modem) Name() string { return m.cfg.Name }

// Number returns the modem's own number.
func (m *Modem) Number() string { return m.cfg.Number }

// Config returns the configuration with every default in place.
func (m *Modem) Config() ModemConfig { return m.cfg }

// Counts returns what has passed through the modem.
func (m *Modem) Counts() Counts {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.live.counts
}

// poke wakes the goroutine that serves. It does not block.
func (m *Modem) poke() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// change sets something that is live.
func (m *Modem) change(f func(*live)) {
	m.mu.Lock()
	f(&m.live)
	m.mu.Unlock()
	m.poke()
}

// SetSignal sets what +CSQ says: 0 to 31, or 99.
func (m *Modem) SetSignal(n int) error {
	if !validSignal(n) {
		return fmt.Errorf("a signal of %d is not 0 to 31 or 99", n)
	}
	m.change(func(l *live) { l.signal = n })
	return nil
}

// SetOperator sets the operator's name.
func (m *Modem) SetOperator(name string) { m.change(func(l *live) { l.operator = name }) }

// SetLatency sets the time from Ctrl-Z to the result of +CMGS.
func (m *Modem) SetLatency(d time.Duration) { m.change(func(l *live) { l.latency = d }) }

// Say lets the modem say a line unasked.
func (m *Modem) Say(line string) {
	m.change(func(l *live) {
		if len(l.lines) < maxLines {
			l.lines = append(l.lines, line)
		}
	})
}

// Fill stores n messages that have been sent already, so that the memory for
// incoming ones has so much less room. It stops when that is full.
func (m *Modem) Fill(n int) {
	m.change(func(l *live) { l.fill = min(l.fill+n, maxSlots) })
}

// look reads what is live.
func (m *Modem) look() live {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.live
}

// spend takes one from the count of a fault, and says whether there was one.
func (m *Modem) spend(which func(*faults) *int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	used := use(which(&m.live.faults))
	if used {
		m.live.struck = time.Now()
	}
	return used
}

func (m *Modem) count(f func(*Counts)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f(&m.live.counts)
}

// Serve answers the host at the other end of rw, until ctx is done, the host
// has gone (which is no error), or a fault drops the line (ErrHangup). It
// closes rw, and returns when nothing it started is left. What the modem holds
// stays for the next Serve; a second one at the same time waits.
func (m *Modem) Serve(ctx context.Context, rw io.ReadWriteCloser) error {
	select {
	case m.serving <- struct{}{}:
		defer func() { <-m.serving }()
	case <-ctx.Done():
		return errors.Join(context.Cause(ctx), rw.Close())
	}
	m.change((*live).arrive)
	out := newOutput(rw, m)
	in := make(chan []byte)
	e := &engine{m: m, st: &m.st, out: out, in: in}
	done := make(chan struct{})

	var wg sync.WaitGroup
	var readErr error // set before in is closed
	wg.Go(func() {
		defer close(in)
		readErr = readAll(rw, in, done)
	})
	wg.Go(out.run)

	err := e.run(ctx)
	close(done)
	out.stop()
	closeErr := rw.Close()
	wg.Wait()
	switch {
	case !errors.Is(err, errInputEnded):
		return err
	case readErr != nil && !errors.Is(readErr, io.EOF) && !errors.Is(readErr, io.ErrClosedPipe):
		return fmt.Errorf("read: %w", readErr)
	}
	return closeErr
}

// readAll hands over what comes until the stream ends or done is closed.
func readAll(r io.Reader, to chan<- []byte, done <-chan struct{}) error {
	b := make([]byte, 512)
	for {
		n, err := r.Read(b)
		if n > 0 {
			select {
			case to <- append([]byte(nil), b[:n]...):
			case <-done:
				return nil
			}
		}
		if err != nil {
			return err
		}
	}
}

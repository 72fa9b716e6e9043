package line

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/warthog618/modem/at"
)

// Config is how a port behaves.
type Config struct {
	// URC is given each piece of news: one line, or a header and its PDU, or
	// the lines of a quoted text. It is called by the reader and must not block.
	URC func(lines []string)
	// Trace is given all octets, '<' from the modem and '>' to it; nil for none.
	Trace func(dir byte, b []byte)
	// WriteLimit is how long the stream may take over a write; default 5 s.
	WriteLimit time.Duration
	// Flush drops output the stream has not sent, so that a stuck write
	// returns; nil where there is no such thing.
	Flush func() error
	// Wake has a Read of the stream that waits return; nil where there is no such
	// thing.
	Wake func()
}

const (
	defaultWriteLimit = 5 * time.Second
	// promptLimit is how long a modem may take to ask for the PDU: usually
	// 100 ms, seconds just after its boot.
	promptLimit = 10 * time.Second
	// restartGrace is how long after a sign of a new start the result of a PDU
	// may still come: the sign may be an old one.
	restartGrace = 5 * time.Second
	// leaveLimit is how long the reader is given to leave by itself before the
	// stream is closed under it, and the writer after.
	leaveLimit = time.Second
	// maxAnswer bounds an answer, in octets: a list of 255 stored messages is
	// 100 KiB.
	maxAnswer = 512 << 10
)

// A Port is one command channel to one modem. Run owns the stream; Do and
// Submit only ask Run, which serves them one at a time, in order.
type Port struct {
	rw   io.ReadWriteCloser
	cfg  Config
	asks chan ask

	writes chan written
	ended  chan struct{} // closed when the port is to end
	once   sync.Once
	cause  error // why it ended; set before ended is closed

	toEngine *pipe
	engine   *at.AT

	// Only Run's own goroutine:
	stale bool // an answer may still be on its way
	esc   bool // a prompt may be open

	mu   sync.Mutex // guards what follows
	turn *turn
	last time.Time // when the modem was last heard
}

// A turn is one command's time on the port.
type turn struct {
	*command
	ctx      context.Context
	gone     atomic.Bool // Ctrl-Z has been handed to the stream
	prompted bool        // the PDU has been asked for
	heard    bool        // its own line has come
	over     bool        // its final result has been passed on
	flood    bool
	size     int
	said     string      // its final result as the modem said it
	restart  bool        // the modem has started again meanwhile
	forgot   bool        // the final result is ours, not the modem's
	timer    *time.Timer // prompt limit, then grace
}

// ask is one request to Run.
type ask struct {
	ctx   context.Context
	cmd   string
	pdu   string
	limit time.Duration
	reply chan reply // room for one: Run never waits for a caller who left
}

type reply struct {
	info []string
	gone bool
	err  error
}

// New makes a port over a stream. It starts nothing. The stream's Read may
// return 0, nil when nothing has come for a while.
func New(rw io.ReadWriteCloser, cfg Config) *Port {
	if cfg.WriteLimit <= 0 {
		cfg.WriteLimit = defaultWriteLimit
	}
	if cfg.URC == nil {
		cfg.URC = func([]string) {}
	}
	return &Port{
		rw: rw, cfg: cfg, asks: make(chan ask), writes: make(chan written), ended: make(chan struct{}),
		// Whoever used the modem before may have left in the middle of an answer,
		// or of a PDU.
		stale: true, esc: true,
	}
}

// Run serves the port until ctx is done or the stream ends, and returns why:
// ctx's error, io.EOF or the stream's error, ErrLost, ErrStuck. It closes the
// stream. Nothing it started is left, save a writer whom the kernel does not
// let go even when the stream is closed.
func (p *Port) Run(ctx context.Context) error {
	p.toEngine = newPipe()
	p.engine = at.New(&conn{p})

	var reader, helper sync.WaitGroup
	wrote := make(chan struct{})
	reader.Go(func() { p.end(p.read()) })
	go func() { p.writer(); close(wrote) }()
	helper.Go(func() {
		select {
		case <-ctx.Done():
			p.end(ctx.Err())
		case <-p.ended:
		}
		p.toEngine.close() // the engine ends when its input does, and with it a command in progress
	})

	for open := true; open; {
		select {
		case a := <-p.asks:
			p.serve(a)
		case <-p.ended:
			open = false
		}
	}

	helper.Wait()
	<-p.engine.Closed()
	if p.cfg.Wake != nil {
		p.cfg.Wake()
	}
	left := make(chan struct{})
	go func() { reader.Wait(); close(left) }()
	within(left, leaveLimit)
	if p.cfg.Flush != nil {
		_ = p.cfg.Flush() // closing would wait for unsent output
	}
	p.rw.Close()
	<-left
	within(wrote, leaveLimit)
	return p.cause
}

// within waits for a channel to close, but no longer than d.
func within(c <-chan struct{}, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-c:
	case <-t.C:
	}
}

// end lets the port end, for the first cause that is given.
func (p *Port) end(cause error) {
	p.once.Do(func() {
		p.cause = cause
		close(p.ended)
	})
}

// Do runs one command, written without its AT, and returns the lines of
// information that belong to it. The limit counts from when its turn comes. An
// error is an *Error when the modem refused; the lines are returned with it,
// and with ErrTimeout.
//
// When ctx ends first Do returns, and the command runs on to its end.
func (p *Port) Do(ctx context.Context, cmd string, limit time.Duration) ([]string, error) {
	r := p.ask(ctx, ask{ctx: ctx, cmd: cmd, limit: limit}, false)
	return r.info, r.err
}

// Submit runs a command that asks for a PDU, such as +CMGS=23 (3GPP TS 27.005
// §4.3), and sends it. gone reports whether Ctrl-Z had been handed to the
// stream: an error with gone leaves in doubt whether the network took it,
// unless it is the modem's own refusal, an *Error. ctx prevents the sending
// until Ctrl-Z is gone, and does nothing after.
func (p *Port) Submit(ctx context.Context, cmd, pdu string, limit time.Duration) (info []string, gone bool, err error) {
	r := p.ask(ctx, ask{ctx: ctx, cmd: cmd, pdu: pdu, limit: limit}, true)
	return r.info, r.gone, r.err
}

// Restarted tells the port that the modem has said it has started again: a
// Submit in progress ends soon, with ErrRestarted, rather than at its limit. It
// does not block, and may be called from Config.URC.
func (p *Port) Restarted() {
	if t := p.current(); t != nil && t.submit != "" {
		time.AfterFunc(restartGrace, func() { t.abort(p) })
	}
}

func (p *Port) ask(ctx context.Context, a ask, stay bool) reply {
	a.reply = make(chan reply, 1)
	select {
	case p.asks <- a:
	case <-p.ended:
		return reply{err: ErrClosed}
	case <-ctx.Done():
		return reply{err: ctx.Err()}
	}
	if stay {
		return <-a.reply // Run answers everything it has taken
	}
	select {
	case r := <-a.reply:
		return r
	case <-ctx.Done():
		return reply{err: ctx.Err()}
	}
}

// read frames and sorts what the modem sends until the stream or the port ends.
func (p *Port) read() error {
	var f framer
	var s sorter
	buf := make([]byte, 4096)
	for {
		n, err := p.rw.Read(buf)
		if n > 0 {
			if p.cfg.Trace != nil {
				p.cfg.Trace('<', buf[:n])
			}
			p.heard()
			for _, b := range buf[:n] {
				if line, ok := f.push(b); ok {
					p.take(&s, line)
				} else if b == '>' || b == ' ' {
					p.prompt(&f)
				}
			}
		}
		select {
		case <-p.ended:
			return ErrClosed
		default:
		}
		switch {
		case errors.Is(err, io.EOF):
			return io.EOF
		case err != nil:
			return err
		}
	}
}

// take passes a line to whose it is.
func (p *Port) take(s *sorter, line string) {
	line, rest := split(unprompted(line))
	t := p.current()
	var c *command
	if t != nil && !t.done(p) {
		c = t.command
	}
	f, out, news := s.sort(line, c)
	if len(news) > 0 {
		p.cfg.URC(news)
	}
	switch f {
	case answer:
		t.hear(p, out)
	case finish:
		t.finish(p, out, line)
	}
	if rest != "" {
		p.take(s, rest)
	}
}

// prompt passes a prompt to a command that waits for one.
func (p *Port) prompt(f *framer) {
	t := p.current()
	if t == nil || t.submit == "" {
		return
	}
	p.mu.Lock()
	first := !t.prompted && !t.over && f.prompt()
	if first {
		t.prompted = true
		t.timer.Stop()
	}
	p.mu.Unlock()
	if first {
		p.toEngine.write(">")
	}
}

func (p *Port) heard() {
	p.mu.Lock()
	p.last = time.Now()
	p.mu.Unlock()
}

func (p *Port) current() *turn {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.turn
}

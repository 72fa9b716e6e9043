package line

import (
	"bytes"
	"io"
	"time"
)

const (
	ctrlZ  = 0x1A
	escape = 0x1B
)

// conn is the stream the engine believes to be the modem. The engine's reader
// reads it; the engine's command loop writes it.
type conn struct{ p *Port }

// Read gives the engine what the sorter let through.
func (c *conn) Read(b []byte) (int, error) { return c.p.toEngine.read(b) }

// Write hands octets to the port's writer. A PDU is refused when nobody wants
// it sent any more, and an ESC once the Ctrl-Z has gone: it could only meet
// the next command.
func (c *conn) Write(b []byte) (int, error) {
	t := c.p.current()
	if t != nil && len(b) > 0 {
		switch {
		case b[0] == escape && t.gone.Load():
			return len(b), nil
		case bytes.IndexByte(b, ctrlZ) >= 0:
			if err := t.ctx.Err(); err != nil {
				return 0, err
			}
			t.gone.Store(true)
		}
	}
	return c.p.write(b)
}

// write hands octets to the writer and waits until the stream has taken them,
// for at most WriteLimit; then unsent output is dropped, which lets a stuck
// write return, and the port ends.
func (p *Port) write(b []byte) (int, error) {
	w := written{b: bytes.Clone(b), done: make(chan error, 1)}
	limit := time.NewTimer(p.cfg.WriteLimit)
	defer limit.Stop()
	select {
	case p.writes <- w:
	case <-p.ended:
		return 0, ErrClosed
	case <-limit.C:
		return 0, p.stuck()
	}
	ended := p.ended
	for {
		select {
		case err := <-w.done:
			if err != nil {
				p.end(err)
				return 0, err
			}
			return len(b), nil
		case <-ended:
			// The octets may have gone before the end, and been answered: that
			// is heard only if the writing is said to have succeeded.
			ended = nil
			limit.Reset(leaveLimit)
		case <-limit.C:
			if ended == nil {
				return 0, ErrClosed
			}
			return 0, p.stuck()
		}
	}
}

func (p *Port) stuck() error {
	if p.cfg.Flush != nil {
		_ = p.cfg.Flush() // the port ends either way
	}
	p.end(ErrStuck)
	return ErrStuck
}

// A written is octets on their way to the stream.
type written struct {
	b    []byte
	done chan error
}

// writer writes to the stream, whole.
func (p *Port) writer() {
	for {
		select {
		case w := <-p.writes:
			if p.cfg.Trace != nil {
				p.cfg.Trace('>', w.b)
			}
			n, err := p.rw.Write(w.b)
			if err == nil && n < len(w.b) {
				err = io.ErrShortWrite
			}
			w.done <- err
		case <-p.ended:
			return
		}
	}
}

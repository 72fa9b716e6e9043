package line

import (
	"io"
	"sync"
)

// A pipe carries what the sorter lets through to the engine. Writing never
// waits, so that the reader goes on listening to the modem while the engine is
// busy writing to it; what one answer may put in is bounded by maxAnswer, and
// nothing else is put in.
type pipe struct {
	mu     sync.Mutex
	more   sync.Cond // something came, or the end
	buf    []byte
	closed bool
}

func newPipe() *pipe {
	p := &pipe{}
	p.more.L = &p.mu
	return p
}

// write adds to what is to be read; after close it does nothing.
func (p *pipe) write(s string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.buf = append(p.buf, s...)
		p.more.Signal()
	}
}

// read waits for something to read; io.EOF after close, behind all that was
// written before: the last words of a modem may say that it has sent.
func (p *pipe) read(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.buf) == 0 && !p.closed {
		p.more.Wait()
	}
	if len(p.buf) == 0 {
		return 0, io.EOF
	}
	n := copy(b, p.buf)
	if p.buf = p.buf[n:]; len(p.buf) == 0 {
		p.buf = nil
	}
	return n, nil
}

// close ends writing.
func (p *pipe) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	p.more.Broadcast()
}

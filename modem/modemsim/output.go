package modemsim

import (
	"io"
	"sync"
)

// maxOutput is how many bytes wait for a host that does not read: more than
// the longest answer, a full listing of 255 slots.
const maxOutput = 128 << 10

// An output writes what the engine says, so that a host that does not read
// never holds the engine up. What finds no room is lost, as it is in a modem.
type output struct {
	w    io.Writer
	m    *Modem
	more chan struct{} // holds one note: buf has grown, or stopped is set

	mu      sync.Mutex
	buf     []byte
	stopped bool
}

func newOutput(w io.Writer, m *Modem) *output {
	return &output{w: w, m: m, more: make(chan struct{}, 1)}
}

// put says b. It does not block.
func (o *output) put(b []byte) {
	o.mu.Lock()
	full := len(o.buf)+len(b) > maxOutput
	if !full {
		o.buf = append(o.buf, b...)
	}
	o.mu.Unlock()
	if full {
		o.m.count(func(c *Counts) { c.Dropped += len(b) })
		return
	}
	o.note()
}

func (o *output) stop() {
	o.mu.Lock()
	o.stopped = true
	o.mu.Unlock()
	o.note()
}

func (o *output) note() {
	select {
	case o.more <- struct{}{}:
	default:
	}
}

// run writes until stop, or until the stream takes no more. What is not
// written by then is lost.
func (o *output) run() {
	for range o.more {
		o.mu.Lock()
		b, stopped := o.buf, o.stopped
		o.buf = nil
		o.mu.Unlock()
		if stopped {
			return
		}
		step := len(b)
		if o.m.look().split {
			step = 1
		}
		for len(b) > 0 {
			n, err := o.w.Write(b[:min(step, len(b))])
			if err != nil {
				return
			}
			b = b[n:]
		}
	}
}

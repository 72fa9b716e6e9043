package power

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"periph.io/x/conn/v3/gpio"
)

// ErrBusy is the answer to a cycle while another runs on the line.
var ErrBusy = errors.New("the power line is being cycled already")

// ErrClosed is the answer to a cycle after Close.
var ErrClosed = errors.New("the power line is closed")

// ErrToggle is the answer to Cycle where the key toggles: pressed blindly, it
// would switch a modem off. Restart looks first.
var ErrToggle = errors.New("the key toggles: it is not pressed without knowing whether the modem is on")

// A line that did not come back is set again so often, so far apart. Expanders
// on a bus (I²C, USB) refuse now and then; the board's own pins never do.
const (
	restoreTries = 3
	restorePause = 100 * time.Millisecond
)

// What a line is doing. A cycle goes there and back, Close goes and stays.
const (
	idle int32 = iota
	cycling
	closed
)

// A Line is a power line, held at its resting level. Its methods may be called
// from anywhere.
type Line struct {
	pin   gpio.PinOut
	given Config
	cfg   Config // the same, complete
	state atomic.Int32
}

// NewLine drives the line described by cfg through pin, which it sets to the
// resting level first of all. Where cfg says that the line is does not matter
// then. The pin is the Line's from now on.
func NewLine(pin gpio.PinOut, cfg Config) (*Line, error) {
	if err := errors.Join(cfg.driveFaults()...); err != nil {
		return nil, err
	}
	if cfg.Name == "" && cfg.Chip == "" && cfg.Pin == "" {
		cfg.Name = pin.Name()
	}
	l := &Line{pin: pin, given: cfg, cfg: cfg.withDefaults()}
	if err := pin.Out(l.cfg.rest()); err != nil {
		return nil, l.wrap(err)
	}
	return l, nil
}

// Cycle takes the line away from its resting level and back: a cut stays off
// for Off, a reset key is pressed for Pulse. When it returns, the line is back,
// also where ctx ended in the middle; then it returns ctx.Err(). The modem may
// answer Settle later. While a cycle runs it returns ErrBusy, on a toggle
// ErrToggle.
func (l *Line) Cycle(ctx context.Context) error {
	if l.cfg.Toggle {
		return l.wrap(ErrToggle)
	}
	if err := l.begin(); err != nil {
		return err
	}
	defer l.end()
	return l.cycle(ctx, l.cfg)
}

// CycleWith is Cycle with the times of the modem's kind.
func (l *Line) CycleWith(ctx context.Context, t Times) error {
	if l.cfg.Toggle {
		return l.wrap(ErrToggle)
	}
	if err := l.begin(); err != nil {
		return err
	}
	defer l.end()
	return l.cycle(ctx, l.timed(t))
}

// timed is the line's configuration with the times of a modem's kind where it
// leaves them open.
func (l *Line) timed(t Times) Config {
	c := l.given
	c.Pulse = cmp.Or(c.Pulse, t.Pulse)
	if c.Toggle {
		c.PulseOff, c.Gone, c.Off = cmp.Or(c.PulseOff, t.PulseOff), cmp.Or(c.Gone, t.Gone), cmp.Or(c.Off, t.Off)
	}
	return c.withDefaults()
}

// With returns the same line with other settings, times say, and gives this one
// up for it: the pin stays held throughout. Where it rests at another level by
// them, it goes there. While a cycle runs With returns ErrBusy.
func (l *Line) With(cfg Config) (*Line, error) {
	if err := l.begin(); err != nil {
		return nil, err
	}
	other, err := NewLine(l.pin, cfg)
	if err != nil {
		l.end()
		return nil, err
	}
	l.state.Store(closed)
	return other, nil
}

// Settle is how long after a cycle the modem may take to answer.
func (l *Line) Settle() time.Duration { return l.cfg.Settle }

// String is the line's name.
func (l *Line) String() string { return l.cfg.Name }

// Close gives the line up. A pin that can be closed is: it is no longer held
// then, and the package comment says what becomes of its level. While a cycle
// runs it returns ErrBusy and does nothing; a second time it does nothing.
func (l *Line) Close() error {
	if !l.state.CompareAndSwap(idle, closed) {
		if l.state.Load() == closed {
			return nil
		}
		return l.wrap(ErrBusy)
	}
	if c, ok := l.pin.(io.Closer); ok {
		if err := c.Close(); err != nil {
			return l.wrap(err)
		}
	}
	return nil
}

// begin takes the line for one cycle; end gives it back.
func (l *Line) begin() error {
	if l.state.CompareAndSwap(idle, cycling) {
		return nil
	}
	if l.state.Load() == closed {
		return l.wrap(ErrClosed)
	}
	return l.wrap(ErrBusy)
}

func (l *Line) end() { l.state.Store(idle) }

// cycle is Cycle where the line is taken and no toggle.
func (l *Line) cycle(ctx context.Context, c Config) error {
	if c.Kind == Cut {
		return l.leave(ctx, c.Off)
	}
	return l.leave(ctx, c.Pulse)
}

// leave takes the line away from its resting level for d, and always back.
func (l *Line) leave(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := l.pin.Out(!l.cfg.rest())
	if err != nil {
		err = l.wrap(err)
	} else {
		err = wait(ctx, d)
	}
	if back := l.restore(); back != nil {
		return errors.Join(err, back)
	}
	return err
}

// restore brings the line back. No context ends it: it takes 200 ms at most, and
// a modem without power is worse.
func (l *Line) restore() error {
	for try := 1; ; try++ {
		err := l.pin.Out(l.cfg.rest())
		if err == nil {
			return nil
		}
		if try == restoreTries {
			return l.wrap(fmt.Errorf("not back at its resting level: %w", err))
		}
		_ = wait(context.Background(), restorePause) // cannot be cut short
	}
}

func (l *Line) wrap(err error) error {
	return fmt.Errorf("power %s: %w", l.cfg.Name, err)
}

// wait lets d pass, or returns ctx.Err() as soon as ctx is done.
func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

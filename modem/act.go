package modem

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/pigeon-sms/pigeon/modem/line"
	"github.com/pigeon-sms/pigeon/modem/usb"
)

// can says why a step cannot be taken with this modem, nil when it can.
func (m *modem) can(step string) error {
	c := m.pool.cfg
	switch step {
	case StepRadio:
		if m.family.RadioOff == "" || m.family.RadioOn == "" {
			return fmt.Errorf("the radio of a %s modem cannot be switched", m.family.Name)
		}
	case StepReset:
		if m.family.Reset == "" {
			return fmt.Errorf("no reset of a %s modem is known", m.family.Name)
		}
	case StepUSB:
		if c.Reset == nil || m.place() == "" {
			return errors.New("it is on no USB port that can be reset")
		}
	case StepPort:
		if c.CyclePort == nil || m.place() == "" {
			return errors.New("it is on no USB port whose power can be cut")
		}
	case StepPower:
		return m.powerless()
	}
	return nil
}

// act takes a step and returns when it is done; whether it has helped shows
// later.
func (m *modem) act(ctx context.Context, step string) error {
	if err := m.can(step); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, stepLimit)
	defer cancel()
	m.record.note("step: " + step)
	switch step {
	case StepRadio:
		return m.radio(ctx)
	case StepReset:
		return m.reset(ctx)
	case StepUSB:
		return m.pool.takeAway(ctx, m.place(), m.pool.cfg.Reset)
	case StepPort:
		return m.pool.takeAway(ctx, m.place(), m.pool.cfg.CyclePort)
	case StepPower:
		return m.pool.cycle(ctx, m)
	}
	return nil // to reinitialise is to begin a session
}

// radio leaves the network and joins it again.
func (m *modem) radio(ctx context.Context) error {
	p := m.family
	limit := max(p.RadioLimit, radioLeast)
	return m.speak(ctx, func(ctx context.Context, l *line.Port) error {
		_, err := l.Do(ctx, p.RadioOff, limit)
		if refused(err) {
			return fmt.Errorf("AT%s: %w", p.RadioOff, err)
		}
		if err == nil {
			err = rest(ctx, radioPause)
		}
		// On again whatever came of the other: it may have been late.
		for range 2 {
			if _, on := l.Do(ctx, p.RadioOn, limit); on == nil || !errors.Is(on, line.ErrTimeout) {
				return errors.Join(err, on)
			}
		}
		return errors.Join(err, fmt.Errorf("AT%s: %w", p.RadioOn, line.ErrTimeout))
	})
}

// reset gives the family's reset, and waits until the port has gone, or the
// modem must have begun it: from then on nothing it says is from before. Some
// vanish before they answer.
func (m *modem) reset(ctx context.Context) error {
	return m.speak(ctx, func(ctx context.Context, l *line.Port) error {
		_, err := l.Do(ctx, m.family.Reset, resetLimit)
		if refused(err) || errors.Is(err, line.ErrLost) {
			return fmt.Errorf("AT%s: %w", m.family.Reset, err)
		}
		return rest(ctx, resetPause)
	})
}

// speak opens the port, finds out whether the modem answers, and calls f. That
// the port ends meanwhile is no error: it may be meant to. f's ctx ends with it.
func (m *modem) speak(ctx context.Context, f func(context.Context, *line.Port) error) error {
	port := m.where()
	if port == "" {
		return errors.New("its device is not there")
	}
	rw, err := m.pool.cfg.Open(ctx, port)
	if err != nil {
		return err
	}
	return converse(ctx, rw, m.record.trace, func(cctx context.Context, l *line.Port) error {
		var err error
		for range probeTries {
			if _, err = l.Do(cctx, "", probeLimit); !errors.Is(err, line.ErrTimeout) {
				break
			}
		}
		if err != nil && !refused(err) {
			return fmt.Errorf("%w: %w", errMute, err)
		}
		if err = f(cctx, l); cctx.Err() != nil && ctx.Err() == nil {
			return nil
		}
		return err
	})
}

// Answers reports whether a modem answers at a port that nobody has open, asking
// until ctx is done. A nil open is package usb's.
func Answers(ctx context.Context, open func(context.Context, string) (io.ReadWriteCloser, error), port string) bool {
	if open == nil {
		open = openUSB
	}
	rw, err := open(ctx, port)
	if err != nil {
		return false
	}
	err = converse(ctx, rw, nil, func(ctx context.Context, l *line.Port) error {
		_, err := l.Do(ctx, "", askLimit)
		return err
	})
	return err == nil || refused(err)
}

// converse runs a port over a stream for as long as f takes. The ctx f gets
// ends with the port.
func converse(ctx context.Context, rw io.ReadWriteCloser, trace func(byte, []byte), f func(context.Context, *line.Port) error) error {
	c := line.Config{Trace: trace}
	c.Flush, c.Wake = manners(rw)
	l := line.New(rw, c)
	cctx, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer stop()
		_ = l.Run(cctx) // f's commands have met the same end
	}()
	defer func() { stop(); <-ended }()
	return f(cctx, l)
}

// manners are what a stream can do beside reading and writing; nil what it cannot.
func manners(rw io.ReadWriteCloser) (flush func() error, wake func()) {
	if f, ok := rw.(interface{ Flush() error }); ok {
		flush = f.Flush
	}
	if w, ok := rw.(interface{ Wake() }); ok {
		wake = w.Wake
	}
	return flush, wake
}

// place returns the USB port the modem is at, or was.
func (m *modem) place() string {
	if m.cfg.USB != "" {
		return m.cfg.USB
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.usb
}

// locate notes which USB port a port that could be opened belongs to. Nothing
// needs it where no USB port can be reset.
func (m *modem) locate(port string) {
	c := m.pool.cfg
	if m.cfg.USB != "" || c.Reset == nil && c.CyclePort == nil {
		return
	}
	devices, err := c.Scan()
	if err != nil {
		return // the walk tells of it; what was known is still likely
	}
	at := ""
	for _, d := range devices {
		if slices.ContainsFunc(d.Interfaces, func(i usb.Interface) bool { return i.TTY != "" && i.TTY == resolve(port) }) {
			at = d.Path
		}
	}
	m.mu.Lock()
	m.usb = at
	m.mu.Unlock()
}

const (
	stepLimit  = 5 * time.Minute // a shared power line waits for a segment of each of its modems
	resetLimit = 10 * time.Second
	resetPause = 10 * time.Second // sticks leave the bus 2 to 10 s after a reset
	radioPause = 3 * time.Second  // between off and on, as smstools waits
	radioLeast = 40 * time.Second // makers give +CFUN=0 up to 40 s

	// bootLeast is how long a modem may be silent after a reset or a power cut:
	// none takes more than 25 s.
	bootLeast = 30 * time.Second
	bootPause = 2 * time.Second

	// comeback is how long a device may stay off the USB bus after a step: 2 to
	// 10 s until it goes, 10 to 60 s until it is back.
	comeback = 90 * time.Second
)

// What counts as trouble, and how long it is borne.
const (
	// patience is how long a silent modem is tried every half minute before it
	// is given up.
	patience = 15 * time.Minute

	firstEase   = time.Minute // the first rest after that, doubled up to
	longestRest = time.Hour

	// againRest is the rest from which on the whole ladder is climbed again
	// after each: what fell ill of one thing may have gone over to another.
	againRest = 4 * time.Minute

	// startLimit is how long texts may not work before that is trouble: four
	// times the slowest start of the field.
	startLimit = 5 * time.Minute

	// cutAgain is how soon a power line that others share is cycled once more
	// for a modem that has relapsed: each time costs them half a minute.
	cutAgain = 10 * time.Minute

	// seekLimit is how long a modem may search for a network: none, or a cell
	// that is down, is more likely than a modem that has forgotten to look.
	seekLimit = 15 * time.Minute

	// awayLimit is how long a modem with a power line of its own may be absent
	// before it is switched off and on: a module may have crashed, or never
	// been switched on.
	awayLimit = time.Minute
)

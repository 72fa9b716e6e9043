package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/pigeon-sms/pigeon/modem"
	"github.com/pigeon-sms/pigeon/modem/power"
	"github.com/pigeon-sms/pigeon/modem/profile"
	"github.com/pigeon-sms/pigeon/modem/usb"
)

// powerLines are the GPIO lines this process holds. They are opened once and
// held until it ends, over reloads too: a line that is let go may cut power.
type powerLines struct {
	open    map[power.Config]*power.Line
	missing map[power.Config]*lever                 // of this configuration
	take    func(power.Config) (*power.Line, error) // nil: power.Open
}

// join gives each modem with a power line the line; modems that name the same
// one share it. A line that cannot be had stands back for the modems: theirs goes
// on without that lever, and the others do not notice.
func (p *powerLines) join(cfg *config, scan func() ([]usb.Device, error), log *slog.Logger) {
	p.missing = map[power.Config]*lever{}
	for i, c := range cfg.power {
		if c.Kind == "" {
			continue
		}
		m := &cfg.modem.Modems[i]
		dress := dresser(*m, c, scan)
		line, err := p.line(c, cfg.power)
		if err == nil {
			m.Power = dress(line)
			continue
		}
		l := p.missing[c]
		if l == nil {
			l = &lever{dress: dress, why: err}
			p.missing[c] = l
		}
		m.Power = l
		log.Error("power line missing: the modem goes on without, until it can be opened", "modem", m.Name, "err", err)
	}
}

// dresser makes of a line what a modem is switched by.
func dresser(m modem.ModemConfig, c power.Config, scan func() ([]usb.Device, error)) func(*power.Line) modem.Power {
	return func(line *power.Line) modem.Power {
		switch {
		case c.Toggle:
			return &toggle{line, there(m, scan), m.USB == "" && !onBus(m.Port)}
		case c.Kind == power.Pulse:
			return reset{line}
		}
		return line
	}
}

// line returns the line that c describes: one that is held, with the settings it
// has now, or another one. wanted are the lines of all modems: what one of them
// has as it is stays so, and c, if it means the same pin, is refused.
func (p *powerLines) line(c power.Config, wanted []power.Config) (*power.Line, error) {
	if line := p.open[c]; line != nil {
		return line, nil
	}
	if p.open == nil {
		p.open = map[power.Config]*power.Line{}
	}
	for was, line := range p.open {
		if was.Chip != c.Chip || was.Pin != c.Pin || was.Line != c.Line || slices.Contains(wanted, was) {
			continue
		}
		changed, err := line.With(c)
		if err != nil {
			return nil, err
		}
		delete(p.open, was)
		p.open[c] = changed
		return changed, nil
	}
	take := p.take
	if take == nil {
		take = power.Open
	}
	line, err := take(c)
	if err == nil {
		p.open[c] = line
	}
	return line, err
}

// close lets all lines go.
func (p *powerLines) close() error {
	var errs []error
	for _, l := range p.open {
		errs = append(errs, l.Close())
	}
	return errors.Join(errs...)
}

// A reset is a line that presses a reset pin.
type reset struct{ *power.Line }

// Press holds the pin for as long as the modem's family wants it.
func (r reset) Press(ctx context.Context, k profile.Key) error {
	return r.CycleWith(ctx, power.Times{Pulse: k.Reset})
}

// A toggle is a line whose key switches a modem off as well as on, so that
// somebody has to look whether it is there.
type toggle struct {
	*power.Line
	alive  power.Alive
	serial bool // its sign of life are its answers, which end before it is off
}

// Cycle switches the modem off, where it is on, and on.
func (t *toggle) Cycle(ctx context.Context) error { return t.Restart(ctx, t.alive) }

const (
	// goneMargin is added to what a maker says of switching off: the sign of
	// life is asked for three times, a second apart.
	goneMargin = 15 * time.Second
	// leastOff lies between off and on in any case.
	leastOff = 3 * time.Second
)

// Press is Cycle with the times of the modem's family.
func (t *toggle) Press(ctx context.Context, k profile.Key) error {
	times := power.Times{Pulse: k.On, PulseOff: k.Off, Off: max(k.Rest, leastOff)}
	if k.Gone > 0 {
		times.Gone = k.Gone + goneMargin
	}
	if t.serial {
		times.Off += k.Gone
	}
	return t.RestartWith(ctx, t.alive, times)
}

// onBus reports whether a port is that of a USB device, and goes when it does.
func onBus(port string) bool {
	for _, p := range []string{"/dev/ttyUSB", "/dev/ttyACM", "/dev/serial/by-"} {
		if strings.HasPrefix(port, p) {
			return true
		}
	}
	return false
}

// there looks for a sign that a modem is switched on: its device on the bus, or
// on a serial line, which is always there, an answer.
func there(m modem.ModemConfig, scan func() ([]usb.Device, error)) power.Alive {
	return func(ctx context.Context) bool {
		switch {
		case onBus(m.Port):
			_, err := os.Stat(m.Port)
			return err == nil
		case m.Port != "":
			return modem.Answers(ctx, nil, m.Port)
		}
		devices, err := scan()
		for _, d := range devices {
			if err == nil && d.Path == m.USB {
				return true
			}
		}
		return false
	}
}

package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/pigeon-sms/pigeon/modem"
	"github.com/pigeon-sms/pigeon/modem/power"
	"github.com/pigeon-sms/pigeon/modem/profile"
)

// lineRetry is between two tries to open a power line that is missing.
const lineRetry = time.Minute

// A lever is a power line that could not be opened, until it can be.
type lever struct {
	dress func(*power.Line) modem.Power

	mu    sync.Mutex // guards what follows
	power modem.Power
	why   error // why there is none
}

// Missing says why there is no line, nil where there is one by now.
func (l *lever) Missing() error {
	_, why := l.get()
	return why
}

// Cycle cycles the line, if it is there.
func (l *lever) Cycle(ctx context.Context) error {
	p, why := l.get()
	if why != nil {
		return why
	}
	return p.Cycle(ctx)
}

// Press is Cycle with the times of the modem's family, where the line presses a key.
func (l *lever) Press(ctx context.Context, k profile.Key) error {
	p, _ := l.get()
	if keyed, ok := p.(modem.Keyed); ok {
		return keyed.Press(ctx, k)
	}
	return l.Cycle(ctx)
}

func (l *lever) get() (modem.Power, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.power, l.why
}

// found has a line, or why there still is none.
func (l *lever) found(line *power.Line, why error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.why = why; why == nil {
		l.power = l.dress(line)
	}
}

// A lineKeeper tries to open the lines that are missing.
type lineKeeper struct {
	lines   *powerLines
	wanted  []power.Config // of all modems
	changed func()         // what a modem says of itself has changed
	log     *slog.Logger
}

// Run tries each minute while a line is missing, until ctx is done.
func (k lineKeeper) Run(ctx context.Context) error {
	for len(k.lines.missing) > 0 {
		if sleep(ctx, lineRetry) != nil {
			return nil
		}
		for c, l := range k.lines.missing {
			line, err := k.lines.line(c, k.wanted)
			if err != nil && err.Error() == l.Missing().Error() {
				continue
			}
			l.found(line, err)
			if err == nil {
				delete(k.lines.missing, c)
				k.log.Info("power line opened", "line", line.String())
			} else {
				k.log.Error("power line still missing", "err", err)
			}
			k.changed()
		}
	}
	<-ctx.Done()
	return nil
}

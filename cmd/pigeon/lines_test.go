package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/gpio/gpiotest"

	"github.com/pigeon-sms/pigeon/modem"
	"github.com/pigeon-sms/pigeon/modem/power"
)

// A wiring is power lines whose pins are doubles, each held once as by the kernel.
type wiring struct {
	powerLines

	mu   sync.Mutex
	held map[string]bool
}

func newWiring() *wiring {
	w := &wiring{held: map[string]bool{}}
	w.take = func(c power.Config) (*power.Line, error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.held[c.Pin] {
			return nil, errors.New("power " + c.Pin + ": held by a pigeon already")
		}
		w.held[c.Pin] = true
		return power.NewLine(&gpiotest.Pin{N: c.Pin}, c)
	}
	return w
}

// wired reads a configuration with a power line for each modem.
func wired(t *testing.T, lines ...string) config {
	t.Helper()
	text := ""
	for i, line := range lines {
		text += fmt.Sprintf("[[modem]]\nname = \"m%d\"\nusb = \"1-1.%d\"\npower = { %s }\n", i, i+1, line)
	}
	return mustParse(t, text)
}

var quiet = slog.New(slog.DiscardHandler)

const cut17 = `kind = "cut", pin = "GPIO17"`

func TestModemsOnOneLineShareIt(t *testing.T) {
	w := newWiring()
	cfg := wired(t, cut17, cut17, `kind = "cut", pin = "GPIO4"`)
	w.join(&cfg, nil, quiet)
	m := cfg.modem.Modems
	if m[0].Power != m[1].Power || m[0].Power == m[2].Power || m[0].Power == nil {
		t.Errorf("got %v, %v and %v", m[0].Power, m[1].Power, m[2].Power)
	}
}

// A reload keeps the lines it finds held, also where it changes their times: letting
// one go would cut power.
func TestReloadKeepsAndChangesLines(t *testing.T) {
	w := newWiring()
	first := wired(t, cut17)
	w.join(&first, nil, quiet)
	same := wired(t, cut17)
	w.join(&same, nil, quiet)
	if same.modem.Modems[0].Power != first.modem.Modems[0].Power {
		t.Errorf("the same again: %v", same.modem.Modems[0].Power)
	}
	longer := wired(t, cut17+`, off = "9s"`)
	w.join(&longer, nil, quiet)
	if _, ok := w.open[longer.power[0]]; !ok || len(w.open) != 1 {
		t.Errorf("holds %v, want the one with its new time", w.open)
	}
	if err := first.modem.Modems[0].Power.Cycle(t.Context()); !errors.Is(err, power.ErrClosed) {
		t.Errorf("the old settings: %v", err)
	}
	if err := w.close(); err != nil {
		t.Error(err)
	}
}

// A line that cannot be had is no reason to stop: its modem goes on without, the
// others as they were.
func TestAMissingLineStopsNobody(t *testing.T) {
	w := newWiring()
	cfg := wired(t, cut17, cut17+`, off = "9s"`, `kind = "cut", pin = "GPIO4"`)
	var log strings.Builder
	w.join(&cfg, nil, slog.New(slog.NewTextHandler(&log, nil)))
	m := cfg.modem.Modems
	for _, i := range []int{0, 2} {
		if _, ok := m[i].Power.(*power.Line); !ok {
			t.Errorf("%s has %T", m[i].Name, m[i].Power)
		}
	}
	l, ok := m[1].Power.(modem.Missing)
	if !ok || l.Missing() == nil || !strings.Contains(l.Missing().Error(), "held by a pigeon") {
		t.Errorf("m1 has %v", m[1].Power)
	}
	if err := m[1].Power.Cycle(t.Context()); err == nil || !strings.Contains(err.Error(), "held by a pigeon") {
		t.Errorf("cycled: %v", err)
	}
	if s := log.String(); strings.Count(s, "level=ERROR") != 1 || !strings.Contains(s, "modem=m1") {
		t.Errorf("logged %s", s)
	}
}

func TestAMissingLineIsTriedEachMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWiring()
		w.held["GPIO17"] = true // by somebody else
		cfg := wired(t, cut17, cut17)
		w.join(&cfg, nil, quiet)
		m := cfg.modem.Modems
		if m[0].Power != m[1].Power {
			t.Errorf("they do not share it: %v, %v", m[0].Power, m[1].Power)
		}
		ctx, stop := context.WithCancel(t.Context())
		changes := 0
		ended := make(chan error)
		go func() { ended <- lineKeeper{&w.powerLines, cfg.power, func() { changes++ }, quiet}.Run(ctx) }()
		<-time.After(lineRetry + time.Second)
		synctest.Wait()
		if l := m[0].Power.(modem.Missing); l.Missing() == nil || changes != 0 {
			t.Errorf("after a minute: %v, %d changes", l.Missing(), changes)
		}
		w.mu.Lock()
		delete(w.held, "GPIO17")
		w.mu.Unlock()
		<-time.After(lineRetry)
		synctest.Wait()
		if err := m[0].Power.(modem.Missing).Missing(); err != nil || changes != 1 {
			t.Errorf("after it is free: %v, %d changes", err, changes)
		}
		if err := m[0].Power.Cycle(t.Context()); err != nil {
			t.Error(err)
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestAKeyServesOneModem(t *testing.T) {
	const key = "power = { kind = \"pulse\", pin = \"GPIO4\", toggle = true }\n"
	_, err := parse(t, t.TempDir(), "[[modem]]\nname = \"a\"\nusb = \"1-1.1\"\n"+key+"[[modem]]\nname = \"b\"\nusb = \"1-1.2\"\n"+key)
	if err == nil || !strings.Contains(err.Error(), "modem[1].power: modem[0] has it already") {
		t.Errorf("got %v", err)
	}
}

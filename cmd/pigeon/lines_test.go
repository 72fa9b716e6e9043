package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"periph.io/x/conn/v3/gpio/gpiotest"

	"github.com/pigeon-sms/pigeon/modem/power"
)

// A wiring is power lines whose pins are doubles, each held once as by the kernel.
type wiring struct {
	powerLines
	held map[string]bool
}

func newWiring() *wiring {
	w := &wiring{held: map[string]bool{}}
	w.take = func(c power.Config) (*power.Line, error) {
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

const cut17 = `kind = "cut", pin = "GPIO17"`

func TestModemsOnOneLineShareIt(t *testing.T) {
	w := newWiring()
	cfg := wired(t, cut17, cut17, `kind = "cut", pin = "GPIO4"`)
	if err := w.join(&cfg, nil); err != nil {
		t.Fatal(err)
	}
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
	if err := w.join(&first, nil); err != nil {
		t.Fatal(err)
	}
	same := wired(t, cut17)
	if err := w.join(&same, nil); err != nil || same.modem.Modems[0].Power != first.modem.Modems[0].Power {
		t.Errorf("the same again: %v, %v", same.modem.Modems[0].Power, err)
	}
	longer := wired(t, cut17+`, off = "9s"`)
	if err := w.join(&longer, nil); err != nil {
		t.Fatal(err)
	}
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

func TestUnequalSettingsOfOneLineAreRefused(t *testing.T) {
	w := newWiring()
	cfg := wired(t, cut17, cut17+`, off = "9s"`)
	if err := w.join(&cfg, nil); err == nil || !strings.Contains(err.Error(), "held by a pigeon") {
		t.Errorf("got %v", err)
	}
}

func TestAKeyServesOneModem(t *testing.T) {
	const key = "power = { kind = \"pulse\", pin = \"GPIO4\", toggle = true }\n"
	_, err := parse(t, t.TempDir(), "[[modem]]\nname = \"a\"\nusb = \"1-1.1\"\n"+key+"[[modem]]\nname = \"b\"\nusb = \"1-1.2\"\n"+key)
	if err == nil || !strings.Contains(err.Error(), "modem[1].power: modem[0] has it already") {
		t.Errorf("got %v", err)
	}
}

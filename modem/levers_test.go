package modem_test

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/pigeon-sms/pigeon/modem"
	"github.com/pigeon-sms/pigeon/modem/modemsim"
)

// levers are the steps from outside: what was done, and what that does.
type levers struct {
	mu   sync.Mutex
	done []string
	heal func(step string)
	fail error
}

func (l *levers) pull(step string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.done = append(l.done, step)
	if l.heal != nil {
		l.heal(step)
	}
	return l.fail
}

func (l *levers) on(heal func(step string)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heal = heal
}

func (l *levers) pulled() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.done)
}

func (l *levers) Cycle(context.Context) error { return l.pull("power") }

// config is one modem, m1, with every lever.
func (l *levers) config() modem.Config {
	return modem.Config{
		Modems:    []modem.ModemConfig{{Name: "m1", USB: "1-1.2", Power: l}},
		Reset:     func(_ context.Context, path string) error { return l.pull("usb " + path) },
		CyclePort: func(_ context.Context, path string) error { return l.pull("port " + path) },
	}
}

// levered is a rig of one modem, m1, with every lever.
func levered(t *testing.T, sim modemsim.ModemConfig) (*rig, *levers) {
	l := &levers{}
	sim.Name = "m1"
	r := newRig(t, l.config(), sim)
	r.plug(stick("1-1.2", "x0", "x1", "m1"))
	return r, l
}

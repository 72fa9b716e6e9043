package modem_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/modem"
	"github.com/pigeon-sms/pigeon/modem/modemsim"
	"github.com/pigeon-sms/pigeon/modem/profile"
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

// keys is a power line that is a key.
type keys struct {
	levers
	pressed []profile.Key
}

func (k *keys) Press(_ context.Context, key profile.Key) error {
	k.pressed = append(k.pressed, key)
	return k.pull("key")
}

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

// A key is pressed as the family wants it; a family without one has its power
// cut as any other.
func TestKeyIsPressedForItsFamily(t *testing.T) {
	for family, want := range map[string]string{"quectel": "key", "huawei": "power"} {
		synctest.Test(t, func(t *testing.T) {
			k := &keys{}
			r := newRig(t, modem.Config{Modems: []modem.ModemConfig{{Name: "m1", Port: "m1", Power: k}}}, modemsim.ModemConfig{Name: "m1", Family: family})
			defer r.end()
			r.ready("m1")
			if err := r.pool.Restart(t.Context(), "m1", modem.StepPower); err != nil {
				t.Fatal(err)
			}
			if got := k.pulled(); !slices.Equal(got, []string{want}) {
				t.Errorf("%s: pulled %q, want %q", family, got, want)
			}
			if want == "key" && (len(k.pressed) != 1 || k.pressed[0] != profile.ByIdentity("Quectel", "EC25").Key) {
				t.Errorf("pressed as %+v", k.pressed)
			}
		})
	}
}

// A lostLever is a power line that cannot be had for now.
type lostLever struct {
	levers
	why error
}

func (l *lostLever) Missing() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.why
}

// A modem whose power line is missing works, says so, and climbs without it;
// when the line is there, it is used.
func TestMissingPowerLineIsToldAndLeftOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &lostLever{why: errors.New("GPIO17 is held by w1-gpio")}
		cfg := l.config()
		cfg.Modems[0].Power = l
		r := newRig(t, cfg, modemsim.ModemConfig{Name: "m1"})
		defer r.end()
		r.plug(stick("1-1.2", "x0", "x1", "m1"))
		r.ready("m1")
		if w := r.way("m1"); !w.Ready || w.Why != "its power line is missing: GPIO17 is held by w1-gpio" {
			t.Errorf("got %+v", w)
		}
		if err := r.pool.Restart(t.Context(), "m1", modem.StepPower); err == nil || !strings.Contains(err.Error(), "power line is missing") {
			t.Errorf("restart: %v", err)
		}
		r.until(5*time.Minute, "ready again", func() bool { return r.way("m1").Ready })
		r.fault("m1", "silence")
		r.until(time.Hour, "given up", func() bool { return slices.Contains(l.pulled(), "port 1-1.2") })
		r.rest(10 * time.Minute)
		if slices.Contains(l.pulled(), "power") {
			t.Errorf("pulled %q", l.pulled())
		}
		l.mu.Lock()
		l.why = nil
		l.mu.Unlock()
		r.until(3*time.Hour, "the power line", func() bool { return slices.Contains(l.pulled(), "power") })
	})
}

package modem_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

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

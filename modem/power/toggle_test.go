package power_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/gpio"

	"github.com/pigeon-sms/pigeon/modem/power"
)

// A keyed is a modem behind a PWRKEY that is active high, as section 2 of the
// modem notes describes them. It is its own pin.
type keyed struct {
	*recorder
	onMin, offMin time.Duration // shorter presses are ignored
	boot, die     time.Duration // from the release to the first and last sign
	usb           bool          // shows a sign while it hangs

	on, hung bool
	until    time.Time // the state holds from then on; before that it is the other
	pressed  time.Time // zero: released
	presses  int
}

func (k *keyed) Out(l gpio.Level) error {
	switch now := time.Now(); {
	case l == gpio.High && k.pressed.IsZero():
		k.pressed, k.presses = now, k.presses+1
	case l == gpio.Low && !k.pressed.IsZero():
		held := now.Sub(k.pressed)
		k.pressed = time.Time{}
		switch {
		case now.Before(k.until) && !k.on: // dying: deaf
		case k.on && held >= k.offMin:
			k.on, k.until = false, now.Add(k.die)
		case !k.on && held >= k.onMin:
			k.on, k.hung, k.until = true, false, now.Add(k.boot)
		}
	}
	return k.recorder.Out(l)
}

// alive is the sign of life. A hung modem has none while it dies either.
func (k *keyed) alive(context.Context) bool {
	if k.hung && !k.usb {
		return false
	}
	return k.on != time.Now().Before(k.until)
}

const ms = time.Millisecond

// families are the rows of the modem notes, with the settings docs/hardware.md
// gives for them.
var families = []struct {
	name  string
	modem keyed
	cfg   power.Config
}{
	{"SIM800", keyed{onMin: 1000 * ms, offMin: 1500 * ms, boot: 3 * time.Second, die: 2 * time.Second}, power.Config{}},
	{"SIM900", keyed{onMin: 1000 * ms, offMin: 1000 * ms, boot: 3 * time.Second, die: 1700 * ms}, power.Config{}},
	{"SIM7000", keyed{onMin: 1000 * ms, offMin: 1200 * ms, boot: 4500 * ms, die: 6900 * ms, usb: true}, power.Config{}},
	{"SIM7600", keyed{onMin: 500 * ms, offMin: 2500 * ms, boot: 20 * time.Second, die: 26 * time.Second, usb: true}, power.Config{}},
	{"A7670", keyed{onMin: 50 * ms, offMin: 2500 * ms, boot: 11100 * ms, die: 2 * time.Second, usb: true}, power.Config{}},
	{"EC25", keyed{onMin: 100 * ms, offMin: 650 * ms, boot: 13 * time.Second, die: 55 * time.Second, usb: true},
		power.Config{Pulse: 500 * ms, PulseOff: 750 * ms, Gone: 75 * time.Second}},
	{"M95", keyed{onMin: 1000 * ms, offMin: 600 * ms, boot: 4 * time.Second, die: 12 * time.Second},
		power.Config{Pulse: 2100 * ms, PulseOff: 750 * ms}},
}

// states a modem is found in.
var states = []struct {
	name     string
	on, hung bool
}{{"on", true, false}, {"off", false, false}, {"hung", true, true}}

func TestRestartBringsEveryFamilyBack(t *testing.T) {
	for _, fam := range families {
		for _, state := range states {
			t.Run(fam.name+" "+state.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					k, l := keyedLine(t, fam.modem, fam.cfg, state.on, state.hung)
					if err := l.Restart(t.Context(), k.alive); err != nil {
						t.Fatalf("%v; levels %q", err, k.levels)
					}
					k.mustRun(t)
					if state.on && !state.hung && k.presses != 2 {
						t.Errorf("got %d presses of a modem that is on, want 2: %q", k.presses, k.levels)
					}
					if !state.on && k.presses != 1 {
						t.Errorf("got %d presses of a modem that is off, want 1: %q", k.presses, k.levels)
					}
				})
			})
		}
	}
}

func keyedLine(t *testing.T, modem keyed, cfg power.Config, on, hung bool) (*keyed, *power.Line) {
	t.Helper()
	modem.recorder, modem.on, modem.hung = newRecorder(), on, hung
	cfg.Kind, cfg.Toggle = power.Pulse, true
	return &modem, newLine(t, &modem, cfg)
}

// mustRun says that the modem is on, answers, and that its key is released.
func (k *keyed) mustRun(t *testing.T) {
	t.Helper()
	if !k.on || k.hung || !k.alive(t.Context()) {
		t.Errorf("got on %t, hung %t, alive %t; want a running modem: %q", k.on, k.hung, k.alive(t.Context()), k.levels)
	}
	if k.level() != gpio.Low || !k.pressed.IsZero() {
		t.Errorf("the key is pressed: %q", k.levels)
	}
}

func TestToggleTimes(t *testing.T) {
	modem := keyed{onMin: 1000 * ms, offMin: 1500 * ms, boot: 3500 * ms, die: 2500 * ms}
	for _, tc := range []struct {
		name     string
		on, hung bool
		want     []string
	}{
		// Pressed 3 s, last sign before 5.5 s, noes at 6, 7 and 8 s, 3 s off,
		// pressed 1.2 s, a sign from 15.7 s on.
		{"on", true, false, []string{"0s Low", "0s High", "3s Low", "11s High", "12.2s Low"}},
		// Noes at 0, 1 and 2 s.
		{"off", false, false, []string{"0s Low", "2s High", "3.2s Low"}},
		// The first pulse is too short to switch it off, the second does, and the
		// third switches it on.
		{"hung", true, true, []string{"0s Low", "2s High", "3.2s Low", "33.2s High", "36.2s Low", "1m6.2s High", "1m7.4s Low"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k, l := keyedLine(t, modem, power.Config{}, tc.on, tc.hung)
				if err := l.Restart(t.Context(), k.alive); err != nil {
					t.Fatal(err)
				}
				k.wants(t, tc.want...)
				k.mustRun(t)
			})
		})
	}
}

func TestLivingModemIsNotToggled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, l := keyedLine(t, families[0].modem, power.Config{}, true, false)
		lost := 2 // answers: two in a row do not make it dead
		alive := func(ctx context.Context) bool {
			if lost--; lost >= 0 {
				return false
			}
			return k.alive(ctx)
		}
		if err := l.CycleIfDead(t.Context(), alive); err != nil {
			t.Fatal(err)
		}
		k.wants(t, "0s Low")
		k.on = false
		if err := l.CycleIfDead(t.Context(), k.alive); err != nil {
			t.Fatal(err)
		}
		k.mustRun(t)
		if k.presses != 1 {
			t.Errorf("got %d presses of a modem that was off, want 1", k.presses)
		}
	})
}

func TestToggleIsNotCycledBlindly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, l := keyedLine(t, families[0].modem, power.Config{}, true, false)
		if err := l.Cycle(t.Context()); !errors.Is(err, power.ErrToggle) {
			t.Errorf("got error %v, want %v", err, power.ErrToggle)
		}
		k.wants(t, "0s Low")
	})
}

func TestToggleThatDoesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pin := newRecorder()
		l := newLine(t, pin, power.Config{Kind: power.Pulse, Toggle: true, ActiveLow: true})
		yes, no := func(context.Context) bool { return true }, func(context.Context) bool { return false }
		if err := l.Restart(t.Context(), yes); !errors.Is(err, power.ErrOn) {
			t.Errorf("got error %v, want %v", err, power.ErrOn)
		}
		pin.wants(t, "0s High", "0s Low", "3s High")
		if got, want := time.Since(pin.start), 63*time.Second; got != want {
			t.Errorf("got %s before it is given up, want %s", got, want)
		}
		if err := l.Restart(t.Context(), no); !errors.Is(err, power.ErrDead) {
			t.Errorf("got error %v, want %v", err, power.ErrDead)
		}
		if got, want := pin.tries, 3+6; got != want {
			t.Errorf("got %d levels, want %d: %q", got, want, pin.levels)
		}
	})
}

// A question that does not end is ended, and a cancelled one is not a no.
func TestStuckQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pin := newRecorder()
		l := newLine(t, pin, power.Config{Kind: power.Pulse, Toggle: true})
		stuck := func(ctx context.Context) bool { <-ctx.Done(); return false }
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		time.AfterFunc(14*time.Second, cancel) // in the third question
		if err := l.Restart(ctx, stuck); err != context.Canceled {
			t.Errorf("got error %v, want %v", err, context.Canceled)
		}
		pin.wants(t, "0s Low")
		if got, want := time.Since(pin.start), 14*time.Second; got != want {
			t.Errorf("got back after %s, want %s", got, want)
		}
	})
}

// Also not in the last question, after which a no would mean that it is dead.
func TestCancelledLastQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(t, newRecorder(), power.Config{Kind: power.Pulse, Toggle: true})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		start := time.Now()
		last := func(ctx context.Context) bool {
			if time.Since(start) > 97*time.Second { // 2 s, and three times pulse and settle, less one
				cancel()
			}
			return false
		}
		if err := l.Restart(ctx, last); err != context.Canceled {
			t.Errorf("got error %v, want %v", err, context.Canceled)
		}
		if got, want := time.Since(start), 97400*ms; got != want {
			t.Errorf("got back after %s, want %s", got, want)
		}
	})
}

// Wherever it is cancelled, the key is released, and a later call brings the
// modem back.
func TestCancelledRestartIsSortedOutByTheNext(t *testing.T) {
	for _, state := range states {
		for after := 50 * ms; ; after += 700 * ms {
			ended := false
			synctest.Test(t, func(t *testing.T) {
				k, l := keyedLine(t, families[0].modem, power.Config{}, state.on, state.hung)
				ctx, cancel := context.WithTimeout(t.Context(), after)
				defer cancel()
				err := l.Restart(ctx, k.alive)
				if ended = err == nil; ended {
					return
				}
				what := fmt.Sprintf("%s, cancelled after %s", state.name, after)
				if err != context.DeadlineExceeded {
					t.Errorf("%s: got error %v, want %v", what, err, context.DeadlineExceeded)
				}
				if got := time.Since(k.start); got != after {
					t.Errorf("%s: got back after %s", what, got)
				}
				if k.level() != gpio.Low {
					t.Errorf("%s: the key is pressed: %q", what, k.levels)
				}
				if err := l.Restart(t.Context(), k.alive); err != nil {
					t.Errorf("%s: %v; levels %q", what, err, k.levels)
				}
				k.mustRun(t)
			})
			if ended {
				break
			}
		}
	}
}

// The times of the modem's kind count where the configuration has none.
func TestTimesOfTheModemsKind(t *testing.T) {
	kind := power.Times{Pulse: 500 * ms, PulseOff: 750 * ms, Gone: 75 * time.Second, Off: 4 * time.Second}
	modem := keyed{onMin: 100 * ms, offMin: 650 * ms, boot: 2 * time.Second, die: 1500 * ms, usb: true}
	for _, tc := range []struct {
		name string
		cfg  power.Config
		want []string
	}{
		// Noes at 2.75, 3.75 and 4.75 s.
		{"none", power.Config{}, []string{"0s Low", "0s High", "750ms Low", "8.75s High", "9.25s Low"}},
		{"its own", power.Config{Pulse: time.Second, PulseOff: 2 * time.Second, Off: time.Second},
			[]string{"0s Low", "0s High", "2s Low", "7s High", "8s Low"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			k, l := keyedLine(t, modem, tc.cfg, true, false)
			if err := l.RestartWith(t.Context(), k.alive, kind); err != nil {
				t.Fatal(err)
			}
			k.wants(t, tc.want...)
			k.mustRun(t)
		})
	}
	synctest.Test(t, func(t *testing.T) {
		pin := newRecorder()
		l := newLine(t, pin, power.Config{Kind: power.Pulse, Toggle: true})
		yes := func(context.Context) bool { return true }
		if err := l.RestartWith(t.Context(), yes, kind); !errors.Is(err, power.ErrOn) || time.Since(pin.start) < kind.Gone {
			t.Errorf("got %v after %s, want %v after %s", err, time.Since(pin.start), power.ErrOn, kind.Gone)
		}
		if err := l.CycleWith(t.Context(), kind); !errors.Is(err, power.ErrToggle) {
			t.Errorf("got error %v, want %v", err, power.ErrToggle)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		pin := newRecorder()
		l := newLine(t, pin, power.Config{Kind: power.Pulse})
		if err := errors.Join(l.CycleWith(t.Context(), power.Times{Pulse: 2600 * ms}), l.CycleWith(t.Context(), power.Times{})); err != nil {
			t.Fatal(err)
		}
		pin.wants(t, "0s Low", "0s High", "2.6s Low", "2.6s High", "2.9s Low")
	})
}

package power_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/modem/power"
)

func TestValidateReturnsEveryFault(t *testing.T) {
	for _, tc := range []struct {
		name string
		cfg  power.Config
		want []string // the keys at fault, in order
	}{
		{"a chip and its line 0", power.Config{Chip: "gpiochip0", Kind: power.Cut}, nil},
		{"a name", power.Config{Pin: "GPIO17", Kind: power.Pulse, Toggle: true, ActiveLow: true, Name: "hat.1"}, nil},
		{"a name on a chip", power.Config{Pin: "GPIO17", Chip: "/dev/gpiochip4", Kind: power.Pulse}, nil},
		{"every time of a cut", power.Config{Pin: "a", Kind: power.Cut, Off: time.Second, Settle: time.Minute}, nil},
		{"every time of a reset", power.Config{Pin: "a", Kind: power.Pulse, Pulse: 105 * ms, Settle: time.Minute}, nil},
		{"every time of a toggle", power.Config{Pin: "a", Kind: power.Pulse, Toggle: true, Off: time.Second, Pulse: 50 * ms, PulseOff: time.Second, Gone: time.Minute, Settle: time.Minute}, nil},
		{"nothing", power.Config{}, []string{"chip", "kind"}},
		{"forms", power.Config{Name: "a b", Chip: "gpio0", Line: -1, Pin: " ", Kind: "relay"}, []string{"chip", "line", "pin", "name", "kind"}},
		{"a chip beside the right folder", power.Config{Chip: "/dev/../gpiochip0", Kind: power.Cut}, []string{"chip"}},
		{"a name the kernel could not hold", power.Config{Pin: strings.Repeat("x", 32), Kind: power.Cut}, []string{"pin"}},
		{"name and line", power.Config{Pin: "GPIO17", Line: 17, Kind: power.Cut}, []string{"line"}},
		{"a line without a chip", power.Config{Line: 17, Kind: power.Cut}, []string{"chip"}},
		{"a cut that toggles", power.Config{Pin: "a", Kind: power.Cut, Toggle: true}, []string{"toggle"}},
		{"times of others on a cut", power.Config{Pin: "a", Kind: power.Cut, Pulse: time.Second, PulseOff: time.Second, Gone: time.Second}, []string{"pulse", "pulse_off", "gone"}},
		{"times of others on a reset", power.Config{Pin: "a", Kind: power.Pulse, Off: time.Second, PulseOff: time.Second, Gone: time.Second}, []string{"off", "pulse_off", "gone"}},
		{"forgotten units", power.Config{Pin: "a", Kind: power.Pulse, Toggle: true, Off: 5, Pulse: 5, PulseOff: 5, Gone: 5, Settle: 5}, []string{"off", "pulse", "pulse_off", "gone", "settle"}},
		{"negative", power.Config{Pin: "a", Kind: power.Cut, Off: -time.Second, Settle: -1}, []string{"off", "settle"}},
		{"too long", power.Config{Pin: "a", Kind: power.Pulse, Pulse: 33 * time.Second, Settle: time.Hour}, []string{"pulse", "settle"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got []string
			if err := tc.cfg.Validate(); err != nil {
				got = strings.Split(err.Error(), "\n")
			}
			for i, fault := range got {
				if i < len(tc.want) && !strings.HasPrefix(fault, "power."+tc.want[i]+": ") {
					t.Errorf("got fault %q, want one of power.%s", fault, tc.want[i])
				}
			}
			if len(got) != len(tc.want) {
				t.Errorf("got faults %q, want of %q", got, tc.want)
			}
		})
	}
}

// Modems with equal settings share a line: the settings are a key.
func TestConfigIsAKey(t *testing.T) {
	lines := map[power.Config]int{}
	lines[power.Config{Pin: "GPIO17", Kind: power.Cut}]++
	lines[power.Config{Pin: "GPIO17", Kind: power.Cut}]++
	lines[power.Config{Pin: "GPIO17", Kind: power.Cut, Off: time.Second}]++
	if len(lines) != 2 {
		t.Errorf("got %d lines, want 2", len(lines))
	}
}

// Whatever the file says, it is refused with its keys or it makes a line.
func FuzzValidate(f *testing.F) {
	f.Add("hat", "gpiochip0", 17, "", "cut", false, false, int64(5*time.Second), int64(0), int64(0), int64(0), int64(time.Minute))
	f.Add("", "", 0, "GPIO17", "pulse", true, true, int64(0), int64(time.Second), int64(3*time.Second), int64(time.Minute), int64(0))
	f.Add("", "/dev/gpiochip4", -1, "\n", "relay", true, true, int64(-1), int64(1), int64(1<<62), int64(-1<<63), int64(7))
	f.Add("", "", 17, "\n", "cut", false, false, int64(0), int64(0), int64(0), int64(0), int64(0))
	f.Fuzz(func(t *testing.T, name, chip string, line int, pin, kind string, activeLow, toggle bool, off, pulse, pulseOff, gone, settle int64) {
		cfg := power.Config{Name: name, Chip: chip, Line: line, Pin: pin, Kind: kind, ActiveLow: activeLow, Toggle: toggle,
			Off: time.Duration(off), Pulse: time.Duration(pulse), PulseOff: time.Duration(pulseOff), Gone: time.Duration(gone), Settle: time.Duration(settle)}
		err := cfg.Validate()
		if err != nil {
			for fault := range strings.SplitSeq(err.Error(), "\n") {
				key, what, ok := strings.Cut(strings.TrimPrefix(fault, "power."), ": ")
				if !strings.HasPrefix(fault, "power.") || !ok || key == "" || what == "" {
					t.Errorf("%+v: got fault %q, want power.KEY: WHAT", cfg, fault)
				}
			}
			return
		}
		r := newRecorder()
		l, err := power.NewLine(r, cfg)
		if err != nil {
			t.Fatalf("%+v is valid and makes no line: %v", cfg, err)
		}
		if want := (kind == power.Cut) != activeLow; bool(r.level()) != want || r.tries != 1 {
			t.Errorf("%+v: got %d levels, the last %s, want one, active %t", cfg, r.tries, r.level(), want)
		}
		if l.Settle() < time.Second || l.String() == "" || strings.ContainsAny(l.String(), "\r\n") {
			t.Errorf("%+v: got line %q that settles in %s", cfg, l, l.Settle())
		}
	})
}

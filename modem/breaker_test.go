package modem_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/modem"
	"github.com/pigeon-sms/pigeon/modem/modemsim"
	"github.com/pigeon-sms/pigeon/sms"
)

// two is a rig of two modems on ports of their own.
func two(t *testing.T) *rig {
	return newRig(t, modem.Config{Modems: []modem.ModemConfig{{Name: "m1", Port: "m1"}, {Name: "m2", Port: "m2"}}},
		modemsim.ModemConfig{Name: "m1"}, modemsim.ModemConfig{Name: "m2"})
}

func TestModemThatFailsWhatOthersSendIsSetAside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := two(t)
		defer r.end()
		r.ready("m1", "m2")
		r.fault("m1", "error 500 always")
		failed := 0
		for n := range 20 {
			to := fmt.Sprintf("+44770090010%d", n%10)
			if r.way("m1").Ready {
				if err := r.sendTo("m1", to, "hello"); err == nil {
					t.Fatal("taken")
				}
				failed++
			}
			if err := r.sendTo("m2", to, "hello"); err != nil {
				t.Fatal(err)
			}
			if !r.way("m1").Ready {
				break
			}
		}
		if failed != 5 {
			t.Errorf("set aside after %d messages, want 5", failed)
		}
		if w := r.way("m1"); w.Ready || w.Why == "" {
			t.Errorf("way = %+v", w)
		}
		if w := r.way("m2"); !w.Ready {
			t.Errorf("the other: %+v", w)
		}
		r.modems["m1"].ClearFaults()
		r.until(2*time.Minute, "on trial", func() bool { return r.way("m1").Ready })
		if err := r.sendTo("m1", "+447700900100", "probe"); err != nil {
			t.Error(err)
		}
		if w := r.way("m1"); w.Why != "" || !w.Ready {
			t.Errorf("way = %+v after a message was taken", w)
		}
	})
}

// One number that fails everywhere, and what the network will never take, set
// no modem aside; nor do failures that others in between make good.
func TestWhatDoesNotOpenTheBreaker(t *testing.T) {
	for _, tc := range []struct {
		name, code string
		do         func(r *rig, n int)
	}{
		{"one number", "38", func(r *rig, n int) { _ = r.sendTo("m1", "+447700900199", "hello") }},
		{"rejects", "1", func(r *rig, n int) { _ = r.sendTo("m1", fmt.Sprintf("+4477009001%02d", n), "hello") }},
		{"now and then", "38", func(r *rig, n int) {
			_ = r.sendTo("m1", fmt.Sprintf("+4477009001%02d", n), "hello")
			if n%4 == 3 {
				r.modems["m1"].ClearFaults()
				_ = r.sendTo("m1", "+447700900100", "hello")
				r.fault("m1", "error 38 always")
			}
		}},
		{"long ago", "38", func(r *rig, n int) {
			_ = r.sendTo("m1", fmt.Sprintf("+4477009001%02d", n), "hello")
			r.rest(9 * time.Minute)
			_ = r.sendTo("m2", "+447700900100", "hello")
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := two(t)
				defer r.end()
				r.ready("m1", "m2")
				if err := r.sendTo("m2", "+447700900100", "hello"); err != nil {
					t.Fatal(err)
				}
				r.fault("m1", "error "+tc.code+" always")
				limit := 30
				if tc.name == "long ago" {
					limit = 8
				}
				for n := range limit {
					tc.do(r, n)
					r.until(time.Minute, "ready", func() bool { return r.way("m1").Ready })
				}
				r.wantSteps("m1")
			})
		})
	}
}

// What the network refuses no power cut can cure: the ladder ends at the reset,
// and the modem is set aside for longer and longer, and goes on receiving.
func TestRefusedSIMIsSetAsideAndReceives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, l := levered(t, modemsim.ModemConfig{Family: "quectel"})
		defer r.end()
		r.ready("m1")
		r.fault("m1", "error 21 always")
		r.refuses("m1")
		trials := 0
		start := time.Now()
		for time.Since(start) < 24*time.Hour {
			if r.way("m1").Ready {
				_ = r.sendTo("m1", fmt.Sprintf("+4477009001%02d", trials%100), "probe")
				trials++
			} else {
				r.rest(time.Minute)
			}
		}
		if trials < 30 || trials > 90 {
			t.Errorf("%d messages failed in a day, want two for each hour and the first ones", trials)
		}
		if got := l.pulled(); len(got) > 0 {
			t.Errorf("pulled %q", got)
		}
		r.until(2*time.Hour, "set aside", func() bool { return r.state("m1") == "sick" })
		if w := r.way("m1"); !strings.Contains(w.Why, "set aside") {
			t.Errorf("way = %+v", w)
		}
		was, _ := r.core.counts()
		r.deliver("m1", "+447700900555", "hello")
		r.until(2*time.Minute, "received", func() bool { n, _ := r.core.counts(); return n == was+1 })
		r.modems["m1"].ClearFaults()
		r.until(2*time.Hour, "on trial", func() bool { return r.way("m1").Ready })
		if err := r.sendTo("m1", "+447700900100", "probe"); err != nil {
			t.Error(err)
		}
	})
}

func TestRoaming(t *testing.T) {
	for _, tc := range []struct {
		status int
		policy string
		ready  bool
	}{
		{1, "deny", true}, {6, "deny", true}, {9, "deny", true},
		{5, "", true}, {5, "allow", true}, {7, "allow", true}, {10, "", true},
		{5, "deny", false}, {7, "deny", false}, {10, "deny", false},
		{8, "", false}, {11, "", false}, {3, "", false},
	} {
		t.Run(fmt.Sprint(tc.status, tc.policy), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, modem.Config{Modems: []modem.ModemConfig{{Name: "m1", Port: "m1", Roaming: tc.policy}}},
					modemsim.ModemConfig{Name: "m1"})
				defer r.end()
				if err := r.modems["m1"].SetRegistration(tc.status); err != nil {
					t.Fatal(err)
				}
				r.rest(time.Minute)
				w := r.way("m1")
				if w.Ready != tc.ready || (w.State == "ready") != tc.ready {
					t.Errorf("way = %+v, want ready %t", w, tc.ready)
				}
				if !tc.ready && tc.policy == "deny" {
					if !strings.Contains(w.Why, "roaming") {
						t.Errorf("why %q", w.Why)
					}
					_, err := r.send("m1", "hello")
					var e *sms.SendError
					if !errors.As(err, &e) || e.Verdict != sms.Reroute {
						t.Errorf("Send = %v", err)
					}
					r.deliver("m1", "+447700900555", "hello")
					r.until(2*time.Minute, "received", func() bool { return slices.Contains(r.core.texts(), "hello") })
				}
			})
		})
	}
}

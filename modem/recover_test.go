package modem_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/modem"
	"github.com/pigeon-sms/pigeon/modem/modemsim"
)

// steps are the steps of a modem so far, "usb+" for one that worked.
func (r *rig) steps(name string) []string {
	r.t.Helper()
	taken, err := r.pool.Recoveries(name)
	if err != nil {
		r.t.Fatal(err)
	}
	var out []string
	for _, s := range taken {
		if s.Modem != name || s.Reason == "" || s.Time.IsZero() || (s.Failed == "") != s.Worked {
			r.t.Errorf("step = %+v", s)
		}
		mark := "-"
		if s.Worked {
			mark = "+"
		}
		out = append(out, s.Step+mark)
	}
	return out
}

func (r *rig) wantSteps(name string, want ...string) {
	r.t.Helper()
	if got := r.steps(name); !slices.Equal(got, want) {
		r.t.Errorf("steps %q, want %q", got, want)
	}
}

func (r *rig) sendTo(way, to, text string) error {
	a := attempt(text)
	a.To = smsNumber(to)
	_, err := r.pool.Send(r.t.Context(), way, a)
	return err
}

// refuses sends until the modem is set aside, and returns how many it took.
func (r *rig) refuses(way string) int {
	r.t.Helper()
	for n := range 30 {
		r.until(time.Minute, "ready", func() bool { return r.way(way).Ready })
		if r.sendTo(way, fmt.Sprintf("+4477009001%02d", n), "hello") == nil {
			r.t.Fatal("a message was taken")
		}
		if !r.way(way).Ready {
			return n + 1
		}
	}
	return 31
}

func TestSilentModemIsHealedByTheStepThatHeals(t *testing.T) {
	for _, tc := range []struct {
		fault, heals string
		want         []string
	}{
		{"silence", "", []string{"reinitialise+"}},
		{"wedged", "usb 1-1.2", []string{"reinitialise-", "usb+"}},
		{"silence", "port 1-1.2", []string{"reinitialise-", "usb-", "port+"}},
		{"deaf", "power", []string{"reinitialise-", "usb-", "port-", "power+"}},
	} {
		t.Run(tc.fault+" "+tc.heals, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, l := levered(t, modemsim.ModemConfig{})
				defer r.end()
				r.ready("m1")
				sim := r.modems["m1"]
				l.on(func(step string) {
					if step == tc.heals {
						sim.ClearFaults()
					}
				})
				r.fault("m1", tc.fault)
				if tc.heals == "" {
					r.until(2*time.Minute, "closed", func() bool { return r.state("m1") == "recovering" })
					sim.ClearFaults()
				}
				r.until(5*time.Minute, "healed", func() bool { return len(r.steps("m1")) >= len(tc.want) })
				r.ready("m1")
				r.wantSteps("m1", tc.want...)
				if _, err := r.send("m1", "hello"); err != nil {
					t.Errorf("Send = %v", err)
				}
			})
		})
	}
}

// A modem that answers AT and fails every message: the steps that take
// commands are tried, and what they do is seen on the wire.
func TestRefusingModemIsHealedByTheStepThatHeals(t *testing.T) {
	for _, tc := range []struct {
		code        string
		write, pull string
		want        []string
	}{
		{"515", "", "", []string{"reinitialise+"}},
		{"500", "AT+CFUN=0\r\n", "", []string{"reinitialise-", "radio+"}},
		{"41", "AT+CFUN=1,1\r\n", "", []string{"reinitialise-", "radio-", "reset+"}},
		{"512", "", "power", []string{"reinitialise-", "radio-", "reset-", "usb-", "port-", "power+"}},
	} {
		t.Run(tc.code, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, l := levered(t, modemsim.ModemConfig{Family: "quectel"})
				defer r.end()
				r.ready("m1")
				sim := r.modems["m1"]
				heal := func() { go sim.ClearFaults() }
				l.on(func(step string) {
					if tc.pull != "" && step == tc.pull {
						heal()
					}
				})
				r.wires["m1"].on(func(write string) {
					if tc.write != "" && write == tc.write {
						heal()
					}
				})
				r.fault("m1", "error "+tc.code+" always")
				if n := r.refuses("m1"); n != 10 {
					t.Errorf("set aside after %d messages, want 10: nothing else has sent", n)
				}
				if w := r.way("m1"); w.Ready || !strings.Contains(w.Why, tc.code) {
					t.Errorf("way = %+v", w)
				}
				if tc.write == "" && tc.pull == "" {
					sim.ClearFaults()
				}
				for range 20 {
					r.until(3*time.Minute, "on trial", func() bool { return r.way("m1").Ready })
					if w := r.way("m1"); !strings.Contains(w.Why, "on trial") {
						t.Errorf("way = %+v", w)
					}
					if r.sendTo("m1", "+447700900001", "probe") == nil {
						break
					}
				}
				r.wantSteps("m1", tc.want...)
				if w := r.way("m1"); !w.Ready || w.Why != "" {
					t.Errorf("way = %+v", w)
				}
			})
		})
	}
}

func TestWhatHelpedIsTriedEarlier(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, mem := &levers{}, &remembering{}
		cfg := l.config()
		cfg.Memory = mem
		r := newRig(t, cfg, modemsim.ModemConfig{Name: "m1"})
		r.plug(stick("1-1.2", "x0", "x1", "m1"))
		sim := r.modems["m1"]
		l.on(func(step string) {
			if step == "power" {
				sim.ClearFaults()
			}
		})
		fall := func() {
			t.Helper()
			r.ready("m1")
			r.rest(5 * time.Minute)
			r.fault("m1", "silence")
			n := len(r.steps("m1"))
			r.until(10*time.Minute, "healed", func() bool { s := r.steps("m1"); return len(s) > n && s[len(s)-1] == "power+" })
			r.rest(2 * time.Minute)
		}
		fall()
		r.wantSteps("m1", "reinitialise-", "usb-", "port-", "power+")
		fall()
		if got := r.steps("m1")[4:]; !slices.Equal(got, []string{"reinitialise-", "power+"}) {
			t.Errorf("the second time %q", got)
		}
		r.end()
		r.begin(cfg) // another process
		defer r.end()
		fall()
		r.wantSteps("m1", "reinitialise-", "power+")
		if key := "recovery/" + sim.Config().IMEI; mem.get(key) != `{"silent":"power"}` {
			t.Errorf("remembered %q", mem.get(key))
		}
	})
}

// After its power came back a modem may take half a minute to start: that is no
// failure of the step.
func TestModemMayTakeItsTimeToStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, l := levered(t, modemsim.ModemConfig{BootTime: 25 * time.Second, SettleTime: 10 * time.Second})
		defer r.end()
		r.ready("m1")
		sim := r.modems["m1"]
		l.on(func(step string) {
			if step == "usb 1-1.2" {
				sim.ClearFaults()
				_ = sim.Fault("reboot")
			}
		})
		r.fault("m1", "wedged")
		r.until(5*time.Minute, "healed", func() bool { return len(r.steps("m1")) == 2 })
		r.ready("m1")
		r.wantSteps("m1", "reinitialise-", "usb+")
	})
}

// What has helped is not remembered of a modem that falls ill again at once.
func TestRelapseClimbsOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, l := levered(t, modemsim.ModemConfig{})
		defer r.end()
		r.ready("m1")
		sim := r.modems["m1"]
		var relapse *time.Timer
		l.on(func(step string) {
			switch step {
			case "usb 1-1.2":
				sim.ClearFaults()
				relapse = time.AfterFunc(45*time.Second, func() { _ = sim.Fault("silence") })
			case "port 1-1.2":
				sim.ClearFaults()
			}
		})
		r.fault("m1", "silence")
		r.until(5*time.Minute, "healed by port", func() bool { return slices.Contains(r.steps("m1"), "port+") })
		relapse.Stop()
		r.wantSteps("m1", "reinitialise-", "usb+", "port+")
	})
}

func TestGivenUpRestsLongerAndComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, l := levered(t, modemsim.ModemConfig{})
		defer r.end()
		r.ready("m1")
		r.fault("m1", "silence")
		r.until(20*time.Minute, "parked", func() bool { return r.state("m1") == "parked" })
		if w := r.way("m1"); w.Ready || !strings.Contains(w.Why, "nothing has helped") {
			t.Errorf("way = %+v", w)
		}
		r.rest(6 * time.Hour)
		was := len(l.pulled())
		r.rest(24 * time.Hour)
		if n := (len(l.pulled()) - was) / 3; n < 20 || n > 24 {
			t.Errorf("%d rounds in a day, want about one an hour", n)
		}
		r.modems["m1"].ClearFaults()
		r.until(70*time.Minute, "ready", func() bool { return r.state("m1") == "ready" })
		taken, err := r.pool.Recoveries("m1")
		if err != nil || len(taken) != 32 {
			t.Errorf("%d steps kept, %v; want 32", len(taken), err)
		}
	})
}

func TestDeviceThatDoesNotComeBackIsPowered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, l := levered(t, modemsim.ModemConfig{})
		defer r.end()
		r.ready("m1")
		sim := r.modems["m1"]
		l.on(func(step string) {
			switch step {
			case "usb 1-1.2":
				go r.plug()
			case "power":
				sim.ClearFaults()
				go r.plug(stick("1-1.2", "y0", "y1", "m1"))
			}
		})
		r.fault("m1", "silence")
		r.until(10*time.Minute, "ready", func() bool { return slices.Contains(r.steps("m1"), "power+") })
		if got := r.steps("m1"); !slices.Equal(got[:2], []string{"reinitialise-", "usb-"}) {
			t.Errorf("steps %q", got)
		}
	})
}

// A modem that is switched off when the gateway starts is switched on, once;
// one without a power line is left alone.
func TestAbsentModemWithAPowerLineIsPoweredOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &levers{}
		r := newRig(t, l.config(), modemsim.ModemConfig{Name: "m1"})
		defer r.end()
		r.rest(24 * time.Hour)
		if got := l.pulled(); !slices.Equal(got, []string{"power"}) {
			t.Errorf("pulled %q, want power once", got)
		}
		if w := r.way("m1"); w.State != "absent" || w.Ready {
			t.Errorf("way = %+v", w)
		}
		r.plug(stick("1-1.2", "x0", "x1", "m1"))
		r.ready("m1")
	})
}

func TestUnregisteredModemIsHealedByItsRadio(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, l := levered(t, modemsim.ModemConfig{Family: "quectel"})
		defer r.end()
		r.ready("m1")
		sim := r.modems["m1"]
		r.wires["m1"].on(func(write string) {
			if write == "AT+CFUN=0\r\n" {
				go sim.ClearFaults()
			}
		})
		start := time.Now()
		r.fault("m1", "unregistered")
		r.until(time.Hour, "healed", func() bool { return slices.Contains(r.steps("m1"), "radio+") })
		if d := time.Since(start); d < 15*time.Minute || d > 30*time.Minute {
			t.Errorf("after %v", d)
		}
		r.wantSteps("m1", "reinitialise-", "radio+")
		if got := l.pulled(); len(got) != 0 {
			t.Errorf("pulled %q: power finds no network", got)
		}
	})
}

// Wavecom's 515 that only power clears.
func TestModemThatNeverGetsReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := played(t, "wavecom-q2403", func(s *scripted) {
			for _, cmd := range []string{"AT+CPMS?"} {
				s.stanzas[cmd] = append([][]string{{"< +CMS ERROR: 515"}}, s.stanzas[cmd]...)
				for range 500 {
					s.stanzas[cmd] = append([][]string{{"< +CMS ERROR: 515"}}, s.stanzas[cmd]...)
				}
			}
		})
		defer r.end()
		r.until(20*time.Minute, "climbing", func() bool { return slices.Contains(r.steps("m1"), "reset-") })
		if got := r.steps("m1"); got[0] != "reinitialise-" {
			t.Errorf("steps %q", got)
		}
	})
}

// A radio that was left off is switched on at the start.
func TestRadioThatIsOffIsSwitchedOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := played(t, "quectel-ec25", func(s *scripted) {
			s.stanzas["AT+CFUN?"] = [][]string{{"< +CFUN: 4", "< OK"}}
			s.stanzas["AT+CFUN=1"] = [][]string{{"< OK"}}
		})
		defer r.end()
		r.ready("m1")
		if n := r.wires["m1"].count("AT+CFUN=1"); n != 1 {
			t.Errorf("switched on %d times, want once", n)
		}
	})
}

func TestResyncIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{})
		defer r.end()
		r.ready("m1")
		r.fault("m1", "late 8s")
		r.until(time.Minute, "resync", func() bool { return slices.Equal(r.steps("m1"), []string{"resync+"}) })
	})
}

func TestIdleHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{})
		defer r.end()
		r.ready("m1")
		r.rest(time.Minute)
		r.wires["m1"].forget()
		r.rest(time.Hour)
		if n := r.wires["m1"].count("AT"); n < 240 || n > 480 {
			t.Errorf("%d commands in an idle hour, want 4 to 8 a minute", n)
		}
	})
}

// A modem that has worked for a moment after a step and falls ill again is
// climbed for again, from the step that helped, and is not left to its rests.
func TestRelapseIsClimbedForAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, l := levered(t, modemsim.ModemConfig{})
		defer r.end()
		r.ready("m1")
		sim := r.modems["m1"]
		l.on(func(step string) {
			if step == "power" {
				sim.ClearFaults()
			}
		})
		for n := range 3 {
			r.fault("m1", "silence")
			r.until(3*time.Minute, fmt.Sprintf("healed, %d times before", n), func() bool {
				s := r.steps("m1")
				return len(s) > 0 && s[len(s)-1] == "power+" && strings.Count(strings.Join(s, " "), "power+") == n+1
			})
			r.ready("m1")
			r.rest(10 * time.Second) // less than it takes to be called well
		}
	})
}

// A modem that answers all with 515 is in trouble, not in search of a network,
// and remains what it was: its family's steps are taken.
func TestModemThatRefusesEverythingIsHealed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, l := levered(t, modemsim.ModemConfig{Family: "quectel"})
		defer r.end()
		r.ready("m1")
		sim := r.modems["m1"]
		l.on(func(step string) {
			if step == "power" {
				sim.ClearFaults()
			}
		})
		r.fault("m1", "stuck")
		r.until(15*time.Minute, "healed", func() bool { s := r.steps("m1"); return len(s) > 0 && s[len(s)-1] == "power+" })
		r.wantSteps("m1", "reinitialise-", "radio-", "reset-", "usb-", "port-", "power+")
		if got := r.log(); strings.Contains(got, "profile=generic") {
			t.Error("it was taken for an unknown modem")
		}
	})
}

// A SIM that takes its time is asked again soon.
func TestSlowSIMIsNotKeptWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{})
		defer r.end()
		if err := r.modems["m1"].SetSIMState("busy 95s"); err != nil {
			t.Fatal(err)
		}
		r.until(110*time.Second, "ready", func() bool { return r.way("m1").Ready })
	})
}

// A modem whose parser wedges while it changes memories is found out as soon as
// one that does at any other question.
func TestSilenceAtTheMemoriesIsNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{Family: "simcom-2g"})
		defer r.end()
		r.ready("m1")
		r.rest(time.Minute)
		asked := make(chan struct{})
		var once sync.Once
		r.wires["m1"].on(func(write string) {
			if strings.HasPrefix(write, "AT+CPMS") {
				once.Do(func() { r.fault("m1", "hung"); close(asked) })
			}
		})
		<-asked
		r.until(30*time.Second, "found out", func() bool { return !r.way("m1").Ready })
	})
}

// A modem that was given up and is plugged in again is not left to the rest it
// was in when it takes a while to start.
func TestModemThatWasGivenUpIsPluggedInAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, modem.Config{Modems: []modem.ModemConfig{{Name: "m1", USB: "1-1.2"}}},
			modemsim.ModemConfig{Name: "m1", Family: "huawei", BootTime: 12 * time.Second})
		defer r.end()
		r.plug(stick("1-1.2", "x0", "x1", "m1"))
		r.ready("m1")
		r.fault("m1", "frozen")
		r.until(time.Hour, "given up", func() bool { return strings.HasSuffix(r.way("m1").Why, "every 2m0s") })
		r.fault("m1", "unplug 10s")
		r.plug()
		r.rest(10 * time.Second)
		r.plug(stick("1-1.2", "x0", "x1", "m1"))
		r.until(time.Minute, "ready", func() bool { return r.way("m1").Ready })
	})
}

package modem_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/modem"
	"github.com/pigeon-sms/pigeon/modem/modemsim"
	"github.com/pigeon-sms/pigeon/sms"
)

// sweep is the time between two looks into a memory.
const sweep = time.Minute

func (r *rig) state(name string) string { return r.way(name).State }

func TestStatusTellsWhoItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{Family: "quectel", Signal: 20, Operator: "Pigeon Mobile"})
		defer r.end()
		r.ready("m1")
		w, cfg := r.way("m1"), r.modems["m1"].Config()
		i := w.Modem
		if w.Kind != "modem" || w.Window != 1 || w.Country != "44" || !w.Ready || w.Why != "" {
			t.Errorf("way = %+v", w)
		}
		if i.IMEI != cfg.IMEI || i.IMSI != cfg.IMSI || i.ICCID != cfg.ICCID || i.Profile != "quectel" || i.Model != "EC25" ||
			i.Operator != "Pigeon Mobile" || i.Registration != "home" || i.Signal == nil || *i.Signal != -73 ||
			i.SMSC != "+447700900999" || string(i.Number) != cfg.Number || i.Port != "m1" || i.Restarts != 0 {
			t.Errorf("modem = %+v", i)
		}
	})
}

func TestReadyMeansTextsWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{Family: "simcom", SettleTime: 40 * time.Second, BootTime: 5 * time.Second})
		defer r.end()
		r.fault("m1", "reboot")
		r.until(30*time.Second, "registering", func() bool { return r.state("m1") == "registering" })
		if why := r.way("m1").Why; !strings.Contains(why, "texts do not work yet") {
			t.Errorf("why %q", why)
		}
		r.ready("m1")
		if _, err := r.send("m1", "hello"); err != nil {
			t.Error(err)
		}
	})
}

func TestWaitsForTheNetworkAndReceivesNoWorse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{})
		defer r.end()
		r.ready("m1")
		r.fault("m1", "unregistered")
		r.until(time.Minute, "registering", func() bool { return r.state("m1") == "registering" })
		if w := r.way("m1"); w.Ready || !strings.Contains(w.Why, "searching") {
			t.Errorf("way = %+v", w)
		}
		r.modems["m1"].ClearFaults()
		start := time.Now()
		r.ready("m1")
		if d := time.Since(start); d > 15*time.Second {
			t.Errorf("noticed after %v", d)
		}
	})
}

func TestDeniedSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{Registration: 3})
		defer r.end()
		r.until(time.Minute, "denied", func() bool { return strings.Contains(r.way("m1").Why, "denies") })
	})
}

func pinRig(t *testing.T, sim modemsim.ModemConfig, pin modem.Secret) *rig {
	sim.Name = "m1"
	return newRig(t, modem.Config{Modems: []modem.ModemConfig{{Name: "m1", Port: "m1", PIN: pin}}}, sim)
}

func TestPINIsEntered(t *testing.T) {
	for _, family := range modemsim.Families() {
		t.Run(family, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := pinRig(t, modemsim.ModemConfig{PIN: "1234", Family: family}, "1234")
				defer r.end()
				r.ready("m1")
				if n := r.wires["m1"].count("AT+CPIN="); n != 1 {
					t.Errorf("entered %d times, want once", n)
				}
				if strings.Contains(r.log(), "1234\"") {
					t.Error("the PIN is in the log")
				}
			})
		})
	}
}

func TestWrongPINIsNeverRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := pinRig(t, modemsim.ModemConfig{PIN: "1234"}, "9999")
		defer r.end()
		r.until(time.Minute, "parked", func() bool { return r.state("m1") == "parked" })
		r.rest(3 * time.Hour)
		r.fault("m1", "hangup")
		r.rest(time.Hour)
		if n := r.wires["m1"].count("AT+CPIN="); n != 1 {
			t.Errorf("entered %d times, want once", n)
		}
		if w := r.way("m1"); w.State != "parked" || !strings.Contains(w.Why, "refused") || w.Ready {
			t.Errorf("way = %+v", w)
		}
	})
}

// However often the daemon starts, a wrong PIN leaves one try.
func TestWrongPINLeavesOneTry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := pinRig(t, modemsim.ModemConfig{PIN: "1234"}, "9999")
		for range 6 {
			r.until(time.Minute, "parked", func() bool { return r.state("m1") == "parked" })
			r.end()
			r.begin(modem.Config{Modems: []modem.ModemConfig{{Name: "m1", Port: "m1", PIN: "9999"}}})
		}
		r.until(time.Minute, "parked", func() bool { return r.state("m1") == "parked" })
		r.end()
		if n := r.wires["m1"].count("AT+CPIN="); n != 2 {
			t.Errorf("entered %d times, want 2 of 3", n)
		}
		if why := r.way("m1").Why; why != "stopped" {
			t.Errorf("why %q", why)
		}
	})
}

func TestParkedSaysWhyAndIsLookedAt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := pinRig(t, modemsim.ModemConfig{PIN: "1234"}, "")
		defer r.end()
		r.until(time.Minute, "parked", func() bool { return strings.Contains(r.way("m1").Why, "wants its PIN") })
		if r.state("m1") != "parked" {
			t.Errorf("state %s", r.state("m1"))
		}
	})
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{})
		defer r.end()
		r.ready("m1")
		r.modems["m1"].SetSIM(false)
		r.until(2*time.Minute, "parked", func() bool { return r.way("m1").Why == "no SIM inserted" })
		r.modems["m1"].SetSIM(true)
		r.ready("m1")
	})
}

func TestHangUpAndReturn(t *testing.T) {
	for _, fault := range []string{"hangup 7s", "unplug 40s"} {
		synctest.Test(t, func(t *testing.T) {
			r := one(t, modemsim.ModemConfig{})
			defer r.end()
			r.ready("m1")
			r.fault("m1", fault)
			r.until(time.Second, "absent", func() bool { return r.state("m1") == "absent" })
			if w := r.way("m1"); w.Ready || w.Why == "" {
				t.Errorf("way = %+v", w)
			}
			r.ready("m1")
			if n := r.way("m1").Modem.Restarts; n != 1 {
				t.Errorf("%d restarts, want 1", n)
			}
			if _, err := r.send("m1", "hello"); err != nil {
				t.Error(err)
			}
			r.deliver("m1", "+447700900555", "hello")
			r.received(1)
		})
	}
}

func TestSilentModemIsNoticedReopenedAndReturns(t *testing.T) {
	for _, fault := range []string{"silence", "wedged", "deaf"} {
		t.Run(fault, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := one(t, modemsim.ModemConfig{})
				defer r.end()
				r.ready("m1")
				r.fault("m1", fault)
				r.until(45*time.Second, "sick", func() bool { return !r.way("m1").Ready })
				r.until(time.Minute, "recovering", func() bool { return r.state("m1") == "recovering" })
				opened := r.wires["m1"].times()
				r.rest(5 * time.Minute)
				if n := r.wires["m1"].times() - opened; n < 4 || n > 20 {
					t.Errorf("opened %d times in 5 minutes", n)
				}
				r.modems["m1"].ClearFaults()
				start := time.Now()
				r.ready("m1")
				if d := time.Since(start); d > 50*time.Second {
					t.Errorf("back after %v", d)
				}
				if lines := strings.Count(r.log(), "level=INFO"); lines > 60 {
					t.Errorf("%d lines logged", lines)
				}
			})
		})
	}
}

func TestRebootIsSetUpAgain(t *testing.T) {
	for _, family := range []string{"simcom", "quectel"} {
		synctest.Test(t, func(t *testing.T) {
			r := one(t, modemsim.ModemConfig{Family: family, BootTime: 3 * time.Second, SettleTime: 5 * time.Second})
			defer r.end()
			r.ready("m1")
			r.fault("m1", "reboot")
			r.rest(20 * time.Second)
			if s := r.state("m1"); s != "ready" {
				t.Errorf("%s: %s after 20 s", family, s)
			}
			r.deliver("m1", "+447700900555", "hello")
			start := time.Now()
			r.until(time.Minute, "part", func() bool { n, _ := r.core.counts(); return n == 1 })
			if d := time.Since(start); d > 5*time.Second {
				t.Errorf("%s: announced texts are off: %v", family, d)
			}
			if n := r.wires["m1"].times(); n != 1 {
				t.Errorf("%s: opened %d times, want once", family, n)
			}
		})
	}
}

// A family that says nothing when it starts again is in text mode, with its
// echo on, and does not know us: the first refused segment sets that right.
func TestUnnoticedRebootCostsNoMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{Family: "generic"})
		defer r.end()
		r.ready("m1")
		r.fault("m1", "reboot")
		r.rest(5 * time.Second)
		if _, err := r.send("m1", "hello"); err != nil {
			t.Errorf("Send = %v", err)
		}
		// And reports, which it had forgotten to hand over, come again.
		r.rest(sweep + 10*time.Second)
		r.ready("m1")
		if _, err := r.send("m1", "hello"); err != nil {
			t.Errorf("Send = %v", err)
		}
		r.until(time.Second, "report", func() bool { _, n := r.core.counts(); return n == 1 })
	})
}

func TestEchoAndChatterAndSplitLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{Family: "huawei"})
		defer r.end()
		r.ready("m1")
		for _, f := range []string{"echo", "split", "urcstorm 500", "garbage 200"} {
			r.fault("m1", f)
			if _, err := r.send("m1", long(2)); err != nil {
				t.Errorf("%s: %v", f, err)
			}
			r.deliver("m1", "+447700900555", f)
			r.rest(2 * time.Second)
		}
		r.received(4)
	})
}

func TestIdleModemIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{})
		defer r.end()
		r.ready("m1")
		r.rest(time.Minute)
		r.wires["m1"].forget()
		was := r.core.changed()
		r.rest(10 * time.Minute)
		// Every 30 s signal and network, every 60 s the memory.
		if n := r.wires["m1"].all(); n < 20 || n > 60 {
			t.Errorf("%d writes in 10 idle minutes", n)
		}
		if n := r.core.changed() - was; n != 0 {
			t.Errorf("%d changes told of a modem that did not change", n)
		}
	})
}

func TestServiceCentreIsSetWhereTheSIMHasNone(t *testing.T) {
	const set = `AT+CSCA="+447700900111",145`
	for _, tc := range []struct {
		name string
		csca []string
		want sms.Number
		sets int
	}{
		{"none", []string{`< +CSCA: "",129`, "< OK"}, "+447700900111", 1},
		{"nothing at all", []string{"< OK"}, "+447700900111", 1},
		{"its own", []string{`< +CSCA: "+447785016005",145`, "< OK"}, "+447785016005", 0},
		{"the same", []string{`< +CSCA: "+447700900111",145`, "< OK"}, "+447700900111", 0},
		{"not told", []string{"< ERROR"}, "+447700900111", 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cfg := modem.ModemConfig{SMSCNumber: "+447700900111", Init: []string{"AT+CGSMS=1", "AT+NOSUCH"}}
				r := playedAs(t, "huawei-e173", cfg, func(s *scripted) {
					s.stanzas["AT+CSCA?"] = [][]string{tc.csca}
					s.stanzas[set] = [][]string{{"< OK"}}
				})
				defer r.end()
				r.ready("m1")
				if got := r.way("m1").Modem.SMSC; got != tc.want {
					t.Errorf("SMSC %q, want %q", got, tc.want)
				}
				if n := r.wires["m1"].count(set); n != tc.sets {
					t.Errorf("it was set %d times, want %d", n, tc.sets)
				}
				if n := r.wires["m1"].count("AT+CGSMS=1"); n != 1 {
					t.Errorf("init said %d times", n)
				}
			})
		})
	}
}

package modem_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/modem"
	"github.com/pigeon-sms/pigeon/modem/modemsim"
)

func pinConfig(pin modem.Secret, mem modem.Memory) modem.Config {
	return modem.Config{Memory: mem, Modems: []modem.ModemConfig{{Name: "m1", Port: "m1", PIN: pin}}}
}

func (r *rig) parked() {
	r.t.Helper()
	r.until(2*time.Minute, "parked", func() bool { return r.state("m1") == "parked" })
}

func TestRefusedPINIsRememberedOverRestarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mem := &remembering{}
		r := newRig(t, pinConfig("9999", mem), modemsim.ModemConfig{Name: "m1", PIN: "1234"})
		for range 4 {
			r.parked()
			r.rest(10 * time.Minute)
			r.end()
			r.begin(pinConfig("9999", mem))
		}
		r.parked()
		if why := r.way("m1").Why; !strings.Contains(why, "refused") {
			t.Errorf("why %q", why)
		}
		r.end()
		if n := r.wires["m1"].count("AT+CPIN="); n != 1 {
			t.Errorf("entered %d times, want once", n)
		}
		note := mem.get("pin/in-m1")
		if note == "" || strings.Contains(note, "9999") {
			t.Errorf("note %q", note)
		}
		// Corrected in the configuration.
		r.begin(pinConfig("1234", mem))
		defer r.end()
		r.ready("m1")
		if note := mem.get("pin/in-m1"); note != "" {
			t.Errorf("note %q after it was taken", note)
		}
	})
}

// A SIM that tells its serial number before its PIN is known by that: another
// one in the same modem is another matter.
func TestRefusedPINIsThatSIMs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mem := &remembering{}
		iccid := "8944150000000000017"
		locked := func(s *scripted) {
			s.stanzas["AT+CPIN?"] = [][]string{{"< +CPIN: SIM PIN", "< OK"}}
			s.stanzas["AT+QPINC?"] = [][]string{{`< +QPINC: "SC",3,10`, "< OK"}}
			s.stanzas[`AT+CPIN="9999"`] = [][]string{{"< +CME ERROR: 16"}}
			s.stanzas["AT+QCCID"] = [][]string{{"< +QCCID: " + iccid, "< OK"}}
		}
		for i, sim := range []string{iccid, iccid, "8944150000000000025"} {
			iccid = sim
			want := []int{1, 0, 1}[i]
			r := played(t, "quectel-ec25", locked)
			r.end()
			r.wires["m1"].forget()
			r.begin(pinConfig("9999", mem))
			r.parked()
			r.end()
			if mem.get("pin/"+sim) == "" {
				t.Errorf("no note of %s", sim)
			}
			if n := r.wires["m1"].count("AT+CPIN="); n != want {
				t.Errorf("SIM %d: entered %d times, want %d", i, n, want)
			}
		}
	})
}

// The gateway dies between entering a PIN and its answer: the tries that are
// left tell whether it was refused.
func TestPINWhoseAnswerNobodyHeard(t *testing.T) {
	for _, tc := range []struct {
		pin  modem.Secret
		want string
	}{{"1234", "ready"}, {"9999", "parked"}} {
		synctest.Test(t, func(t *testing.T) {
			mem := &remembering{}
			r := newRig(t, pinConfig(tc.pin, mem), modemsim.ModemConfig{Name: "m1", PIN: "1234"})
			entered := make(chan struct{}, 1)
			r.wires["m1"].on(func(write string) {
				if strings.HasPrefix(write, "AT+CPIN=") {
					entered <- struct{}{}
				}
			})
			<-entered
			mem.setFail(errors.New("power cut"))
			r.end()
			r.wires["m1"].on(nil)
			mem.setFail(nil)
			r.fault("m1", "reboot") // the SIM asks again
			r.begin(pinConfig(tc.pin, mem))
			defer r.end()
			r.until(2*time.Minute, tc.want, func() bool { return r.state("m1") == tc.want })
			most := 2
			if tc.want == "parked" {
				most = 1
			}
			if n := r.wires["m1"].count("AT+CPIN="); n > most {
				t.Errorf("%s: entered %d times, want at most %d", tc.pin, n, most)
			}
		})
	}
}

func TestPINIsNotEnteredWhereThatCannotBeNoted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mem := &remembering{fail: errors.New("disk full")}
		r := newRig(t, pinConfig("1234", mem), modemsim.ModemConfig{Name: "m1", PIN: "1234"})
		defer r.end()
		r.parked()
		r.rest(5 * time.Minute)
		if n := r.wires["m1"].count("AT+CPIN="); n != 0 {
			t.Errorf("entered %d times", n)
		}
		mem.setFail(nil)
		r.ready("m1")
	})
}

func TestPINIsNotEnteredWithOneTryLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, pinConfig("9999", &remembering{}), modemsim.ModemConfig{Name: "m1", PIN: "1234"})
		r.parked()
		r.end()
		r.begin(pinConfig("9998", &remembering{}))
		r.parked()
		r.end()
		r.begin(pinConfig("1234", &remembering{})) // one is left, and nobody remembers
		defer r.end()
		r.parked()
		r.rest(time.Hour)
		if n := r.wires["m1"].count(`AT+CPIN="1234"`); n != 0 {
			t.Errorf("entered %d times with one try left", n)
		}
		if why := r.way("m1").Why; !strings.Contains(why, "1 tries are left") {
			t.Errorf("why %q", why)
		}
	})
}

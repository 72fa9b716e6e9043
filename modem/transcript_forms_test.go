package modem_test

import (
	"io"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/modem"
	"github.com/pigeon-sms/pigeon/modem/modemsim"
)

// edit puts one stanza, or several to be answered in turn, in a command's
// place.
func edit(cmd string, stanzas ...[]string) func(*scripted) {
	return func(s *scripted) { s.stanzas[cmd] = stanzas }
}

func TestFormsOfRegistration(t *testing.T) {
	for _, tc := range []struct {
		creg, cereg              string // answers, empty for a refusal
		registration, technology string // empty: it does not get ready
	}{
		{"+CREG: 0,1", "", "home", ""},
		{"+CREG: 2, 1", "", "home", ""},
		{"+CREG: 000,001", "", "home", ""},
		{`+CREG: 002,005,"18d8","ffff"`, "", "roaming", ""},
		{`+CREG: 2,1,"4CA","81DE445",7`, "", "home", "LTE"},
		{"+CREG: 2,1,4CA,81DE445", "", "home", ""},
		{"+CREG: 2,1,4321,81DE445,2", "", "home", "UMTS"},
		{`+CREG: 2,1,"0B,"0100701",7`, "", "home", "LTE"},
		{"+CREG: 0,6", "", "home, texts only", ""},
		{"+CREG: 0,7", "", "roaming, texts only", ""},
		{"+CREG: 0,9", "", "home", ""},
		{"+CREG: 0,10", "", "roaming", ""},
		{"+CREG: 0,0", `+CEREG: 0,1`, "home", ""},
		{"+CREG: 2,,", `+CEREG: 2,1,"18D8","0100701",9`, "home", "NB-IoT"},
		{"", "+CEREG: 0,5", "roaming", ""},
		{"+CREG: 0,3", "+CEREG: 0,0", "", ""},
		{"+CREG: 0,8", "+CEREG: 0,11", "", ""},
		{"+CREG: 0,2", "+CEREG: 0,4", "", ""},
	} {
		t.Run(tc.creg+" "+tc.cereg, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				answer := func(l string) []string {
					if l == "" {
						return []string{"< ERROR"}
					}
					return []string{"< " + l, "< OK"}
				}
				r := played(t, "telit-le910c1", edit("AT+CREG?", answer(tc.creg)), edit("AT+CEREG?", answer(tc.cereg)),
					edit("AT+COPS?", []string{`< +COPS: 0,0,"Pigeon"`, "< OK"}))
				defer r.end()
				if tc.registration == "" {
					r.rest(2 * time.Minute)
					if w := r.way("m1"); w.State != "registering" {
						t.Errorf("the modem is %s (%s)", w.State, w.Why)
					}
					return
				}
				r.ready("m1")
				if i := r.way("m1").Modem; i.Registration != tc.registration || i.Technology != tc.technology {
					t.Errorf("registered %q by %q", i.Registration, i.Technology)
				}
			})
		})
	}
}

func TestFormsOfTheSIMsState(t *testing.T) {
	for _, tc := range []struct {
		answer []string
		state  string
		why    string
	}{
		{[]string{"< +CPIN: READY", "< OK"}, "ready", ""},
		{[]string{`< +CPIN: "READY"`, "< OK"}, "ready", ""},
		{[]string{"< +CPIN:READY", "< OK"}, "ready", ""},
		{[]string{"< +CPIN: READY"}, "ready", ""}, // Wavecom
		{[]string{"< +CPIN: SIM PIN2", "< OK"}, "ready", ""},
		{[]string{"< +CPIN: SIM PUK2", "< OK"}, "ready", ""},
		{[]string{"< +CME ERROR: 4"}, "ready", ""},
		{[]string{"< +CPIN: NOT INSERTED", "< OK"}, "parked", "no SIM inserted"},
		{[]string{"< +CPIN: SIM REMOVED", "< OK"}, "parked", "no SIM inserted"},
		{[]string{"< +CME ERROR: 10"}, "parked", "no SIM inserted"},
		{[]string{"< +CME ERROR: SIM not inserted"}, "parked", "no SIM inserted"},
		{[]string{"< +CPIN: SIM PUK", "< OK"}, "parked", "the SIM is locked and wants its PUK: put it in a phone"},
		{[]string{"< +CPIN: PH-NET PIN", "< OK"}, "parked", "locked (PH-NET PIN): this modem does not take this SIM"},
		{[]string{"< +CPIN: PH-SIM PIN", "< OK"}, "parked", "locked (PH-SIM PIN): this modem does not take this SIM"},
		{[]string{"< +CPIN: BLOCKED", "< OK"}, "parked", "locked (BLOCKED): this modem does not take this SIM"},
		{[]string{"< +CME ERROR: 13"}, "parked", "the SIM does not work"},
		{[]string{"< +CPIN: NOT READY", "< OK"}, "sim", "the SIM is not ready yet"},
		{[]string{"< +CME ERROR: SIM PUK required"}, "parked", "the SIM is locked and wants its PUK: put it in a phone"},
		{[]string{"< +CME ERROR: SIM busy"}, "sim", "the SIM is not ready yet"},
		{[]string{"< +CME ERROR: 14"}, "sim", "the SIM is not ready yet"},
		{[]string{"< ERROR"}, "sim", "the SIM is not ready yet"},
	} {
		t.Run(tc.answer[0], func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := played(t, "simcom-sim7080", edit("AT+CPIN?", tc.answer))
				defer r.end()
				r.rest(30 * time.Second)
				if w := r.way("m1"); w.State != tc.state || w.Why != tc.why {
					t.Errorf("the modem is %s (%s), want %s (%s)", w.State, w.Why, tc.state, tc.why)
				}
			})
		})
	}
}

// With one try left no vendor's PIN is entered; with three all are.
func TestPINTriesInEachVendorsWords(t *testing.T) {
	for _, tc := range []struct {
		file, cmd   string
		three, left string
	}{
		{"simcom-sim800", "AT+SPIC", "+SPIC: 3,10,0,10", "+SPIC: 1,10,0,10"},
		{"quectel-eg25-g", "AT+QPINC?", `+QPINC: "SC",3,10`, `+QPINC: "SC",1,10`},
		{"telit-he910", "AT#PCT", "#PCT: 3", "#PCT: 1"},
		{"ublox-sara-u201", "AT+UPINCNT", "+UPINCNT: 3,3,10,10", "+UPINCNT: 1,3,10,10"},
		{"cinterion-mc55", "AT^SPIC", "^SPIC: 3", "^SPIC: 1"},
		{"sierra-mc7455", "AT+CPINR", "+CPINR: SIM PIN,3,3", "+CPINR: SIM PIN,1,3"},
		{"wavecom-q2403", "AT+CPINR", "+CPINR: SIM PIN,3,3", "+CPINR: SIM PIN,1,3"},
		{"wavecom-q2403", "AT+CPINR", "+CPINR: SIM PIN,3,3", ""}, // which does not tell
	} {
		for _, left := range []string{tc.three, tc.left} {
			t.Run(tc.file+" "+left, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					locked := []string{"< +CPIN: SIM PIN", "< OK"}
					ready := []string{"< +CPIN: READY", "< OK"}
					tries := []string{"< ERROR"}
					if left != "" {
						tries = []string{"< " + left, "< OK"}
					}
					states := [][]string{locked}
					if left == tc.three {
						states = append(states, ready)
					}
					r := playedAs(t, tc.file, modem.ModemConfig{PIN: "1234"}, edit("AT+CPIN?", states...), edit(tc.cmd, tries),
						edit(`AT+CPIN="1234"`, []string{"< OK"}))
					defer r.end()
					r.rest(3 * time.Minute)
					want, state := 0, "parked"
					if left == tc.three {
						want, state = 1, "ready"
					}
					if n, s := r.wires["m1"].count("AT+CPIN="), r.way("m1").State; n != want || s != state {
						t.Errorf("the PIN was entered %d times and the modem is %s", n, s)
					}
				})
			})
		}
	}
}

func TestFormsOfIdentity(t *testing.T) {
	for _, tc := range []struct{ imei, iccid, wantIMEI, wantICCID string }{
		{"356938035643809", "+CCID: 8944150000000000017", "356938035643809", "8944150000000000017"},
		{`"356938035643809"`, `+CCID: "8944150000000000017"`, "356938035643809", "8944150000000000017"},
		{"+CGSN: 356938035643809", "8944150000000000017F", "356938035643809", "8944150000000000017"},
		{"+CGSN 356938035643809", "8944150000000000017f", "356938035643809", "8944150000000000017"},
		{"IMEI: 356938035643809", "+CCID: 984451000000000010F7", "356938035643809", "8944150000000000017"},
		{"3569380356438091", "+ICCID: 89441500000000000178", "3569380356438091", "89441500000000000178"},
		{`+CGSN: "356938035643809"`, "98445100000000001087", "356938035643809", "89441500000000000178"},
	} {
		t.Run(tc.imei+" "+tc.iccid, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := played(t, "simcom-sim7080", edit("AT+CGSN", []string{"< " + tc.imei, "< OK"}), edit("AT+CCID", []string{"< " + tc.iccid, "< OK"}))
				defer r.end()
				r.ready("m1")
				if i := r.way("m1").Modem; i.IMEI != tc.wantIMEI || i.ICCID != tc.wantICCID {
					t.Errorf("IMEI %q, ICCID %q", i.IMEI, i.ICCID)
				}
			})
		})
	}
}

func TestFormsOfSignal(t *testing.T) {
	for csq, want := range map[string]string{
		"+CSQ: 0,0": "-113", "+CSQ:18,99": "-77", "+CSQ: 31,7": "-51", "+CSQ: 100,99": "-116", "+CSQ: 150,99": "-66", "+CSQ: 191,99": "-25",
		"+CSQ: 99,99": "", "+CSQ: 199,99": "", "+CSQ: ,": "",
	} {
		t.Run(csq, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := played(t, "simcom-sim7600", edit("AT+CSQ", []string{"< " + csq, "< OK"}))
				defer r.end()
				r.ready("m1")
				got := ""
				if s := r.way("m1").Modem.Signal; s != nil {
					got = strconv.Itoa(*s)
				}
				if got != want {
					t.Errorf("signal %q dBm, want %q", got, want)
				}
			})
		})
	}
}

// However the memories are told of, the text that lies in one is found.
func TestFormsOfMemories(t *testing.T) {
	for _, tc := range []struct {
		name             string
		query, test, set []string // nil: as the transcript has it
	}{
		{name: "by the standard"},
		{name: "nothing behind the counts", set: []string{"< +CPMS: 1,20,1,20,1,20"}},
		{name: "twice", query: []string{`< +CPMS: "SM",1,20,"SM",1,20,"SM",1,20`, `< +CPMS: "SM",1,20,"SM",1,20,"SM",1,20`, "< OK"}},
		{name: "no quotes, no space", query: []string{"< +CPMS:SM,1,20,SM,1,20,SM,1,20", "< OK"}},
		{name: "no counts", query: []string{`< +CPMS: "SM","SM","SM"`, "< OK"}, set: []string{"< OK"}},
		{name: "no reading", query: []string{"< +CPMS: ,,,,,,,,", "< OK"}},
		{name: "no list", test: []string{"< +CPMS: (),(),()", "< OK"}},
		{name: "no list known", test: []string{"< ERROR"}},
		{name: "no choice", set: []string{"< +CMS ERROR: 302"}},
		{name: "another size in each", set: []string{"< +CPMS: 1,10,0,23,0,5", "< OK"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := played(t, "simcom-sim7080", func(s *scripted) {
					for cmd, answer := range map[string][]string{
						"AT+CPMS?": tc.query, "AT+CPMS=?": tc.test, `AT+CPMS="SM","SM","SM"`: tc.set,
					} {
						if answer != nil {
							s.stanzas[cmd] = [][]string{answer}
						}
					}
				})
				defer r.end()
				r.ready("m1")
				r.until(time.Minute, "text", func() bool { n, _ := r.core.counts(); return n == 1 })
				if p := r.core.kept()[0]; p.Text != "hello" || p.Slot != r.way("m1").Modem.ICCID+"/SM/3" {
					t.Errorf("part = %+v", p)
				}
				r.rest(5 * time.Minute)
				if n := r.wires["m1"].count("AT+CMGD="); n != 1 {
					t.Errorf("deleted %d times", n)
				}
				if w := r.way("m1"); w.State != "ready" {
					t.Errorf("the modem is %s (%s)", w.State, w.Why)
				}
			})
		})
	}
}

func TestFormsOfUSSDReplies(t *testing.T) {
	for _, tc := range []struct {
		answer []string
		reply  string
		more   bool
		err    string
	}{
		{answer: []string{"< OK", "~ 4s", `* +CUSD: 0,"Balance: 5",15`}, reply: "Balance: 5"},
		{answer: []string{`* +CUSD: 0,"Balance: 5",15`, "< OK"}, reply: "Balance: 5"},
		{answer: []string{"< OK", `* +CUSD: 1,"1 Balance`, "* ", "* 2 Number", `* ",15`}, reply: "1 Balance\n2 Number", more: true},
		{answer: []string{"< OK", `* +CUSD: 0,"0414043B044F",72`}, reply: "Для"},
		{answer: []string{"< OK", `* +CUSD: 2,"00480065006C006C006F",15`}, reply: "Hello"},
		{answer: []string{"< OK", "* +CUSD: 0, D9775D0E1287D961F7B80C4ACF4131996B46031D855017"}, reply: "Your balance is 12.34 GBP."},
		{answer: []string{"< OK", `* +CUSD: 0,"D9775D0E1287D961F7B80C4ACF4131996B46031D855017FFFF",17`}, reply: "Your balance is 12.34 GBP."},
		{answer: []string{`* +CUSD: 0,"Balance: 5",15`, "* +CUSD: 2", "* +CUSD: 2", "< OK", "* +CUSD: 2"}, reply: "Balance: 5"}, // several releases
		{answer: []string{`* +CUSD: 1,"1 Balance",15`, "* +CUSD: 2", "< OK"}, reply: "1 Balance"},
		{answer: []string{"< OK", "* +CUSD: 4"}, err: "code: the network does not know this code"},
		{answer: []string{"< OK", "* +CUSD: 5"}, err: "code: the network has waited too long"},
		{answer: []string{"< +CME ERROR: 30"}, err: "code: the modem refuses it: +CME ERROR: 30"},
	} {
		t.Run(tc.answer[len(tc.answer)-1], func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := played(t, "telit-le910c1", edit(`AT+CUSD=1,"*100#",15`, tc.answer), edit("AT+CUSD=2", []string{"< ERROR"}))
				defer r.end()
				r.ready("m1")
				reply, more, err := r.pool.USSD(t.Context(), "m1", "*100#")
				got := ""
				if err != nil {
					got = err.Error()
				}
				if reply != tc.reply || more != tc.more || got != tc.err {
					t.Errorf("*100# = %q, %t, %q", reply, more, got)
				}
				if tc.more {
					if err := r.pool.CancelUSSD(t.Context(), "m1"); err != nil {
						t.Errorf("ended: %v", err) // ERROR is normal
					}
				}
				if w := r.way("m1"); w.State != "ready" {
					t.Errorf("after it the modem is %s (%s)", w.State, w.Why)
				}
			})
		})
	}
}

// A program before us has said ATV0: results are numbers, and an answer
// without a name cannot be told from them.
func TestNumericResultsAreEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &rig{t: t, net: modemsim.NewNetwork(modemsim.NetworkConfig{}), wires: map[string]*wire{"m1": {}}, core: newCore()}
		m := modemsim.NewModem(modemsim.ModemConfig{Name: "m1", Index: 1}, r.net)
		r.modems = map[string]*modemsim.Modem{"m1": m}
		rw, err := r.openSim(t.Context(), "m1")
		if err != nil {
			t.Fatal(err)
		}
		go io.WriteString(rw, "ATE0V0\r")
		said := make([]byte, 64)
		for got := ""; got != "ATE0V0\r0\r"; {
			n, err := rw.Read(said)
			if err != nil {
				t.Fatal(err)
			}
			got += string(said[:n])
		}
		rw.Close()
		synctest.Wait()
		r.begin(modem.Config{Modems: []modem.ModemConfig{{Name: "m1", Port: "m1"}}})
		defer r.end()
		r.ready("m1")
		if i := r.way("m1").Modem; i.Profile != "simulated" || i.IMEI == "" || i.ICCID == "" {
			t.Errorf("modem = %+v", i)
		}
	})
}

// A modem whose every answer makes news is not asked without an end, neither
// before its texts work nor after.
func TestNewsWithEveryAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		noisy := []string{"* +CREG: 1,4321,81DE445,7", "< +CREG: 2,1,4321,81DE445,7", "< OK", "* +CREG: 1,4321,81DE445,7"}
		r := played(t, "ublox-toby-l210", edit("AT+CREG?", noisy), func(s *scripted) {
			late := []string{"< +CMS ERROR: 302"}
			s.stanzas["AT+CPMS?"] = append([][]string{late, late, late, late, late}, s.stanzas["AT+CPMS?"]...)
		})
		defer r.end()
		r.ready("m1")
		r.wires["m1"].forget()
		r.rest(time.Minute)
		if n := r.wires["m1"].count("AT+CREG?"); n > 130 {
			t.Errorf("asked %d times in a minute", n)
		}
	})
}

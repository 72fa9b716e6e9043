package modemsim_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/modem/modemsim"
)

// fault makes the modem do something wrong.
func (h *host) fault(words string) {
	h.t.Helper()
	if err := h.modem.Fault(words); err != nil {
		h.t.Fatalf("fault %s: %v", words, err)
	}
}

// TestFaults shows each fault, and that the modem is well after it.
func TestFaults(t *testing.T) {
	mti := func(h *host) { h.deliver("+447700900100", "Hello", modemsim.Delivery{}) }
	for _, tc := range []struct {
		name  string
		fault string
		test  func(h *host)
	}{
		{"silence", "silence", func(h *host) {
			mti(h)
			h.do("AT", "")
		}},
		{"wedged", "wedged", func(h *host) {
			h.do("AT", "")
			mti(h)
			h.do("AT", `+CMTI: "SM",1`)
		}},
		{"deaf", "deaf", func(h *host) {
			h.conn.SetWriteDeadline(time.Now().Add(time.Second))
			// The reader holds one piece of input; the next is not taken.
			h.conn.Write([]byte("AT\r"))
			if _, err := h.conn.Write([]byte("AT\r")); err == nil {
				h.t.Error("a deaf modem reads")
			}
			h.modem.ClearFaults()
			h.heard(time.Second)
		}},
		{"slow", "slow 20s", func(h *host) {
			h.write("AT\r")
			if got := h.heard(19 * time.Second); got != "" {
				h.t.Errorf("said %q at once", got)
			}
			if got := flat(h.heard(2 * time.Second)); got != "OK" {
				h.t.Errorf("then said %q", got)
			}
		}},
		{"late", "late 200s 1", func(h *host) {
			if got := h.send(hello, helloLength, 199*time.Second); got != "" {
				h.t.Errorf("said %q", got)
			}
			if n := len(h.net.Segments()); n != 1 {
				h.t.Errorf("the network has %d segments meanwhile, want 1", n)
			}
			if got := flat(h.heard(2 * time.Second)); got != "+CMGS: 0|OK" {
				h.t.Errorf("late: %q", got)
			}
		}},
		{"error", "error 38 2", func(h *host) {
			for _, want := range []string{"+CMS ERROR: 38", "+CMS ERROR: 38", "+CMGS: 0|OK"} {
				if got := h.send(hello, helloLength, time.Second); got != want {
					h.t.Errorf("got %q, want %q", got, want)
				}
			}
		}},
		{"error without a number", "error 0", func(h *host) {
			if got := h.send(hello, helloLength, time.Second); got != "ERROR" {
				h.t.Errorf("got %q", got)
			}
		}},
		{"urcstorm", "urcstorm 100", func(h *host) {
			h.write("AT+CSQ\r")
			got := h.heard(10 * time.Second)
			if n := strings.Count(got, "+CIEV: 2,3"); n != 100 || strings.Count(got, "+CSQ: 20,99\r\n\r\nOK") != 1 {
				h.t.Errorf("%d lines came, and %q", n, flat(strings.ReplaceAll(got, "+CIEV: 2,3", "")))
			}
		}},
		{"echo", "echo", func(h *host) { h.do("AT+CSQ", "AT+CSQ|+CSQ: 20,99|OK"); h.do("ATE0", "ATE0|OK") }},
		{"garbage", "garbage 300", func(h *host) {
			if got := h.heard(time.Second); len(got) != 300 {
				h.t.Errorf("%d bytes came, want 300", len(got))
			}
		}},
		{"full", "full", func(h *host) {
			mti(h)
			h.do("AT+CPMS?", `+CPMS: "SM",20,20,"SM",20,20,"SM",20,20|OK`)
			if n := h.net.Pending("modem0"); n != 1 {
				h.t.Errorf("%d wait in the network, want 1", n)
			}
			h.modem.ClearFaults()
			if got := flat(h.heard(time.Second)); got != `+CMTI: "SM",1` {
				h.t.Errorf("with room again: %q", got)
			}
		}},
		{"noprompt", "noprompt", func(h *host) {
			h.do("AT+CMGS=23", "")
			h.do("AT", "") // is taken for the PDU
			h.write("\x1b")
			if got := flat(h.heard(time.Second)); got != "OK" {
				h.t.Errorf("ESC: %q", got)
			}
		}},
		{"prompturc", "prompturc", func(h *host) { h.do("AT+CMGS=23", `+CMTI: "SM",1`) }},
		{"lostfinal", "lostfinal", func(h *host) {
			if got := h.send(hello, helloLength, time.Hour); got != "+CMGS: 0" {
				h.t.Errorf("got %q", got)
			}
		}},
		{"takesilent", "takesilent", func(h *host) {
			if got := h.send(hello, helloLength, time.Hour); got != "" || len(h.net.Segments()) != 1 {
				h.t.Errorf("said %q, the network has %d", got, len(h.net.Segments()))
			}
		}},
		{"midanswer with a text", "midanswer", func(h *host) {
			mti(h)
			h.do("AT+CGMI;+CGMM", `Pigeon|+CMTI: "SM",1|Simulated modem|OK`)
			h.do("AT+CGMI", "Pigeon|OK")
		}},
		{"midanswer in a send", "midanswer", func(h *host) {
			if got := h.send(hello, helloLength, time.Second); got != "+CMGS: 0|+CIEV: 2,3|OK" {
				h.t.Errorf("got %q", got)
			}
		}},
		{"midanswer in a message", "midanswer", func(h *host) {
			h.modem.ClearFaults()
			mti(h)
			h.heard(time.Second)
			h.fault("midanswer")
			h.write("AT+CMGR=1\r")
			if got := flat(h.heard(time.Second)); !strings.HasPrefix(got, "+CMGR: 0,,24|+CIEV: 2,3|0791") {
				h.t.Errorf("got %q", got)
			}
		}},
		{"unregistered", "unregistered", func(h *host) {
			h.do("AT+CREG?;+CSQ", "+CREG: 0,2|+CSQ: 99,99|OK")
			if got := h.send(hello, helloLength, time.Second); got != "+CMS ERROR: 331" {
				h.t.Errorf("got %q", got)
			}
		}},
		{"weak", "weak", func(h *host) { h.do("AT+CSQ", "+CSQ: 2,99|OK") }},
		{"split", "split", func(h *host) {
			h.write("AT\r")
			for range "\r\nOK\r\n" {
				if got := <-h.said; len(got) != 1 {
					h.t.Errorf("a piece of %d bytes", len(got))
				}
			}
		}},
		{"reboot", "reboot", func(h *host) { h.do("AT+CMEE?", "AT+CMEE?|+CMEE: 0|OK"); h.do("ATE0", "ATE0|OK") }},
		{"stall", "stall 20s", func(h *host) {
			h.conn.SetWriteDeadline(time.Now().Add(19 * time.Second))
			h.conn.Write([]byte("AT\r")) // the reader holds one piece of input
			if _, err := h.conn.Write([]byte("AT\r")); err == nil {
				h.t.Error("a stalled modem reads")
			}
			if got := flat(h.heard(2 * time.Second)); got != "OK" {
				h.t.Errorf("after the stall: %q", got)
			}
		}},
		{"sendlate", "sendlate 135s", func(h *host) {
			h.do("AT+CSQ", "+CSQ: 20,99|OK") // only a segment's result is late
			if got := h.send(hello, helloLength, 134*time.Second); got != "" || len(h.net.Segments()) != 1 {
				h.t.Errorf("said %q, the network has %d", got, len(h.net.Segments()))
			}
			if got := flat(h.heard(2 * time.Second)); got != "+CMGS: 0|OK" {
				h.t.Errorf("late: %q", got)
			}
		}},
		{"netloss", "netloss", func(h *host) {
			mti(h)
			h.do("AT+CREG?;+CSQ", "+CREG: 0,1|+CSQ: 20,99|OK")
			if got := h.send(hello, helloLength, time.Second); got != "+CMS ERROR: 38" {
				h.t.Errorf("got %q", got)
			}
			h.fault("netloss 41")
			if got := h.send(hello, helloLength, time.Second); got != "+CMS ERROR: 41" {
				h.t.Errorf("got %q", got)
			}
		}},
		{"nonews", "nonews", func(h *host) {
			mti(h)
			h.do("AT+CPMS?", `+CPMS: "SM",1,20,"SM",1,20,"SM",1,20|OK`)
		}},
		{"unlisted", "unlisted", func(h *host) {
			mti(h)
			h.heard(time.Second)
			h.do("AT+CMGL=4", "OK")
			h.do(`AT+CPMS="SM"`, "+CPMS: 1,20,1,20,1,20|OK")
			h.do("AT+CMGD=1,4", "OK")
			h.do(`AT+CPMS="SM"`, "+CPMS: 0,20,0,20,0,20|OK")
		}},
		{"stuck", "stuck", func(h *host) { h.do("AT+CSQ", "+CME ERROR: 515"); h.do("AT", "OK") }},
		{"forget", "forget", func(h *host) { h.do("AT+CMEE?", "AT+CMEE?|+CMEE: 0|OK"); h.do("ATE0", "ATE0|OK") }},
		{"promptfail", "promptfail", func(h *host) {
			h.write("AT+CMGS=23\r")
			if got := h.heard(time.Second); got != "\r\n> \r\nERROR\r\n" {
				h.t.Errorf("got %q", got)
			}
			h.do(hello+"\x1a", "") // lands among commands
			h.write("\r")
			h.heard(time.Second)
		}},
		{"midpdu", "midpdu", func(h *host) {
			h.write("AT+CMGS=23\r")
			if got := h.heard(time.Second); got != "\r\n> \r\n+CIEV: 2,3\r\n" {
				h.t.Errorf("got %q", got)
			}
			h.write(hello + "\x1a")
			if got := flat(h.heard(time.Second)); got != "+CMGS: 0|OK" {
				h.t.Errorf("got %q", got)
			}
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			bubble(t, modemsim.ModemConfig{}, modemsim.NetworkConfig{}, func(h *host) {
				h.init("AT+CMEE=1", "AT+CNMI=2,1")
				h.fault(tc.fault)
				tc.test(h)
				h.modem.ClearFaults()
				h.heard(time.Second)
				h.do("AT+CGSN", "356938030000005|OK")
			})
		})
	}
}

func TestDroppedLines(t *testing.T) {
	for _, tc := range []struct {
		fault string
		kept  bool // the settings
		taken int
	}{
		{"hangup 30s", true, 0},
		{"unplug 30s", false, 0},
		{"takegone", true, 1},
		{"renumber 10s", false, 0},
	} {
		t.Run(tc.fault, func(t *testing.T) {
			bubble(t, modemsim.ModemConfig{Latency: time.Second}, modemsim.NetworkConfig{}, func(h *host) {
				h.init("AT+CMEE=1")
				h.write("AT+CMGS=23\r")
				h.until("> ", time.Second)
				h.write(hello + "\x1a")
				h.fault(tc.fault)
				if err := <-h.served; !errors.Is(err, modemsim.ErrHangup) {
					t.Fatalf("Serve: %v, want ErrHangup", err)
				}
				if n := len(h.net.Segments()); n != tc.taken {
					t.Errorf("the network has %d segments, want %d", n, tc.taken)
				}
				begin := time.Now()
				if err := h.modem.Back(h.t.Context()); err != nil {
					t.Fatalf("Back: %v", err)
				}
				if took := time.Since(begin); took < time.Second || took > 30*time.Second {
					t.Errorf("back after %v", took)
				}
				for range h.said {
				}
				stop := h.serve()
				defer stop()
				port, want := "modem0", "+CMEE: 0|OK"
				if strings.HasPrefix(tc.fault, "renumber") {
					port = "modem0.1"
				}
				if got := h.modem.Port(); got != port {
					t.Errorf("it stands under %q, want %q", got, port)
				}
				if tc.kept {
					want = "+CMEE: 1|OK"
				}
				h.write("ATE0\r")
				h.heard(time.Second)
				h.do("AT+CMEE?", want)
			})
		})
	}
}

// TestFaultsThatEndWithARestart shows how much it takes to end each.
func TestFaultsThatEndWithARestart(t *testing.T) {
	for _, tc := range []struct {
		fault   string
		ill     string // what AT+CSQ answers
		still   string // and after a restart that was not enough
		send    string // what a segment does
		restart bool   // that is enough
	}{
		{"hung", "", "", "", true},
		{"refusing 512", "+CSQ: 20,99|OK", "", "+CMS ERROR: 512", true},
		{"frozen", "", "", "", false},
		{"stuck", "+CME ERROR: 515", "ERROR", "+CMS ERROR: 515", false},
	} {
		t.Run(tc.fault, func(t *testing.T) {
			bubble(t, modemsim.ModemConfig{Family: "simcom-2g"}, modemsim.NetworkConfig{}, func(h *host) {
				h.init("AT+CMEE=1")
				h.fault(tc.fault)
				if s := h.modem.Struck(); !s.Equal(time.Now()) {
					t.Errorf("struck at %v", s)
				}
				for _, cure := range []string{"", "reboot", "power"} {
					switch cure {
					case "reboot":
						h.fault("reboot")
					case "power":
						h.modem.Power(false)
						h.modem.Power(true)
					}
					h.heard(time.Second)
					if cure == "power" || cure == "reboot" && tc.restart {
						h.init()
						h.do("AT+CSQ", "+CSQ: 20,99|OK")
						continue
					}
					if cure == "reboot" {
						h.write("ATE0\r")
						h.heard(time.Second)
						h.do("AT+CSQ", tc.still)
						continue
					}
					h.do("AT+CSQ", tc.ill)
					h.write("AT+CMGS=" + helloLength + "\r")
					got := flat(h.heard(time.Second))
					if got == "> " {
						h.write(hello + "\x1a")
						got = flat(h.heard(time.Second))
					}
					if got != tc.send {
						t.Errorf("a segment: %q, want %q", got, tc.send)
					}
				}
			})
		})
	}
}

func TestStruckWaitsForWhatItIsAbout(t *testing.T) {
	bubble(t, modemsim.ModemConfig{}, modemsim.NetworkConfig{}, func(h *host) {
		h.init()
		h.fault("error 38")
		h.heard(time.Second)
		if s := h.modem.Struck(); !s.IsZero() {
			t.Errorf("struck at %v, and nothing was sent", s)
		}
		at := time.Now()
		h.send(hello, helloLength, time.Second)
		if s := h.modem.Struck(); s.Before(at) {
			t.Errorf("struck at %v, sent at %v", s, at)
		}
	})
}

func TestFaultWords(t *testing.T) {
	m := modemsim.NewModem(modemsim.ModemConfig{Name: "m"}, modemsim.NewNetwork(modemsim.NetworkConfig{}))
	for words, want := range map[string]string{
		"":               "no fault is named",
		"nonsense":       "there are deaf, echo, error",
		"silence 3":      "it is: fault silence",
		"error":          "it is: fault error CODE [N|always]",
		"error x":        "it is: fault error",
		"error 38 0":     "it is: fault error",
		"noprompt 1 2":   "it is: fault noprompt [N|always]",
		"slow soon":      "no duration",
		"urcstorm":       "",
		"urcstorm no":    "it is: fault urcstorm N",
		"garbage always": "it is: fault garbage",
		"late 1s always": "",
		"stall soon":     "no duration",
		"netloss always": "it is: fault netloss [CODE]",
		"sendlate 1s 0":  "it is: fault sendlate",
		"renumber x":     "no duration",
		"forget all":     "it is: fault forget",
		"hung 3":         "it is: fault hung",
		"refusing":       "it is: fault refusing CODE",
	} {
		err := m.Fault(words)
		if want == "" && err == nil {
			continue
		}
		if err == nil || want == "" || !strings.Contains(err.Error(), want) {
			t.Errorf("fault %s: got %v, want %q", words, err, want)
		}
	}
}

// TestHostThatDoesNotRead lets a modem say more than it keeps.
func TestHostThatDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := modemsim.NewModem(modemsim.ModemConfig{Name: "m"}, modemsim.NewNetwork(modemsim.NetworkConfig{}))
		if err := m.Fault("urcstorm 20000"); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		a, b := net.Pipe()
		defer a.Close()
		if err := m.Serve(ctx, b); err != nil {
			t.Errorf("Serve: %v", err)
		}
		if c := m.Counts(); c.Dropped == 0 {
			t.Error("nothing was dropped")
		}
	})
}

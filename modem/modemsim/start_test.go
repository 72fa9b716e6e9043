package modemsim_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/modem/modemsim"
)

// stamps returns the lines that come within d, each with the second it came in.
func (h *host) stamps(d time.Duration) map[string]int {
	h.t.Helper()
	out := map[string]int{}
	begin := time.Now()
	for left := d; left > 0; left = d - time.Since(begin) {
		for _, l := range strings.FieldsFunc(h.heard(min(left, time.Second)), func(r rune) bool { return r == '\r' || r == '\n' }) {
			if _, was := out[l]; !was {
				out[l] = int((time.Since(begin) - 1) / time.Second)
			}
		}
	}
	return out
}

// "AT answers" is not "texts work": a lifelike modem takes its time over both,
// and says what its family says meanwhile.
func TestLifelikeStart(t *testing.T) {
	for _, tc := range []struct {
		family string
		lines  map[string]int // the second each comes in
		early  string         // what +CMGF=0 answers meanwhile
		list   string         // and +CMGL
	}{
		{"simcom-2g", map[string]int{"RDY": 3, "+CPIN: READY": 3, "Call Ready": 9, "SMS Ready": 15}, "+CMS ERROR: 302", "+CMS ERROR: 302"},
		{"simcom-a76", map[string]int{"*ATREADY: 1": 11, "+CPIN: READY": 11, "SMS DONE": 23, "PB DONE": 23}, "ERROR", "ERROR"},
		{"quectel", map[string]int{"RDY": 12, "+QUSIM: 1": 12, "+QIND: SMS DONE": 18}, "OK", "+CMS ERROR: 314"},
		{"huawei", map[string]int{"^SIMST:1": 14, "^SRVST:2": 24}, "OK", "+CMS ERROR: 314"},
		{"wavecom", map[string]int{"+WIND: 3": 4, "+WIND: 4": 11, "+WIND: 16": 16}, "+CMS ERROR: 515", "+CMS ERROR: 515"},
		{"u-blox-toby", map[string]int{"+AT: READY": 20, "+UUSIMSTAT: 1": 23, "+PBREADY": 32}, "OK", "+CMS ERROR: 314"},
		{"cinterion", map[string]int{"^SYSSTART": 10}, "OK", "+CMS ERROR: 314"},
		{"telit", map[string]int{}, "OK", "+CMS ERROR: 314"}, // nothing without #QSS=1
	} {
		t.Run(tc.family, func(t *testing.T) {
			cfg := modemsim.ModemConfig{Family: tc.family, Lifelike: true}
			bubble(t, cfg, modemsim.NetworkConfig{}, func(h *host) {
				cfg := h.modem.Config()
				if cfg.BootTime == 0 || cfg.SettleTime == 0 || cfg.Latency == 0 || cfg.Chatter == 0 {
					t.Fatalf("times %+v", cfg)
				}
				h.fault("reboot")
				got := h.stamps(40 * time.Second)
				for line, at := range tc.lines {
					if s, ok := got[line]; !ok || s != at {
						t.Errorf("%s after %d s (%v), want %d s", line, s, ok, at)
					}
				}
				if len(tc.lines) == 0 {
					for line := range got {
						if strings.HasPrefix(line, "#QSS") {
							t.Errorf("said %s unasked for", line)
						}
					}
				}
				h.fault("reboot")
				h.heard(cfg.BootTime + 100*time.Millisecond)
				h.write("ATE0\r")
				h.heard(100 * time.Millisecond)
				for cmd, want := range map[string]string{"AT+CMGF=0": tc.early, "AT+CMGL=4": tc.list} {
					h.write(cmd + "\r")
					if got := flat(h.heard(100 * time.Millisecond)); !strings.HasSuffix(got, want) {
						t.Errorf("%s while it starts: %q, want %q", cmd, got, want)
					}
				}
			})
		})
	}
}

func TestAskedForMarker(t *testing.T) {
	cfg := modemsim.ModemConfig{Family: "telit", BootTime: 10 * time.Second, SettleTime: 20 * time.Second}
	bubble(t, cfg, modemsim.NetworkConfig{}, func(h *host) {
		h.fault("reboot")
		h.heard(10*time.Second + time.Millisecond)
		h.init("AT#QSS=1")
		if got := flat(h.heard(20 * time.Second)); got != "#QSS: 1|#QSS: 2|#QSS: 3" {
			t.Errorf("got %q", got)
		}
	})
}

// A modem that guesses its speed loses the first command, and says nothing of
// itself.
func TestAutobaud(t *testing.T) {
	bubble(t, modemsim.ModemConfig{Family: "simcom-900", Lifelike: true}, modemsim.NetworkConfig{}, func(h *host) {
		h.fault("reboot")
		if got := h.heard(10 * time.Second); got != "\x00\xff\xfe" {
			t.Errorf("got %q, want the bytes of no speed", got)
		}
		h.do("AT", "")
		h.do("AT", "AT|OK")
	})
}

// What waits for the SIM waits for its PIN.
func TestReadinessFollowsThePIN(t *testing.T) {
	cfg := modemsim.ModemConfig{
		Family: "quectel", PIN: "1234", BootTime: time.Second, SettleTime: 5 * time.Second, PINTime: 8 * time.Second,
	}
	bubble(t, cfg, modemsim.NetworkConfig{}, func(h *host) {
		h.fault("reboot")
		if got, want := flat(h.heard(time.Minute)), "RDY|+CFUN: 1|+CPIN: SIM PIN|+QUSIM: 1"; got != want {
			t.Errorf("locked: %q, want %q", got, want)
		}
		h.init()
		h.do(`AT+CPIN="1234"`, "OK")
		h.do("AT+CPMS?", "+CMS ERROR: 314")
		if got := h.heard(5 * time.Second); got != "" {
			t.Errorf("early: %q", got)
		}
		if got, want := flat(h.heard(2*time.Second)), "+QIND: SMS DONE|+QIND: PB DONE"; got != want {
			t.Errorf("then: %q, want %q", got, want)
		}
	})
}

func TestSIMStates(t *testing.T) {
	for _, tc := range []struct{ family, state, pin, cms string }{
		{"generic", "out", "+CME ERROR: 10", "+CMS ERROR: 310"},
		{"simcom-lte", "out", "+CPIN: NOT INSERTED|OK", "+CMS ERROR: 310"},
		{"generic", "failed", "+CME ERROR: 13", "+CMS ERROR: 313"},
		{"generic", "busy 30s", "+CME ERROR: 14", "+CMS ERROR: 314"},
		{"simcom-lte", "busy 30s", "+CPIN: NOT READY|OK", "+CMS ERROR: 314"},
		{"generic", "pin", "+CPIN: SIM PIN|OK", "+CMS ERROR: 311"},
		{"generic", "puk", "+CPIN: SIM PUK|OK", "+CMS ERROR: 316"},
	} {
		t.Run(tc.family+" "+tc.state, func(t *testing.T) {
			bubble(t, modemsim.ModemConfig{Family: tc.family}, modemsim.NetworkConfig{}, func(h *host) {
				h.init("AT+CMEE=1")
				if err := h.modem.SetSIMState(tc.state); err != nil {
					t.Fatal(err)
				}
				h.deliver("+447700900100", "Hello", modemsim.Delivery{})
				h.do("AT+CPIN?", tc.pin)
				h.do("AT+CPMS?", tc.cms)
				if n := h.net.Pending("modem0"); n != 1 {
					t.Errorf("%d texts wait in the network, want 1", n)
				}
				h.heard(time.Minute)
				if tc.state[:3] != "bus" {
					if err := h.modem.SetSIMState("in"); err != nil {
						t.Fatal(err)
					}
				}
				if tc.state == "pin" {
					h.do(`AT+CPIN="1234"`, "OK")
				}
				if tc.state == "puk" {
					h.do(`AT+CPIN="12345678","1234"`, "OK")
				}
				h.do("AT+CPIN?", "+CPIN: READY|OK")
				if n := h.net.Pending("modem0"); n != 0 {
					t.Errorf("%d texts wait in the network still", n)
				}
			})
		})
	}
	bubble(t, modemsim.ModemConfig{PIN: "1234", PINTries: -1}, modemsim.NetworkConfig{}, func(h *host) {
		h.init()
		h.do("AT+CPIN?", "+CPIN: SIM PUK|OK")
	})
	bubble(t, modemsim.ModemConfig{PIN: "1234", PINTries: 1, Family: "quectel"}, modemsim.NetworkConfig{}, func(h *host) {
		h.init()
		h.do("AT+QPINC?", `+QPINC: "SC",1,10|+QPINC: "P2",3,10|OK`)
	})
	m := modemsim.NewModem(modemsim.ModemConfig{Name: "m"}, modemsim.NewNetwork(modemsim.NetworkConfig{}))
	for _, words := range []string{"", "gone", "in 5s", "busy soon", "busy 1s 2s"} {
		if err := m.SetSIMState(words); err == nil {
			t.Errorf("a SIM that is %q was taken", words)
		}
	}
}

func TestRegistrationStates(t *testing.T) {
	for _, tc := range []struct {
		state, eps int
		want       string
		sends      bool
	}{
		{1, -1, "+CREG: 0,1|+CEREG: 0,1|OK", true},
		{3, -1, "+CREG: 0,3|+CEREG: 0,3|OK", false}, // denied
		{6, -1, "+CREG: 0,6|+CEREG: 0,6|OK", true},  // SMS only
		{7, -1, "+CREG: 0,7|+CEREG: 0,7|OK", true},
		{0, 1, "+CREG: 0,0|+CEREG: 0,1|OK", true}, // no circuit-switched service
		{8, -1, "+CREG: 0,8|+CEREG: 0,8|OK", false},
		{2, 11, "+CREG: 0,2|+CEREG: 0,11|OK", false},
	} {
		bubble(t, modemsim.ModemConfig{Family: "quectel"}, modemsim.NetworkConfig{}, func(h *host) {
			h.init("AT+CEREG=0")
			if err := h.modem.SetRegistration(tc.state); err != nil {
				t.Fatal(err)
			}
			if err := h.modem.SetEPS(tc.eps); err != nil {
				t.Fatal(err)
			}
			h.do("AT+CREG?;+CEREG?", tc.want)
			want := "+CMS ERROR: 331"
			if tc.sends {
				want = "+CMGS: 0|OK"
			}
			if got := h.send(hello, helloLength, time.Second); got != want {
				t.Errorf("registered %d and %d: %q, want %q", tc.state, tc.eps, got, want)
			}
		})
	}
}

// Without a network an A7670 never says SMS DONE, and refuses +CMGF.
func TestMessagesWaitForANetwork(t *testing.T) {
	cfg := modemsim.ModemConfig{Family: "simcom-a76", BootTime: time.Second, SettleTime: 5 * time.Second}
	bubble(t, cfg, modemsim.NetworkConfig{}, func(h *host) {
		h.fault("unregistered")
		h.fault("reboot")
		if got, want := flat(h.heard(5*time.Minute)), "*ATREADY: 1|+CPIN: READY"; got != want {
			t.Errorf("without a network: %q, want %q", got, want)
		}
		h.init()
		h.do("AT+CMGF=0", "ERROR")
		h.modem.ClearFaults()
		if got, want := flat(h.heard(time.Second)), "SMS DONE|PB DONE"; got != want {
			t.Errorf("in a network: %q, want %q", got, want)
		}
		h.do("AT+CMGF=0", "OK")
		h.fault("unregistered") // which takes nothing away
		h.do("AT+CMGF=0", "OK")
	})
}

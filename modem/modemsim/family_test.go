package modemsim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/modem/modemsim"
)

// every runs a test for each family, with short waits.
func every(t *testing.T, test func(h *host, family string)) {
	for _, family := range modemsim.Families() {
		t.Run(family, func(t *testing.T) {
			bubble(t, modemsim.ModemConfig{Family: family}, modemsim.NetworkConfig{}, func(h *host) { test(h, family) })
		})
	}
}

// A modem of any family sends, receives and tells who it is.
func TestEveryFamilyWorks(t *testing.T) {
	identities := map[string]string{}
	every(t, func(h *host, family string) {
		h.init("AT+CMGF=0")
		h.write("AT+CGMI;+CGMM\r")
		who := flat(h.heard(time.Second))
		if !strings.HasSuffix(who, "|OK") || strings.Count(who, "|") != 2 {
			h.t.Errorf("identity %q", who)
		}
		if other := identities[who]; other != "" {
			h.t.Errorf("%s and %s are both %q", family, other, who)
		}
		identities[who] = family
		taken := false
		for _, v := range []string{"2,1,0,1,0", "1,1,0,1,0", "2,1,0,1,1"} {
			h.write("AT+CNMI=" + v + "\r")
			if taken = flat(h.heard(time.Second)) == "OK"; taken {
				break
			}
		}
		if !taken {
			h.t.Error("no way to have texts and reports")
		}
		h.deliver("+447700900100", "Hello", modemsim.Delivery{})
		if got := flat(h.heard(time.Second)); !strings.HasPrefix(got, "+CMTI: ") {
			h.t.Errorf("a text comes: %q", got)
		}
		got := h.send(asking, helloLength, 2*time.Second)
		if !strings.HasPrefix(got, "+CMGS: 0|OK|+CDS: ") {
			h.t.Errorf("a text goes: %q", got)
		}
	})
}

func TestFamiliesDiffer(t *testing.T) {
	for _, tc := range []struct{ family, cmd, want string }{
		// The SIM's serial number.
		{"huawei", "AT^ICCID?", `^ICCID: "984451000000000000F9"|OK`},
		{"huawei", "AT+CCID", "COMMAND NOT SUPPORT"},
		{"simcom-2g", "AT+CCID", "8944150000000000009F|OK"},
		{"simcom-900", "AT+CCID", "8944150000000000009|OK"},
		{"simcom-lte", "AT+CICCID", "+ICCID: 8944150000000000009|OK"},
		{"simcom-lte", "AT+CCID", "+CME ERROR: 4"},
		{"telit", "AT#CCID", "#CCID: 8944150000000000009|OK"},
		{"wavecom", "AT+CCID", `+CCID: "8944150000000000009"|OK`},
		// Tries left.
		{"huawei", "AT^CPIN?", "^CPIN: READY,,10,3,10,3|OK"},
		{"quectel", "AT+QPINC?", `+QPINC: "SC",3,10|+QPINC: "P2",3,10|OK`},
		{"telit", "AT#PCT", "#PCT: 3|OK"},
		{"u-blox", "AT+UPINCNT", "+UPINCNT: 3,10,3,10|OK"},
		{"cinterion", "AT^SPIC", "^SPIC: 3|OK"},
		// Storage.
		{"wavecom", "AT+CPMS=?", `+CPMS: (("SM","BM","SR"),("SM"))|OK`},
		{"wavecom", `AT+CPMS="SM","SM"`, "+CPMS: 0,20,0,20|OK"},
		{"wavecom", `AT+CPMS="SM","SM","SM"`, "+CMS ERROR: 304"},
		{"wavecom", `AT+CPMS="SM","SR"`, "+CMS ERROR: 303"},
		{"wavecom", "AT+CPMS?", `+CPMS: "SM",0,20,"SM",0,20|OK`},
		{"quectel", "AT+CPMS?", `+CPMS: "ME",0,255,"ME",0,255,"ME",0,255|OK`},
		{"cinterion", "AT+CPMS?", `+CPMS: "MT",0,45,"MT",0,45,"MT",0,45|OK`},
		{"simcom-7000", "AT+CPMS=?", `+CPMS: ("SM"),("SM"),("SM")|OK`},
		{"simcom-a76", "AT+CPMS?", `+CPMS: "ME",0,180,"ME",0,180,"ME",0,180|OK`},
		{"quectel", "AT+CMGR=3", "OK"},
		{"simcom-lte", "AT+CMGR=3", "+CMS ERROR: 321"},
		// What +CNMI says and what it takes.
		{"sierra", "AT+CNMI=?", "+CNMI: (0-2),(0-3),(0,2),(0-2),(0,1)|OK"},
		{"sierra", "AT+CNMI=2,1,0,1,0", "+CMS ERROR: 303"},
		{"sierra", "AT+CNMI=1,1,0,1,0", "OK"},
		{"simcom-lte", "AT+CNMI=2,1,0,0,0", "OK"},
		{"simcom-lte", "AT+CNMI=2,1,0,1,0", "+CMS ERROR: 303"},
		{"simcom-lte", "AT+CNMI=2,2,0,0,0", "+CMS ERROR: 303"},
		{"simcom-lte", "AT+CNMI=1,2,0,1,0", "OK"},
		{"cinterion", "AT+CNMI=2,1,0,1,0", "+CMS ERROR: 303"},
		{"cinterion", "AT+CNMI=2,1,0,1,1", "OK"},
		// Defaults.
		{"quectel", "AT+CNMI?", "+CNMI: 2,1,0,0,0|OK"},
		{"alcatel", "AT+CMGF?", "+CMGF: 1|OK"},
		// Networks.
		{"huawei", "AT+CREG=2;+CREG?", `+CREG: 2,1,"00C3","0000A7F1",2|OK`},
		{"quectel", "AT+CEREG=2;+CEREG?", `+CEREG: 2,1,"00C3","0000A7F1",7|OK`},
		{"quectel", "AT+COPS?", `+COPS: 0,0,"Pigeon",7|OK`},
		{"simcom-2g", "AT+CEREG?", "+CME ERROR: 4"},
		// Others.
		{"wavecom", "AT+CPIN?", "+CPIN: READY"}, // and no OK
		{"huawei", "AT+NOSUCH", "COMMAND NOT SUPPORT"},
		{"quectel", `AT+QURCCFG="urcport","usbat"`, "OK"},
		{"zte", "AT+ZOPRT=5", "OK"},
		{"simcom-2g", "AT+CMMS=1", "+CME ERROR: 4"},
		{"huawei", `AT+CUSD=1,"AA180C3602",15`, `OK|+CUSD: 0,"D9775D0E1287D961F7B80C4ACF4131996B46031D855017",15`},
	} {
		t.Run(tc.family+" "+tc.cmd, func(t *testing.T) {
			bubble(t, modemsim.ModemConfig{Family: tc.family}, modemsim.NetworkConfig{}, func(h *host) {
				h.init("AT+CMEE=1")
				h.do(tc.cmd, tc.want)
			})
		})
	}
}

// Where and how reports are stored differs from what is said of it.
func TestStoredReportsLieElsewhere(t *testing.T) {
	for _, tc := range []struct{ family, cnmi, said, mem string }{
		{"simcom-lte", "1,1,0,2,0", `+CDSI: "SR",0`, "SR"},
		{"quectel", "2,1,0,2,0", `+CDSI: "SM",0`, "SR"},
		{"huawei-lte", "2,1,0,2,0", `+CDSI: "ME",0`, "ME"},
		{"cinterion", "2,1,0,2,1", `+CDSI: "MT",1`, "MT"},
		{"wavecom", "2,1,0,2,0", `+CDSI: "SR",1`, "SR"},
	} {
		t.Run(tc.family, func(t *testing.T) {
			bubble(t, modemsim.ModemConfig{Family: tc.family}, modemsim.NetworkConfig{}, func(h *host) {
				h.init("AT+CMGF=0", "AT+CNMI="+tc.cnmi)
				if got := h.send(asking, helloLength, time.Second); got != "+CMGS: 0|OK|"+tc.said {
					t.Errorf("said %q", got)
				}
				h.write(`AT+CPMS="` + tc.mem + `"` + "\r")
				h.heard(time.Second)
				h.write("AT+CMGL=4\r")
				if got := flat(h.heard(time.Second)); !strings.HasPrefix(got, "+CMGL: ") || !strings.Contains(got, ",25|") {
					t.Errorf("%s has %q", tc.mem, got)
				}
			})
		})
	}
	bubble(t, modemsim.ModemConfig{Family: "zte"}, modemsim.NetworkConfig{}, func(h *host) {
		h.init("AT+CNMI=2,1,0,1,0")
		if got := h.send(asking, helloLength, time.Second); !strings.Contains(got, "+CDS: ,25|") {
			t.Errorf("ZTE's report: %q", got)
		}
	})
}

// MT is SM and ME together: ME fills first, and both show what it holds.
func TestJoinedMemory(t *testing.T) {
	bubble(t, modemsim.ModemConfig{Family: "cinterion", SM: 2, ME: 1}, modemsim.NetworkConfig{}, func(h *host) {
		h.init("AT+CNMI=2,1,0,0,1", "AT^SMGO=1")
		for i := range 4 {
			h.deliver("+447700900100", fmt.Sprint(i), modemsim.Delivery{})
		}
		if got, want := flat(h.heard(time.Second)), `+CMTI: "MT",1|+CMTI: "MT",2|+CMTI: "MT",3|^SMGO: 1`; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		h.do(`AT+CPMS="ME"`, "+CPMS: 1,1,3,3,3,3|OK")
		h.do("AT+CMGD=1", `OK|+CMTI: "MT",1`)
		h.do(`AT+CPMS="SM"`, "+CPMS: 2,2,3,3,3,3|OK")
		if n := h.modem.Counts().Used; n != 3 {
			t.Errorf("%d slots in use, want 3", n)
		}
	})
}

func TestFullStorageIsToldAsTheFamilyDoes(t *testing.T) {
	for family, want := range map[string]string{
		"huawei": `^SMMEMFULL:"SM"`, "simcom-a76": "+SMS FULL", "quectel": `+QIND: "smsfull","ME"`, "cinterion": "", "zte": "", "wavecom": "",
	} {
		t.Run(family, func(t *testing.T) {
			bubble(t, modemsim.ModemConfig{Family: family}, modemsim.NetworkConfig{}, func(h *host) {
				h.init()
				h.fault("full")
				h.deliver("+447700900100", "Hello", modemsim.Delivery{})
				if got := flat(h.heard(time.Second)); got != want {
					t.Errorf("got %q, want %q", got, want)
				}
			})
		})
	}
}

func TestChatter(t *testing.T) {
	cfg := modemsim.ModemConfig{Family: "huawei", Chatter: 5 * time.Second}
	bubble(t, cfg, modemsim.NetworkConfig{}, func(h *host) {
		h.init()
		got := flat(h.heard(time.Minute))
		if n := strings.Count(got, "|") + 1; n < 11 || n > 13 || !strings.Contains(got, "^RSSI:18") || !strings.Contains(got, "^BOOT:") {
			t.Errorf("%d lines in a minute: %q", n, got)
		}
		h.do("AT^CURC=0", "OK")
		if got := h.heard(time.Hour); got != "" {
			t.Errorf("when silenced: %q", got)
		}
		h.fault("reboot")
		if got := h.heard(time.Minute); !strings.Contains(got, "^RSSI:18") {
			t.Errorf("a restart silences: %q", got)
		}
	})
}

package modemsim_test

import (
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/modem/modemsim"
)

// hello is "hellohello" to +46708251358, the example of many guides; length 23
// without the empty service centre. The report is not asked for.
const (
	hello       = "0011000B916407281553F80000AA0AE8329BFD4697D9EC37"
	helloLength = "23"
)

func TestCommands(t *testing.T) {
	for _, tc := range []struct{ name, cmd, want string }{
		{"nothing", "AT", "OK"},
		{"lower case", "at+cmee?", "+CMEE: 0|OK"},
		{"identity", "AT+CGMI;+CGMM;+CGMR", "Pigeon|Simulated modem|SIM-1.0|OK"},
		{"information", "ATI", "Pigeon|Simulated modem|Revision: SIM-1.0|OK"},
		{"older names", "AT+GMI;+GMM;+GMR;+GSN", "Pigeon|Simulated modem|Revision: SIM-1.0|356938030000005|OK"},
		{"imei", "AT+CGSN", "356938030000005|OK"},
		{"imsi", "AT+CIMI", "234150000000000|OK"},
		{"iccid", "AT+CCID", "+CCID: 8944150000000000009|OK"},
		{"own number", "AT+CNUM", `+CNUM: "","+447700900000",145|OK`},
		{"capabilities", "AT+GCAP", "+GCAP: +CGSM,+DS,+ES|OK"},
		{"pin", "AT+CPIN?", "+CPIN: READY|OK"},
		{"pin tries", "AT+CPINR", "+CPINR: SIM PIN,3,3|+CPINR: SIM PUK,10,10|OK"},
		{"pin lock", `AT+CLCK="SC",2`, "+CLCK: 0|OK"},
		{"signal", "AT+CSQ", "+CSQ: 20,99|OK"},
		{"extended signal", "AT+CESQ", "+CESQ: 40,99,255,255,255,255|OK"},
		{"registration", "AT+CREG?;+CGREG?;+CEREG?", "+CREG: 0,1|+CGREG: 0,1|+CEREG: 0,1|OK"},
		{"registration with place", "AT+CREG=2;+CREG?", `+CREG: 2,1,"00C3","0000A7F1",0|OK`},
		{"operator", "AT+COPS?", `+COPS: 0,0,"Pigeon",0|OK`},
		{"operator as a number", "AT+COPS=3,2;+COPS?", `+COPS: 0,2,"23415",0|OK`},
		{"operators", "AT+COPS=?", `+COPS: (2,"Pigeon","Pigeon","23415",0),,(0-4),(0-2)|OK`},
		{"functions", "AT+CFUN?", "+CFUN: 1|OK"},
		{"no radio", "AT+CFUN=4;+CREG?;+CSQ", "+CREG: 0,0|+CSQ: 99,99|OK"},
		{"errors by number", "AT+CMEE=1;+NONSENSE", "+CME ERROR: 4"},
		{"errors in words", "AT+CMEE=2;+NONSENSE", "+CME ERROR: operation not supported"},
		{"errors off", "AT+NONSENSE", "ERROR"},
		{"stops at the first error", "AT+CMEE=7;+CSQ", "ERROR"},
		{"mode", "AT+CMGF?;+CMGF=1;+CMGF?", "+CMGF: 0|+CMGF: 1|OK"},
		{"mode list", "AT+CMGF=?", "+CMGF: (0,1)|OK"},
		{"service", "AT+CSMS?;+CSMS=1;+CSMS?", "+CSMS: 0,1,1,1|+CSMS: 1,1,1|+CSMS: 1,1,1,1|OK"},
		{"characters", `AT+CSCS=?;+CSCS="UCS2";+CSCS?`, `+CSCS: ("GSM","IRA","UCS2","HEX")|+CSCS: "UCS2"|OK`},
		{"centre", "AT+CSCA?", `+CSCA: "+447700900999",145|OK`},
		{"new centre", `AT+CSCA="4479",145;+CSCA?`, `+CSCA: "+4479",145|OK`},
		{"centre in UCS-2", `AT+CSCS="UCS2";+CSCA="002B0034";+CSCA?`, `+CSCA: "002B0034",145|OK`},
		{"text parameters", "AT+CSMP?;+CSMP=49,,0,8;+CSMP?", "+CSMP: 17,167,0,0|+CSMP: 49,167,0,8|OK"},
		{"details", "AT+CSDH=1;+CSDH?", "+CSDH: 1|OK"},
		{"indications", "AT+CNMI?;+CNMI=2,1,0,1;+CNMI?", "+CNMI: 2,0,0,0,0|+CNMI: 2,1,0,1,0|OK"},
		{"indications list", "AT+CNMI=?", "+CNMI: (0-2),(0-3),(0,2),(0-2),(0,1)|OK"},
		{"wrong indication", "AT+CNMI=2,9", "+CMS ERROR: 303"},
		{"storage", "AT+CPMS?", `+CPMS: "SM",0,20,"SM",0,20,"SM",0,20|OK`},
		{"storage list", "AT+CPMS=?", `+CPMS: ("SM","ME"),("SM","ME"),("SM","ME")|OK`},
		{"storage chosen", `AT+CPMS="ME","SM","ME"`, "+CPMS: 0,40,0,20,0,40|OK"},
		{"storage unknown", `AT+CPMS="XX"`, "+CMS ERROR: 303"},
		{"empty list", "AT+CMGL=4", "OK"},
		{"empty slot", "AT+CMGR=1", "+CMS ERROR: 321"},
		{"deleting nothing", "AT+CMGD=1", "OK"},
		{"deleting no slot", "AT+CMGD=99", "+CMS ERROR: 321"},
		{"nothing to acknowledge", "AT+CNMA", "+CMS ERROR: 340"},
		{"link", "AT+CMMS=1;+CMMS?", "+CMMS: 1|OK"},
		{"calls", "AT+CLIP=1;+CRC=1;+CLIP?;+CRC?", "+CLIP: 1|+CRC: 1|OK"},
		{"activity", "AT+CPAS;+CBC;+CEER", "+CPAS: 0|+CBC: 0,100|+CEER: No cause information available|OK"},
		{"clock", "AT+CCLK?", `+CCLK: "00/01/01,00:00:01+00"|OK`},
		{"cells", "AT+CSCB=0;+CSCB?", `+CSCB: 0,"",""|OK`},
		{"settings kept", "AT+CSAS;+CRES", "OK"},
		{"preferred operators", "AT+CPOL?", `+CPOL: 1,2,"23415"|OK`},
		{"phone book", `AT+CPBS="SM";+CPBS?;+CPBR=1`, `+CPBS: "SM",1,10|+CPBR: 1,"+447700900999",145,"Service"|OK`},
		{"semicolon in quotes", `AT+CSCS="GS;M";+CSQ`, "ERROR"},
		{"basic and extended", "ATE0V1X4&D2+CMEE=1;+CMEE?", "+CMEE: 1|OK"},
		{"register", "ATS0=0S3?", "000|OK"},
		{"basic out of range", "ATE7", "ERROR"},
		{"rubbish before it", "\x00\xff0011AT", "OK"},
		{"no command", "HELLO", ""},
		{"balance", `AT+CUSD=1,"*100#",15`, `OK|+CUSD: 0,"Your balance is 12.34 GBP.",15`},
		{"wrong code", `AT+CUSD=1,"*9#"`, `OK|+CUSD: 4,"Unknown code.",15`},
		{"wrong length", "AT+CMGS=3", "+CMS ERROR: 304"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			bubble(t, modemsim.ModemConfig{}, modemsim.NetworkConfig{}, func(h *host) {
				h.init()
				h.do(tc.cmd, tc.want)
			})
		})
	}
}

func TestEchoAndShortResults(t *testing.T) {
	bubble(t, modemsim.ModemConfig{}, modemsim.NetworkConfig{}, func(h *host) {
		h.write("AT\r")
		if got, want := h.heard(time.Second), "AT\r\r\nOK\r\n"; got != want {
			t.Errorf("with echo: got %q, want %q", got, want)
		}
		h.write("ATE0V0\r")
		if got, want := h.heard(time.Second), "ATE0V0\r0\r"; got != want {
			t.Errorf("short: got %q, want %q", got, want)
		}
		h.write("AT+NONSENSE\r")
		if got, want := h.heard(time.Second), "4\r"; got != want {
			t.Errorf("short error: got %q, want %q", got, want)
		}
		h.write("ATZ\r")
		h.heard(time.Second)
		h.write("AT\r")
		if got, want := h.heard(time.Second), "AT\r\r\nOK\r\n"; got != want {
			t.Errorf("echo after ATZ: got %q, want %q", got, want)
		}
	})
}

func TestPIN(t *testing.T) {
	bubble(t, modemsim.ModemConfig{PIN: "1234", PUK: "87654321"}, modemsim.NetworkConfig{}, func(h *host) {
		h.init("AT+CMEE=1")
		h.do("AT+CPIN?", "+CPIN: SIM PIN|OK")
		h.do("AT+CIMI", "+CME ERROR: 11")
		h.do("AT+CMGL=4", "+CMS ERROR: 311")
		h.do("AT+CREG?", "+CREG: 0,2|OK")
		for range 3 {
			h.do(`AT+CPIN="0000"`, "+CME ERROR: 16")
		}
		h.do("AT+CPIN?", "+CPIN: SIM PUK|OK")
		h.do(`AT+CPIN="1234"`, "+CME ERROR: 12")
		h.do(`AT+CPIN="00000000","4321"`, "+CME ERROR: 16")
		h.do("AT+CPINR", "+CPINR: SIM PIN,0,3|+CPINR: SIM PUK,9,10|OK")
		h.do(`AT+CPIN="87654321","4321"`, "OK")
		h.do("AT+CPIN?;+CREG?", "+CPIN: READY|+CREG: 0,1|OK")
		h.do("AT+CFUN=1,1", "OK")
		h.init()
		h.do("AT+CPIN?", "+CPIN: SIM PIN|OK")
		h.do(`AT+CPIN="4321"`, "OK")
		h.modem.SetSIM(false)
		h.do("AT+CMEE=1;+CPIN?", "+CME ERROR: 10")
		h.do("AT+CMGL=4", "+CMS ERROR: 310")
	})
}

func TestUSSDMenu(t *testing.T) {
	bubble(t, modemsim.ModemConfig{}, modemsim.NetworkConfig{}, func(h *host) {
		h.init(`AT+CSCS="UCS2"`)
		h.do(`AT+CUSD=1,"002A0031003200330023"`, `OK|+CUSD: 1,"0031002000420061006C0061006E00630065000A00320020004F0077006E0020006E0075006D006200650072",15`)
		h.init(`AT+CSCS="GSM"`)
		h.do(`AT+CUSD=1,"2"`, `OK|+CUSD: 0,"Your number is +447700900000.",15`)
		h.do(`AT+CUSD=1,"2"`, `OK|+CUSD: 4,"Unknown code.",15`)
	})
}

func TestFamilies(t *testing.T) {
	for family, want := range map[string]struct{ iccid, retries, cnmi string }{
		"huawei":  {"AT^ICCID", "AT^CPIN?", "OK"},
		"simcom":  {"AT+CICCID", "AT+SPIC", "OK"},
		"quectel": {"AT+QCCID", "AT+QPINC", "OK"},
	} {
		t.Run(family, func(t *testing.T) {
			bubble(t, modemsim.ModemConfig{Family: family}, modemsim.NetworkConfig{}, func(h *host) {
				h.init(want.iccid, want.retries)
				h.do("AT+CNMI=2,1", want.cnmi)
				h.do("AT+CLAC", flat(h.list()))
			})
		})
	}
}

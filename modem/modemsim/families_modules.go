package modemsim

import "time"

// notMode2 is how Qualcomm's parts refuse a mode they advertise.
func notMode2(n [5]int) bool { return n[0] != 2 }

// direct1 is how SIMCom's parts take direct delivery in mode 1 only.
func direct1(n [5]int) bool { return n[0] == 1 || n[1] < 2 && n[3] != 1 }

// cleared is how Siemens' parts know only bfr=1.
func cleared(n [5]int) bool { return n[4] == 1 }

var (
	simcomStart = []string{"RDY", "+CFUN: 1", "+CPIN"}
	simcomOff   = []string{"+CPOWD=0", "+CPOWD=1"}
)

var simcom = map[string]family{
	"simcom-2g": {
		manufacturer: "SIMCOM_Ltd", model: "SIMCOM_SIM800L", revision: "1418B05SIM800L24", serial: true, noEPS: true,
		memories: []string{"SM", "ME", "MT"}, joined: []string{"SM", "ME"}, base: 1, emptyOK: true,
		iccid: []string{"+CCID"}, iccidForm: filled, retries: "+SPIC", simWords: true, noLink: true,
		boot: simcomStart, ready: []stage{{5, "Call Ready"}, {10, "SMS Ready"}}, notReady: cms(302), gated: []string{"+CMGF"},
		gibberish: true, chatter: "+CSQN: 20,0", idle: []string{`*PSUTTZ: 2026,1,1,0,0,0,"+0",0`, "DST: 0", "+CTZV: +0"},
		off: simcomOff, offSays: "NORMAL POWER DOWN",
		times: times{
			boot: 3 * time.Second, settle: 12 * time.Second, send: 4 * time.Second,
			on: time.Second, down: 1500 * time.Millisecond,
		},
	},
	"simcom-900": {
		manufacturer: "SIMCOM_Ltd", model: "SIMCOM_SIM900", revision: "1137B13SIM900M64_ST", serial: true, noEPS: true,
		memories: []string{"SM"}, base: 1, iccid: []string{"+CCID"}, iccidForm: bare, retries: "+SPIC", simWords: true, noLink: true,
		boot: simcomStart, ready: []stage{{5, "Call Ready"}, {10, "SMS Ready"}}, autobaud: true, notReady: cms(302),
		gibberish: true, chatter: "+CSQN: 18,0", off: simcomOff, offSays: "NORMAL POWER DOWN",
		times: times{
			boot: 3 * time.Second, settle: 20 * time.Second, send: 5 * time.Second, on: time.Second, down: time.Second,
		},
	},
	"simcom-7000": {
		manufacturer: "SIMCOM INCORPORATED", model: "SIMCOM_SIM7000E", revision: "1351B06SIM7000E", act: 7,
		memories: []string{"SM"}, base: 1, cnmiTakes: direct1, iccid: []string{"+CCID"}, iccidForm: bare, retries: "+SPIC", simWords: true,
		noLink: true, boot: []string{"RDY", "+CPIN"}, ready: []stage{{10, "SMS Ready"}}, notReady: cms(302),
		chatter: "*PSUTTZ: 26/01/01,00:00:00", off: simcomOff, offSays: "NORMAL POWER DOWN",
		times: times{
			boot: 5 * time.Second, settle: 10 * time.Second, on: time.Second, down: 1200 * time.Millisecond, gone: 4 * time.Second,
		},
	},
	"simcom-7070": {
		manufacturer: "SIMCOM INCORPORATED", model: "SIMCOM_SIM7080G", revision: "1951B16SIM7080", act: 7,
		base: 1, cnmiTakes: direct1, iccid: []string{"+CCID"}, iccidForm: bare, retries: "+SPIC", simWords: true, noLink: true,
		boot: []string{"RDY", "+CFUN: 1", "+CPIN"}, ready: []stage{{10, "SMS Ready"}}, off: simcomOff, offSays: "NORMAL POWER DOWN",
		times: times{boot: 5 * time.Second, settle: 10 * time.Second, on: time.Second, down: 1200 * time.Millisecond},
	},
	"simcom-lte": {
		manufacturer: "SIMCOM INCORPORATED", model: "SIMCOM_SIM7600E-H", revision: "LE20B03SIM7600M22", act: 7,
		memories: []string{"ME", "MT", "SM", "SR"}, joined: []string{"ME", "SM"}, me: 23, reports: "SR", flash: true, cnmiTakes: direct1,
		iccid: []string{"+CICCID", "+ICCID"}, retries: "+SPIC", simWords: true,
		boot: []string{"RDY", "+CPIN"}, ready: []stage{{10, "SMS DONE"}, {10, "PB DONE"}},
		chatter: "+CNSMOD: 8", idle: []string{"+CNSMOD: 8", "+CGEV: NW DETACH"}, full: "+SMS FULL",
		resets: []string{"+CRESET"},
		times: times{
			boot: 15 * time.Second, settle: 10 * time.Second, away: 10 * time.Second, down: 2500 * time.Millisecond, gone: 20 * time.Second,
		},
	},
	"simcom-a76": {
		manufacturer: "SIMCOM INCORPORATED", model: "A7670E-FASE", revision: "A011B08A7670M7", act: 7,
		me: 180, first: "ME", keepsChoice: true, cnmiTakes: direct1, iccid: []string{"+CICCID", "+ICCID"}, retries: "+SPIC", simWords: true,
		boot: []string{"*ATREADY: 1", "+CPIN"}, ready: []stage{{10, "SMS DONE"}, {10, "PB DONE"}}, notReady: errPlain, gated: []string{"+CMGF"}, netFirst: true,
		chatter: "+NITZ: 26/01/01,00:00:00+0", full: "+SMS FULL", resets: []string{"+CRESET"},
		times: times{
			boot: 11 * time.Second, settle: 12 * time.Second, away: 9 * time.Second, storage: 9 * time.Second,
			on: 50 * time.Millisecond, down: 2500 * time.Millisecond,
		},
	},
}

var (
	quectelStart = []string{"RDY", "+CFUN: 1", "+CPIN", "+QUSIM: 1"}
	quectelReady = []stage{{10, "+QIND: SMS DONE"}, {10, "+QIND: PB DONE"}}
	quectelOff   = []string{"+QPOWD", "+QPOWD=0", "+QPOWD=1"}
	quectelTakes = []string{"+QURCCFG", "+QINDCFG", "+QCFG"}
)

var quectel = map[string]family{
	"quectel": {
		manufacturer: "Quectel", model: "EC25", revision: "EC25EFAR06A06M4G", act: 7, errors: 1, cnmi: [5]int{2, 1, 0, 0, 0},
		memories: []string{"SM", "ME", "MT", "SR"}, first: "ME", joined: []string{"ME"}, me: 255, keepsChoice: true,
		reports: "SR", reportsSaid: "SM", emptyOK: true,
		iccid: []string{"+QCCID", "+ICCID"}, retries: "+QPINC", boot: quectelStart, ready: quectelReady,
		chatter: `+QIND: "csq",20,99`, idle: []string{`+QIND: "csq",20,99`, `+QIND: "act","LTE"`}, full: `+QIND: "smsfull","ME"`,
		takes: quectelTakes, off: quectelOff, offSays: "POWERED DOWN",
		times: times{
			boot: 12 * time.Second, settle: 6 * time.Second, away: 12 * time.Second, on: 100 * time.Millisecond,
			down: 650 * time.Millisecond, gone: 15 * time.Second,
		},
	},
	"quectel-uc": {
		manufacturer: "Quectel", model: "UC20", revision: "UC20GQBR03A12E1G", act: 2, noEPS: true, errors: 1,
		memories: []string{"SM", "ME", "SR"}, first: "ME", me: 23, reports: "SR", emptyOK: true, cnmi: [5]int{2, 1, 0, 0, 0},
		iccid: []string{"+QCCID"}, retries: "+QPINC", boot: quectelStart, ready: quectelReady, takes: quectelTakes,
		chatter: `+QIND: "csq",15,99`, full: `+QIND: "smsfull","ME"`, off: quectelOff, offSays: "POWERED DOWN",
		times: times{boot: 12 * time.Second, settle: 6 * time.Second, away: 10 * time.Second, down: 700 * time.Millisecond},
	},
	"quectel-bg": {
		manufacturer: "Quectel", model: "BG96", revision: "BG96MAR02A07M1G", act: 7, errors: 1,
		first: "ME", me: 23, emptyOK: true, cnmi: [5]int{2, 1, 0, 0, 0},
		iccid: []string{"+QCCID"}, iccidForm: filled, retries: "+QPINC", boot: []string{"APP RDY", "+CFUN: 1", "+CPIN"},
		ready: quectelReady, takes: quectelTakes, chatter: `+QIND: "csq",15,99`, off: quectelOff, offSays: "POWERED DOWN",
		times: times{boot: 8 * time.Second, settle: 6 * time.Second, send: 5 * time.Second, down: 650 * time.Millisecond},
	},
	"quectel-2g": {
		manufacturer: "Quectel_Ltd", model: "Quectel_M95", revision: "M95FAR02A07", serial: true, noEPS: true,
		memories: []string{"SM"}, base: 1, iccid: []string{"+QCCID", "+CCID"}, iccidForm: bare, retries: "+QPINC", autobaud: true,
		boot: []string{"RDY", "+CFUN: 1", "+CPIN"}, ready: []stage{{5, "Call Ready"}, {10, "SMS Ready"}}, notReady: cms(302),
		gibberish: true, off: quectelOff, offSays: "NORMAL POWER DOWN",
		times: times{boot: 3 * time.Second, settle: 12 * time.Second, send: 5 * time.Second, on: time.Second, down: 600 * time.Millisecond},
	},
}

var wavecomReady = []stage{{3, "+WIND: 7"}, {6, "+WIND: 4"}, {10, "+WIND: 16"}}

var modules = map[string]family{
	"sierra": {
		manufacturer: "Sierra Wireless, Incorporated", model: "MC7455", revision: "SWI9X30C_02.24.05.06", act: 7, errors: 2,
		me: 255, first: "ME", cnmiTakes: notMode2, iccid: []string{"+ICCID", "!ICCID"}, chatter: "+PACSP1", resets: []string{"!RESET"},
		times: times{boot: 15 * time.Second, settle: 10 * time.Second, pin: 8 * time.Second},
	},
	"sierra-hl": {
		manufacturer: "Sierra Wireless", model: "HL7812", revision: "HL7812.4.6.9.4", act: 7, base: 1, iccidForm: quoted,
		boot: []string{"+WIND: 3"}, ready: wavecomReady, notReady: cms(515), chatter: "+WIND: 8",
		times: times{boot: 12 * time.Second, settle: 10 * time.Second, pin: 3 * time.Second},
	},
	"telit": {
		manufacturer: "Telit", model: "HE910", revision: "12.00.004", act: 2, noEPS: true, errors: 1, memories: []string{"SM"}, base: 1,
		iccid: []string{"#CCID", "+CCID"}, retries: "#PCT", ready: []stage{{2, "#QSS: 1"}, {5, "#QSS: 2"}, {10, "#QSS: 3"}}, readyAsk: "#QSS=1",
		chatter: `#STN: 150,1,""`, takes: []string{"#QSS", "#STN"}, resets: []string{"#REBOOT"}, off: []string{"#SHDN"},
		times: times{boot: 10 * time.Second, settle: 12 * time.Second, pin: 5 * time.Second},
	},
	"telit-le910": {
		manufacturer: "Telit", model: "LE910C1-EU", revision: "25.30.204", act: 7, memories: []string{"SM", "ME"}, me: 100, base: 1,
		iccid: []string{"#CCID", "+CCID"}, retries: "#PCT", ready: []stage{{2, "#QSS: 1"}, {5, "#QSS: 2"}, {10, "#QSS: 3"}}, readyAsk: "#QSS=1",
		chatter: `#STN: 150,1,""`, takes: []string{"#QSS", "#STN"}, resets: []string{"#REBOOT"}, off: []string{"#SHDN"},
		times: times{boot: 20 * time.Second, settle: 12 * time.Second, pin: 5 * time.Second},
	},
	"u-blox": {
		manufacturer: "u-blox", model: "SARA-U201", revision: "23.60", act: 2, noEPS: true, base: 1, iccid: []string{"+CCID"},
		retries: "+UPINCNT", ready: []stage{{3, "+UUSIMSTAT: 1"}, {10, "+PBREADY"}}, chatter: "+UCALLSTAT: 1,6",
		resets: []string{"+CFUN=16"}, off: []string{"+CPWROFF"}, times: times{boot: 5 * time.Second, settle: 12 * time.Second},
	},
	"u-blox-toby": {
		manufacturer: "u-blox", model: "TOBY-L210", revision: "17.00", act: 7, me: 100, base: 1, iccid: []string{"+CCID"},
		retries: "+UPINCNT", boot: []string{"+AT: READY"}, ready: []stage{{3, "+UUSIMSTAT: 1"}, {10, "+PBREADY"}},
		chatter: "+UUPSDA: 0", resets: []string{"+CFUN=16"}, off: []string{"+CPWROFF"},
		times: times{boot: 20 * time.Second, settle: 12 * time.Second},
	},
	"u-blox-r4": {
		manufacturer: "u-blox", model: "SARA-R410M-02B", revision: "L0.0.00.00.05.06", act: 7, base: 1, iccid: []string{"+CCID"},
		retries: "+UPINCNT", ready: []stage{{10, "+PBREADY"}}, chatter: "+UUPSDA: 0", resets: []string{"+CFUN=15"},
		off: []string{"+CPWROFF"}, times: times{boot: 8 * time.Second, settle: 10 * time.Second, send: 5 * time.Second},
	},
	"cinterion": {
		manufacturer: "Cinterion", model: "PLS8-E", revision: "REVISION 03.017", act: 7,
		memories: []string{"SM", "ME", "MT"}, first: "MT", joined: []string{"ME", "SM"}, me: 25, base: 1, cnmi: [5]int{0, 0, 0, 0, 1},
		cnmiList: "(0-3),(0,1,2,3),(0,2),(0,1,2),(1)", cnmiTakes: cleared, iccid: []string{"+CCID", "^SCID"}, retries: "^SPIC",
		boot: []string{"^SYSSTART"}, ready: []stage{{5, "+CIEV: simlocal,1"}}, chatter: "+CIEV: signal,3",
		full: "^SMGO: 1", fullAsked: "^SMGO=1", takes: []string{"^SMGO", "^SCKS", "^SPOW"}, off: []string{"^SMSO"}, offSays: "^SHUTDOWN",
		times: times{boot: 10 * time.Second, settle: 8 * time.Second, pin: 15 * time.Second, storage: 2 * time.Second},
	},
	"wavecom": {
		manufacturer: " WAVECOM MODEM", model: " MULTIBAND  900E  1800 ", revision: "657e09gg.Q2403A 1320676 061804 14:38", serial: true,
		noEPS: true, memories: []string{"SM", "BM", "SR"}, others: []string{"SM"}, arguments: 2, base: 1, reports: "SR",
		iccid: []string{"+CCID"}, iccidForm: quoted, pinNoOK: true, noLink: true, wantsText: true,
		boot: []string{"+WIND: 3"}, ready: wavecomReady, notReady: cms(515), gated: []string{"+CMGF"}, gibberish: true, chatter: "+WIND: 8",
		times: times{boot: 4 * time.Second, settle: 12 * time.Second, pin: 5 * time.Second, send: 5 * time.Second, on: 8 * time.Second},
	},
	"multitech": {
		manufacturer: "MultiTech", model: "MTCBA-G-F2", revision: "1.3", noEPS: true, memories: []string{"SM"}, base: 1, iccidForm: quoted,
		ready: wavecomReady, notReady: cms(515), chatter: "+WIND: 8",
		times: times{boot: 8 * time.Second, settle: 12 * time.Second},
	},
	"fibocom": {
		manufacturer: "Fibocom Wireless Inc.", model: "L610-EU", revision: "16000.1000.00.78.01.06", act: 7, base: 1,
		iccid: []string{"+ICCID", "+CCID"}, ready: []stage{{5, "+SIM READY"}}, chatter: "+CGEV: ME PDN ACT 1", resets: []string{"+CFUN=15"},
	},
	"neoway": {
		manufacturer: "NEOWAY", model: "M590E", revision: "V1.0", serial: true, noEPS: true, memories: []string{"SM"}, base: 1,
		iccid: []string{"+CCID"}, noLink: true, boot: []string{"MODEM:STARTUP"}, ready: []stage{{10, "+PBREADY"}}, gibberish: true,
		times: times{boot: 4 * time.Second, settle: 10 * time.Second, send: 5 * time.Second},
	},
}

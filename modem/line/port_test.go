package line_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// pdu is a SUBMIT; what it says does not matter here.
const pdu = "0011000B916407281553F80000AA0AE8329BFD4697D9EC37"

func TestDo(t *testing.T) {
	for _, tc := range []struct {
		name   string
		cmd    string
		script string
		info   string // lines joined by newlines
		news   string
		err    string
		took   time.Duration
	}{
		{name: "information", cmd: "+CSQ", script: "> AT+CSQ\n< +CSQ: 12,99\n<\n< OK", info: "+CSQ: 12,99"},
		{name: "echo on", cmd: "+CSQ", script: "> AT+CSQ\n<< \"AT+CSQ\\r\\r\\n+CSQ: 12,99\\r\\n\\r\\nOK\\r\\n\"", info: "+CSQ: 12,99"},
		{name: "doubled CR", cmd: "+CSQ", script: "> AT+CSQ\n<< \"\\r\\r\\n+CSQ: 12,99\\r\\r\\nOK\\r\\r\\n\"", info: "+CSQ: 12,99"},
		{name: "bare LF", cmd: "+CSQ", script: "> AT+CSQ\n<< \"\\n+CSQ: 12,99\\nOK\\n\"", info: "+CSQ: 12,99"},
		{name: "boot garbage", cmd: "+CSQ", script: "> AT+CSQ\n<< \"\\x00\\xff\\xff\\x00\\r\\n+CSQ: 12,99\\r\\nOK\\r\\n\"", info: "+CSQ: 12,99"},
		{name: "byte by byte", cmd: "+CSQ", script: "> AT+CSQ\n<< \"+CS\"\n~ 50ms\n<< \"Q: 1\"\n~ 50ms\n<< \"2,99\\r\\nO\"\n~ 50ms\n<< \"K\\r\\n\"",
			info: "+CSQ: 12,99", took: 150 * time.Millisecond},
		{name: "glued final", cmd: "+CSQ", script: "> AT+CSQ\n< +CSQ: 12,99\n< OK+CMTI: \"SM\",1", info: "+CSQ: 12,99", news: `+CMTI: "SM",1`},
		{name: "refusal", cmd: "+CMGR=300", script: "> AT+CMGR=300\n< +CMS ERROR: 321", err: "+CMS ERROR: 321"},
		{name: "refusal without a space", cmd: "+CMGR=300", script: "> AT+CMGR=300\n< +cms error:321", err: "+CMS ERROR: 321"},
		{name: "refusal in words", cmd: "+CMGR=300", script: "> AT+CMGR=300\n< +CMS ERROR: (U)SIM not inserted", err: "+CMS ERROR: (U)SIM not inserted"},
		{name: "vendor's refusal", cmd: "^X", script: "> AT^X\n< COMMAND NOT SUPPORT", err: "COMMAND NOT SUPPORT"},
		{name: "modem error", cmd: "^X", script: "> AT^X\n< MODEM ERROR: 5", err: "MODEM ERROR: 5"},
		{name: "too many parameters", cmd: "^X", script: "> AT^X\n< TOO MANY PARAMETERS", err: "TOO MANY PARAMETERS"},
		{name: "OK with a space", cmd: "E0", script: "> ATE0\n<< \"OK \\r\\n\""},
		{name: "numeric OK", cmd: "+CREG=2", script: "> AT+CREG=2\n<< \"0\\r\""},
		{name: "numeric ERROR", cmd: "+CREG=2", script: "> AT+CREG=2\n<< \"4\\r\"", err: "4"},
		{name: "identity that is a number", cmd: "+CGSN", script: "> AT+CGSN\n< 0\n< OK", info: "0"},
		{name: "bare text", cmd: "+CGMI", script: "> AT+CGMI\n< huawei\n< OK", info: "huawei"},
		{name: "bare text and news", cmd: "+CGMI", script: "> AT+CGMI\n< RING\n< Call Ready\n< ^RSSI:20\n< huawei\n< OK", info: "huawei",
			news: "RING\nCall Ready\n^RSSI:20"},
		{name: "bare text and news without a colon", cmd: "+CGMI", script: "> AT+CGMI\n< +PACSP1\n< ^SYSSTART AIRPLANE MODE\n< MODEM:STARTUP\n< MISSED_CALL: 02:10AM 0770\n< DST: 1\n< Siemens\n< OK",
			info: "Siemens", news: "+PACSP1\n^SYSSTART AIRPLANE MODE\nMODEM:STARTUP\nMISSED_CALL: 02:10AM 0770\nDST: 1"},
		{name: "bare text behind the command's name", cmd: "+CGSN", script: "> AT+CGSN\n< +PBREADY\n< +CGSN 356938035643809\n< OK", info: "+CGSN 356938035643809", news: "+PBREADY"},
		{name: "bare text made of names", cmd: "+GCAP", script: "> AT+GCAP\n< +CGSM,+DS,+ES\n< OK", info: "+CGSM,+DS,+ES"},
		{name: "silence", cmd: "+CSQ", script: "> AT+CSQ", err: "no answer in time", took: 5 * time.Second},

		{name: "news before the answer", cmd: "+CSQ", script: "> AT+CSQ\n< +CMTI: \"SM\",3\n< +CSQ: 12,99\n< OK", info: "+CSQ: 12,99", news: `+CMTI: "SM",3`},
		{name: "news with the command's name", cmd: "+CREG?", script: "> AT+CREG?\n< +CREG: 2\n< +CREG: 1,\"4CA\",\"81DE445\",7\n< +CREG: 2,1,\"4CA\",\"81DE445\",7\n< OK",
			info: `+CREG: 2,1,"4CA","81DE445",7`, news: "+CREG: 2\n" + `+CREG: 1,"4CA","81DE445",7`},
		{name: "zero-padded answer", cmd: "+CREG?", script: "> AT+CREG?\n< +CREG: 002,001,\"18d8\",\"ffff\"\n< OK", info: `+CREG: 002,001,"18d8","ffff"`},
		{name: "news while setting", cmd: "+CREG=2", script: "> AT+CREG=2\n< +CREG: 1,\"4CA\",\"81DE445\",7\n< OK", news: `+CREG: 1,"4CA","81DE445",7`},
		{name: "USSD reply before OK", cmd: "+CUSD=1,\"*100#\",15", script: "> AT+CUSD=1,\"*100#\",15\n< +CUSD: 0,\"Balance\n< 5 EUR\",15\n< OK",
			news: `+CUSD: 0,"Balance | 5 EUR",15`},
		{name: "message among a list", cmd: "+CMGL=4", script: "> AT+CMGL=4\n< +CMGL: 1,1,,24\n< +CMT: ,23\n< 0791AA\n< 0791BB\n< +CMGL: 2,1,,24\n< 0791CC\n< OK",
			info: "+CMGL: 1,1,,24\n0791BB\n+CMGL: 2,1,,24\n0791CC", news: "+CMT: ,23 | 0791AA"},
		{name: "report among a list", cmd: "+CMGR=1", script: "> AT+CMGR=1\n< +CDS: 25\n<\n< 0006AA\n< +CMGR: 1,,24\n< 0791BB\n< OK",
			info: "+CMGR: 1,,24\n0791BB", news: "+CDS: 25 | 0006AA"},
		{name: "message whose PDU never came", cmd: "+CSQ", script: "> AT+CSQ\n< +CMT: ,23\n< +CSQ: 12,99\n< OK", info: "+CSQ: 12,99", news: "+CMT: ,23"},
		{name: "another's answer", cmd: "+CSQ", script: "> AT+CSQ\n< +COPS: 0\n< 0791AA\n< +CSQ: 12,99\n< OK", info: "+CSQ: 12,99", news: "+COPS: 0\n0791AA"},
		{name: "stray NO CARRIER", cmd: "+CSQ", script: "> AT+CSQ\n< NO CARRIER\n< +CSQ: 12,99\n< OK", info: "+CSQ: 12,99", news: "NO CARRIER"},
		{name: "answer that starts with >", cmd: "+CGMI", script: "> AT+CGMI\n< > ACME\n< OK", info: "> ACME"},
		{name: "serial number by another name", cmd: "+CCID", script: "> AT+CCID\n< +ICCID: 8944\n< OK", info: "+ICCID: 8944"},
		{name: "serial number by the name of SIMCom's LTE modules", cmd: "+CICCID", script: "> AT+CICCID\n< +ICCID: 8944\n< OK", info: "+ICCID: 8944"},
		{name: "no OK behind CPIN", cmd: "+CPIN?", script: "> AT+CPIN?\n< +CPIN: READY", info: "+CPIN: READY", took: 2 * time.Second},
		{name: "line without an end", cmd: "+CSQ", script: "> AT+CSQ\n<< \"" + strings.Repeat("x", 9000) + "\\r\\n+CSQ: 12,99\\r\\nOK\\r\\n\"", info: "+CSQ: 12,99"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := open(t, tc.script)
				start := time.Now()
				info, err := b.Do(t.Context(), tc.cmd, 5*time.Second)
				if took := time.Since(start); took != tc.took {
					t.Errorf("took %v, want %v", took, tc.took)
				}
				synctest.Wait() // news behind the answer
				if got := strings.Join(info, "\n"); got != tc.info {
					t.Errorf("information:\n%s\nwant:\n%s", got, tc.info)
				}
				if got := b.news(); got != tc.news {
					t.Errorf("news:\n%s\nwant:\n%s", got, tc.news)
				}
				if got := say(err); got != tc.err {
					t.Errorf("error %q, want %q", got, tc.err)
				}
				b.close()
			})
		})
	}
}

func say(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestSubmit(t *testing.T) {
	const sent = "> AT+CMGS=23\n<< \"\\r\\n> \"\n> " + pdu + "^Z\n"
	for _, tc := range []struct {
		name   string
		script string
		info   string
		news   string
		gone   bool
		err    string
		took   time.Duration
	}{
		{name: "taken", script: sent + "< +CMGS: 42\n<\n< OK", info: "+CMGS: 42", gone: true},
		{name: "echo on", script: "> AT+CMGS=23\n<< \"AT+CMGS=23\\r\\r\\n> \"\n> " + pdu + "^Z\n<< \"" + pdu + "\\x1a\\r\\n\\r\\n+CMGS: 42\\r\\nOK\\r\\n\"",
			info: "+CMGS: 42", gone: true},
		{name: "prompt without a space", script: "> AT+CMGS=23\n<< \"\\r\\n>\"\n> " + pdu + "^Z\n< +CMGS: 42\n< OK", info: "+CMGS: 42", gone: true},
		{name: "prompt with a late space", script: "> AT+CMGS=23\n<< \"\\r\\n>\"\n~ 20ms\n<< \" \"\n> " + pdu + "^Z\n< +CMGS: 42\n< OK", info: "+CMGS: 42", gone: true, took: 20 * time.Millisecond},
		{name: "prompt with a line end", script: "> AT+CMGS=23\n<< \"\\r\\n> \\r\\n\"\n> " + pdu + "^Z\n< +CMGS: 42\n< OK", info: "+CMGS: 42", gone: true},
		{name: "news before the prompt", script: "> AT+CMGS=23\n< +CMTI: \"SM\",1\n<< \"\\r\\n> \"\n> " + pdu + "^Z\n< +CMGS: 42\n< OK", info: "+CMGS: 42", news: `+CMTI: "SM",1`, gone: true},
		{name: "report in the answer", script: sent + "< +CDS: 25\n< 0006AA\n< +CMGS: 42\n< OK", info: "+CMGS: 42", news: "+CDS: 25 | 0006AA", gone: true},
		{name: "slow network", script: sent + "~ 135s\n< +CMGS: 42\n< OK", info: "+CMGS: 42", gone: true, took: 135 * time.Second},
		{name: "OK lost", script: sent + "< +CMGS: 42", info: "+CMGS: 42", gone: true, took: 5 * time.Second},
		{name: "refused by the network", script: sent + "~ 3s\n< +CMS ERROR: 38", gone: true, err: "+CMS ERROR: 38", took: 3 * time.Second},
		{name: "refused before the prompt", script: "> AT+CMGS=23\n< +CMS ERROR: 310", err: "+CMS ERROR: 310"},
		{name: "no prompt", script: "> AT+CMGS=23\n~ 20s", err: "modem does not ask for the PDU", took: 10 * time.Second},
		{name: "news in place of the prompt", script: "> AT+CMGS=23\n< +CMTI: \"SM\",1", news: `+CMTI: "SM",1`, err: "modem does not ask for the PDU", took: 10 * time.Second},
		{name: "silence after Ctrl-Z", script: sent + "~ 200s", gone: true, err: "no answer in time", took: 180 * time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := open(t, tc.script)
				start := time.Now()
				info, gone, err := b.Submit(t.Context(), "+CMGS=23", pdu, 180*time.Second)
				if took := time.Since(start); took != tc.took {
					t.Errorf("took %v, want %v", took, tc.took)
				}
				if got := strings.Join(info, "\n"); got != tc.info {
					t.Errorf("information %q, want %q", got, tc.info)
				}
				if got := b.news(); got != tc.news {
					t.Errorf("news %q, want %q", got, tc.news)
				}
				if got := say(err); got != tc.err || gone != tc.gone {
					t.Errorf("error %q gone %v, want %q %v", got, gone, tc.err, tc.gone)
				}
				b.close()
			})
		})
	}
}

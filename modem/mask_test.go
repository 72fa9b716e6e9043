package modem

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestMask(t *testing.T) {
	for _, tc := range []struct{ name, wire, want, clear string }{
		{"a question", "> AT+CSQ\n< +CSQ: 18,99\n< OK", "> AT+CSQ\n< +CSQ: 18,99\n< OK", ""},
		{"a PIN", "> AT+CPIN=\"1234\"\n< AT+CPIN=\"1234\"\n< OK", "> AT+CPIN=•••\n< AT+CPIN=•••\n< OK", "> AT+CPIN=•••\n< AT+CPIN=•••\n< OK"},
		{"another PIN", "> AT+CLCK=\"SC\",0,\"1234\"\n> at+cpin=1234", "> AT+CLCK=•••\n> at+cpin=•••", "> AT+CLCK=•••\n> at+cpin=•••"},
		{"a segment", "> AT+CMGS=19\n< > \n> 0011000C914477009001230000AA05E8329BFD06\n> \x1a\n< +CMGS: 7\n< OK",
			"> AT+CMGS=19\n< >\n> ‹20 octets›\n> ^Z\n< +CMGS: 7\n< OK", ""},
		{"its echo", "< 0011000C914477009001230000AA05E8329BFD06", "< ‹20 octets›", ""},
		{"a list", "< +CMGL: 1,0,,25\n< 0791447700900099\n< +CMGL: 2,1,\"Aunt May\",25\n< 0791447700900098\n< OK\n< +CREG: 1",
			"< +CMGL: 1,0,,25\n< ‹8 octets›\n< +CMGL: 2,1,\"‹8 characters›\",25\n< ‹8 octets›\n< OK\n< +CREG: 1", ""},
		{"a list with the PDU behind the header", "< +CMGL: 1,1,,147 0791447709009099", "< +CMGL: 1,1,,147 ‹8 octets›", ""},
		{"in text mode", "< +CMGR: \"REC UNREAD\",\"+447700900123\",,\"26/11/20,19:50:51+00\"\n< meet me at six\n< +and bring money\n< OK",
			"< +CMGR: \"REC UNREAD\",\"+4477…123\",,\"26/11/20,19:50:51+00\"\n< ‹14 characters›\n< ‹16 characters›\n< OK", ""},
		{"from a name", "< +CMT: \"BANK\",,\"26/11/20,19:50:51+00\"\n< +your code is 4711\n< +CSQ: 9,99", "< +CMT: \"‹4 characters›\",,\"26/11/20,19:50:51+00\"\n< ‹18 characters›\n< +CSQ: 9,99", ""},
		{"a report", "< +CDS: 25\n< 079144770009909906\n< OK", "< +CDS: 25\n< ‹9 octets›\n< OK", ""},
		{"an answer on the net", "< +CUSD: 0,\"You have 4.20 left\",15", "< +CUSD: 0,\"‹18 characters›\",15", ""},
		{"cut in two", "< +CUSD: 0,\"You have\n< 4.20 left\",15", "< +CUSD: 0,\"‹8 characters›\"\n< ‹13 characters›", ""},
		{"a code", "> AT+CUSD=1,\"*101*4711#\",15", "> AT+CUSD=1,\"‹10 characters›\",15", ""},
		{"digits on the net", "> AT+CUSD=1,\"1\"\n< AT+CUSD=1,\"1\"\n< OK\n< +CUSD: 1,\"47119\",15\n> AT+CUSD=1,\"471\",15\n< +CUSD: 2,\"\",15\n> AT+CUSD=2",
			"> AT+CUSD=1,\"‹1 characters›\"\n< AT+CUSD=1,\"‹1 characters›\"\n< OK\n< +CUSD: 1,\"‹5 characters›\",15\n> AT+CUSD=1,\"‹3 characters›\",15\n< +CUSD: 2,\"\",15\n> AT+CUSD=2", ""},
		{"numbers", "< +CSCA: \"+447785016005\",145\n> AT+CSCA=\"+447785016005\",145\n> ATD+447700900123;\n< +CLIP: \"07700900123\",129", "< +CSCA: \"+4477…005\",145\n> AT+CSCA=\"+4477…005\",145\n> ATD+4477…123;\n< +CLIP: \"07700…123\",129", ""},
		{"who it is", "> AT+CGMM\n< EC25\n< OK\n> AT+CGSN\n< 356938035643809\n< OK", "> AT+CGMM\n< EC25\n< OK\n> AT+CGSN\n< ‹15 characters›\n< OK", ""},
		{"which SIM", "< +QCCID: 8944150000000000017F\n< +QCCID: 89441500000000000175", "< +QCCID: ‹10 octets›\n< +QCCID: 89441…175", ""},
		{"a network", "< +COPS: 0,0,\"Pigeon Mobile\",7\n< +CREG: 2,1,\"4CA\",\"81DE445\",7", "< +COPS: 0,0,\"Pigeon Mobile\",7\n< +CREG: 2,1,\"4CA\",\"81DE445\",7", ""},
		{"a text of nobody's", "< See you at the station", "< ‹22 characters›", ""},
		{"a text that begins as an echo", "< Attention, dear customer\n< ATTENTION", "< ‹24 characters›\n< ‹9 characters›", ""},
		{"boot", "< RDY\n< +CFUN: 1\n< SMS DONE\n< ^SYSSTART", "< RDY\n< +CFUN: 1\n< SMS DONE\n< ^SYSSTART", ""},
		{"refusals", "< +CMS ERROR: 515\n< ERROR", "< +CMS ERROR: 515\n< ERROR", ""},
		{"dirt", "< +\x00\x01\xff", `< +\x00\x01\xff`, ""},
		{"a remark", "# opened /dev/ttyUSB2", "# opened /dev/ttyUSB2", ""},
	} {
		for _, clear := range []bool{false, true} {
			var lines []TraceLine
			for _, l := range strings.Split(tc.wire, "\n") {
				lines = append(lines, TraceLine{Dir: l[0], Text: strings.TrimSuffix(l[2:], " ")})
			}
			want := tc.want
			if clear {
				if want = tc.clear; want == "" {
					continue
				}
			}
			var got []string
			for _, l := range show(lines, &masker{clear: clear}) {
				got = append(got, string(rune(l.Dir))+" "+l.Text)
			}
			if g := strings.Join(got, "\n"); g != want {
				t.Errorf("%s (clear %t): got\n%s\nwant\n%s", tc.name, clear, g, want)
			}
		}
	}
}

func TestRecorderKeepsTheLast(t *testing.T) {
	var r recorder
	for n := range 20000 {
		r.trace(FromHost, fmt.Appendf(nil, "AT+NUMBER=%d\r\n", n))
	}
	lines := r.lines()
	if len(lines) < 2000 || lines[len(lines)-1].Text != "AT+NUMBER=19999" {
		t.Fatalf("%d lines, the last %q", len(lines), lines[len(lines)-1].Text)
	}
	for i, l := range lines {
		if want := fmt.Sprintf("AT+NUMBER=%d", 20000-len(lines)+i); l.Text != want || l.Dir != FromHost || l.Time.IsZero() {
			t.Fatalf("line %d = %+v, want %s", i, l, want)
		}
	}
	if r.ring.used > recordSize || len(r.ring.buf) != recordSize {
		t.Errorf("%d octets used of %d", r.ring.used, len(r.ring.buf))
	}
}

func TestRecorderMakesLines(t *testing.T) {
	var r recorder
	for _, s := range []string{"AT\r", "\n", "AT+CMGS=3\r\n"} {
		r.trace(FromHost, []byte(s))
	}
	for _, s := range []string{"\r", "\nO", "K\r\n", "\r\n> "} {
		r.trace(FromModem, []byte(s))
	}
	r.trace(FromHost, []byte("0011\x1a"))
	r.trace(FromHost, []byte("\x1b\r"))
	r.trace(FromModem, []byte("\r\n+CM"))
	r.note("closed")
	r.trace(FromModem, []byte("unfinished"))
	var got []string
	for _, l := range r.lines() {
		got = append(got, string(rune(l.Dir))+printable(l.Text))
	}
	want := ">AT >AT+CMGS=3 <OK <> >0011 >^Z >ESC <+CM #closed <unfinished"
	if g := strings.Join(got, " "); g != want {
		t.Errorf("got  %s\nwant %s", g, want)
	}
}

func TestTraceLineIsPrinted(t *testing.T) {
	l := TraceLine{Time: time.Date(2026, 11, 20, 19, 50, 51, 4e6, time.UTC), Dir: FromHost, Text: "AT", Lost: 3}
	if got, want := l.String(), "… 3 lines lost …\n19:50:51.004 > AT"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Whatever a text is, and however the wire cuts it, its octets are in no
// masked trace.
func FuzzMask(f *testing.F) {
	f.Add([]byte("0123456789"), uint8(3), uint8(0))
	f.Add([]byte("OK\r\n+CMGL: 1"), uint8(1), uint8(1))
	f.Add([]byte("\xff\x00secret text of somebody"), uint8(64), uint8(2))
	f.Add([]byte("88888888"), uint8(7), uint8(3))
	f.Fuzz(func(t *testing.T, text []byte, chunk, kind uint8) {
		if len(text) < 8 || len(text) > 170 {
			return
		}
		pdu := strings.ToUpper(hex.EncodeToString(text))
		header := []string{"+CMGL: 1,0,,25\r\n", "+CMT: ,25\r\n", "+CMGR: 0,,25\r\n", "+CDS: 25\r\n"}[kind%4]
		var r recorder
		feed := func(dir byte, s string) {
			for n := max(1, int(chunk)); len(s) > 0; {
				n = min(n, len(s))
				r.trace(dir, []byte(s[:n]))
				s = s[n:]
			}
		}
		feed(FromModem, header+pdu+"\r\nOK\r\n")
		feed(FromHost, "AT+CMGS=25\r\n"+pdu+"\x1a")
		feed(FromHost, "AT+CPIN=\""+pdu+"\"\r\n")
		feed(FromModem, string(text)+"\r\n"+pdu)
		lines := r.lines()
		if r.ring.used > recordSize {
			t.Fatalf("%d octets", r.ring.used)
		}
		for _, l := range show(lines, &masker{}) {
			if strings.Contains(l.Text, pdu) {
				t.Errorf("%q shows %s", l.Text, pdu)
			}
		}
		for _, l := range show(r.lines(), &masker{clear: true}) {
			if strings.Contains(strings.ToUpper(l.Text), "CPIN=\"") {
				t.Errorf("%q shows a PIN", l.Text)
			}
		}
	})
}

package modem

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestUSSDReplyIsRead(t *testing.T) {
	for _, tc := range []struct {
		name   string
		line   string // \n parts lines
		packed bool
		mode   int
		text   string
	}{
		{name: "plain", line: `+CUSD: 0,"Your balance is 12.34 GBP.",15`, text: "Your balance is 12.34 GBP."},
		{name: "no dcs", line: `+CUSD:0,"Hello"`, text: "Hello"},
		{name: "mode alone", line: "+CUSD: 4", mode: 4},
		{name: "lines in the quotes", line: "+CUSD: 1,\"1 Balance\n2 Number\",15", mode: 1, text: "1 Balance\n2 Number"},
		{name: "quotes in the text", line: `+CUSD: 0,"say "hi", now",15`, text: `say "hi", now`},
		{name: "UCS-2", line: `+CUSD: 0,"04110430043B0430043D0441",72`, text: "Баланс"},
		{name: "UCS-2 although dcs 15", line: `+CUSD: 2,"00480065006C006C006F",15`, mode: 2, text: "Hello"},
		{name: "UCS-2 in Chinese", line: `+CUSD: 0,"4F59989D",72`, text: "余额"},
		{name: "packed", line: `+CUSD: 0,"AA180C3602",15`, packed: true, text: "*100#"},
		{name: "packed, by a family that does not say so", line: `+CUSD: 0,"D9775D0E1287D961F7B80C4ACF4131996B46031D855017",15`, text: "Your balance is 12.34 GBP."},
		{name: "packed with dcs 17 and a tail", line: `+CUSD: 0,"D9775D0E1287D961F7B80C4ACF4131996B46031D855017FFFF",17`, packed: true, text: "Your balance is 12.34 GBP."},
		{name: "packed and unquoted", line: `+CUSD: 0, D9775D0E1287D961F7B80C4ACF4131996B46031D855017`, packed: true, text: "Your balance is 12.34 GBP."},
		{name: "seven septets, no @", line: `+CUSD: 0,"C8329BFD0601",15`, packed: true, text: "Hello"},
		{name: "a number", line: `+CUSD: 0,"1234",15`, text: "1234"},
		{name: "unquoted and plain", line: "+CUSD: 0,You have 4,20", text: "You have 4,20"},
		{name: "unquoted and plain with dcs", line: "+CUSD: 0,You have 4,20,15", text: "You have 4,20"},
		{name: "default alphabet as it is", line: "+CUSD: 0,\"\x01 5\",15", text: "£ 5"},
		{name: "Latin 1", line: "+CUSD: 0,\"\xa3 5\",15", text: "£ 5"},
		{name: "cut off", line: `+CUSD: 0,"Hel`, text: "Hel"},
		{name: "nothing", line: "+CUSD:", mode: -1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := readUSSD(strings.Split(tc.line, "\n"), tc.packed)
			if r.mode != tc.mode || r.text != tc.text {
				t.Errorf("got %d %q, want %d %q", r.mode, r.text, tc.mode, tc.text)
			}
		})
	}
}

func TestUSSDModesHaveSentences(t *testing.T) {
	for _, tc := range []struct {
		r    ussdReply
		more bool
		err  string
	}{
		{ussdReply{0, "x"}, false, ""},
		{ussdReply{0, ""}, false, ""},
		{ussdReply{1, "x"}, true, ""},
		{ussdReply{2, "x"}, false, ""},
		{ussdReply{2, ""}, false, "code: the network has ended the dialogue"},
		{ussdReply{3, ""}, false, "code: another program on the modem has answered"},
		{ussdReply{4, "x"}, false, "code: the network does not know this code: x"},
		{ussdReply{5, ""}, false, "code: the network has waited too long"},
		{ussdReply{-1, ""}, false, "code: the modem's answer cannot be read"},
	} {
		s := tc.r.said()
		got := ""
		if s.err != nil {
			got = s.err.Error()
		}
		if got != tc.err || s.more != tc.more || s.err == nil && s.text != tc.r.text {
			t.Errorf("%+v: got %+v, want more %t and %q", tc.r, s, tc.more, tc.err)
		}
	}
}

// FuzzUSSD holds that every reply reads as text that can be shown.
func FuzzUSSD(f *testing.F) {
	for _, s := range []string{
		`+CUSD: 0,"Hello",15`, `+CUSD: 1,"00480065",72`, `+CUSD: 0, 49B41C`, `+CUSD: 2,"AA180C3602FFFF",17`,
		"+CUSD: 0,\"a\nb\",15", "+CUSD: \"", "", "+CUSD: 0,\"FFFF\",17", "+CUSD: 0,\"\x1b\x1b\"",
	} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, s string, packed bool) {
		r := readUSSD(strings.Split(s, "\n"), packed)
		if !utf8.ValidString(r.text) || strings.ContainsAny(r.text, "\x00\x1b\r") {
			t.Errorf("%q reads as %q", s, r.text)
		}
		if r.mode < -1 {
			t.Errorf("%q has mode %d", s, r.mode)
		}
		_ = r.said()
	})
}

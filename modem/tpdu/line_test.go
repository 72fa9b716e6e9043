package tpdu_test

import (
	"strings"
	"testing"

	"github.com/pigeon-sms/pigeon/modem/tpdu"
	"github.com/pigeon-sms/pigeon/sms"
)

func TestDecodeFindsTheTPDU(t *testing.T) {
	tp := "04" + sender + "0000" + stamp + hello
	n := len(tp) / 2
	plain := sms.Part{From: "+31641600986", Text: "hellohello", SentAt: sentAt}
	through := with(plain, func(p *sms.Part) { p.SMSC = "+31624000000" })
	for _, d := range []decoding{
		{name: "with a centre", line: centre + tp, length: n, want: through},
		{name: "length unknown", line: centre + tp, want: through},
		{name: "length counts the centre", line: centre + tp, length: n + 8, want: through},
		{name: "length is nonsense", line: centre + tp, length: 3, want: through},
		{name: "the centre left to the SIM", line: "00" + tp, length: n, want: plain},
		{name: "no centre at all", line: tp, length: n, want: plain},
		{name: "no centre, length unknown", line: tp, want: plain},
		{name: "no centre, plain first octet", line: "00" + tp[2:], length: n, want: plain},
		{name: "no centre, long first octet", line: "44" + tp[2:36] + "0E" + "0500032A0302" + pack(1, []byte("hellohe")...), want: sms.Part{From: plain.From, Text: "hellohe", SentAt: sentAt, Concat: sms.Concat{Ref: 42, Total: 3, Seq: 2}}},
		{name: "no centre, and a first octet that fits the line", line: "24" + tp[2:36] + "14" + pack(0, []byte("hellohellohellohello")...), want: with(plain, func(p *sms.Part) { p.Text += p.Text })},
		{name: "national centre", line: "0481607183" + tp, length: n, want: with(plain, func(p *sms.Part) { p.SMSC = "061738" })},
	} {
		d.check(t)
	}
}

func TestDecodeReadsTheLineAsItComes(t *testing.T) {
	tp := "0004" + sender + "0000" + stamp + hello
	plain := sms.Part{From: "+31641600986", Text: "hellohello", SentAt: sentAt, Raw: tp}
	for _, d := range []decoding{
		{name: "lower case", line: strings.ToLower(tp), want: plain},
		{name: "spaces and line ends", line: " " + tp[:10] + " " + tp[10:] + "\r\n", want: plain},
		{name: "quotes", line: tp + `"`, want: plain},
		{name: "half an octet more", line: tp + "A", want: with(plain, func(p *sms.Part) { p.Raw += "A" }), inexact: "half an octet"},
	} {
		d.check(t)
	}
	for _, line := range []string{"", "\r\n", `""`, "A", "0004xyz", "OK", "0004" + sender + "0000" + stamp + hello + "g", "00é"} {
		if p, err := tpdu.Decode(line, 0); err == nil {
			t.Errorf("%q: got %+v, want an error", line, p)
		}
	}
}

func TestDecodeTellsSilentMessages(t *testing.T) {
	for pid, want := range map[string]bool{"00": false, "39": false, "40": true, "41": false} {
		p, err := tpdu.Decode("0004"+sender+pid+"00"+stamp+hello, 0)
		if err != nil || p.Part == nil || p.Part.Text != "hellohello" || p.Silent != want {
			t.Errorf("PID %s: got %+v, %v; want silent %v", pid, p, err, want)
		}
	}
}

func TestDecodeLeavesOwnSubmits(t *testing.T) {
	for _, tc := range []struct {
		name, line string
		length     int
		inexact    string
	}{
		{"stored", "0011000B916407281553F80000AA0AE8329BFD4697D9EC37", 0, ""},
		{"stored without a centre", "11000B916407281553F80000AA0AE8329BFD4697D9EC37", 23, ""},
		{"stored and cut", "0011000B91640728", 0, "underflow"},
	} {
		p, err := tpdu.Decode(tc.line, tc.length)
		if err != nil || p.Part != nil || p.Report != nil {
			t.Errorf("%s: got %+v, %v; want neither part nor report", tc.name, p, err)
		}
		checkInexact(t, tc.name, p.Inexact, tc.inexact)
	}

	// Without the length to confirm it, nothing is given up as our own.
	p, err := tpdu.Decode("11000B916407281553F80000AA0AE8329BFD4697D9EC37", 0)
	if err != nil || p.Part == nil && p.Report == nil || p.Inexact == nil {
		t.Errorf("got %+v, %v; want a part or a report, and not exact", p, err)
	}
}

package tpdu_test

import (
	"encoding/hex"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/modem/tpdu"
	"github.com/pigeon-sms/pigeon/sms"
)

// The fields most cases here are put together from.
const (
	centre = "07911326040000F0" // +31624000000
	sender = "0B911346610089F6" // +31641600986
	stamp  = "42502071436500"   // 2 May 2024, 17:34:56 UTC
	hello  = "0AE8329BFD4697D9EC37"
)

var sentAt = time.Date(2024, 5, 2, 17, 34, 56, 0, time.UTC)

// pack puts septets behind fill zero bits, as hexadecimal: 23.038 §6.1.2.1 a bit
// at a time, so that no table or trick is shared with the code under test.
func pack(fill int, septets ...byte) string {
	b := make([]byte, (fill+7*len(septets)+7)/8)
	for i, s := range septets {
		for bit := range 7 {
			if s>>bit&1 == 1 {
				at := fill + 7*i + bit
				b[at/8] |= 1 << (at % 8)
			}
		}
	}
	return strings.ToUpper(hex.EncodeToString(b))
}

// A decoding is one line a modem printed and what it must become.
type decoding struct {
	name    string
	line    string
	length  int
	want    sms.Part
	inexact string // what PDU.Inexact has to mention; empty: nothing may be forgiven
}

func (d decoding) check(t *testing.T) {
	t.Helper()
	p, err := tpdu.Decode(d.line, d.length)
	if err != nil || p.Part == nil || p.Report != nil {
		t.Errorf("%s: got %+v, %v; want a part", d.name, p, err)
		return
	}
	got, want := *p.Part, d.want
	if p.SMSC != want.SMSC {
		t.Errorf("%s: came through %q, want %q", d.name, p.SMSC, want.SMSC)
	}
	if want.Raw == "" {
		want.Raw = strings.ToUpper(strings.Join(strings.Fields(d.line), ""))
	}
	if want.Coding == "" {
		want.Coding = sms.CodingGSM7
	}
	if len(got.Octets) == 0 {
		got.Octets = nil
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\ngot  %+v\nwant %+v", d.name, got, want)
	}
	checkInexact(t, d.name, p.Inexact, d.inexact)
}

func checkInexact(t *testing.T, name string, got error, want string) {
	t.Helper()
	switch {
	case want == "" && got != nil:
		t.Errorf("%s: forgave %v, want nothing to forgive", name, got)
	case want != "" && (got == nil || !strings.Contains(got.Error(), want)):
		t.Errorf("%s: forgave %v, want one that mentions %q", name, got, want)
	}
}

func TestDecodeByTheBook(t *testing.T) {
	from := sms.Number("+31641600986")
	class := func(n int) *int { return &n }
	for _, d := range []decoding{
		{
			name: "How are you?",
			line: "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07", length: 30,
			want: sms.Part{
				From: from, SMSC: "+31624000000", Text: "How are you?",
				SentAt: time.Date(2002, 8, 26, 19, 37, 41, 0, time.UTC), // its zone is minus nothing
			},
		},
		{
			name: "subscriber number, two hours east",
			line: "07917283010010F5040BC87238880900F10000993092516195800AE8329BFD4697D9EC37",
			want: sms.Part{
				From: "27838890001", SMSC: "+27381000015", Text: "hellohello",
				SentAt: time.Date(1999, 3, 29, 13, 16, 59, 0, time.UTC),
			},
		},
		{
			name: "three hours west, no service centre",
			line: "00" + "04" + sender + "0000" + "42502071436529" + hello, // 12 quarters: 2, 1 and the sign
			want: sms.Part{From: from, Text: "hellohello", SentAt: time.Date(2024, 5, 2, 20, 34, 56, 0, time.UTC)},
		},
		{
			name: "nothing", line: centre + "04" + sender + "0000" + stamp + "00",
			want: sms.Part{From: from, SMSC: "+31624000000", SentAt: sentAt},
		},
		{
			name: "nobody", line: "0004" + "0080" + "0000" + stamp + hello,
			want: sms.Part{Text: "hellohello", SentAt: sentAt},
		},
		{
			name: "short code", line: "0004" + "05A12143F5" + "0000" + stamp + hello,
			want: sms.Part{From: "12345", Text: "hellohello", SentAt: sentAt},
		},
		{
			name: "national number with an even count", line: "0004" + "0AA17040506070" + "0000" + stamp + hello,
			want: sms.Part{From: "0704050607", Text: "hellohello", SentAt: sentAt},
		},
		{
			name: "twenty digits", line: "0004" + "1491" + "21436587092143658709" + "0000" + stamp + hello,
			want: sms.Part{From: "+12345678901234567890", Text: "hellohello", SentAt: sentAt},
		},
		{
			name: "keys", line: "0004" + "0681BA10CC" + "0000" + stamp + hello,
			want: sms.Part{From: "*#01aa", Text: "hellohello", SentAt: sentAt},
		},
		{
			name: "a sender's name", line: "0004" + "07D0" + pack(0, 'I', 'N', 'F', 'O') + "0000" + stamp + hello,
			want: sms.Part{From: "INFO", Text: "hellohello", SentAt: sentAt},
		},
		{
			name: "a name whose length counts the padding", line: "0004" + "0ED0" + pack(0, 'P', 'i', 'g', 'e', 'o', 'n', '1') + "0000" + stamp + hello,
			want: sms.Part{From: "Pigeon1", Text: "hellohello", SentAt: sentAt},
		},
		{
			name: "a name of eleven", line: "0004" + "14D0" + pack(0, []byte("MyBank Ltd.")...) + "0000" + stamp + hello,
			want: sms.Part{From: "MyBank Ltd.", Text: "hellohello", SentAt: sentAt},
		},
		{
			name: "a name with an escaped character", line: "0004" + "09D0" + pack(0, 'a', 0x1B, 0x3C, 'b', 0) + "0000" + stamp + hello,
			want: sms.Part{From: "a[b", Text: "hellohello", SentAt: sentAt},
		},
		{
			name: "extension", line: "0004" + sender + "0000" + stamp + "04" + pack(0, 0x1B, 0x65, 0x1B, 0x28),
			want: sms.Part{From: from, Text: "€{", SentAt: sentAt},
		},
		{
			name: "UCS-2", line: "0004" + sender + "0008" + stamp + "06" + "041FD83DDE00",
			want: sms.Part{From: from, Coding: sms.CodingUCS2, Text: "П😀", Octets: []byte("\x04\x1F\xD8\x3D\xDE\x00"), SentAt: sentAt},
		},
		{
			name: "UCS-2, class 1", line: "0004" + sender + "0019" + stamp + "02" + "041F",
			want: sms.Part{From: from, Coding: sms.CodingUCS2, Text: "П", Octets: []byte("\x04\x1F"), Class: class(1), SentAt: sentAt},
		},
		{
			name: "flash", line: "0004" + sender + "0010" + stamp + hello,
			want: sms.Part{From: from, Text: "hellohello", Class: class(0), SentAt: sentAt},
		},
		{
			name: "class 3, old group", line: "0004" + sender + "00F3" + stamp + hello,
			want: sms.Part{From: from, Text: "hellohello", Class: class(3), SentAt: sentAt},
		},
		{
			name: "data, class 1", line: "0004" + sender + "00F5" + stamp + "0301FF00",
			want: sms.Part{From: from, Coding: sms.CodingData, Octets: []byte("\x01\xFF\x00"), Class: class(1), SentAt: sentAt},
		},
		{
			name: "data", line: "0004" + sender + "0004" + stamp + "0301FF00",
			want: sms.Part{From: from, Coding: sms.CodingData, Octets: []byte("\x01\xFF\x00"), SentAt: sentAt},
		},
		{
			name: "compressed text is data", line: "0004" + sender + "0020" + stamp + "0301FF00",
			want: sms.Part{From: from, Coding: sms.CodingData, Octets: []byte("\x01\xFF\x00"), SentAt: sentAt},
		},
		{
			name: "delete after reading", line: "0004" + sender + "0040" + stamp + hello,
			want: sms.Part{From: from, Text: "hellohello", SentAt: sentAt},
		},
	} {
		d.check(t)
	}
}

// A network tells of a message that waits elsewhere by the data coding scheme,
// by the header, or by an odd sender.
func TestDecodeTellsWhatWaits(t *testing.T) {
	from := sms.Number("+31641600986")
	count := func(n int) *int { return &n }
	for _, d := range []decoding{
		{
			name: "no more voicemail", line: "0004" + sender + "00C0" + stamp + "00",
			want: sms.Part{From: from, SentAt: sentAt, Kind: sms.KindVoicemail, Waiting: count(0)},
		},
		{
			name: "voicemail", line: "0004" + sender + "00C8" + stamp + "01" + pack(0, ' '),
			want: sms.Part{From: from, Text: " ", SentAt: sentAt, Kind: sms.KindVoicemail},
		},
		{
			name: "fax", line: "0004" + sender + "00C9" + stamp + "00",
			want: sms.Part{From: from, SentAt: sentAt, Kind: sms.KindFax},
		},
		{
			name: "no more e-mail, to keep", line: "0004" + sender + "00D2" + stamp + hello,
			want: sms.Part{From: from, Text: "hellohello", SentAt: sentAt, Kind: sms.KindEmail, Waiting: count(0)},
		},
		{
			name: "voicemail to keep", line: "0004" + sender + "00D8" + stamp + hello,
			want: sms.Part{From: from, Text: "hellohello", SentAt: sentAt, Kind: sms.KindVoicemail},
		},
		{
			name: "something else in UCS-2", line: "0004" + sender + "00EB" + stamp + "02" + "041F",
			want: sms.Part{From: from, Coding: sms.CodingUCS2, Text: "П", Octets: []byte("\x04\x1F"), SentAt: sentAt, Kind: sms.KindOther},
		},
		{
			name: "the class behind the last of them", line: "0004" + sender + "00F0" + stamp + hello,
			want: sms.Part{From: from, Text: "hellohello", SentAt: sentAt, Class: count(0)},
		},
		{
			name: "in a header, with a count", line: "0044" + sender + "0000" + stamp + "08" + "04010280FF" + pack(2, 'a', 'b'),
			want: sms.Part{From: from, Text: "ab", SentAt: sentAt, Kind: sms.KindVoicemail, Waiting: count(255)},
		},
		{
			name: "the header counts, whatever the scheme says", line: "0044" + sender + "00C8" + stamp + "06" + "0401020203" + "00",
			want: sms.Part{From: from, SentAt: sentAt, Kind: sms.KindEmail, Waiting: count(3)},
		},
		{
			name: "by its sender", line: "0004" + "04D0" + "1120" + "0000" + stamp + "01" + pack(0, ' '),
			want: sms.Part{Text: " ", SentAt: sentAt, Kind: sms.KindVoicemail},
		},
		{
			name: "cleared by its sender", line: "0004" + "04D0" + "1000" + "0000" + stamp + "01" + pack(0, ' '),
			want: sms.Part{Text: " ", SentAt: sentAt, Kind: sms.KindVoicemail, Waiting: count(0)},
		},
		{
			name: "a name of two letters", line: "0004" + "04D0" + pack(0, 'O', '2') + "0000" + stamp + hello,
			want: sms.Part{From: "O2", Text: "hellohello", SentAt: sentAt},
		},
	} {
		d.check(t)
	}
}

func TestDecodeTellsWhatItReplaces(t *testing.T) {
	for pid, want := range map[string]int{"00": 0, "40": 0, "41": 1, "44": 4, "47": 7, "48": 0, "5F": 0} {
		p, err := tpdu.Decode("0004"+sender+pid+"00"+stamp+hello, 0)
		if err != nil || p.Part == nil || p.Part.Replaces != want || p.Part.Text != "hellohello" {
			t.Errorf("PID %s: %+v, %v; want it to replace %d", pid, p.Part, err, want)
		}
	}
}

func TestDecodeHeaders(t *testing.T) {
	from := sms.Number("+31641600986")
	for _, d := range []decoding{
		{
			name: "part 2 of 3", line: "0044" + sender + "0000" + stamp + "09" + "0500032A0302" + pack(1, 'a', 'b'),
			want: sms.Part{From: from, Text: "ab", SentAt: sentAt, Concat: sms.Concat{Ref: 42, Total: 3, Seq: 2}},
		},
		{
			name: "part 2 of 3, wide", line: "0044" + sender + "0000" + stamp + "0A" + "0608041234" + "0302" + pack(0, 'a', 'b'),
			want: sms.Part{From: from, Text: "ab", SentAt: sentAt, Concat: sms.Concat{Ref: 0x1234, Wide: true, Total: 3, Seq: 2}},
		},
		{
			name: "total 0", line: "0044" + sender + "0000" + stamp + "09" + "0500032A0001" + pack(1, 'a', 'b'),
			want: sms.Part{From: from, Text: "ab", SentAt: sentAt, Concat: sms.Concat{Ref: 42, Seq: 1}},
		},
		{
			name: "number 0", line: "0044" + sender + "0000" + stamp + "09" + "0500032A0300" + pack(1, 'a', 'b'),
			want: sms.Part{From: from, Text: "ab", SentAt: sentAt, Concat: sms.Concat{Ref: 42, Total: 3}},
		},
		{
			name: "number beyond the total", line: "0044" + sender + "0000" + stamp + "09" + "0500032A0304" + pack(1, 'a', 'b'),
			want: sms.Part{From: from, Text: "ab", SentAt: sentAt, Concat: sms.Concat{Ref: 42, Total: 3, Seq: 4}},
		},
		{
			name: "first half of a pair", line: "0044" + sender + "0008" + stamp + "0A" + "0500032A0201" + "0041D83D",
			want: sms.Part{From: from, Coding: sms.CodingUCS2, Text: "A\uFFFD", Octets: []byte("\x00A\xD8\x3D"), SentAt: sentAt, Concat: sms.Concat{Ref: 42, Total: 2, Seq: 1}},
		},
		{
			name: "WAP push", line: "0044" + sender + "0004" + stamp + "0A" + "0605040B8423F0" + "010603",
			want: sms.Part{From: from, Coding: sms.CodingData, Octets: []byte("\x01\x06\x03"), SentAt: sentAt, Port: 2948, SourcePort: 9200, HasPort: true},
		},
		{
			name: "WAP push that says it is text", line: "0044" + sender + "0000" + stamp + "0A" + "0605040B8423F0" + "010603",
			want: sms.Part{From: from, Coding: sms.CodingData, Octets: []byte("\x01\x06\x03"), SentAt: sentAt, Port: 2948, SourcePort: 9200, HasPort: true},
		},
		{
			name: "and counts septets", line: "0044" + sender + "0000" + stamp + "0B" + "0605040B8423F0" + "010603",
			want: sms.Part{From: from, Coding: sms.CodingData, Octets: []byte("\x01\x06\x03"), SentAt: sentAt, Port: 2948, SourcePort: 9200, HasPort: true},
		},
		{
			name: "WAP session", line: "0044" + sender + "0000" + stamp + "0A" + "06050423F3C000" + "010603",
			want: sms.Part{From: from, Coding: sms.CodingData, Octets: []byte("\x01\x06\x03"), SentAt: sentAt, Port: 9203, SourcePort: 0xC000, HasPort: true},
		},
		{
			name: "text to a port", line: "0044" + sender + "0000" + stamp + "0A" + "06050423F40000" + pack(0, 'a', 'b'),
			want: sms.Part{From: from, Text: "ab", SentAt: sentAt, Port: 9204, HasPort: true},
		},
		{
			name: "small ports", line: "0044" + sender + "0004" + stamp + "06" + "040402F0F1" + "01",
			want: sms.Part{From: from, Coding: sms.CodingData, Octets: []byte{1}, SentAt: sentAt, Port: 0xF0, SourcePort: 0xF1, HasPort: true},
		},
		{
			name: "strangers", line: "0044" + sender + "0000" + stamp + "0E" + "0A" + "7000" + "0A03000401" + "7F017F" + pack(3, 'a'),
			want: sms.Part{From: from, Text: "a", SentAt: sentAt},
		},
		{
			name: "nothing behind the header", line: "0044" + sender + "0000" + stamp + "07" + "0500032A0302" + "00",
			want: sms.Part{From: from, SentAt: sentAt, Concat: sms.Concat{Ref: 42, Total: 3, Seq: 2}},
		},
		{
			name: "nothing behind the header, and its bits cut off", line: "0044" + sender + "0000" + stamp + "06" + "0500032A0302",
			want: sms.Part{From: from, SentAt: sentAt, Concat: sms.Concat{Ref: 42, Total: 3, Seq: 2}},
		},
		{
			name: "Turkish, locking", line: "0044" + sender + "0000" + stamp + "07" + "03250101" + "E02C00", // 1C and 0B, packed by hand
			want: sms.Part{From: from, Text: "ŞĞ", SentAt: sentAt},
		},
		{
			name: "Turkish, both", line: "0044" + sender + "0000" + stamp + "0C" + "06240101250101" + pack(0, 0x1C, 0x1B, 0x73, 0x07),
			want: sms.Part{From: from, Text: "Şşı", SentAt: sentAt},
		},
		{
			name: "Portuguese, single", line: "0044" + sender + "0000" + stamp + "07" + "03240103" + pack(3, 0x1B, 0x1F),
			want: sms.Part{From: from, Text: "Ê", SentAt: sentAt},
		},
		{
			name: "Hindi", line: "0044" + sender + "0000" + stamp + "0A" + "06250106240106" + pack(0, 0x15, 0x02),
			want: sms.Part{From: from, Text: "\u0915\u0903", SentAt: sentAt},
		},
		{
			name: "language nobody has", line: "0044" + sender + "0000" + stamp + "07" + "032501EE" + pack(3, 'a', 'b'),
			want: sms.Part{From: from, Text: "ab", SentAt: sentAt},
		},
	} {
		d.check(t)
	}
}

func TestDecodeForgives(t *testing.T) {
	from := sms.Number("+31641600986")
	plain := sms.Part{From: from, Text: "hellohello", SentAt: sentAt}
	undated := sms.Part{From: from, Text: "hellohello"}
	for _, d := range []decoding{
		{name: "DCS 80", line: "0004" + sender + "0080" + stamp + hello, want: plain, inexact: "TP-DCS at octet 10"},
		{name: "DCS BF", line: "0004" + sender + "00BF" + stamp + hello, want: plain, inexact: "BF is reserved"},
		{name: "time of FF", line: "0004" + sender + "0000" + "FFFFFFFFFFFFFF" + hello, want: undated, inexact: "TP-SCTS at octet 11"},
		{name: "time with one FF", line: "0004" + sender + "0000" + "425020714365FF" + hello, want: undated, inexact: "TP-SCTS"},
		{name: "time of 00", line: "0004" + sender + "0000" + "00000000000000" + hello, want: undated, inexact: "TP-SCTS"},
		{name: "31 June", line: "0004" + sender + "0000" + "42601371436500" + hello, want: undated, inexact: "TP-SCTS"},
		{name: "61 minutes", line: "0004" + sender + "0000" + "42502071166500" + hello, want: undated, inexact: "TP-SCTS"},
		{name: "one octet behind", line: "0004" + sender + "0000" + stamp + hello + "00", want: plain, inexact: "TP-UDL at octet 18: 1 octets left over"},
		{name: "a tail of FF", line: "0004" + sender + "0000" + stamp + hello + strings.Repeat("FF", 30), length: 28, want: plain, inexact: "30 octets left over"},
		{name: "a tail, and no length", line: centre + "04" + sender + "0000" + stamp + hello + "FFFF", want: with(plain, func(p *sms.Part) { p.SMSC = "+31624000000" }), inexact: "left over"},
		{name: "no fill in the sender", line: "0004" + "0B91134661008916" + "0000" + stamp + hello, want: plain, inexact: "TP-OA at octet 1"},
		{
			name: "bits behind a name", line: "0004" + "0DD0" + pack(0, 'P', 'i', 'g', 'e', 'o', 'n', '1', 'x') + "0000" + stamp + hello,
			want: with(plain, func(p *sms.Part) { p.From = "Pigeon1" }),
		},
		{name: "a fill too many", line: "0004" + "0C911346610089F6" + "0000" + stamp + hello, want: plain, inexact: "TP-OA"},
		{name: "reserved type", line: "0007" + sender + "0000" + stamp + hello, want: plain},
		{name: "bits behind the text", line: "0004" + sender + "0000" + stamp + "0AE8329BFD4697D9ECF7", want: plain},
		{
			name: "bits before the text", line: "0044" + sender + "0000" + stamp + "09" + "0500032A0302" + "C3E2",
			want: sms.Part{From: from, Text: "ab", SentAt: sentAt, Concat: sms.Concat{Ref: 42, Total: 3, Seq: 2}},
		},
		{
			name: "odd UCS-2", line: "0004" + sender + "0008" + stamp + "03" + "041F04",
			want:    sms.Part{From: from, Coding: sms.CodingUCS2, Text: "П", Octets: []byte("\x04\x1F\x04"), SentAt: sentAt},
			inexact: "TP-UD at octet 19",
		},
		{
			name: "half a pair", line: "0004" + sender + "0008" + stamp + "04" + "D83D0041",
			want: sms.Part{From: from, Coding: sms.CodingUCS2, Text: "\uFFFDA", Octets: []byte("\xD8\x3D\x00A"), SentAt: sentAt},
		},
		{name: "a longer length than text", line: "0004" + sender + "0000" + stamp + "A0" + hello[2:16], want: with(plain, func(p *sms.Part) { p.Text = "hellohel" }), inexact: "TP-UD at octet 19: 7 octets left of 140"},
		{
			name: "a header longer than everything", line: "0044" + sender + "0000" + stamp + "08" + pack(0, []byte("hello hi")...),
			want: sms.Part{From: from, Text: "hello hi", SentAt: sentAt}, inexact: "TP-UDH at octet 19",
		},
		{
			name: "a header cut in an element", line: "0044" + sender + "0004" + stamp + "07" + "050402F0F100" + "01",
			want: sms.Part{From: from, Coding: sms.CodingData, Octets: []byte{1}, SentAt: sentAt, Port: 0xF0, SourcePort: 0xF1, HasPort: true}, inexact: "TP-UDH",
		},
		{name: "ends in the time", line: "0004" + sender + "0000" + stamp[:8], want: sms.Part{From: from}, inexact: "TP-SCTS at octet 11: 4 octets left of 7"},
		{name: "ends in the sender", line: "0004" + sender[:10], want: sms.Part{From: "+316416"}, inexact: "TP-OA at octet 3"},
		{name: "ends before the sender", line: "0004", inexact: "TP-OA"},
		{name: "no TPDU", line: "00", inexact: "TP-MTI"},
		{name: "only a service centre", line: centre, want: sms.Part{SMSC: "+31624000000"}, inexact: "TP-MTI"},
	} {
		d.check(t)
	}
}

// with returns p changed by f.
func with(p sms.Part, f func(*sms.Part)) sms.Part {
	f(&p)
	return p
}

package tpdu_test

import (
	"encoding/hex"
	"strings"
	"testing"
	"time"

	wire "github.com/warthog618/sms/encoding/tpdu"
	"pgregory.net/rapid"

	"github.com/pigeon-sms/pigeon/modem/tpdu"
	"github.com/pigeon-sms/pigeon/sms"
)

func text(s string) sms.Segment { return sms.Segment{Coding: sms.CodingGSM7, UD: []byte(s)} }

func TestSubmit(t *testing.T) {
	for _, tc := range []struct {
		name string
		to   sms.Number
		seg  sms.Segment
		o    tpdu.SubmitOptions
		want string
	}{
		{"four days", "+46708251358", text("hellohello"), tpdu.SubmitOptions{Validity: 96 * time.Hour},
			"0011000B916407281553F80000AA0AE8329BFD4697D9EC37"},
		{"as long as it takes", "+46708251358", text("hellohello"), tpdu.SubmitOptions{},
			"0001000B916407281553F800000AE8329BFD4697D9EC37"},
		{"report", "+46708251358", text("hellohello"), tpdu.SubmitOptions{Report: true},
			"0021000B916407281553F800000AE8329BFD4697D9EC37"},
		{"reply path", "+46708251358", text("hellohello"), tpdu.SubmitOptions{ReplyPath: true},
			"0081000B916407281553F800000AE8329BFD4697D9EC37"},
		{"flash", "+46708251358", text("hellohello"), tpdu.SubmitOptions{Flash: true},
			"0001000B916407281553F800100AE8329BFD4697D9EC37"},
		{"short code", "12345", text("hellohello"), tpdu.SubmitOptions{},
			"000100" + "05812143F5" + "0000" + hello},
		{"national", "0704050607", text("hellohello"), tpdu.SubmitOptions{},
			"000100" + "0A817040506070" + "0000" + hello},
		{"keys", "*#abc", text("hellohello"), tpdu.SubmitOptions{},
			"000100" + "0581BADCFE" + "0000" + hello},
		{"twenty digits", "+12345678901234567890", text("hellohello"), tpdu.SubmitOptions{},
			"000100" + "149121436587092143658709" + "0000" + hello},
		{"nothing", "12345", text(""), tpdu.SubmitOptions{}, "000100" + "05812143F5" + "0000" + "00"},
		{"UCS-2", "12345", sms.Segment{Coding: sms.CodingUCS2, UD: []byte("\xD8\x3D\xDE\x00")}, tpdu.SubmitOptions{},
			"000100" + "05812143F5" + "0008" + "04D83DDE00"},
		{"UCS-2, flash", "12345", sms.Segment{Coding: sms.CodingUCS2, UD: []byte("\x04\x1F")}, tpdu.SubmitOptions{Flash: true},
			"000100" + "05812143F5" + "0018" + "02041F"},
		{"data, flash", "12345", sms.Segment{Coding: sms.CodingData, UD: []byte{1}}, tpdu.SubmitOptions{Flash: true},
			"000100" + "05812143F5" + "0014" + "0101"},
		{"data to a port", "12345", sms.Segment{Coding: sms.CodingData, UDH: []byte("\x05\x04\x0B\x84\x23\xF0"), UD: []byte{1, 2}}, tpdu.SubmitOptions{},
			"004100" + "05812143F5" + "0004" + "09" + "0605040B8423F0" + "0102"},
		{"first of two", "12345", sms.Segment{Coding: sms.CodingGSM7, UDH: []byte("\x00\x03\x2A\x02\x01"), UD: []byte("ab")}, tpdu.SubmitOptions{Report: true, Validity: time.Hour},
			"007100" + "05812143F5" + "0000" + "0B" + "09" + "0500032A0201" + "C262"},
	} {
		got, length, err := tpdu.Submit(tc.to, tc.seg, tc.o)
		if err != nil || got != tc.want || length != len(tc.want)/2-1 {
			t.Errorf("%s:\ngot  %s, %d, %v\nwant %s, %d", tc.name, got, length, err, tc.want, len(tc.want)/2-1)
		}
	}
}

func TestSubmitRefuses(t *testing.T) {
	ok := text("a")
	for _, tc := range []struct {
		name string
		to   sms.Number
		seg  sms.Segment
		says string
	}{
		{"nobody", "", ok, "TP-DA"},
		{"only a plus", "+", ok, "TP-DA"},
		{"21 digits", "+123456789012345678901", ok, "21 digits"},
		{"a name", "INFO", ok, "dialled"},
		{"a space", "+44 7700", ok, "dialled"},
		{"keys after a plus", "+44*1", ok, "dialled"},
		{"a plus inside", "44+1", ok, "dialled"},
		{"unknown coding", "12345", sms.Segment{Coding: "utf-8"}, "TP-DCS"},
		{"161 septets", "12345", text(strings.Repeat("a", 161)), "160"},
		{"154 septets behind a header", "12345", sms.Segment{Coding: sms.CodingGSM7, UDH: []byte("\x00\x03\x2A\x02\x01"), UD: make([]byte, 154)}, "153"},
		{"141 octets", "12345", sms.Segment{Coding: sms.CodingData, UD: make([]byte, 141)}, "140"},
		{"half a unit", "12345", sms.Segment{Coding: sms.CodingUCS2, UD: []byte{0}}, "odd"},
		{"broken header", "12345", sms.Segment{Coding: sms.CodingData, UDH: []byte{0, 3, 1}, UD: []byte{1}}, "TP-UDH"},
		{"header of a kilobyte", "12345", sms.Segment{Coding: sms.CodingData, UDH: make([]byte, 1024)}, "TP-UDH"},
	} {
		got, length, err := tpdu.Submit(tc.to, tc.seg, tpdu.SubmitOptions{})
		if err == nil || !strings.Contains(err.Error(), tc.says) || got != "" || length != 0 {
			t.Errorf("%s: got %q, %d, %v; want an error that says %q", tc.name, got, length, err, tc.says)
		}
		if err != nil && len(tc.to) > 5 && strings.Contains(err.Error(), string(tc.to[1:])) {
			t.Errorf("%s: %v names the number", tc.name, err)
		}
	}
}

// The table of 23.040 §9.2.3.12.1, walked a value at a time: what is asked for
// is never exceeded, and the nearest value below is taken.
func TestValidity(t *testing.T) {
	period := func(vp int) time.Duration {
		switch {
		case vp <= 143:
			return time.Duration(vp+1) * 5 * time.Minute
		case vp <= 167:
			return 12*time.Hour + time.Duration(vp-143)*30*time.Minute
		case vp <= 196:
			return time.Duration(vp-166) * 24 * time.Hour
		}
		return time.Duration(vp-192) * 7 * 24 * time.Hour
	}
	check := func(d time.Duration, want int) {
		t.Helper()
		s, _, err := tpdu.Submit("12345", text("a"), tpdu.SubmitOptions{Validity: d})
		if err != nil {
			t.Fatal(err)
		}
		b, _ := hex.DecodeString(s)
		if got := int(b[10]); b[1]&0x18 != 0x10 || got != want {
			t.Errorf("%v: first octet %02X, TP-VP %d; want relative, %d", d, b[1], got, want)
		}
	}
	for vp := range 256 {
		check(period(vp), vp)
		check(period(vp)+time.Second, vp)
		if vp > 0 {
			check(period(vp)-time.Second, vp-1)
		}
	}
	check(time.Nanosecond, 0)
	check(10*365*24*time.Hour, 255)
}

// Whatever Segments makes, Submit takes, and a strict decoder finds in it what
// went in.
func TestSubmitCarriesSegments(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &sms.Message{Text: rapid.StringOfN(rapid.RuneFrom([]rune("aé€[я😀")), 0, 400, -1).Draw(t, "text"), Concat: rapid.Uint16().Draw(t, "concat")}
		if rapid.Bool().Draw(t, "data") {
			m.Text, m.Data, m.Port = "", rapid.SliceOfN(rapid.Byte(), 1, 400).Draw(t, "octets"), rapid.Uint16().Draw(t, "port")
		}
		to := sms.Number(rapid.StringMatching(`\+[1-9][0-9]{4,14}|[0-9*#]{1,20}`).Draw(t, "to"))
		o := tpdu.SubmitOptions{
			Validity: time.Duration(rapid.IntRange(0, 1000).Draw(t, "minutes")) * time.Minute,
			Report:   rapid.Bool().Draw(t, "report"), Flash: rapid.Bool().Draw(t, "flash"),
		}
		segments, err := sms.Segments(m)
		if err != nil {
			t.Fatal(err)
		}
		for _, seg := range segments {
			line, length, err := tpdu.Submit(to, seg, o)
			if err != nil {
				t.Fatal(err)
			}
			b, err := hex.DecodeString(line)
			if err != nil || len(b) != length+1 || b[0] != 0 || line != strings.ToUpper(line) {
				t.Fatalf("%s, length %d: %v", line, length, err)
			}
			strict := wire.TPDU{Direction: wire.MO}
			if err := strict.UnmarshalBinary(b[1:]); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			head := 0
			if len(seg.UDH) > 0 {
				head = 1 + len(seg.UDH)
			}
			if size := len(b) - 1 - 4 - 2 - (len(strict.DA.Addr)+1)/2 - 1; size > 141 || strict.UDHI() != (head > 0) {
				t.Fatalf("%s: %d octets of user data, UDHI %v", line, size, strict.UDHI())
			}
			if string(strict.UD) != string(seg.UD) || sms.Number(strict.DA.Number()) != to || strict.FirstOctet.SRR() != o.Report {
				t.Fatalf("%s: to %s, % X; want %s, % X", line, strict.DA.Number(), strict.UD, to, seg.UD)
			}
			if class, err := strict.DCS.Class(); (err == nil && class == wire.MClass0) != o.Flash {
				t.Fatalf("%s: class %v, %v", line, class, err)
			}
		}
	})
}

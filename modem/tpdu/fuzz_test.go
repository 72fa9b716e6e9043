package tpdu_test

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	wire "github.com/warthog618/sms/encoding/tpdu"
	"pgregory.net/rapid"

	"github.com/pigeon-sms/pigeon/modem/tpdu"
	"github.com/pigeon-sms/pigeon/sms"
)

// checkPDU looks at what must hold of anything that came out of a line.
func checkPDU(t interface{ Fatalf(string, ...any) }, line string, p tpdu.PDU) {
	switch {
	case p.Part != nil && p.Report != nil:
		t.Fatalf("%s: both a part and a report", line)
	case p.Part != nil:
		if p.Part.Raw == "" || p.Part.SMSC != p.SMSC || !utf8.ValidString(p.Part.Text) || !utf8.ValidString(string(p.Part.From)) {
			t.Fatalf("%s: %+v", line, *p.Part)
		}
		sms.Join([]sms.Part{*p.Part})
	case p.Report != nil:
		if p.Report.Raw == "" || p.Report.State == "" {
			t.Fatalf("%s: %+v", line, *p.Report)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, line := range []string{
		"07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07",
		"0044" + sender + "0000" + stamp + "07" + "03250101" + "E02C00",
		"0044" + sender + "0008" + stamp + "0A" + "0500032A0201" + "0041D83D",
		"0044" + sender + "0000" + stamp + "0B" + "0605040B8423F0" + "010603",
		"0004" + "07D0" + pack(0, 'I', 'N', 'F', 'O') + "0000" + stamp + hello,
		"000000FF00" + reported + "00",
		"0011000B916407281553F80000AA0AE8329BFD4697D9EC37",
		` 00 04"`,
	} {
		f.Add(line, len(line)/2-1)
	}
	f.Fuzz(func(t *testing.T, line string, length int) {
		p, err := tpdu.Decode(line, length)
		if b, bad := hex.DecodeString(line); bad == nil && len(b) > 0 {
			// Octets all in order: something comes back, or it is a SUBMIT of
			// our own, which behind any centre's address has 1 in its low bits.
			behind := 1 + int(b[0])
			if bytes.HasPrefix(b, []byte("\x00\x00\x00\xFF\x00")) {
				behind = 5
			}
			own := behind < len(b) && b[behind]&3 == 1 || behind > len(b) && b[0]&3 == 1
			if err != nil || p.Part == nil && p.Report == nil && !own {
				t.Fatalf("%s: got %+v, %v", line, p, err)
			}
		}
		checkPDU(t, line, p)
	})
}

// A PDU cut anywhere, and one with any octet spoilt, is still a message.
func TestDecodeLosesNothingToDamage(t *testing.T) {
	for _, line := range []string{
		centre + "44" + sender + "0000" + stamp + "09" + "0500032A0302" + pack(1, 'a', 'b'),
		centre + "04" + sender + "0008" + stamp + "06" + "041FD83DDE00",
		centre + reported + "00",
	} {
		whole, err := hex.DecodeString(line)
		if err != nil {
			t.Fatal(err)
		}
		for i := range whole {
			cut := strings.ToUpper(hex.EncodeToString(whole[:i+1]))
			p, err := tpdu.Decode(cut, len(whole)-8)
			if err != nil || p.Part == nil && p.Report == nil || p.Inexact == nil && i < len(whole)-1 {
				t.Errorf("%s: got %+v, %v", cut, p, err)
			}
			checkPDU(t, cut, p)
			for _, octet := range []byte{0x00, 0x7F, 0x80, 0xFF, whole[i] ^ 0x40} {
				if i == 8 && octet&3 == 1 {
					continue // makes it a SUBMIT
				}
				spoilt := bytes.Clone(whole)
				spoilt[i] = octet
				s := strings.ToUpper(hex.EncodeToString(spoilt))
				p, err := tpdu.Decode(s, len(whole)-8)
				if i != 0 && (err != nil || p.Part == nil && p.Report == nil) {
					t.Errorf("%s: got %+v, %v", s, p, err)
				}
				checkPDU(t, s, p)
			}
		}
	}
}

// Where the strict decoder of warthog618/sms is content, ours is, and they
// agree.
func TestDecodeAgreesWithTheStrictDecoder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, err := wire.NewDeliver()
		if err != nil {
			t.Fatal(err)
		}
		d.OA = wire.Address{
			TOA:  rapid.SampledFrom([]byte{0x91, 0x81, 0xA1, 0xC8}).Draw(t, "type"),
			Addr: rapid.StringMatching(`[0-9*#abc]{0,20}`).Draw(t, "from"),
		}
		d.DCS = wire.DCS(rapid.SampledFrom([]byte{0x00, 0x04, 0x08, 0x10, 0x15, 0x1A, 0x40, 0xC8, 0xD0, 0xE0, 0xF1, 0xF6}).Draw(t, "dcs"))
		d.PID = rapid.Byte().Draw(t, "pid")
		zone := time.FixedZone("", rapid.IntRange(-56, 56).Draw(t, "quarters")*15*60)
		d.SCTS.Time = time.Unix(int64(rapid.Int32Min(0).Draw(t, "time")), 0).In(zone)
		var h wire.UserDataHeader
		for range rapid.IntRange(0, 3).Draw(t, "elements") {
			h = append(h, wire.InformationElement{
				ID:   rapid.SampledFrom([]byte{0x00, 0x01, 0x04, 0x08, 0x0A, 0x70}).Draw(t, "element"),
				Data: rapid.SliceOfN(rapid.Byte(), 0, 5).Draw(t, "its data"),
			})
		}
		d.SetUDH(h)
		alphabet, _ := d.Alphabet()
		unit, size := byte(0x7F), 100
		if alphabet != wire.Alpha7Bit {
			unit = 0xFF
		}
		for range rapid.IntRange(0, size/2).Draw(t, "units") {
			d.UD = append(d.UD, rapid.Byte().Draw(t, "unit")&unit, rapid.Byte().Draw(t, "unit")&unit)
		}
		b, err := d.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		strict := wire.TPDU{}
		if err := strict.UnmarshalBinary(b); err != nil {
			t.Skip(err)
		}

		line := "00" + strings.ToUpper(hex.EncodeToString(b))
		p, err := tpdu.Decode(line, len(b))
		if err != nil || p.Part == nil || p.Inexact != nil {
			t.Fatalf("%s: got %+v, %v", line, p, err)
		}
		from := sms.Number(strict.OA.Number())
		if from == "+" { // no digits, and so no number
			from = ""
		}
		if p.Part.From != from || !p.Part.SentAt.Equal(strict.SCTS.Time) {
			t.Fatalf("%s: from %s at %v, want %s at %v", line, p.Part.From, p.Part.SentAt, from, strict.SCTS)
		}
		if alphabet == wire.Alpha7Bit {
			if want := sms.DecodeGSM7(strict.UD, 0, 0); p.Part.Text != want {
				t.Fatalf("%s: text %q, want %q", line, p.Part.Text, want)
			}
		} else if !bytes.Equal(p.Part.Octets, strict.UD) {
			t.Fatalf("%s: % X, want % X", line, p.Part.Octets, strict.UD)
		}
		class, err := strict.DCS.Class()
		if has := err == nil && class != wire.MClassUnknown; has != (p.Part.Class != nil) || has && *p.Part.Class != int(class) {
			t.Fatalf("%s: class %v, want %v", line, p.Part.Class, class)
		}
		// Two elements for one thing: the library prefers the 8-bit one, the
		// standard the last.
		total, seq, ref, ok := strict.ConcatInfo()
		_, _, _, narrow := strict.UDH.ConcatInfo8()
		_, _, _, wide := strict.UDH.ConcatInfo16()
		if c := p.Part.Concat; ok && narrow != wide && (c.Total != total || c.Seq != seq || int(c.Ref) != ref || c.Wide != wide) {
			t.Fatalf("%s: concatenation %+v, want %d of %d, reference %d", line, c, seq, total, ref)
		}
	})
}

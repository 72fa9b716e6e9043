package sms_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/pigeon-sms/pigeon/sms"
)

func TestCountIsRightToTheCharacter(t *testing.T) {
	for _, tc := range []struct {
		name     string
		text     string
		encoding sms.Encoding
		segments int
		coding   sms.Coding
	}{
		{"nothing", "", sms.EncodingAuto, 1, sms.CodingGSM7},
		{"nothing, as UCS-2", "", sms.EncodingUCS2, 1, sms.CodingUCS2},
		{"no encoding named", "a", "", 1, sms.CodingGSM7},
		{"160", strings.Repeat("a", 160), sms.EncodingAuto, 1, sms.CodingGSM7},
		{"161", strings.Repeat("a", 161), sms.EncodingAuto, 2, sms.CodingGSM7},
		{"306", strings.Repeat("a", 306), sms.EncodingAuto, 2, sms.CodingGSM7},
		{"307", strings.Repeat("a", 307), sms.EncodingAuto, 3, sms.CodingGSM7},
		{"80 of two septets", strings.Repeat("€", 80), sms.EncodingAuto, 1, sms.CodingGSM7},
		{"81 of two septets", strings.Repeat("€", 81), sms.EncodingAuto, 2, sms.CodingGSM7},
		{"152 of two septets", strings.Repeat("€", 152), sms.EncodingAuto, 2, sms.CodingGSM7}, // 76 to a segment, a septet is left
		{"153 of two septets", strings.Repeat("€", 153), sms.EncodingAuto, 3, sms.CodingGSM7},
		{"an escape on the border", strings.Repeat("a", 152) + "€" + strings.Repeat("a", 151), sms.EncodingAuto, 2, sms.CodingGSM7},
		{"and one more", strings.Repeat("a", 152) + "€" + strings.Repeat("a", 152), sms.EncodingAuto, 3, sms.CodingGSM7},
		{"70", strings.Repeat("я", 70), sms.EncodingAuto, 1, sms.CodingUCS2},
		{"71", strings.Repeat("я", 71), sms.EncodingAuto, 2, sms.CodingUCS2},
		{"134", strings.Repeat("я", 134), sms.EncodingAuto, 2, sms.CodingUCS2},
		{"135", strings.Repeat("я", 135), sms.EncodingAuto, 3, sms.CodingUCS2},
		{"35 pairs", strings.Repeat("😀", 35), sms.EncodingAuto, 1, sms.CodingUCS2},
		{"36 pairs", strings.Repeat("😀", 36), sms.EncodingAuto, 2, sms.CodingUCS2},
		{"66 pairs", strings.Repeat("😀", 66), sms.EncodingAuto, 2, sms.CodingUCS2}, // 33 to a segment, a unit is left
		{"67 pairs", strings.Repeat("😀", 67), sms.EncodingAuto, 3, sms.CodingUCS2},
		{"UCS-2 by wish", strings.Repeat("a", 71), sms.EncodingUCS2, 2, sms.CodingUCS2},
		{"one letter too many for gsm7", strings.Repeat("a", 160) + "ł", sms.EncodingAuto, 3, sms.CodingUCS2},
		{"255 of GSM", strings.Repeat("a", 255*153), sms.EncodingAuto, 255, sms.CodingGSM7},
		{"255 of UCS-2", strings.Repeat("я", 255*67), sms.EncodingAuto, 255, sms.CodingUCS2},
	} {
		n, coding, err := sms.Count(tc.text, tc.encoding)
		if err != nil || n != tc.segments || coding != tc.coding {
			t.Errorf("%s: got %d %s, %v; want %d %s", tc.name, n, coding, err, tc.segments, tc.coding)
		}
	}
}

func TestRefusals(t *testing.T) {
	for _, tc := range []struct {
		name  string
		m     sms.Message
		field string
		says  string
	}{
		{"a letter GSM lacks", sms.Message{Text: "Łódź", Encoding: sms.EncodingGSM7}, "text", `"Ł"`},
		{"256 of GSM", sms.Message{Text: strings.Repeat("a", 255*153+1)}, "text", "255"},
		{"256 because of escapes", sms.Message{Text: strings.Repeat("€", 255*76+1)}, "text", "256"},
		{"256 of UCS-2", sms.Message{Text: strings.Repeat("я", 255*67+1)}, "text", "255"},
		{"256 of data", sms.Message{Data: make([]byte, 255*134+1)}, "data", "255"},
		{"256 of data to a port", sms.Message{Data: make([]byte, 255*128+1), Port: 1}, "data", "255"},
		{"an encoding nobody knows", sms.Message{Text: "a", Encoding: "utf-8"}, "encoding", "utf-8"},
		{"both", sms.Message{Text: "a", Data: []byte{1}}, "data", "not both"},
	} {
		_, err := sms.Segments(&tc.m)
		var fault *sms.FieldError
		if !errors.As(err, &fault) || fault.Field != tc.field || !strings.Contains(fault.Text, tc.says) {
			t.Errorf("%s: got %v, want one about %s that says %q", tc.name, err, tc.field, tc.says)
		}
	}
}

func TestHeaders(t *testing.T) {
	for _, tc := range []struct {
		name string
		m    sms.Message
		want []string // headers
		size []int    // of user data
	}{
		{"one segment", sms.Message{Text: "a", Concat: 7}, []string{""}, []int{1}},
		{"low octet of the reference", sms.Message{Text: strings.Repeat("a", 200), Concat: 0x1234},
			[]string{"0003340201", "0003340202"}, []int{153, 47}},
		{"before acceptance", sms.Message{Text: strings.Repeat("a", 200)},
			[]string{"0003000201", "0003000202"}, []int{153, 47}},
		{"data", sms.Message{Data: make([]byte, 141)}, []string{"0003000201", "0003000202"}, []int{134, 7}},
		{"data that fits", sms.Message{Data: make([]byte, 140)}, []string{""}, []int{140}},
		{"data to a port", sms.Message{Data: make([]byte, 133), Port: 2948, SourcePort: 9200}, []string{"05040B8423F0"}, []int{133}},
		{"much data to a port", sms.Message{Data: make([]byte, 134), Port: 2948, SourcePort: 9200, Concat: 0xFF},
			[]string{"05040B8423F00003FF0201", "05040B8423F00003FF0202"}, []int{128, 6}},
		{"only a source port", sms.Message{Data: []byte{1}, SourcePort: 1}, []string{"050400000001"}, []int{1}},
		{"text to a port", sms.Message{Text: strings.Repeat("a", 152), Port: 16}, []string{"050400100000"}, []int{152}},
		{"nothing to a port", sms.Message{Port: 16}, []string{"050400100000"}, []int{0}},
	} {
		segments, err := sms.Segments(&tc.m)
		if err != nil || len(segments) != len(tc.want) {
			t.Errorf("%s: %d segments, %v; want %d", tc.name, len(segments), err, len(tc.want))
			continue
		}
		for i, s := range segments {
			if got := strings.ToUpper(hex.EncodeToString(s.UDH)); got != tc.want[i] || len(s.UD) != tc.size[i] {
				t.Errorf("%s: segment %d has header %s and %d of user data, want %s and %d", tc.name, i, got, len(s.UD), tc.want[i], tc.size[i])
			}
		}
	}
}

func TestReadHeader(t *testing.T) {
	for _, tc := range []struct {
		name, in string
		want     sms.Header
		whole    bool
	}{
		{"nothing", "", sms.Header{}, true},
		{"concatenation", "0003070302", sms.Header{Concat: sms.Concat{Ref: 7, Total: 3, Seq: 2}}, true},
		{"wide concatenation", "080412340302", sms.Header{Concat: sms.Concat{Ref: 0x1234, Wide: true, Total: 3, Seq: 2}}, true},
		{"the last counts", "00030701010003080202", sms.Header{Concat: sms.Concat{Ref: 8, Total: 2, Seq: 2}}, true},
		{"ports", "05040B8423F0", sms.Header{Port: 2948, SourcePort: 9200, HasPort: true}, true},
		{"small ports", "0402F0F1", sms.Header{Port: 0xF0, SourcePort: 0xF1, HasPort: true}, true},
		{"languages", "240101250106", sms.Header{Single: 1, Locking: 6}, true},
		{"strangers between", "70000A0300040100030702017F020000", sms.Header{Concat: sms.Concat{Ref: 7, Total: 2, Seq: 1}}, true},
		{"wrong length", "00020703000401020304" + "0504AABBCCDD", sms.Header{Port: 0xAABB, SourcePort: 0xCCDD, HasPort: true}, true},
		{"cut in an element", "0402F0F1000307", sms.Header{Port: 0xF0, SourcePort: 0xF1, HasPort: true}, false},
		{"voicemails wait", "01028003", sms.Header{Kind: sms.KindVoicemail, Waiting: 3}, true},
		{"voicemail counts before a fax", "0102000401020102", sms.Header{Kind: sms.KindVoicemail, Waiting: 4}, true},
		{"fax before voicemail", "0102010201020004", sms.Header{Kind: sms.KindVoicemail, Waiting: 4}, true},
		{"no voicemail waits any more", "01020004" + "01020000", sms.Header{Kind: sms.KindVoicemail}, true},
		{"a video waits", "01020F01", sms.Header{Kind: sms.KindOther, Waiting: 1}, true},
		{"cut after a name", "00", sms.Header{}, false},
	} {
		b, err := hex.DecodeString(tc.in)
		if err != nil {
			t.Fatal(err)
		}
		if got, whole := sms.ReadHeader(b); got != tc.want || whole != tc.whole {
			t.Errorf("%s: got %+v, whole %v; want %+v, %v", tc.name, got, whole, tc.want, tc.whole)
		}
	}
}

// received is what a phone makes of segments: the way back that Join needs.
func received(t interface{ Fatalf(string, ...any) }, segments []sms.Segment) []sms.Part {
	parts := make([]sms.Part, len(segments))
	for i, s := range segments {
		h, whole := sms.ReadHeader(s.UDH)
		if !whole {
			t.Fatalf("segment %d has a broken header % X", i, s.UDH)
		}
		p := sms.Part{Coding: s.Coding, Concat: h.Concat, Port: h.Port, SourcePort: h.SourcePort, HasPort: h.HasPort}
		if s.Coding == sms.CodingGSM7 {
			p.Text = sms.DecodeGSM7(s.UD, 0, 0)
		} else {
			p.Octets = s.UD
		}
		parts[i] = p
	}
	return parts
}

// checkSegments looks at what must hold of any message's segments.
func checkSegments(t interface{ Fatalf(string, ...any) }, segments []sms.Segment) {
	for i, s := range segments {
		head := len(s.UDH)
		if head > 0 {
			head++
		}
		size := head + len(s.UD)
		if s.Coding == sms.CodingGSM7 {
			size = ((head*8+6)/7*7 + len(s.UD)*7 + 7) / 8
		}
		if size > 140 {
			t.Fatalf("segment %d takes %d octets", i, size)
		}
		if len(segments) > 1 {
			h, _ := sms.ReadHeader(s.UDH)
			if h.Concat.Total != len(segments) || h.Concat.Seq != i+1 {
				t.Fatalf("segment %d of %d says it is %d of %d", i, len(segments), h.Concat.Seq, h.Concat.Total)
			}
		}
		switch {
		case s.Coding == sms.CodingGSM7 && bytes.HasSuffix(s.UD, []byte{0x1B}):
			t.Fatalf("segment %d ends in an escape", i)
		case s.Coding == sms.CodingUCS2 && strings.ContainsRune(sms.DecodeUCS2(s.UD), utf8.RuneError):
			t.Fatalf("segment %d holds half a pair", i)
		}
	}
}

func FuzzSegments(f *testing.F) {
	f.Add(strings.Repeat("€", 100), uint16(0), uint16(1))
	f.Add(strings.Repeat("😀", 100), uint16(5), uint16(300))
	f.Add("A\x1BeB\x00", uint16(0), uint16(0))
	f.Fuzz(func(t *testing.T, text string, port, concat uint16) {
		text = strings.ToValidUTF8(strings.ReplaceAll(text, "\uFFFD", "."), ".")
		m := &sms.Message{Text: text, Port: port, Concat: concat}
		segments, err := sms.Segments(m)
		if err != nil {
			if len(text) < sms.MaxSegments*60 {
				t.Fatalf("%d octets of text: %v", len(text), err)
			}
			return
		}
		checkSegments(t, segments)
		r := sms.Join(received(t, segments))
		if r.Text != sms.Clean(text) || r.Port != port || r.Incomplete {
			t.Fatalf("%q came back as %q, port %d, incomplete %v", text, r.Text, r.Port, r.Incomplete)
		}
	})
}

func TestSegmentsJoinAgain(t *testing.T) {
	letters := rapid.SliceOf(rapid.RuneFrom([]rune(strings.ReplaceAll(defaultAlphabet, "\x1B", "") + extension + extension)))
	any := rapid.SliceOf(rapid.OneOf(rapid.Just('😀'), rapid.RuneFrom([]rune("aя…𝄞"))))
	rapid.Check(t, func(t *rapid.T) {
		piece := string(rapid.OneOf(letters, any).Draw(t, "piece"))
		text := strings.Repeat(piece, rapid.IntRange(0, 12).Draw(t, "times"))
		m := &sms.Message{
			Text:       text,
			Encoding:   rapid.SampledFrom([]sms.Encoding{sms.EncodingAuto, sms.EncodingUCS2}).Draw(t, "encoding"),
			Concat:     rapid.Uint16().Draw(t, "concat"),
			Port:       rapid.Uint16().Draw(t, "port"),
			SourcePort: rapid.Uint16().Draw(t, "source port"),
		}
		if rapid.Bool().Draw(t, "data") {
			m.Text, m.Data = "", rapid.SliceOfN(rapid.Byte(), 1, 600).Draw(t, "octets")
		}
		segments, err := sms.Segments(m)
		if err != nil {
			t.Fatalf("%v", err)
		}
		checkSegments(t, segments)
		parts := rapid.Permutation(received(t, segments)).Draw(t, "order")
		parts = append(parts, parts[rapid.IntRange(0, len(parts)-1).Draw(t, "twice")])
		r := sms.Join(parts)
		if r.Text != m.Text || !bytes.Equal(r.Data, m.Data) || r.Incomplete || r.Parts != len(segments) {
			t.Fatalf("came back as %q, % X, %d parts, incomplete %v", r.Text, r.Data, r.Parts, r.Incomplete)
		}
		if r.Port != m.Port || r.SourcePort != m.SourcePort {
			t.Fatalf("ports came back as %d, %d", r.Port, r.SourcePort)
		}
	})
}

package sms_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pigeon-sms/pigeon/sms"
)

// extension is the table of 3GPP TS 23.038 §6.2.1.1.
const extension = "\f^{}\\[~]|€"

// defaultAlphabet is the table of 3GPP TS 23.038 §6.2.1, column by column.
const defaultAlphabet = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
	"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"

func TestDefaultAlphabetBothWays(t *testing.T) {
	want := byte(0)
	for _, r := range defaultAlphabet {
		if r != 0x1B {
			s, err := sms.Segments(&sms.Message{Text: string(r), Encoding: sms.EncodingGSM7})
			if err != nil {
				t.Errorf("%q: %v", r, err)
			} else if got := s[0].UD; len(got) != 1 || got[0] != want {
				t.Errorf("%q is % X, want %02X", r, got, want)
			}
			if got := sms.DecodeGSM7([]byte{want}, 0, 0); got != string(r) {
				t.Errorf("%02X reads %q, want %q", want, got, r)
			}
		}
		want++
	}
	if want != 128 {
		t.Fatalf("the table of this test has %d places, want 128", want)
	}
}

func TestExtensionBothWays(t *testing.T) {
	places := []byte{0x0A, 0x14, 0x28, 0x29, 0x2F, 0x3C, 0x3D, 0x3E, 0x40, 0x65}
	for i, r := range []rune(extension) {
		s, err := sms.Segments(&sms.Message{Text: string(r), Encoding: sms.EncodingGSM7})
		if err != nil {
			t.Fatal(err)
		}
		if want := string([]byte{0x1B, places[i]}); string(s[0].UD) != want {
			t.Errorf("%q is % X, want % X", r, s[0].UD, want)
		}
		if got := sms.DecodeGSM7([]byte{0x1B, places[i]}, 0, 0); got != string(r) {
			t.Errorf("1B %02X reads %q, want %q", places[i], got, r)
		}
	}
}

func TestDecodeGSM7(t *testing.T) {
	for _, tc := range []struct {
		name, septets   string
		locking, single byte
		want            string
	}{
		{"nothing", "", 0, 0, ""},
		{"escape at the end", "a\x1B", 0, 0, "a "},
		{"escape of an escape", "a\x1B\x1Bb", 0, 0, "a b"},
		{"escape of what the extension lacks", "\x1BA", 0, 0, "A"},
		{"language nobody has", "a\x1B\x65", 14, 99, "a€"},
		{"language 255", "a\x1B\x65", 255, 255, "a€"},

		{"Turkish locking", "\x1C\x1D\x0B\x0C\x07\x40\x60\x04", 1, 0, "ŞşĞğıİç€"},
		{"Turkish single", "\x1B\x53\x1B\x73\x1B\x47\x1B\x67\x1B\x69\x1B\x49\x1B\x63", 0, 1, "ŞşĞğıİç"},
		{"Turkish single does not lock", "\x1B\x73s\x1C", 0, 1, "şsÆ"},
		{"Turkish locking with the default extension", "\x1C\x1B\x3C", 1, 0, "Ş["},
		{"Spanish single", "\x1B\x41\x1B\x61\x1B\x49\x1B\x69\x1B\x4F\x1B\x6F\x1B\x55\x1B\x75\x1B\x09", 0, 2, "ÁáÍíÓóÚúç"},
		{"Spanish has no locking table", "\x09\x7D", 2, 0, "Çñ"},
		{"Portuguese locking", "\x04\x06\x07\x08\x09\x0B\x0C\x0E\x0F\x12\x5B\x5C\x7B\x7C", 3, 0, "êúíóçÔôÁáªÃÕãõ"},
		{"Portuguese single", "\x1B\x05\x1B\x09\x1B\x41\x1B\x5B\x1B\x7C\x1B\x61\x1B\x7F", 0, 3, "êçÀÃõÂâ"},
		{"Portuguese single, E with circumflex", "\x1B\x1F", 0, 3, "Ê"},

		{"Bengali", "\x00\x03\x15\x7F", 4, 0, "\u0981\u0985\u0995\u09F1"},
		{"Gujarati", "\x01\x03\x15", 5, 0, "\u0A82\u0A85\u0A95"},
		{"Hindi", "\x15\x50\x4D\x5F", 6, 0, "\u0915\u093E\u0939\u094D"},
		{"Hindi signs", "\x00\x01\x02", 6, 0, "\u0901\u0902\u0903"},
		{"Hindi single", "\x1B\x1C\x1B\x25\x1B\x41", 0, 6, "\u0966\u096FA"},
		{"Kannada", "\x01\x03\x15", 7, 0, "\u0C82\u0C85\u0C95"},
		{"Malayalam", "\x01\x03\x15", 8, 0, "\u0D02\u0D05\u0D15"},
		{"Oriya", "\x01\x03\x15", 9, 0, "\u0B02\u0B05\u0B15"},
		{"Punjabi", "\x01\x03\x15", 10, 0, "\u0A02\u0A05\u0A15"},
		{"Tamil", "\x01\x03\x15", 11, 0, "\u0B82\u0B85\u0B95"},
		{"Telugu", "\x01\x03\x15", 12, 0, "\u0C02\u0C05\u0C15"},
		{"Urdu", "\x00\x02\x05\x45", 13, 0, "\u0627\u0628\u067E\u0641"},
		{"Urdu digits", "\x1B\x1C\x1B\x25", 13, 13, "\u06F0\u06F9"},
		{"a place no Tamil letter has", "\x16", 11, 0, " "},
		{"Latin letters in an Indian table", "abc\x1B\x41", 6, 6, "abcA"},
	} {
		if got := sms.DecodeGSM7([]byte(tc.septets), tc.locking, tc.single); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
}

// Every table must read every septet, alone and escaped, as something printable
// or a line break.
func TestNationalTablesAreWhole(t *testing.T) {
	for n := range byte(14) {
		for s := range byte(128) {
			for _, septets := range [][]byte{{s}, {0x1B, s}} {
				got := sms.DecodeGSM7(septets, n, n)
				if utf8.RuneCountInString(got) != 1 || got != sms.Clean(got) || strings.Contains(got, "\uFFFD") {
					t.Errorf("language %d: % X reads %q", n, septets, got)
				}
			}
		}
	}
}

func TestDecodeUCS2(t *testing.T) {
	for _, tc := range []struct{ name, octets, want string }{
		{"nothing", "", ""},
		{"Cyrillic", "\x04\x1F\x04\x40", "Пр"},
		{"surrogate pair", "\xD8\x3D\xDE\x00", "😀"},
		{"odd", "\x00A\x00", "A"},
		{"one octet", "\x00", ""},
		{"high half at the end", "\x00A\xD8\x3D", "A\uFFFD"},
		{"high half before a letter", "\xD8\x3D\x00A", "\uFFFDA"},
		{"low half alone", "\xDE\x00\x00A", "\uFFFDA"},
	} {
		if got := sms.DecodeUCS2([]byte(tc.octets)); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestCleanLeavesOnlyWhatCanBeSent(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{"two\r\nlines\nand a page\f", "two\r\nlines\nand a page\f"},
		{"A\x1BeB", "A eB"},
		{"nul\x00tab\tdel\x7Fnel\u0085", "nul tab del nel "},
		{"ünïcödé 😀", "ünïcödé 😀"},
	} {
		if got := sms.Clean(tc.in); got != tc.want {
			t.Errorf("Clean(%q) = %q, want %q", tc.in, got, tc.want)
		}
	}
}

func FuzzDecodeGSM7(f *testing.F) {
	f.Add([]byte("Hello\x1B\x65"), byte(0), byte(0))
	f.Add([]byte("\x1B\x1B\x1B"), byte(6), byte(13))
	f.Fuzz(func(t *testing.T, septets []byte, locking, single byte) {
		for i := range septets {
			septets[i] &= 0x7F
		}
		got := sms.DecodeGSM7(septets, locking, single)
		if !utf8.ValidString(got) {
			t.Errorf("% X reads %q, which is not UTF-8", septets, got)
		}
		if n := utf8.RuneCountInString(got); n > len(septets) || n < len(septets)/2 {
			t.Errorf("% X, %d septets, reads %d characters", septets, len(septets), n)
		}
	})
}

func FuzzDecodeUCS2(f *testing.F) {
	f.Add([]byte("\xD8\x3D\x00A"))
	f.Add([]byte("\x04\x1F\x04"))
	f.Fuzz(func(t *testing.T, octets []byte) {
		got := sms.DecodeUCS2(octets)
		if !utf8.ValidString(got) {
			t.Errorf("% X reads %q, which is not UTF-8", octets, got)
		}
		if n := utf8.RuneCountInString(got); n > len(octets)/2 || n < len(octets)/4 {
			t.Errorf("% X reads %d characters", octets, n)
		}
	})
}

package sms_test

import (
	"testing"
	"unicode/utf8"

	"github.com/pigeon-sms/pigeon/sms"
)

func TestASCIIKeepsToGSM7(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{"plain, with € and é", "plain, with € and é"},
		{"“Don’t” – said… no—one", `"Don't" - said... no-one`},
		{"a\u00a0b\u2003c\u202fd", "a b c d"},
		{"Żółć Čeština Đorđe Ștefan", "Zolc Cestina Dorde Stefan"},
		{"ça Œuvre œuf Straẞe Åse \u212b", "ca OEuvre oeuf Straße Åse Å"},
		{"Nguyễn Thị Ðức", "Nguyen Thi Duc"},
		{"ΑΒΓΔ", "ABΓΔ"},
		{"e\u0301te\u0301 soft\u00adhy\u200bphen\ufeff", "ete softhyphen"},
		{"ＦＵＬＬ｀！", "FULL'!"},
		{"`code`", "'code'"},
		{"日本 😀", "?? ?"},
		{"½ × 2 ≤ 1 ± ™", "1/2 x 2 <= 1 +/- TM"},
		{"line\u2028two\tthree", "line\ntwo three"},
	} {
		s, err := sms.Segments(&sms.Message{Text: tc.in, Encoding: sms.EncodingASCII})
		if err != nil {
			t.Errorf("%q: %v", tc.in, err)
			continue
		}
		if s[0].Coding != sms.CodingGSM7 {
			t.Errorf("%q is sent as %s, want gsm7", tc.in, s[0].Coding)
		}
		if got := sms.DecodeGSM7(s[0].UD, 0, 0); got != tc.want {
			t.Errorf("%q is sent as %q, want %q", tc.in, got, tc.want)
		}
	}
}

// Whatever is asked for, ascii must find letters of the alphabet for it.
func TestASCIINeverFails(t *testing.T) {
	for r := rune(0); r <= 0x3_0000; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		if _, coding, err := sms.Count(string(r), sms.EncodingASCII); err != nil || coding != sms.CodingGSM7 {
			t.Fatalf("%U: %s, %v", r, coding, err)
		}
	}
}

// What GSM 7-bit can say, ascii leaves alone.
func TestASCIIChangesNothingItNeedNot(t *testing.T) {
	for _, r := range defaultAlphabet + extension {
		if r == 0x1B {
			continue
		}
		as, err := sms.Segments(&sms.Message{Text: string(r), Encoding: sms.EncodingASCII})
		if err != nil {
			t.Fatal(err)
		}
		if got := sms.DecodeGSM7(as[0].UD, 0, 0); got != string(r) {
			t.Errorf("%q became %q", r, got)
		}
	}
}

package sms_test

import (
	"strings"
	"testing"

	"github.com/pigeon-sms/pigeon/sms"
)

// land returns a country by its calling code or name; "" is no country.
func land(t testing.TB, code string) sms.Country {
	t.Helper()
	if code == "" {
		return sms.Country{}
	}
	c, ok := sms.CountryOf(code)
	if !ok {
		t.Fatalf("no country %q", code)
	}
	return c
}

func TestNumberIsReadAsPeopleWriteIt(t *testing.T) {
	for _, tc := range []struct{ in, home, want string }{
		// International, whatever the home.
		{"+44 7700 900123", "", "+447700900123"},
		{" +44-7700.900/123 ", "", "+447700900123"},
		{"＋44 7700 900123", "", "+447700900123"},
		{"\u202a+44\u00a07700\u2011900123\u202c", "", "+447700900123"},
		{"+44 (0)7700 900123", "", "+447700900123"},
		{"+44(0)7700900123", "49", "+447700900123"},
		{"0044 (0)7700 900123", "49", "+447700900123"},
		{"+39 (0)6 1234 5678", "", "+390612345678"},
		{"+1 (212) 555-0123", "", "+12125550123"},
		{"+44 (020) 7946 0000", "", "+4402079460000"},
		{"+6834123", "", "+6834123"},
		// Exit codes.
		{"00447700900123", "", "+447700900123"},
		{"00447700900123", "44", "+447700900123"},
		{"00447700900123", "1", "+447700900123"},
		{"011447700900123", "1", "+447700900123"},
		{"011447700900123", "", "011447700900123"},
		{"810447700900123", "7", "+447700900123"},
		{"0011447700900123", "61", "+447700900123"},
		{"001447700900123", "852", "+447700900123"},
		{"010447700900123", "81", "+447700900123"},
		{"00123456", "", "00123456"},
		{"00123456", "44", "00123456"},
		// National, home not known: the network reads it.
		{"07700 900123", "", "07700900123"},
		{"7700900123", "", "7700900123"},
		// National with the trunk prefix.
		{"07700 900123", "44", "+447700900123"},
		{"(020) 7946 0000", "44", "+442079460000"},
		{"0171 1234567", "49", "+491711234567"},
		{"06 30 123 4567", "36", "+36301234567"},
		{"8 (916) 123-45-67", "7", "+79161234567"},
		{"80 29 123 45 67", "375", "+375291234567"},
		{"1 212 555 0123", "1", "+12125550123"},
		{"09876543210", "91", "+919876543210"},
		// National where there is none, or it may be left out.
		{"212 555 0123", "1", "+12125550123"},
		{"612 345 678", "34", "+34612345678"},
		{"06 1234 5678", "39", "+390612345678"},
		{"333 1234567", "39", "+393331234567"},
		{"393 1234567", "39", "+393931234567"},
		{"07 01 02 03 04", "225", "+2250701020304"},
		{"9876543210", "91", "+919876543210"},
		{"13800138000", "86", "+8613800138000"},
		// The plus forgotten.
		{"447700900123", "44", "+447700900123"},
		{"4512345678", "45", "+4512345678"},
		{"919876543210", "91", "+919876543210"},
		{"79161234567", "7", "+79161234567"},
		{"393331234567", "39", "+393331234567"},
		// Not certain: as it stands.
		{"7700900123", "44", "7700900123"},
		{"900 1234", "44", "9001234"},
		{"555 0123", "1", "5550123"},
		{"0123456789", "1", "0123456789"},
		{"011 15 1234 5678", "54", "0111512345678"},
		{"4412345", "44", "4412345"},
		// Codes.
		{"123", "44", "123"},
		{"86 555", "44", "86555"},
		{"0800", "44", "0800"},
		{"100100", "34", "100100"},
		{"*100#", "44", "*100#"},
		{"*#06#", "", "*#06#"},
		{"8#", "", "8#"},
	} {
		got, err := sms.ParseNumber(tc.in, land(t, tc.home))
		if err != nil {
			t.Errorf("ParseNumber(%q, %s): %v", tc.in, tc.home, err)
		} else if string(got) != tc.want {
			t.Errorf("ParseNumber(%q, %s) = %q, want %q", tc.in, tc.home, got, tc.want)
		}
	}
}

func TestBadNumberIsRefusedWithASentence(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{"", "is empty"},
		{" - ", "is empty"},
		{"+", "has no digits"},
		{"12", "too short: even a short code"},
		{"+12345", "at least 7 digits"},
		{"+1234567890123456", "at most 15 digits"},
		{"001234567890123456", "at most 15 digits"},
		{"123456789012345678901", "at most 20 digits"},
		{"+0447700900123", "has a 0 after the plus"},
		{"44+7700900123", "plus that is not at its beginning"},
		{"++447700900123", "plus that is not at its beginning"},
		{"INFO", `has a letter, "I"`},
		{"+447700900123x5", `has a letter, "x"`},
		{"+447700900123,+447700900124", `has ","`},
		{"+447700\x00900123", `has "\x00"`},
		{"+44770090012\xff", "not UTF-8"},
		{"+*100#", "neither a number nor a code"},
		{"*" + strings.Repeat("1", 20), "neither a number nor a code"},
		{strings.Repeat(" ", 200), "too long for a number"},
	} {
		got, err := sms.ParseNumber(tc.in, land(t, "44"))
		wantField(t, err, "to", tc.want)
		if got != "" {
			t.Errorf("ParseNumber(%q) = %q beside its error, want nothing", tc.in, got)
		}
	}
}

func TestWritingsOfOneNumberAreTheSame(t *testing.T) {
	for _, tc := range []struct {
		a, b sms.Number
		want bool
	}{
		{"+447700900123", "+447700900123", true},
		{"+447700900123", "07700900123", true},
		{"+447700900123", "447700900123", true},
		{"+447700900123", "00447700900123", true},
		{"+447700900123", "011447700900123", true},
		{"+447700900123", "7700900123", true},
		{"+447700900123", "+07700900123", true},
		{"+447700900123", "99447700900123", true},
		{"+447700900123", "07700900123#", true},
		{"+36301234567", "06301234567", true},
		{"+79161234567", "89161234567", true},
		{"+375291234567", "80291234567", true},
		{"+447700900123", "+447700900124", false},
		{"+491711234567", "06301234567", false},
		{"+442071234567", "08001234567", false},
		{"+36301234567", "07301234568", false},
		{"12345", "12345", true},
		{"12345", "2345", false},
		{"+447700912345", "12345", false},
		{"INFO", "INFO", true},
		{"INFO1234567", "1234567", false},
		{"", "", true},
		{"", "+447700900123", false},
	} {
		if got := sms.SameNumber(tc.a, tc.b); got != tc.want {
			t.Errorf("SameNumber(%q, %q) = %v, want %v", tc.a, tc.b, got, tc.want)
		}
		if got := sms.SameNumber(tc.b, tc.a); got != tc.want {
			t.Errorf("SameNumber(%q, %q) = %v, want %v", tc.b, tc.a, got, tc.want)
		}
	}
}

func TestShortHidesTheMiddle(t *testing.T) {
	for n, want := range map[sms.Number]string{
		"+447700900123": "+4477…123",
		"07700900123":   "07700…123",
		"+6834123":      "+6…23",
		"12345":         "12345",
		"":              "",
		"Möbelhaus AG":  "Möbel… AG",
	} {
		if got := n.Short(); got != want {
			t.Errorf("Number(%q).Short() = %q, want %q", n, got, want)
		}
	}
	if sms.Number("07700900123").International() || !sms.Number("+447700900123").International() {
		t.Error("International does not follow the plus")
	}
}

func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"+44 (0)7700 900123", "07700900123", "00447700900123", "*100#", "12345", "INFO", "(0)", "+(0)", "\u202a+1", "00", "01"} {
		for _, home := range []string{"", "GB", "US", "IT", "RU", "HU"} {
			f.Add(s, home)
		}
	}
	f.Fuzz(func(t *testing.T, s, code string) {
		home, _ := sms.CountryOf(code)
		n, err := sms.ParseNumber(s, home)
		if err != nil {
			if n != "" {
				t.Fatalf("ParseNumber(%q) = %q beside %v", s, n, err)
			}
			return
		}
		digits := strings.TrimPrefix(string(n), "+")
		if digits == "" || len(digits) > 20 || strings.Trim(digits, "0123456789*#") != "" {
			t.Fatalf("ParseNumber(%q) = %q, which cannot be dialled", s, n)
		}
		if n.International() && (len(digits) < 7 || len(digits) > 15 || digits[0] == '0') {
			t.Fatalf("ParseNumber(%q) = %q, which is not E.164", s, n)
		}
		if again, err := sms.ParseNumber(string(n), sms.Country{}); err != nil || again != n && !again.International() {
			t.Fatalf("ParseNumber(%q) = %q, %v: not what it was read from", n, again, err)
		}
		if !sms.SameNumber(n, n) {
			t.Fatalf("%q is not the same as itself", n)
		}
	})
}

package modem

import (
	"errors"
	"math"
	"regexp"
	"testing"
)

func TestBalanceIsRead(t *testing.T) {
	for _, tc := range []struct {
		text, pattern string
		want          float64
		err           error
	}{
		{text: "Your balance is 12.34 GBP.", want: 12.34},
		{text: "Saldo: 5,00 EUR", want: 5},
		{text: "Guthaben 1.234,56 EUR", want: 1234.56},
		{text: "Credit £1,234.56", want: 1234.56},
		{text: "Rs 12,34,567.50 left", want: 1234567.5},
		{text: "CHF 1'234.50", want: 1234.5},
		{text: "1.234.567 Rp", want: 1234567},
		{text: "10.000", want: 10}, // one mark alone is the decimal one
		{text: "KWD 1.234", want: 1.234},
		{text: "-0.50 GBP", want: -0.5},
		{text: "Баланс: −3,20 р.", want: -3.2},
		{text: "Баланс 150р", want: 150},
		{text: "余额100.5元", want: 100.5},
		{text: "1 Balance\n2 Number", want: 1}, // a pattern is needed here
		{text: "Main balance\n7.10", want: 7.1},
		{text: "As of 01.12.2026: 5.00", err: errBadNumber},
		{text: "As of 01.12.2026: 5.00", pattern: `: ([0-9.]+)`, want: 5},
		{text: "You have 2 SMS and 3.5 EUR", pattern: `([0-9.]+) EUR`, want: 3.5},
		{text: "Balance 1 234,50 Kč", pattern: `([0-9 ]+,[0-9]+)`, want: 1234.5},
		{text: "Balance 1\u00a0234,50 Kč", pattern: `([0-9\x{a0}]+,[0-9]+)`, want: 1234.5},
		{text: "12.34", pattern: `(-?[0-9]+([.,][0-9]+)?)`, want: 12.34},
		{text: "Thank you", err: errNoNumber},
		{text: "", err: errNoNumber},
		{text: "none: 5", pattern: `(x)?: [0-9]`, err: errNoNumber},
		{text: "due soon", pattern: `(s..n)`, err: errBadNumber},
		{text: "12345678901234567890", err: errBadNumber},
		{text: "1,23,45", err: errBadNumber},
		{text: "1234,567.00", err: errBadNumber},
		{text: "1.234'567,00", err: errBadNumber},
		{text: "x", pattern: "(x?)y?$", err: errBadNumber},
	} {
		var pattern *regexp.Regexp
		if tc.pattern != "" {
			pattern = regexp.MustCompile(tc.pattern)
		}
		got, err := readBalance(tc.text, pattern)
		if got != tc.want || !errors.Is(err, tc.err) {
			t.Errorf("%q by %q: got %v, %v, want %v, %v", tc.text, tc.pattern, got, err, tc.want, tc.err)
		}
	}
}

// FuzzBalance looks for a reply that panics, or reads as what no SIM can hold.
func FuzzBalance(f *testing.F) {
	for _, s := range []string{"Your balance is 12.34 GBP.", "1.234,56", "−3,20", "12,34,567.5", "1'2", "..", "-", "1e5", "\u202f1"} {
		f.Add(s)
	}
	all := regexp.MustCompile(`(?s)(.*)`)
	f.Fuzz(func(t *testing.T, text string) {
		for _, pattern := range []*regexp.Regexp{nil, all} {
			amount, err := readBalance(text, pattern)
			if math.IsNaN(amount) || math.Abs(amount) >= 1e15 || err != nil && amount != 0 {
				t.Errorf("%q: got %v, %v", text, amount, err)
			}
		}
	})
}

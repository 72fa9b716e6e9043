package sms

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Number is a telephone number or, for what comes in, whatever stood in its
// place. It is one of
//
//	+447700900123   international, E.164, with its plus
//	07700900123     national, as the SIM's own network reads it
//	12345, *100#    a short code, sent as it stands
//	INFO            an alphanumeric sender; received only
type Number string

const (
	minE164   = 7  // digits after the plus: the shortest in use (Niue, +683 and four)
	maxE164   = 15 // digits after the plus, ITU-T E.164 §6.2.1
	maxDialed = 20 // digits of an address, 3GPP TS 23.040 §9.1.2.5
	minShort  = 3  // digits of a short code
	maxShort  = 6
	minOwn    = 7 // digits two writings of one number share at least
)

// ParseNumber reads a number as people write it, and makes it international
// where that is certain:
//
//   - spaces, dots, dashes, slashes and brackets are dropped, and so is the
//     (0) of +44 (0)7700 900123, except where the country keeps its zero;
//   - 3 to 6 digits are a short code, and what holds * or # is a code; both
//     stay as they are;
//   - the exit code of home, or 00 anywhere, becomes the plus when a whole
//     number follows it;
//   - with home known, a national number gets home's calling code in place of
//     its trunk prefix. So does one without the prefix, where home's numbers
//     have a known length; and where they begin with the calling code instead,
//     the plus was forgotten;
//   - any other number stays as it is, for the SIM's own network to read.
//
// The error is a *FieldError on "to".
func ParseNumber(s string, home Country) (Number, error) {
	n, err := dialable(dropBracketedZero(s))
	if err != nil {
		return "", err
	}
	digits := strings.TrimPrefix(n, "+")
	switch {
	case strings.ContainsAny(n, "*#"):
		if n[0] == '+' || len(n) > maxDialed {
			return "", badNumber("is neither a number nor a code such as *100#")
		}
		return Number(n), nil
	case digits == "":
		return "", badNumber("has no digits")
	case n[0] != '+' && len(digits) < minShort:
		return "", badNumber("is too short: even a short code has 3 digits")
	case n[0] != '+' && len(digits) <= maxShort:
		return Number(n), nil
	}
	if n[0] != '+' {
		n = home.international(n)
	}
	if n[0] != '+' {
		if len(n) > maxDialed {
			return "", badNumber("is too long: an address has at most 20 digits")
		}
		return Number(n), nil
	}
	digits = n[1:]
	switch {
	case digits[0] == '0':
		return "", badNumber("has a 0 after the plus, where a country's calling code stands")
	case len(digits) < minE164:
		return "", badNumber("is too short: at least 7 digits follow the plus")
	case len(digits) > maxE164:
		return "", badNumber("is too long: at most 15 digits follow the plus")
	}
	return Number("+" + digits), nil
}

// dropBracketedZero takes the trunk prefix out of +44 (0)7700 900123. What
// stands before it must be a calling code, of a country that has such a prefix.
func dropBracketedZero(s string) string {
	before, after, ok := strings.Cut(s, "(0)")
	if !ok {
		return s
	}
	code := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, before)
	code = strings.TrimPrefix(code, "00")
	if _, known := CountryOf(code); !known || slices.Contains(zeroKept, code) {
		return s
	}
	return before + after
}

// dialable drops what people put between digits.
func dialable(s string) (string, error) {
	if len(s) > 128 {
		return "", badNumber("is too long for a number")
	}
	if !utf8.ValidString(s) {
		return "", badNumber("is not UTF-8")
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9', r == '*', r == '#':
			b.WriteRune(r)
		case r == '+' || r == '＋':
			if b.Len() > 0 {
				return "", badNumber("has a plus that is not at its beginning")
			}
			b.WriteByte('+')
		case strings.ContainsRune("./()−\t", r), unicode.In(r, unicode.Zs, unicode.Pd, unicode.Cf):
			// Cf are the invisible marks that come along from address books.
		case unicode.IsLetter(r):
			return "", badNumber("has a letter, " + quote(string(r)) + ": a message goes to a number, not to a name")
		default:
			return "", badNumber("has " + quote(string(r)) + ", which is no part of a number")
		}
	}
	if b.Len() == 0 {
		return "", badNumber("is empty")
	}
	return b.String(), nil
}

func badNumber(text string) error { return &FieldError{Field: "to", Text: text} }

// International reports whether n is written with its calling code.
func (n Number) International() bool { return strings.HasPrefix(string(n), "+") }

// Short returns n with its middle hidden, for logs: +4477…123. A short code is
// nobody's own, and stands whole.
func (n Number) Short() string {
	r := []rune(n)
	switch {
	case len(r) <= maxShort:
		return string(n)
	case len(r) < 10:
		return string(r[:2]) + "…" + string(r[len(r)-2:])
	}
	return string(r[:5]) + "…" + string(r[len(r)-3:])
}

// SameNumber reports whether a and b are writings of one number: equal, or
// national and international, with or without a prefix that a network has put
// before it. Numbers too short to tell by are the same only when equal.
func SameNumber(a, b Number) bool {
	if a == b {
		return true
	}
	x, okX := significant(a)
	y, okY := significant(b)
	if !okX || !okY {
		return false
	}
	return sameEnd(x, y) || dialedAs(a, b) || dialedAs(b, a)
}

// significant returns the digits of n without leading zeros. A number with a
// letter in it has none.
func significant(n Number) (string, bool) {
	digits := make([]byte, 0, maxDialed)
	for _, c := range []byte(n) {
		switch {
		case c >= '0' && c <= '9':
			digits = append(digits, c)
		case c != '+' && c != '*' && c != '#':
			return "", false
		}
	}
	return strings.TrimLeft(string(digits), "0"), true
}

// dialedAs reports whether national is how a country whose trunk prefix is not
// a plain zero dials full: the 8 of Russia, the 06 of Hungary.
func dialedAs(national, full Number) bool {
	if national.International() || !full.International() {
		return false
	}
	return slices.ContainsFunc(countries, func(c Country) bool {
		rest, ok := strings.CutPrefix(string(national), c.Trunk)
		return ok && len(c.Trunk) > 0 && c.Trunk != "0" && string(full[1:]) == c.Code+rest
	})
}

func sameEnd(x, y string) bool {
	if len(x) > len(y) {
		x, y = y, x
	}
	return len(x) >= minOwn && strings.HasSuffix(y, x)
}

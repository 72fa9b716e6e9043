package sms

import (
	"slices"
	"strings"
)

// A Country is how one country's telephone numbers are dialled. Its zero value
// stands for a country that is not known.
type Country struct {
	ISO   string // ISO 3166-1 alpha-2: "GB"
	Code  string // the calling code, ITU-T E.164: "44"
	Trunk string // dialled before a national number and left out abroad: "0"; empty where there is none
	Exit  string // dialled before a calling code: "00"
	// Least and Most are how many digits a national number has, where numbers
	// are dialled without a trunk prefix too; 0 where that is not settled.
	Least, Most int
	MCC         []string // mobile country codes, ITU-T E.212
}

// CountryOf finds a country by its calling code ("44", "+44") or its ISO name
// ("GB"). Of several countries with one calling code it is the largest.
func CountryOf(code string) (Country, bool) {
	code = strings.ToUpper(strings.TrimPrefix(strings.TrimSpace(code), "+"))
	if code == "UK" {
		code = "GB"
	}
	return country(func(c Country) bool { return c.Code == code || c.ISO == code })
}

// CountryOfIMSI finds the country of a SIM by the first three digits of its
// IMSI, the mobile country code.
func CountryOfIMSI(imsi string) (Country, bool) {
	if len(imsi) < 3 {
		return Country{}, false
	}
	return country(func(c Country) bool { return slices.Contains(c.MCC, imsi[:3]) })
}

func country(is func(Country) bool) (Country, bool) {
	i := slices.IndexFunc(countries, is)
	if i < 0 {
		return Country{}, false
	}
	c := countries[i]
	c.MCC = slices.Clone(c.MCC)
	return c, true
}

// international writes digits dialled in c with plus and calling code, or
// returns them as they are where that is not certain.
func (c Country) international(digits string) string {
	for _, exit := range []string{c.Exit, "00"} {
		rest, ok := strings.CutPrefix(digits, exit)
		// Nine digits: what is shorter may as well be a national number.
		if exit != "" && ok && len(rest) >= 9 && rest[0] != '0' {
			return "+" + rest
		}
	}
	if c.Code == "" {
		return digits
	}
	if rest, ok := strings.CutPrefix(digits, c.Trunk); ok && c.Trunk != "" && c.national(rest) && rest[0] != '0' {
		return "+" + c.Code + rest
	}
	if c.Most > 0 && c.national(digits) && (digits[0] != '0' || slices.Contains(zeroKept, c.Code)) {
		return "+" + c.Code + digits
	}
	if rest, ok := strings.CutPrefix(digits, c.Code); ok && c.national(rest) && (c.Most > 0 || len(rest) >= 8) {
		return "+" + digits
	}
	return digits
}

// national reports whether digits may be a national number of c, without its
// trunk prefix.
func (c Country) national(digits string) bool {
	if c.Most > 0 {
		return len(digits) >= c.Least && len(digits) <= c.Most
	}
	return len(digits) >= 6 && len(digits) <= maxE164-len(c.Code)
}

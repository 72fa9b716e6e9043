package modem

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
)

// firstNumber finds the first number of a text with what parts its digits.
var firstNumber = regexp.MustCompile(`([-−]?[0-9]+(?:[.,'’][0-9]+)*)`)

var (
	errNoNumber  = errors.New("no number is found in the network's reply")
	errBadNumber = errors.New("what is found in the network's reply is no number")
)

// readBalance reads the amount in a network's reply: the first group of
// pattern where it matches first, or the first number there is for nil.
func readBalance(text string, pattern *regexp.Regexp) (float64, error) {
	if pattern == nil {
		pattern = firstNumber
	}
	m := pattern.FindStringSubmatch(text)
	if len(m) < 2 || m[1] == "" {
		return 0, errNoNumber
	}
	return readAmount(m[1])
}

// wholeNumber is the digits before the decimal mark: bare, or in groups of
// three with one kind of mark between them. India writes 12,34,567.
var wholeNumber = regexp.MustCompile(`^(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{2,3})*,[0-9]{3}|[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+)$`)

// readAmount reads a number with a decimal comma or point. Where both stand,
// or one of them twice, those before the last kind part thousands: "1.234,50".
// One alone is the decimal one, "1.234" a little more than one: a balance that
// is taken for too low is noticed. Spaces and apostrophes part thousands too.
func readAmount(s string) (float64, error) {
	const digitsMost = 15 // which a float64 holds
	s = strings.TrimSpace(strings.NewReplacer("−", "-", "\u00a0", " ", "\u202f", " ", "'", " ", "’", " ").Replace(s))
	s, negative := strings.CutPrefix(s, "-")
	whole, fraction := strings.TrimSpace(s), "0"
	if i := strings.LastIndexAny(whole, ".,"); i >= 0 && strings.Count(whole, whole[i:i+1]) == 1 {
		whole, fraction = whole[:i], whole[i+1:]
	}
	digits := strings.NewReplacer(" ", "", ".", "", ",", "").Replace(whole)
	if !wholeNumber.MatchString(whole) || strings.Trim(fraction, "0123456789") != "" || len(digits+fraction) > digitsMost {
		return 0, errBadNumber
	}
	if negative {
		digits = "-" + digits
	}
	return strconv.ParseFloat(digits+"."+fraction, 64)
}

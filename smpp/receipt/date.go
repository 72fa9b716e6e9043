package receipt

import "time"

// The forms of a date. Those of one length are tried in this order.
const (
	minutes        = "0601021504"
	seconds        = "060102150405"
	century        = "200601021504"
	centurySeconds = "20060102150405"
)

// ParseDate reads a date of a receipt as one at the place of the message centre,
// with or without seconds and century. Where 12 digits can be both, the one
// nearer to now counts. Zeros, and what is no date, are none.
func ParseDate(b []byte, place *time.Location, now time.Time) (time.Time, bool) {
	if len(b) > len(centurySeconds) {
		return time.Time{}, false
	}
	s := string(b)
	switch len(s) {
	case len(minutes):
		return parse(minutes, s, place)
	case len(centurySeconds):
		return parse(centurySeconds, s, place)
	case len(seconds):
		short, okShort := parse(seconds, s, place)
		long, okLong := parse(century, s, place)
		if okLong && (!okShort || now.Sub(long).Abs() < now.Sub(short).Abs()) {
			return long, true
		}
		return short, okShort
	}
	return time.Time{}, false
}

func parse(form, s string, place *time.Location) (time.Time, bool) {
	t, err := time.ParseInLocation(form, s, place)
	return t, err == nil
}

// AppendDate appends t as a receipt writes it: YYMMDDhhmm, at t's place.
func AppendDate(b []byte, t time.Time) []byte { return t.AppendFormat(b, minutes) }

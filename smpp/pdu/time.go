package pdu

import (
	"errors"
	"time"
)

// timeLength is the length of YYMMDDhhmmsstnnp, without its NUL (3.4 §7.1.1, 5.0
// §4.7.23).
const timeLength = 16

// ErrTime says that a field holds no time.
var ErrTime = errors.New("not a time")

// ParseTime reads a time, absolute or relative to now. The century is the one
// that brings it nearest to now. A time of 12 digits, as some message centres
// report, is taken for one at now's place.
func ParseTime(b []byte, now time.Time) (time.Time, error) {
	var v [8]int // YY MM DD hh mm ss t nn
	switch {
	case len(b) == 12 && pairs(b, v[:6]):
		return absolute(v, now.Location(), now)
	case len(b) != timeLength || !pairs(b[:12], v[:6]) || !digits(b[12:15]):
		return time.Time{}, ErrTime
	}
	v[6] = int(b[12] - '0')
	v[7] = int(b[13]-'0')*10 + int(b[14]-'0')
	switch p := b[15]; {
	case p == 'R':
		return now.AddDate(v[0], v[1], v[2]).Add(time.Duration(v[3])*time.Hour +
			time.Duration(v[4])*time.Minute + time.Duration(v[5])*time.Second), nil
	case v[7] > 48 || p != '+' && p != '-':
		return time.Time{}, ErrTime
	case p == '-':
		v[7] = -v[7]
	}
	place := time.UTC
	if v[7] != 0 {
		place = time.FixedZone("", v[7]*15*60)
	}
	return absolute(v, place, now)
}

// ValidTime reports whether b is a time of 16 characters as the specification
// wants it.
func ValidTime(b []byte) bool {
	if len(b) != timeLength {
		return false
	}
	_, err := ParseTime(b, time.Unix(0, 0))
	return err == nil && (b[15] != 'R' || string(b[12:15]) == "000")
}

// absolute makes a time of the parts, in the century nearest to now.
func absolute(v [8]int, place *time.Location, now time.Time) (time.Time, error) {
	year := now.Year()/100*100 + v[0]
	switch {
	case year < now.Year()-50:
		year += 100
	case year > now.Year()+49:
		year -= 100
	}
	t := time.Date(year, time.Month(v[1]), v[2], v[3], v[4], v[5], v[6]*int(time.Second/10), place)
	if v[1] < 1 || v[1] > 12 || t.Day() != v[2] || v[3] > 23 || v[4] > 59 || v[5] > 59 {
		return time.Time{}, ErrTime
	}
	return t, nil
}

// AppendAbsolute appends t in the absolute form, at its own offset from UTC where
// that can be written, else in UTC. It is for times from 50 years back to 49
// years ahead.
func AppendAbsolute(b []byte, t time.Time) []byte {
	_, offset := t.Zone()
	if offset%(15*60) != 0 || offset > 12*3600 || offset < -12*3600 {
		t, offset = t.UTC(), 0
	}
	sign := byte('+')
	if offset < 0 {
		sign, offset = '-', -offset
	}
	b = appendPairs(b, t.Year()%100, int(t.Month()), t.Day(), t.Hour(), t.Minute(), t.Second())
	b = append(b, '0'+byte(t.Nanosecond()/int(time.Second/10)))
	b = appendPairs(b, offset/(15*60))
	return append(b, sign)
}

// AppendRelative appends the time d after now in the relative form, to the
// second, rounded up; a negative d is none. Up to 31 days are written as days,
// more as years and months of the calendar in UTC.
func AppendRelative(b []byte, d time.Duration, now time.Time) []byte {
	const day = 24 * time.Hour
	d = max(d, 0)
	if d%time.Second != 0 {
		d = d.Truncate(time.Second) + time.Second
	}
	var years, months int
	if days := d / day; days > 31 {
		from := now.UTC()
		end := from.Add(d)
		months = (end.Year()-from.Year())*12 + int(end.Month()-from.Month())
		for months > 0 && from.AddDate(0, months, 0).After(end) {
			months--
		}
		d = end.Sub(from.AddDate(0, months, 0))
		years, months = months/12, months%12
	}
	if years > 99 {
		years, months, d = 99, 0, 0
	}
	b = appendPairs(b, years, months, int(d/day), int(d%day/time.Hour), int(d%time.Hour/time.Minute), int(d%time.Minute/time.Second))
	return append(b, "000R"...)
}

// pairs reads two digits into each of v.
func pairs(b []byte, v []int) bool {
	if !digits(b) {
		return false
	}
	for i := range v {
		v[i] = int(b[2*i]-'0')*10 + int(b[2*i+1]-'0')
	}
	return true
}

func appendPairs(b []byte, v ...int) []byte {
	for _, n := range v {
		b = append(b, '0'+byte(n/10%10), '0'+byte(n%10))
	}
	return b
}

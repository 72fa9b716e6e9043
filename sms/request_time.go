package sms

import (
	"strconv"
	"strings"
	"time"
)

// times reads send_at and expires, as of now, and where that is a duration how long.
func (r *Request) times(now time.Time) (sendAt, expires time.Time, lifetime time.Duration, err error) {
	none := time.Time{}
	fault := func(field, text string) (time.Time, time.Time, time.Duration, error) {
		return none, none, 0, &FieldError{field, text}
	}
	if r.SendAt != "" {
		if sendAt, err = moment(r.SendAt); err != nil {
			return fault("send_at", quote(r.SendAt)+" is not a time such as 2026-03-01T18:00:00Z")
		}
	}
	if r.Expires == "" {
		return sendAt, none, 0, nil
	}
	if expires, err = moment(r.Expires); err != nil {
		var ok bool
		if lifetime, ok = span(r.Expires); !ok {
			return fault("expires", quote(r.Expires)+" is neither a time such as 2026-03-01T18:00:00Z nor a duration such as 10m, 24h, 2d")
		}
		if lifetime <= 0 {
			return fault("expires", "is not a time to come: the duration has to be more than nothing")
		}
		expires = now.Add(lifetime).UTC()
	}
	switch {
	case !expires.After(now):
		return fault("expires", "is in the past")
	case !sendAt.IsZero() && !expires.After(sendAt):
		return fault("expires", "is not after send_at")
	}
	return sendAt, expires, lifetime, nil
}

// moment reads a time of RFC 3339. The years at both ends are refused: in
// another zone they cannot be written.
func moment(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, err
	}
	if t = t.UTC(); t.Year() < 1970 || t.Year() > 9998 {
		return time.Time{}, strconv.ErrRange
	}
	return t, nil
}

// maxSpan is the longest duration: a message that waits for more is a mistake.
const maxSpan = 10 * 366 * 24 * time.Hour

// span reads a duration as Go writes it, which may begin with weeks and days.
func span(s string) (time.Duration, bool) {
	var sum time.Duration
	for _, unit := range []struct {
		name string
		long time.Duration
	}{{"w", 7 * 24 * time.Hour}, {"d", 24 * time.Hour}} {
		digits, rest, ok := strings.Cut(s, unit.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(digits, 10, 16)
		if err != nil || time.Duration(n) > maxSpan/unit.long {
			return 0, false
		}
		sum, s = sum+time.Duration(n)*unit.long, rest
		if s == "" {
			return sum, sum <= maxSpan
		}
	}
	d, err := time.ParseDuration(s)
	if err != nil || d > maxSpan {
		return 0, false
	}
	return sum + d, sum+d <= maxSpan
}

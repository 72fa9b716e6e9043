package sms

import (
	"fmt"
	"time"
)

// An Allowance is one limit of a SIM and what of it is left.
type Allowance struct {
	Limit  string    `json:"limit"`            // "minute", "hour", "day", "month", "recipients", "gap"
	Most   int       `json:"most"`             // segments or, of recipients, people; 1 of the gap
	Spent  int       `json:"spent"`            // may be more than Most: urgent messages pass
	Left   int       `json:"left"`             // none: only urgent messages, and known recipients
	Gap    float64   `json:"gap,omitempty"`    // seconds
	FreeAt time.Time `json:"free_at,omitzero"` // with none left: when there is one again
}

// String tells what is left, for people.
func (a Allowance) String() string {
	switch a.Limit {
	case "gap":
		return time.Duration(a.Gap*float64(time.Second)).String() + " between two"
	case "recipients":
		return fmt.Sprintf("%d of %d recipients a month", a.Left, a.Most)
	case "hour":
		return fmt.Sprintf("%d of %d an hour", a.Left, a.Most)
	}
	return fmt.Sprintf("%d of %d a %s", a.Left, a.Most, a.Limit)
}

// Long reports whether the limit is of a period so long that a person wants to
// hear when it is reached.
func (a Allowance) Long() bool {
	return a.Limit == "day" || a.Limit == "month" || a.Limit == "recipients"
}

// Left returns each limit that is set and what a SIM that has spent s has left
// of it. It is pure.
func (l Limits) Left(s *Spent, now time.Time) []Allowance {
	var all []Allowance
	add := func(limit string, most, spent int, free func() time.Time) {
		if most == 0 {
			return
		}
		a := Allowance{Limit: limit, Most: most, Spent: spent, Left: max(0, most-spent)}
		if a.Left == 0 {
			a.FreeAt = free()
		}
		all = append(all, a)
	}
	day, month := s.day(now), s.month(now)
	nextMonth := func() time.Time { return monthStart(month + 1) }
	add("minute", l.Minute, s.Minute.count(minuteTick, now), func() time.Time { return s.Minute.room(minuteTick, now, l.Minute-1) })
	add("hour", l.Hour, s.Hour.count(hourTick, now), func() time.Time { return s.Hour.room(hourTick, now, l.Hour-1) })
	add("day", l.Day, s.Day.in(day), func() time.Time { return dayStart(day + 1) })
	add("month", l.Month, s.Month.in(month), nextMonth)
	known := 0
	if s.Month.N == month {
		known = len(s.Known)
	}
	add("recipients", l.Recipients, known, nextMonth)
	if l.Gap > 0 {
		a := Allowance{Limit: "gap", Most: 1, Left: 1, Gap: l.Gap.Seconds()}
		if until := s.Last.Add(l.Gap); !s.Last.After(now) && until.After(now) {
			a.Spent, a.Left, a.FreeAt = 1, 0, until
		}
		all = append(all, a)
	}
	return all
}

// Used is how much of the tighter of the limits of a day and a month is spent,
// from 0 to 1. It is pure.
func (l Limits) Used(s *Spent, now time.Time) float64 {
	used := 0.0
	if l.Day > 0 {
		used = float64(s.Day.in(s.day(now))) / float64(l.Day)
	}
	if l.Month > 0 {
		used = max(used, float64(s.Month.in(s.month(now)))/float64(l.Month))
	}
	return min(used, 1)
}

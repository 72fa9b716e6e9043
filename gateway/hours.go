package gateway

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// Hours says when messages of a row may leave, by the clocks of a place. The
// zero value is always.
type Hours struct {
	Quiet []Span         // none may leave; they may reach over midnight
	Days  []time.Weekday // those on which one may; empty: every day
	Zone  *time.Location // whose clocks; nil: this machine's
}

// A Span is a part of the day, in minutes since midnight as a clock on the wall
// shows them. From belongs to it, until does not; until is before from where it
// reaches over midnight.
type Span struct{ From, Until int }

const dayMinutes = 24 * 60

// ParseSpan reads "22:00-07:00".
func ParseSpan(s string) (Span, error) {
	from, until, ok := strings.Cut(s, "-")
	a, errA := minuteOf(from)
	b, errB := minuteOf(until)
	switch {
	case !ok || errA != nil || errB != nil:
		return Span{}, fmt.Errorf("%q is no part of a day, such as 22:00-07:00", s)
	case a == b:
		return Span{}, fmt.Errorf("%q is no time at all, or all day: give days instead", s)
	case a == dayMinutes:
		return Span{}, fmt.Errorf("%q begins when the day is over: write 00:00", s)
	}
	return Span{a, b % dayMinutes}, nil
}

// minuteOf reads a time of day; 24:00 is the end of it.
func minuteOf(s string) (int, error) {
	if s = strings.TrimSpace(s); s == "24:00" {
		return dayMinutes, nil
	}
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != len("15:04") {
		return 0, errors.New("no time of day")
	}
	return t.Hour()*60 + t.Minute(), nil
}

// ParseDay reads "mon" or "monday".
func ParseDay(s string) (time.Weekday, error) {
	word := strings.ToLower(strings.TrimSpace(s))
	for d := time.Sunday; d <= time.Saturday; d++ {
		if full := strings.ToLower(d.String()); word == full || word == full[:3] {
			return d, nil
		}
	}
	return 0, fmt.Errorf("%q is no day: write mon, tue, wed, thu, fri, sat or sun", s)
}

// None reports whether messages may leave at all times.
func (h Hours) None() bool { return len(h.Quiet) == 0 && len(h.Days) == 0 }

// validate says what is wrong with hours: that there are none.
func (h Hours) validate() error {
	if h.next(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return errors.New("leaves no time in which a message may be sent")
	}
	return nil
}

// zone is whose clocks count.
func (h Hours) zone() *time.Location {
	if h.Zone == nil {
		return time.Local
	}
	return h.Zone
}

// open reports whether messages may leave at a moment: what the clocks show then
// is all that counts, so an hour that comes twice is quiet twice, and one that is
// left out is not waited for.
func (h Hours) open(t time.Time) bool {
	t = t.In(h.zone())
	if len(h.Days) > 0 && !slices.Contains(h.Days, t.Weekday()) {
		return false
	}
	m := t.Hour()*60 + t.Minute()
	return !slices.ContainsFunc(h.Quiet, func(s Span) bool {
		if s.From < s.Until {
			return s.From <= m && m < s.Until
		}
		return s.From <= m || m < s.Until
	})
}

// next is the first moment from t on at which messages may leave; zero where
// there is none. It is pure.
//
// It goes from one moment at which that could change to the next: where a quiet
// time ends, a day begins, or the clocks are changed.
func (h Hours) next(t time.Time) time.Time {
	if h.None() {
		return t
	}
	for end := t.Add(nextMost); t.Before(end); t = h.step(t) {
		if h.open(t) {
			return t
		}
	}
	return time.Time{}
}

// nextMost is past the longest time that hours can be closed: every day but one,
// and the change of a clock on it.
const nextMost = 16 * 24 * time.Hour

// step is the next moment after t at which the row may open.
func (h Hours) step(t time.Time) time.Time {
	local := t.In(h.zone())
	// Until the clocks are changed, what they show goes on as time does.
	midnight := t.Add(-time.Duration(local.Hour())*time.Hour - time.Duration(local.Minute())*time.Minute -
		time.Duration(local.Second())*time.Second - time.Duration(local.Nanosecond()))
	at := midnight.Add(24 * time.Hour)
	for _, s := range h.Quiet {
		if until := midnight.Add(time.Duration(s.Until) * time.Minute); until.After(t) && until.Before(at) {
			at = until
		}
	}
	if _, change := local.ZoneBounds(); !change.IsZero() && change.Before(at) && change.After(t) {
		at = change
	}
	return at
}

// A gate is what the hours of a row say now.
type gate struct {
	until time.Time // the time of day when the row opens; zero: it is open
	why   string
}

// gateOf is the gate of a row at a moment.
func gateOf(r Route, now view) gate {
	switch {
	case r.Hours.None():
		return gate{}
	case now.unset:
		return gate{now.wallAt(now.never()), untilSet + ": route " + r.Name + " has hours"}
	case r.Hours.open(now.wall):
		return gate{}
	}
	until := r.Hours.next(now.wall)
	return gate{until, "route " + r.Name + " is quiet until " + until.In(r.Hours.zone()).Format(time.RFC3339)}
}

// shut is the gate that a line stands before: closed, or none. Urgent messages
// pass.
func (q *queue) shut(l *line) gate {
	if l.priority == sms.Urgent || l.route.Hours.None() {
		return gate{}
	}
	return q.gates[l.route.Name]
}

// look asks the hours of each row of the table what they say now. It closes
// lines, not messages: what waits behind a gate is not touched.
func (q *queue) look(now view) {
	for _, r := range q.table {
		if !r.Hours.None() {
			q.gates[r.Name] = gateOf(r, now)
		}
	}
}

// opens is when the first of the lines that a gate holds opens; zero where none
// does.
func (q *queue) opens() (at time.Time) {
	for _, l := range q.lines {
		g := q.shut(l)
		if l.skim(); g.until.IsZero() || l.pile.len() == 0 {
			continue
		}
		if until := q.at.steadyAt(g.until); at.IsZero() || until.Before(at) {
			at = until
		}
	}
	return at
}

package sms

import (
	"errors"
	"fmt"
	"strconv"
	"time"
)

// Limits says how much a SIM may send: what its tariff includes, or what its
// network lets pass before it takes the sender for a nuisance. Zero is no
// limit. An urgent message passes all of them, and is counted.
type Limits struct {
	Minute int // segments begun within any minute
	Hour   int // within any hour
	Day    int // on a day, UTC
	Month  int // in a calendar month, UTC

	Recipients int // distinct recipients in a calendar month, UTC

	Gap time.Duration // from the beginning of one message to that of the next
}

// None reports whether nothing is limited.
func (l Limits) None() bool { return l == Limits{} }

// Validate returns every fault, each with its field.
func (l Limits) Validate() error {
	var errs []error
	for _, n := range []struct {
		key string
		n   int
	}{{"minute", l.Minute}, {"hour", l.Hour}, {"day", l.Day}, {"month", l.Month}, {"recipients", l.Recipients}} {
		if n.n < 0 || n.n > maxLimit {
			errs = append(errs, fmt.Errorf("%s: %d is not between 0 and %d", n.key, n.n, maxLimit))
		}
	}
	if l.Gap < 0 || l.Gap > maxGap {
		errs = append(errs, fmt.Errorf("gap: %v is not between 0s and %v", l.Gap, maxGap))
	}
	return errors.Join(errs...)
}

const (
	maxLimit = 1_000_000 // more than a modem sends in a month
	maxGap   = 24 * time.Hour
)

// A Held says that a limit keeps a message from a SIM, and until when. Its zero
// value is that none does.
type Held struct {
	Until  time.Time
	Why    string // "200 a day are sent"
	Person bool   // it is the recipient who may not be added: others may get theirs
}

// Hold says which limit keeps a message of so many segments from a SIM that has
// spent s; of several the one that lasts longest. A message of more segments
// than a limit allows goes when that limit's time is empty. It is pure.
func (l Limits) Hold(s *Spent, segments int, to Number, now time.Time) (h Held) {
	later := func(until time.Time, why string) {
		if until.After(now) && until.After(h.Until) {
			h = Held{Until: until, Why: why}
		}
	}
	if l.Gap > 0 && !s.Last.After(now) { // a clock that was set back has no gap
		later(s.Last.Add(l.Gap), "there are "+l.Gap.String()+" between two messages")
	}
	if l.Minute > 0 {
		later(s.Minute.room(minuteTick, now, l.Minute-segments), strconv.Itoa(l.Minute)+" a minute are sent")
	}
	if l.Hour > 0 {
		later(s.Hour.room(hourTick, now, l.Hour-segments), strconv.Itoa(l.Hour)+" an hour are sent")
	}
	if day := s.day(now); l.Day > 0 && s.Day.full(day, l.Day-segments) {
		later(dayStart(day+1), strconv.Itoa(l.Day)+" a day are sent")
	}
	month := s.month(now)
	if l.Month > 0 && s.Month.full(month, l.Month-segments) {
		later(monthStart(month+1), strconv.Itoa(l.Month)+" a month are sent")
	}
	if l.Recipients > 0 && s.Month.N == month && len(s.Known) >= l.Recipients && !s.Known[to.Mark()] {
		if until := monthStart(month + 1); !until.Before(h.Until) && until.After(now) {
			h = Held{Until: until, Person: true, Why: strconv.Itoa(l.Recipients) + " recipients a month have been written to"}
		}
	}
	return h
}

// A Spent is what a SIM has sent lately: what its limits are held against. What
// counts is what was begun, whether a network took it or not: nobody can tell
// what a tariff counts.
type Spent struct {
	Last   time.Time // when it was last given a message; zero: never
	Minute Ticks     // by the second
	Hour   Ticks     // by the minute
	Day    Period    // days since 1970, UTC
	Month  Period    // calendar months since the year 0, UTC

	Known map[Mark]bool // the recipients of Month, where they are counted
}

const (
	minuteTick = time.Second
	hourTick   = time.Minute
	perWindow  = 60 // ticks in a minute and in an hour
	daySeconds = 86400
	// TicksMost is how many ticks a window touches at most: the first and the
	// last may be cut.
	TicksMost = perWindow + 1
)

// Add counts segments begun at a time, to a recipient whose mark is added to
// Known, if there is one.
func (s *Spent) Add(at time.Time, segments int, to Number) {
	at = at.UTC()
	s.Last = at
	s.Minute = s.Minute.add(minuteTick, at, segments)
	s.Hour = s.Hour.add(hourTick, at, segments)
	s.Day.add(s.day(at), segments)
	month := s.month(at)
	if month != s.Month.N {
		s.Known = nil
	}
	s.Month.add(month, segments)
	if to != "" {
		if s.Known == nil {
			s.Known = map[Mark]bool{}
		}
		s.Known[to.Mark()] = true
	}
}

// Undo takes back what Add counted, for a message that was not begun. A
// recipient stays known: the message will be tried again.
func (s *Spent) Undo(at time.Time, segments int) {
	s.Minute.undo(minuteTick, at, segments)
	s.Hour.undo(hourTick, at, segments)
	s.Day.undo(s.day(at), segments)
	s.Month.undo(s.month(at), segments)
}

// day is the day that now is counted in. A board's clock may be behind when it
// starts: a day that has been counted in does not end by that.
func (s *Spent) day(now time.Time) int64 { return s.Day.on(now.Unix() / daySeconds) }

func (s *Spent) month(now time.Time) int64 {
	now = now.UTC()
	return s.Month.on(int64(now.Year())*12 + int64(now.Month()) - 1)
}

func dayStart(n int64) time.Time { return time.Unix(n*daySeconds, 0).UTC() }

func monthStart(n int64) time.Time {
	return time.Date(int(n/12), time.Month(n%12+1), 1, 0, 0, 0, 0, time.UTC)
}

// A Period is a calendar day or month and the segments begun in it.
type Period struct {
	N        int64
	Segments int
}

// on returns the period that one is counted in: itself, or the next where the
// clock was there already. One further ahead is that of a clock that was wrong.
func (p Period) on(n int64) int64 {
	if p.N == n+1 {
		return p.N
	}
	return n
}

func (p *Period) add(n int64, segments int) {
	if p.N != n {
		*p = Period{N: n}
	}
	p.Segments += segments
}

func (p *Period) undo(n int64, segments int) {
	if p.N == n {
		p.Segments = max(0, p.Segments-segments)
	}
}

// in is how many segments were begun in period n.
func (p Period) in(n int64) int {
	if p.N != n {
		return 0
	}
	return p.Segments
}

// full reports whether no more than left may have been begun in period n, and
// more were.
func (p Period) full(n int64, left int) bool { return p.N == n && p.Segments > max(0, left) }

// Ticks counts segments in a window that moves on with the clock, oldest first.
type Ticks []Tick

// A Tick is a sixtieth of a window. It counts until all of it has left the
// window, so a limit is never passed, and what it holds back goes at most a
// tick late.
type Tick struct {
	N        int64 // which, since 1970
	Segments int
}

func tickOf(width time.Duration, t time.Time) int64 {
	return t.Unix() / int64(width/time.Second)
}

// live reports whether a tick is in the window that ends with the tick now; one
// further ahead than a window was counted by a clock that was wrong.
func (t Tick) live(now int64) bool { return t.N+perWindow >= now && t.N-perWindow <= now }

func (ts Ticks) add(width time.Duration, at time.Time, segments int) Ticks {
	now := tickOf(width, at)
	kept := make(Ticks, 0, len(ts)+1)
	for _, t := range ts {
		if t.live(now) {
			kept = append(kept, t)
		}
	}
	if n := len(kept); n > 0 && kept[n-1].N >= now { // later where the clock was set back
		kept[n-1].Segments += segments
		return kept
	}
	return append(kept, Tick{now, segments})
}

func (ts Ticks) undo(width time.Duration, at time.Time, segments int) {
	now := tickOf(width, at)
	for i := range ts {
		if ts[i].N >= now {
			ts[i].Segments = max(0, ts[i].Segments-segments)
			return
		}
	}
}

// count is how many segments are in the window.
func (ts Ticks) count(width time.Duration, now time.Time) (n int) {
	tick := tickOf(width, now)
	for _, t := range ts {
		if t.live(tick) {
			n += t.Segments
		}
	}
	return n
}

// room is when no more than left segments are in the window; zero for now.
func (ts Ticks) room(width time.Duration, now time.Time, left int) (at time.Time) {
	left = max(0, left)
	have, tick := ts.count(width, now), tickOf(width, now)
	for _, t := range ts {
		if have <= left {
			break
		}
		if t.live(tick) {
			have -= t.Segments
			at = time.Unix((t.N+perWindow+1)*int64(width/time.Second), 0).UTC()
		}
	}
	return at
}

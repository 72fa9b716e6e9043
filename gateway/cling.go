package gateway

import (
	"slices"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// How a queue holds messages to the SIM their recipient is used to (see
// sticks). Those held to one SIM stand in lines of their own, so that they are
// in nobody's way while it is gone:
//
//	line of a SIM ──SIM takes it──▶ flying
//	      │ first held back: until = now + wait
//	      └──until──▶ line of any SIM ──▶ flying; that way's SIM is the new one
//
// Each message's clock is started once for each SIM, so a modem that comes and
// goes costs nothing for those that wait already.

// A tie holds an entry to the SIM its recipient is used to. Only messages of
// sticky rows have one.
type tie struct {
	mark  sms.Mark  // of the recipient
	used  string    // the SIM they were used to when that was last looked at
	until time.Time // when it stops waiting for that SIM; zero: it has not been held back
	stick string    // the SIM it is held to; empty: to none

	prev, next *entry // others to the same recipient
}

// stick is the SIM an entry is held to; empty: to none.
func (e *entry) stick() string {
	if e.tie == nil {
		return ""
	}
	return e.tie.stick
}

// clings reports whether an entry is held to a SIM, and its wait for that is not over.
func (e *entry) clings(net string, now time.Time) bool {
	return e.tie != nil && e.tie.stick == net && e.tie.patient(now)
}

// patient reports whether the wait for the SIM is not over.
func (t *tie) patient(now time.Time) bool { return t.until.IsZero() || t.until.After(now) }

// A lapse is when an entry stops waiting for its SIM. One whose time is not its
// entry's any more is skipped.
type lapse struct {
	at time.Time
	e  *entry
}

// cling notes which SIM an entry is held to now: the one its recipient is used
// to, until it has waited for that long enough.
func (q *queue) cling(e *entry, now time.Time) {
	t := e.tie
	if t == nil {
		return
	}
	used := q.sticks.sim(t.mark, now)
	if used != t.used {
		t.used, t.until = used, time.Time{}
	}
	if t.stick = used; !t.patient(now) {
		t.stick = ""
	}
}

// clock starts an entry's wait for its SIM, unless it runs already.
func (q *queue) clock(e *entry, now time.Time) {
	t := e.tie
	if t == nil || t.used == "" || !t.until.IsZero() {
		return
	}
	t.until = now.Add(q.wait)
	q.lapses.push(lapse{t.until, e})
}

// hold starts the clocks of those that are held back for the first time: whose
// SIM is not there, not ready or at a limit. One that is busy with messages of
// ours is ready soon.
func (q *queue) hold(ways []sms.Way, now time.Time) {
	for _, l := range q.lines {
		if len(l.fresh) == 0 {
			continue
		}
		if l.skim(); l.pile.len() == 0 || !q.shut(l).until.IsZero() || q.able(l, ways) {
			continue
		}
		for _, e := range l.fresh {
			if e.where == inLine && e.line == l {
				q.clock(e, now)
			}
		}
		l.fresh = nil
	}
}

// able reports whether the SIM of a line takes messages, now or soon.
func (q *queue) able(l *line, ways []sms.Way) bool {
	return slices.ContainsFunc(seen(bound(l.route, l.aside, l.stick, ways), l.pile.top(), q.held), func(w sms.Way) bool {
		return w.Ready || q.busy != nil && q.busy(w) > 0
	})
}

// open is the ways that may carry the head of a line. One that is urgent waits
// for no SIM that has no room for it now.
func (q *queue) open(l *line, ways []sms.Way) []sms.Way {
	own := bound(l.route, l.aside, l.stick, ways)
	if l.stick == "" || l.pile.top().priority != sms.Urgent || slices.ContainsFunc(own, q.free) {
		return own
	}
	return ways
}

func (q *queue) free(w sms.Way) bool {
	return w.Ready && (q.busy == nil || q.busy(w) < max(1, w.Window))
}

// newcomer notes an entry that has not been held back in its line yet.
func (l *line) newcomer(e *entry) {
	if l.stick == "" || !e.tie.until.IsZero() {
		return
	}
	if len(l.fresh) > slack+2*l.pile.len() {
		l.fresh = slices.DeleteFunc(l.fresh, func(e *entry) bool { return e.where != inLine || e.line != l })
	}
	l.fresh = append(l.fresh, e)
}

// loosen lets those go that have waited for their SIM long enough.
func (q *queue) loosen(now time.Time) {
	for q.lapses.len() > 0 && !q.lapses.top().at.After(now) {
		if x := q.lapses.pop(); x.e.where == inLine && x.at.Equal(x.e.tie.until) {
			q.cling(x.e, now)
			q.line(x.e)
		}
	}
}

// moved takes what waits for somebody to the SIM they are used to now.
func (q *queue) moved(who sms.Mark, now time.Time) {
	for e := q.people[who]; e != nil; e = e.tie.next {
		if e.where != inLine {
			continue // it is looked at when it is placed
		}
		was := e.stick()
		if q.cling(e, now); e.stick() != was {
			e.bar(e.aside(), nil)
			q.line(e)
		}
	}
}

// enlist chains an entry to the others for its recipient, so that moved need
// not look through a crowd.
func (q *queue) enlist(e *entry) {
	t := e.tie
	if t.next = q.people[t.mark]; t.next != nil {
		t.next.tie.prev = e
	}
	q.people[t.mark] = e
}

// strike takes an entry out of its chain, if it is in one.
func (q *queue) strike(e *entry) {
	t := e.tie
	switch {
	case t == nil:
		return
	case t.prev != nil:
		t.prev.tie.next = t.next
	case q.people[t.mark] != e:
		return
	case t.next == nil:
		delete(q.people, t.mark)
	default:
		q.people[t.mark] = t.next
	}
	if t.next != nil {
		t.next.tie.prev = t.prev
	}
	t.prev, t.next = nil, nil
}

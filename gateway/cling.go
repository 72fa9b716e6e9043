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

// A lapse is when an entry stops waiting for its SIM. One whose time is not its
// entry's any more is skipped.
type lapse struct {
	at time.Time
	e  *entry
}

// cling notes which SIM an entry is held to now: the one its recipient is used
// to, until it has waited for that long enough.
func (q *queue) cling(e *entry, now time.Time) {
	used := ""
	if e.route.Sticky && q.sticks != nil {
		used = q.sticks.sim(e.mark, now)
	}
	if used != e.used {
		e.used, e.until = used, time.Time{}
	}
	e.stick = used
	if !e.until.IsZero() && !e.until.After(now) {
		e.stick = ""
	}
}

// clock starts an entry's wait for its SIM, unless it runs already.
func (q *queue) clock(e *entry, now time.Time) {
	if e.used == "" || !e.until.IsZero() {
		return
	}
	e.until = now.Add(q.wait)
	q.lapses.push(lapse{e.until, e})
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
	if l.stick == "" || !e.until.IsZero() {
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
		if x := q.lapses.pop(); x.e.where == inLine && x.at.Equal(x.e.until) {
			q.cling(x.e, now)
			q.line(x.e)
		}
	}
}

// moved takes what waits for somebody to the SIM they are used to now.
func (q *queue) moved(who sms.Mark, now time.Time) {
	for e := q.people[who]; e != nil; e = e.next {
		if e.where != inLine {
			continue // it is looked at when it is placed
		}
		was := e.stick
		if q.cling(e, now); e.stick != was {
			e.apart = nil
			q.line(e)
		}
	}
}

// enlist chains an entry to the others for its recipient, so that moved need
// not look through a crowd.
func (q *queue) enlist(e *entry) {
	if e.next = q.people[e.mark]; e.next != nil {
		e.next.prev = e
	}
	q.people[e.mark] = e
}

// strike takes an entry out of its chain, if it is in one.
func (q *queue) strike(e *entry) {
	switch {
	case e.prev != nil:
		e.prev.next = e.next
	case q.people[e.mark] != e:
		return
	case e.next == nil:
		delete(q.people, e.mark)
	default:
		q.people[e.mark] = e.next
	}
	if e.next != nil {
		e.next.prev = e.prev
	}
	e.prev, e.next = nil, nil
}

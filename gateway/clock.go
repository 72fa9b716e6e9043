package gateway

import (
	"sync"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// A clock tells the time of day, and whether that can be trusted. A board without
// a clock of its own starts with the time it was switched off at, or with none,
// until the network tells it.
//
//	unset   the time lies before the program was built, or nobody has said
//	        that it is right, for less than trustAfter
//	unsure  nobody has said so, for trustAfter and more: it has to do
//	(sure)  the system says that it is right
//
// While it is unset nothing expires, and nothing leaves that waits for a time of
// day. Waiting in memory goes by steady time, which no setting of the clock
// changes: a time.Time that comes from time.Now, with its monotonic reading.
type clock struct {
	wall    func() time.Time
	synced  func() bool // nil: it is right
	built   time.Time
	started time.Time // steady

	mu   sync.Mutex
	sure bool // guarded by mu
}

// trustAfter is how long somebody may take to say that the clock is right. A
// board that is on a network has the time within a minute or two; one that is on
// none must not wait for ever.
const trustAfter = 10 * time.Minute

func newClock(c Config) *clock {
	k := &clock{wall: c.Now, synced: c.Synced, built: c.Built, started: time.Now()}
	if k.wall == nil {
		k.wall = time.Now
	}
	return k
}

// now is the time of day, right or wrong.
func (c *clock) now() time.Time { return c.wall().UTC() }

// mark says how far the clock can be trusted, as events tell it: sms.ClockUnset,
// sms.ClockUnsure, or nothing.
func (c *clock) mark() string {
	now := c.now()
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case now.Before(c.built):
		c.sure = false
		return sms.ClockUnset
	case c.sure || c.synced == nil || c.synced():
		c.sure = true
		return ""
	case time.Since(c.started) >= trustAfter:
		return sms.ClockUnsure
	}
	return sms.ClockUnset
}

// A view is the clock at one moment.
type view struct {
	wall   time.Time
	steady time.Time
	ahead  time.Duration // of the wall since the start, against steady time: a change is a jump
	unset  bool
}

func (c *clock) look() view {
	v := view{wall: c.now(), steady: time.Now(), unset: c.mark() == sms.ClockUnset}
	v.ahead = v.wall.Sub(c.started.Round(0).Add(v.steady.Sub(c.started)))
	return v
}

// steadyAt is when the clock, as it was viewed, will show a time.
func (v view) steadyAt(wall time.Time) time.Time {
	if v.steady.IsZero() {
		return wall
	}
	return v.steady.Add(wall.Sub(v.wall))
}

// wallAt is what the clock will show at a steady time.
func (v view) wallAt(steady time.Time) time.Time {
	if v.steady.IsZero() {
		return steady
	}
	return v.wall.Add(steady.Sub(v.steady))
}

// jumpLeast is what counts as a jump: less is what keeping a clock right takes.
const jumpLeast = time.Second

// jumped reports whether the clock is other than in an earlier view: it was set,
// or is trusted now.
func (v view) jumped(was view) bool {
	return was.steady.IsZero() || v.unset != was.unset || (v.ahead-was.ahead).Abs() >= jumpLeast
}

// never is the steady time of what waits for a clock that is not set.
func (v view) never() time.Time { return v.steady.Add(10 * 365 * 24 * time.Hour) }

// untilSet is what a message waits for that needs the time of day.
const untilSet = "waits until the clock is set"

// believed returns a time a message was given, unless it lies before the
// program was built: then it was reckoned on a board without a clock before
// anybody had told it the time, and says nothing. A message without an expiry
// ends by Config.Attempts.
func (c Config) believed(t time.Time) time.Time {
	if t.Before(c.Built) {
		return time.Time{}
	}
	return t
}

// expiry is when a message expires by the clock as it is; zero: not yet known.
func (g *Gateway) expiry(m *sms.Message) time.Time {
	switch v := g.clock.look(); {
	case v.unset:
		return time.Time{}
	case m.Lifetime > 0:
		return v.wall.Add(m.Lifetime)
	}
	return g.cfg.believed(m.Expires)
}

// goBy has the queue go by another view of the clock. Where that has jumped, or
// has become trusted, what waits for a time of day is reckoned anew; what waits
// for a length of time is not touched.
func (q *queue) goBy(v view) {
	if !v.jumped(q.at) {
		return
	}
	if q.at.steady.IsZero() {
		q.epoch = v.steady.Add(-epochBefore) // nothing is in yet
	}
	q.at = v
	q.views++
	q.later, q.expiry = newPile(q.later.less), newPile(q.expiry.less)
	for _, e := range q.byNum {
		if e.where == flying {
			continue // back looks at it
		}
		q.anchor(e)
		if e.where == inLine && e.due > q.steady(v.steady) {
			e.where, e.line = inLater, nil
			q.passTurn(e) // what is not to be sent yet has none
		}
		if e.where == inLater {
			q.later.push(e)
		}
		if e.expires != 0 {
			q.expiry.push(e)
		}
	}
}

// anchor reckons when an entry is due and expires, by the clock as it is viewed.
func (q *queue) anchor(e *entry) {
	e.viewed = q.views
	switch {
	case e.sendAt == 0:
	case q.at.unset:
		e.due = q.steady(q.at.never())
	default:
		e.due = q.steady(q.at.steadyAt(e.sendAt.time()))
	}
	switch {
	case q.at.unset:
		e.expires = 0
	case e.life != 0:
		e.expires = e.life
	case e.moment != 0:
		e.expires = q.steady(q.at.steadyAt(e.moment.time()))
	}
}

// again is the steady time of a retry, which is never further off than the
// longest pause: it was reckoned by a clock that may have been ahead.
func (q *queue) again(due, now time.Time) time.Time {
	if due.IsZero() {
		return due
	}
	due = q.at.steadyAt(due)
	if most := now.Add(q.longest); q.longest > 0 && due.After(most) {
		return most
	}
	return due
}

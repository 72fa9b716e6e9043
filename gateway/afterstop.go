package gateway

import (
	"context"
	"slices"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// startLimit bounds how long after a start a message in doubt rests for the
// modem it went by: the slowest ones take three minutes to boot and to find
// their network.
const startLimit = 5 * time.Minute

// A vigil is a message that a stop left in doubt. Only the SIM it went by can
// bring its report, so the time it rests for that counts from when the SIM is
// there.
type vigil struct {
	e    *entry
	net  string        // the SIM
	wait time.Duration // how long it rests, once a way has the SIM ready
	last time.Time     // when another way may carry it, though none has
	soon bool          // it would expire: from last on any way may carry it
	due  time.Time     // it was not to be sent before that anyway
}

// afterStop says how long a message rests that a stop left in doubt, until when
// at most, and what for; no wait where it does not rest, see rest. What would
// expire before a modem is given up is sent again before that.
func (c Config) afterStop(m *sms.Message, net string, now time.Time) (v vigil, why string) {
	wait, why := c.rest(m, now)
	if wait == 0 {
		return vigil{last: now}, why
	}
	v = vigil{net: net, wait: wait, last: now.Add(max(wait, startLimit))}
	if !m.Expires.IsZero() && !m.Expires.After(v.last) {
		v.last, v.soon = now.Add(wait), true
	}
	return v, "it will be sent again, unless a report says within " + c.DoubtWait.String() + " of its modem being ready, or before " +
		v.last.Format(time.RFC3339) + ", that the network has it"
}

// ends says when the vigil ends, where a way has had its SIM ready since a time;
// zero: none has.
func (v vigil) ends(ready time.Time) time.Time {
	if ready.IsZero() {
		return v.last
	}
	at := ready.Add(v.wait)
	if v.soon && at.After(v.last) {
		return v.last
	}
	return at
}

// resume has those rest on that rested for a report already when the gateway
// stopped: while it was off none could come.
func (d *dispatcher) resume(ctx context.Context) error {
	nums, err := d.g.store.InDoubt(ctx)
	if err != nil {
		return err
	}
	now, wall := time.Now(), d.g.clock.now()
	for _, num := range nums {
		e := d.q.byNum[num]
		if e == nil || e.vigil {
			continue // it is not to be sent again, or rests
		}
		m, st, err := d.g.store.ByNum(ctx, num)
		if err != nil {
			return err
		}
		if len(st.Doubts) == 0 {
			continue
		}
		m.Expires = d.g.expiry(m)
		if v, _ := d.g.cfg.afterStop(m, st.Doubts[len(st.Doubts)-1].Net, wall); v.wait > 0 {
			v.last = d.q.at.steadyAt(v.last)
			v.due = d.q.time(e.due)
			d.q.attach(e, v)
			if v.due.Before(v.last) {
				d.q.put(e, v.last, now)
			}
		}
	}
	return nil
}

// keepVigil has a message rest.
func (q *queue) keepVigil(w *sms.Waiting, v vigil, now time.Time) {
	if q.add(w, now); v.wait == 0 {
		return
	}
	e := q.byNum[w.Num]
	q.attach(e, v)
	q.put(e, v.last, now)
}

func (q *queue) attach(e *entry, v vigil) {
	e.vigil, v.e = true, e
	q.vigils = append(q.vigils, v)
}

// attend looks after the vigils: it starts the clock of those whose SIM a way
// has ready for the first time. Those are not sent by it at once, though they
// might have gone another way for a while.
func (q *queue) attend(ways []sms.Way, now time.Time) {
	if len(q.vigils) == 0 {
		return
	}
	here := map[string]bool{}
	for _, w := range ways {
		if w.Ready {
			here[sim(w)] = true
		}
	}
	q.vigils = slices.DeleteFunc(q.vigils, func(v vigil) bool {
		switch {
		case !v.e.vigil, v.e.where == gone, v.soon && v.e.where == inLine:
			v.e.vigil = false
			return true // another way has had it, it is settled, or there is no more time
		case v.e.where == flying, !here[v.net]:
			return false
		}
		v.e.vigil = false
		q.put(v.e, later(v.ends(now), v.due), now)
		return true
	})
}

// put gives a waiting entry another time.
func (q *queue) put(e *entry, due, now time.Time) {
	q.later.drop(func(o *entry) bool { return o == e })
	e.due, e.line = q.steady(due), nil
	q.place(e, now)
}

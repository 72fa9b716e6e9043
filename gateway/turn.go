package gateway

import (
	"hash/maphash"
	"time"
)

// Messages of one row to one recipient, equally urgent, leave in the order in
// which they were accepted. Of those that are due one has the turn, and keeps it
// through every attempt and the pauses between them, until it is settled: sent,
// given up, cancelled, expired. The others stand behind it, wherever ways are
// free. One that is not to be sent yet has no turn to wait for. Only a doubt
// upsets the order: what is sent again may have been taken the first time.
//
//	place ─┬─ nobody has the turn ─▶ line ─▶ flying ─▶ gone: the first behind is placed
//	       └─ somebody has ────────▶ behind

// A turnKey stands for what messages have in common that keep order: recipient,
// row and priority. Two that share one by chance keep order without need.
type turnKey uint64

var turnSeed = maphash.MakeSeed()

func turnOf(e *entry) turnKey {
	var h maphash.Hash
	h.SetSeed(turnSeed)
	h.WriteString(string(e.to))
	h.WriteByte(byte(e.priority))
	h.WriteString(e.route.Name)
	return turnKey(h.Sum64())
}

// takesTurn reports whether an entry that is due may go on to its line. An older
// one takes the turn from a younger that is not on its way.
func (q *queue) takesTurn(e *entry) bool {
	k := turnOf(e)
	switch has := q.turns[k]; {
	case has == e:
		return true
	case has == nil:
		q.turns[k] = e
		return true
	case e.num < has.num && has.where != flying:
		q.turns[k] = e
		q.yield(k, has)
		return true
	}
	q.standBehind(k, e)
	return false
}

// yield has an entry give up its turn to an older one. One that rests comes back
// when its time has come, or has the turn before.
func (q *queue) yield(k turnKey, e *entry) {
	if e.where == inLine {
		q.standBehind(k, e)
		return
	}
	q.lineUp(k, e)
}

// standBehind has an entry wait for the turn.
func (q *queue) standBehind(k turnKey, e *entry) {
	e.where, e.line = behind, nil
	q.lineUp(k, e)
}

// lineUp has the turn come to an entry, among those that stand behind.
func (q *queue) lineUp(k turnKey, e *entry) {
	p := q.crowds[k]
	if p == nil {
		p = newPile(func(a, b *entry) bool { return a.num < b.num })
		q.crowds[k] = p
	}
	p.push(e)
}

// passTurn lets the next go on, where a settled entry had the turn. Where that
// rests between two attempts, the others wait for it.
func (q *queue) passTurn(e *entry) {
	k := turnOf(e)
	if q.turns[k] != e {
		return
	}
	delete(q.turns, k)
	p := q.crowds[k]
	for p != nil && p.len() > 0 && q.turns[k] == nil {
		switch next := p.pop(); {
		case next.where == behind:
			q.place(next, time.Now())
		case next.where == inLater:
			q.turns[k] = next
		}
	}
	if p != nil && p.len() == 0 {
		delete(q.crowds, k)
	}
}

// keepsTurn has an entry that rests between two attempts hold its turn, which
// after a restart it has to take first.
func (q *queue) keepsTurn(e *entry) {
	k := turnOf(e)
	has := q.turns[k]
	switch {
	case has == e:
	case has != nil && (has.num < e.num || has.where == flying):
		q.lineUp(k, e)
	default:
		if q.turns[k] = e; has != nil {
			q.yield(k, has)
		}
	}
}

// unclaimed reports whether nobody has the turn that an entry would wait for.
func (q *queue) unclaimed(e *entry) bool { return q.turns[turnOf(e)] == nil }

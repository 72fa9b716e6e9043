package store

import (
	"errors"
	"math"
)

// firstLine is the number of the journal's first line; one past the last where
// it has none.
func (a *audit) firstLine() uint64 {
	for k := range a.ascend(bJournal, nil) {
		if n, err := readU64(k); err == nil {
			return n
		}
	}
	return a.drawn(bJournal) + 1
}

// fronted checks that what lies in the front can be read, once each, and hides
// nothing that is not there.
func (a *audit) fronted() error {
	seen := map[string]bool{}
	return a.walk(bFront, func(k, v []byte) error {
		b, key, s, err := readFront(k, v)
		switch {
		case err != nil:
			return err
		case seen[string(k[8:])]:
			a.say("front: %s %s lies there twice", b, show(key))
		case s.gone && !a.below(b, key):
			a.say("front: %s %s is marked as deleted, and there is none", b, show(key))
		}
		seen[string(k[8:])] = true
		return nil
	})
}

// journal checks that lines are numbered without a gap up to the last, and that
// each can be read.
func (a *audit) journal() error {
	last := a.drawn(bJournal)
	want := a.firstLine()
	if want > last && last > 0 {
		a.say("journal: it is empty, and its last line was %d", last)
	}
	err := a.walk(bJournal, func(k, v []byte) error {
		e, err := a.entry(k, v)
		if err != nil {
			want++
			return err
		}
		if e.Seq != want {
			a.say("journal: line %d follows line %d", e.Seq, want-1)
		}
		if e.Notice != nil && e.Notice.Seq != e.Seq {
			a.say("journal: line %d holds the notice %d", e.Seq, e.Notice.Seq)
		}
		if e.Event != nil && (e.Event.Seq != e.Seq || !e.Event.State.Known()) {
			a.say("journal: line %d holds the event %d, state %q", e.Seq, e.Event.Seq, e.Event.State)
		}
		want = e.Seq + 1
		return nil
	})
	if err == nil && want != last+1 {
		a.say("journal: it ends with line %d, and %d have been written", want-1, last)
	}
	return err
}

func (a *audit) received() error {
	first := a.firstLine()
	return a.walk(bReceived, func(k, v []byte) error {
		r, err := readReceived(k, v)
		if err != nil {
			return err
		}
		a.found.received++
		if r.ID == "" {
			a.say("received %d: it has no id", r.Seq)
		}
		if r.Seq < first {
			return nil
		}
		if _, received, err := readLine(k, a.get(bJournal, k)); err != nil || !received {
			a.say("received %d: the journal does not announce it", r.Seq)
		}
		return nil
	})
}

func (a *audit) cursors() error {
	last := a.drawn(bJournal)
	return a.walk(bCursors, func(k, v []byte) error {
		seq, err := readU64(v)
		if err != nil {
			return corrupt(bCursors, k, err)
		}
		if seq > last {
			a.say("follower %s: it has passed line %d, and the journal has %d", k, seq, last)
		}
		return nil
	})
}

// parts checks that each set is open still, and that there are no more than may
// be.
func (a *audit) parts() error {
	var at string
	have, total := 0, 0
	whole := func() {
		if have > 0 && have >= total {
			a.say("parts: a set of %d is whole and has not been given out", total)
		}
	}
	err := a.walk(bParts, func(k, v []byte) error {
		pk, p, err := readPart(k, v)
		if err != nil {
			return err
		}
		a.found.parts++
		if string(pk.set) != at {
			whole()
			at, have, total = string(pk.set), 0, pk.total
			a.found.sets++
			if n := setNumber(pk.set); n > a.drawn(bParts) {
				a.say("parts: set %d has not been opened yet", n)
			}
		}
		have++
		if alone(&p) || string(k[:len(setPrefix(&p))]) != string(setPrefix(&p)) {
			a.say("parts: part %d of %d lies in the set of another message", p.Concat.Seq, p.Concat.Total)
		}
		return nil
	})
	whole()
	if a.found.sets > setsMost || a.found.parts > partsMost {
		a.say("parts: %d parts in %d sets are more than may wait", a.found.parts, a.found.sets)
	}
	return err
}

func (a *audit) early() error {
	n, last := 0, a.drawn(bJournal)
	err := a.walk(bEarly, func(k, v []byte) error {
		n++
		line, number, err := readEarlyKey(k)
		if err != nil {
			return corrupt(bEarly, k, err)
		}
		if line > last || number > a.drawn(bEarly) {
			a.say("early: report %d of line %d has not come yet", number, line)
		}
		_, r, err := readEarly(k, v)
		if err == nil && string(k[:len(refPrefix(r.Net, r.ID))]) != string(refPrefix(r.Net, r.ID)) {
			err = corrupt(bEarly, k, errors.New("it is another's report"))
		}
		return err
	})
	if n > earlyMost {
		a.say("early: %d reports are kept, and %d may be", n, earlyMost)
	}
	return err
}

func (a *audit) slots() error {
	n := 0
	err := a.walk(bSlots, func(k, v []byte) error {
		n++
		if _, _, err := readSlot(v); err != nil {
			return corrupt(bSlots, k, err)
		}
		rest, err := skipStr(k)
		if err == nil {
			rest, err = skipStr(rest)
		}
		if err == nil && len(rest) > 0 {
			err = errors.New("octets left over")
		}
		if err != nil {
			return corrupt(bSlots, k, err)
		}
		return nil
	})
	if n > slotsMost {
		a.say("slots: %d are remembered, and %d may be", n, slotsMost)
	}
	return err
}

// counters checks what is counted rather than looked up. It comes last.
func (a *audit) counters() error {
	c, err := a.counts()
	if err != nil {
		a.say("%v", err)
	} else if c != a.found {
		a.say("counts: they say %+v, and there are %+v", c, a.found)
	}
	n, err := a.number(bMeta, keyConcat)
	if err != nil {
		a.say("%v", err)
	} else if n > math.MaxUint16 {
		a.say("concat: %d is no reference", n)
	}
	return nil
}

// pages has bbolt check its own structure, in a write transaction that writes
// nothing: bbolt's list of free pages holds still only there.
func (a *audit) pages(db *DB) error {
	tx, err := db.file.Begin(true)
	if err != nil {
		return closed(err)
	}
	defer func() { _ = tx.Rollback() }() // writes nothing: it cannot fail
	for err := range tx.Check() {
		if len(a.findings) <= findingsMost { // the channel has to be read to its end
			a.say("pages: %v", err)
		}
	}
	return nil
}

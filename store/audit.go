package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/pigeon-sms/pigeon/sms"
)

// findingsMost bounds what Audit returns: past it one knows enough.
const findingsMost = 100

// An audit reads one moment's whole file and says what does not hold.
type audit struct {
	*txn
	ctx      context.Context
	findings []string
	found    tally // what the tally should be
}

// errEnough ends an audit early.
var errEnough = errors.New("enough")

// Audit checks every invariant of the store and returns a sentence for each
// thing that does not hold; none means that all is well. The error is for an
// audit that could not be made. Writers wait while it looks at bbolt's pages.
func (db *DB) Audit(ctx context.Context) ([]string, error) { return db.audit(ctx, true) }

func (db *DB) audit(ctx context.Context, pages bool) ([]string, error) {
	db.still.RLock()
	defer db.still.RUnlock()
	a := &audit{ctx: ctx}
	err := db.view(ctx, func(t *txn) error {
		a.txn = t
		for _, check := range []func() error{
			a.buckets, a.fronted, a.messages, a.bodies, a.ids, a.pending, a.awaiting, a.refs, a.doubts,
			a.journal, a.received, a.cursors, a.parts, a.early, a.slots, a.spent, a.sticky, a.counters,
		} {
			if err := check(); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && pages {
		err = a.pages(db)
	}
	if errors.Is(err, errEnough) {
		err = nil
	}
	return a.findings, err
}

func (a *audit) say(format string, args ...any) {
	a.findings = append(a.findings, fmt.Sprintf(format, args...))
}

// walk calls f with every record of a bucket; what f returns is a finding.
func (a *audit) walk(b bucket, f func(k, v []byte) error) error {
	n := 0
	return a.each(b, nil, func(k, v []byte) (bool, error) {
		if n++; n%lookEvery == 0 && a.ctx.Err() != nil {
			return false, a.ctx.Err()
		}
		if err := f(k, v); err != nil {
			a.say("%v", err)
		}
		if len(a.findings) >= findingsMost {
			a.say("there is more")
			return false, errEnough
		}
		return true, nil
	})
}

func (a *audit) buckets() error {
	known := map[bucket]bool{}
	for _, b := range buckets {
		known[b] = true
	}
	c := a.tx.Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		if !known[bucket(k)] {
			a.say("state file: a bucket %s, which this version does not know", show(k))
		}
	}
	return nil
}

// messages checks each status against its message, its id, its place in the
// indexes and its line in the journal.
func (a *audit) messages() error {
	first := a.firstLine()
	last := a.drawn(bJournal)
	return a.walk(bStatus, func(k, _ []byte) error {
		num, err := readU64(k)
		if err != nil {
			return corrupt(bStatus, k, err)
		}
		if num > a.drawn(bMessages) {
			a.say("message %d: its number has not been given yet", num)
		}
		r, err := a.row(num)
		if err != nil {
			return err
		}
		a.indexed(r)
		e := r.st.Event
		if e.ID != r.m.ID || e.To != r.m.To || e.Segments != r.m.Segments {
			a.say("message %d: its status is of another message", num)
		}
		if e.Final && e.State.Waiting() {
			a.say("message %d: it is %s and final", num, e.State)
		}
		switch line, _, err := readLine(u64(e.Seq), a.get(bJournal, u64(e.Seq))); {
		case e.Seq == 0 || e.Seq > last:
			a.say("message %d: its latest event has number %d, and the journal's last is %d", num, e.Seq, last)
		case e.Seq < first: // trimmed
		case err != nil || line.Event == nil || line.Event.ID != e.ID || line.Event.State != e.State:
			a.say("message %d: its latest event is not line %d of the journal", num, e.Seq)
		}
		return nil
	})
}

// indexed checks that the indexes say of a message what follows from it.
func (a *audit) indexed(r *row) {
	num, x := r.m.Num, r.was
	a.found.messages++
	if at, err := a.number(bIDs, idKey(idMessage, r.m.ID)); err != nil || at != num {
		a.say("message %d: its id %s does not lead to it", num, r.m.ID)
	}
	switch x.state {
	case sms.Queued:
		a.found.queued++
	case sms.Sending:
		a.found.sending++
	}
	if got := a.get(bPending, u64(num)); x.pending != nil && string(got) != string(x.pending) {
		a.say("message %d: it is %s, and pending does not say so", num, x.state)
	}
	if x.awaiting != nil {
		a.found.awaited++
		if !a.contains(bAwaiting, x.awaiting) {
			a.say("message %d: it waits for a report, and awaiting does not say so", num)
		}
	}
	for _, k := range x.refs {
		// Those of a final message may have been trimmed.
		if !r.st.Event.Final && !a.contains(bRefs, k) {
			a.say("message %d: a ref of it is missing from refs", num)
		}
	}
	for _, d := range x.doubts {
		if !r.st.Event.Final && string(a.get(bDoubts, d.key)) != string(d.value) {
			a.say("message %d: a doubt of it is missing from doubts", num)
		}
	}
}

// contains looks for a key whose value may be empty.
func (t *txn) contains(b bucket, key []byte) bool {
	if s, ok := t.inFront(b, key); ok {
		return !s.gone
	}
	return t.below(b, key)
}

func (a *audit) bodies() error {
	return a.walk(bMessages, func(k, v []byte) error {
		m, err := readMessage(k, v)
		if err == nil && !a.has(bStatus, k) {
			err = fmt.Errorf("message %d: it has no status", m.Num)
		}
		return err
	})
}

func (a *audit) ids() error {
	return a.walk(bIDs, func(k, v []byte) error {
		switch k[0] {
		case idMessage:
			num, err := readU64(v)
			if err != nil {
				return corrupt(bIDs, k, err)
			}
			if r, err := a.row(num); err != nil || r.m.ID != string(k[1:]) {
				a.say("id %s: it leads to message %d, which is another or none", k[1:], num)
			}
			return nil
		case idRequest, idFingerprint:
			first, count, err := readRun(v)
			if err != nil {
				return corrupt(bIDs, k, err)
			}
			if first == 0 || count == 0 || first+count-1 > a.drawn(bMessages) {
				a.say("request %s: it leads to messages that have not been", show(k))
			}
			return nil
		}
		return corrupt(bIDs, k, errors.New("no such kind of key"))
	})
}

// of returns the index of a message that an index names; empty where there is
// none, or where it cannot be read, which messages says.
func (a *audit) of(num uint64) index {
	r, err := a.row(num)
	if err != nil {
		return index{}
	}
	return r.was
}

func (a *audit) pending() error {
	return a.walk(bPending, func(k, v []byte) error {
		w, err := unpackWaiting(k, v)
		if err == nil && string(a.of(w.Num).pending) != string(v) {
			err = fmt.Errorf("pending: message %d is not waiting, or not so", w.Num)
		}
		return err
	})
}

func (a *audit) awaiting() error {
	return a.walk(bAwaiting, func(k, _ []byte) error {
		_, num, err := readAwaitKey(k)
		if err != nil {
			return corrupt(bAwaiting, k, err)
		}
		if string(a.of(num).awaiting) != string(k) {
			a.say("awaiting: message %d does not wait for a report, or not until then", num)
		}
		return nil
	})
}

func (a *audit) refs() error {
	return a.walk(bRefs, func(k, _ []byte) error {
		_, num, segment, err := readRefKey(k)
		if err != nil {
			return corrupt(bRefs, k, err)
		}
		if !containsKey(a.of(num).refs, k) {
			a.say("refs: segment %d of message %d waits for no report", segment, num)
		}
		return nil
	})
}

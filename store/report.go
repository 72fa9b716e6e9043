package store

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

const (
	// earlyMost and earlyAge bound the reports that nobody has asked about yet.
	// One that belongs to an attempt in progress is asked about when that ends,
	// minutes later at most.
	earlyMost = 1000
	earlyAge  = time.Hour
)

// Report enters a network's report on a segment, and moves its message as
// settle says. It returns where the message stands then, or nil when that is no
// news: the report repeats one, settle says so, or the message cannot become
// that any more.
//
// The segment is found by the network and its id for it. Networks use ids
// again, so of several the one is meant that goes to the report's recipient
// (any, when the report names none), waits for its report, and was taken first;
// where none waits, the latest of those whose wait is over. A report that fits
// none may settle a doubt, see claim; else it is kept a while: it may have
// overtaken Finish.
func (db *DB) Report(ctx context.Context, r *sms.Report, settle sms.Settle) (*sms.Status, error) {
	if r.State != sms.Sent && !settled(r.State) {
		return nil, fmt.Errorf("report: %q is no state a report can tell", r.State)
	}
	var st *sms.Status
	err := db.do(ctx, func(t *txn) error {
		st = nil
		row, segment, err := t.match(r)
		if err != nil {
			return err
		}
		if row == nil {
			var taken bool
			taken, st, err = t.claim(r, t.drawn(bJournal), settle)
			if t.early || taken {
				db.stirred.Store(true) // what is settled may leave one doubt where there were two
			}
			if err != nil || taken {
				return err
			}
			return t.park(r)
		}
		fresh, news, err := t.enter(row, segment, r, settle)
		if err != nil || !fresh {
			return err
		}
		if news {
			st = row.st
		}
		return t.save(row)
	})
	if err != nil {
		return nil, fmt.Errorf("report %s: %w", r.ID, err)
	}
	return st, nil
}

// match finds the segment a report is on; nil where there is none. A modem's
// references wrap after 256 and may begin anew with its power, so several
// segments to one recipient can have the same: the one counts that was taken
// nearest to when the service centre says it took it. Where it says nothing, it
// is the one that has waited longest, and the latest when none waits.
func (t *txn) match(r *sms.Report) (found *row, segment int, err error) {
	var best time.Duration
	err = t.each(bRefs, refPrefix(r.Net, r.ID), func(k, _ []byte) (bool, error) {
		taken, num, seg, err := readRefKey(k)
		if err != nil {
			return false, corrupt(bRefs, k, err)
		}
		row, err := t.row(num)
		if err != nil {
			return false, corrupt(bRefs, k, err)
		}
		if !sameRecipient(row.m.To, r.To) {
			return true, nil
		}
		if r.SentAt.IsZero() {
			found, segment = row, seg
			return row.st.Event.Final, nil
		}
		far := taken.Sub(r.SentAt).Abs()
		if found == nil || far < best {
			found, segment, best = row, seg, far
		}
		return true, nil
	})
	return found, segment, err
}

// sameRecipient tolerates a report that does not name its recipient.
func sameRecipient(to, said sms.Number) bool { return said == "" || sms.SameNumber(to, said) }

// enter writes a report in its row, and moves it when that is news. A report
// that says again what the last one said is not fresh.
func (t *txn) enter(r *row, segment int, rep *sms.Report, settle sms.Settle) (fresh, news bool, err error) {
	if reported(r.st, segment) == rep.State {
		return false, false, nil
	}
	reports := make([]sms.State, max(r.m.Segments, segment+1))
	copy(reports, r.st.Reports)
	reports[segment] = rep.State
	r.st.Reports = reports

	o, news := settle(r.m, r.st, rep)
	was := r.st.Event
	if !news || !was.State.CanBecome(o.State) || was.Final && !o.Final {
		return true, false, nil
	}
	return true, true, t.become(r, o)
}

// overtaken settles the reports on refs just taken that came before them. Only
// those count that came after the journal's line begun, which announced the
// attempt: an id that is used again may have older ones.
func (t *txn) overtaken(r *row, begun uint64, refs []sms.Ref, settle sms.Settle) error {
	for _, ref := range refs {
		if !containsKey(indexOf(r.m, r.st).refs, refKey(r.m.Num, stored(r, ref))) {
			continue
		}
		keys, reports, err := t.earlyFor(ref, r.m.To, begun)
		if err != nil {
			return err
		}
		for i, rep := range reports {
			if _, _, err := t.enter(r, ref.Segment, rep, settle); err != nil {
				return err
			}
			t.del(bEarly, keys[i])
		}
	}
	return nil
}

// stored is a ref as takeRefs has entered it.
func stored(r *row, ref sms.Ref) sms.Ref {
	if i := slices.IndexFunc(r.st.Refs, func(s sms.Ref) bool { return s.Segment == ref.Segment }); i >= 0 {
		return r.st.Refs[i]
	}
	return ref
}

// earlyFor returns the early reports on a ref, oldest first.
func (t *txn) earlyFor(ref sms.Ref, to sms.Number, begun uint64) (keys [][]byte, reports []*sms.Report, err error) {
	err = t.each(bEarly, refPrefix(ref.Net, ref.ID), func(k, v []byte) (bool, error) {
		line, _, err := readEarlyKey(k)
		if err != nil {
			return false, corrupt(bEarly, k, err)
		}
		_, rep, err := readEarly(k, v)
		if err != nil {
			return false, err
		}
		if line >= begun && sameRecipient(to, rep.To) {
			keys, reports = append(keys, bytes.Clone(k)), append(reports, rep)
		}
		return true, nil
	})
	return keys, reports, err
}

// park keeps a report that fits nothing yet, and drops those that have been
// kept too long or are too many.
func (t *txn) park(r *sms.Report) error {
	v, err := encode(r)
	if err != nil {
		return err
	}
	if err := t.unpark(r.Time.Add(-earlyAge), earlyMost-1); err != nil {
		return err
	}
	k := binary.BigEndian.AppendUint64(refPrefix(r.Net, r.ID), t.drawn(bJournal))
	k = binary.BigEndian.AppendUint64(k, t.next(bEarly))
	t.put(bEarly, k, append(u64(stamp(r.Time)), v...))
	return nil
}

// unpark drops the early reports that arrived before a time, and the oldest of
// more than most.
func (t *txn) unpark(before time.Time, most int) error {
	type early struct {
		key []byte
		n   uint64
	}
	var keep []early
	var drop [][]byte
	err := t.each(bEarly, nil, func(k, v []byte) (bool, error) {
		_, n, err := readEarlyKey(k)
		if err == nil && len(v) < 8 {
			err = errShort
		}
		if err != nil {
			return false, corrupt(bEarly, k, err)
		}
		if unstamp(binary.BigEndian.Uint64(v)).Before(before) {
			drop = append(drop, bytes.Clone(k))
		} else {
			keep = append(keep, early{bytes.Clone(k), n})
		}
		return true, nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(keep, func(a, b early) int { return cmp.Compare(a.n, b.n) })
	for len(keep) > most {
		drop = append(drop, keep[0].key)
		keep = keep[1:]
	}
	for _, k := range drop {
		t.del(bEarly, k)
	}
	return nil
}

// readEarlyKey reads what stands behind the prefix: the journal's latest line
// when the report came, and its own number.
func readEarlyKey(k []byte) (line, n uint64, err error) {
	for range 2 {
		if k, err = skipStr(k); err != nil {
			return 0, 0, err
		}
	}
	if len(k) != 16 {
		return 0, 0, errShort
	}
	return binary.BigEndian.Uint64(k), binary.BigEndian.Uint64(k[8:]), nil
}

func readEarly(k, v []byte) (arrived time.Time, r *sms.Report, err error) {
	if len(v) < 8 {
		return arrived, nil, corrupt(bEarly, k, errShort)
	}
	r = &sms.Report{}
	if err := decode(bEarly, k, v[8:], r); err != nil {
		return arrived, nil, err
	}
	if r.State != sms.Sent && !settled(r.State) {
		return arrived, nil, corrupt(bEarly, k, errors.New("no report has that state"))
	}
	return unstamp(binary.BigEndian.Uint64(v)), r, nil
}

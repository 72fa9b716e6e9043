package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/pigeon-sms/pigeon/sms"
)

const (
	// doubtsMost bounds the doubts of one message: the oldest is forgotten.
	doubtsMost = 16
	// twinsMost bounds how many messages are looked at for one that a report may
	// say again what it has said of: the default of keep_count.
	twinsMost = 20_000
)

// A doubt is a record in bDoubts.
type doubt struct{ key, value []byte }

func (d doubt) in(all []doubt) bool {
	return slices.ContainsFunc(all, func(o doubt) bool { return bytes.Equal(o.key, d.key) && bytes.Equal(o.value, d.value) })
}

func doubtOf(m *sms.Message, d *sms.Doubt) doubt {
	k := binary.BigEndian.AppendUint64(appendStr(nil, d.Net), d.Seq)
	v := binary.BigEndian.AppendUint64(u64(stamp(d.From)), stamp(d.Until))
	return doubt{binary.BigEndian.AppendUint64(k, m.Num), append(v, m.To...)}
}

// readDoubt reads a record: whose it is, to whom, of which attempt and when.
func readDoubt(k, v []byte) (num uint64, to sms.Number, d sms.Doubt, err error) {
	rest, err := skipStr(k)
	if err != nil {
		return 0, "", d, err
	}
	if len(rest) != 16 || len(v) < 16 {
		return 0, "", d, errShort
	}
	d.Seq = binary.BigEndian.Uint64(rest)
	d.From, d.Until = unstamp(binary.BigEndian.Uint64(v)), unstamp(binary.BigEndian.Uint64(v[8:]))
	return binary.BigEndian.Uint64(rest[8:]), sms.Number(v[16:]), d, nil
}

// doubted enters that the attempt which st.Event announced ended in doubt.
func doubted(st *sms.Status, d sms.Doubt) {
	st.Doubt = true
	if d.Net == "" || d.Count < 1 {
		return // no report could be told to be on it
	}
	d.Seq = st.Event.Seq
	st.Doubts = append(slices.Clone(st.Doubts), d)
	st.Doubts = st.Doubts[max(0, len(st.Doubts)-doubtsMost):]
}

// Doubts settles the doubts on which a report came early, and returns where the
// messages stand that this moved. It is to be called when an attempt has ended:
// a report comes early while nobody knows of the doubt yet, and while it could
// be on a segment that is just being sent.
func (db *DB) Doubts(ctx context.Context, settle sms.Settle) ([]*sms.Status, error) {
	if !db.stirred.Swap(false) {
		return nil, nil
	}
	var moved []*sms.Status
	err := db.do(ctx, func(t *txn) error {
		moved = nil
		if k, _ := t.bucket(bDoubts).Cursor().First(); k == nil {
			return nil // as a rule
		}
		var keys [][]byte
		if err := t.each(bEarly, nil, func(k, _ []byte) (bool, error) {
			keys = append(keys, bytes.Clone(k))
			return true, nil
		}); err != nil {
			return err
		}
		for _, k := range keys {
			st, err := t.claimEarly(k, settle)
			if err != nil {
				return err
			}
			if st != nil {
				moved = append(moved, st)
			}
		}
		if t.early || len(moved) > 0 {
			db.stirred.Store(true)
		}
		return nil
	})
	if err != nil {
		db.stirred.Store(true)
		return nil, fmt.Errorf("settle doubts: %w", err)
	}
	return moved, nil
}

// InDoubt returns the messages with a doubt that no report has settled, in no
// order; one may be there twice.
func (db *DB) InDoubt(ctx context.Context) ([]uint64, error) {
	var nums []uint64
	err := db.view(ctx, func(t *txn) error {
		return t.each(bDoubts, nil, func(k, v []byte) (bool, error) {
			num, _, _, err := readDoubt(k, v)
			if err != nil {
				return false, corrupt(bDoubts, k, err)
			}
			nums = append(nums, num)
			return true, nil
		})
	})
	return nums, err
}

// stir has the next Doubts look, where an attempt ends in doubt.
func (db *DB) stir(o sms.Outcome) {
	if o.Doubt != nil {
		db.stirred.Store(true)
	}
}

func (t *txn) claimEarly(k []byte, settle sms.Settle) (*sms.Status, error) {
	line, _, err := readEarlyKey(k)
	if err != nil {
		return nil, corrupt(bEarly, k, err)
	}
	_, r, err := readEarly(k, t.get(bEarly, k))
	if err != nil {
		return nil, err
	}
	taken, st, err := t.claim(r, line, settle)
	if taken {
		t.del(bEarly, k)
	}
	return st, err
}

// claim has a report settle the doubt it is on, if there is one; st is where the
// message stands when that is news. line is the journal's latest when the report
// came.
//
// A doubt is settled by a report on the same SIM, that names the same recipient,
// came after the attempt began, on a segment the service centre took in the time
// given. Where it could be on two, on a segment that is just being sent, or says
// again what was said of another segment, it settles none. Each doubt is used up
// by as many reports as it has segments, so that it cannot take another's.
func (t *txn) claim(r *sms.Report, line uint64, settle sms.Settle) (taken bool, st *sms.Status, err error) {
	row, i, err := t.meant(r, line)
	if err != nil || row == nil {
		return false, nil, err
	}
	d := row.st.Doubts[i]
	if yes, err := t.underWay(row, r); err != nil || yes {
		t.early = t.early || yes
		return false, nil, err
	}
	if twin, err := t.twin(r, &d); err != nil || twin {
		return false, nil, err
	}
	row.st.Doubts = slices.Clone(row.st.Doubts)
	if d.Count > 1 {
		row.st.Doubts[i].Segment, row.st.Doubts[i].Count = d.Segment+1, d.Count-1
	} else {
		row.st.Doubts = slices.Delete(row.st.Doubts, i, i+1)
	}
	if takeLate(row, r, &d) {
		_, news, err := t.enter(row, d.Segment, r, settle)
		if err != nil {
			return false, nil, err
		}
		if news {
			st = row.st
		}
	}
	return true, st, t.save(row)
}

// meant finds the doubt a report is on: row.st.Doubts[i]; no row where there is
// none, or more than one.
func (t *txn) meant(r *sms.Report, line uint64) (found *row, i int, err error) {
	err = t.each(bDoubts, appendStr(nil, r.Net), func(k, v []byte) (bool, error) {
		num, to, d, err := readDoubt(k, v)
		if err != nil {
			return false, corrupt(bDoubts, k, err)
		}
		if line < d.Seq || !d.Fits(r.SentAt) || !sms.SameNumber(to, r.To) {
			return true, nil
		}
		row, err := t.row(num)
		if err != nil {
			return false, corrupt(bDoubts, k, err)
		}
		n := slices.IndexFunc(row.st.Doubts, func(x sms.Doubt) bool { return x.Seq == d.Seq })
		switch {
		case n < 0:
			return false, corrupt(bDoubts, k, fmt.Errorf("message %d has no such doubt", num))
		case found == nil:
			found, i = row, n
		case found.m.Num != num || found.st.Doubts[i].Segment != row.st.Doubts[n].Segment:
			found = nil
			return false, nil
		case !found.st.Doubts[i].Nearer(&row.st.Doubts[n], r.SentAt):
			i = n // twice the same segment: the other copy's report is yet to come, and is not to be taken for another's
		}
		return true, nil
	})
	return found, i, err
}

// underWay reports whether a report on a doubt may be on what is just being
// sent, or cannot be entered before that has ended.
func (t *txn) underWay(doubtful *row, r *sms.Report) (yes bool, err error) {
	if doubtful.st.Event.State == sms.Sending {
		return true, nil
	}
	c, err := t.counts()
	if err != nil {
		return false, err
	}
	err = t.each(bPending, nil, func(k, v []byte) (bool, error) {
		if c.sending == 0 {
			return false, nil
		}
		w, err := unpackWaiting(k, v)
		if err != nil || w.State != sms.Sending {
			return true, err
		}
		c.sending--
		if !sms.SameNumber(w.To, r.To) {
			return true, nil
		}
		st, err := t.status(k)
		if err != nil {
			return false, corrupt(bPending, k, err)
		}
		yes = st.Net == "" || st.Net == r.Net
		return !yes, nil
	})
	return yes, err
}

// twin reports whether a segment to the same recipient is known that the report
// may be on: one whose last report has come, that was sent anew since, or whose
// ref could not be read.
func (t *txn) twin(r *sms.Report, d *sms.Doubt) (bool, error) {
	end := []byte(r.To[max(0, len(r.To)-twinEnd):]) // alike in all writings of a number
	looked := 0
	for k, v := range t.descend(bStatus, nil) {
		if !bytes.Contains(v, []byte(`"refs":`)) && !bytes.Contains(v, []byte(`"gone":`)) {
			continue
		}
		if looked++; looked > twinsMost {
			return true, nil // nobody can say that there is none
		}
		if !bytes.Contains(v, end) {
			continue
		}
		st, err := readStatus(k, v)
		if err != nil {
			return false, err
		}
		like := func(ref sms.Ref) bool {
			near := d.From.IsZero() || ref.Time.Sub(r.SentAt).Abs() <= d.Until.Sub(d.From)
			return near && ref.Net == r.Net && (ref.ID == r.ID || ref.ID == "")
		}
		if sms.SameNumber(st.Event.To, r.To) && (slices.ContainsFunc(st.Refs, like) || slices.ContainsFunc(st.Gone, like)) {
			return true, nil
		}
	}
	return false, nil
}

// twinEnd is how many of a number's last digits are looked for in the octets of
// a status: fewer than two writings of one number have in common.
const twinEnd = 5

// takeLate enters the ref that a report gives to a segment in doubt, and reports
// whether the report is to be entered too.
func takeLate(r *row, rep *sms.Report, d *sms.Doubt) bool {
	st := r.st
	ref := sms.Ref{Net: d.Net, ID: rep.ID, Segment: d.Segment, Time: rep.SentAt}
	if ref.Time.IsZero() || d.From.IsZero() {
		ref.Time = rep.Time
	}
	switch {
	case slices.ContainsFunc(st.Refs, func(ref sms.Ref) bool { return ref.Segment == d.Segment }):
		// It was sent again, and the network took that too: of two copies the
		// one that arrives counts.
		gone(st, ref)
		return rep.State == sms.Delivered
	case st.Event.State != sms.Queued && st.Event.State != sms.Doubtful, // it has ended otherwise
		len(st.Refs) != d.Segment || slices.ContainsFunc(st.Refs, func(ref sms.Ref) bool { return ref.Net != d.Net }): // meanwhile it is being sent by another SIM
		gone(st, ref) // so that what says this again settles no other doubt
		return false
	}
	st.Refs = append(slices.Clone(st.Refs), ref)
	st.Way, st.Net = d.Way, d.Net
	if len(st.Refs) == r.m.Segments {
		st.Event.Modem = d.Way
	}
	return true
}

// doubts deletes those of final messages that no report will come for.
func (tr *trimmer) doubts(t *txn) error {
	keys, err := tr.scan(t, bDoubts, nil, func(k, v []byte) (bool, error) {
		num, _, _, err := readDoubt(k, v)
		if err != nil {
			return false, corrupt(bDoubts, k, err)
		}
		st, err := t.status(u64(num))
		if err != nil {
			return false, corrupt(bDoubts, k, err)
		}
		return st.Event.Final && tr.now.Sub(st.Event.Time) > refAge, nil
	})
	for _, k := range keys {
		t.del(bDoubts, k)
	}
	return err
}

func (a *audit) doubts() error {
	return a.walk(bDoubts, func(k, v []byte) error {
		num, _, d, err := readDoubt(k, v)
		if err != nil {
			return corrupt(bDoubts, k, err)
		}
		if !(doubt{k, v}).in(a.of(num).doubts) {
			a.say("doubts: that of message %d, attempt of line %d, is settled, or is none", num, d.Seq)
		}
		return nil
	})
}

package store

import (
	"context"
	"encoding/binary"
	"errors"
	"math"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// A packed sms.Spent, without Known: that stands in keys of its own. It is
// packed because every attempt writes it.
//
//	time     last
//	uvarint  day, segments, month, segments
//	uvarint  how many ticks; for each: uvarint how many after the one before,
//	         uvarint segments (of the minute, then of the hour)
func packSpent(s *sms.Spent) []byte {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, 64), stamp(s.Last))
	for _, n := range []int64{s.Day.N, int64(s.Day.Segments), s.Month.N, int64(s.Month.Segments)} {
		b = binary.AppendUvarint(b, uint64(max(0, n)))
	}
	for _, ts := range []sms.Ticks{s.Minute, s.Hour} {
		b = binary.AppendUvarint(b, uint64(len(ts)))
		before := int64(0)
		for _, t := range ts {
			b = binary.AppendUvarint(b, uint64(max(0, t.N-before)))
			b = binary.AppendUvarint(b, uint64(t.Segments))
			before = t.N
		}
	}
	return b
}

// ticksMost bounds the ticks of a record: those of a window, and as many that a
// clock set back has left ahead.
const ticksMost = 2 * sms.TicksMost

func unpackSpent(key, value []byte) (sms.Spent, error) {
	r := reader{b: value}
	s := sms.Spent{Last: r.time()}
	s.Day = sms.Period{N: r.long(maxDay), Segments: r.count(math.MaxInt32)}
	s.Month = sms.Period{N: r.long(maxMonth), Segments: r.count(math.MaxInt32)}
	for _, ts := range []*sms.Ticks{&s.Minute, &s.Hour} {
		at := int64(0)
		for i := range r.count(ticksMost) {
			n := r.long(maxTick)
			if i > 0 && n == 0 {
				r.fail(errors.New("ticks out of order"))
			}
			at += n
			*ts = append(*ts, sms.Tick{N: at, Segments: r.count(math.MaxInt32)})
		}
	}
	if len(r.b) > 0 {
		r.fail(errors.New("octets left over"))
	}
	if r.err != nil {
		return sms.Spent{}, corrupt(bSpent, key, r.err)
	}
	return s, nil
}

const (
	maxDay   = 1 << 20 // past the year 4000
	maxMonth = 1 << 16
	maxTick  = 1 << 40 // in seconds
)

// Kinds of key in bSpent.
const (
	spentSIM  = 's'
	spentMark = 'r'
)

func spentKey(net string) []byte { return appendStr([]byte{spentSIM}, net) }

// markPrefix is what the keys of a SIM's marks have in common.
func markPrefix(net string) []byte { return appendStr([]byte{spentMark}, net) }

func markKey(net string, month int64, m sms.Mark) []byte {
	return append(binary.BigEndian.AppendUint32(markPrefix(net), uint32(month)), m[:]...)
}

// readMarkKey returns the key of the SIM the mark is of, and its month.
func readMarkKey(k []byte) (sim []byte, month int64, m sms.Mark, err error) {
	rest, err := skipStr(k[1:])
	if err != nil {
		return nil, 0, m, err
	}
	if len(rest) != 4+len(m) {
		return nil, 0, m, errShort
	}
	copy(m[:], rest[4:])
	sim = append([]byte{spentSIM}, k[1:len(k)-len(rest)]...)
	return sim, int64(binary.BigEndian.Uint32(rest)), m, nil
}

// spend counts an attempt against its SIM.
func (t *txn) spend(b sms.Begin) error {
	key := spentKey(b.Net)
	var s sms.Spent
	if v := t.get(bSpent, key); v != nil {
		var err error
		if s, err = unpackSpent(key, v); err != nil {
			return err
		}
	}
	s.Add(b.Time, b.Segments, "")
	t.put(bSpent, key, packSpent(&s))
	if b.Recipient == "" {
		return nil
	}
	if k := markKey(b.Net, s.Month.N, b.Recipient.Mark()); !t.has(bSpent, k) {
		t.put(bSpent, k, nil)
	}
	return nil
}

// Spent returns what each SIM has sent lately, by its name in sms.Begin.
func (db *DB) Spent(ctx context.Context) (map[string]sms.Spent, error) {
	all := map[string]sms.Spent{}
	err := db.view(ctx, func(t *txn) error {
		return t.each(bSpent, []byte{spentSIM}, func(k, v []byte) (bool, error) {
			s, err := unpackSpent(k, v)
			if err != nil {
				return false, err
			}
			if rest, err := skipStr(k[1:]); err != nil || len(rest) > 0 {
				return false, corrupt(bSpent, k, errors.New("its name cannot be read"))
			}
			net := string(k[2:])
			s.Known, err = t.recipients(net, s.Month.N)
			all[net] = s
			return true, err
		})
	})
	return all, err
}

// recipients reads the marks of a SIM's month.
func (t *txn) recipients(net string, month int64) (marks map[sms.Mark]bool, err error) {
	err = t.each(bSpent, binary.BigEndian.AppendUint32(markPrefix(net), uint32(month)), func(k, _ []byte) (bool, error) {
		_, _, m, err := readMarkKey(k)
		if err != nil {
			return false, corrupt(bSpent, k, err)
		}
		if marks == nil {
			marks = map[sms.Mark]bool{}
		}
		marks[m] = true
		return true, nil
	})
	return marks, err
}

// marks deletes the marks of months that are over: those before the month that
// their SIM is counted in, and all of a SIM whose month is long over.
func (tr *trimmer) marks(t *txn) error {
	keys, err := tr.scan(t, bSpent, []byte{spentMark}, func(k, _ []byte) (bool, error) {
		sim, month, _, err := readMarkKey(k)
		if err != nil {
			return false, corrupt(bSpent, k, err)
		}
		v := t.get(bSpent, sim)
		if v == nil {
			return true, nil
		}
		s, err := unpackSpent(sim, v)
		return month != s.Month.N || tr.over(&s), err
	})
	for _, k := range keys {
		t.del(bSpent, k)
	}
	return err
}

// spent deletes the records of SIMs that have sent nothing for a month.
func (tr *trimmer) spent(t *txn) error {
	keys, err := tr.scan(t, bSpent, []byte{spentSIM}, func(k, v []byte) (bool, error) {
		s, err := unpackSpent(k, v)
		return err == nil && tr.over(&s), err
	})
	for _, k := range keys {
		t.del(bSpent, k)
	}
	return err
}

// spentAge is more than two months: nothing that is counted lasts longer, even
// by a clock that is a month behind.
const spentAge = 63 * 24 * time.Hour

func (tr *trimmer) over(s *sms.Spent) bool { return tr.now.Sub(s.Last) > spentAge }

// spent checks that what SIMs have spent can be read, and that each mark
// is of one of them.
func (a *audit) spent() error {
	return a.walk(bSpent, func(k, v []byte) error {
		if err := spentHolds(a.txn, k, v); err != nil {
			return corrupt(bSpent, k, err)
		}
		return nil
	})
}

// spentHolds says what is wrong with a record of bSpent.
func spentHolds(t *txn, k, v []byte) error {
	switch {
	case len(k) > 1 && k[0] == spentSIM:
		if rest, err := skipStr(k[1:]); err != nil || len(rest) > 0 {
			return errors.New("its name cannot be read")
		}
		_, err := unpackSpent(k, v)
		return err
	case len(k) > 1 && k[0] == spentMark:
		sim, _, _, err := readMarkKey(k)
		switch {
		case err != nil:
			return err
		case len(v) > 0:
			return errors.New("a mark with a value")
		case !t.has(bSpent, sim):
			return errors.New("its SIM has sent nothing")
		}
		return nil
	}
	return errors.New("no such kind of key")
}

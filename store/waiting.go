package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// A packed sms.Waiting, the value in bPending. It is packed because all of
// them are read at every start:
//
//	octet    0 queued, 1 sending; and 2 where a lifetime follows
//	octet    priority
//	uvarint  attempt
//	time     due
//	time     expires
//	lstr     to, from, route, origin
//	uvarint  segments
//	time     since when it waits
//	uvarint  lifetime in nanoseconds
//
// An lstr is a string behind its length as a uvarint.
func packWaiting(m *sms.Message, st *sms.Status) []byte {
	b := make([]byte, 0, 64)
	b = append(b, 0, byte(m.Priority))
	if st.Event.State == sms.Sending {
		b[0] = 1
	}
	b = binary.AppendUvarint(b, uint64(max(0, st.Event.Attempt-st.Tried)))
	b = binary.BigEndian.AppendUint64(b, stamp(st.Due))
	b = binary.BigEndian.AppendUint64(b, stamp(m.Expires))
	for _, s := range []string{string(m.To), m.From, m.Route, m.Origin} {
		b = appendLstr(b, s)
	}
	b = binary.AppendUvarint(b, uint64(m.Segments))
	b = binary.BigEndian.AppendUint64(b, stamp(m.Since()))
	if m.Lifetime > 0 {
		b[0] |= packedLifetime
		b = binary.AppendUvarint(b, uint64(m.Lifetime))
	}
	return b
}

// packedLifetime is the bit that says that a lifetime follows.
const packedLifetime = 2

func appendLstr(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func unpackWaiting(key, value []byte) (sms.Waiting, error) {
	num, err := readU64(key)
	if err != nil {
		return sms.Waiting{}, corrupt(bPending, key, err)
	}
	r := reader{b: value}
	w := sms.Waiting{Num: num}
	s := r.octet()
	switch s &^ packedLifetime {
	case 0:
		w.State = sms.Queued
	case 1:
		w.State = sms.Sending
	default:
		r.fail(fmt.Errorf("state %d", s))
	}
	w.Priority = sms.Priority(r.octet())
	w.Attempt = r.count(math.MaxInt32)
	w.Due, w.Expires = r.time(), r.time()
	w.To, w.From, w.Route, w.Origin = sms.Number(r.lstr()), r.lstr(), r.lstr(), r.lstr()
	w.Segments, w.Since = r.count(maxSegments), r.time()
	if s&packedLifetime != 0 {
		w.Lifetime = time.Duration(r.long(math.MaxInt64))
	}
	if len(r.b) > 0 {
		r.fail(errors.New("octets left over"))
	}
	if r.err != nil {
		return sms.Waiting{}, corrupt(bPending, key, r.err)
	}
	return w, nil
}

// A reader takes values off the front of b until the first fault.
type reader struct {
	b   []byte
	err error
}

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
	r.b = nil
}

func (r *reader) take(n int) []byte {
	if len(r.b) < n {
		r.fail(errShort)
		return make([]byte, n)
	}
	v := r.b[:n]
	r.b = r.b[n:]
	return v
}

func (r *reader) octet() byte { return r.take(1)[0] }

func (r *reader) time() time.Time { return unstamp(binary.BigEndian.Uint64(r.take(8))) }

// count reads a uvarint that is at most most.
func (r *reader) count(most uint64) int { return int(r.long(most)) }

// long reads a uvarint that may be more than an int holds.
func (r *reader) long(most uint64) int64 {
	n, size := binary.Uvarint(r.b)
	if size <= 0 || n > most {
		r.fail(errors.New("a count out of bounds"))
		return 0
	}
	r.b = r.b[size:]
	return int64(n)
}

func (r *reader) lstr() string { return string(r.take(r.count(uint64(len(r.b))))) }

// Pending calls yield with every message that has not been sent, oldest first,
// until it returns an error. yield runs inside a transaction and must not call
// the store.
func (db *DB) Pending(ctx context.Context, yield func(sms.Waiting) error) error {
	return db.view(ctx, func(t *txn) error {
		return t.each(bPending, nil, func(k, v []byte) (bool, error) {
			w, err := unpackWaiting(k, v)
			if err == nil {
				err = yield(w)
			}
			return true, err
		})
	})
}

// Awaiting returns the messages, at most max, whose wait for a report was to
// end before a time, the longest over first.
func (db *DB) Awaiting(ctx context.Context, before time.Time, max int) ([]uint64, error) {
	var nums []uint64
	err := db.view(ctx, func(t *txn) error {
		return t.each(bAwaiting, nil, func(k, _ []byte) (bool, error) {
			until, num, err := readAwaitKey(k)
			if err != nil {
				return false, corrupt(bAwaiting, k, err)
			}
			if len(nums) >= max || !until.Before(before) {
				return false, nil
			}
			nums = append(nums, num)
			return true, nil
		})
	})
	return nums, err
}

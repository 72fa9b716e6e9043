package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

const (
	// trimBatch bounds what one transaction of Trim deletes, and trimLook what
	// it reads for that, in records: a message that has to be committed
	// meanwhile waits for no more.
	trimBatch = 200
	trimLook  = 1000
	// trimRoom is how full the file may be, in quarters of Config.MaxSize, before
	// history goes for it: well below where new messages are refused.
	trimRoom = 3
	// journalTail is how many lines stay that every follower has passed, for
	// readers that come back without a cursor of their own.
	journalTail = 1000
	// refAge is how long a report may still come for a message that nobody
	// waits on any more.
	refAge = 7 * 24 * time.Hour
)

// Trim deletes what need not be kept any longer: final messages and received
// ones that are older than keep.Age or more than keep.Count (0: no such limit),
// the oldest first, with all that leads to them; lines of the journal that
// every known follower has passed; refs and doubts of final messages that no
// report will come for; what SIMs have spent in months that are over; people
// nobody has heard of for sms.StickDays. A message that is not final stays
// whatever its age, and a received one until its line in the journal has gone.
//
// Where the file is fuller than trimRoom says after that, more of the same goes,
// the oldest first, whatever keep says: new messages come before old history.
//
// It works in many small transactions, and returns how many records it deleted,
// also with an error.
func (db *DB) Trim(ctx context.Context, keep sms.Retention, now time.Time) (dropped int, err error) {
	if err := db.Flush(ctx); err != nil { // the journal goes by the cursors
		return 0, fmt.Errorf("trim: %w", err)
	}
	for _, round := range rounds {
		for from := []byte(nil); ; {
			tr, err := db.trim(ctx, round, trimmer{keep: keep, now: now, from: from})
			dropped += tr.dropped
			if err != nil {
				return dropped, err
			}
			if from = tr.next; from == nil {
				break
			}
		}
	}
	squeezed, err := db.squeeze(ctx, keep, now)
	return dropped + squeezed, err
}

// rounds are in the order in which what one deletes lets the next delete more.
var rounds = []func(*trimmer, *txn) error{
	(*trimmer).messages, (*trimmer).journal, (*trimmer).received, (*trimmer).refs, (*trimmer).requests,
	(*trimmer).marks, (*trimmer).spent, (*trimmer).doubts, (*trimmer).sticky,
}

// trim runs one share of a round.
func (db *DB) trim(ctx context.Context, round func(*trimmer, *txn) error, share trimmer) (tr trimmer, err error) {
	err = db.do(ctx, func(t *txn) error {
		tr = share
		return round(&tr, t)
	})
	if err != nil {
		return trimmer{}, fmt.Errorf("trim: %w", err)
	}
	return tr, nil
}

// squeeze deletes history, the oldest first, until the file has room again or
// none is left that may go: a share of each kind in turn.
func (db *DB) squeeze(ctx context.Context, keep sms.Retention, now time.Time) (dropped int, err error) {
	for {
		used, most, err := db.Used(ctx)
		if err != nil || used <= most/4*trimRoom {
			return dropped, err
		}
		before := dropped
		for _, round := range rounds {
			share := trimmer{keep: keep, now: now, oldest: true}
			for {
				tr, err := db.trim(ctx, round, share)
				if err != nil {
					return dropped, err
				}
				if dropped += tr.dropped; tr.dropped > 0 || tr.next == nil {
					break
				}
				share.from = tr.next
			}
		}
		if dropped == before {
			return dropped, nil
		}
	}
}

// A trimmer is one transaction's share of a round.
type trimmer struct {
	keep sms.Retention
	now  time.Time

	oldest bool // the oldest go, for want of room

	from    []byte // key to begin at
	next    []byte // key the next one begins at; nil when the round is over
	dropped int
}

// scan shows the records of a bucket that begin with prefix to old, from where
// the last share ended, and returns the keys it picked.
func (tr *trimmer) scan(t *txn, b bucket, prefix []byte, old func(k, v []byte) (bool, error)) (picked [][]byte, err error) {
	start := prefix
	if tr.from != nil {
		start = tr.from
	}
	looked := 0
	for k, v := range t.ascend(b, start) {
		if !bytes.HasPrefix(k, prefix) {
			break
		}
		if len(picked) == trimBatch || looked == trimLook {
			tr.next = bytes.Clone(k)
			break
		}
		looked++
		yes, err := old(k, v)
		if err != nil {
			return nil, err
		}
		if yes {
			picked = append(picked, bytes.Clone(k))
		}
	}
	tr.dropped = len(picked)
	if len(picked) > 0 {
		err = t.straight()
	}
	return picked, err
}

// past reports whether a thing of a time is older than is kept.
func (tr *trimmer) past(at time.Time) bool { return tr.keep.Age > 0 && tr.now.Sub(at) > tr.keep.Age }

// excess is how many of have are more than is kept.
func (tr *trimmer) excess(have uint64) int {
	if tr.oldest {
		return trimBatch
	}
	if tr.keep.Count <= 0 || have <= uint64(tr.keep.Count) {
		return 0
	}
	return int(min(have-uint64(tr.keep.Count), math.MaxInt32))
}

func (tr *trimmer) messages(t *txn) error {
	c, err := t.counts()
	if err != nil {
		return err
	}
	excess := tr.excess(c.messages)
	nums, err := tr.scan(t, bStatus, nil, func(k, v []byte) (bool, error) {
		st, err := readStatus(k, v)
		if err != nil || !st.Event.Final {
			return false, err
		}
		if excess--; excess >= 0 {
			return true, nil
		}
		return tr.past(st.Event.Time), nil
	})
	if err != nil {
		return err
	}
	for _, key := range nums {
		if err := t.forget(binary.BigEndian.Uint64(key)); err != nil {
			return err
		}
	}
	return nil
}

// forget deletes a message and all that leads to it, save the keys its request
// is known by, which it may share: see requests.
func (t *txn) forget(num uint64) error {
	r, err := t.row(num)
	if err != nil {
		return err
	}
	key := u64(num)
	t.del(bMessages, key)
	t.del(bStatus, key)
	t.del(bIDs, idKey(idMessage, r.m.ID))
	t.reindex(key, r.was, index{})
	return t.recount(r.was, index{})
}

func (tr *trimmer) journal(t *txn) error {
	floor := t.drawn(bJournal)
	tail := uint64(0)
	if floor > journalTail {
		tail = floor - journalTail
	}
	err := t.each(bCursors, nil, func(k, v []byte) (bool, error) {
		seq, err := readU64(v)
		if err != nil {
			return false, corrupt(bCursors, k, err)
		}
		floor = min(floor, seq)
		return true, nil
	})
	if err != nil {
		return err
	}
	lines, err := tr.scan(t, bJournal, nil, func(k, _ []byte) (bool, error) {
		seq, err := readU64(k)
		if err != nil {
			return false, corrupt(bJournal, k, err)
		}
		return seq <= min(floor, tail), nil
	})
	for _, k := range lines {
		t.del(bJournal, k)
	}
	if len(lines) < trimBatch {
		tr.next = nil // they are in order: none of the rest is to go
	}
	return err
}

func (tr *trimmer) received(t *txn) error {
	c, err := t.counts()
	if err != nil {
		return err
	}
	excess := tr.excess(c.received)
	seqs, err := tr.scan(t, bReceived, nil, func(k, v []byte) (bool, error) {
		if t.has(bJournal, k) {
			return false, nil
		}
		r, err := readReceived(k, v)
		if err != nil {
			return false, err
		}
		if excess--; excess >= 0 {
			return true, nil
		}
		return tr.past(r.Time), nil
	})
	if err != nil || len(seqs) == 0 {
		return err
	}
	for _, k := range seqs {
		t.del(bReceived, k)
	}
	return t.count(func(c *tally) { c.received -= uint64(len(seqs)) })
}

func (tr *trimmer) refs(t *txn) error {
	keys, err := tr.scan(t, bRefs, nil, func(k, _ []byte) (bool, error) {
		taken, num, _, err := readRefKey(k)
		if err != nil {
			return false, corrupt(bRefs, k, err)
		}
		if tr.now.Sub(taken) <= refAge {
			return false, nil
		}
		st, err := t.status(u64(num))
		if err != nil {
			return false, corrupt(bRefs, k, err)
		}
		return st.Event.Final, nil
	})
	for _, k := range keys {
		t.del(bRefs, k)
	}
	return err
}

// requests deletes the keys of requests none of whose messages is left.
func (tr *trimmer) requests(t *txn) error {
	keys, err := tr.scan(t, bIDs, nil, func(k, _ []byte) (bool, error) {
		if k[0] == idMessage {
			return false, nil
		}
		nums, err := t.several(k)
		return len(nums) == 0, err
	})
	for _, k := range keys {
		t.del(bIDs, k)
	}
	return err
}

package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"sync"
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
	// sweepLeast is how many shares of a round one Trim takes at least, and
	// sweepDay in how many Trims it gets once through what there is: a day's,
	// when it is called each hour.
	sweepLeast = 20
	sweepDay   = 24
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
// also with an error. It does not look at all there is each time: where what is to
// go stands together it ends behind that, and what may stand anywhere it sweeps in
// turns, so that twenty-four calls get once round.
func (db *DB) Trim(ctx context.Context, keep sms.Retention, now time.Time) (dropped int, err error) {
	if err := db.Flush(ctx); err != nil { // the journal goes by the cursors
		return 0, fmt.Errorf("trim: %w", err)
	}
	db.trimmed.Lock()
	defer db.trimmed.Unlock()
	for i, round := range rounds {
		var from []byte
		if round.sweeps {
			from = db.trimmed.at[i]
		}
		for shares := 1; ; shares++ {
			tr, err := db.trim(ctx, round.share, trimmer{keep: keep, now: now, from: from})
			dropped += tr.dropped
			if err != nil {
				return dropped, err
			}
			if from = tr.next; from == nil || round.sweeps && shares >= tr.enough {
				break
			}
		}
		if round.sweeps {
			db.trimmed.at[i] = from
		}
	}
	squeezed, err := db.squeeze(ctx, keep, now)
	return dropped + squeezed, err
}

// trim runs one share of a round.
func (db *DB) trim(ctx context.Context, round func(*trimmer, *txn) error, share trimmer) (tr trimmer, err error) {
	err = db.do(ctx, func(t *txn) error {
		tr = share
		c, err := t.counts()
		if err != nil {
			return err
		}
		// Of a message there are up to four records in a bucket.
		tr.enough = sweepLeast + int(4*(c.messages+c.received)/trimLook/sweepDay)
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
		for i, round := range rounds {
			share := trimmer{keep: keep, now: now, oldest: true}
			if round.sweeps {
				share.from = db.trimmed.at[i]
			}
			for shares := 1; ; shares++ {
				tr, err := db.trim(ctx, round.share, share)
				if err != nil {
					return dropped, err
				}
				dropped += tr.dropped
				if share.from = tr.next; tr.dropped > 0 || tr.next == nil || round.sweeps && shares >= tr.enough {
					break
				}
			}
			if round.sweeps {
				db.trimmed.at[i] = share.from
			}
		}
		if dropped == before {
			return dropped, nil
		}
	}
}

// rounds are what Trim does, in the order in which what one deletes lets the next
// delete more. Those that sweep go on where the last Trim ended.
var rounds = [...]struct {
	share  func(*trimmer, *txn) error
	sweeps bool
}{
	{(*trimmer).eldest, false}, {(*trimmer).aged, true},
	{(*trimmer).journal, false}, {(*trimmer).received, false},
	{(*trimmer).refs, true}, {(*trimmer).requests, true},
	{(*trimmer).marks, true}, {(*trimmer).spent, false}, {(*trimmer).doubts, true}, {(*trimmer).sticky, false},
}

// A sweeps says where the sweeping rounds go on; nil is from the beginning. It is
// locked for as long as a Trim lasts.
type sweeps struct {
	sync.Mutex
	at [len(rounds)][]byte
}

// A trimmer is one transaction's share of a round.
type trimmer struct {
	keep sms.Retention
	now  time.Time

	oldest bool // the oldest go, for want of room

	enough  int    // shares of one sweep
	left    int    // looked at, to be kept though it need not be: not on its way
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

// eldest deletes final messages from the oldest on, until it has looked at a share
// that has some and none to delete.
func (tr *trimmer) eldest(t *txn) error {
	c, err := t.counts()
	if err != nil {
		return err
	}
	if err := tr.messages(t, tr.excess(c.messages)); err != nil {
		return err
	}
	tr.settled()
	return nil
}

// aged deletes those that are too old wherever they stand: one may have ended
// long after those that were accepted later.
func (tr *trimmer) aged(t *txn) error {
	if tr.oldest {
		return nil
	}
	return tr.messages(t, 0)
}

// settled ends a round behind a share in which nothing had to go and something
// could have: what comes later is younger.
func (tr *trimmer) settled() {
	if tr.dropped == 0 && tr.left > 0 {
		tr.next = nil
	}
}

func (tr *trimmer) messages(t *txn, excess int) error {
	nums, err := tr.scan(t, bStatus, nil, func(k, v []byte) (bool, error) {
		if !bytes.Contains(v, final) {
			return false, nil // a million that wait need not be decoded
		}
		st, err := readStatus(k, v)
		if err != nil || !st.Event.Final {
			return false, err
		}
		if excess--; excess >= 0 || tr.past(st.Event.Time) {
			return true, nil
		}
		tr.left++
		return false, nil
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

// final is in every status that is final, as the encoder writes it. It may be in
// others too: a sender's meta can say anything.
var final = []byte(`"final":true`)

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
			tr.left++ // and so are all that come later
			return false, nil
		}
		r, err := readReceived(k, v)
		if err != nil {
			return false, err
		}
		if excess--; excess >= 0 || tr.past(r.Time) {
			return true, nil
		}
		tr.left++
		return false, nil
	})
	tr.settled()
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

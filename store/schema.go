package store

import (
	"fmt"

	"go.etcd.io/bbolt"
)

// schema numbers the layout. A file with a lower one is brought up to it at
// Open, one with a higher one is refused.
//
//	1  the first
//	2  front, and the last numbers drawn in meta; pending without ways that refused
//	3  doubts
//	4  sticky
//	5  pending says since when a message waits
const schema = 5

// steps[n] brings a file from schema n to n+1.
var steps = map[uint64]func(*bbolt.Tx) error{1: toFront, 2: toDoubts, 3: toSticky, 4: toSince}

// migrate brings a file up to schema, a step a transaction: a cut leaves it at
// one schema or the next. A file that is not ours is left for begin to refuse.
func migrate(file *bbolt.DB) error {
	for {
		var at uint64
		if err := file.View(func(tx *bbolt.Tx) error { at = schemaOf(tx); return nil }); err != nil {
			return err
		}
		step := steps[at]
		if step == nil {
			return nil
		}
		err := file.Update(func(tx *bbolt.Tx) error {
			if err := step(tx); err != nil {
				return err
			}
			return tx.Bucket([]byte(bMeta)).Put(keySchema, u64(at+1))
		})
		if err != nil {
			return fmt.Errorf("bring it from schema %d to %d: %w", at, at+1, err)
		}
	}
}

// schemaOf reads a file's schema; 0 where it has none.
func schemaOf(tx *bbolt.Tx) uint64 {
	meta := tx.Bucket([]byte(bMeta))
	if meta == nil {
		return 0
	}
	n, err := readU64(meta.Get(keySchema))
	if err != nil {
		return 0
	}
	return n
}

// toFront makes the front, moves the last numbers drawn, which stood in the
// buckets themselves, to meta, and packs pending anew.
func toFront(tx *bbolt.Tx) error {
	// spent came without a number of its own, and the others later.
	for _, b := range []bucket{bFront, bSpent, bDoubts, bSticky} {
		if _, err := tx.CreateBucketIfNotExists([]byte(b)); err != nil {
			return err
		}
	}
	for _, b := range buckets {
		if tx.Bucket([]byte(b)) == nil {
			return corrupt(b, nil, errNoBucket)
		}
	}
	t := &txn{tx: tx, direct: true}
	for _, b := range []bucket{bMessages, bJournal, bParts, bEarly} {
		t.put(bMeta, keyDrawn(b), u64(t.bucket(b).Sequence()))
	}
	return t.repack()
}

// repack writes pending as this version packs it.
func (t *txn) repack() error {
	var waiting [][]byte
	err := t.each(bPending, nil, func(k, _ []byte) (bool, error) {
		waiting = append(waiting, append([]byte(nil), k...))
		return true, nil
	})
	if err != nil {
		return err
	}
	for _, k := range waiting {
		num, err := readU64(k)
		if err != nil {
			return corrupt(bPending, k, err)
		}
		r, err := t.row(num)
		if err != nil {
			return err
		}
		t.put(bPending, k, packWaiting(r.m, r.st))
	}
	return t.err
}

// toDoubts makes the bucket of doubts. What was in doubt before has none: nobody
// had noted the SIM.
func toDoubts(tx *bbolt.Tx) error {
	_, err := tx.CreateBucketIfNotExists([]byte(bDoubts))
	return err
}

// toSticky makes the bucket of who is used to which SIM.
func toSticky(tx *bbolt.Tx) error {
	_, err := tx.CreateBucketIfNotExists([]byte(bSticky))
	return err
}

// toSince packs pending anew, with since when each message waits.
func toSince(tx *bbolt.Tx) error {
	t := &txn{tx: tx}
	if err := t.straight(); err != nil {
		return err
	}
	return t.repack()
}

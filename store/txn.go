package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"

	"github.com/pigeon-sms/pigeon/sms"
)

// A txn is one transaction. What it returns of the file is copied or decoded.
type txn struct {
	tx     *bbolt.Tx
	writes int    // puts and deletes so far: whether a failed op has left a trace
	line   uint64 // of the latest line appended to the journal; 0 for none
	err    error  // the first put or delete that bbolt refused: we have a bug
	early  bool   // a report on a doubt came while another segment may be meant

	used, most int64 // bytes in use when it began and since; Config.MaxSize

	near   uint64 // what the records written now lie beside in the front
	direct bool   // write to the large buckets themselves
	front  *front // read by the first who looks
}

// full notes how full the file is.
func (t *txn) full(db *DB) {
	s := db.file.Stats()
	t.used = t.tx.Size() - int64(s.FreePageN+s.PendingPageN)*pageSize
	t.most = db.cfg.MaxSize
}

// room refuses what would leave less than a share of the file free.
func (t *txn) room(share int64) error {
	if t.used < t.most-t.most/share {
		return nil
	}
	return fmt.Errorf("%w: %d of the %d bytes that store.max_size allows the state file are in use", sms.ErrFull, t.used, t.most)
}

// run runs one op.
func (t *txn) run(o *op) error {
	t.err, t.early = nil, false
	if err := o.run(t); err != nil {
		return err
	}
	return t.err
}

func (t *txn) bucket(b bucket) *bbolt.Bucket {
	bb := t.tx.Bucket([]byte(b))
	if appended[b] {
		bb.FillPercent = 0.95
	}
	return bb
}

// get returns a value, good until the transaction writes; nil where there is
// none.
func (t *txn) get(b bucket, key []byte) []byte {
	if s, ok := t.inFront(b, key); ok {
		if s.gone {
			return nil
		}
		return s.value
	}
	return t.bucket(b).Get(key)
}

func (t *txn) has(b bucket, key []byte) bool { return t.get(b, key) != nil }

func (t *txn) put(b bucket, key, value []byte) {
	t.writes++
	t.used += int64(len(key) + len(value))
	var err error
	if t.fronts(b) {
		err = t.putFront(b, key, stand{value: value})
	} else {
		err = t.bucket(b).Put(key, value)
	}
	if err != nil {
		t.err = errors.Join(t.err, fmt.Errorf("write %s %s: %w", b, show(key), err))
	}
}

func (t *txn) del(b bucket, key []byte) {
	t.writes++
	var err error
	if t.fronts(b) {
		err = t.delFront(b, key)
	} else {
		err = t.bucket(b).Delete(key)
	}
	if err != nil {
		t.err = errors.Join(t.err, fmt.Errorf("delete %s %s: %w", b, show(key), err))
	}
}

// fronts reports whether what is written to a bucket now goes to the front.
func (t *txn) fronts(b bucket) bool {
	_, ok := fronted[b]
	return ok && !t.direct
}

// next draws a bucket's next number, from 1. A number drawn in a transaction
// that is rolled back is drawn again.
func (t *txn) next(b bucket) uint64 {
	n := t.drawn(b) + 1
	t.put(bMeta, keyDrawn(b), u64(n))
	return n
}

// drawn is the last number of a bucket that was drawn; 0 for none. It stands in
// meta: in the bucket itself, bbolt would write the bucket's root anew for it.
func (t *txn) drawn(b bucket) uint64 {
	n, err := t.number(bMeta, keyDrawn(b))
	t.err = errors.Join(t.err, err)
	return n
}

// each calls f with the keys that begin with prefix, in order, until it returns
// false or an error. Both slices are good until the transaction writes, which f
// must not.
func (t *txn) each(b bucket, prefix []byte, f func(key, value []byte) (bool, error)) error {
	for k, v := range t.ascend(b, prefix) {
		if !bytes.HasPrefix(k, prefix) {
			return nil
		}
		if more, err := f(k, v); err != nil || !more {
			return err
		}
	}
	return nil
}

// number reads a value that is a number; 0 where there is none.
func (t *txn) number(b bucket, key []byte) (uint64, error) {
	v := t.get(b, key)
	if v == nil {
		return 0, nil
	}
	n, err := readU64(v)
	if err != nil {
		return 0, corrupt(b, key, err)
	}
	return n, nil
}

// decode reads a JSON value.
func decode(b bucket, key, value []byte, into any) error {
	if err := json.Unmarshal(value, into); err != nil {
		return corrupt(b, key, err)
	}
	return nil
}

// encode writes a JSON value. What the store is given can always be written,
// save a Meta that is not JSON.
func encode(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	return b, nil
}

// A tally counts what Counts and Trim would otherwise have to look for.
type tally struct {
	queued, sending, awaited uint64
	parts, sets              uint64
	messages, received       uint64
}

func (c *tally) fields() []*uint64 {
	return []*uint64{&c.queued, &c.sending, &c.awaited, &c.parts, &c.sets, &c.messages, &c.received}
}

func (c *tally) encode() []byte {
	var b []byte
	for _, n := range c.fields() {
		b = append(b, u64(*n)...)
	}
	return b
}

func readTally(b []byte) (c tally, err error) {
	fields := c.fields()
	if len(b) != 8*len(fields) {
		return c, errShort
	}
	for i, n := range fields {
		*n, _ = readU64(b[8*i : 8*i+8])
	}
	return c, nil
}

// counts returns the tally; all zero in a new file.
func (t *txn) counts() (tally, error) {
	v := t.get(bMeta, keyCounts)
	if v == nil {
		return tally{}, nil
	}
	c, err := readTally(v)
	if err != nil {
		return c, corrupt(bMeta, keyCounts, err)
	}
	return c, nil
}

// count changes the tally.
func (t *txn) count(change func(*tally)) error {
	c, err := t.counts()
	if err != nil {
		return err
	}
	change(&c)
	t.put(bMeta, keyCounts, c.encode())
	return nil
}

package store

import (
	"encoding/binary"
	"errors"
	"iter"
	"maps"
	"slices"

	"go.etcd.io/bbolt"
)

// The front is one small bucket where news of the large ones lies first.
//
// A commit writes every page on the way from the root to each record it
// touches. One moment of a message touches four to seven trees, each three
// pages deep once there is history, so alone it would write some forty pages.
// In the front all that belongs to one message lies side by side: a moment
// writes one page of it, the one above, the root and bbolt's own. When the
// front is full, or many moments share a commit anyway, all of it is filed:
// moved to where it belongs in one go, so that those pages are shared too.
//
//	key    near u64, mark u8, the record's key
//	value  frontPut and the record's value | frontGone: the large bucket's record is deleted
//
// Readers see the two as one: get, has, ascend and descend look in the front
// first. Nothing else in this package knows of it.

// fronted names the buckets whose news lies in front, with their marks.
var fronted = map[bucket]byte{
	bMessages: 'm', bStatus: 's', bIDs: 'i', bJournal: 'j', bReceived: 't',
	bPending: 'p', bAwaiting: 'a', bRefs: 'r', bSlots: 'l',
	bSticky: 'k',
}

// What a value in the front begins with.
const (
	frontGone byte = iota
	frontPut
)

const (
	// frontMost is how many records the front holds before it is filed. Each
	// transaction reads it whole, so it is small; each record in it will be
	// written once more, so it is not smaller. A file that may not grow large
	// has room to file only fewer, one for each frontShare octets.
	frontMost  = 256
	frontShare = 64 << 10
	// frontLarge is the size in octets from which a value goes straight to its
	// bucket: in the front its neighbours would be written with it again and
	// again.
	frontLarge = 1024
	// straightFrom is how many moments of one commit, or messages of one moment,
	// go straight to the large buckets: they share the pages there already.
	straightFrom = 8
)

// A stand is a record that lies in the front.
type stand struct {
	near  uint64 // what it lies beside: its message's number, or its line's from nearLine on
	value []byte
	gone  bool // the record below is deleted
}

// nearLine sorts what belongs to no message behind what does.
const nearLine = 1 << 63

// A front is the front as one transaction sees it.
type front struct {
	at map[bucket]map[string]stand
	n  int
}

// marked is fronted the other way round.
var marked = func() map[byte]bucket {
	m := map[byte]bucket{}
	for b, mark := range fronted {
		m[mark] = b
	}
	return m
}()

func frontKey(near uint64, b bucket, key []byte) []byte {
	return append(append(u64(near), fronted[b]), key...)
}

// readFront reads a record of the front.
func readFront(k, v []byte) (b bucket, key []byte, s stand, err error) {
	if len(k) < 9 || len(v) < 1 {
		return "", nil, s, corrupt(bFront, k, errShort)
	}
	b = marked[k[8]]
	if b == "" || v[0] > frontPut || v[0] == frontGone && len(v) > 1 {
		return "", nil, s, corrupt(bFront, k, errors.New("no such kind of record"))
	}
	return b, k[9:], stand{near: binary.BigEndian.Uint64(k), value: v[1:], gone: v[0] == frontGone}, nil
}

// loadFront reads the front, once in a transaction. What cannot be read is
// left out: Audit names it, and the file says no more about it.
func (t *txn) loadFront() *front {
	if t.front != nil {
		return t.front
	}
	t.front = &front{at: map[bucket]map[string]stand{}}
	for b := range fronted {
		t.front.at[b] = map[string]stand{}
	}
	c := t.tx.Bucket([]byte(bFront)).Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		t.front.n++
		if b, key, s, err := readFront(k, v); err == nil {
			t.front.at[b][string(key)] = s
		}
	}
	return t.front
}

// inFront looks a record up in the front.
func (t *txn) inFront(b bucket, key []byte) (stand, bool) {
	if _, ok := fronted[b]; !ok {
		return stand{}, false
	}
	s, ok := t.loadFront().at[b][string(key)]
	return s, ok
}

// putFront writes a record to the front, in the place where it lies already.
func (t *txn) putFront(b bucket, key []byte, s stand) error {
	f := t.loadFront()
	old, there := f.at[b][string(key)]
	if len(s.value) >= frontLarge {
		if there {
			if err := t.leaveFront(b, key, old); err != nil {
				return err
			}
		}
		return t.bucket(b).Put(key, s.value)
	}
	if s.near = t.near; there {
		s.near = old.near
	} else {
		f.n++
	}
	v := []byte{frontGone}
	if !s.gone {
		v = append([]byte{frontPut}, s.value...)
		s.value = v[1:]
	}
	f.at[b][string(key)] = s
	return t.tx.Bucket([]byte(bFront)).Put(frontKey(s.near, b, key), v)
}

// delFront deletes a record: it leaves a mark where the large bucket has one,
// and nothing where it has none.
func (t *txn) delFront(b bucket, key []byte) error {
	if t.below(b, key) {
		return t.putFront(b, key, stand{gone: true})
	}
	if s, there := t.loadFront().at[b][string(key)]; there {
		return t.leaveFront(b, key, s)
	}
	return nil
}

// leaveFront takes a record out of the front.
func (t *txn) leaveFront(b bucket, key []byte, s stand) error {
	delete(t.front.at[b], string(key))
	t.front.n--
	return t.tx.Bucket([]byte(bFront)).Delete(frontKey(s.near, b, key))
}

// below reports whether a large bucket itself has a record, whose value may be
// empty.
func (t *txn) below(b bucket, key []byte) bool {
	k, _ := t.bucket(b).Cursor().Seek(key)
	return string(k) == string(key)
}

// prepare readies the front for a transaction of so many moments.
func (t *txn) prepare(moments int) error {
	switch {
	case moments >= straightFrom:
		return t.straight()
	case t.loadFront().n > min(frontMost, int(t.most/frontShare)):
		return t.file()
	}
	return nil
}

// straight files the front, and has the rest of the transaction write to the
// large buckets.
func (t *txn) straight() error {
	t.direct = true
	return t.file()
}

// file moves all that lies in the front to where it belongs. It is no news: by
// itself it makes no transaction worth a commit.
func (t *txn) file() error {
	f := t.loadFront()
	if f.n == 0 {
		return nil
	}
	for _, b := range slices.Sorted(maps.Keys(f.at)) {
		to := t.bucket(b)
		for _, key := range slices.Sorted(maps.Keys(f.at[b])) {
			s := f.at[b][key]
			var err error
			if s.gone {
				err = to.Delete([]byte(key))
			} else {
				err = to.Put([]byte(key), s.value)
			}
			if err != nil {
				return err
			}
		}
	}
	t.front = nil
	if err := t.tx.DeleteBucket([]byte(bFront)); err != nil {
		return err
	}
	_, err := t.tx.CreateBucket([]byte(bFront))
	return err
}

// ascend yields the records of a bucket from a key on, in order. The slices are
// good until the transaction writes, which the caller must not meanwhile.
func (t *txn) ascend(b bucket, from []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(k, v []byte) bool) {
		c := t.bucket(b).Cursor()
		k, v := c.Seek(from)
		for _, key := range t.standing(b) {
			if key < string(from) {
				continue
			}
			for ; k != nil && string(k) < key; k, v = c.Next() {
				if !yield(k, v) {
					return
				}
			}
			if string(k) == key {
				k, v = c.Next()
			}
			if s := t.front.at[b][key]; !s.gone && !yield([]byte(key), s.value) {
				return
			}
		}
		for ; k != nil; k, v = c.Next() {
			if !yield(k, v) {
				return
			}
		}
	}
}

// descend yields the records of a bucket before a key, or all for nil, from the
// last back. It is otherwise as ascend.
func (t *txn) descend(b bucket, before []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(k, v []byte) bool) {
		c := t.bucket(b).Cursor()
		k, v := lastBefore(c, before)
		keys := t.standing(b)
		for _, key := range slices.Backward(keys) {
			if before != nil && key >= string(before) {
				continue
			}
			for ; k != nil && string(k) > key; k, v = c.Prev() {
				if !yield(k, v) {
					return
				}
			}
			if string(k) == key {
				k, v = c.Prev()
			}
			if s := t.front.at[b][key]; !s.gone && !yield([]byte(key), s.value) {
				return
			}
		}
		for ; k != nil; k, v = c.Prev() {
			if !yield(k, v) {
				return
			}
		}
	}
}

// standing are the keys of a bucket's records in the front, in order.
func (t *txn) standing(b bucket) []string {
	if _, ok := fronted[b]; !ok {
		return nil
	}
	return slices.Sorted(maps.Keys(t.loadFront().at[b]))
}

// lastBefore moves a cursor to the last record before a key; nil is the end.
func lastBefore(c *bbolt.Cursor, before []byte) (k, v []byte) {
	if before == nil {
		return c.Last()
	}
	if k, _ := c.Seek(before); k == nil {
		return c.Last()
	}
	return c.Prev()
}

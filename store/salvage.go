package store

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"

	"go.etcd.io/bbolt"
)

// A salvage copies what can be read of a damaged file into a new one, record by
// record, without trust in anything: each page is checked, each record decoded.
// Then mend makes a store of it.
type salvage struct {
	ctx    context.Context
	w      *walker
	to     *bbolt.DB
	tx     *bbolt.Tx // of the records being copied
	n      int       // records in tx
	front  map[string]frontRecord
	spans  map[bucket][]span // keys under what could not be read
	stale  bool              // what waits may have been sent since
	report *Recovery
}

type frontRecord struct {
	b   bucket
	key []byte
	s   stand
}

// copyBatch is how many records of a salvage share a transaction, which keeps
// the pages it has touched in memory.
const copyBatch = 2000

// copied names the buckets a salvage takes over. The others follow from them.
var copied = map[bucket]bool{
	bMeta: true, bMessages: true, bStatus: true, bIDs: true, bJournal: true, bReceived: true, bCursors: true,
	bEarly: true, bParts: true, bSlots: true, bNotes: true, bSpent: true, bSticky: true,
}

// run copies the file r, with room for the faults it finds in s.report.
func (s *salvage) run(r io.ReaderAt, size int64) error {
	s.front, s.spans = map[string]frontRecord{}, map[bucket][]span{}
	s.w = newWalker(s.ctx, r, size)
	good, bad := s.w.metas()
	root := uint64(0)
	if len(good) > 0 {
		root, s.w.limit = good[0].root, min(s.w.limit, good[0].pages)
	} else {
		for _, fault := range bad {
			s.report.fault(fault)
		}
		var err error
		if root, err = s.findRoot(r, size); err != nil {
			return err
		}
		s.stale = true // there may have been a later one
	}
	s.w.fault, s.w.record = s.report.fault, s.take
	s.w.lost = func(b bucket, at span) {
		s.spans[b] = append(s.spans[b], span{bytes.Clone(at.from), bytes.Clone(at.to)})
	}
	if root > 0 {
		if err := s.w.root(root); err != nil {
			return s.end(err)
		}
	} else {
		s.report.fault("no root of the file can be found")
	}
	s.stale = s.stale || len(s.spans[bFront]) > 0 || len(s.spans[""]) > 0
	if err := s.end(s.strays()); err != nil {
		return err
	}
	return s.end(s.fileFront())
}

// end commits what has been copied, unless there was an error before.
func (s *salvage) end(err error) error {
	if s.tx == nil {
		return err
	}
	tx := s.tx
	s.tx, s.n = nil, 0
	if err != nil {
		_ = tx.Rollback() // the new file is thrown away
		return err
	}
	return tx.Commit()
}

// bucket is a bucket of the new file, in the transaction that is open.
func (s *salvage) bucket(b bucket) (*bbolt.Bucket, error) {
	if s.n >= copyBatch {
		if err := s.end(nil); err != nil {
			return nil, err
		}
	}
	if s.tx == nil {
		tx, err := s.to.Begin(true)
		if err != nil {
			return nil, err
		}
		s.tx = tx
	}
	s.n++
	bb := s.tx.Bucket([]byte(b))
	if appended[b] {
		bb.FillPercent = 0.95
	}
	return bb, nil
}

// take copies a record.
func (s *salvage) take(b bucket, k, v []byte) error {
	if b == bFront {
		to, key, st, err := readFront(k, v)
		if err != nil {
			s.report.fault(err.Error())
			s.stale = true
			return nil
		}
		st.value = bytes.Clone(st.value)
		s.front[string(k[8:])] = frontRecord{to, bytes.Clone(key), st}
		return nil
	}
	if !copied[b] {
		return nil
	}
	return s.put(b, k, v)
}

func (s *salvage) put(b bucket, k, v []byte) error {
	if len(k) > bbolt.MaxKeySize {
		s.report.fault(fmt.Sprintf("%s: a key of %d octets", b, len(k)))
		return nil
	}
	bb, err := s.bucket(b)
	if err != nil {
		return err
	}
	return bb.Put(bytes.Clone(k), bytes.Clone(v)) // bbolt keeps both until the commit
}

// fileFront files what lay in the front over what lay below.
func (s *salvage) fileFront() error {
	for _, r := range s.front {
		if !copied[r.b] {
			continue
		}
		bb, err := s.bucket(r.b)
		if err != nil {
			return err
		}
		if r.s.gone {
			err = bb.Delete(r.key)
		} else if len(r.key) > 0 {
			err = bb.Put(r.key, r.s.value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// strays looks through the pages nothing leads to for leaves that a lost branch
// led to. Pages that are no longer in use look the same, so only what never
// changes once it is written is taken, and a status only where it is final.
func (s *salvage) strays() error {
	if !slices.ContainsFunc([]bucket{"", bMessages, bStatus, bJournal, bReceived}, func(b bucket) bool { return len(s.spans[b]) > 0 }) {
		return nil
	}
	for id := uint64(2); id < s.w.file.pages; id++ {
		if err := s.ctx.Err(); err != nil {
			return err
		}
		if s.w.marked(id) {
			continue
		}
		octets, err := s.w.file.read(id, s.w.file.pages)
		if err != nil {
			continue
		}
		all, leaf, err := elements(octets)
		if err != nil || !leaf {
			continue
		}
		for _, e := range all {
			if b := kindOf(e); b != "" && s.missing(b, e.key) {
				if err := s.stray(b, e.key, e.value); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// kindOf tells the bucket of a record by what it holds; "" for one that cannot
// be told, or may have changed since.
func kindOf(e element) bucket {
	if e.bucket || len(e.key) != 8 {
		return ""
	}
	if _, err := readMessage(e.key, e.value); err == nil {
		return bMessages
	}
	if st, err := readStatus(e.key, e.value); err == nil && st.Event.Final && !st.Event.State.Waiting() {
		return bStatus
	}
	if r, err := readReceived(e.key, e.value); err == nil && r.ID != "" {
		return bReceived
	}
	if line, received, err := readLine(e.key, e.value); err == nil && !received && (line.Event == nil || line.Event.Seq == line.Seq) {
		return bJournal
	}
	return ""
}

func (s *salvage) missing(b bucket, key []byte) bool {
	return len(s.spans[""]) > 0 || slices.ContainsFunc(s.spans[b], func(at span) bool { return at.holds(key) })
}

// stray takes over a record that was found on a page nothing leads to.
func (s *salvage) stray(b bucket, key, value []byte) error {
	bb, err := s.bucket(b)
	if err != nil {
		return err
	}
	old := bb.Get(key)
	if old != nil && b != bStatus {
		return nil
	}
	if b == bMessages && len(s.spans[bIDs])+len(s.spans[""]) == 0 {
		m, err := readMessage(key, value)
		if err != nil {
			return err // it was read a moment ago
		}
		ids := s.tx.Bucket([]byte(bIDs))
		mine := s.front[string(append([]byte{fronted[bIDs]}, idKey(idMessage, m.ID)...))]
		if !bytes.Equal(ids.Get(idKey(idMessage, m.ID)), key) && !bytes.Equal(mine.s.value, key) {
			return nil // it has been trimmed
		}
	}
	if old != nil {
		was, err := readStatus(key, old)
		now, bad := readStatus(key, value)
		if err == nil && (bad != nil || was.Event.Seq >= now.Event.Seq) {
			return nil
		}
	}
	return bb.Put(bytes.Clone(key), bytes.Clone(value))
}

// rootsMost bounds how many candidates for the root are looked at.
const rootsMost = 64

// findRoot finds the page that the lost meta pages led to: of those that list
// our buckets, the one whose own counters are the furthest, and of these the one
// below which the least is damaged. 0: none.
func (s *salvage) findRoot(r io.ReaderAt, size int64) (uint64, error) {
	type candidate struct{ id, line uint64 }
	var all []candidate
	for id := uint64(2); id < s.w.limit; id++ {
		octets, err := s.w.file.read(id, s.w.limit)
		if err != nil {
			continue
		}
		elems, leaf, err := elements(octets)
		if err != nil || !leaf || len(elems) < 10 || !elems[0].bucket {
			continue
		}
		line := uint64(0)
		found := 0
		for _, e := range elems {
			if !e.bucket || !slices.Contains(buckets, bucket(e.key)) || len(e.value) < 16 {
				continue
			}
			found++
			if bucket(e.key) != bMeta || len(e.value) < 16+pageHeader {
				continue
			}
			inside, _, _ := elements(e.value[16:]) // what can be read will do
			for _, x := range inside {
				if bytes.Equal(x.key, keyDrawn(bJournal)) {
					line, _ = readU64(x.value)
				}
			}
		}
		if found >= 10 {
			all = append(all, candidate{id, line})
		}
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(b.line, a.line) })
	best, least := uint64(0), -1
	for _, c := range all[:min(len(all), rootsMost)] {
		if c.line != all[0].line {
			break
		}
		faults := 0
		try := newWalker(s.ctx, r, size)
		try.fault = func(string) { faults++ }
		if err := try.root(c.id); err != nil {
			return 0, err
		}
		if least < 0 || faults < least {
			best, least = c.id, faults
		}
	}
	return best, nil
}

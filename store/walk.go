package store

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
)

// depthMost bounds how deep a tree is followed: one of a page for each octet of
// any file there can be is shallower.
const depthMost = 32

// A walker goes through a file's trees page by page.
type walker struct {
	ctx    context.Context
	file   pageFile
	limit  uint64       // pages that may be in use
	seen   []uint64     // a bit for each page
	room   []element    // for those of a page
	fault  func(string) // told of everything that does not hold
	record func(b bucket, k, v []byte) error
	lost   func(b bucket, s span) // told of the keys under what cannot be read; may be nil
	drawn  map[bucket]uint64      // the sequence of each bucket found; where numbers were kept in the first schema
}

// A span is the keys from one to before another; nil is no bound.
type span struct{ from, to []byte }

func (s span) holds(k []byte) bool {
	return bytes.Compare(k, s.from) >= 0 && (s.to == nil || bytes.Compare(k, s.to) < 0)
}

func newWalker(ctx context.Context, r io.ReaderAt, size int64) *walker {
	pages := uint64(size) / pageSize
	return &walker{
		ctx: ctx, file: pageFile{r: r, pages: pages}, limit: pages,
		seen: make([]uint64, pages/64+1), drawn: map[bucket]uint64{},
		fault: func(string) {}, record: func(bucket, []byte, []byte) error { return nil },
	}
}

// metas returns the meta pages that can be read, the latest first, and what is
// wrong with the others.
func (w *walker) metas() (good []meta, faults []string) {
	for n := range uint64(2) {
		m, whole, err := w.file.readMeta(n)
		if err != nil {
			faults = append(faults, fmt.Sprintf("meta page %d: %v", n, err))
			continue
		}
		if !whole {
			faults = append(faults, fmt.Sprintf("meta page %d: %v: its head is", n, errPage))
		}
		good = append(good, m)
	}
	slices.SortFunc(good, func(a, b meta) int { return cmp.Compare(b.txid, a.txid) })
	return good, faults
}

// mark notes n pages as seen; false when one was before.
func (w *walker) mark(id, n uint64) bool {
	fresh := true
	for ; n > 0; id, n = id+1, n-1 {
		bit := uint64(1) << (id % 64)
		fresh = fresh && w.seen[id/64]&bit == 0
		w.seen[id/64] |= bit
	}
	return fresh
}

func (w *walker) marked(id uint64) bool { return w.seen[id/64]&(1<<(id%64)) != 0 }

// root goes through the buckets of the root page of a transaction.
func (w *walker) root(id uint64) error { return w.page("", id, span{}, 0) }

// page goes through the tree below a page. What is returned is no fault of the
// file's: the disk is another matter and told as one.
func (w *walker) page(b bucket, id uint64, s span, depth int) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	lose := func(err error) {
		w.fault(fmt.Sprintf("%s: page %d: %v", place(b), id, err))
		if w.lost != nil {
			w.lost(b, s)
		}
	}
	if depth > depthMost {
		lose(fmt.Errorf("%w: the tree is too deep", errPage))
		return nil
	}
	octets, err := w.file.read(id, w.limit)
	if err != nil {
		lose(err)
		return nil
	}
	if !w.mark(id, uint64(len(octets)/pageSize)) {
		lose(fmt.Errorf("%w: it is in use twice", errPage))
		return nil
	}
	return w.content(b, octets, s, depth, lose)
}

func place(b bucket) string {
	if b == "" {
		return "root"
	}
	return string(b)
}

// content goes through what a page holds.
func (w *walker) content(b bucket, octets []byte, s span, depth int, lose func(error)) error {
	all, leaf, err := elementsIn(w.room, octets)
	w.room = all
	if err != nil {
		lose(err) // and yet what lies within it may be read
	}
	if leaf {
		for _, e := range all {
			if !s.holds(e.key) {
				w.fault(fmt.Sprintf("%s: %s lies where other keys belong", place(b), show(e.key)))
				continue
			}
			if err := w.leaf(b, e, depth); err != nil {
				return err
			}
		}
		return nil
	}
	all = slices.Clone(all)
	for i := range all {
		all[i].key = bytes.Clone(all[i].key) // the page's octets go with the next read
	}
	for i, e := range all {
		below := span{s.from, s.to}
		if s.holds(e.key) {
			below.from = e.key
		} else {
			w.fault(fmt.Sprintf("%s: a branch for %s lies where other keys belong", place(b), show(e.key)))
		}
		if i+1 < len(all) && s.holds(all[i+1].key) {
			below.to = all[i+1].key
		}
		if err := w.page(b, e.child, below, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// leaf takes an element of a leaf: a record, or in the root a bucket.
func (w *walker) leaf(b bucket, e element, depth int) error {
	switch {
	case b != "" && e.bucket || b == "" && !e.bucket:
		w.fault(fmt.Sprintf("%s: %s is of the wrong kind", place(b), show(e.key)))
		return nil
	case b != "":
		return w.record(b, e.key, e.value)
	case len(e.value) < 16:
		w.fault(fmt.Sprintf("bucket %s: %v", show(e.key), errShort))
		return nil
	}
	name, root := bucket(e.key), machine.Uint64(e.value)
	w.drawn[name] = machine.Uint64(e.value[8:])
	if root != 0 {
		below := *w // the root's own page is still being read
		below.file.buf, below.room = nil, nil
		return below.page(name, root, span{}, depth+1)
	}
	inline := e.value[16:]
	lose := func(err error) {
		w.fault(fmt.Sprintf("%s: %v", name, err))
		if w.lost != nil {
			w.lost(name, span{})
		}
	}
	if len(inline) < pageHeader {
		lose(errShort)
		return nil
	}
	all, leaf, err := elements(inline)
	if err == nil && !leaf {
		err = fmt.Errorf("%w: a bucket in line is no leaf", errPage)
	}
	if err != nil {
		lose(err)
	}
	if !leaf {
		return nil
	}
	for _, e := range all {
		if err := w.leaf(name, e, depth); err != nil {
			return err
		}
	}
	return nil
}

// structure goes through the whole file as bbolt would and says what does not
// hold. No fault: bbolt can open it.
func structure(ctx context.Context, r io.ReaderAt, size int64) (faults, warnings []string, err error) {
	w := newWalker(ctx, r, size)
	w.fault = func(s string) {
		if len(faults) < findingsMost {
			faults = append(faults, s)
		}
	}
	good, bad := w.metas()
	if len(good) == 0 {
		return bad, nil, nil
	}
	if good[0].pages > w.limit {
		w.fault(fmt.Sprintf("the file is cut short: it has %d of %d pages", w.limit, good[0].pages))
	} else {
		w.limit = good[0].pages
	}
	if err := w.root(good[0].root); err != nil {
		return nil, nil, err
	}
	if err := w.free(good[0].freelist); err != nil {
		w.fault(fmt.Sprintf("free pages: page %d: %v", good[0].freelist, err))
	}
	return faults, bad, nil
}

// free checks the list of free pages, where there is one, after everything in
// use has been seen.
func (w *walker) free(id uint64) error {
	if id == noFreelist {
		return nil
	}
	b, err := w.file.read(id, w.limit)
	if err != nil {
		return err
	}
	if !w.mark(id, uint64(len(b)/pageSize)) {
		return fmt.Errorf("%w: it is in use twice", errPage)
	}
	all, err := freePages(b)
	if err != nil {
		return err
	}
	for _, free := range all {
		if free < 2 || free >= w.limit || !w.mark(free, 1) {
			return fmt.Errorf("%w: it lists page %d, which is in use", errPage, free)
		}
	}
	return nil
}

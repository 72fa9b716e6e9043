package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math"
)

// bbolt's file as octets. bbolt trusts its pages: one that is damaged makes it
// panic, at Open in a goroutine of its own, where nobody can recover. So the
// pages are read here first, with plain reads and every offset checked, and
// nothing that does not hold is handed to bbolt (see Recover).
//
//	page     id u64, flags u16, count u16, overflow u32, then the elements
//	branch   an element: pos u32, ksize u32, child u64
//	leaf     an element: flags u32, pos u32, ksize u32, vsize u32
//	bucket   a value: root u64, sequence u64, and where root is 0 a leaf in line
//	meta     magic, version, page size, flags u32 (which bbolt carries along and
//	         does not use: see backup); root, sequence, freelist,
//	         pages, txid u64; FNV-1a of that
//
// pos counts from the element. bbolt lays keys and values one after the other
// behind the last element; an element that says otherwise is damaged.
const (
	pageHeader  = 16
	elementSize = 16
	branchFlag  = 0x01
	leafFlag    = 0x02
	metaFlag    = 0x04
	freeFlag    = 0x10
	bucketFlag  = 0x01

	// overMost bounds the pages one record runs over, and so the memory it takes:
	// the largest has a few hundred KiB.
	overMost = 4096

	metaMagic   = 0xED0CDAED
	metaVersion = 2
	metaSize    = 64
)

// machine is the order of octets that bbolt writes: the processor's own.
var machine = binary.NativeEndian

// A meta is what one of the first two pages says.
type meta struct {
	root, pages, txid uint64
	freelist          uint64 // the page that lists the free ones; noFreelist where none does
	copied            uint32 // names the backup this file comes from; 0 for none
}

// An element is one entry of a page.
type element struct {
	key, value []byte // value: of a leaf
	child      uint64 // of a branch
	bucket     bool   // the value is a bucket
}

// errPage is the kind of every fault found on a page; an error of the disk is
// none, and means the same for who wants to read the page.
var errPage = errors.New("damaged")

// pageFile reads a file's pages.
type pageFile struct {
	r     io.ReaderAt
	pages uint64 // whole pages in the file
	buf   []byte // of the last page read
}

// readMeta reads the meta page 0 or 1. whole is false where its head is damaged,
// which bbolt does not look at.
func (p *pageFile) readMeta(n uint64) (m meta, whole bool, err error) {
	b := make([]byte, pageHeader+metaSize)
	if _, err := p.r.ReadAt(b, int64(n*pageSize)); err != nil {
		return m, false, short(err)
	}
	whole = machine.Uint64(b) == n && machine.Uint16(b[8:]) == metaFlag
	b = b[pageHeader:]
	switch {
	case machine.Uint32(b) != metaMagic || machine.Uint32(b[4:]) != metaVersion || machine.Uint64(b[56:]) != metaSum(b):
		return m, false, fmt.Errorf("%w: it is no meta page", errPage)
	case machine.Uint32(b[8:]) != pageSize:
		return m, false, fmt.Errorf("%w: its pages have %d octets", errPage, machine.Uint32(b[8:]))
	}
	return meta{copied: machine.Uint32(b[12:]), freelist: machine.Uint64(b[32:]), root: machine.Uint64(b[16:]), pages: machine.Uint64(b[40:]), txid: machine.Uint64(b[48:])}, whole, nil
}

func metaSum(b []byte) uint64 {
	sum := fnv.New64a()
	_, _ = sum.Write(b[:metaSize-8]) // a hash never fails
	return sum.Sum64()
}

// read reads the page id with what runs over from it. The octets are good until
// the next read.
func (p *pageFile) read(id, limit uint64) ([]byte, error) {
	if id < 2 || id >= limit {
		return nil, fmt.Errorf("%w: page %d is outside of the file", errPage, id)
	}
	b, err := p.fill(id, 1)
	if err != nil {
		return nil, err
	}
	if at := machine.Uint64(b); at != id {
		return nil, fmt.Errorf("%w: page %d says it is page %d", errPage, id, at)
	}
	over := uint64(machine.Uint32(b[12:]))
	switch {
	case over == 0:
		return b, nil
	case over > overMost:
		return nil, fmt.Errorf("%w: page %d says that %d more belong to it", errPage, id, over)
	case id+over >= limit:
		return nil, fmt.Errorf("%w: page %d runs over the end of the file", errPage, id)
	}
	return p.fill(id, 1+over)
}

func (p *pageFile) fill(id, n uint64) ([]byte, error) {
	if uint64(cap(p.buf)) < n*pageSize {
		p.buf = make([]byte, n*pageSize)
	}
	b := p.buf[:n*pageSize]
	if _, err := p.r.ReadAt(b, int64(id*pageSize)); err != nil {
		return nil, fmt.Errorf("page %d: %w", id, short(err))
	}
	return b, nil
}

// noFreelist is what a meta says in place of a page.
const noFreelist = math.MaxUint64

// freePages returns the pages that a list names. We write none (NoFreelistSync),
// save in the first pages of a new file; other programs do.
func freePages(b []byte) ([]uint64, error) {
	if flags := machine.Uint16(b[8:]); flags != freeFlag {
		return nil, fmt.Errorf("%w: its kind is %#x", errPage, flags)
	}
	count, at := uint64(machine.Uint16(b[10:])), uint64(pageHeader)
	if count == math.MaxUint16 { // more than it can tell: the first entry does
		count, at = machine.Uint64(b[at:]), at+8
	}
	if count > (uint64(len(b))-at)/8 {
		return nil, fmt.Errorf("%w: it cannot list %d pages", errPage, count)
	}
	all := make([]uint64, count)
	for i := range all {
		all[i] = machine.Uint64(b[at+8*uint64(i):])
		if i > 0 && all[i] <= all[i-1] {
			return nil, fmt.Errorf("%w: it is out of order", errPage)
		}
	}
	return all, nil
}

// short says what the end of a file means here.
func short(err error) error {
	if errors.Is(err, io.EOF) {
		return errShort
	}
	return err
}

// elements returns the elements of a branch or leaf, those that lie within it,
// with the first fault there is.
func elements(b []byte) (all []element, leaf bool, err error) { return elementsIn(nil, b) }

// elementsIn is elements in the room of all, which it overwrites.
func elementsIn(all []element, b []byte) (_ []element, leaf bool, err error) {
	all = all[:0]
	fault := func(format string, args ...any) {
		if err == nil {
			err = fmt.Errorf("%w: "+format, append([]any{errPage}, args...)...)
		}
	}
	switch flags := machine.Uint16(b[8:]); flags {
	case branchFlag:
	case leafFlag:
		leaf = true
	default:
		fault("its kind is %#x", flags)
		return nil, false, err
	}
	count := int(machine.Uint16(b[10:]))
	if pageHeader+count*elementSize > len(b) {
		fault("it cannot have %d elements", count)
		count = (len(b) - pageHeader) / elementSize
	}
	if count == 0 && !leaf {
		fault("it is a branch without children")
	}
	next := pageHeader + count*elementSize
	for i := range count {
		at := pageHeader + i*elementSize
		head := b[at : at+elementSize]
		var e element
		var pos, ksize, vsize uint64
		if leaf {
			flags := machine.Uint32(head)
			if e.bucket = flags == bucketFlag; flags > bucketFlag {
				fault("element %d is of kind %#x", i, flags)
				continue
			}
			pos, ksize, vsize = uint64(machine.Uint32(head[4:])), uint64(machine.Uint32(head[8:])), uint64(machine.Uint32(head[12:]))
		} else {
			pos, ksize, e.child = uint64(machine.Uint32(head)), uint64(machine.Uint32(head[4:])), machine.Uint64(head[8:])
		}
		start := uint64(at) + pos
		if ksize == 0 || start+ksize+vsize > uint64(len(b)) {
			fault("element %d lies outside of it", i)
			continue
		}
		if start != uint64(next) {
			fault("element %d is not where it belongs", i)
		}
		e.key = b[start : start+ksize : start+ksize]
		e.value = b[start+ksize : start+ksize+vsize : start+ksize+vsize]
		next = int(start + ksize + vsize)
		if n := len(all); n > 0 && bytes.Compare(all[n-1].key, e.key) >= 0 {
			fault("element %d is out of order", i)
		}
		all = append(all, e)
	}
	if over := (next - 1) / pageSize; err == nil && over != len(b)/pageSize-1 && len(b)%pageSize == 0 {
		fault("it fills %d pages and has %d", over+1, len(b)/pageSize)
	}
	return all, leaf, err
}

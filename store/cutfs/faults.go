package cutfs

import (
	"syscall"
	"time"
)

// faults are what can be wrong with a disk that has power.
type faults struct {
	room     int // blocks that may still be taken; below 0: any number
	badWrite int // writes from now until one fails; 0: none will
	badSync  int
	slow     time.Duration // the longest a sync takes
}

// failing counts down to a fault and reports whether this is it.
func (f *faults) failing(n *int) bool {
	if *n > 0 {
		*n--
		return *n == 0
	}
	return false
}

// need takes room for a write; false where there is not enough.
func (v *volume) need(n *node, off, size int) bool {
	if v.room < 0 {
		return true
	}
	more := 0
	for b := range blocks(off, size) {
		if n.now.blocks[b] == nil {
			more++
		}
	}
	if more > v.room {
		return false
	}
	v.room -= more
	return true
}

// give returns the room of what is no more.
func (v *volume) give(blocks int) {
	if v.room >= 0 {
		v.room += blocks
	}
}

// write writes to a file.
func (v *volume) write(n *node, off int, p []byte) error {
	switch {
	case v.dead || v.failing(&v.badWrite):
		return syscall.EIO
	case !v.need(n, off, len(p)):
		return syscall.ENOSPC
	}
	v.tally.Written += int64(len(p))
	return v.change(n, write{seq: v.next(), off: off, data: append([]byte{}, p...)})
}

// resize sets a file's length.
func (v *volume) resize(n *node, size int) error {
	if err := v.alive(); err != nil {
		return err
	}
	before := len(n.now.blocks)
	err := v.change(n, write{seq: v.next(), off: size})
	v.give(before - len(n.now.blocks))
	return err
}

func (v *volume) change(n *node, w write) error {
	w.apply(&n.now)
	n.writes = append(n.writes, w)
	return v.changed()
}

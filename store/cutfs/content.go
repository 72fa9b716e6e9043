package cutfs

import (
	"maps"
	"math/rand/v2"
	"slices"
)

const (
	sector = 512  // octets that a disk writes whole or not at all
	block  = 4096 // octets in which room is given
)

// content is what is in a file. A block that nobody wrote to takes no room, and
// is zero; one that somebody did is never changed but replaced, so that copies
// share them.
type content struct {
	size   int
	blocks map[int]*[block]byte // by number
}

func newContent() content { return content{blocks: map[int]*[block]byte{}} }

func (c content) clone() content { return content{c.size, maps.Clone(c.blocks)} }

// resize sets the length; what is new is zero.
func (c *content) resize(size int) {
	if size < c.size {
		maps.DeleteFunc(c.blocks, func(b int, _ *[block]byte) bool { return b*block >= size })
		if last := c.blocks[size/block]; last != nil {
			short := *last
			clear(short[size%block:])
			c.blocks[size/block] = &short
		}
	}
	c.size = size
}

// put writes octets, past the end too.
func (c *content) put(off int, p []byte) {
	c.size = max(c.size, off+len(p))
	for b := range blocks(off, len(p)) {
		var now [block]byte
		if was := c.blocks[b]; was != nil {
			now = *was
		}
		in := max(off-b*block, 0)
		copy(now[in:], p[b*block+in-off:])
		c.blocks[b] = &now
	}
}

// read reads octets, as many as there are.
func (c *content) read(p []byte, off int) int {
	n := max(min(len(p), c.size-off), 0)
	clear(p[:n])
	for b := range blocks(off, n) {
		in := max(off-b*block, 0)
		if there := c.blocks[b]; there != nil {
			copy(p[b*block+in-off:n], there[in:])
		}
	}
	return n
}

// blocks yields the numbers of the blocks that n octets from off lie in.
func blocks(off, n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for b := off / block; n > 0 && b <= (off+n-1)/block; b++ {
			if !yield(b) {
				return
			}
		}
	}
}

// A write is a change of a file.
type write struct {
	seq  uint64
	off  int
	data []byte // nil: the length is set to off
}

func (w write) size(before int) int {
	if w.data == nil {
		return w.off
	}
	return max(before, w.off+len(w.data))
}

func (w write) apply(c *content) {
	if w.data == nil {
		c.resize(w.off)
	} else {
		c.put(w.off, w.data)
	}
}

// settle brings the writes up to a number to the disk.
func (n *node) settle(upTo uint64) {
	i := 0
	for ; i < len(n.writes) && n.writes[i].seq <= upTo; i++ {
		n.writes[i].apply(&n.disk)
	}
	n.writes = slices.Delete(n.writes, 0, i)
}

// A fate is what chance has in store for the changes of one file or of all
// names: the share that happened, and of the rest the share that happened in
// part. All and nothing are likelier than they would be by chance alone.
type fate struct{ whole, torn float64 }

func draw(chance *rand.Rand) fate {
	switch chance.IntN(5) {
	case 0:
		return fate{0, 0}
	case 1:
		return fate{1, 0}
	case 2:
		return fate{0, 1}
	}
	return fate{chance.Float64(), chance.Float64()}
}

// survivor is what a file holds after a cut.
func survivor(n *node, chance *rand.Rand) content {
	c := n.disk.clone()
	if len(n.writes) == 0 {
		return c
	}
	f := draw(chance)
	sizes := []int{c.size}
	for _, w := range n.writes {
		sizes = append(sizes, w.size(sizes[len(sizes)-1]))
		switch whole, torn := chance.Float64() < f.whole, chance.Float64() < f.torn; {
		case w.data == nil && w.off < c.size && whole:
			size := c.size
			c.resize(w.off)
			c.resize(size)
		case w.data == nil: // the length is drawn below
		case whole:
			c.put(w.off, w.data)
		case torn:
			w.tear(&c, chance)
		}
	}
	i := chance.IntN(len(sizes))
	if f.torn == 0 && f.whole == 0 {
		i = 0
	} else if f.torn == 0 && f.whole == 1 {
		i = len(sizes) - 1
	}
	c.resize(sizes[i])
	return c
}

// tear writes some sectors.
func (w write) tear(c *content, chance *rand.Rand) {
	for from := 0; from < len(w.data); {
		to := min(len(w.data), from+sector-(w.off+from)%sector)
		if chance.IntN(2) == 0 {
			c.put(w.off+from, w.data[from:to])
		}
		from = to
	}
}

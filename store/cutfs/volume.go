package cutfs

import (
	"math/rand/v2"
	"sync"
	"syscall"
	"time"
)

// A volume is what is on the disk and what its writers believe is there.
type volume struct {
	mu     sync.Mutex // guards all below, and all nodes
	chance *rand.Rand
	nodes  map[uint64]*node
	root   *node
	last   uint64     // number of the latest node
	names  []renaming // changes of names not on the disk, in order
	seq    uint64     // number of the latest change of any kind

	until int           // changes from now until the cut; 0: none is set
	dead  bool          // the power is gone
	down  chan struct{} // closed when it goes
	tally Tally
	faults
}

// A node is a file, a directory or a socket.
type node struct {
	id      uint64
	mode    uint32 // type and permissions
	now     content
	disk    content
	writes  []write          // from disk to now, in order
	entries map[string]*node // a directory's, as they are seen
	kept    map[string]*node // as they are on the disk
}

func newVolume(chance *rand.Rand) *volume {
	v := &volume{chance: chance, nodes: map[uint64]*node{}, down: make(chan struct{}), faults: faults{room: -1}}
	v.root = v.node(syscall.S_IFDIR | 0o755)
	return v
}

// node makes one that has no name yet.
func (v *volume) node(mode uint32) *node {
	v.last++
	n := &node{id: v.last, mode: mode, now: newContent(), disk: newContent()}
	if n.dir() {
		n.entries, n.kept = map[string]*node{}, map[string]*node{}
	}
	v.nodes[n.id] = n
	return n
}

func (n *node) dir() bool { return n.mode&syscall.S_IFMT == syscall.S_IFDIR }

// changed counts a change that has just entered its list, and cuts the power if
// this is the one. The error is that of a change nobody will hear of.
func (v *volume) changed() error {
	v.tally.Changes++
	if v.until > 0 {
		if v.until--; v.until == 0 {
			v.cut()
		}
	}
	return v.alive()
}

func (v *volume) alive() error {
	if v.dead {
		return syscall.EIO
	}
	return nil
}

// cut takes the power away.
func (v *volume) cut() {
	if !v.dead {
		v.dead = true
		close(v.down)
	}
}

// next numbers a change.
func (v *volume) next() uint64 {
	v.seq++
	return v.seq
}

// sync brings a node's changes so far to the disk: a file's octets, a
// directory's names.
func (v *volume) sync(n *node) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.alive(); err != nil {
		return err
	}
	v.tally.Syncs++
	upTo := v.seq
	if v.failing(&v.badSync) {
		if !n.dir() {
			v.lose(n)
		}
		return syscall.EIO
	}
	if err := v.changed(); err != nil {
		return err
	}
	if v.slow > 0 {
		timer := time.NewTimer(time.Duration(v.chance.Int64N(int64(v.slow))))
		v.mu.Unlock()
		select {
		case <-timer.C:
		case <-v.down:
			timer.Stop()
		}
		v.mu.Lock()
		if err := v.alive(); err != nil {
			return err
		}
	}
	if n.dir() {
		v.settleNames(n, upTo)
	} else {
		n.settle(upTo)
	}
	return nil
}

// lose lets chance decide about the writes of a file whose sync has failed. Its
// length is the directory's business, and stays.
func (v *volume) lose(n *node) {
	size := n.now.size
	n.disk = survivor(n, v.chance)
	n.disk.resize(size)
	n.now, n.writes = n.disk.clone(), nil
}

// after is what the disk holds when the power is back.
func (v *volume) after(chance *rand.Rand) *volume {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.cut()
	w := newVolume(chance)
	v.survivingNames(chance)
	w.take(v.root, w.root, chance)
	w.tally = v.tally
	return w
}

// take copies what a directory has on the disk.
func (v *volume) take(from, to *node, chance *rand.Rand) {
	for _, name := range sortedNames(from.kept) {
		n := from.kept[name]
		c := v.node(n.mode)
		if n.dir() {
			v.take(n, c, chance)
		} else {
			c.disk = survivor(n, chance)
			c.now = c.disk.clone()
		}
		to.kept[name], to.entries[name] = c, c
	}
}

package cutfs

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// A renaming is a change of names that happens whole: one or two places, and
// what stands there afterwards.
type renaming struct {
	seq    uint64
	places []place
}

// A place is a name in a directory.
type place struct {
	dir  *node
	name string
	to   *node // nil: nothing
	was  *node
}

func (r renaming) happen(entries func(*node) map[string]*node) {
	for _, p := range r.places {
		if p.to == nil {
			delete(entries(p.dir), p.name)
		} else {
			entries(p.dir)[p.name] = p.to
		}
	}
}

func seen(n *node) map[string]*node   { return n.entries }
func onDisk(n *node) map[string]*node { return n.kept }

// rename makes a change of names.
func (v *volume) rename(places ...place) error {
	if err := v.alive(); err != nil {
		return err
	}
	for i, p := range places {
		places[i].was = p.dir.entries[p.name]
	}
	r := renaming{v.next(), places}
	r.happen(seen)
	v.names = append(v.names, r)
	return v.changed()
}

// claims remembers what changes of names touch.
type claims struct {
	places map[place]bool
	nodes  map[*node]bool
}

func newClaims() claims { return claims{map[place]bool{}, map[*node]bool{}} }

func (c claims) add(r renaming) {
	for _, p := range r.places {
		c.places[place{dir: p.dir, name: p.name}] = true
		for _, n := range []*node{p.to, p.was} {
			if n != nil {
				c.nodes[n] = true
			}
		}
	}
}

// meets reports whether r touches what is claimed: they happen in order.
func (c claims) meets(r renaming) bool {
	return slices.ContainsFunc(r.places, func(p place) bool {
		return c.places[place{dir: p.dir, name: p.name}] || p.to != nil && c.nodes[p.to] || p.was != nil && c.nodes[p.was]
	})
}

// settleNames brings the names of a directory to the disk, as they were after
// the change with a number, and what they build on.
func (v *volume) settleNames(dir *node, upTo uint64) {
	wanted := newClaims()
	chosen := map[uint64]bool{}
	for _, r := range slices.Backward(v.names) {
		here := slices.ContainsFunc(r.places, func(p place) bool { return p.dir == dir })
		if r.seq <= upTo && (here || wanted.meets(r)) {
			wanted.add(r)
			chosen[r.seq] = true
		}
	}
	v.names = slices.DeleteFunc(v.names, func(r renaming) bool {
		if chosen[r.seq] {
			r.happen(onDisk)
		}
		return chosen[r.seq]
	})
}

// survivingNames lets chance decide which changes of names have happened. One
// that builds on another has not happened without it.
func (v *volume) survivingNames(chance *rand.Rand) {
	f := draw(chance)
	lost := newClaims()
	for _, r := range v.names {
		if chance.Float64() < f.whole && !lost.meets(r) {
			r.happen(onDisk)
		} else {
			lost.add(r)
		}
	}
	v.names = nil
}

func sortedNames(m map[string]*node) []string { return slices.Sorted(maps.Keys(m)) }

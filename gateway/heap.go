package gateway

import "slices"

// A pile hands out its items in the order of less. An item that leaves some
// other way is skipped by its reader, who knows what is still of interest. It
// is a binary heap: container/heap would make a box on the heap for each item
// that goes in or out.
type pile[T any] struct {
	items []T
	less  func(a, b T) bool
}

func newPile[T any](less func(a, b T) bool) *pile[T] { return &pile[T]{less: less} }

func (p *pile[T]) len() int { return len(p.items) }
func (p *pile[T]) top() T   { return p.items[0] }

func (p *pile[T]) push(x T) {
	p.items = append(p.items, x)
	i := len(p.items) - 1
	for i > 0 && p.less(x, p.items[(i-1)/2]) {
		p.items[i] = p.items[(i-1)/2]
		i = (i - 1) / 2
	}
	p.items[i] = x
}

// drop takes items out. It looks at all of them.
func (p *pile[T]) drop(is func(T) bool) {
	old := slices.DeleteFunc(p.items, is)
	p.items = old[:0]
	for _, x := range old {
		p.push(x)
	}
}

func (p *pile[T]) pop() T {
	first, last := p.items[0], len(p.items)-1
	x := p.items[last]
	var none T
	p.items[last] = none // so that the slice does not keep it alive
	if p.items = p.items[:last]; last == 0 {
		return first
	}
	i := 0
	for c := 1; c < last; c = 2*i + 1 {
		if c+1 < last && p.less(p.items[c+1], p.items[c]) {
			c++
		}
		if !p.less(p.items[c], x) {
			break
		}
		p.items[i], i = p.items[c], c
	}
	p.items[i] = x
	return first
}

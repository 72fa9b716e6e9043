package gateway

import (
	"container/heap"
	"slices"
)

// A pile hands out its items in the order of less. An item that leaves some
// other way is skipped by its reader, who knows what is still of interest.
type pile[T any] struct{ h inner[T] }

func newPile[T any](less func(a, b T) bool) *pile[T] { return &pile[T]{inner[T]{less: less}} }

func (p *pile[T]) push(x T) { heap.Push(&p.h, x) }
func (p *pile[T]) pop() T   { return heap.Pop(&p.h).(T) }
func (p *pile[T]) len() int { return len(p.h.items) }
func (p *pile[T]) top() T   { return p.h.items[0] }

// drop takes an item out. It looks at all of them.
func (p *pile[T]) drop(is func(T) bool) {
	p.h.items = slices.DeleteFunc(p.h.items, is)
	heap.Init(&p.h)
}

// inner is container/heap's view of a pile.
type inner[T any] struct {
	items []T
	less  func(a, b T) bool
}

func (h inner[T]) Len() int           { return len(h.items) }
func (h inner[T]) Less(i, j int) bool { return h.less(h.items[i], h.items[j]) }
func (h inner[T]) Swap(i, j int)      { h.items[i], h.items[j] = h.items[j], h.items[i] }
func (h *inner[T]) Push(x any)        { h.items = append(h.items, x.(T)) }
func (h *inner[T]) Pop() any {
	last := len(h.items) - 1
	x := h.items[last]
	var none T
	h.items[last] = none // so that the slice does not keep it alive
	h.items = h.items[:last]
	return x
}

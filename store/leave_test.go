package store

import "testing"

// Who is given the lead in the very moment he leaves must not take it along:
// the queue would wait for ever.
func TestLeaverHandsTheLeadOn(t *testing.T) {
	a, b := &op{wake: make(chan struct{})}, &op{wake: make(chan struct{})}
	g := &group{queue: []*op{a, b}, leading: true}
	g.mu.Lock()
	g.handOn()
	g.mu.Unlock()
	if !a.lead || !g.leave(a) || !b.lead {
		t.Fatalf("lead: first %v, second %v; want both to have had it", a.lead, b.lead)
	}
	select {
	case <-b.wake:
	default:
		t.Error("the next was not woken")
	}
	if !g.leave(b) || g.leading {
		t.Errorf("the last has left: leading %v", g.leading)
	}
	if g.leave(b) {
		t.Error("left twice")
	}
}

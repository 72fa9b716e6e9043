package gateway

import (
	"runtime"
	"testing"
	"time"
	"unsafe"
)

// queuedMost is the budget of heap for a message that waits, in bytes: its
// entry, the number it goes to, and its places in the maps and piles.
const queuedMost = 250

// A message that waits costs no more than its budget, whether it is due or not.
func TestEntrySize(t *testing.T) {
	if size := unsafe.Sizeof(entry{}); size > 128 {
		t.Errorf("an entry takes %d bytes: past 128 the allocator gives it 144", size)
	}
	const n = 100_000
	now := time.Now()
	before := heapInUse()
	q := crowd(n, now)
	each := (heapInUse() - before) / n
	runtime.KeepAlive(q)
	t.Logf("%d bytes for each of %d messages", each, n)
	if each > queuedMost {
		t.Errorf("a message that waits takes %d bytes, want at most %d", each, queuedMost)
	}
}

func heapInUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// A pile hands its items out in order, however they came.
func TestPileSorts(t *testing.T) {
	p := newPile(func(a, b int) bool { return a < b })
	for i := range 1000 {
		p.push(i * 7919 % 1000)
	}
	for want := range 1000 {
		if got := p.pop(); got != want {
			t.Fatalf("item %d is %d", want, got)
		}
	}
	if p.len() != 0 {
		t.Errorf("%d are left", p.len())
	}
}

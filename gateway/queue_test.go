package gateway

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

var ready = []sms.Way{{Name: "a", Kind: "modem", Ready: true}, {Name: "b", Kind: "modem", Ready: true}}

func picks(q *queue, way string, ways []sms.Way) []uint64 {
	var nums []uint64
	for e := q.pick(way, ways); e != nil; e = q.pick(way, ways) {
		nums = append(nums, e.num)
	}
	return nums
}

func TestLineIsByPriorityThenByNumber(t *testing.T) {
	q, now := newQueue(nil), time.Now()
	for i, p := range []sms.Priority{sms.Normal, sms.Low, sms.Urgent, sms.Normal, sms.High} {
		q.add(&sms.Waiting{Num: uint64(i + 1), Priority: p, To: sms.Number(fmt.Sprint("+44770090012", i))}, now)
	}
	q.add(&sms.Waiting{Num: 3}, now) // known: counts once
	if got, want := picks(q, "a", ready), []uint64{3, 5, 1, 4, 2}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestFreeWayPassesOverALineItCannotCarry(t *testing.T) {
	q, now := newQueue(nil), time.Now()
	for n := range uint64(1000) {
		q.add(&sms.Waiting{Num: n + 1, Route: "b"}, now)
	}
	q.add(&sms.Waiting{Num: 2000}, now)
	if got, want := picks(q, "a", ready), []uint64{2000}; !slices.Equal(got, want) {
		t.Errorf("way a: got %v, want %v", got, want)
	}
	if e := q.pick("b", ready); e == nil || e.num != 1 {
		t.Errorf("way b: got %+v, want message 1", e)
	}
}

func TestRipenKeepsPlaceByNumber(t *testing.T) {
	q, now := newQueue(nil), time.Now()
	q.add(&sms.Waiting{Num: 1, Due: now.Add(time.Minute), To: "+447700900123"}, now)
	q.add(&sms.Waiting{Num: 2, To: "+447700900124"}, now)
	if got := q.wake(); !got.Equal(now.Add(time.Minute)) {
		t.Errorf("wakes at %v, want a minute from now", got)
	}
	q.ripen(now.Add(59 * time.Second))
	if e := q.pick("a", ready); e.num != 2 {
		t.Fatalf("before its time: got %d, want 2", e.num)
	}
	q.ripen(now.Add(time.Minute))
	if e := q.pick("a", ready); e == nil || e.num != 1 {
		t.Errorf("at its time: got %+v, want 1", e)
	}
}

func TestExpiredLeavesWhatIsFlying(t *testing.T) {
	q, now := newQueue(nil), time.Now()
	at := now.Add(time.Minute)
	q.add(&sms.Waiting{Num: 1, Expires: at}, now)
	q.add(&sms.Waiting{Num: 2, Expires: at}, now)
	q.add(&sms.Waiting{Num: 3, Expires: at, Due: now.Add(time.Hour)}, now)
	flying := q.pick("a", ready)
	var got []uint64
	for _, e := range q.expired(at) {
		got = append(got, e.num)
	}
	slices.Sort(got)
	if want := []uint64{2, 3}; !slices.Equal(got, want) {
		t.Errorf("expired %v, want %v", got, want)
	}
	q.back(flying, at.Add(time.Second), nil, at)
	if out := q.expired(at.Add(time.Millisecond)); len(out) != 1 || out[0].num != 1 {
		t.Errorf("what came back past its time: got %v, want message 1", out)
	}
	if len(q.byNum) != 0 {
		t.Errorf("%d entries are left, want none", len(q.byNum))
	}
}

func TestForgiveWhenNoOtherWayIsOpen(t *testing.T) {
	q, now := newQueue(nil), time.Now()
	q.add(&sms.Waiting{Num: 1}, now)
	e := q.pick("a", ready)
	q.back(e, now, []string{"a"}, now)
	if got := q.pick("a", ready); got != nil {
		t.Fatalf("way a got message %d back, which it had refused", got.num)
	}
	alone := []sms.Way{ready[0], {Name: "b", Kind: "modem"}}
	q.forgive(alone, func(int) time.Duration { return time.Minute }, now)
	if got := q.pick("a", alone); got != nil {
		t.Fatal("forgiven without a pause")
	}
	q.ripen(now.Add(time.Minute))
	if got := q.pick("a", alone); got == nil || got.num != 1 {
		t.Errorf("after the pause: got %+v, want message 1", got)
	}
}

func TestRemovedEntryIsNeverPicked(t *testing.T) {
	q, now := newQueue(nil), time.Now()
	for n := range uint64(3) {
		q.add(&sms.Waiting{Num: n + 1}, now)
	}
	q.remove(q.byNum[1])
	q.remove(q.byNum[2])
	if got, want := picks(q, "a", ready), []uint64{3}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// What flew while the clock was set expires when it is back, by the clock as it
// is now.
func TestClockSetInFlightKeepsTheExpiry(t *testing.T) {
	now := time.Now()
	q := newQueue(nil)
	q.goBy(view{wall: now.UTC(), steady: now, unset: true})
	q.add(&sms.Waiting{Num: 1, To: "+447700900123", Expires: now.UTC().Add(2 * time.Hour)}, now)
	e := q.pick("a", ready)
	q.goBy(view{wall: now.UTC().Add(time.Hour), steady: now, ahead: time.Hour})
	q.back(e, now, nil, now)
	if at := q.wake(); !at.Equal(now.Add(time.Hour)) {
		t.Errorf("wakes at %v, want an hour from now", at)
	}
	if es := q.expired(now.Add(time.Hour)); len(es) != 1 {
		t.Errorf("%d messages have expired, want 1", len(es))
	}
}

// What is parted from one line may come before the head of the line it joins.
func TestPartedEntryIsNotPicked(t *testing.T) {
	for range 20 { // lines are looked at in any order
		q, now := newQueue(nil), time.Now()
		known := map[sms.Number]bool{}
		q.held = func(_ sms.Way, e *entry) sms.Held {
			if known[e.to] {
				return sms.Held{}
			}
			return sms.Held{Until: now.Add(time.Hour), Person: true}
		}
		q.add(&sms.Waiting{Num: 2, To: bobby}, now)
		if e := q.pick("a", ready[:1]); e != nil {
			t.Fatalf("got %d, and nobody may be written to", e.num)
		}
		known[bobby] = true
		q.add(&sms.Waiting{Num: 1, To: annie}, now)
		if e := q.pick("a", ready[:1]); e != nil && e.num == 1 {
			t.Fatal("got 1, whose recipient may not be written to")
		}
		q.admitted(bobby)
		if e := q.pick("a", ready[:1]); e == nil || e.num != 2 {
			t.Fatalf("got %+v, want message 2", e)
		}
	}
}

const annie, bobby = "+447700900123", "+447700900124"

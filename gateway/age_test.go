package gateway

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// flood has a message wait behind so many of another priority, to which one is
// added each second while one leaves, and returns how long it waits; most where
// it still does then.
func flood(q *queue, p, by sms.Priority, backlog int, most time.Duration) time.Duration {
	start := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	num := uint64(0)
	add := func(p sms.Priority, now time.Time) uint64 {
		num++
		q.add(&sms.Waiting{Num: num, Priority: p, Since: now}, now)
		return num
	}
	for range backlog {
		add(by, start)
	}
	slow := add(p, start)
	for waited := time.Duration(0); waited < most; waited += time.Second {
		add(by, start.Add(waited))
		e := q.pick("a", ready)
		if e.num == slow {
			return waited
		}
		q.remove(e)
	}
	return most
}

func TestWhatWaitsRises(t *testing.T) {
	const day, backlog = 24 * time.Hour, 20
	for _, tc := range []struct {
		p, by  sms.Priority
		ageing time.Duration
		want   time.Duration
	}{
		{sms.Low, sms.Normal, 10 * time.Minute, 10 * time.Minute},
		{sms.Low, sms.Normal, time.Minute, time.Minute},
		{sms.Low, sms.High, 10 * time.Minute, 40 * time.Minute},
		{sms.Normal, sms.High, 10 * time.Minute, 30 * time.Minute},
		{sms.High, sms.Urgent, 10 * time.Minute, day},
		{sms.Low, sms.Urgent, 10 * time.Minute, day},
		{sms.Low, sms.Normal, AgeingOff, day},
		{sms.Normal, sms.Low, 10 * time.Minute, 0},
	} {
		q := newQueue(nil)
		q.ageing = tc.ageing
		got := flood(q, tc.p, tc.by, backlog, day)
		// Those that stood there before it and those as good as it go first.
		if most := tc.want + (backlog+2)*time.Second; got < tc.want || got > most && tc.want < day {
			t.Errorf("%v under a flood of %v, ageing %v: waited %v, want between %v and %v", tc.p, tc.by, tc.ageing, got, tc.want, most)
		}
	}
}

// A newsletter that was accepted in the morning for noon is not older at noon
// than what came meanwhile.
func TestWhatIsScheduledAgesFromThenOn(t *testing.T) {
	noon := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	q := newQueue(nil)
	q.ageing = 10 * time.Minute
	low := &sms.Message{Num: 1, Priority: sms.Low, Accepted: noon.Add(-4 * time.Hour), SendAt: noon}
	q.add(waiting(low, &sms.Status{Due: noon}), noon.Add(-4*time.Hour))
	q.add(&sms.Waiting{Num: 2, Priority: sms.Normal, Since: noon.Add(time.Minute)}, noon)
	q.ripen(noon)
	if got, want := picks(q, "a", ready), []uint64{2, 1}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Of one priority none overtakes another, however long it has waited.
func TestEqualPrioritiesLeaveAsTheyWereAccepted(t *testing.T) {
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	q := newQueue(nil)
	q.ageing = 10 * time.Minute
	for n, since := range []time.Duration{5, 3, 4, 1, 2} {
		q.add(&sms.Waiting{Num: uint64(n + 1), Priority: sms.Low, Since: now.Add(since * time.Hour), To: sms.Number(fmt.Sprint("+4477009001", n))}, now)
	}
	if got, want := picks(q, "a", ready), []uint64{1, 2, 3, 4, 5}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

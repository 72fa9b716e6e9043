package gateway

import (
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// What an entry holds of a time is that time, to the nanosecond.
func TestInstantsKeepTheirTime(t *testing.T) {
	now := time.Now()
	q := newQueue(nil)
	q.goBy(view{wall: now.UTC(), steady: now})
	for _, d := range []time.Duration{0, 1, -time.Hour, -epochBefore + 1, 72 * time.Hour, 10 * 365 * 24 * time.Hour} {
		if got := q.time(q.steady(now.Add(d))); got != now.Add(d) { // with its monotonic reading
			t.Errorf("steady: got %v, want %v", got, now.Add(d))
		}
	}
	for _, want := range []time.Time{now.UTC().Round(0), time.Date(1970, 1, 1, 0, 0, 1, 0, time.UTC), time.Date(2262, 1, 1, 0, 0, 0, 7, time.UTC)} {
		if got := wallOf(want).time(); got != want {
			t.Errorf("time of day: got %v, want %v", got, want)
		}
	}
	if q.steady(time.Time{}) != 0 || wallOf(time.Time{}) != 0 || !q.time(0).IsZero() || !wall(0).time().IsZero() {
		t.Error("no time is a time")
	}
}

// The years at the end of what a request may name keep their place, and none
// wraps around.
func TestInstantsEnd(t *testing.T) {
	now := time.Now()
	last := time.Date(9998, 12, 31, 0, 0, 0, 0, time.UTC)
	q := newQueue(nil)
	q.ageing = time.Hour
	q.goBy(view{wall: now.UTC(), steady: now})
	q.add(&sms.Waiting{Num: 1, To: "+447700900123", Due: last, Expires: last}, now)
	q.add(&sms.Waiting{Num: 2, To: "+447700900124", Priority: sms.Normal}, now) // since when is not known
	q.add(&sms.Waiting{Num: 3, To: "+447700900125", Priority: sms.Low, Since: now}, now)
	q.ripen(now.AddDate(100, 0, 0))
	if es := q.expired(now.AddDate(100, 0, 0)); len(es) > 0 {
		t.Errorf("message %d has expired", es[0].num)
	}
	if got := picks(q, "a", ready); len(got) != 2 || got[0] != 2 || got[1] != 3 {
		t.Errorf("picked %v, want 2 and 3", got)
	}
}

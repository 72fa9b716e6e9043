package gateway

import (
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// What has been sent does not stay in memory until its expiry.
func TestPilesForgetWhatHasGone(t *testing.T) {
	q, now := newQueue(nil), time.Now()
	for n := range uint64(10_000) {
		q.add(&sms.Waiting{Num: n + 1, Expires: now.Add(72 * time.Hour)}, now)
		q.remove(q.pick("a", ready))
	}
	if got := q.expiry.len(); got > slack {
		t.Errorf("%d of 10000 sent messages are still kept, want at most %d", got, slack)
	}
	for n := range uint64(10_000) {
		e := uint64(20_000) + n
		q.add(&sms.Waiting{Num: e, Due: now.Add(time.Hour)}, now)
		q.remove(q.byNum[e])
	}
	if got := q.later.len(); got > slack {
		t.Errorf("%d of 10000 cancelled messages are still kept, want at most %d", got, slack)
	}
}

// A caller who began before midnight does not bring yesterday back.
func TestTallyNeverGoesBack(t *testing.T) {
	var y tally
	midnight := time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC)
	y.at(midnight.Add(-time.Second)).Accepted = 9
	y.at(midnight.Add(time.Second)).Accepted = 5
	if got := y.at(midnight.Add(-time.Millisecond)).Accepted; got != 5 {
		t.Errorf("got %d, want today's 5", got)
	}
}

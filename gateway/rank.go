package gateway

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// A load is what the dispatcher remembers of a way's work.
type load struct {
	busy   int       // attempts in progress
	used   time.Time // when it was last given a message
	failed float64   // recent failures, as they weighed at the time below
	at     time.Time // when failed was reckoned
}

// failureHalf is in how long a failure weighs half: long enough that a way that
// fails is spared for a while, short enough that it gets its chance again.
const failureHalf = 5 * time.Minute

// failures is how much the recent failures weigh now.
func (l load) failures(now time.Time) float64 {
	if l.failed == 0 || now.Before(l.at) {
		return l.failed
	}
	return l.failed * math.Exp2(-now.Sub(l.at).Seconds()/failureHalf.Seconds())
}

// ended enters how an attempt went. A success forgives half of what failed.
func (l *load) ended(ok bool, now time.Time) {
	l.failed = l.failures(now)
	if l.at = now; ok {
		l.failed /= 2
	} else {
		l.failed++
	}
}

// rank orders equal ways by which should be given the next message. A recent
// failure weighs as much as an attempt in progress, so that a way that refuses
// at once, and so is always free, does not draw all messages to itself; of
// those alike the one longest unused comes first. It is pure.
func rank(ways []sms.Way, loads map[string]load, now time.Time) {
	weight := func(l load) int { return l.busy + int(math.Round(l.failures(now))) }
	slices.SortStableFunc(ways, func(a, b sms.Way) int {
		x, y := loads[a.Name], loads[b.Name]
		return cmp.Or(cmp.Compare(weight(x), weight(y)), x.used.Compare(y.used))
	})
}

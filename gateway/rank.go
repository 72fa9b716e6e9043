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
	pace   float64   // mean seconds of its recent segments; 0: none was taken yet
	spent  float64   // of the day's or month's quota of its SIM, from 0 to 1
	turn   float64   // when it is next, in the time of turns: seconds of work that strides have stretched
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

const (
	// paceShare is the share of the latest message in the mean: the last eight
	// or so count.
	paceShare = 0.125
	// paceLeast is in seconds: no modem is faster, and none is worth so much
	// that the others get nothing.
	paceLeast = 0.01
	// paceGuess is in seconds, of a way of which nothing is known where nothing
	// is known of the others either.
	paceGuess = 1.0
	// leftLeast is the share of a quota that counts as left when nearly nothing is.
	leftLeast = 0.01
)

// given enters that the way is given a message, at a moment in the time of
// turns, and returns that moment as it is then. A way that could take nothing
// for a while does not take all that it has missed at once.
func (l *load) given(moment float64, now time.Time) float64 {
	l.busy++
	l.used = now
	l.turn = max(l.turn, moment)
	return l.turn
}

// took enters how long segments took that a network has taken, and moves the
// way's turn on for them.
func (l *load) took(d time.Duration, segments int) {
	if segments < 1 {
		return
	}
	pace := max(paceLeast, d.Seconds()/float64(segments))
	if l.pace == 0 {
		l.pace = pace
	}
	l.pace += (pace - l.pace) * paceShare
	l.turn += l.stride(l.pace) * float64(segments)
}

// stride is how far the turn of a way moves on with a segment: the longer, the
// fewer it is given. A slow way strides long, and so does one that has little
// quota left. Pace is its own, or what stands in for it.
func (l load) stride(pace float64) float64 { return pace / max(1-l.spent, leftLeast) }

// paces returns the pace of each way; for one of which nothing is known the mean
// of the others.
func paces(ways []sms.Way, loads map[string]load) map[string]float64 {
	sum, known := 0.0, 0
	for _, w := range ways {
		if p := loads[w.Name].pace; p > 0 {
			sum += p
			known++
		}
	}
	mean := paceGuess
	if known > 0 {
		mean = sum / float64(known)
	}
	all := make(map[string]float64, len(ways))
	for _, w := range ways {
		if all[w.Name] = loads[w.Name].pace; all[w.Name] == 0 {
			all[w.Name] = mean
		}
	}
	return all
}

// rank orders equal ways by which should be given the next message:
//
//   - the one that would have done first what it has in progress. A recent failure
//     weighs as much as an attempt in progress, so that a way that refuses at
//     once, and so is always free, does not draw all messages to itself;
//   - then the one whose turn comes first, so that each is given messages as it is
//     fast and as it has quota left: one of 200 ms ten for each of one of 2 s;
//   - then the one whose stride is shorter, then the one longest unused.
//
// It is pure.
func rank(ways []sms.Way, loads map[string]load, pace map[string]float64, now time.Time) {
	slices.SortStableFunc(ways, func(a, b sms.Way) int {
		x, y := loads[a.Name], loads[b.Name]
		return cmp.Or(
			cmp.Compare(x.backlog(pace[a.Name], now), y.backlog(pace[b.Name], now)),
			cmp.Compare(x.turn, y.turn),
			cmp.Compare(x.stride(pace[a.Name]), y.stride(pace[b.Name])),
			x.used.Compare(y.used))
	})
}

// backlog is, in seconds, how long a way is busy with what it has.
func (l load) backlog(pace float64, now time.Time) float64 {
	return (float64(l.busy) + math.Round(l.failures(now))) * pace
}

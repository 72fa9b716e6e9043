package gateway_test

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// simSeeds is how many seeds a plain test runs: enough to notice what breaks
// often. SEEDS asks for more; "make sim" does.
const simSeeds = 200

// TestSimulation runs the gateway over a real store through hours of false time:
// requests, repeats, cancellations, texts and reports come at random, ways
// refuse, lose, vanish and change their SIMs, the disk fills up, and the process
// is stopped or dies between any two commits. It checks the promises, not the
// mechanism:
//
//   - an accepted message reaches exactly one final state, and a true one;
//   - what a network took is not sent again, unless a restart or a doubt lies
//     between and the message says resend; what says hold is never sent again;
//   - all segments of what was sent left by one SIM;
//   - a known request is known, and never makes a second message;
//   - what is cancelled, expired or not due yet does not leave;
//   - no limit of a SIM is passed, nor the window of a way;
//   - messages of one row and priority to one recipient leave in the order in
//     which they were accepted, unless one was in doubt;
//   - the journal has no gap, never changes, and tells of each message in order;
//   - a text that came in is announced once;
//   - when everything heals, what may leave leaves, and nothing is held on to;
//   - the audit is empty whenever the store is opened.
//
// A failure names its seed: SEED=n runs that one, from the same chances. What
// happens at the same moment may still happen in another order, so a seed that
// passes again is worth -count=100.
func TestSimulation(t *testing.T) {
	if s := os.Getenv("SEED"); s != "" {
		simulate(t, simNumber(t, s))
		return
	}
	first, seeds := uint64(1), uint64(simSeeds)
	if s := os.Getenv("SEEDS"); s != "" {
		seeds = simNumber(t, s)
	}
	if s := os.Getenv("FROM"); s != "" {
		first = simNumber(t, s)
	}
	var next atomic.Uint64
	var sums simSums
	t.Run("seeds", func(t *testing.T) {
		for i := range runtime.GOMAXPROCS(0) {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				for n := next.Add(1) - 1; n < seeds && !t.Failed(); n = next.Add(1) - 1 {
					sums.add(simulate(t, first+n))
				}
			})
		}
	})
	t.Logf("%d seeds from %d: %s", seeds, first, &sums)
}

func simNumber(t *testing.T, s string) uint64 {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// simulate runs one seed in a bubble.
func simulate(t *testing.T, seed uint64) (got simSums) {
	over := false
	defer func() {
		if !over || t.Failed() {
			fmt.Fprintf(os.Stderr, "to see it again: SEED=%d go test -run 'TestSimulation$' ./gateway\n", seed)
		}
	}()
	synctest.Test(t, func(t *testing.T) {
		s := newSim(t, seed)
		defer s.remove()
		s.script()
		s.play()
		s.heal()
		s.end()
		got = s.sums
	})
	over = true
	return got
}

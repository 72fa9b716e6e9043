package store_test

import (
	"fmt"
	"testing"
)

// Each benchmark tells, for one message or part at one moment, the octets
// written to the file and the syncs it took, on a store that holds history
// already, so that trees have the depth they have in use. A wear says how it is
// counted.
const history = 10_000

func BenchmarkMoment(b *testing.B) {
	for _, burst := range []int{1, 100} {
		for _, moment := range []string{"accept", "finish", "report", "keep", "life"} {
			b.Run(fmt.Sprintf("%s/burst=%d", moment, burst), func(b *testing.B) { benchMoment(b, moment, burst) })
		}
	}
}

func benchMoment(b *testing.B, moment string, burst int) {
	w := newWear(b, history)
	n := 0
	for b.Loop() {
		n++
		w.round++
		if moment == "keep" {
			w.measured(func() { w.all(burst, w.keep) })
			continue
		}
		for _, step := range life {
			do := func() { w.all(burst, w.steps()[step]) }
			if moment == step || moment == "life" {
				w.measured(do)
			} else {
				do()
			}
			if step == moment {
				break
			}
		}
	}
	octets, syncs, grows := w.each(n * burst)
	b.ReportMetric(octets, "B-written/msg")
	b.ReportMetric(syncs, "fdatasync/msg")
	b.ReportMetric(grows, "grows/msg")
}

package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/pigeon-sms/pigeon/sms"
)

// Each benchmark tells, for one message or part at one moment, the octets
// written to the file and the syncs it took, on a store that holds history
// already, so that trees have the depth they have in use.
//
// Octets are counted from bbolt's own statistics: the pages it allocated, all
// of which a commit writes, and the meta page. Syncs are two for each commit,
// as bbolt's tx.go has it; those for the file's growth are counted apart, by
// its length, as grows.
const history = 10_000

func BenchmarkMoment(b *testing.B) {
	for _, burst := range []int{1, 100} {
		for _, moment := range []string{"accept", "begin", "finish", "report", "passed", "keep", "life"} {
			b.Run(fmt.Sprintf("%s/burst=%d", moment, burst), func(b *testing.B) { benchMoment(b, moment, burst) })
		}
	}
}

func benchMoment(b *testing.B, moment string, burst int) {
	w := newWear(b)
	last := "passed"
	if moment != "life" {
		last = moment
	}
	n := 0
	for b.Loop() {
		n++
		w.round++
		if moment == "keep" {
			w.measured(func() { w.all(burst, w.keep) })
			continue
		}
		for _, step := range []string{"accept", "begin", "finish", "report", "passed"} {
			do := func() { w.all(burst, w.steps()[step]) }
			if moment == step || moment == "life" {
				w.measured(do)
			} else {
				do()
			}
			if step == last {
				break
			}
		}
	}
	w.tell(n * burst)
}

// A wear is a store whose writes are counted.
type wear struct {
	*box
	b     *testing.B
	round int
	nums  []uint64

	octets, commits, grows int64
}

func newWear(b *testing.B) *wear {
	w := &wear{box: &box{t: b, dir: b.TempDir()}, b: b}
	w.reopen()
	b.Cleanup(func() { w.Close() })
	w.Inside().NoSync = true
	for range history / 100 {
		w.round++
		for _, step := range []string{"accept", "begin", "finish", "report"} {
			w.all(100, w.steps()[step])
		}
	}
	if err := w.steps()["passed"](0); err != nil {
		b.Fatal(err)
	}
	if _, err := w.Trim(context.Background(), sms.Retention{}, epoch); err != nil { // as the gateway does each hour
		b.Fatal(err)
	}
	w.Inside().NoSync = false
	return w
}

func (w *wear) steps() map[string]func(i int) error {
	ctx := context.Background()
	return map[string]func(i int) error{
		"accept": func(i int) error {
			m := message(fmt.Sprintf("01978f3e-0000-7000-8000-%06d%06d", w.round, i), 1)
			m.Text = "A text of the usual length, such as people write and machines too; it says little and takes 100 signs."
			_, _, err := w.Accept(ctx, []*sms.Message{m}, sms.RequestKey{ID: m.ID}, "")
			w.nums[i] = m.Num
			return err
		},
		"begin": func(i int) error {
			_, err := w.Begin(ctx, w.nums[i], sms.Begin{Way: "north", Route: "all", Time: at(1)})
			return err
		},
		"finish": func(i int) error {
			_, err := w.Finish(ctx, w.nums[i], sent("234100000000000", fmt.Sprint(w.nums[i])), settle)
			return err
		},
		"report": func(i int) error {
			r := &sms.Report{Net: "234100000000000", ID: fmt.Sprint(w.nums[i]), To: "+447700900123", State: sms.Delivered, Code: "TP-ST 0x00", Time: at(3)}
			_, err := w.Report(ctx, r, settle)
			return err
		},
		"passed": func(int) error { return w.Passed(ctx, "mqtt", w.Last()) },
	}
}

func (w *wear) keep(i int) error {
	p := part(0, 0, 0, fmt.Sprint("text ", w.round, i), epoch)
	p.Slot = fmt.Sprint("SM/", i)
	_, err := w.Keep(context.Background(), p, sms.Join)
	return err
}

// all does a step for each message of a burst, all at once.
func (w *wear) all(burst int, step func(i int) error) {
	if len(w.nums) < burst {
		w.nums = make([]uint64, burst)
	}
	var wg sync.WaitGroup
	for i := range burst {
		wg.Go(func() {
			if err := step(i); err != nil {
				w.b.Error(err)
			}
		})
	}
	wg.Wait()
}

func (w *wear) measured(f func()) {
	before, commits, size := w.Inside().Stats().TxStats, w.Commits(), w.Size()
	f()
	after := w.Inside().Stats().TxStats
	n := int64(w.Commits() - commits)
	w.commits += n
	w.octets += after.GetPageAlloc() - before.GetPageAlloc() + n*4096
	if w.Size() > size {
		w.grows++
	}
}

func (w *wear) tell(messages int) {
	n := float64(messages)
	w.b.ReportMetric(float64(w.octets)/n, "B-written/msg")
	w.b.ReportMetric(float64(2*w.commits)/n, "fdatasync/msg")
	w.b.ReportMetric(float64(w.grows)/n, "grows/msg")
}

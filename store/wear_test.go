package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/pigeon-sms/pigeon/sms"
)

// life is the moments of a message that is alone: it is accepted and begun, has
// been sent, is reported on. Its follower is told after each.
var life = []string{"accept", "finish", "report"}

// A wear is a store whose writes are counted. Octets are counted from bbolt's
// own statistics: the pages it allocated, all of which a commit writes, and the
// meta page. Syncs are two for each commit, as bbolt's tx.go has it; those for
// the file's growth are counted apart, by its length, as grows.
type wear struct {
	*box
	round int
	nums  []uint64

	octets, commits, grows int64
}

func newWear(b testing.TB, history int) *wear {
	b.Helper()
	w := &wear{box: &box{t: b, dir: b.TempDir()}}
	w.reopen()
	b.Cleanup(func() { w.Close() })
	w.Inside().NoSync = true
	for range history / 100 {
		w.round++
		for _, step := range life {
			w.all(100, w.steps()[step])
		}
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
			_, _, err := w.Accept(ctx, []*sms.Message{m}, sms.RequestKey{ID: m.ID}, "", &sms.Begin{Way: "north", Route: "all", Time: at(1)})
			w.nums[i] = m.Num
			return err
		},
		"finish": func(i int) error {
			_, err := w.Finish(ctx, w.nums[i], sent("234100000000000", fmt.Sprint(w.nums[i])), settle)
			return w.told(err)
		},
		"report": func(i int) error {
			r := &sms.Report{Net: "234100000000000", ID: fmt.Sprint(w.nums[i]), To: "+447700900123", State: sms.Delivered, Code: "TP-ST 0x00", Time: at(3)}
			_, err := w.Report(ctx, r, settle)
			return w.told(err)
		},
	}
}

// told has a follower pass what the journal has.
func (w *wear) told(err error) error {
	return errors.Join(err, w.Passed(context.Background(), "mqtt", w.Last()))
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
				w.t.Error(err)
			}
		})
	}
	wg.Wait()
}

// together does a step for each message of a burst while a commit is under way,
// so that those of the burst share the next.
func (w *wear) together(burst int, step func(i int) error) {
	if burst == 1 {
		w.all(1, step)
		return
	}
	var all sync.WaitGroup
	w.stall(func() {
		all.Go(func() { w.all(burst, step) })
		synctest.Wait()
	})
	all.Wait()
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

// each tells octets, syncs and growths for each of so many messages.
func (w *wear) each(messages int) (octets, syncs, grows float64) {
	n := float64(messages)
	return float64(w.octets) / n, float64(2*w.commits) / n, float64(w.grows) / n
}

// What a message may cost the disk from the request to the last event that is
// published, whatever history there is.
func TestWearIsWithinItsBudget(t *testing.T) {
	for _, tc := range []struct {
		burst, rounds int
		octets, syncs float64
	}{
		{1, 200, 64 << 10, 6},
		{100, 10, 8 << 10, 1},
	} {
		synctest.Test(t, func(t *testing.T) { live(t, tc.burst, tc.rounds, tc.octets, tc.syncs) })
	}
}

func live(t *testing.T, burst, rounds int, mostOctets, mostSyncs float64) {
	w := newWear(t, 5000)
	w.Inside().NoSync = true
	for range rounds {
		w.round++
		for _, step := range life {
			w.measured(func() { w.together(burst, w.steps()[step]) })
		}
	}
	octets, syncs, _ := w.each(rounds * burst)
	t.Logf("burst of %d: %.0f octets and %.2f syncs a message", burst, octets, syncs)
	if octets > mostOctets || syncs > mostSyncs {
		t.Errorf("burst of %d: %.0f octets and %.2f syncs a message, want at most %.0f and %.0f", burst, octets, syncs, mostOctets, mostSyncs)
	}
	w.audit()
}

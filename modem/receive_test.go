package modem_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/modem"
	"github.com/pigeon-sms/pigeon/modem/modemsim"
	"github.com/pigeon-sms/pigeon/sms"
)

func (r *rig) received(n int) {
	r.t.Helper()
	r.until(3*time.Minute, fmt.Sprintf("%d parts", n), func() bool { got, _ := r.core.counts(); return got >= n })
	r.rest(2 * time.Minute) // and no more
	if got, _ := r.core.counts(); got != n {
		r.t.Fatalf("%d parts, want %d: %q", got, n, r.core.texts())
	}
}

func (r *rig) empty(name string) {
	r.t.Helper()
	r.until(3*time.Minute, "memory empty", func() bool { return r.modems[name].Counts().Used == 0 })
}

func TestReceive(t *testing.T) {
	for _, family := range modemsim.Families() {
		t.Run(family, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := one(t, modemsim.ModemConfig{Family: family})
				defer r.end()
				r.ready("m1")
				r.deliver("m1", "+447700900555", "hello")
				start := time.Now()
				r.until(time.Minute, "part", func() bool { n, _ := r.core.counts(); return n == 1 })
				if d := time.Since(start); d > 5*time.Second {
					t.Errorf("it took %v: found by a sweep, not by +CMTI", d)
				}
				r.received(1)
				r.empty("m1")
				p, w := r.core.kept()[0], r.way("m1")
				if p.Text != "hello" || p.From != "+447700900555" || p.Way != "m1" || p.Net != w.Modem.ICCID || p.Time.IsZero() || p.Raw == "" {
					t.Errorf("part = %+v", p)
				}
				if p.To != w.Modem.Number || p.To == "" {
					t.Errorf("to %q, the SIM's number is %q", p.To, w.Modem.Number)
				}
				if !strings.HasPrefix(p.Slot, p.Net+"/") || p.Emptied {
					t.Errorf("slot %q, emptied %v", p.Slot, p.Emptied)
				}
				if w.Modem.Received != 1 {
					t.Errorf("received count %d, want 1", w.Modem.Received)
				}
			})
		})
	}
}

func TestSamePlaceAgainSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{})
		defer r.end()
		r.ready("m1")
		at := time.Now()
		// The very same text, to the octet: only Emptied tells that it is another.
		for range 3 {
			if _, err := r.net.Deliver("m1", "+447700900555", "hello", modemsim.Delivery{Sent: at}); err != nil {
				t.Fatal(err)
			}
			r.rest(10 * time.Second)
		}
		r.received(3)
		for i, p := range r.core.kept() {
			if p.Emptied != (i > 0) {
				t.Errorf("part %d: emptied %v at %s", i, p.Emptied, p.Slot)
			}
		}
	})
}

func TestNotCommittedIsNotDeletedAndComesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{})
		defer r.end()
		r.ready("m1")
		r.core.setFail(errors.New("disk full"))
		r.deliver("m1", "+447700900555", "hello")
		r.rest(10 * time.Minute)
		if n := r.modems["m1"].Counts().Used; n != 1 {
			t.Fatalf("%d places used, want 1: it must stay in the modem", n)
		}
		if n := len(r.core.offered()); n < 3 || n > 12 {
			t.Errorf("offered %d times in 10 minutes, want a few, further and further apart", n)
		}
		if _, err := r.send("m1", "goes meanwhile"); err != nil {
			t.Errorf("Send: %v", err)
		}
		r.core.setFail(nil)
		r.until(time.Hour, "taken", func() bool { n, _ := r.core.counts(); return n == 1 })
		r.empty("m1")
	})
}

func TestCrashBetweenCommitAndDelete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{})
		r.ready("m1")
		r.core.setStall(true) // the part is on disk, and the process ends before it knows
		r.deliver("m1", "+447700900555", "hello")
		r.rest(time.Second)
		r.end()
		if got := r.core.texts(); len(got) != 1 || r.modems["m1"].Counts().Used != 1 {
			t.Fatalf("%q on disk, %d places used; want one and one", got, r.modems["m1"].Counts().Used)
		}
		r.core.setStall(false)
		r.begin(modem.Config{Modems: []modem.ModemConfig{{Name: "m1", Port: "m1"}}})
		defer r.end()
		r.ready("m1")
		r.empty("m1")
		if got := r.core.texts(); len(got) != 1 {
			t.Errorf("%q on disk, want it once", got)
		}
		again := r.core.offered()
		if len(again) != 2 || again[1].Slot != again[0].Slot || again[1].Raw != again[0].Raw || again[1].Emptied {
			t.Errorf("offered %+v, want the same slot again, not emptied", again)
		}
	})
}

func TestSweepAtStartFindsWhatCameBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, modem.Config{}, modemsim.ModemConfig{Name: "m1"})
		r.end()
		want := []string{}
		for i := range 12 {
			want = append(want, fmt.Sprintf("text %d", i))
			r.deliver("m1", "+447700900555", want[i])
		}
		r.begin(modem.Config{Modems: []modem.ModemConfig{{Name: "m1", Port: "m1"}}})
		defer r.end()
		r.received(len(want))
		if got := r.core.texts(); !slices.Equal(got, want) {
			t.Errorf("texts %q, want %q", got, want)
		}
		r.empty("m1")
	})
}

func TestDeletesFromTheHighestIndexDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, modem.Config{}, modemsim.ModemConfig{Name: "m1"})
		r.end()
		for i := range 5 {
			r.deliver("m1", "+447700900555", fmt.Sprint(i))
		}
		r.begin(modem.Config{Modems: []modem.ModemConfig{{Name: "m1", Port: "m1"}}})
		defer r.end()
		r.received(5)
		var deletes []string
		for _, w := range r.wires["m1"].lines() {
			if strings.HasPrefix(w, "AT+CMGD") {
				deletes = append(deletes, strings.TrimSpace(w))
			}
		}
		if !slices.IsSortedFunc(deletes, func(a, b string) int { return -strings.Compare(a, b) }) || len(deletes) != 5 {
			t.Errorf("deleted in the order %q", deletes)
		}
	})
}

func TestFullMemoryIsEmptiedAndTheRestComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{SM: 10})
		defer r.end()
		r.ready("m1")
		r.core.setFail(errors.New("disk full"))
		for i := range 25 {
			r.deliver("m1", "+447700900555", fmt.Sprint("text ", i))
		}
		r.rest(time.Minute)
		r.core.setFail(nil)
		r.until(2*time.Hour, "all", func() bool { n, _ := r.core.counts(); return n == 25 })
		r.empty("m1")
	})
}

func TestSubmitsAreLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{})
		defer r.end()
		r.ready("m1")
		r.modems["m1"].Fill(3) // submits of another program's
		r.rest(time.Minute)
		r.wires["m1"].forget()
		r.rest(time.Hour)
		if n := r.wires["m1"].count("AT+CMGD"); n != 0 {
			t.Errorf("%d deletes, want 0: submits are not ours", n)
		}
		if n := r.wires["m1"].all(); n > 60*8 {
			t.Errorf("%d writes in an idle hour", n)
		}
	})
}

func TestNewsDuringASend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{Latency: 3 * time.Second, PromptLatency: 100 * time.Millisecond})
		defer r.end()
		r.ready("m1")
		for i := range 20 {
			time.AfterFunc(time.Duration(i)*150*time.Millisecond, func() {
				_, _ = r.net.Deliver("m1", "+447700900555", fmt.Sprint("text ", i), modemsim.Delivery{})
			})
		}
		refs, err := r.send("m1", "hello")
		if err != nil || len(refs) != 1 {
			t.Errorf("Send = %v, %v", refs, err)
		}
		r.received(20)
		r.until(time.Minute, "report", func() bool { _, n := r.core.counts(); return n == 1 })
	})
}

func TestBothWaysProgressUnderLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{Latency: 200 * time.Millisecond})
		defer r.end()
		r.ready("m1")
		const messages = 60
		done := make(chan int, 1)
		go func() {
			sent := 0
			for range messages {
				if refs, err := r.send("m1", long(3)); err == nil {
					sent += len(refs)
				}
			}
			done <- sent
		}()
		for i := range 60 {
			r.deliver("m1", "+447700900555", fmt.Sprint("text ", i))
			r.rest(100 * time.Millisecond)
		}
		// While messages still go out, most texts have come in.
		r.rest(4 * time.Second)
		if n, _ := r.core.counts(); n < 30 {
			t.Errorf("%d of 60 texts received after 10 s of sending", n)
		}
		if n := len(r.net.Segments()); n < 30 {
			t.Errorf("%d segments sent after 10 s of receiving", n)
		}
		if sent := <-done; sent != 3*messages {
			t.Errorf("%d segments sent, want %d", sent, 3*messages)
		}
		r.received(60)
	})
}

func TestFloodDoesNotHoldUpSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{SM: 255})
		defer r.end()
		r.ready("m1")
		r.fault("m1", "slow 300ms") // reading and deleting a text takes 0.6 s
		for i := range 120 {
			time.AfterFunc(time.Duration(i)*250*time.Millisecond, func() {
				_, _ = r.net.Deliver("m1", "+447700900555", fmt.Sprint("text ", i), modemsim.Delivery{})
			})
		}
		r.rest(10 * time.Second)
		start := time.Now()
		if _, err := r.send("m1", long(5)); err != nil || time.Since(start) > 10*time.Second {
			t.Errorf("Send = %v after %v, want a few seconds", err, time.Since(start))
		}
		r.received(120)
	})
}

func TestSlowDiskDoesNotHoldUpSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, modem.Config{}, modemsim.ModemConfig{Name: "m1", SM: 60})
		r.end()
		for i := range 50 {
			r.deliver("m1", "+447700900555", fmt.Sprint("text ", i))
		}
		r.core.setSlow(20 * time.Second)
		r.begin(modem.Config{Modems: []modem.ModemConfig{{Name: "m1", Port: "m1"}}})
		defer r.end()
		r.ready("m1")
		r.rest(5 * time.Second)
		start := time.Now()
		if _, err := r.send("m1", "hello"); err != nil || time.Since(start) > time.Second {
			t.Errorf("Send = %v after %v", err, time.Since(start))
		}
		r.core.setSlow(0)
		r.received(50)
		r.empty("m1")
	})
}

func TestFlashComesDirectly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// This family shows class 0 as +CMT though mt is 1.
		r := one(t, modemsim.ModemConfig{Family: "simcom"})
		defer r.end()
		r.ready("m1")
		r.core.setFail(errors.New("disk full"))
		if _, err := r.net.Deliver("m1", "+447700900555", "flash", modemsim.Delivery{Flash: true}); err != nil {
			t.Fatal(err)
		}
		r.rest(20 * time.Second)
		r.core.setFail(nil)
		r.received(1)
		if p := r.core.kept()[0]; p.Text != "flash" || p.Slot != "" || p.Class == nil || *p.Class != 0 {
			t.Errorf("part = %+v", p)
		}
	})
}

func TestReportsOutliveADiskThatIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{})
		r.ready("m1")
		r.core.setFail(errors.New("disk full"))
		for range 10 {
			if _, err := r.send("m1", "hello"); err != nil {
				t.Fatal(err)
			}
		}
		r.rest(5 * time.Minute)
		r.core.setFail(nil)
		r.end() // what waits is offered once more
		if _, n := r.core.counts(); n != 10 {
			t.Errorf("%d reports, want 10", n)
		}
		ids := map[string]bool{}
		for _, p := range r.core.reported() {
			ids[p.ID] = true
		}
		if len(ids) != 10 || r.core.reported()[0].State != sms.Delivered {
			t.Errorf("reports %v", ids)
		}
	})
}

func TestTextsInOtherMemories(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// ME is the family's first; ours is SM, and what another program left
		// in ME is found at the start.
		r := newRig(t, modem.Config{}, modemsim.ModemConfig{Name: "m1", Family: "simcom"})
		r.end()
		r.deliver("m1", "+447700900555", "hello")
		r.begin(modem.Config{Modems: []modem.ModemConfig{{Name: "m1", Port: "m1"}}})
		defer r.end()
		r.received(1)
		r.empty("m1")
		if got := r.core.kept()[0].Slot; !strings.Contains(got, "/ME/") {
			t.Errorf("slot %q, want one in ME", got)
		}
	})
}

package gateway_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/gateway"
	"github.com/pigeon-sms/pigeon/sms"
)

// What was being sent when the power went is in doubt: sent once more, or left
// alone, as its sender asked. What had not begun is simply sent.
func TestRestartSettlesDoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north", "south", "east")
		w := newWorld(t, e)
		w.accept(`{"id":"again","to":"+447700900123","text":"hello","receipt":false}`)
		w.accept(`{"id":"held","to":"+447700900123","text":"hello","on_doubt":"hold"}`)
		w.accept(`{"id":"fresh","to":"+447700900123","text":"hello","receipt":false}`)
		// The power goes between Begin and Finish.
		for _, num := range []uint64{1, 2} {
			if _, err := w.db.Begin(t.Context(), num, sms.Begin{Way: "north", Time: time.Now()}); err != nil {
				t.Fatal(err)
			}
		}
		w.shut()
		w.open()
		w.run()
		synctest.Wait()
		for id, want := range map[string]string{
			"again": "queued sending queued sending sent!",
			"held":  "queued sending doubtful!",
			"fresh": "queued sending sent!",
		} {
			if got := w.story(id); got != want {
				t.Errorf("%s: %q, want %q", id, got, want)
			}
		}
		got := e.sent()
		slices.Sort(got)
		if len(got) != 2 {
			t.Errorf("sent %q, want again and fresh once each", got)
		}
		w.halt()
	})
}

// A stop lets what is being sent come to its end.
func TestStopWaitsForTheAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north")
		e.answer = func(_ context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
			<-time.After(10 * time.Second)
			return e.take(way, a, a.Segments), nil
		}
		w := newWorld(t, e)
		w.run()
		w.accept(one)
		w.accept(`{"id":"m2","to":"+447700900123","text":"hello"}`)
		synctest.Wait()
		start := time.Now()
		w.stop()
		if err := <-w.done; err != nil {
			t.Error(err)
		}
		w.stop = nil
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("stopping took %v, want the 10s of the attempt", took)
		}
		if got, want := w.story("m1"), "queued sending sent"; got != want {
			t.Errorf("the one being sent: %q, want %q", got, want)
		}
		if got, want := w.story("m2"), "queued"; got != want {
			t.Errorf("the waiting one: %q, want %q", got, want)
		}
		w.halt()
	})
}

// An attempt that does not end in time is cut, and goes back to the queue when
// nothing had left.
func TestStopCutsALongAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north")
		e.answer = func(ctx context.Context, _ string, _ *sms.Attempt) ([]sms.Ref, error) {
			<-ctx.Done()
			return nil, &sms.SendError{Verdict: sms.Retry, Err: ctx.Err()}
		}
		w := newWorld(t, e, func(c *gateway.Config) { c.StopWait = 7 * time.Second })
		w.run()
		w.accept(one)
		synctest.Wait()
		start := time.Now()
		w.stop()
		<-w.done
		w.stop = nil
		if took := time.Since(start); took != 7*time.Second {
			t.Errorf("stopping took %v, want the 7s allowed", took)
		}
		if got, want := w.story("m1"), "queued sending queued"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		w.halt()
	})
}

func TestWaitForAReportEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, newEdge("north"), func(c *gateway.Config) { c.ReportWait = time.Hour })
		w.run()
		w.accept(one)
		<-time.After(59 * time.Minute)
		synctest.Wait()
		if got, want := w.story("m1"), "queued sending sent"; got != want {
			t.Fatalf("before the hour: %q, want %q", got, want)
		}
		<-time.After(3 * time.Minute)
		synctest.Wait()
		if got, want := w.story("m1"), "queued sending sent sent!"; got != want {
			t.Errorf("after it: %q, want %q", got, want)
		}
		// A report after the end is no second end.
		err := w.Report(t.Context(), &sms.Report{Net: "north", ID: "1", To: "+447700900123", State: sms.Delivered, Time: time.Now()})
		if err != nil {
			t.Error(err)
		}
		if got, want := w.story("m1"), "queued sending sent sent!"; got != want {
			t.Errorf("after a late report: %q, want %q", got, want)
		}
		w.halt()
	})
}

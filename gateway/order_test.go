package gateway_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// person is a number for each of a crowd.
func person(i int) string { return fmt.Sprintf("+4477009%05d", i) }

// taken has an edge note what a network took for whom, in order.
func taken(e *edge, answer func(way string, a *sms.Attempt) ([]sms.Ref, error)) map[sms.Number][]string {
	got := map[sms.Number][]string{}
	e.answer = func(_ context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
		refs, err := answer(way, a)
		if err == nil {
			e.mu.Lock()
			got[a.To] = append(got[a.To], a.ID)
			e.mu.Unlock()
		}
		return refs, err
	}
	return got
}

// Whatever ways do, what is equally urgent reaches a recipient in the order in
// which it was accepted.
func TestMessagesToOneRecipientKeepTheirOrder(t *testing.T) {
	for seed := range uint64(6) {
		synctest.Test(t, func(t *testing.T) {
			chance := rand.New(rand.NewPCG(seed, 0))
			e := newEdge("north", "south", "east")
			got := taken(e, func(way string, a *sms.Attempt) ([]sms.Ref, error) {
				e.mu.Lock()
				pause, fate := time.Duration(chance.IntN(5000))*time.Millisecond, chance.IntN(10)
				e.mu.Unlock()
				<-time.After(pause)
				switch fate {
				case 0:
					return nil, refuse(sms.Retry, "+CMS 42")
				case 1:
					return nil, refuse(sms.Reroute, "+CMS 310")
				}
				return e.take(way, a, a.Segments), nil
			})
			w := newWorld(t, e)
			w.run()
			want := map[sms.Number][]string{}
			for i := range 120 {
				e.mu.Lock() // chance is the edge's too
				to, pause := []string{ann, bob, eve}[chance.IntN(3)], time.Duration(chance.IntN(1000))*time.Millisecond
				e.mu.Unlock()
				id := fmt.Sprint("m", i)
				w.acceptOne(id, to, "")
				want[sms.Number(to)] = append(want[sms.Number(to)], id)
				pass(pause)
			}
			pass(6 * time.Hour)
			for to, ids := range want {
				if !slices.Equal(got[to], ids) {
					t.Errorf("seed %d, %s:\ngot  %v\nwant %v", seed, to, got[to], ids)
				}
			}
			w.halt()
		})
	}
}

// What is due later, more urgent, or goes by another row is not waited for.
func TestOrderHoldsUpOnlyItsLike(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north", "south")
		said := timed(e)
		w := newWorld(t, e)
		e.set(0, false)
		e.set(1, false)
		w.run()
		w.acceptOne("later", ann, `,"send_at":"2000-01-01T01:00:00Z"`)
		w.acceptOne("south", ann, `,"route":"south"`)
		w.acceptOne("first", ann, `,"route":"north"`)
		w.acceptOne("second", ann, `,"route":"north"`)
		w.acceptOne("alarm", ann, `,"route":"north","priority":"urgent"`)
		w.acceptOne("other", bob, `,"route":"north"`)
		synctest.Wait()
		same(t, "why", w.why("second"), "waits for an earlier message to the same number")
		e.set(0, true)
		w.Changed()
		synctest.Wait()
		same(t, "by north", said(), "0s north alarm, 0s north first, 0s north second, 0s north other")
		pass(2 * time.Hour)
		same(t, "at its time", said(), "1h0m0s north later")
		e.set(1, true)
		w.Changed()
		synctest.Wait()
		same(t, "by south", said(), "2h0m0s south south")
		w.halt()
	})
}

// Who leaves the queue otherwise gives up the turn.
func TestTurnIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north")
		w := newWorld(t, e)
		e.set(0, false)
		w.run()
		w.acceptOne("expires", ann, `,"expires":"10m"`)
		w.acceptOne("cancelled", ann, "")
		w.acceptOne("behind", ann, `,"expires":"11m"`)
		w.acceptOne("last", ann, "")
		synctest.Wait()
		if _, err := w.Cancel(t.Context(), "cancelled"); err != nil {
			t.Fatal(err)
		}
		pass(12 * time.Minute)
		for id, want := range map[string]string{
			"expires": "queued expired!", "behind": "queued expired!", "cancelled": "queued cancelled!", "last": "queued",
		} {
			same(t, id, w.story(id), want)
		}
		e.set(0, true)
		w.Changed()
		synctest.Wait()
		same(t, "sent", fmt.Sprint(e.sent()), "[north last/1 from 0]")
		w.halt()
	})
}

// A restart does not let the younger pass the older that was being tried.
func TestOrderOutlivesARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north")
		refused := true
		got := taken(e, func(way string, a *sms.Attempt) ([]sms.Ref, error) {
			if refused {
				return nil, refuse(sms.Retry, "+CMS 42")
			}
			return e.take(way, a, a.Segments), nil
		})
		w := newWorld(t, e)
		w.run()
		w.acceptOne("first", ann, "")
		pass(time.Minute) // it rests between two attempts
		w.acceptOne("second", ann, "")
		w.acceptOne("third", ann, "")
		synctest.Wait()
		refused = false
		w.restart()
		pass(time.Hour)
		same(t, "order", fmt.Sprint(got[ann]), "[first second third]")
		w.halt()
	})
}

// One that is older and becomes due while another rests does not let the younger
// pass that.
func TestOrderOutlivesWhatBecomesDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north")
		var accepts atomic.Bool
		got := taken(e, func(way string, a *sms.Attempt) ([]sms.Ref, error) {
			if a.ID == "first" && !accepts.Load() {
				return nil, refuse(sms.Retry, "+CMS 42")
			}
			return e.take(way, a, a.Segments), nil
		})
		w := newWorld(t, e)
		w.run()
		w.acceptOne("scheduled", ann, `,"send_at":"2000-01-01T00:02:00Z"`)
		w.acceptOne("first", ann, "")
		pass(time.Minute) // it rests between two attempts
		w.acceptOne("second", ann, "")
		pass(61 * time.Second)
		accepts.Store(true)
		pass(time.Hour)
		same(t, "order", fmt.Sprint(got[ann]), "[scheduled first second]")
		w.halt()
	})
}

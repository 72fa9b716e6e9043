package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// A network reports on every copy it has taken. Those on copies that are not
// counted any more settle no doubt of another message, which would then never be
// sent and be called delivered.
func TestReportOnAnotherCopySettlesNoDoubt(t *testing.T) {
	ago := func(d time.Duration) func(*sms.Report) {
		return func(r *sms.Report) { r.SentAt = r.SentAt.Add(-d) }
	}
	for name, script := range map[string]func(*world){
		"sent anew by another way": func(w *world) {
			w.accept(`{"id":"moves","to":"+447700900123","text":"` + strings.Repeat("long ", 80) + `"}`)
			synctest.Wait()
			w.report("1", sms.Delivered) // of the first segment, by the way that then refused
		},
		"said again of a copy in doubt": func(w *world) {
			w.accept(`{"id":"twice","to":"+447700900123","text":"hello"}`)
			<-time.After(100 * time.Second) // sent, in doubt; and again, in doubt; and again
			for range 2 {
				w.report("78", sms.Delivered, ago(70*time.Second)) // of the second copy
			}
			w.report("77", sms.Delivered, ago(100*time.Second)) // of the first
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := newEdge("north", "south")
				e.answer = func(_ context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
					switch {
					case a.ID == "moves" && way == "north":
						e.set(1, true)
						return e.take(way, a, 1), refuse(sms.Reroute, "+CMS 310")
					case a.ID == "m1", a.ID == "twice" && a.N < 3:
						return nil, &sms.SendError{Doubt: true, Err: errors.New("no answer in 180s")}
					}
					return e.take(way, a, a.Segments), nil
				}
				e.set(1, false)
				w := newWorld(t, e)
				w.run()
				w.accept(held)
				synctest.Wait()
				script(w)
				w.want("m1", "queued sending doubtful!")
				w.halt()
			})
		})
	}
}

// A phone puts no message together whose parts come from two numbers.
func TestMessageIsNotContinuedByAnotherSIM(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north")
		e.answer = func(_ context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
			if a.N == 1 {
				return e.take(way, a, 1), refuse(sms.Retry, "+CMS 42")
			}
			return e.take(way, a, a.Segments), nil
		}
		e.ways[0].Modem = &sms.Modem{ICCID: "first"}
		w := newWorld(t, e)
		w.run()
		w.accept(`{"id":"m1","to":"+447700900123","text":"` + strings.Repeat("long ", 80) + `"}`)
		synctest.Wait()
		e.mu.Lock()
		e.ways[0].Modem = &sms.Modem{ICCID: "second"}
		e.mu.Unlock()
		pass(time.Minute)
		same(t, "sent", fmt.Sprint(e.sent()), "[north m1/1 from 0 north m1/2 from 0]")
		w.halt()
	})
}

// What leaves at once waits for nothing, though it has spent the SIM's room itself.
func TestMessageThatLeavesAtOnceSaysNoReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, newEdge("north"), limited(map[string]sms.Limits{"north": {Gap: time.Hour}}))
		w.run()
		synctest.Wait()
		a := w.accept(one)
		if why := a.Events[0].Why; why != "" {
			t.Errorf("waits for %q, want nothing", why)
		}
		w.want("m1", "queued sending sent")
		w.halt()
	})
}

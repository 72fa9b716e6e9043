package gateway_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/gateway"
	"github.com/pigeon-sms/pigeon/sms"
)

func sticky(c *gateway.Config) { c.Sticky, c.StickyWait = true, 5*time.Minute }

// newSIMs is an edge of ways with a SIM each: simA in the first, and so on.
func newSIMs(names ...string) *edge {
	e := newEdge(names...)
	for i := range e.ways {
		e.ways[i].Modem = &sms.Modem{ICCID: "sim" + string(rune('A'+i))}
	}
	return e
}

// text has a SIM receive one from somebody.
func (w *world) text(from, net string) {
	w.t.Helper()
	err := w.Receive(w.t.Context(), &sms.Part{From: sms.Number(from), Net: net, Way: "x", Time: time.Now(), Text: "hi", Coding: sms.CodingGSM7})
	if err != nil {
		w.t.Fatal(err)
	}
	synctest.Wait()
}

func (w *world) why(id string) string {
	w.t.Helper()
	v, err := w.Message(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return v.Status.Why
}

// given drops the times of what timed said.
func given(said string) string {
	var all []string
	for _, s := range strings.Split(said, ", ") {
		_, s, _ = strings.Cut(s, " ")
		all = append(all, s)
	}
	return strings.Join(all, ", ")
}

func TestMessagesToOnePersonLeaveFromOneSIM(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newSIMs("north", "south")
		said := timed(e)
		w := newWorld(t, e, sticky)
		w.run()
		for i := range 4 {
			for j, who := range []string{ann, bob, eve} {
				w.accepts(who, fmt.Sprintf("%c%d", "abe"[j], i))
				synctest.Wait()
			}
		}
		same(t, "given", given(said()), "north a0, north e0, north a1, north e1, north a2, north e2, north a3, north e3, south b0, south b1, south b2, south b3")
		w.restart()
		w.accepts(bob, "b4")
		synctest.Wait()
		w.accepts(ann, "a4")
		synctest.Wait()
		same(t, "after a restart", given(said()), "north a4, south b4")
		w.halt()
	})
}

// What waits together for one person goes together, though another way is free.
func TestCrowdForOnePersonLeavesFromOneSIM(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newSIMs("north", "south")
		w := newWorld(t, e, sticky)
		e.answer = func(_ context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
			<-time.After(time.Second)
			return e.take(way, a, a.Segments), nil
		}
		w.accepts(ann, "a1", "a2", "a3", "a4")
		w.accepts(bob, "b1", "b2")
		w.run()
		pass(10 * time.Second)
		same(t, "sent", strings.Join(slices.Sorted(slices.Values(e.sent())), ", "),
			"north a1/1 from 0, north a2/1 from 0, north a3/1 from 0, north a4/1 from 0, south b1/1 from 0, south b2/1 from 0")
		w.halt()
	})
}

func TestReplyLeavesFromTheSIMThatReceived(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newSIMs("north", "south")
		said := timed(e)
		w := newWorld(t, e, sticky)
		w.run()
		w.accepts(ann, "a1")
		synctest.Wait()
		w.text("07700900123", "simB") // as the SIM's own network writes it
		w.text("INFO", "simB")        // nobody can answer a name
		w.accepts(ann, "a2")
		synctest.Wait()
		same(t, "given", given(said()), "north a1, south a2")
		w.text(ann, "simA")
		w.restart()
		w.accepts(ann, "a3")
		synctest.Wait()
		same(t, "after a restart", given(said()), "north a3")
		w.halt()
	})
}

func TestMessageWaitsForItsSIMAndThenGoesAnotherWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newSIMs("north", "south")
		said := timed(e)
		w := newWorld(t, e, sticky)
		w.run()
		w.text(ann, "simA")
		e.set(0, false)
		w.Changed()
		w.accepts(ann, "a1")
		w.acceptOne("now", bob, `,"priority":"high"`)
		w.accepts(bob, "b1")
		synctest.Wait()
		same(t, "others pass", said(), "0s south now, 0s south b1")
		same(t, "why", w.why("a1"), "waits for the SIM that its recipient is used to (north: registering) until 2000-01-01T00:05:00Z, then goes another way")
		pass(time.Minute)
		w.accepts(ann, "a2")
		synctest.Wait()
		same(t, "why of the second", w.why("a2"), "waits for an earlier message to the same number")
		pass(4*time.Minute - 1)
		same(t, "a nanosecond early", said(), "")
		pass(1)
		// The way of the first is the new one, and the second need not wait on.
		same(t, "then", said(), "5m0s south a1, 5m0s south a2")
		e.set(0, true)
		w.Changed()
		w.restart()
		w.accepts(ann, "a3")
		synctest.Wait()
		same(t, "the new one", said(), "5m0s south a3")
		w.halt()
	})
}

func TestSIMThatReturnsInTimeCarriesWhatWaited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newSIMs("north", "south")
		said := timed(e)
		w := newWorld(t, e, sticky)
		w.run()
		w.text(ann, "simA")
		e.set(0, false)
		w.accepts(ann, "a1", "a2")
		pass(4 * time.Minute)
		// It comes back in another stick.
		e.mu.Lock()
		e.ways = append(e.ways, sms.Way{Name: "west", Kind: "modem", State: "ready", Ready: true, Window: 1, Modem: &sms.Modem{ICCID: "simA"}})
		e.mu.Unlock()
		w.Changed()
		synctest.Wait()
		same(t, "sent", said(), "4m0s west a1, 4m0s west a2")
		w.halt()
	})
}

func TestUrgentDoesNotWaitForItsSIM(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newSIMs("north", "south")
		said := timed(e)
		w := newWorld(t, e, sticky)
		w.run()
		w.text(ann, "simA")
		w.acceptOne("u1", ann, `,"priority":"urgent"`)
		synctest.Wait()
		same(t, "its SIM is there", said(), "0s north u1")
		e.set(0, false)
		w.accepts(ann, "a1")
		synctest.Wait()
		w.acceptOne("u2", ann, `,"priority":"urgent"`)
		synctest.Wait()
		// The way it went is the new one, for what waited too.
		same(t, "its SIM is gone", given(said()), "south u2, south a1")
		w.halt()
	})
}

func TestUrgentTakesTheOtherWayWhileItsSIMIsBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newSIMs("north", "south")
		e.answer = func(_ context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
			<-time.After(time.Second)
			return e.take(way, a, a.Segments), nil
		}
		w := newWorld(t, e, sticky)
		w.run()
		w.text(ann, "simA")
		w.accepts(ann, "a1", "a2")
		synctest.Wait()
		w.acceptOne("u1", ann, `,"priority":"urgent"`)
		synctest.Wait()
		same(t, "at once", strings.Join(e.sent(), ", "), "north a1/1 from 0, south u1/1 from 0")
		pass(time.Minute)
		w.halt()
	})
}

// Busy with others is not gone: nobody's patience ends for it.
func TestLongQueueOfOneSIMStaysItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newSIMs("north", "south")
		ways := map[string]int{}
		e.answer = func(_ context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
			e.mu.Lock()
			ways[way]++
			e.ways[0].Ready = way != "north" // as a modem that shows it
			e.mu.Unlock()
			<-time.After(10 * time.Second)
			e.set(0, true)
			return e.take(way, a, a.Segments), nil
		}
		w := newWorld(t, e, sticky)
		w.run()
		w.text(ann, "simA")
		for i := range 60 {
			w.accepts(ann, fmt.Sprint("m", i))
		}
		pass(time.Hour)
		same(t, "given", fmt.Sprint(ways), "map[north:60]")
		w.halt()
	})
}

func TestRefusedMessageKeepsToItsSIMForAWhile(t *testing.T) {
	for name, v := range map[string]sms.Verdict{"retry": sms.Retry, "reroute": sms.Reroute} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := newSIMs("north", "south")
				var at time.Duration
				north, start := 0, time.Now()
				e.answer = func(_ context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
					if way == "north" {
						north++
						return nil, refuse(v, "+CMS 331")
					}
					at = time.Since(start)
					return e.take(way, a, a.Segments), nil
				}
				w := newWorld(t, e, sticky)
				w.run()
				w.text(ann, "simA")
				w.accepts(ann, "a1")
				pass(time.Hour)
				if north < 3 || at < 5*time.Minute || at > 12*time.Minute {
					t.Errorf("north was tried %d times, and south after %v; want some, and after the wait and a pause", north, at)
				}
				w.halt()
			})
		})
	}
}

func TestRefusedMessageIsNotGivenUpBeforeAnotherWayHadIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newSIMs("north", "south")
		e.answer = func(_ context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
			if way == "north" {
				return nil, refuse(sms.Reroute, "+CMS 331")
			}
			return e.take(way, a, a.Segments), nil
		}
		w := newWorld(t, e, sticky, func(c *gateway.Config) { c.Attempts = 2 })
		w.run()
		w.text(ann, "simA")
		w.accepts(ann, "a1")
		pass(time.Hour)
		same(t, "story", w.story("a1"), "queued sending queued sending queued sending sent!")
		w.halt()
	})
}

// A SIM at its limit is not ready for what is not urgent.
func TestSIMAtItsLimitIsWaitedForAsLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newSIMs("north", "south")
		said := timed(e)
		w := newWorld(t, e, sticky, limited(map[string]sms.Limits{"north": {Minute: 2, Recipients: 1}}))
		w.run()
		w.text(ann, "simA")
		w.accepts(ann, "a1", "a2", "a3")
		w.text(bob, "simA")
		w.accepts(bob, "b1")
		synctest.Wait()
		same(t, "at once", said(), "0s north a1, 0s north a2")
		pass(2 * time.Minute)
		same(t, "the minute is over", said(), "1m1s north a3")
		w.accepts(ann, "a4")
		pass(3*time.Minute - 1)
		same(t, "nobody waits behind bob", said(), "2m0s north a4")
		pass(1)
		same(t, "one recipient too many", said(), "5m0s south b1")
		w.halt()
	})
}

func TestRowMayBeStickyAndAnotherNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newSIMs("north", "south", "west")
		said := timed(e)
		w := newWorld(t, e, func(c *gateway.Config) {
			c.Routes = []gateway.Route{
				{Name: "s", Via: []string{"north", "south"}, Sticky: true},
				{Name: "l", Via: []string{"north", "south"}},
			}
		})
		w.run()
		w.text(ann, "simB")
		w.acceptOne("a1", ann, `,"route":"l"`)
		synctest.Wait()
		w.text(ann, "simB")
		w.acceptOne("a2", ann, `,"route":"s"`)
		synctest.Wait()
		w.text(ann, "simC") // which the row does not offer
		w.acceptOne("a3", ann, `,"route":"s"`)
		synctest.Wait()
		same(t, "given", given(said()), "north a1, north a3, south a2")
		w.halt()
	})
}

func TestNothingIsRememberedWhereNoRowIsSticky(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, newSIMs("north"))
		w.run()
		w.text(ann, "simA")
		w.accepts(ann, "a1")
		synctest.Wait()
		all, err := w.db.Sticky(t.Context())
		if err != nil || len(all) > 0 {
			t.Errorf("got %v, %v; want nobody", all, err)
		}
		w.halt()
	})
}

package gateway_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/gateway"
	"github.com/pigeon-sms/pigeon/sms"
)

// limited holds ways to limits; messages wait as long as it takes.
func limited(limits map[string]sms.Limits) func(*gateway.Config) {
	return func(c *gateway.Config) { c.Limits, c.Lifetime = limits, 1000*time.Hour }
}

// timed has an edge take everything, and returns when which way was given what
// since it was last asked.
func timed(e *edge) func() string {
	type given struct {
		at      time.Duration
		way, id string
	}
	start := time.Now()
	var all []given
	e.answer = func(_ context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
		refs := e.take(way, a, a.Segments)
		e.mu.Lock()
		defer e.mu.Unlock()
		all = append(all, given{time.Since(start), way, a.ID})
		return refs, nil
	}
	return func() string {
		e.mu.Lock()
		defer e.mu.Unlock()
		slices.SortStableFunc(all, func(a, b given) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.way, b.way)) })
		var said []string
		for _, g := range all {
			said = append(said, fmt.Sprintf("%v %s %s", g.at, g.way, g.id))
		}
		all = nil
		return strings.Join(said, ", ")
	}
}

func (w *world) acceptOne(id, to string, more string) {
	w.t.Helper()
	w.accept(fmt.Sprintf(`{"id":%q,"to":%q,"text":"hello","receipt":false%s}`, id, to, more))
}

func (w *world) accepts(to string, ids ...string) {
	w.t.Helper()
	for _, id := range ids {
		w.acceptOne(id, to, "")
	}
}

// restart stops everything and starts it anew over the same file.
func (w *world) restart() {
	w.t.Helper()
	w.halt()
	w.open()
	w.run()
	synctest.Wait()
}

// pass lets time go by.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func same(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

const ann, bob, eve = "+447700900123", "+447700900124", "+447700900125"

func TestLimitOfADayHoldsAcrossARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north")
		said := timed(e)
		w := newWorld(t, e, limited(map[string]sms.Limits{"north": {Day: 3}}))
		pass(22 * time.Hour)
		w.run()
		w.accepts(ann, "m1", "m2", "m3", "m4", "m5", "m6", "m7")
		synctest.Wait()
		same(t, "first day", said(), "22h0m0s north m1, 22h0m0s north m2, 22h0m0s north m3")
		v, err := w.Message(t.Context(), "m4")
		if err != nil {
			t.Fatal(err)
		}
		same(t, "why", v.Status.Why, "north: 3 a day are sent; goes on at 2000-01-02T00:00:00Z")
		w.restart()
		pass(2*time.Hour - 1)
		same(t, "a nanosecond before midnight", said(), "")
		pass(1)
		same(t, "midnight", said(), "24h0m0s north m4, 24h0m0s north m5, 24h0m0s north m6")
		w.restart()
		pass(24 * time.Hour)
		same(t, "second midnight", said(), "48h0m0s north m7")
		w.halt()
	})
}

func TestLimitOfAMonthEndsWithIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north")
		said := timed(e)
		w := newWorld(t, e, limited(map[string]sms.Limits{"north": {Month: 2}}))
		pass(20 * 24 * time.Hour)
		w.run()
		w.accepts(ann, "m1", "m2", "m3")
		pass(time.Hour)
		same(t, "January", said(), "480h0m0s north m1, 480h0m0s north m2")
		w.restart()
		pass(11*24*time.Hour - time.Hour - 1)
		same(t, "end of January", said(), "")
		pass(1)
		same(t, "February", said(), "744h0m0s north m3")
		w.halt()
	})
}

func TestUrgentPassesAndIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north")
		said := timed(e)
		w := newWorld(t, e, limited(map[string]sms.Limits{"north": {Hour: 2}}))
		w.run()
		w.accepts(ann, "m1")
		synctest.Wait()
		w.acceptOne("u1", ann, `,"priority":"urgent"`)
		synctest.Wait()
		w.accepts(ann, "m2")
		w.acceptOne("u2", ann, `,"priority":"urgent"`)
		synctest.Wait()
		same(t, "within the hour", said(), "0s north m1, 0s north u1, 0s north u2")
		pass(2 * time.Hour)
		same(t, "then", said(), "1h1m0s north m2")
		w.halt()
	})
}

func TestOtherWayTakesOverAtTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north", "south")
		said := timed(e)
		w := newWorld(t, e, limited(map[string]sms.Limits{"north": {Minute: 2}, "south": {Day: 1}}), func(c *gateway.Config) {
			c.Routes = []gateway.Route{{Name: "all", Via: []string{"north", "south"}}}
		})
		w.run()
		w.accepts(ann, "m1", "m2", "m3", "m4")
		synctest.Wait()
		same(t, "at once", said(), "0s north m1, 0s north m2, 0s south m3")
		v, err := w.Message(t.Context(), "m4")
		if err != nil {
			t.Fatal(err)
		}
		same(t, "why", v.Status.Why, "north: 2 a minute are sent; goes on at 2000-01-01T00:01:01Z; south: 1 a day are sent; goes on at 2000-01-02T00:00:00Z")
		pass(time.Hour)
		same(t, "then", said(), "1m1s north m4")
		w.halt()
	})
}

func TestGapIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north")
		said := timed(e)
		w := newWorld(t, e, limited(map[string]sms.Limits{"north": {Gap: 1500 * time.Millisecond}}))
		w.run()
		w.accepts(ann, "m1", "m2")
		pass(time.Second)
		w.restart()
		w.accepts(ann, "m3")
		pass(time.Minute)
		same(t, "sent", said(), "0s north m1, 1.5s north m2, 3s north m3")
		w.halt()
	})
}

func TestLongMessageGoesWhenTheMinuteIsEmpty(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north")
		said := timed(e)
		w := newWorld(t, e, limited(map[string]sms.Limits{"north": {Minute: 2}}))
		w.run()
		w.accepts(ann, "m1")
		synctest.Wait()
		w.accept(fmt.Sprintf(`{"id":"long","to":%q,"text":%q,"receipt":false}`, ann, strings.Repeat("x", 500))) // 4 segments
		w.accepts(ann, "m2")
		pass(10 * time.Minute)
		same(t, "sent", said(), "0s north m1, 1m1s north long, 2m2s north m2")
		w.halt()
	})
}

// Shorter messages of another line do not keep the room from a long one.
func TestLongMessageIsNotOvertakenForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north")
		said := timed(e)
		w := newWorld(t, e, limited(map[string]sms.Limits{"north": {Minute: 4}}))
		w.run()
		w.acceptOne("s0", ann, `,"route":"north"`)
		synctest.Wait()
		w.accept(fmt.Sprintf(`{"id":"long","to":%q,"text":%q,"receipt":false}`, ann, strings.Repeat("x", 500))) // 4 segments
		for i := range 6 {
			pass(10 * time.Second)
			w.acceptOne(fmt.Sprintf("s%d", i+1), ann, `,"route":"north"`)
		}
		pass(10 * time.Minute)
		same(t, "sent", said(), "0s north s0, 1m1s north long, "+
			"2m2s north s1, 2m2s north s2, 2m2s north s3, 2m2s north s4, 3m3s north s5, 3m3s north s6")
		w.halt()
	})
}

func TestOneRecipientTooManyWaitsForTheMonthAndHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north")
		said := timed(e)
		w := newWorld(t, e, limited(map[string]sms.Limits{"north": {Recipients: 2}}))
		w.run()
		w.accepts(ann, "a1")
		w.accepts(bob, "b1")
		w.accepts(eve, "e1", "e2")
		w.accepts(ann, "a2")
		synctest.Wait()
		same(t, "January", said(), "0s north a1, 0s north b1, 0s north a2")
		w.restart()
		w.accepts(bob, "b2")
		synctest.Wait()
		same(t, "after a restart", said(), "0s north b2")
		v, err := w.Message(t.Context(), "e1")
		if err != nil {
			t.Fatal(err)
		}
		same(t, "why", v.Status.Why, "north: 2 recipients a month have been written to; goes on at 2000-02-01T00:00:00Z")
		pass(31*24*time.Hour - 1)
		same(t, "end of January", said(), "")
		w.accepts(bob, "b3")
		pass(1)
		same(t, "February", said(), "743h59m59.999999999s north b3, 744h0m0s north e1, 744h0m0s north e2")
		w.accepts(bob, "b4")
		w.accepts(ann, "a4")
		pass(time.Hour)
		same(t, "two again", said(), "744h0m0s north b4")
		w.halt()
	})
}

func TestRecipientTooManyTakesAnotherWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north", "south")
		e.set(1, false)
		said := timed(e)
		w := newWorld(t, e, limited(map[string]sms.Limits{"north": {Recipients: 1}}))
		w.run()
		w.accepts(ann, "a1")
		w.accepts(bob, "b1")
		w.accepts(ann, "a2")
		synctest.Wait()
		same(t, "north alone", said(), "0s north a1, 0s north a2")
		e.set(1, true)
		w.Changed()
		synctest.Wait()
		same(t, "south too", said(), "0s south b1")
		w.halt()
	})
}

func TestLimitGoesWithTheSIM(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north", "south")
		said := timed(e)
		e.ways[0].Modem = &sms.Modem{ICCID: "894411", IMEI: "1"}
		e.ways[1].Modem = &sms.Modem{IMSI: "23415", IMEI: "2"}
		e.set(1, false)
		w := newWorld(t, e, limited(map[string]sms.Limits{"north": {Day: 2}, "south": {Day: 2}}))
		w.run()
		w.accepts(ann, "m1", "m2")
		synctest.Wait()
		same(t, "the SIM in its first modem", said(), "0s north m1, 0s north m2")
		w.halt()
		e.set(0, false)
		e.set(1, true)
		e.ways[1].Modem = &sms.Modem{ICCID: "894411", IMEI: "2"}
		w.open()
		w.run()
		w.accepts(ann, "m4")
		pass(23 * time.Hour)
		same(t, "the SIM in its new modem", said(), "")
		pass(time.Hour)
		same(t, "the next day", said(), "24h0m0s south m4")
		w.halt()
	})
}

// What was not begun is not counted, and what was is counted once.
func TestAttemptNotBegunIsNotCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north")
		said := timed(e)
		w := newWorld(t, e, limited(map[string]sms.Limits{"north": {Hour: 2}}))
		s := w.infect()
		s.set(errors.New("odd"), nil)
		w.run()
		w.accepts(ann, "m1", "m2", "m3")
		pass(time.Minute)
		s.set(nil, nil)
		pass(time.Minute)
		if got := said(); strings.Count(got, "north") != 2 {
			t.Errorf("got %q, want two sent", got)
		}
		w.halt()
	})
}

// A way that refuses while the other is at its limit is not tried for ever.
func TestRefusedMessageIsGivenUpThoughAnotherWayIsAtItsLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north", "south")
		n := 0
		e.answer = func(_ context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
			if way == "north" {
				return e.take(way, a, a.Segments), nil
			}
			n++
			return nil, refuse(sms.Reroute, "+CMS 310")
		}
		w := newWorld(t, e, limited(map[string]sms.Limits{"north": {Month: 1}}), func(c *gateway.Config) { c.Attempts = 4 })
		w.run()
		w.accepts(ann, "m1")
		synctest.Wait()
		w.accepts(ann, "m2")
		pass(24 * time.Hour)
		if got := w.story("m2"); !strings.HasSuffix(got, "failed!") || n < 4 || n > 5 {
			t.Errorf("%d attempts, %q; want it failed after 4", n, got)
		}
		w.halt()
	})
}

// A long message that goes on where it stopped is counted by segments begun.
func TestResumedMessageCountsWhatIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north")
		e.answer = func(_ context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
			if a.N == 1 {
				return e.take(way, a, 3), refuse(sms.Retry, "+CMS 42")
			}
			return e.take(way, a, a.Segments), nil
		}
		w := newWorld(t, e, limited(map[string]sms.Limits{"north": {Day: 100}}))
		w.run()
		w.accept(fmt.Sprintf(`{"id":"long","to":%q,"text":%q,"receipt":false}`, ann, strings.Repeat("x", 500))) // 4 segments
		pass(time.Minute)
		spent, err := w.db.Spent(t.Context())
		if err != nil || spent["north"].Day.Segments != 5 {
			t.Errorf("got %+v, %v; want 4 and 1 segments", spent["north"], err)
		}
		w.halt()
	})
}

func TestLimitsAreValidated(t *testing.T) {
	cfg := gateway.Config{Name: "test", Limits: map[string]sms.Limits{"south": {Gap: -1}, "north": {Day: -1, Month: -2}}}
	err := cfg.Validate()
	if err == nil {
		t.Fatal("no fault found")
	}
	same(t, "faults", err.Error(), "modem north: limits.day: -1 is not between 0 and 1000000\n"+
		"modem north: limits.month: -2 is not between 0 and 1000000\n"+
		"modem south: limits.gap: -1ns is not between 0s and 24h0m0s")
}

package gateway_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/gateway"
	"github.com/pigeon-sms/pigeon/sms"
)

// A hand sets the clock of a board.
type hand struct {
	ahead  atomic.Int64 // of the bubble's clock
	synced atomic.Bool
}

func (h *hand) now() time.Time       { return time.Now().Add(time.Duration(h.ahead.Load())) }
func (h *hand) move(d time.Duration) { h.ahead.Add(int64(d)) }

const day = 24 * time.Hour

// board is a world whose clock is set by hand, and built on the bubble's first day.
func board(t *testing.T, e *edge, change ...func(*gateway.Config)) (*world, *hand) {
	h := &hand{}
	start := time.Now()
	change = append([]func(*gateway.Config){func(c *gateway.Config) {
		c.Now, c.Synced, c.Built = h.now, h.synced.Load, start.UTC().Round(0)
	}}, change...)
	return newWorld(t, e, change...), h
}

func (w *world) later(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func (w *world) tell(id, want string) {
	w.t.Helper()
	if got := w.story(id); got != want {
		w.t.Errorf("%s: %q, want %q", id, got, want)
	}
}

func brief(id, more string) string {
	return fmt.Sprintf(`{"id":%q,"to":"+447700900123","text":"hello","receipt":false%s}`, id, more)
}

// The clock of a board that was off for twenty days is set while messages wait:
// by that none is older.
func TestJumpAheadExpiresNothing(t *testing.T) {
	for name, steps := range map[string]struct {
		before  time.Duration // how long the clock has been wrong
		restart bool
	}{
		"before it is trusted":             {time.Minute, false},
		"when it had to do":                {time.Hour, false},
		"before a restart":                 {time.Minute, true},
		"before a restart, when it had to": {time.Hour, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := newEdge("north")
				e.set(0, false)
				w, h := board(t, e)
				h.move(day) // past the day it was built
				w.run()
				w.later(steps.before)
				w.accept(brief("lasts", ``))
				w.accept(brief("day", `,"expires":"24h"`))
				w.later(time.Minute)
				h.move(20 * day)
				h.synced.Store(true)
				if steps.restart {
					w.halt()
					w.open()
					w.run()
				}
				w.later(23 * time.Hour)
				w.tell("lasts", "queued")
				w.tell("day", "queued")
				w.later(2 * time.Hour)
				w.tell("day", "queued expired!")
				e.set(0, true)
				w.Changed()
				synctest.Wait()
				w.tell("lasts", "queued sending sent!")
				w.halt()
			})
		})
	}
}

// An attempt that is under way when the clock is set ahead is tried again.
func TestJumpAheadDuringAnAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north")
		w, h := board(t, e)
		h.move(day)
		e.answer = func(_ context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
			if a.N == 1 {
				h.move(20 * day)
				h.synced.Store(true)
				return nil, refuse(sms.Retry, "+CMS 42")
			}
			if left := time.Until(a.Expires); left < 71*time.Hour || left > 72*time.Hour {
				t.Errorf("the network is told that it has %v, want about 72h", left)
			}
			return e.take(way, a, a.Segments), nil
		}
		w.run()
		w.accept(brief("m1", ``))
		w.later(2 * time.Minute)
		w.tell("m1", "queued sending queued sending sent!")
		w.halt()
	})
}

// What is to be sent at a time of day waits for a clock that is trusted, and
// leaves when that shows the time.
func TestScheduledMessageGoesByAClockThatIsSet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, h := board(t, newEdge("north"))
		start := time.Now()
		h.move(-100 * day) // before it was built
		w.run()
		w.accept(brief("m1", `,"send_at":"`+start.Add(3*time.Hour).Format(time.RFC3339)+`"`))
		w.accept(brief("past", `,"send_at":"`+start.Add(-200*day).Format(time.RFC3339)+`"`))
		w.accept(brief("now", ``))
		w.later(time.Hour)
		w.tell("now", "queued sending sent!")
		w.tell("past", "queued")
		if v, err := w.Message(t.Context(), "m1"); err != nil || v.Status.Why != "waits until the clock is set" || v.Status.Clock != sms.ClockUnset {
			t.Errorf("got why %q, clock %q, %v", v.Status.Why, v.Status.Clock, err)
		}
		h.move(100*day + time.Minute) // two hours less a minute to go
		h.synced.Store(true)
		w.later(time.Minute)
		w.tell("past", "queued sending sent!")
		w.later(118*time.Minute - time.Second - time.Minute)
		w.tell("m1", "queued")
		w.later(time.Minute + time.Second)
		w.tell("m1", "queued sending sent!")
		w.halt()
	})
}

// A clock that was ahead is put back: nothing leaves early, and what was to be
// tried again does not wait for the days it was ahead.
func TestJumpBack(t *testing.T) {
	for name, restart := range map[string]bool{"running": false, "stopped": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := newEdge("north")
				w, h := board(t, e)
				h.synced.Store(true)
				h.move(20 * day)
				refused := true
				e.answer = func(_ context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
					if a.ID == "again" && refused {
						return nil, refuse(sms.Retry, "+CMS 42")
					}
					return e.take(way, a, a.Segments), nil
				}
				w.run()
				w.accept(brief("again", ``))
				w.later(time.Minute)
				e.set(0, false)
				w.accept(brief("at", `,"send_at":"`+h.now().Add(time.Minute).Format(time.RFC3339)+`"`))
				w.later(2 * time.Minute) // its time has come, and there is no way
				if restart {
					w.halt()
				}
				h.move(-2 * time.Hour)
				if restart {
					w.open()
					w.run()
				}
				w.later(time.Minute)
				e.set(0, true)
				refused = false
				w.Changed()
				w.later(20 * time.Minute)
				if got := w.story("again"); got[len(got)-len("sending sent!"):] != "sending sent!" {
					t.Errorf("again: %q, want it sent", got)
				}
				w.tell("at", "queued")
				w.later(2 * time.Hour)
				w.tell("at", "queued sending sent!")
				w.halt()
			})
		})
	}
}

// How far the clock is trusted is told with every time.
func TestTimesAreMarked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, h := board(t, newEdge("north"))
		h.move(-day)
		w.run()
		mark := func(id, want string) {
			t.Helper()
			synctest.Wait()
			w.accept(brief(id, ``))
			synctest.Wait()
			entries, err := w.db.Entries(t.Context(), 0, 1000)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, x := range entries {
				if x.Event != nil && x.Event.ID == id {
					if n++; x.Event.Clock != want {
						t.Errorf("%s is %s: clock %q, want %q", id, x.Event.State, x.Event.Clock, want)
					}
				}
			}
			if n != 3 {
				t.Errorf("%s: %d events, want 3", id, n)
			}
		}
		mark("built", sms.ClockUnset)
		h.move(2 * day)
		w.later(9 * time.Minute)
		mark("plausible", sms.ClockUnset)
		w.later(2 * time.Minute)
		mark("unsure", sms.ClockUnsure)
		h.synced.Store(true)
		mark("sure", "")
		h.synced.Store(false) // a network that goes does not make it wrong
		mark("still", "")
		h.move(-3 * day)
		mark("back", sms.ClockUnset)
		w.halt()
	})
}

// A row with hours waits for the clock; it is not open by chance.
func TestHoursWaitForTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, h := board(t, newEdge("north"), func(c *gateway.Config) {
			c.Routes = []gateway.Route{{Name: "shop", Hours: gateway.Hours{Quiet: []gateway.Span{{From: 60, Until: 120}}, Zone: time.UTC}}}
		})
		w.run()
		w.accept(brief("m1", ``))
		w.accept(brief("urgent", `,"priority":"urgent"`))
		w.later(time.Minute)
		w.tell("m1", "queued")
		w.tell("urgent", "queued sending sent!")
		h.synced.Store(true)
		w.later(time.Minute)
		w.tell("m1", "queued sending sent!")
		w.halt()
	})
}

// Reports and parts are waited for as long as was said, though the clock was
// set ahead meanwhile.
func TestJumpAheadEndsNoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, h := board(t, newEdge("north"))
		h.move(day)
		w.run()
		w.accept(one)
		if err := w.Receive(t.Context(), part(1, 2, "half")); err != nil {
			t.Fatal(err)
		}
		w.later(time.Minute)
		h.move(20 * day)
		h.synced.Store(true)
		w.later(20 * time.Hour)
		w.tell("m1", "queued sending sent")
		if got := w.received(); len(got) != 0 {
			t.Errorf("given out after 20 h: %v", got)
		}
		w.later(60 * time.Hour)
		w.tell("m1", "queued sending sent sent!")
		if got := w.received(); len(got) != 1 || !got[0].Incomplete {
			t.Errorf("after 80 h got %v, want the half", got)
		}
		w.halt()
	})
}

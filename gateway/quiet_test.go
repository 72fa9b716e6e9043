package gateway_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/gateway"
	"github.com/pigeon-sms/pigeon/sms"
)

// A bubble's clock begins at midnight UTC.
func TestQuietHoursHoldWhatWaitsAndWhatComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north")
		w := newWorld(t, e, func(c *gateway.Config) {
			c.Routes = []gateway.Route{{Name: "shop", Hours: gateway.Hours{Quiet: []gateway.Span{{From: 60, Until: 7 * 60}}, Zone: time.UTC}}}
		})
		start := time.Now()
		e.set(0, false)
		w.run()
		accept := func(id, more string) {
			w.accept(fmt.Sprintf(`{"id":%q,"to":"+447700900123","text":"hello","receipt":false%s}`, id, more))
		}
		accept("queued", "") // before the hours begin, with no modem there
		<-time.After(90 * time.Minute)
		e.set(0, true)
		w.Changed()
		accept("came", "")
		accept("urgent", `,"priority":"urgent"`)
		accept("brief", `,"expires":"1h"`)
		<-time.After(2 * time.Hour)
		synctest.Wait()
		for id, want := range map[string]string{
			"queued": "queued", "came": "queued", "urgent": "queued sending sent!", "brief": "queued expired!",
		} {
			if got := w.story(id); got != want {
				t.Errorf("%s at night: %q, want %q", id, got, want)
			}
		}
		for _, id := range []string{"queued", "came"} {
			v, err := w.Message(t.Context(), id)
			if want := "route shop is quiet until 2000-01-01T07:00:00Z"; err != nil || v.Status.Why != want {
				t.Errorf("%s: why %q, %v; want %q", id, v.Status.Why, err, want)
			}
		}
		<-time.After(time.Until(start.Add(7*time.Hour - time.Nanosecond)))
		synctest.Wait()
		if got := w.story("queued"); got != "queued" {
			t.Errorf("just before it ends: %q", got)
		}
		<-time.After(time.Nanosecond)
		synctest.Wait()
		for _, id := range []string{"queued", "came"} {
			if got, want := w.story(id), "queued sending sent!"; got != want {
				t.Errorf("%s in the morning: %q, want %q", id, got, want)
			}
		}
		w.halt()
	})
}

// A retry that falls into the hours waits for their end.
func TestQuietHoursHoldRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north")
		w := newWorld(t, e, func(c *gateway.Config) {
			c.Routes = []gateway.Route{{Name: "shop", Hours: gateway.Hours{Quiet: []gateway.Span{{From: 1, Until: 60}}, Zone: time.UTC}}}
			c.RetryFirst = 2 * time.Minute
		})
		var at []time.Time
		e.answer = func(_ context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
			if at = append(at, time.Now()); a.N == 1 {
				return nil, refuse(sms.Retry, "+CMS 42")
			}
			return e.take(way, a, a.Segments), nil
		}
		start := time.Now()
		w.run()
		w.accept(one)
		<-time.After(2 * time.Hour)
		synctest.Wait()
		if len(at) != 2 || at[1].Sub(start) != time.Hour {
			t.Errorf("tried at %v, want at once and after an hour", at)
		}
		w.halt()
	})
}

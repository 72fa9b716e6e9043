package gateway_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/gateway"
	"github.com/pigeon-sms/pigeon/sms"
)

// told lists the notices of limits in the journal.
func (w *world) told() string {
	w.t.Helper()
	entries, err := w.db.Entries(w.t.Context(), 0, 100_000)
	if err != nil {
		w.t.Fatal(err)
	}
	var said []string
	for _, e := range entries {
		if n := e.Notice; n != nil {
			said = append(said, fmt.Sprintf("%s %s %s: %s", n.Way, n.Kind, n.Step, n.Reason))
		}
	}
	return strings.Join(said, "\n")
}

func TestLimitReachedIsToldOnceInItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newSIMs("north")
		w := newWorld(t, e, limited(map[string]sms.Limits{"north": {Minute: 2, Day: 2, Month: 4, Recipients: 2}}))
		w.run()
		w.accepts(ann, "m1")
		synctest.Wait()
		same(t, "before", w.told(), "")
		w.accepts(ann, "m2")
		synctest.Wait()
		day := "north limit day: 2 of 2 are spent; goes on at 2000-01-02T00:00:00Z"
		same(t, "at the limit", w.told(), day)
		w.restart()
		w.acceptOne("u1", ann, `,"priority":"urgent"`)
		pass(10 * time.Minute)
		same(t, "over a restart, and urgent", w.told(), day)
		w.accepts(bob, "m3")
		pass(24 * time.Hour)
		// The month has had four with m3, and two recipients; its day one.
		rest := "\nnorth limit month: 4 of 4 are spent; goes on at 2000-02-01T00:00:00Z" +
			"\nnorth limit recipients: 2 of 2 are spent; goes on at 2000-02-01T00:00:00Z"
		same(t, "the next day", w.told(), day+rest)
		pass(31 * 24 * time.Hour)
		w.accepts(ann, "m4", "m5")
		synctest.Wait()
		same(t, "in February", w.told(), day+rest+"\nnorth limit day: 2 of 2 are spent; goes on at 2000-02-03T00:00:00Z")
		w.halt()
	})
}

// What the stop left unsaid is said after it; a limit that is set lower too.
func TestLimitReachedBeforeTheStartIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newSIMs("north")
		w := newWorld(t, e)
		w.run()
		w.accepts(ann, "m1", "m2")
		synctest.Wait()
		same(t, "without limits", w.told(), "")
		w.cfg.Limits = map[string]sms.Limits{"north": {Day: 2}}
		w.restart()
		pass(2 * time.Minute)
		same(t, "with one", w.told(), "north limit day: 2 of 2 are spent; goes on at 2000-01-02T00:00:00Z")
		w.halt()
	})
}

func TestWaysTellWhatIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newSIMs("north", "south")
		w := newWorld(t, e, limited(map[string]sms.Limits{"north": {Minute: 2, Day: 9}}), func(c *gateway.Config) {
			c.Routes = []gateway.Route{{Name: "all", Via: []string{"north", "south"}}}
		})
		left := func() string { return fmt.Sprint(w.Ways()[0].Limits, w.Ways()[1].Limits) }
		same(t, "before Run", left(), "[2 of 2 a minute 9 of 9 a day] []")
		w.run()
		w.accepts(ann, "m1", "m2", "m3")
		synctest.Wait()
		same(t, "spent", left(), "[0 of 2 a minute 7 of 9 a day] []")
		same(t, "free", w.Ways()[0].Limits[0].FreeAt.Format(time.RFC3339), "2000-01-01T00:01:01Z")
		w.restart()
		pass(2 * time.Minute)
		same(t, "later, after a restart", left(), "[2 of 2 a minute 7 of 9 a day] []")
		h, err := w.Health(context.Background())
		if err != nil || len(h.Ways[0].Limits) != 2 {
			t.Errorf("health: %+v, %v; want the limits too", h.Ways, err)
		}
		w.halt()
	})
}

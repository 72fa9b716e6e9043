package gateway_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

func TestGatewayTellsWhetherAMessageWaitsForAWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north", "south")
		w := newWorld(t, e, limited(map[string]sms.Limits{"south": {Gap: time.Minute, Day: 3}, "north": {Recipients: 1}}))
		w.run()
		synctest.Wait()
		waits := func(way string, want bool) {
			t.Helper()
			if got, err := w.Waits(t.Context(), way); got != want || err != nil {
				t.Errorf("%s: got %t, %v, want %t", way, got, err, want)
			}
		}
		waits("north", false)
		w.acceptOne("later", ann, `,"send_at":"`+time.Now().Add(time.Hour).Format(time.RFC3339)+`"`)
		waits("north", false) // not due
		e.set(0, false)
		w.acceptOne("n", ann, `,"route":"north"`)
		waits("north", true)
		e.set(0, true)
		w.Changed()
		pass(time.Second)
		waits("north", false)
		w.acceptOne("n2", bob, `,"route":"north"`)
		pass(time.Second)
		waits("north", false) // for next month
		waits("south", false)
		for _, id := range []string{"s1", "s2"} {
			w.acceptOne(id, ann, `,"route":"south"`)
		}
		synctest.Wait()
		waits("south", true) // s2, for the gap
		pass(2 * time.Minute)
		waits("south", false)
		for _, id := range []string{"s3", "s4"} {
			w.acceptOne(id, ann, `,"route":"south"`)
		}
		pass(2 * time.Minute)
		waits("south", false) // s4, for tomorrow
		w.halt()
		if _, err := w.Waits(t.Context(), "north"); !errors.Is(err, sms.ErrClosed) {
			t.Errorf("after the end: %v", err)
		}
	})
}

package gateway_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// A way that refuses at once is always free: it draws a few messages, not the
// most.
func TestWayThatRefusesAtOnceDoesNotDrawTheMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north", "south", "west")
		given := map[string]int{}
		e.answer = func(_ context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
			e.mu.Lock()
			given[way]++
			e.mu.Unlock()
			if way == "north" {
				return nil, refuse(sms.Reroute, "+CMS 310")
			}
			<-time.After(3 * time.Second)
			return e.take(way, a, a.Segments), nil
		}
		w := newWorld(t, e)
		w.run()
		for i := range 300 { // one in two seconds: two ways carry that
			w.accepts(ann, fmt.Sprintf("m%d", i))
			pass(2 * time.Second)
		}
		pass(time.Minute)
		if given["north"] > 60 || given["south"] < 120 || given["west"] < 120 {
			t.Errorf("given: %v; want few to north, and the rest shared", given)
		}
		if given["north"] == 0 {
			t.Error("north never got its chance")
		}
		w.halt()
	})
}

// Ways of one row share what comes at once, whatever they carry at a time.
func TestWindowsFillEvenly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north", "south")
		e.ways[0].Window, e.ways[1].Window = 10, 10
		hold := make(chan struct{})
		given := map[string]int{}
		e.answer = func(_ context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
			e.mu.Lock()
			given[way]++
			e.mu.Unlock()
			<-hold
			return e.take(way, a, a.Segments), nil
		}
		w := newWorld(t, e)
		for i := range 8 {
			w.accepts(ann, fmt.Sprintf("m%d", i))
		}
		w.run()
		synctest.Wait()
		if given["north"] != 4 || given["south"] != 4 {
			t.Errorf("given: %v; want 4 each", given)
		}
		close(hold)
		synctest.Wait()
		w.halt()
	})
}

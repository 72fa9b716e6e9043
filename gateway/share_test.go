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
			w.accepts(person(i), fmt.Sprintf("m%d", i))
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
			w.accepts(person(i), fmt.Sprintf("m%d", i))
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

// A fast modem takes more than a slow one: both when messages wait, and when each
// finds every modem free.
func TestModemsShareByTheirSpeed(t *testing.T) {
	for _, tc := range []struct {
		name  string
		n     int
		every time.Duration
	}{{"a crowd", 1100, 0}, {"one by one", 330, 3 * time.Second}} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := newEdge("slow", "fast")
				given := map[string]int{}
				e.answer = func(_ context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
					e.mu.Lock()
					given[way]++
					e.mu.Unlock()
					<-time.After(map[string]time.Duration{"slow": 2 * time.Second, "fast": 200 * time.Millisecond}[way])
					return e.take(way, a, a.Segments), nil
				}
				w := newWorld(t, e, func(c *gateway.Config) { c.Lifetime = 1000 * time.Hour })
				start := time.Now()
				w.run()
				for i := range tc.n {
					w.accepts(ann, fmt.Sprintf("m%d", i))
					if tc.every > 0 {
						pass(tc.every)
					}
				}
				count := func() (fast, slow int) {
					e.mu.Lock()
					defer e.mu.Unlock()
					return given["fast"], given["slow"]
				}
				fast, slow := count()
				for fast+slow < tc.n {
					pass(100 * time.Millisecond)
					fast, slow = count()
				}
				t.Logf("fast %d, slow %d, in %v", fast, slow, time.Since(start))
				if want := tc.n * 10 / 11; fast < want*97/100 || fast > want*103/100 {
					t.Errorf("fast was given %d and slow %d; want near %d to fast", fast, slow, want)
				}
				pass(time.Minute)
				w.halt()
			})
		})
	}
}

// Of two SIMs the one with the larger share of its month left takes more.
func TestModemsShareByTheQuotaLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newSIMs("north", "south")
		given := map[string]int{}
		e.answer = func(_ context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
			e.mu.Lock()
			given[way]++
			e.mu.Unlock()
			return e.take(way, a, a.Segments), nil
		}
		w := newWorld(t, e, limited(map[string]sms.Limits{"north": {Month: 100}, "south": {Month: 300}}))
		w.run()
		for i := range 200 {
			w.accepts(ann, fmt.Sprintf("m%d", i))
			pass(time.Second)
		}
		// Each is given as much as is left of it: 1-e^(-t/100) and 1-e^(-t/300).
		if given["north"] < 75 || given["north"] > 83 {
			t.Errorf("given: %v; want 79 and 121", given)
		}
		w.halt()
	})
}

package gateway_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// listen notes what it is told of the ways, with the time since its start.
func listen(t *testing.T, w *world) (told func() string, stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	next, begun := w.WayNews(), time.Now()
	var mu sync.Mutex
	var lines []string
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			ways, err := next(ctx)
			if err != nil {
				return
			}
			for _, way := range ways {
				n := ""
				if way.Modem != nil {
					n = fmt.Sprint(" ", way.Modem.Sent)
				}
				mu.Lock()
				lines = append(lines, fmt.Sprintf("%v %s %s%s", time.Since(begun), way.Name, way.State, n))
				mu.Unlock()
			}
		}
	}()
	return func() string {
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		s := strings.Join(lines, "; ")
		lines = nil
		return s
	}, func() { cancel(); <-ended }
}

func TestWaysAreFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north", "south")
		w := newWorld(t, e)
		told, stop := listen(t, w)
		want := func(what, want string) {
			t.Helper()
			same(t, what, told(), want)
		}
		want("at first", "0s north ready; 0s south ready")

		<-time.After(10 * time.Second)
		e.set(0, false)
		w.Changed()
		want("at once", "10s north registering")

		// A modem that flaps: what is last is told, and no more than four a second.
		for i := range 100 {
			<-time.After(4 * time.Millisecond)
			e.set(0, i%2 == 1)
			w.Changed()
		}
		e.set(0, false)
		w.Changed()
		<-time.After(time.Second)
		want("flapping", "10.25s north ready; 10.5s north registering")

		// Counts come with the next look, and not again for five seconds.
		e.count(1, 1)
		w.Changed()
		want("a count", "11.4s south ready 1")
		e.count(1, 2)
		w.Changed()
		<-time.After(4 * time.Second)
		want("counted again", "")
		<-time.After(time.Second)
		want("later", "16.4s south ready 2")

		// What is in the journal has moved counts, though no modem says so.
		<-time.After(30 * time.Second)
		e.count(1, 3)
		w.accept(`{"id":"x","to":"+447700900123","text":"hello","send_at":"2001-01-01T00:00:00Z"}`)
		<-time.After(wayLeast)
		want("the journal grew", "46.65s south ready 3")

		// Nobody said a word.
		e.set(1, false)
		<-time.After(time.Minute)
		want("looked for", "1m46.65s south registering 3")

		e.mu.Lock()
		e.ways = e.ways[:1]
		e.mu.Unlock()
		w.Changed()
		<-time.After(wayLeast)
		want("gone", "1m46.9s south gone")
		stop()
		w.shut()
	})
}

// What is news already is told to one who has no time to wait, so that a busy
// journal beside it does not keep it back.
func TestWayNewsIsNotKeptBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north")
		w := newWorld(t, e)
		next := w.WayNews()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if ways, err := next(ctx); err != nil || len(ways) != 1 {
			t.Errorf("at first: %v, %v", ways, err)
		}
		if ways, err := next(ctx); err == nil {
			t.Errorf("without news: %v", ways)
		}
		e.set(0, false)
		w.Changed()
		<-time.After(wayLeast)
		if ways, err := next(ctx); err != nil || len(ways) != 1 {
			t.Errorf("changed: %v, %v", ways, err)
		}
		w.shut()
	})
}

// wayLeast is the time between two looks.
const wayLeast = 250 * time.Millisecond

// count sets how many segments a modem has sent.
func (e *edge) count(i int, sent uint64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ways[i].Modem = &sms.Modem{Sent: sent}
}

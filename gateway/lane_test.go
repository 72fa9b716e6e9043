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

// What a message alone costs the store: it is accepted and begun in one commit,
// and ended in another.
func TestMessageAloneTakesTwoCommits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, newEdge("north"))
		w.run()
		synctest.Wait()
		before := w.db.Commits()
		a := w.accept(`{"id":"m1","to":"+447700900123","text":"hello","receipt":false}`)
		if s := a.Events[0].State; s != sms.Queued {
			t.Errorf("answered %s, want queued", s)
		}
		synctest.Wait()
		if n := w.db.Commits() - before; n != 2 {
			t.Errorf("%d commits, want 2", n)
		}
		if got, want := w.story("m1"), "queued sending sent!"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
		w.halt()
	})
}

// A way goes from one message to the next in one commit.
func TestBusyWayTakesOneCommitForEachMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 20
		e := newEdge("north")
		e.answer = func(_ context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
			<-time.After(200 * time.Millisecond)
			return e.take(way, a, a.Segments), nil
		}
		w := newWorld(t, e)
		for i := range n {
			w.accept(fmt.Sprintf(`{"id":"m%d","to":"+447700900123","text":"hello","receipt":false}`, i))
		}
		before := w.db.Commits()
		w.run()
		<-time.After(time.Minute)
		if got := w.db.Commits() - before; got != n+1 {
			t.Errorf("%d commits for %d messages, want one each and one to begin", got, n)
		}
		sent := e.sent()
		if len(sent) != n || !strings.HasPrefix(sent[0], "north m0/1") || !strings.HasPrefix(sent[n-1], "north m19/1") {
			t.Errorf("sent %q", sent)
		}
		w.halt()
	})
}

// A request that is known gives its way back, and so does one the store refuses.
func TestClaimedWayIsGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, newEdge("north"))
		s := w.infect()
		w.run()
		w.accept(`{"id":"m1","to":"+447700900123","text":"hello","receipt":false}`)
		synctest.Wait()
		for range 3 {
			if a := w.accept(`{"id":"m1","to":"+447700900123","text":"hello","receipt":false}`); !a.Known {
				t.Errorf("repeat: got %+v, want it known", a)
			}
			synctest.Wait()
		}
		s.refuse(errors.New("no"))
		r, err := sms.ParseRequest([]byte(`{"id":"m2","to":"+447700900123","text":"hello","receipt":false}`))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Accept(t.Context(), r); err == nil {
			t.Error("a request the store refused was taken")
		}
		s.refuse(nil)
		w.accept(`{"id":"m3","to":"+447700900123","text":"hello","receipt":false}`)
		synctest.Wait()
		if got := fmt.Sprint(w.edge.sent()); got != "[north m1/1 from 0 north m3/1 from 0]" {
			t.Errorf("sent %s, want m1 and m3 once each", got)
		}
		w.halt()
	})
}

// A stop while a request is being accepted with its way leaves nothing in doubt.
func TestStopWaitsForAClaim(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, newEdge("north"))
		s := w.infect()
		w.run()
		synctest.Wait()
		s.hold = make(chan struct{})
		accepted := make(chan error, 1)
		go func() {
			r, err := sms.ParseRequest([]byte(`{"id":"m1","to":"+447700900123","text":"hello","on_doubt":"hold","receipt":false}`))
			if err == nil {
				_, err = w.Accept(context.Background(), r)
			}
			accepted <- err
		}()
		synctest.Wait()
		w.stop()
		synctest.Wait()
		close(s.hold)
		if err := <-accepted; err != nil {
			t.Error(err)
		}
		w.halt()
		w.open()
		w.run()
		synctest.Wait()
		if got, want := w.story("m1"), "queued sending sent!"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if n := len(w.edge.sent()); n != 1 {
			t.Errorf("sent %d times", n)
		}
		w.halt()
	})
}

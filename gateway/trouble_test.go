package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/gateway"
	"github.com/pigeon-sms/pigeon/sms"
)

// A sick store fails where a test says, and is the real one otherwise.
type sick struct {
	gateway.Store
	mu     sync.Mutex
	begin  error
	finish error
	begins int
	accept error
	hold   chan struct{} // Accept waits for it, where it is set

	finished func() // called when a message has been finished
	trims    int
}

func (s *sick) Accept(ctx context.Context, ms []*sms.Message, key sms.RequestKey, why string, b *sms.Begin) ([]sms.Event, bool, error) {
	s.mu.Lock()
	err, hold := s.accept, s.hold
	s.mu.Unlock()
	if hold != nil {
		<-hold
	}
	if err != nil {
		return nil, false, err
	}
	return s.Store.Accept(ctx, ms, key, why, b)
}

func (s *sick) refuse(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accept = err
}

func (s *sick) Begin(ctx context.Context, num uint64, b sms.Begin) (*sms.Status, error) {
	s.mu.Lock()
	err := s.begin
	s.begins++
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return s.Store.Begin(ctx, num, b)
}

func (s *sick) Finish(ctx context.Context, num uint64, o sms.Outcome, settle sms.Settle) (*sms.Status, error) {
	s.mu.Lock()
	err := s.finish
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	st, err := s.Store.Finish(ctx, num, o, settle)
	if s.finished != nil && err == nil {
		s.finished()
	}
	return st, err
}

func (s *sick) Turn(ctx context.Context, num uint64, o sms.Outcome, settle sms.Settle, next uint64, start sms.Start) (*sms.Status, *sms.Message, *sms.Status, error) {
	s.mu.Lock()
	err := errors.Join(s.begin, s.finish)
	s.mu.Unlock()
	if err != nil {
		return nil, nil, nil, err
	}
	return s.Store.Turn(ctx, num, o, settle, next, start)
}

func (s *sick) Trim(ctx context.Context, keep sms.Retention, now time.Time) (int, error) {
	s.mu.Lock()
	s.trims++
	s.mu.Unlock()
	return s.Store.Trim(ctx, keep, now)
}

func (s *sick) set(begin, finish error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begin, s.finish = begin, finish
}

// infect puts a sick store under a world's gateway.
func (w *world) infect() *sick {
	s := &sick{Store: w.db}
	w.Gateway = gateway.New(w.cfg, s, []gateway.Sender{w.edge}, slog.New(slog.DiscardHandler))
	return s
}

func TestBrokenStoreEndsTheRun(t *testing.T) {
	for _, at := range []string{"begin", "finish"} {
		t.Run(at, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, newEdge("north"))
				s := w.infect()
				broken := fmt.Errorf("commit: %w", sms.ErrBroken)
				if at == "begin" {
					s.set(broken, nil)
				} else {
					s.set(nil, broken)
				}
				w.accept(one)
				w.run()
				if err := <-w.done; !errors.Is(err, sms.ErrBroken) {
					t.Errorf("run ended with %v, want the broken store", err)
				}
				w.stop = nil
				w.shut()
			})
		})
	}
}

// A full disk rests the queue, asks for a trim, and is got over.
func TestFullDiskRestsTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, newEdge("north"))
		s := w.infect()
		s.set(sms.ErrFull, nil)
		for i := range 50 {
			w.accept(fmt.Sprintf(`{"id":"m%d","to":"+447700900123","text":"hello","receipt":false}`, i))
		}
		w.run()
		<-time.After(65 * time.Second)
		s.mu.Lock()
		if s.begins > 8 || s.trims == 0 {
			t.Errorf("%d attempts begun in vain and %d trims in a minute, want one attempt each 10s and a trim", s.begins, s.trims)
		}
		s.mu.Unlock()
		s.set(nil, sms.ErrFull) // now what was sent cannot be written
		<-time.After(30 * time.Second)
		s.set(nil, nil)
		<-time.After(30 * time.Second)
		synctest.Wait()
		if got := w.edge.sent(); len(got) != 50 {
			t.Errorf("%d attempts in all, want 50: each message once", len(got))
		}
		for i := range 50 {
			if got, want := w.story(fmt.Sprintf("m%d", i)), "queued sending sent!"; got != want {
				t.Errorf("m%d: %q, want %q", i, got, want)
			}
		}
		w.halt()
	})
}

// A start on a full disk waits for room before it settles doubts.
func TestStartOnAFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, newEdge("north"))
		w.accept(one)
		if _, err := w.db.Begin(t.Context(), 1, sms.Begin{Way: "north", Time: time.Now()}); err != nil {
			t.Fatal(err)
		}
		s := w.infect()
		s.set(nil, sms.ErrFull)
		w.run()
		<-time.After(time.Minute)
		s.set(nil, nil)
		<-time.After(time.Minute)
		synctest.Wait()
		if got, want := w.story("m1"), "queued sending queued sending sent"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		w.halt()
	})
}

// Rows with the same ways stand apart from those with others, whatever they are
// called.
func TestLinesAreByWaysToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north", "south")
		e.set(0, false)
		w := newWorld(t, e, func(c *gateway.Config) {
			c.Routes = []gateway.Route{{Name: "home", To: regexp.MustCompile(`^\+44`), Via: []string{"north"}}}
		})
		w.run()
		w.accept(`{"id":"british","to":"+447700900123","text":"hello"}`)
		w.accept(`{"id":"german","to":"+4915123456789","text":"hello"}`)
		synctest.Wait()
		if got := strings.Join(e.sent(), ", "); got != "south german/1 from 0" {
			t.Errorf("sent %q, want the german one by south alone", got)
		}
		w.halt()
	})
	c := gateway.Config{Name: "x", Routes: []gateway.Route{{Name: "default"}}}
	if err := c.Validate(); err == nil {
		t.Error("a row called default was taken")
	}
}

// A cancel whose caller left does not keep the message.
func TestCancelLeftEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, newEdge("north"))
		w.accept(one)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := w.Cancel(ctx, "m1"); err == nil {
			t.Fatal("cancelled without a dispatcher")
		}
		w.run()
		synctest.Wait()
		if got, want := w.story("m1"), "queued sending sent"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		w.halt()
	})
}

// Ways that pass a message round use up one try a round.
func TestRoundOfRefusalsIsOneTry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("a", "b", "c", "d")
		e.answer = func(context.Context, string, *sms.Attempt) ([]sms.Ref, error) {
			return nil, refuse(sms.Reroute, "+CMS 69")
		}
		w := newWorld(t, e, func(c *gateway.Config) { c.Attempts = 3 })
		w.run()
		w.accept(one)
		<-time.After(time.Hour)
		synctest.Wait()
		if got := len(e.sent()); got != 12 || !strings.HasSuffix(w.story("m1"), "failed!") {
			t.Errorf("%d attempts, %q; want three rounds of four, and failed", got, w.story("m1"))
		}
		w.halt()
	})
}

// A time that a board without a clock reckoned ends nothing.
func TestExpiryByAWrongClockIsNotBelieved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north")
		e.set(0, false)
		built := time.Now().Add(24 * time.Hour) // so the bubble's clock is wrong
		w := newWorld(t, e, func(c *gateway.Config) { c.Built = built })
		w.run()
		w.accept(`{"id":"m1","to":"+447700900123","text":"hello","expires":"10m"}`)
		w.accept(`{"id":"m2","to":"+447700900123","text":"hello","expires":"10m"}`)
		<-time.After(23 * time.Hour)
		synctest.Wait()
		if got := w.story("m1"); got != "queued" {
			t.Fatalf("got %q, want it waiting", got)
		}
		if _, err := w.Cancel(t.Context(), "m2"); err != nil {
			t.Fatal(err)
		}
		e.set(0, true)
		w.Changed()
		synctest.Wait()
		if got, want := w.story("m1"), "queued sending sent"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		w.halt()
	})
}

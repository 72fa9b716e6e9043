package gateway_test

import (
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

// ids names the messages of some events.
func ids(events []sms.Event) string {
	var all []string
	for _, e := range events {
		all = append(all, e.ID+" "+string(e.State))
	}
	return strings.Join(all, ", ")
}

// slow answers after a minute.
func slow(e *edge) *edge {
	e.answer = func(_ context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
		<-time.After(time.Minute)
		return e.take(way, a, a.Segments), nil
	}
	return e
}

func TestCancelBetweenRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north")
		e.answer = func(context.Context, string, *sms.Attempt) ([]sms.Ref, error) {
			return nil, refuse(sms.Retry, "+CMS 42")
		}
		w := newWorld(t, e)
		w.run()
		w.accept(one)
		<-time.After(time.Second) // the first retry comes after about five
		if _, err := w.Cancel(t.Context(), "m1"); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Minute)
		w.want("m1", "queued sending queued cancelled!")
		w.halt()
	})
}

func TestCancelMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, slow(newEdge("north")))
		w.run()
		for i := range 5 {
			w.accept(fmt.Sprintf(`{"id":"m%d","to":"+44770090012%d","text":"hello"}`, i, i%2))
			synctest.Wait()
		}
		before := w.db.Commits()
		dry, err := w.CancelMany(t.Context(), sms.Choice{To: "+447700900120", DryRun: true})
		if err != nil || ids(dry.Messages) != "m2 queued, m4 queued" || ids(dry.Late) != "m0 sending" || w.db.Commits() != before {
			t.Errorf("dry run: got %q, late %q, %v, %d commits", ids(dry.Messages), ids(dry.Late), err, w.db.Commits()-before)
		}
		done, err := w.CancelMany(t.Context(), sms.Choice{State: sms.Queued, To: "+447700900120"})
		if err != nil || ids(done.Messages) != "m2 cancelled, m4 cancelled" || ids(done.Late) != "m0 sending" {
			t.Errorf("got %q, late %q, %v", ids(done.Messages), ids(done.Late), err)
		}
		if n := w.db.Commits() - before; n != 1 {
			t.Errorf("got %d commits, want one for both", n)
		}
		<-time.After(5 * time.Minute)
		w.want("m2", "queued cancelled!")
		if got := len(w.edge.sent()); got != 3 {
			t.Errorf("sent %q, want three", w.edge.sent())
		}
		w.halt()
	})
}

func TestActOnManyWantsAChoice(t *testing.T) {
	w := newWorld(t, newEdge())
	for _, c := range []sms.Choice{{}, {State: sms.Sending}, {All: true, Limit: sms.ActMost + 1}} {
		var fault *sms.FieldError
		if _, err := w.CancelMany(t.Context(), c); !errors.As(err, &fault) {
			t.Errorf("cancel %+v: got %v, want it refused", c, err)
		}
		if _, err := w.ResendMany(t.Context(), c, sms.Again{}); !errors.As(err, &fault) {
			t.Errorf("resend %+v: got %v, want it refused", c, err)
		}
	}
	w.shut()
}

// More than one act changes are reached by going on.
func TestCancelManyGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, newEdge())
		w.run()
		to := make([]string, 1000)
		for i := range to {
			to[i] = fmt.Sprintf("%q", fmt.Sprintf("+4477009%05d", i))
		}
		w.accept(`{"id":"all","to":[` + strings.Join(to, ",") + `],"text":"hello"}`)
		n, calls := 0, 0
		for c := (sms.Choice{All: true}); ; calls++ {
			done, err := w.CancelMany(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			n += len(done.Messages)
			if c.After = done.After; c.After == 0 {
				break
			}
		}
		if h, err := w.Health(t.Context()); err != nil || n != 1000 || calls != 1 || h.Queue.Queued != 0 {
			t.Errorf("got %d cancelled after %d more calls, %d queued, %v", n, calls, h.Queue.Queued, err)
		}
		w.halt()
	})
}

// failing rejects what is sent first to each recipient.
func failing(e *edge) *edge {
	e.answer = func(_ context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
		if a.Of == "" && a.N == 1 {
			return nil, refuse(sms.Reject, "+CMS 1")
		}
		return e.take(way, a, a.Segments), nil
	}
	return e
}

func TestResendAsANewMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, failing(newEdge("north")))
		w.run()
		w.accept(one)
		synctest.Wait()
		v, known, err := w.Resend(t.Context(), "m1", sms.Again{})
		if err != nil || known || v.Message.ID != "m1:r1" || v.Message.Of != "m1" || v.Status.Of != "m1" || v.Status.Why == "" {
			t.Fatalf("got %+v, known %v, %v", v, known, err)
		}
		synctest.Wait()
		w.want("m1", "queued sending failed!")
		w.want("m1:r1", "queued sending sent")
		v, known, err = w.Resend(t.Context(), "m1", sms.Again{})
		if err != nil || !known || v.Status.ID != "m1:r1" || v.Status.State != sms.Sent {
			t.Errorf("asked twice: got %+v, known %v, %v", v.Status, known, err)
		}
		w.wantSent("north m1/1 from 0", "north m1:r1/1 from 0")
		w.halt()
	})
}

// Under its own id a message begins anew: all of it is sent, its attempts go on
// counting, and those of before do not count against the most allowed.
func TestResendUnderTheSameID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north")
		e.answer = func(_ context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
			if a.N <= 3 {
				return e.take(way, a, 1), refuse(sms.Retry, "+CMS 42")
			}
			return e.take(way, a, a.Segments), nil
		}
		w := newWorld(t, e, func(c *gateway.Config) { c.Attempts = 2 })
		w.run()
		w.accept(fmt.Sprintf(`{"id":"m1","to":"+447700900123","text":%q,"expires":"1h"}`, strings.Repeat("x", 200)))
		<-time.After(2 * time.Hour)
		w.want("m1", "queued sending queued sending failed!")
		v, _, err := w.Resend(t.Context(), "m1", sms.Again{SameID: true})
		if err != nil || v.Status.State != sms.Queued || v.Status.Final || v.Status.Why == "" || v.Message.Expires.Before(time.Now().Add(50*time.Minute)) {
			t.Fatalf("got %+v, %v", v, err)
		}
		synctest.Wait()
		w.restart()
		<-time.After(time.Hour)
		w.want("m1", "queued sending queued sending failed! queued sending queued sending sent")
		w.wantSent("north m1/1 from 0", "north m1/2 from 1", "north m1/3 from 0", "north m1/4 from 1")
		w.halt()
	})
}

func TestResendRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, newEdge("north"))
		w.run()
		w.accept(one)
		synctest.Wait()
		var fault *sms.FieldError
		if _, _, err := w.Resend(t.Context(), "m1", sms.Again{}); !errors.As(err, &fault) || fault.Field != "state" {
			t.Errorf("a sent one: got %v, want a fault of the state", err)
		}
		if _, _, err := w.Resend(t.Context(), "m1", sms.Again{SameID: true, ID: "x"}); !errors.As(err, &fault) || fault.Field != "id" {
			t.Errorf("two ids: got %v, want a fault of the id", err)
		}
		if _, _, err := w.Resend(t.Context(), "nobody", sms.Again{}); !errors.Is(err, sms.ErrNotFound) {
			t.Errorf("an unknown one: got %v, want not found", err)
		}
		w.halt()
	})
}

func TestResendMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, failing(newEdge("north")))
		w.run()
		for i := range 3 {
			w.accept(fmt.Sprintf(`{"id":"m%d","to":"+44770090012%d","text":"hello"}`, i, i))
		}
		synctest.Wait()
		if _, _, err := w.Resend(t.Context(), "m1", sms.Again{}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		done, err := w.ResendMany(t.Context(), sms.Choice{State: sms.Failed}, sms.Again{})
		if err != nil || ids(done.Messages) != "m0:r1 queued, m2:r1 queued" || ids(done.Known) != "m1:r1 sent" {
			t.Errorf("got %q, known %q, %v", ids(done.Messages), ids(done.Known), err)
		}
		synctest.Wait()
		w.want("m2:r1", "queued sending sent")
		w.halt()
	})
}

// A person who has asked the recipient settles a doubt.
func TestResendOfADoubtfulMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north")
		e.lose(map[string]int{"m1/1": 0})
		w := newWorld(t, e)
		w.run()
		w.accept(`{"id":"m1","to":"+447700900123","text":"hello","on_doubt":"hold"}`)
		synctest.Wait()
		w.want("m1", "queued sending doubtful!")
		if _, _, err := w.Resend(t.Context(), "m1", sms.Again{SameID: true}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		w.want("m1", "queued sending doubtful! queued sending sent")
		w.halt()
	})
}

func edit(t *testing.T, json string) *sms.Edit {
	t.Helper()
	e, err := sms.ParseEdit([]byte(json))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestEdit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north")
		var texts []string
		e.answer = func(_ context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
			texts = append(texts, string(a.To)+" "+a.Text[:5])
			<-time.After(time.Minute)
			return e.take(way, a, a.Segments), nil
		}
		w := newWorld(t, e)
		w.run()
		w.accept(one)
		synctest.Wait()
		w.accept(`{"id":"m2","to":"+447700900124","text":"other"}`)
		w.accept(`{"id":"m3","to":"+447700900125","text":"third"}`)
		synctest.Wait()
		var late *sms.FieldError
		if _, err := w.Edit(t.Context(), "m1", edit(t, `{"text":"anew"}`)); !errors.As(err, &late) || late.Field != "state" {
			t.Errorf("the one being sent: got %v, want too late", err)
		}
		v, err := w.Edit(t.Context(), "m3", edit(t, fmt.Sprintf(`{"text":%q,"to":"07700 900126","priority":"high"}`, strings.Repeat("again ", 40))))
		if err != nil || v.Message.Segments != 2 || v.Message.Concat == 0 || v.Status.To != "+447700900126" || v.Status.Why != "edited on request: to, text, priority" {
			t.Errorf("got %+v, %v", v, err)
		}
		if _, err := w.Edit(t.Context(), "m2", edit(t, `{"send_at":"`+time.Now().Add(time.Hour).Format(time.RFC3339)+`"}`)); err != nil {
			t.Error(err)
		}
		w.restart()
		<-time.After(30 * time.Minute)
		if want := []string{"+447700900123 hello", "+447700900126 again"}; !slices.Equal(texts, want) {
			t.Errorf("sent %q, want %q, and the later one not yet", texts, want)
		}
		if _, err := w.Edit(t.Context(), "m2", edit(t, `{"send_at":null}`)); err != nil {
			t.Error(err)
		}
		<-time.After(5 * time.Minute)
		w.want("m2", "queued queued queued sending sent")
		w.halt()
	})
}

// What has been tried is not changed: a part of it may have gone out.
func TestEditAfterAnAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north")
		e.answer = func(context.Context, string, *sms.Attempt) ([]sms.Ref, error) {
			return nil, refuse(sms.Retry, "+CMS 42")
		}
		w := newWorld(t, e)
		w.run()
		w.accept(one)
		synctest.Wait()
		var late *sms.FieldError
		if _, err := w.Edit(t.Context(), "m1", edit(t, `{"text":"anew"}`)); !errors.As(err, &late) || late.Field != "state" {
			t.Errorf("got %v, want too late", err)
		}
		w.halt()
	})
}

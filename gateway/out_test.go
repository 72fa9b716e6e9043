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

const one = `{"id":"m1","to":"+447700900123","text":"hello"}`

func TestMessageGoesThroughItsStates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north")
		w := newWorld(t, e)
		w.run()
		w.accept(one)
		synctest.Wait()
		if got, want := w.story("m1"), "queued sending sent"; got != want {
			t.Fatalf("before the report: %q, want %q", got, want)
		}
		r := &sms.Report{Net: "north", ID: "1", To: "+447700900123", State: sms.Delivered, Code: "TP-ST 0x00", Time: time.Now()}
		for range 2 { // networks repeat themselves
			if err := w.Report(t.Context(), r); err != nil {
				t.Fatal(err)
			}
		}
		if got, want := w.story("m1"), "queued sending sent delivered!"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		w.halt()
	})
}

func TestReportThatOvertakesItsSegment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north")
		w := newWorld(t, e)
		e.answer = func(ctx context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
			refs := e.take(way, a, a.Segments)
			err := w.Report(ctx, &sms.Report{Net: way, ID: refs[0].ID, To: a.To, State: sms.Delivered, Code: "TP-ST 0x00", Time: time.Now()})
			return refs, err
		}
		w.run()
		w.accept(one)
		synctest.Wait()
		if got, want := w.story("m1"), "queued sending sent delivered!"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		w.halt()
	})
}

func TestRefusedMessageTakesAnotherWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north", "south")
		e.answer = func(_ context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
			if way == "north" {
				return nil, refuse(sms.Reroute, "+CMS 310")
			}
			return e.take(way, a, a.Segments), nil
		}
		w := newWorld(t, e)
		w.run()
		start := time.Now()
		for i := range 4 {
			w.accept(fmt.Sprintf(`{"id":"m%d","to":"+447700900123","text":"hello","receipt":false}`, i))
		}
		synctest.Wait()
		for i := range 4 {
			if got := w.story(fmt.Sprintf("m%d", i)); !strings.HasSuffix(got, "sent!") {
				t.Errorf("m%d: %q, want it sent", i, got)
			}
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("took %v, want no pause", took)
		}
		w.halt()
	})
}

func TestOnlyWayIsTriedAgainAfterAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north")
		var at []time.Time
		e.answer = func(_ context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
			at = append(at, time.Now())
			if a.N <= 3 {
				return nil, refuse([]sms.Verdict{sms.Retry, sms.Reroute, sms.Retry}[a.N-1], "+CMS 42")
			}
			return e.take(way, a, a.Segments), nil
		}
		w := newWorld(t, e)
		w.run()
		w.accept(one)
		<-time.After(time.Minute)
		synctest.Wait()
		if got, want := w.story("m1"), "queued sending queued sending queued sending queued sending sent"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		for i, want := range []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second} {
			if got := at[i+1].Sub(at[i]); got < want*3/4 || got > want*5/4 {
				t.Errorf("pause %d: %v, want about %v", i+1, got, want)
			}
		}
		w.halt()
	})
}

func TestRejectedMessageFailsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north", "south")
		e.answer = func(context.Context, string, *sms.Attempt) ([]sms.Ref, error) {
			return nil, refuse(sms.Reject, "+CMS 1")
		}
		w := newWorld(t, e)
		w.run()
		w.accept(one)
		synctest.Wait()
		if got, want := w.story("m1"), "queued sending failed!"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		v, err := w.Message(t.Context(), "m1")
		if err != nil || v.Status.Error == nil || v.Status.Error.Code != "+CMS 1" {
			t.Errorf("got %+v, %v; want the network's code", v.Status, err)
		}
		w.halt()
	})
}

func TestOneMessageAtATimeOnAModem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north", "south")
		e.answer = func(_ context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
			<-time.After(3 * time.Second)
			return e.take(way, a, a.Segments), nil
		}
		w := newWorld(t, e)
		w.run()
		start := time.Now()
		for i := range 20 {
			w.accept(fmt.Sprintf(`{"id":"m%d","to":"+4477009001%02d","text":"hello","receipt":false}`, i, i))
		}
		for {
			h, err := w.Health(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if h.Queue.Queued+h.Queue.Sending == 0 {
				break
			}
			<-time.After(time.Second)
		}
		if e.most != 1 {
			t.Errorf("%d messages at a time on one modem, want 1", e.most)
		}
		if took := time.Since(start).Truncate(2 * time.Second); took != 30*time.Second { // asked once a second
			t.Errorf("20 messages of 3s on two modems took %v, want 30s", took)
		}
		w.halt()
	})
}

// A long message that was refused midway goes on from there on the same modem,
// and from the start on another.
func TestLongMessageGoesOnWhereItStopped(t *testing.T) {
	for _, tc := range []struct {
		name    string
		ways    []string
		verdict sms.Verdict
		want    []string
	}{
		{"same modem", []string{"north"}, sms.Retry, []string{"north m1/1 from 0", "north m1/2 from 2"}},
		{"another modem", []string{"north", "south"}, sms.Reroute, []string{"north m1/1 from 0", "south m1/2 from 0"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := newEdge(tc.ways...)
				e.answer = func(_ context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
					if a.N == 1 {
						return e.take(way, a, 2), refuse(tc.verdict, "+CMS 42")
					}
					return e.take(way, a, a.Segments), nil
				}
				w := newWorld(t, e)
				w.run()
				w.accept(fmt.Sprintf(`{"id":"m1","to":"+447700900123","text":%q,"receipt":false}`, strings.Repeat("long ", 100)))
				<-time.After(time.Minute)
				if got := e.sent(); !slices.Equal(got, tc.want) {
					t.Errorf("got %q, want %q", got, tc.want)
				}
				w.halt()
			})
		})
	}
}

func TestWaitingMessageSaysWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north")
		e.set(0, false)
		w := newWorld(t, e)
		w.run()
		w.accept(one)
		w.accept(`{"id":"m2","to":"+447700900123","text":"later","send_at":"2099-01-01T00:00:00Z"}`)
		synctest.Wait()
		for id, want := range map[string]string{"m1": "no way is ready: north: registering", "m2": "not to be sent before 2099-01-01T00:00:00Z"} {
			v, err := w.Message(t.Context(), id)
			if err != nil || v.Status.Why != want {
				t.Errorf("%s waits because %q, %v; want %q", id, v.Status.Why, err, want)
			}
		}
		e.set(0, true)
		w.Changed()
		synctest.Wait()
		if got, want := w.story("m1"), "queued sending sent"; got != want {
			t.Errorf("when the modem is ready: %q, want %q", got, want)
		}
		w.halt()
	})
}

func TestMessageExpiresWhereNothingIsReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north")
		e.set(0, false)
		w := newWorld(t, e)
		w.run()
		w.accept(`{"id":"m1","to":"+447700900123","text":"hello","expires":"10m"}`)
		<-time.After(10*time.Minute - time.Second)
		synctest.Wait()
		if got := w.story("m1"); got != "queued" {
			t.Fatalf("before its time: %q", got)
		}
		<-time.After(2 * time.Second)
		synctest.Wait()
		if got, want := w.story("m1"), "queued expired!"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		w.halt()
	})
}

func TestCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north")
		e.answer = func(_ context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
			<-time.After(time.Minute)
			return e.take(way, a, a.Segments), nil
		}
		w := newWorld(t, e)
		w.run()
		w.accept(one)
		w.accept(`{"id":"m2","to":"+447700900123","text":"hello"}`)
		synctest.Wait()
		var late *sms.FieldError
		if _, err := w.Cancel(t.Context(), "m1"); !errors.As(err, &late) {
			t.Errorf("the one being sent: got %v, want too late", err)
		}
		if _, err := w.Cancel(t.Context(), "m2"); err != nil {
			t.Errorf("the waiting one: %v", err)
		}
		if _, err := w.Cancel(t.Context(), "m3"); !errors.Is(err, sms.ErrNotFound) {
			t.Errorf("the unknown one: got %v, want not found", err)
		}
		<-time.After(5 * time.Minute)
		if got, want := e.sent(), []string{"north m1/1 from 0"}; !slices.Equal(got, want) {
			t.Errorf("sent %q, want %q", got, want)
		}
		if got, want := w.story("m2"), "queued cancelled!"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		w.halt()
	})
}

func TestRepeatOfAKnownIDSendsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north")
		w := newWorld(t, e)
		w.run()
		w.accept(one)
		w.accept(`{"id":"many","to":["+447700900123","+447700900124"],"text":"hello"}`)
		synctest.Wait()
		for range 2 { // the second time after a restart
			for id, events := range map[string]int{"m1": 1, "many": 2, "many.2": 1} {
				a := w.accept(fmt.Sprintf(`{"id":%q,"to":"+447700900199","text":"another text"}`, id))
				if !a.Known || len(a.Events) != events || a.Events[0].State != sms.Sent {
					t.Errorf("%s: got %+v, want %d events of what was sent", id, a, events)
				}
			}
			// Also when what is repeated could not be accepted any more.
			r, err := sms.ParseRequest([]byte(`{"id":"m1","to":"+447700900123","text":"hello","expires":"1999-01-01T00:00:00Z"}`))
			if err != nil {
				t.Fatal(err)
			}
			if a, err := w.Accept(t.Context(), r); err != nil || !a.Known {
				t.Errorf("repeat past its expiry: got %+v, %v; want it known", a, err)
			}
			w.halt()
			w.open()
			w.run()
		}
		synctest.Wait()
		if got := e.sent(); len(got) != 3 {
			t.Errorf("sent %q, want three messages", got)
		}
		w.halt()
	})
}

func TestFullQueueRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north")
		e.set(0, false)
		w := newWorld(t, e, func(c *gateway.Config) { c.QueueMost = 2 })
		w.run()
		w.accept(one)
		w.accept(`{"id":"m2","to":"+447700900123","text":"hello"}`)
		synctest.Wait()
		r, _ := sms.ParseRequest([]byte(`{"id":"m3","to":"+447700900123","text":"hello"}`))
		if _, err := w.Accept(t.Context(), r); !errors.Is(err, sms.ErrFull) {
			t.Errorf("got %v, want full", err)
		}
		if a := w.accept(one); !a.Known {
			t.Error("a repeat was refused by the full queue")
		}
		w.halt()
	})
}

func TestUnknownRouteIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, newEdge("north"))
		r, _ := sms.ParseRequest([]byte(`{"id":"m1","to":"+447700900123","text":"hello","route":"nroth"}`))
		_, err := w.Accept(t.Context(), r)
		var f *sms.FieldError
		if !errors.As(err, &f) || f.Field != "route" || !strings.Contains(f.Text, "north") {
			t.Errorf("got %v, want the field and the names there are", err)
		}
		w.halt()
	})
}

package gateway_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

func part(seq, total int, text string) *sms.Part {
	return &sms.Part{
		From: "+447700900123", Time: time.Now(), Way: "north", Net: "sim1", Coding: sms.CodingGSM7, Text: text,
		Concat: sms.Concat{Ref: 7, Total: total, Seq: seq}, Raw: text, Slot: "SM/" + text,
	}
}

func (w *world) received() []sms.Received {
	w.t.Helper()
	rs, err := w.Received(w.t.Context(), sms.Filter{Limit: 100})
	if err != nil {
		w.t.Fatal(err)
	}
	return rs
}

func TestPartsSurviveARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, newEdge("north"))
		for _, p := range []*sms.Part{part(3, 3, "three"), part(1, 3, "one ")} {
			if err := w.Receive(t.Context(), p); err != nil {
				t.Fatal(err)
			}
		}
		w.shut()
		w.open()
		w.run()
		// Met again in the modem: committed before the power went, not deleted.
		if err := w.Receive(t.Context(), part(1, 3, "one ")); err != nil {
			t.Fatal(err)
		}
		if rs := w.received(); len(rs) != 0 {
			t.Fatalf("received %+v before the last part came", rs)
		}
		next := make(chan []sms.Entry)
		go func() {
			entries, err := w.Next(t.Context(), w.Last(), 10)
			if err != nil {
				t.Error(err)
			}
			next <- entries
		}()
		synctest.Wait()
		if err := w.Receive(t.Context(), part(2, 3, "two ")); err != nil {
			t.Fatal(err)
		}
		entries := <-next
		if len(entries) != 1 || entries[0].Received == nil || entries[0].Received.Text != "one two three" {
			t.Errorf("the journal says %+v, want the whole text", entries)
		}
		if rs := w.received(); len(rs) != 1 || rs[0].Parts != 3 || rs[0].Incomplete {
			t.Errorf("received %+v, want one message of three parts", rs)
		}
		w.halt()
	})
}

func TestIncompleteMessageIsGivenOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, newEdge("north"))
		w.run()
		if err := w.Receive(t.Context(), part(2, 3, "two")); err != nil {
			t.Fatal(err)
		}
		<-time.After(24*time.Hour + 2*time.Minute)
		synctest.Wait()
		rs := w.received()
		if len(rs) != 1 || !rs[0].Incomplete || rs[0].Parts != 1 {
			t.Errorf("got %+v, want what there is, marked incomplete", rs)
		}
		w.halt()
	})
}

func TestFollowerGoesOnWhereItWas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, newEdge("north"))
		w.run()
		w.accept(`{"id":"m1","to":"+447700900123","text":"hello","receipt":false}`)
		synctest.Wait()
		entries, err := w.Next(t.Context(), 0, 2)
		if err != nil || len(entries) != 2 {
			t.Fatalf("got %d entries, %v; want 2", len(entries), err)
		}
		if err := w.Passed(t.Context(), "mqtt", entries[0].Seq); err != nil {
			t.Fatal(err)
		}
		w.halt()
		w.open()
		w.run()
		at, err := w.Cursor(t.Context(), "mqtt")
		if err != nil || at != entries[0].Seq {
			t.Fatalf("cursor at %d, %v; want %d", at, err, entries[0].Seq)
		}
		entries, err = w.Next(t.Context(), at, 100)
		if err != nil || len(entries) != 2 || entries[0].Event.State != sms.Sending {
			t.Errorf("after a restart: %+v, %v; want sending and sent", entries, err)
		}
		h, err := w.Health(t.Context())
		if err != nil || h.Behind["mqtt"] != 2 {
			t.Errorf("health says %d behind, %v; want 2", h.Behind["mqtt"], err)
		}
		w.halt()
	})
}

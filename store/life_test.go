package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/store"
)

// Each moment of a message's life is there after it, and after the file has
// been opened again.
func TestLifeSurvivesReopeningAfterEveryMoment(t *testing.T) {
	ctx := context.Background()
	b := open(t)
	var num uint64
	stands := func(s sms.State, attempt, sentSegments int) {
		t.Helper()
		for range 2 {
			m, st, err := b.Message(ctx, "a")
			if err != nil {
				t.Fatal(err)
			}
			want(t, "state", st.Event.State, s)
			want(t, "attempt", st.Event.Attempt, attempt)
			want(t, "sent", st.Event.Sent, sentSegments)
			want(t, "seq", st.Event.Seq, b.Last())
			want(t, "text", m.Text, "hello a")
			want(t, "meta", string(st.Event.Meta), `{"a":1}`)
			b.audit()
			b.reopen()
		}
	}
	m := message("a", 2)
	m.SendAt = at(-5)
	events := b.accept(m)
	num = m.Num
	want(t, "num", num, 1)
	want(t, "concat", m.Concat, 1)
	want(t, "events", len(events), 1)
	want(t, "event", events[0].State, sms.Queued)
	want(t, "why", events[0].Why, "waits")
	stands(sms.Queued, 0, 0)

	st := b.begin(num, "north", 0)
	want(t, "way", st.Way+" "+st.Event.Modem+" "+st.Event.Route, "north north all")
	stands(sms.Sending, 1, 0)

	st = b.finish(num, sms.Outcome{
		State: sms.Queued, Due: at(60), Why: "later", Fault: &sms.Fault{Code: "+CMS 42", Text: "congestion"}, Doubt: &sms.Doubt{},
		Refs: []sms.Ref{{Net: "sim", ID: "7", Segment: 0}},
	})
	want(t, "due", st.Due, at(60))
	want(t, "doubt", st.Doubt, true)
	stands(sms.Queued, 1, 1)

	b.begin(num, "north", 1)
	stands(sms.Sending, 2, 1)

	o := sent("sim", "", "8")
	o.Refs = o.Refs[1:]
	st = b.finish(num, o)
	want(t, "refs", len(st.Refs), 2)
	want(t, "doubt", st.Doubt, true)
	want(t, "await", st.Await, at(600))
	stands(sms.Sent, 2, 2)

	if st := b.report("sim", "7", "07700900123", sms.Delivered); st != nil {
		t.Errorf("one of two segments reported: got %+v, want no news", st.Event)
	}
	stands(sms.Sent, 2, 2)
	st = b.report("sim", "8", "+447700900123", sms.Delivered)
	want(t, "state", st.Event.State, sms.Delivered)
	want(t, "await", st.Await.IsZero(), true)
	stands(sms.Delivered, 2, 2)

	if err := b.Passed(ctx, "mqtt", b.Last()); err != nil {
		t.Fatal(err)
	}
	b.reopen()
	cursor, err := b.Cursor(ctx, "mqtt")
	want(t, "cursor", cursor, b.Last())
	want(t, "error", err, nil)
	want(t, "journal", b.journal(), []string{
		"1 a queued", "2 a sending", "3 a queued", "4 a sending", "5 a sent", "6 a delivered",
	})
}

func TestKnownRequestIsAnsweredAndWritesNothing(t *testing.T) {
	ctx := context.Background()
	b := open(t)
	b.accept(message("one", 1))
	two, three := message("many.1", 1), message("many.2", 1)
	if _, _, err := b.Accept(ctx, []*sms.Message{two, three}, sms.RequestKey{ID: "many", Fingerprint: "f"}, "", nil); err != nil {
		t.Fatal(err)
	}
	b.begin(two.Num, "north", 0)
	for _, tc := range []struct {
		name string
		ids  []string
		key  sms.RequestKey
		want []string
	}{
		{"id of a message", []string{"one"}, sms.RequestKey{ID: "one"}, []string{"one queued"}},
		{"id of a request", []string{"many"}, sms.RequestKey{ID: "many"}, []string{"many.1 sending", "many.2 queued"}},
		{"request named as a message", []string{"x.1", "x.2"}, sms.RequestKey{ID: "one"}, []string{"one queued"}},
		{"some of the messages", []string{"new", "many.2"}, sms.RequestKey{}, []string{"many.2 queued"}},
		{"fingerprint", []string{"new"}, sms.RequestKey{Fingerprint: "f", Redelivered: true}, []string{"many.1 sending", "many.2 queued"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			commits := b.Commits()
			var ms []*sms.Message
			for _, id := range tc.ids {
				ms = append(ms, message(id, 1))
			}
			events, known, err := b.Accept(ctx, ms, tc.key, "", nil)
			var got []string
			for _, e := range events {
				got = append(got, e.ID+" "+string(e.State))
			}
			want(t, "error", err, nil)
			want(t, "known", known, true)
			want(t, "events", got, tc.want)
			want(t, "commits", b.Commits(), commits)
			want(t, "num", ms[0].Num, 0)
		})
	}
	fresh := message("fresh", 1)
	_, known, err := b.Accept(ctx, []*sms.Message{fresh}, sms.RequestKey{Fingerprint: "f"}, "", nil)
	if err != nil || known {
		t.Errorf("the same words, not redelivered: known %v, %v; want a new message", known, err)
	}
}

func TestConcatReferenceIsDrawnFromACounterThatLasts(t *testing.T) {
	b := open(t)
	var got []uint16
	for i := range 3 {
		m, single := message(fmt.Sprint("m", i), 3), message(fmt.Sprint("s", i), 1)
		b.accept(m, single)
		got = append(got, m.Concat, single.Concat)
		b.reopen()
	}
	want(t, "references", got, []uint16{1, 0, 2, 0, 3, 0})
}

func TestImpossibleMovesAreRefusedAndLeaveNothing(t *testing.T) {
	ctx := context.Background()
	b := open(t)
	m := message("a", 1)
	b.accept(m)
	last := b.Last()
	var se *store.StateError
	_, err := b.Finish(ctx, m.Num, sent("sim", "1"), settle)
	if !errors.As(err, &se) || se.From != sms.Queued || se.To != sms.Sent {
		t.Errorf("finish before begin: got %v, want a StateError", err)
	}
	if _, err := b.End(ctx, m.Num, sms.Outcome{State: sms.Sending}); !errors.As(err, &se) {
		t.Errorf("sending without begin: got %v, want a StateError", err)
	}
	if _, err := b.End(ctx, m.Num, sms.Outcome{State: sms.Queued, Final: true}); err == nil {
		t.Error("queued and final: got no error")
	}
	if _, err := b.End(ctx, 99, sms.Outcome{State: sms.Expired}); !errors.Is(err, sms.ErrNotFound) {
		t.Errorf("a message that is not there: got %v, want ErrNotFound", err)
	}
	b.begin(m.Num, "north", 0)
	o := sent("sim", "1", "2")
	if _, err := b.Finish(ctx, m.Num, o, settle); err == nil {
		t.Error("a ref of a second segment of one: got no error")
	}
	want(t, "last", b.Last(), last+1)
	_, st, err := b.ByNum(ctx, m.Num)
	want(t, "error", err, nil)
	want(t, "state", st.Event.State, sms.Sending)
}

func TestPendingHoldsWhatTheQueueNeeds(t *testing.T) {
	ctx := context.Background()
	b := open(t)
	first := message("a", 1)
	first.SendAt, first.From, first.Route, first.Priority = at(30), "INFO", "north", sms.Urgent
	b.accept(first)
	second, third := message("b", 1), message("c", 1)
	b.accept(second)
	b.accept(third)
	b.begin(second.Num, "north", 0)
	b.begin(third.Num, "north", 0)
	b.finish(third.Num, sent("sim", "1"))
	b.reopen()
	var got []sms.Waiting
	if err := b.Pending(ctx, func(w sms.Waiting) error { got = append(got, w); return nil }); err != nil {
		t.Fatal(err)
	}
	want(t, "pending", got, []sms.Waiting{
		{Num: 1, State: sms.Queued, Priority: sms.Urgent, Since: at(30), Due: at(30), Expires: first.Expires,
			To: first.To, From: "INFO", Route: "north", Origin: "mqtt", Segments: 1},
		{Num: 2, State: sms.Sending, Priority: sms.Normal, Since: second.Accepted, Attempt: 1, Expires: first.Expires,
			To: first.To, Origin: "mqtt", Segments: 1},
	})
	stop := errors.New("stop")
	if err := b.Pending(ctx, func(sms.Waiting) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("pending with a yield that fails: got %v, want its error", err)
	}
	q, err := b.Counts(ctx)
	want(t, "error", err, nil)
	want(t, "counts", q, sms.Queue{Queued: 1, Sending: 1, Awaited: 1})
}

func TestWaitForReportEnds(t *testing.T) {
	ctx := context.Background()
	b := open(t)
	m := message("a", 1)
	b.accept(m)
	b.begin(m.Num, "north", 0)
	b.finish(m.Num, sent("sim", "1"))
	nums, err := b.Awaiting(ctx, at(600), 10)
	want(t, "waits until then", nums, []uint64(nil))
	want(t, "error", err, nil)
	nums, _ = b.Awaiting(ctx, at(601), 10)
	want(t, "over", nums, []uint64{1})
	nums, _ = b.Awaiting(ctx, at(601), 0)
	want(t, "at most none", nums, []uint64(nil))
	if _, err := b.End(ctx, m.Num, sms.Outcome{State: sms.Sent, Final: true, Time: at(601)}); err != nil {
		t.Fatal(err)
	}
	nums, _ = b.Awaiting(ctx, at(9999), 10)
	want(t, "ended", nums, []uint64(nil))
	b.audit()
	st := b.report("sim", "1", "", sms.Delivered)
	if st == nil || st.Event.State != sms.Delivered {
		t.Errorf("a report after the wait: got %+v, want delivered", st)
	}
}

func TestMessagesAreListedFromTheNewestBack(t *testing.T) {
	ctx := context.Background()
	b := open(t)
	for i := range 6 {
		m := message(fmt.Sprint("m", i+1), 1)
		if i%2 == 1 {
			m.To = "12345"
		}
		b.accept(m)
	}
	b.begin(2, "north", 0)
	for _, tc := range []struct {
		f    sms.Filter
		want string
	}{
		{sms.Filter{}, "m6 m5 m4 m3 m2 m1"},
		{sms.Filter{Limit: 2}, "m6 m5"},
		{sms.Filter{Before: 5, Limit: 2}, "m4 m3"},
		{sms.Filter{Before: 1}, ""},
		{sms.Filter{Before: 99, Limit: 1}, "m6"},
		{sms.Filter{State: sms.Sending}, "m2"},
		{sms.Filter{To: "12345"}, "m6 m4 m2"},
		{sms.Filter{To: "07700900123", Limit: 1}, "m5"},
	} {
		views, err := b.Messages(ctx, tc.f)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for i, v := range views {
			if i > 0 {
				got += " "
			}
			got += v.Message.ID
			want(t, "status of "+v.Message.ID, v.Status.ID, v.Message.ID)
		}
		want(t, fmt.Sprintf("%+v", tc.f), got, tc.want)
	}
	if _, _, err := b.Message(ctx, "nobody"); !errors.Is(err, sms.ErrNotFound) {
		t.Errorf("unknown id: got %v, want ErrNotFound", err)
	}
}

// Carrying one message from end to end takes five commits: no more, or the
// card wears.
func TestTransactionBudget(t *testing.T) {
	ctx := context.Background()
	b := open(t)
	if _, err := b.Cursor(ctx, "mqtt"); err != nil {
		t.Fatal(err)
	}
	start := b.Commits()
	m := message("a", 1)
	b.accept(m)
	b.begin(m.Num, "north", 0)
	b.finish(m.Num, sent("sim", "1"))
	b.report("sim", "1", m.To, sms.Delivered)
	if err := b.Passed(ctx, "mqtt", b.Last()); err != nil {
		t.Fatal(err)
	}
	if got := b.Commits() - start; got > 5 {
		t.Errorf("one message from accept to passed: got %d commits, want at most 5", got)
	}
}

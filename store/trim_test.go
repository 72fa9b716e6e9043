package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/store"
)

func (b *box) trim(keep sms.Retention, now time.Time) int {
	b.t.Helper()
	n, err := b.Trim(context.Background(), keep, now)
	if err != nil {
		b.t.Fatal(err)
	}
	b.audit()
	return n
}

func TestTrimDropsTheOldestFinalAndKeepsWhatIsOnItsWay(t *testing.T) {
	ctx := context.Background()
	b := open(t)
	b.NoSync()
	queued := message("queued", 1)
	b.accept(queued)
	for i := range 500 {
		num := b.outgoing(fmt.Sprint("m", i), "+447700900123", 1)
		b.finish(num, sms.Outcome{State: sms.Failed, Final: true, Time: at(i)})
	}
	waits := b.outgoing("waits", "+447700900123", 1)
	b.finish(waits, sent("sim", "7"))

	b.trim(sms.Retention{}, at(1e6))
	if _, _, err := b.Message(ctx, "m0"); err != nil {
		t.Errorf("no limit: the first is gone: %v", err)
	}
	b.trim(sms.Retention{Count: 300}, at(1e6))
	for id, gone := range map[string]bool{"queued": false, "m0": true, "m201": true, "m202": false, "m499": false, "waits": false} {
		if _, _, err := b.Message(ctx, id); errors.Is(err, sms.ErrNotFound) != gone {
			t.Errorf("by count, %s: got %v, want gone %v", id, err, gone)
		}
	}
	b.trim(sms.Retention{Age: time.Minute}, at(60+400))
	for id, gone := range map[string]bool{"queued": false, "m399": true, "m400": false, "waits": false} {
		if _, _, err := b.Message(ctx, id); errors.Is(err, sms.ErrNotFound) != gone {
			t.Errorf("by age, %s: got %v, want gone %v", id, err, gone)
		}
	}
	b.trim(sms.Retention{Age: time.Minute}, at(1e6))
	views, _ := b.Messages(ctx, sms.Filter{})
	want(t, "left", len(views), 2)
	again := message("m0", 1)
	b.accept(again) // an id is known for as long as its message
	if again.Num <= waits {
		t.Errorf("num: got %d, used before", again.Num)
	}
}

func TestTrimKeepsTheJournalForItsFollowers(t *testing.T) {
	ctx := context.Background()
	b := open(t)
	b.NoSync()
	if _, err := b.Cursor(ctx, "slow"); err != nil {
		t.Fatal(err)
	}
	for i := range store.JournalTail + 300 {
		b.keep(part(0, 0, 0, fmt.Sprint("t", i), epoch))
	}
	last := b.Last()
	first := func() uint64 {
		e, err := b.Entries(ctx, 0, 1)
		if err != nil || len(e) == 0 {
			t.Fatalf("entries: %v, %v", e, err)
		}
		return e[0].Seq
	}
	all := sms.Retention{Age: time.Minute, Count: 1}
	want(t, "dropped while one has passed nothing", b.trim(all, at(1e6)), 0)
	if err := b.Passed(ctx, "slow", 100); err != nil {
		t.Fatal(err)
	}
	want(t, "lines and texts dropped", b.trim(all, at(1e6)), 200)
	want(t, "first line", first(), 101)
	if err := b.Passed(ctx, "slow", last); err != nil {
		t.Fatal(err)
	}
	b.trim(all, at(1e6))
	want(t, "first line of the tail", first(), last-store.JournalTail+1)
	got, _ := b.Received(ctx, sms.Filter{})
	want(t, "texts whose lines are left", len(got), store.JournalTail)
	b.reopen()
	want(t, "last", b.Last(), last)
}

func TestTrimForgetsRequestsAndRefs(t *testing.T) {
	ctx := context.Background()
	b := open(t)
	one, two := message("r.1", 1), message("r.2", 1)
	key := sms.RequestKey{ID: "r", Fingerprint: "print", Redelivered: true}
	if _, _, err := b.Accept(ctx, []*sms.Message{one, two}, key, "", nil); err != nil {
		t.Fatal(err)
	}
	b.begin(one.Num, "north", 0)
	b.finish(one.Num, sent("sim", "7"))
	end := func(num uint64, s sms.State) {
		if _, err := b.End(ctx, num, sms.Outcome{State: s, Final: true, Time: at(5)}); err != nil {
			t.Fatal(err)
		}
	}
	end(one.Num, sms.Sent)
	year := at(0).Add(365 * 24 * time.Hour)
	b.trim(sms.Retention{}, at(10))
	want(t, "the ref of one just ended", b.report("sim", "7", "", sms.Sent) == nil, true)
	want(t, "dropped of one long ended", b.trim(sms.Retention{}, year), 1)
	if st := b.report("sim", "7", "", sms.Delivered); st != nil {
		t.Errorf("a report a year later: got %+v, want none", st.Event)
	}

	b.trim(sms.Retention{Age: time.Hour}, year)
	events, known, err := b.Accept(ctx, []*sms.Message{message("r.1", 1)}, key, "", nil)
	if err != nil || !known || len(events) != 1 || events[0].ID != "r.2" {
		t.Errorf("a request one of whose messages is left: got %v, known %v, %v", events, known, err)
	}
	end(two.Num, sms.Cancelled)
	b.trim(sms.Retention{Age: time.Hour}, year)
	_, known, err = b.Accept(ctx, []*sms.Message{message("r.1", 1)}, key, "", nil)
	if err != nil || known {
		t.Errorf("a request none of whose messages is left: known %v, %v", known, err)
	}
}

func TestTrimEndsWhenItsCallerDoes(t *testing.T) {
	b := open(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := b.Trim(ctx, sms.Retention{Count: 1}, epoch); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want Canceled", err)
	}
}

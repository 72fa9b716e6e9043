package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/store"
)

// outgoing puts a message under way up to Begin.
func (b *box) outgoing(id string, to sms.Number, segments int) uint64 {
	b.t.Helper()
	m := message(id, segments)
	m.To = to
	b.accept(m)
	b.begin(m.Num, "north", 0)
	return m.Num
}

func (b *box) state(num uint64) sms.State {
	b.t.Helper()
	_, st, err := b.ByNum(context.Background(), num)
	if err != nil {
		b.t.Fatal(err)
	}
	return st.Event.State
}

func TestReportThatOvertakesFinishIsNotLost(t *testing.T) {
	b := open(t)
	num := b.outgoing("a", "+447700900123", 2)
	for _, id := range []string{"8", "7"} {
		if st := b.report("sim", id, "+447700900123", sms.Delivered); st != nil {
			t.Errorf("a report before its ref: got %+v, want none", st.Event)
		}
	}
	b.reopen()
	st := b.finish(num, sent("sim", "7", "8"))
	want(t, "state", st.Event.State, sms.Delivered)
	want(t, "journal", b.journal(), []string{"1 a queued", "2 a sending", "3 a sent", "4 a delivered"})
	err := b.Inside().View(func(tx *bbolt.Tx) error {
		want(t, "early reports left", tx.Bucket([]byte("early")).Stats().KeyN, 0)
		return nil
	})
	want(t, "error", err, nil)
	// They have been used up: the same ids again wait for reports of their own.
	again := b.outgoing("b", "+447700900123", 2)
	want(t, "state", b.finish(again, sent("sim", "7", "8")).Event.State, sms.Sent)
}

func TestReportOfAnEarlierUseOfAnIDIsNotTakenForThisAttempt(t *testing.T) {
	b := open(t)
	b.report("sim", "7", "+447700900123", sms.Delivered) // of something long ago
	num := b.outgoing("a", "+447700900123", 1)
	want(t, "state", b.finish(num, sent("sim", "7")).Event.State, sms.Sent)
}

func TestRepeatedReportIsNoNews(t *testing.T) {
	b := open(t)
	num := b.outgoing("a", "+447700900123", 2)
	b.finish(num, sent("sim", "7", "8"))
	for i, s := range []sms.State{sms.Sent, sms.Sent, sms.Delivered, sms.Delivered} {
		if st := b.report("sim", "7", "", s); st != nil {
			t.Errorf("report %d: got %+v, want none", i, st.Event)
		}
	}
	want(t, "last", b.Last(), 3)
	if st := b.report("sim", "8", "", sms.Delivered); st == nil || st.Event.State != sms.Delivered {
		t.Errorf("the last segment: got %+v, want delivered", st)
	}
	if st := b.report("sim", "8", "", sms.Delivered); st != nil {
		t.Errorf("once more: got %+v, want none", st.Event)
	}
}

// TP-MR counts to 255 and round: the same reference may be out twice.
func TestSameReferenceTwiceOutstanding(t *testing.T) {
	b := open(t)
	var nums []uint64
	for i, to := range []sms.Number{"+447700900111", "+447700900222", "+447700900222"} {
		num := b.outgoing(fmt.Sprint("m", i), to, 1)
		o := sent("sim", "7")
		o.Refs[0].Time = at(10 + i)
		b.finish(num, o)
		nums = append(nums, num)
	}
	states := func() (s []sms.State) {
		for _, n := range nums {
			s = append(s, b.state(n))
		}
		return s
	}
	b.report("other", "7", "", sms.Delivered) // another SIM's
	want(t, "states", states(), []sms.State{sms.Sent, sms.Sent, sms.Sent})
	b.report("sim", "7", "07700900222", sms.Delivered)
	want(t, "states", states(), []sms.State{sms.Sent, sms.Delivered, sms.Sent})
	b.report("sim", "7", "07700900222", sms.Undelivered)
	want(t, "states", states(), []sms.State{sms.Sent, sms.Delivered, sms.Undelivered})
	b.report("sim", "7", "", sms.Delivered)
	want(t, "states", states(), []sms.State{sms.Delivered, sms.Delivered, sms.Undelivered})
}

func TestReportPrefersWhatStillWaits(t *testing.T) {
	ctx := context.Background()
	b := open(t)
	old := b.outgoing("old", "+447700900111", 1)
	b.finish(old, sent("sim", "7"))
	if _, err := b.End(ctx, old, sms.Outcome{State: sms.Sent, Final: true, Time: at(5)}); err != nil {
		t.Fatal(err)
	}
	young := b.outgoing("young", "+447700900111", 1)
	o := sent("sim", "7")
	o.Refs[0].Time = at(20)
	b.finish(young, o)
	b.report("sim", "7", "+447700900111", sms.Delivered)
	want(t, "young", b.state(young), sms.Delivered)
	want(t, "old", b.state(old), sms.Sent)
	b.report("sim", "7", "+447700900111", sms.Delivered)
	want(t, "old", b.state(old), sms.Delivered)
}

func TestRefsOfSegmentsSentAgainAreForgotten(t *testing.T) {
	b := open(t)
	num := b.outgoing("a", "+447700900123", 2)
	b.finish(num, sms.Outcome{State: sms.Queued, Refs: []sms.Ref{{Net: "sim", ID: "7", Segment: 0}, {Net: "sim", ID: "8", Segment: 1}}})
	st := b.begin(num, "north", 1)
	want(t, "refs kept", len(st.Refs), 1)
	b.audit()
	b.finish(num, sms.Outcome{State: sms.Queued, Refs: []sms.Ref{{Net: "sim", ID: "9", Segment: 1}}})
	st = b.begin(num, "south", 0)
	want(t, "refs of the first way", len(st.Refs), 0)
	want(t, "sent", st.Event.Sent, 0)
	b.audit()
	if st := b.report("sim", "7", "", sms.Undelivered); st != nil {
		t.Errorf("a report on a ref forgotten: got %+v, want none", st.Event)
	}
	b.finish(num, sent("other", "1", "2"))
	_, st, _ = b.ByNum(context.Background(), num)
	want(t, "reports", st.Reports, []sms.State(nil))
}

func TestMessageWithoutReceiptRegistersNoRefs(t *testing.T) {
	b := open(t)
	m := message("a", 1)
	m.Receipt = false
	b.accept(m)
	b.begin(m.Num, "north", 0)
	b.finish(m.Num, sms.Outcome{State: sms.Sent, Final: true, Refs: []sms.Ref{{Net: "sim", ID: "7"}}})
	if st := b.report("sim", "7", "", sms.Delivered); st != nil {
		t.Errorf("got %+v, want none", st.Event)
	}
}

func TestReportsNobodyAsksAboutAreBounded(t *testing.T) {
	ctx := context.Background()
	b := open(t)
	b.NoSync()
	num := b.outgoing("a", "+447700900123", 1)
	b.report("sim", "first", "", sms.Delivered)
	for i := range store.EarlyMost {
		b.report("sim", fmt.Sprint(i), "", sms.Delivered)
	}
	b.audit()
	want(t, "the first of too many", b.finish(num, sent("sim", "first")).Event.State, sms.Sent)

	num = b.outgoing("b", "+447700900123", 1)
	b.report("sim", "old", "", sms.Delivered)
	late := &sms.Report{Net: "sim", ID: "late", State: sms.Delivered, Time: at(4).Add(store.EarlyAge)}
	if _, err := b.Report(ctx, late, settle); err != nil {
		t.Fatal(err)
	}
	want(t, "one kept too long", b.finish(num, sent("sim", "old")).Event.State, sms.Sent)
}

func TestReportOfNoStateIsRefused(t *testing.T) {
	b := open(t)
	_, err := b.Report(context.Background(), &sms.Report{Net: "sim", ID: "7", State: sms.Queued}, settle)
	if err == nil || !strings.Contains(err.Error(), "queued") {
		t.Errorf("got %v, want an error that names the state", err)
	}
}

// What settle asks for is checked like any move: a report does not undo what is
// final.
func TestReportDoesNotUndoWhatIsFinal(t *testing.T) {
	ctx := context.Background()
	b := open(t)
	num := b.outgoing("a", "+447700900123", 1)
	b.finish(num, sms.Outcome{State: sms.Queued, Refs: []sms.Ref{{Net: "sim", ID: "7"}}})
	wrong := func(m *sms.Message, st *sms.Status, r *sms.Report) (sms.Outcome, bool) {
		o := sms.Outcome{State: sms.Doubtful, Time: r.Time} // queued cannot become doubtful
		if st.Event.State == sms.Sent {
			o.State = sms.Sent
		}
		return o, true
	}
	st, err := b.Report(ctx, &sms.Report{Net: "sim", ID: "7", State: sms.Delivered, Time: at(3)}, wrong)
	want(t, "error", err, nil)
	if st != nil {
		t.Errorf("got %+v, want no news", st.Event)
	}
	_, st, _ = b.ByNum(ctx, num)
	want(t, "reports", st.Reports, []sms.State{sms.Delivered})
	want(t, "state", st.Event.State, sms.Queued)
	over := b.outgoing("b", "+447700900123", 1)
	b.finish(over, sent("sim", "8"))
	if _, err := b.End(ctx, over, sms.Outcome{State: sms.Sent, Final: true}); err != nil {
		t.Fatal(err)
	}
	st, err = b.Report(ctx, &sms.Report{Net: "sim", ID: "8", State: sms.Delivered, Time: at(3)}, wrong) // sent can, but is over
	want(t, "error", err, nil)
	if st != nil {
		t.Errorf("got %+v, want no news", st.Event)
	}
}

// A modem that was without power counts from the start again. The service
// centre's own time tells which of two segments with one reference a report is
// on; the older one's never came.
func TestReportIsOnTheSegmentTheCentreTookThen(t *testing.T) {
	b := open(t)
	for i, taken := range []int{10, 300} {
		m := message(fmt.Sprintf("m%d", i), 1)
		b.accept(m)
		b.begin(m.Num, "north", 0)
		o := sent("sim", "1")
		o.Refs[0].Time = at(taken)
		b.finish(m.Num, o)
	}
	b.reopen()
	st, err := b.Report(t.Context(), &sms.Report{
		Net: "sim", ID: "1", To: "+447700900123", State: sms.Delivered, Code: "TP-ST 0x00", SentAt: at(299), Time: at(310),
	}, settle)
	if err != nil || st == nil || st.Event.ID != "m1" {
		t.Errorf("got %+v, %v; want the report on m1", st, err)
	}
	if _, st, err := b.Message(t.Context(), "m0"); err != nil || st.Event.State != sms.Sent {
		t.Errorf("m0: got %+v, %v; want it still sent", st, err)
	}
}

package store_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/store"
)

// doubt puts a message through an attempt that ends in doubt from a segment on,
// after refs were taken.
func (b *box) doubt(id string, segments int, way string, first, count int, refs ...sms.Ref) uint64 {
	b.t.Helper()
	m := message(id, segments)
	b.accept(m)
	b.lose(m.Num, way, first, count, refs...)
	return m.Num
}

func (b *box) lose(num uint64, way string, first, count int, refs ...sms.Ref) {
	b.t.Helper()
	begin := sms.Begin{Way: way, Net: "sim " + way, Route: "all", Segments: 1, Time: at(1)}
	if _, err := b.Begin(b.t.Context(), num, begin); err != nil {
		b.t.Fatal(err)
	}
	b.finish(num, sms.Outcome{State: sms.Queued, Refs: refs, Doubt: &sms.Doubt{
		Net: begin.Net, Way: way, Segment: first, Count: count, From: at(-60), Until: at(60),
	}})
}

func (b *box) doubts() (n int) {
	b.t.Helper()
	err := b.Inside().View(func(tx *bbolt.Tx) error {
		n = tx.Bucket([]byte("doubts")).Stats().KeyN
		return nil
	})
	want(b.t, "error", err, nil)
	return n
}

// late is a report on what the service centre took just then.
func (b *box) late(net, id string, s sms.State) *sms.Status {
	b.t.Helper()
	st, err := b.Report(b.t.Context(), &sms.Report{Net: net, ID: id, To: "07700900123", State: s, SentAt: at(2), Time: at(9)}, settle)
	if err != nil {
		b.t.Fatal(err)
	}
	return st
}

func TestReportGivesTheRefThatNeverCame(t *testing.T) {
	b := open(t)
	num := b.doubt("a", 2, "north", 1, 1, sms.Ref{Net: "sim north", ID: "7", Time: at(2)})
	b.reopen()
	want(t, "doubts", b.doubts(), 1)
	if st := b.late("sim north", "8", sms.Sent); st == nil || st.Num != num || st.Event.State != sms.Sent || st.Event.Sent != 2 {
		t.Fatalf("got %+v, want all of it sent", st)
	}
	want(t, "doubts left", b.doubts(), 0)
	b.late("sim north", "8", sms.Delivered)
	want(t, "state", b.late("sim north", "7", sms.Delivered).Event.State, sms.Delivered)
}

// What one SIM has taken is not continued by another: the recipient would see
// two senders, and no text.
func TestDoubtOfAnotherSIM(t *testing.T) {
	b := open(t)
	num := b.doubt("a", 3, "north", 0, 1)
	b.lose(num, "south", 1, 1, sms.Ref{Net: "sim south", ID: "1", Time: at(2)})
	b.late("sim north", "9", sms.Sent)
	_, st, err := b.ByNum(t.Context(), num)
	want(t, "error", err, nil)
	want(t, "refs", len(st.Refs), 1)
	want(t, "way", st.Way, "south")

	num = b.doubt("b", 3, "north", 0, 1)
	b.begin(num, "south", 0)
	b.finish(num, sms.Outcome{State: sms.Queued})
	b.late("sim north", "10", sms.Sent)
	_, st, err = b.ByNum(t.Context(), num)
	want(t, "error", err, nil)
	want(t, "refs", len(st.Refs), 1)
	want(t, "way", st.Way, "north") // which goes on behind it
}

// A segment whose reference could not be read may be what a report is on.
func TestReportThatMayBeOnASegmentWithoutReference(t *testing.T) {
	b := open(t)
	num := b.outgoing("a", "+447700900123", 1)
	b.finish(num, sent("sim north", ""))
	b.doubt("b", 1, "north", 0, 1)
	if st := b.late("sim north", "9", sms.Delivered); st != nil {
		t.Errorf("got %+v, want nothing settled", st.Event)
	}
}

// Two doubts, and two reports: what one of them settles leaves the other clear.
func TestDoubtsSettledOneByTheOther(t *testing.T) {
	b := open(t)
	b.doubt("a", 1, "north", 0, 1)
	m := message("b", 1)
	b.accept(m)
	if _, err := b.Begin(t.Context(), m.Num, sms.Begin{Way: "north", Net: "sim north", Time: at(30)}); err != nil {
		t.Fatal(err)
	}
	b.finish(m.Num, sms.Outcome{State: sms.Queued, Doubt: &sms.Doubt{Net: "sim north", Way: "north", Count: 1, From: at(1), Until: at(90)}})
	for _, r := range []sms.Report{{ID: "1", SentAt: at(2)}, {ID: "2", SentAt: at(80)}} {
		r.Net, r.To, r.State, r.Time = "sim north", m.To, sms.Delivered, at(99)
		st, err := b.Report(t.Context(), &r, settle)
		if err != nil || (st == nil) != (r.ID == "1") {
			t.Fatalf("%s: got %+v, %v", r.ID, st, err)
		}
	}
	moved, err := b.Doubts(t.Context(), settle)
	if err != nil || len(moved) != 1 || moved[0].Event.ID != "a" || moved[0].Event.State != sms.Delivered {
		t.Errorf("got %+v, %v; want a delivered", moved, err)
	}
}

// The process ends between Finish and Doubts.
func TestDoubtsAfterReopening(t *testing.T) {
	b := open(t)
	m := message("a", 1)
	b.accept(m)
	if _, err := b.Begin(t.Context(), m.Num, sms.Begin{Way: "north", Net: "sim north", Time: at(1)}); err != nil {
		t.Fatal(err)
	}
	b.late("sim north", "9", sms.Delivered)
	b.finish(m.Num, sms.Outcome{State: sms.Queued, Doubt: &sms.Doubt{Net: "sim north", Way: "north", Count: 1}})
	b.reopen()
	if nums, err := b.InDoubt(t.Context()); err != nil || !slices.Equal(nums, []uint64{m.Num}) {
		t.Errorf("in doubt: %v, %v", nums, err)
	}
	moved, err := b.Doubts(t.Context(), settle)
	if err != nil || len(moved) != 1 || moved[0].Event.State != sms.Delivered {
		t.Errorf("got %+v, %v; want it delivered", moved, err)
	}
	if nums, err := b.InDoubt(t.Context()); err != nil || len(nums) != 0 {
		t.Errorf("settled, and in doubt: %v, %v", nums, err)
	}
}

func TestDoubtsAreBoundedAndTrimmed(t *testing.T) {
	b := open(t)
	num := b.doubt("a", 1, "north", 0, 1)
	for range 20 {
		b.lose(num, "north", 0, 1)
	}
	want(t, "doubts", b.doubts(), store.DoubtsMost)
	deaf := message("b", 1)
	deaf.Receipt = false
	b.accept(deaf)
	b.lose(deaf.Num, "north", 0, 1)
	want(t, "doubts", b.doubts(), store.DoubtsMost)

	trim := func(after time.Duration) {
		t.Helper()
		if _, err := b.Trim(t.Context(), sms.Retention{}, at(2).Add(after)); err != nil {
			t.Fatal(err)
		}
		b.audit()
	}
	trim(2 * store.RefAge)
	want(t, "doubts of what waits", b.doubts(), store.DoubtsMost)
	if _, err := b.End(t.Context(), num, sms.Outcome{State: sms.Expired, Final: true, Time: at(2)}); err != nil {
		t.Fatal(err)
	}
	trim(store.RefAge)
	want(t, "doubts while a report may come", b.doubts(), store.DoubtsMost)
	trim(store.RefAge + time.Second)
	want(t, "doubts after that", b.doubts(), 0)
}

func TestFileWithoutDoubtsGetsThem(t *testing.T) {
	b := open(t)
	err := b.Inside().Update(func(tx *bbolt.Tx) error {
		if err := tx.DeleteBucket([]byte("doubts")); err != nil {
			return err
		}
		return tx.Bucket([]byte("meta")).Put([]byte("schema"), []byte{0, 0, 0, 0, 0, 0, 0, 2})
	})
	if err != nil {
		t.Fatal(err)
	}
	b.reopen()
	b.doubt("a", 1, "north", 0, 1)
	want(t, "doubts", b.doubts(), 1)
}

func TestAuditFindsDoubtsThatAreNone(t *testing.T) {
	for name, damage := range map[string]func(*bbolt.Bucket) error{
		"is missing from doubts": func(bb *bbolt.Bucket) error { k, _ := bb.Cursor().First(); return bb.Delete(k) },
		"is settled, or is none": func(bb *bbolt.Bucket) error {
			return bb.Put([]byte("\x03sim\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x01"), make([]byte, 16))
		},
		"cut short": func(bb *bbolt.Bucket) error { return bb.Put([]byte("\x03sim\x00"), nil) },
	} {
		b := &box{t: t, dir: t.TempDir()}
		b.reopen()
		b.doubt("a", 1, "north", 0, 1)
		if err := b.Inside().Update(func(tx *bbolt.Tx) error { return damage(tx.Bucket([]byte("doubts"))) }); err != nil {
			t.Fatal(err)
		}
		found, err := b.Audit(t.Context())
		if err != nil || len(found) != 1 || !strings.Contains(found[0], name) {
			t.Errorf("got %q, %v; want one that says %q", found, err, name)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
}

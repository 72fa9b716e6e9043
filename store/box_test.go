package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/store"
)

// epoch is when tests take place. The store asks no clock.
var epoch = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// at is a moment some seconds into the test.
func at(seconds int) time.Time { return epoch.Add(time.Duration(seconds) * time.Second) }

// A box is a store in a folder of its own. Every test that opens one ends with
// its audit.
type box struct {
	*store.DB
	t   testing.TB
	dir string
}

func open(t testing.TB) *box {
	t.Helper()
	b := &box{t: t, dir: t.TempDir()}
	b.reopen()
	t.Cleanup(func() {
		b.audit()
		if err := b.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return b
}

// reopen closes the store and opens it again.
func (b *box) reopen() {
	b.t.Helper()
	if b.DB != nil {
		if err := b.Close(); err != nil {
			b.t.Fatalf("close: %v", err)
		}
	}
	db, err := store.Open(store.Config{Dir: b.dir})
	if err != nil {
		b.t.Fatalf("open: %v", err)
	}
	b.DB = db
}

func (b *box) audit() {
	b.t.Helper()
	found, err := b.Audit(context.Background())
	if err != nil {
		b.t.Errorf("audit: %v", err)
	}
	for _, f := range found {
		b.t.Errorf("audit: %s", f)
	}
	b.structure()
}

// structure reads the file's pages as Recover does, without bbolt.
func (b *box) structure() {
	b.t.Helper()
	f, err := os.Open(filepath.Join(b.dir, "pigeon.db"))
	if err != nil {
		b.t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		b.t.Fatal(err)
	}
	faults, _, err := store.Structure(context.Background(), f, info.Size())
	if err != nil {
		b.t.Errorf("structure: %v", err)
	}
	for _, s := range faults {
		b.t.Errorf("structure: %s", s)
	}
}

// message is one to a number with a number of segments.
func message(id string, segments int) *sms.Message {
	return &sms.Message{
		ID: id, To: "+447700900123", Text: "hello " + id, Encoding: sms.EncodingAuto,
		Priority: sms.Normal, Receipt: true, OnDoubt: sms.Resend, Origin: "mqtt",
		Accepted: epoch, Expires: epoch.Add(time.Hour), Segments: segments,
		Meta: json.RawMessage(`{"a":1}`),
	}
}

func (b *box) accept(ms ...*sms.Message) []sms.Event {
	b.t.Helper()
	events, known, err := b.Accept(context.Background(), ms, sms.RequestKey{ID: ms[0].ID}, "waits", nil)
	if err != nil || known {
		b.t.Fatalf("accept %s: known %v, %v", ms[0].ID, known, err)
	}
	return events
}

func (b *box) begin(num uint64, way string, first int) *sms.Status {
	b.t.Helper()
	st, err := b.Begin(context.Background(), num, sms.Begin{Way: way, Route: "all", First: first, Time: at(1)})
	if err != nil {
		b.t.Fatal(err)
	}
	return st
}

func (b *box) finish(num uint64, o sms.Outcome) *sms.Status {
	b.t.Helper()
	if o.Time.IsZero() {
		o.Time = at(2)
	}
	st, err := b.Finish(context.Background(), num, o, settle)
	if err != nil {
		b.t.Fatal(err)
	}
	return st
}

// sent is the outcome of an attempt that a network took, with one ref for each
// segment.
func sent(net string, ids ...string) sms.Outcome {
	o := sms.Outcome{State: sms.Sent, Time: at(2), Await: at(600)}
	for i, id := range ids {
		o.Refs = append(o.Refs, sms.Ref{Net: net, ID: id, Segment: i, Time: at(2)})
	}
	return o
}

func (b *box) report(net, id string, to sms.Number, s sms.State) *sms.Status {
	b.t.Helper()
	st, err := b.Report(context.Background(), &sms.Report{Net: net, ID: id, To: to, State: s, Code: "TP-ST", Time: at(3)}, settle)
	if err != nil {
		b.t.Fatal(err)
	}
	return st
}

// settle is the gateway's rule in short: undelivered with the first segment,
// delivered with the last, sent where it waited and the network has it.
func settle(m *sms.Message, st *sms.Status, r *sms.Report) (sms.Outcome, bool) {
	o := sms.Outcome{Time: r.Time, Final: true, State: sms.Delivered}
	found := st.Event.State == sms.Queued && len(st.Refs) == m.Segments
	if st.Event.State != sms.Sent && st.Event.State != sms.Doubtful && !found {
		return o, false
	}
	if slices.Contains(st.Reports, sms.Undelivered) {
		o.State = sms.Undelivered
		return o, true
	}
	for i := range m.Segments {
		if i >= len(st.Reports) || st.Reports[i] != sms.Delivered {
			o.State, o.Final, o.Await = sms.Sent, false, r.Time.Add(time.Hour)
			return o, found
		}
	}
	return o, true
}

// journal returns the journal in short: "seq id state" or "seq received text".
func (b *box) journal() []string {
	b.t.Helper()
	entries, err := b.Entries(context.Background(), 0, 1<<20)
	if err != nil {
		b.t.Fatal(err)
	}
	var lines []string
	for _, e := range entries {
		if e.Event != nil {
			lines = append(lines, fmt.Sprintf("%d %s %s", e.Seq, e.Event.ID, e.Event.State))
		} else {
			lines = append(lines, fmt.Sprintf("%d received %s", e.Seq, e.Received.Text))
		}
	}
	return lines
}

func want[T any](t testing.TB, what string, got, want T) {
	t.Helper()
	g, w := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want)
	if g != w {
		t.Errorf("%s: got %s, want %s", what, g, w)
	}
}

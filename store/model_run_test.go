package store_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/store"
)

// A walk takes random moments through a store and its model at once.
type walk struct {
	b     *box
	m     *model
	now   time.Time
	texts int // parts made so far: each has words of its own
}

// TestModel checks, over random moments with the store opened anew at random,
// that after each of them
//
//   - the journal has the model's lines, in order, and nothing else;
//   - every message stands where the model says, with its refs and reports;
//   - what waits, what is counted and where followers are is the same;
//   - a known request is known, and answered with the same messages;
//   - the audit is empty whenever the store is opened anew.
func TestModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			rt.Fatal(err)
		}
		w := &walk{b: &box{t: t, dir: dir}, m: newModel(), now: epoch}
		w.reopen(rt)
		defer func() { _ = w.b.Close() }()
		rt.Repeat(map[string]func(*rapid.T){
			"":           w.compare,
			"accept":     w.accept,
			"begin":      w.begin,
			"finish":     w.finish,
			"turn":       w.turn,
			"end":        w.end,
			"end many":   w.endMany,
			"resend":     w.resend,
			"edit":       w.edit,
			"report":     w.report,
			"keep":       w.keep,
			"incomplete": w.incomplete,
			"doubts":     w.doubts,
			"passed":     w.passed,
			"trim":       w.trim,
			"file":       w.file,
			"reopen":     w.reopen,
		})
		w.reopen(rt)
	})
}

var (
	someNumbers = rapid.SampledFrom([]sms.Number{"+447700900123", "+447700900456"})
	someNets    = rapid.SampledFrom([]string{"simA", "simB"})
	someIDs     = rapid.SampledFrom([]string{"1", "2", "3"})
)

// tick lets time pass, now and then a lot of it.
func (w *walk) tick(t *rapid.T) time.Time {
	w.now = w.now.Add(rapid.SampledFrom([]time.Duration{time.Second, time.Minute, 3 * time.Hour, 50 * time.Hour}).Draw(t, "passes"))
	return w.now
}

// pick draws a message in one of some states, or skips.
func (w *walk) pick(t *rapid.T, states ...sms.State) *modelMessage {
	var some []*modelMessage
	for _, mm := range w.m.messages {
		if !mm.trimmed && slices.Contains(states, mm.state) {
			some = append(some, mm)
		}
	}
	if len(some) == 0 {
		t.Skip("none")
	}
	return rapid.SampledFrom(some).Draw(t, "message")
}

func (w *walk) accept(t *rapid.T) {
	now := w.tick(t)
	name := fmt.Sprint("m", rapid.IntRange(0, 30).Draw(t, "id"))
	key := sms.RequestKey{ID: name}
	if rapid.Bool().Draw(t, "fingerprinted") {
		key.Fingerprint = fmt.Sprint(rapid.IntRange(0, 5).Draw(t, "print"))
		key.Redelivered = rapid.Bool().Draw(t, "redelivered")
	}
	var ms []*sms.Message
	n := rapid.IntRange(1, 3).Draw(t, "recipients")
	for i := range n {
		m := message(name, rapid.IntRange(1, 3).Draw(t, "segments"))
		if n > 1 {
			m.ID = fmt.Sprint(name, ".", i+1)
		}
		m.To, m.Accepted = someNumbers.Draw(t, "to"), now
		m.Receipt = rapid.IntRange(0, 4).Draw(t, "receipt") > 0
		ms = append(ms, m)
	}
	var wants []string
	known := w.m.known(ms, key)
	for _, mm := range known {
		wants = append(wants, mm.ID+" "+string(mm.state))
	}
	var b *sms.Begin
	if n == 1 && rapid.Bool().Draw(t, "begun") {
		b = &sms.Begin{Way: "north", Route: "all", Time: now}
	}
	if len(known) == 0 {
		w.m.accept(ms, key)
		if b != nil {
			w.m.begin(w.m.alive(name), *b)
		}
		for _, m := range ms {
			wants = append(wants, m.ID+" queued")
		}
	}
	events, was, err := w.b.Accept(context.Background(), ms, key, "", b)
	var got []string
	for _, e := range events {
		got = append(got, e.ID+" "+string(e.State))
	}
	if err != nil || was != (len(known) > 0) || !slices.Equal(got, wants) {
		t.Fatalf("accept %s: got %v, known %v, %v; want %v", name, got, was, err, wants)
	}
}

func (w *walk) begin(t *rapid.T) {
	mm := w.pick(t, sms.Queued)
	b := w.someBegin(t, mm)
	w.m.begin(mm, b)
	if _, err := w.b.Begin(context.Background(), mm.Num, b); err != nil {
		t.Fatal(err)
	}
}

func (w *walk) someBegin(t *rapid.T, mm *modelMessage) sms.Begin {
	b := sms.Begin{Way: "north", Route: "all", Time: w.tick(t)}
	if rapid.Bool().Draw(t, "resume") {
		b.First = len(mm.refs)
	}
	if rapid.Bool().Draw(t, "counted") {
		b.Net, b.Segments, b.Recipient = someNets.Draw(t, "net"), mm.Segments, mm.To
		b.Stick = rapid.SampledFrom([]sms.Number{"", mm.To}).Draw(t, "stick")
	}
	return b
}

func (w *walk) finish(t *rapid.T) {
	mm := w.pick(t, sms.Sending)
	w.ended(t, mm, w.someEnd(t, mm))
}

// ended ends an attempt.
func (w *walk) ended(t *rapid.T, mm *modelMessage, o sms.Outcome) {
	w.m.finish(mm, o)
	st, err := w.b.Finish(context.Background(), mm.Num, o, settle)
	if err != nil || st.Event.State != mm.state {
		t.Fatalf("finish: got %+v, %v; want %s", st, err, mm.state)
	}
}

// turn ends one attempt and begins another message's, which may be the same one,
// or in no state for it.
func (w *walk) turn(t *rapid.T) {
	mm := w.pick(t, sms.Sending)
	next := w.pick(t, sms.Queued, sms.Sending, sms.Delivered)
	o := w.someEnd(t, mm)
	w.m.finish(mm, o)
	wanted := rapid.IntRange(0, 4).Draw(t, "wanted") > 0
	var b sms.Begin
	begins := wanted && next != mm && next.state == sms.Queued
	if begins {
		b = w.someBegin(t, next)
	}
	st, m, begun, err := w.b.Turn(context.Background(), mm.Num, o, settle, next.Num, func(m *sms.Message, _ *sms.Status) (sms.Begin, bool) {
		return b, wanted && m.Num == next.Num
	})
	if begins {
		w.m.begin(next, b)
	}
	if err != nil || (m != nil) != begins || begins && (m.ID != next.ID || begun.Event.State != sms.Sending) || st.Event.ID != mm.ID {
		t.Fatalf("turn to %s, %s: got %+v, %+v, %v", next.ID, next.state, m, begun, err)
	}
}

func (w *walk) someEnd(t *rapid.T, mm *modelMessage) sms.Outcome {
	o := sms.Outcome{Time: w.tick(t), State: rapid.SampledFrom([]sms.State{
		sms.Sent, sms.Sent, sms.Sent, sms.Queued, sms.Failed, sms.Doubtful, sms.Expired, sms.Cancelled,
	}).Draw(t, "becomes")}
	net := someNets.Draw(t, "net")
	for i := range mm.Segments {
		if o.State == sms.Sent || rapid.Bool().Draw(t, "taken") {
			o.Refs = append(o.Refs, sms.Ref{Net: net, ID: someIDs.Draw(t, "ref"), Segment: i, Time: o.Time})
		}
	}
	switch o.State {
	case sms.Sent:
		o.Final = !mm.Receipt
		o.Await = o.Time.Add(time.Hour)
	case sms.Queued:
		o.Due = o.Time.Add(time.Minute)
	default:
		o.Final = true
	}
	if mm.net != "" && rapid.IntRange(0, 2).Draw(t, "doubt") == 0 {
		first := rapid.IntRange(0, mm.Segments-1).Draw(t, "first in doubt")
		o.Doubt = w.inDoubt(t, mm, first, o.Time)
	}
	return o
}

func (w *walk) end(t *rapid.T) {
	mm := w.pick(t, sms.Queued, sms.Sent, sms.Delivered, sms.Failed)
	o := sms.Outcome{Time: w.tick(t), Final: true, State: rapid.SampledFrom([]sms.State{sms.Sent, sms.Expired, sms.Cancelled}).Draw(t, "becomes")}
	_, err := w.b.End(context.Background(), mm.Num, o)
	if !mm.state.CanBecome(o.State) {
		var se *store.StateError
		if !errors.As(err, &se) {
			t.Fatalf("%s to %s: got %v, want a StateError", mm.state, o.State, err)
		}
		return
	}
	w.m.become(mm, o)
	if err != nil {
		t.Fatal(err)
	}
}

func (w *walk) report(t *rapid.T) {
	r := &sms.Report{
		Net: someNets.Draw(t, "net"), ID: someIDs.Draw(t, "ref"), Time: w.tick(t),
		To:    rapid.SampledFrom([]sms.Number{"", "+447700900123", "07700900456"}).Draw(t, "to"),
		State: rapid.SampledFrom([]sms.State{sms.Delivered, sms.Delivered, sms.Undelivered, sms.Sent}).Draw(t, "state"),
	}
	if rapid.Bool().Draw(t, "dated") {
		r.SentAt = r.Time.Add(-rapid.SampledFrom([]time.Duration{0, time.Minute, 3 * time.Hour}).Draw(t, "ago"))
	}
	w.reportOn(t, r)
}

func (w *walk) reportOn(t *rapid.T, r *sms.Report) {
	mm := w.m.report(r)
	st, err := w.b.Report(context.Background(), r, settle)
	if err != nil || (st != nil) != (mm != nil) || st != nil && (st.Event.ID != mm.ID || st.Event.State != mm.state) {
		t.Fatalf("report: got %+v, %v; want news of %+v", st, err, mm)
	}
}

func (w *walk) keep(t *rapid.T) {
	w.texts++
	now := w.tick(t)
	p := &sms.Part{
		From: someNumbers.Draw(t, "from"), Net: "simA", Stick: rapid.SampledFrom([]sms.Number{"", "+447700900456"}).Draw(t, "stick"), Way: "north", Coding: sms.CodingGSM7, Time: now, SentAt: now,
		Text: fmt.Sprint("<", w.texts, ">"), Slot: fmt.Sprint(rapid.IntRange(0, 9).Draw(t, "slot")),
		Emptied: rapid.Bool().Draw(t, "emptied"), Concat: sms.Concat{Ref: 1, Total: rapid.IntRange(1, 3).Draw(t, "total")},
	}
	p.Concat.Seq = rapid.IntRange(1, p.Concat.Total).Draw(t, "seq")
	if p.Raw = p.Text; rapid.IntRange(0, 3).Draw(t, "again") == 0 {
		p.Raw = "always" // a repeat, where it falls on its like
	}
	want := w.m.keep(p)
	if want != "" {
		w.m.stick(p.Stick, p.Net, p.Time)
	}
	r, err := w.b.Keep(context.Background(), p, sms.Join)
	if err != nil || (r != nil) != (want != "") || r != nil && r.Text != want {
		t.Fatalf("keep: got %+v, %v; want %q", r, err, want)
	}
}

func (w *walk) incomplete(t *rapid.T) {
	before := w.now.Add(-2 * time.Hour)
	wants := 0
	// The store gives them out in the order of their keys: sender, number.
	old := slices.DeleteFunc(slices.Clone(w.m.sets), func(s *modelSet) bool { return !s.parts[0].Time.Before(before) })
	got, err := w.b.Incomplete(context.Background(), before, sms.Join)
	for _, r := range got {
		i := slices.IndexFunc(old, func(s *modelSet) bool { return joined(s) == r.Text })
		if i < 0 {
			t.Fatalf("incomplete: got %q, want one of %d", r.Text, len(old))
		}
		s := old[i]
		w.m.sets = slices.DeleteFunc(w.m.sets, func(x *modelSet) bool { return x == s })
		w.m.receive(s.parts, "?")
		wants++
	}
	if err != nil || wants != len(old) {
		t.Fatalf("incomplete: got %d, %v; want %d", len(got), err, len(old))
	}
}

func joined(s *modelSet) string {
	var ps []sms.Part
	for _, p := range s.parts {
		ps = append(ps, *p)
	}
	return sms.Join(ps).Text
}

func (w *walk) passed(t *rapid.T) {
	f := rapid.SampledFrom([]string{"mqtt", "page"}).Draw(t, "follower")
	seq := uint64(rapid.IntRange(0, len(w.m.journal)).Draw(t, "seq"))
	w.m.cursors[f] = max(w.m.cursors[f], seq)
	if err := w.b.Passed(context.Background(), f, seq); err != nil {
		t.Fatal(err)
	}
}

func (w *walk) trim(t *rapid.T) {
	keep := sms.Retention{Count: rapid.IntRange(0, 5).Draw(t, "count")}
	if rapid.Bool().Draw(t, "aged") {
		keep.Age = 24 * time.Hour
	}
	w.m.trim(keep, w.now)
	if _, err := w.b.Trim(context.Background(), keep, w.now); err != nil {
		t.Fatal(err)
	}
}

// file has what is new moved to where it belongs; nobody notices.
func (w *walk) file(t *rapid.T) {
	if err := w.b.File(); err != nil {
		t.Fatal(err)
	}
}

func (w *walk) reopen(t *rapid.T) {
	if w.b.DB != nil {
		found, err := w.b.Audit(context.Background())
		if err != nil || len(found) > 0 {
			t.Fatalf("audit: %q, %v", found, err)
		}
		if err := w.b.Close(); err != nil {
			t.Fatal(err)
		}
	}
	db, err := store.Open(store.Config{Dir: w.b.dir})
	if err != nil {
		t.Fatal(err)
	}
	db.NoSync()
	w.b.DB = db
	w.m.stirred = true
}

func (w *walk) compare(t *rapid.T) {
	ctx := context.Background()
	if got := w.b.journal(); !slices.Equal(got, w.m.journal) {
		t.Fatalf("journal:\ngot  %q\nwant %q", got, w.m.journal)
	}
	if got := w.b.texts(); !slices.Equal(got, w.m.received) {
		t.Fatalf("received: got %q, want %q", got, w.m.received)
	}
	var q sms.Queue
	var pending []string
	for _, mm := range w.m.messages {
		got, st, err := w.b.Message(ctx, mm.ID)
		if mm.trimmed {
			if w.m.alive(mm.ID) == nil && !errors.Is(err, sms.ErrNotFound) {
				t.Fatalf("%s: got %v, want it gone", mm.ID, err)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", mm.ID, err)
		}
		g := fmt.Sprintln(got.Num, got.Concat, st.Event.State, st.Event.Final, st.Event.Attempt, st.Refs, trimEmpty(st.Reports), st.Due, st.Await, st.Way, st.Net, st.Doubts)
		m := fmt.Sprintln(mm.Num, mm.Concat, mm.state, mm.final, mm.attempt, mm.refs, trimEmpty(mm.reports), mm.due, mm.await, mm.way, mm.net, mm.doubts)
		if g != m {
			t.Fatalf("%s:\ngot  %s\nwant %s", mm.ID, g, m)
		}
		switch {
		case mm.state == sms.Queued:
			q.Queued++
		case mm.state == sms.Sending:
			q.Sending++
		case !mm.await.IsZero():
			q.Awaited++
		}
		if mm.state.Waiting() {
			pending = append(pending, fmt.Sprint(mm.Num, mm.state, mm.attempt-mm.tried, mm.due))
		}
	}
	for _, s := range w.m.sets {
		q.Parts += len(s.parts)
	}
	if got, err := w.b.Counts(ctx); err != nil || got != q {
		t.Fatalf("counts: got %+v, %v; want %+v", got, err, q)
	}
	var got []string
	w.spent(t)
	w.sticky(t)
	err := w.b.Pending(ctx, func(x sms.Waiting) error {
		got = append(got, fmt.Sprint(x.Num, x.State, x.Attempt, x.Due))
		return nil
	})
	if err != nil || !slices.Equal(got, pending) {
		t.Fatalf("pending: got %q, %v; want %q", got, err, pending)
	}
	for f, seq := range w.m.cursors {
		if got, err := w.b.Cursor(ctx, f); err != nil || got != seq {
			t.Fatalf("cursor of %s: got %d, %v; want %d", f, got, err, seq)
		}
	}
}

// sticky compares whose messages leave from which SIM.
func (w *walk) sticky(t *rapid.T) {
	got, err := w.b.Sticky(context.Background())
	want := map[sms.Mark]sms.Stick{}
	for who, s := range w.m.sticky {
		want[who.Mark()] = s
	}
	if err != nil || !maps.Equal(got, want) {
		t.Fatalf("sticky: got %v, %v; want %v", got, err, want)
	}
}

// spent compares what the latest day and month of each SIM hold.
func (w *walk) spent(t *rapid.T) {
	got, err := w.b.Spent(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for net, all := range w.m.spent {
		last := all[len(all)-1].Time
		day, month, known := 0, 0, map[sms.Number]bool{}
		for _, b := range all {
			if b.Time.Format("2006-01-02") == last.Format("2006-01-02") {
				day += b.Segments
			}
			if b.Time.Format("2006-01") == last.Format("2006-01") {
				month += b.Segments
				known[b.Recipient] = true
			}
		}
		s, ok := got[net]
		if !ok && w.now.Sub(last) > 62*24*time.Hour {
			continue // trimmed
		}
		if s.Day.Segments != day || s.Month.Segments != month || len(s.Known) != len(known) {
			t.Fatalf("%s: got %d, %d segments to %d; want %d, %d to %d", net, s.Day.Segments, s.Month.Segments, len(s.Known), day, month, len(known))
		}
	}
}

// trimEmpty drops segments at the end on which nothing is reported.
func trimEmpty(s []sms.State) []sms.State {
	for len(s) > 0 && s[len(s)-1] == "" {
		s = s[:len(s)-1]
	}
	return s
}

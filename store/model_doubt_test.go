package store_test

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/pigeon-sms/pigeon/sms"
)

// TestModelOfDoubts is TestModel among messages that mostly end in doubt, with
// segments taken in order as a modem takes them, to one recipient or the other.
func TestModelOfDoubts(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			rt.Fatal(err)
		}
		w := &walk{b: &box{t: t, dir: dir}, m: newModel(), now: epoch}
		w.reopen(rt)
		defer func() { _ = w.b.Close() }()
		rt.Repeat(map[string]func(*rapid.T){
			"":        w.compare,
			"attempt": w.attempt,
			"again":   w.attempt,
			"finish":  w.lost,
			"lose":    w.lost,
			"report":  w.lateReport,
			"reports": w.lateReport,
			"doubts":  w.doubts,
			"end":     w.end,
			"trim":    w.trim,
			"reopen":  w.reopen,
		})
		w.reopen(rt)
	})
}

// inDoubt draws a doubt of the segments from one on.
func (w *walk) inDoubt(t *rapid.T, mm *modelMessage, first int, now time.Time) *sms.Doubt {
	d := &sms.Doubt{Net: mm.net, Way: mm.way, Segment: first, Count: rapid.IntRange(1, mm.Segments-first).Draw(t, "in doubt")}
	if rapid.Bool().Draw(t, "clock") {
		d.From, d.Until = mm.time.Add(-time.Minute), now.Add(time.Minute)
	}
	return d
}

// attempt begins to send a message, a new one or one that waits.
func (w *walk) attempt(t *rapid.T) {
	w.now = w.now.Add(time.Second)
	mm := w.m.alive(fmt.Sprint("m", rapid.IntRange(0, 5).Draw(t, "id")))
	if mm == nil {
		x := message(fmt.Sprint("m", w.m.nums), rapid.IntRange(1, 3).Draw(t, "segments"))
		x.To, x.Accepted = someNumbers.Draw(t, "to"), w.now
		x.Receipt = rapid.IntRange(0, 9).Draw(t, "receipt") > 0
		w.m.accept([]*sms.Message{x}, sms.RequestKey{ID: x.ID})
		w.b.accept(x)
		mm = w.m.messages[len(w.m.messages)-1]
	}
	if mm.state != sms.Queued {
		t.Skip("not waiting")
	}
	b := sms.Begin{Way: rapid.SampledFrom([]string{"north", "south"}).Draw(t, "way"), Time: w.now, Segments: mm.Segments, Recipient: mm.To}
	if b.Net = "simA"; b.Way == "south" {
		b.Net = "simB"
	}
	if b.Way == mm.way {
		b.First = len(mm.refs)
	}
	w.m.begin(mm, b)
	if _, err := w.b.Begin(context.Background(), mm.Num, b); err != nil {
		t.Fatal(err)
	}
}

// lost ends an attempt, in doubt as a rule.
func (w *walk) lost(t *rapid.T) {
	mm := w.pick(t, sms.Sending)
	w.now = w.now.Add(time.Second)
	first := len(mm.refs)
	next := rapid.IntRange(first, mm.Segments).Draw(t, "taken")
	o := sms.Outcome{Time: w.now}
	for i := first; i < next; i++ {
		o.Refs = append(o.Refs, sms.Ref{Net: mm.net, ID: fmt.Sprint(rapid.IntRange(1, 12).Draw(t, "ref")), Segment: i, Time: w.now})
	}
	if next == mm.Segments {
		o.State, o.Await = sms.Sent, w.now.Add(time.Hour)
	} else {
		o.State = rapid.SampledFrom([]sms.State{sms.Queued, sms.Queued, sms.Doubtful, sms.Expired}).Draw(t, "becomes")
		o.Final = o.State != sms.Queued
		o.Doubt = w.inDoubt(t, mm, next, w.now)
	}
	w.ended(t, mm, o)
}

// lateReport has a report come on a segment taken lately.
func (w *walk) lateReport(t *rapid.T) {
	w.now = w.now.Add(time.Second)
	w.reportOn(t, &sms.Report{
		Net: someNets.Draw(t, "net"), ID: fmt.Sprint(rapid.IntRange(1, 12).Draw(t, "ref")), Time: w.now,
		To:     rapid.SampledFrom([]sms.Number{"", "+447700900123", "07700900123", "07700900456"}).Draw(t, "to"),
		State:  rapid.SampledFrom([]sms.State{sms.Delivered, sms.Delivered, sms.Undelivered, sms.Sent}).Draw(t, "state"),
		SentAt: w.now.Add(-rapid.SampledFrom([]time.Duration{0, 10 * time.Second, 70 * time.Second}).Draw(t, "ago")),
	})
}

// claim has a report settle the doubt it is on, if there is one. early says that
// it may once something is sent; news is the message it moved.
func (m *model) claim(r *sms.Report, line int) (taken, early bool, news *modelMessage) {
	var mm *modelMessage
	at := -1
	for _, x := range m.messages {
		for i, d := range x.doubts {
			if r.To == "" || x.trimmed || !x.Receipt || x.old[d.Seq] || d.Net != r.Net ||
				uint64(line) < d.Seq || !d.Fits(r.SentAt) || !same(x.To, r.To) {
				continue
			}
			if mm != nil && (mm != x || mm.doubts[at].Segment != d.Segment) {
				return false, false, nil
			}
			if mm == nil || !mm.doubts[at].Nearer(&d, r.SentAt) {
				mm, at = x, i
			}
		}
	}
	if mm == nil {
		return false, false, nil
	}
	for _, x := range m.messages {
		if x.state == sms.Sending && (x == mm || same(x.To, r.To) && (x.net == "" || x.net == r.Net)) {
			return false, true, nil
		}
	}
	d := mm.doubts[at]
	for _, x := range m.messages {
		for _, ref := range slices.Concat(x.refs, x.lost) {
			near := d.From.IsZero() || ref.Time.Sub(r.SentAt).Abs() <= d.Until.Sub(d.From)
			if !x.trimmed && same(x.To, r.To) && near && ref.Net == r.Net && ref.ID == r.ID {
				return false, false, nil
			}
		}
	}
	mm.doubts = slices.Clone(mm.doubts)
	if mm.doubts[at].Segment++; d.Count > 1 {
		mm.doubts[at].Count--
	} else {
		mm.doubts = slices.Delete(mm.doubts, at, at+1)
	}
	enter := false
	ref := sms.Ref{Net: d.Net, ID: r.ID, Segment: d.Segment, Time: r.SentAt}
	if ref.Time.IsZero() || d.From.IsZero() {
		ref.Time = r.Time
	}
	switch {
	case slices.ContainsFunc(mm.refs, func(ref sms.Ref) bool { return ref.Segment == d.Segment }):
		enter = r.State == sms.Delivered
		mm.lost = append(mm.lost, ref)
	case mm.state != sms.Queued && mm.state != sms.Doubtful, len(mm.refs) != d.Segment,
		slices.ContainsFunc(mm.refs, func(ref sms.Ref) bool { return ref.Net != d.Net }):
		mm.lost = append(mm.lost, ref)
	default:
		enter = true
		mm.refs = append(slices.Clone(mm.refs), ref)
		mm.way, mm.net = d.Way, d.Net
	}
	if enter && m.enter(mm, d.Segment, r) {
		news = mm
	}
	return true, false, news
}

// settleDoubts has the early reports settle what they can.
func (m *model) settleDoubts() (moved []string) {
	if !m.stirred {
		return nil
	}
	m.stirred = false
	if !slices.ContainsFunc(m.messages, func(mm *modelMessage) bool {
		return !mm.trimmed && mm.Receipt && slices.ContainsFunc(mm.doubts, func(d sms.Doubt) bool { return !mm.old[d.Seq] })
	}) {
		return nil
	}
	// In the order of their keys: by SIM and id.
	slices.SortStableFunc(m.early, func(a, b modelEarly) int {
		return cmp.Or(cmp.Compare(a.r.Net, b.r.Net), cmp.Compare(len(a.r.ID), len(b.r.ID)), cmp.Compare(a.r.ID, b.r.ID))
	})
	again := false
	m.early = slices.DeleteFunc(m.early, func(e modelEarly) bool {
		taken, early, news := m.claim(e.r, e.line)
		if again = again || early || news != nil; news != nil {
			moved = append(moved, news.ID+" "+string(news.state))
		}
		return taken
	})
	m.stirred = again
	return moved
}

func (w *walk) doubts(t *rapid.T) {
	want := w.m.settleDoubts()
	moved, err := w.b.Doubts(context.Background(), settle)
	var got []string
	for _, st := range moved {
		got = append(got, st.Event.ID+" "+string(st.Event.State))
	}
	if err != nil || !slices.Equal(got, want) {
		t.Fatalf("doubts: got %q, %v; want %q", got, err, want)
	}
}

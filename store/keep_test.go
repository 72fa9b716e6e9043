package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/store"
)

// part is one of a text; its words stand for its octets.
func part(ref uint16, seq, total int, text string, sentAt time.Time) *sms.Part {
	return &sms.Part{
		From: "+447700900456", Time: sentAt.Add(5 * time.Second), SentAt: sentAt, Way: "north", Net: "sim",
		Coding: sms.CodingGSM7, Text: text, Raw: fmt.Sprintf("%d/%d/%s/%d", ref, seq, text, sentAt.Unix()),
		Concat: sms.Concat{Ref: ref, Total: total, Seq: seq},
	}
}

func (b *box) keep(p *sms.Part) *sms.Received {
	b.t.Helper()
	r, err := b.Keep(context.Background(), p, sms.Join)
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

// texts are those received so far, oldest first; one that is incomplete has a
// question mark.
func (b *box) texts() (texts []string) {
	b.t.Helper()
	all, err := b.Received(context.Background(), sms.Filter{})
	if err != nil {
		b.t.Fatal(err)
	}
	for _, r := range all {
		if r.Incomplete {
			r.Text += "?"
		}
		texts = append([]string{r.Text}, texts...)
	}
	return texts
}

func TestMessageOfOnePartIsGivenOutAtOnce(t *testing.T) {
	b := open(t)
	for _, c := range []sms.Concat{{}, {Ref: 1, Total: 1, Seq: 1}, {Ref: 1, Total: 2, Seq: 9}, {Ref: 1, Total: 300, Seq: 2}} {
		p := part(1, 1, 1, "hi", epoch)
		p.Concat = c
		r := b.keep(p)
		if r == nil || r.ID == "" || r.Seq != b.Last() || !strings.Contains(r.Text, "hi") {
			t.Errorf("%+v: got %+v, want it as line %d", c, r, b.Last())
		}
	}
	want(t, "last", b.Last(), 4)
	entries, err := b.Entries(context.Background(), 3, 10)
	want(t, "error", err, nil)
	want(t, "line 4", entries[0].Received.Text, "…hi…") // of a total that cannot be
}

func TestPartsJoinInAnyOrderAcrossRestarts(t *testing.T) {
	b := open(t)
	for _, order := range [][]int{{1, 2, 3}, {3, 1, 2}, {2, 3, 1}} {
		for i, seq := range order {
			r := b.keep(part(9, seq, 3, string("abc"[seq-1]), epoch))
			if (r != nil) != (i == 2) {
				t.Errorf("order %v, part %d: got %+v", order, i, r)
			}
			if i < 2 && b.keep(part(9, seq, 3, string("abc"[seq-1]), epoch)) != nil {
				t.Error("a repeat was given out")
			}
			q, _ := b.Counts(context.Background())
			want(t, "parts waiting", q.Parts, (i+1)%3)
			b.reopen()
			b.audit()
		}
	}
	want(t, "texts", b.texts(), []string{"abc", "abc", "abc"})
}

func TestReferencesUsedAgainDoNotMixTexts(t *testing.T) {
	for _, tc := range []struct {
		name string
		keep []*sms.Part
		want []string
	}{
		{"two texts at once, one behind the other", []*sms.Part{
			part(1, 1, 2, "a", at(0)), part(1, 1, 2, "c", at(30)), part(1, 2, 2, "b", at(1)), part(1, 2, 2, "d", at(31)),
		}, []string{"ab", "cd"}},
		{"the end of the first never comes", []*sms.Part{
			part(1, 1, 2, "a", at(0)), part(1, 1, 2, "c", at(3000)), part(1, 2, 2, "d", at(3001)),
		}, []string{"cd"}},
		{"without times, the first to come", []*sms.Part{
			part(1, 1, 2, "a", time.Time{}), part(1, 1, 2, "c", time.Time{}), part(1, 2, 2, "b", time.Time{}),
		}, []string{"ab"}},
		{"same number, other totals and widths", []*sms.Part{
			part(1, 1, 2, "a", at(0)), part(1, 2, 3, "x", at(0)), part(2, 2, 2, "y", at(0)),
			func() *sms.Part { p := part(1, 2, 2, "z", at(0)); p.Concat.Wide = true; return p }(),
			func() *sms.Part { p := part(1, 2, 2, "w", at(0)); p.From = "+447700900999"; return p }(),
		}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := open(t)
			for _, p := range tc.keep {
				b.keep(p)
			}
			want(t, "texts", b.texts(), tc.want)
		})
	}
}

func TestPartMetAgainAtItsSlotIsTheSame(t *testing.T) {
	b := open(t)
	p := part(0, 0, 0, "hi", epoch)
	p.Slot = "SM/3"
	again := func(what string, p sms.Part, kept bool) {
		t.Helper()
		commits := b.Commits()
		if r := b.keep(&p); (r != nil) != kept {
			t.Errorf("%s: got %+v, want kept %v", what, r, kept)
		}
		if !kept {
			want(t, "commits for "+what, b.Commits(), commits)
		}
	}
	again("the first", *p, true)
	b.reopen()
	again("the same", *p, false)
	emptied, slot, raw, net := *p, *p, *p, *p
	emptied.Emptied, slot.Slot, raw.Raw, net.Net = true, "SM/4", "other", "sim2"
	again("the same octets in a slot emptied", emptied, true)
	again("the same octets in another slot", slot, true)
	again("the same slot of another SIM", net, true)
	again("other octets in the slot", raw, true)
	again("the first octets again", *p, true)

	half := part(5, 1, 2, "half", epoch)
	half.Slot = "SM/9"
	b.keep(half)
	b.reopen()
	again("a part of a set", *half, false)
	whole := part(5, 2, 2, "whole", epoch)
	whole.Slot = "SM/10"
	again("the last of a set", *whole, true)
	b.reopen()
	again("a part of a set given out", *half, false)
}

func TestSlotMemoryIsBounded(t *testing.T) {
	b := open(t)
	b.NoSync()
	p := part(0, 0, 0, "hi", epoch)
	for i := range store.SlotsMost + 1 {
		p.Slot, p.Time = fmt.Sprint(i), at(i)
		b.keep(p)
	}
	p.Slot = "1"
	if b.keep(p) != nil {
		t.Error("the second slot was forgotten")
	}
	p.Slot = "0"
	if b.keep(p) == nil {
		t.Error("the first slot is remembered; want it to have made room")
	}
}

func TestIncompleteMessagesAreGivenOutInTheEnd(t *testing.T) {
	ctx := context.Background()
	b := open(t)
	for i := range 60 {
		b.keep(part(uint16(i), 2, 3, fmt.Sprint("t", i), at(i)))
	}
	b.keep(part(59, 3, 3, "end", at(9999))) // a later part does not make its set younger
	got, err := b.Incomplete(ctx, at(5+59), sms.Join)
	want(t, "error", err, nil)
	want(t, "given out", len(got), 59)
	for _, r := range got {
		if !r.Incomplete || r.Parts != 1 || r.ID == "" {
			t.Errorf("got %+v, want it incomplete", r)
		}
	}
	b.audit()
	got, _ = b.Incomplete(ctx, at(5+60), sms.Join)
	want(t, "the last", len(got), 1)
	want(t, "its parts", got[0].Parts, 2)
	got, _ = b.Incomplete(ctx, at(99999), sms.Join)
	want(t, "no more", len(got), 0)
	want(t, "last", b.Last(), 60)
}

func TestOpenSetsAreBounded(t *testing.T) {
	b := open(t)
	b.NoSync()
	for i := range store.SetsMost {
		if r := b.keep(part(uint16(i), 1, 9, fmt.Sprint("t", i), at(i))); r != nil {
			t.Fatalf("set %d: got %+v", i, r)
		}
	}
	r := b.keep(part(5000, 1, 9, "new", at(5000)))
	if r == nil || !r.Incomplete || r.Text[:2] != "t0" {
		t.Errorf("one too many: got %+v, want the oldest", r)
	}
	for i := 1; i < 9; i++ { // a set that is open may still become whole
		r = b.keep(part(5000, i+1, 9, ".", at(5000)))
	}
	if r == nil || r.Incomplete || r.Text != "new........" {
		t.Errorf("a whole one: got %+v", r)
	}
}

func TestWaitingPartsAreBounded(t *testing.T) {
	b := open(t)
	b.NoSync()
	for i := range store.PartsMost + 1 {
		set, seq := i/50, i%50+1
		r := b.keep(part(uint16(set), seq, 255, "x", at(set)))
		if (r != nil) != (i == store.PartsMost) {
			t.Fatalf("part %d: got %+v", i, r)
		}
	}
	q, _ := b.Counts(context.Background())
	want(t, "parts", q.Parts, store.PartsMost-50+1)
}

func TestReceivedAreListedFromTheNewestBack(t *testing.T) {
	ctx := context.Background()
	b := open(t)
	for i := range 5 {
		p := part(0, 0, 0, fmt.Sprint("t", i), epoch)
		if i == 2 {
			p.From = "INFO"
		}
		b.keep(p)
	}
	for _, tc := range []struct {
		f    sms.Filter
		want []string
	}{
		{sms.Filter{Limit: 2}, []string{"t4", "t3"}},
		{sms.Filter{Before: 3}, []string{"t1", "t0"}},
		{sms.Filter{To: "INFO"}, []string{"t2"}},
	} {
		all, err := b.Received(ctx, tc.f)
		var got []string
		for _, r := range all {
			got = append(got, r.Text)
		}
		want(t, "error", err, nil)
		want(t, fmt.Sprintf("%+v", tc.f), got, tc.want)
	}
}

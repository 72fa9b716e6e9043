package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/store"
)

// some draws up to four messages in any state, of which some may be gone.
func (w *walk) some(t *rapid.T) (all []*modelMessage, nums []uint64) {
	if len(w.m.messages) == 0 {
		t.Skip("none")
	}
	for _, mm := range rapid.SliceOfNDistinct(rapid.SampledFrom(w.m.messages), 1, min(4, len(w.m.messages)), func(mm *modelMessage) uint64 { return mm.Num }).Draw(t, "messages") {
		all, nums = append(all, mm), append(nums, mm.Num)
	}
	slices.SortFunc(all, func(a, b *modelMessage) int { return int(a.Num) - int(b.Num) })
	return all, nums
}

func (w *walk) endMany(t *rapid.T) {
	all, nums := w.some(t)
	o := sms.Outcome{Time: w.tick(t), Final: true, State: sms.Cancelled}
	var want, got []string
	for _, mm := range all {
		if !mm.trimmed && mm.state == sms.Queued {
			w.m.become(mm, o)
			want = append(want, mm.ID)
		}
	}
	ended, err := w.b.EndMany(context.Background(), nums, o)
	for _, st := range ended {
		got = append(got, st.Event.ID)
	}
	if err != nil || !slices.Equal(got, want) {
		t.Fatalf("end many: got %q, %v; want %q", got, err, want)
	}
}

// resend has some messages sent again, under their own ids or as new ones. One
// that was sent again before is known.
func (w *walk) resend(t *rapid.T) {
	all, nums := w.some(t)
	how, now := sms.Again{SameID: rapid.Bool().Draw(t, "same id")}, w.tick(t)
	var want, got []string
	for _, mm := range all {
		if mm.trimmed || !mm.state.CanResend() {
			continue
		}
		if how.SameID {
			w.m.requeue(mm, now)
			want = append(want, mm.ID+" false")
			continue
		}
		next := *mm.Message.Renew(how, now)
		if was := w.m.alive(next.ID); was != nil {
			want = append(want, next.ID+" true")
			continue
		}
		w.m.renew(next)
		want = append(want, next.ID+" false")
	}
	done, err := w.b.Resend(context.Background(), nums, func(m *sms.Message) *sms.Message { return m.Renew(how, now) }, now)
	for _, r := range done {
		got = append(got, fmt.Sprint(r.Message.ID, " ", r.Known))
	}
	if err != nil || !slices.Equal(got, want) {
		t.Fatalf("resend: got %q, %v; want %q", got, err, want)
	}
}

func (m *model) requeue(mm *modelMessage, now time.Time) {
	again := mm.Message.Renew(sms.Again{SameID: true}, now)
	mm.Message.Expires, mm.Message.SendAt = again.Expires, again.SendAt
	mm.refs, mm.reports, mm.doubts, mm.way, mm.net = nil, nil, nil, "", ""
	mm.tried, mm.state, mm.final, mm.time, mm.await, mm.due = mm.attempt, sms.Queued, false, now, time.Time{}, again.SendAt
	m.say(mm)
}

// renew is accept of a message that no request is known by.
func (m *model) renew(x sms.Message) {
	m.nums++
	mm := &modelMessage{Message: x, state: sms.Queued, time: x.Accepted, due: x.SendAt, gone: map[sms.Ref]bool{}, old: map[uint64]bool{}}
	if mm.Num = m.nums; mm.Segments > 1 {
		m.concat++
		mm.Concat = m.concat
	}
	m.messages = append(m.messages, mm)
	m.say(mm)
}

// edit changes how many segments a message takes and to whom it goes, or comes
// too late.
func (w *walk) edit(t *rapid.T) {
	mm := w.pick(t, sms.Queued, sms.Sending, sms.Sent, sms.Failed)
	now, to, segments := w.tick(t), someNumbers.Draw(t, "to"), rapid.IntRange(1, 3).Draw(t, "segments")
	m, st, err := w.b.Edit(context.Background(), mm.Num, now, func(m *sms.Message) (*sms.Message, error) {
		next := *m
		next.To, next.Segments = to, segments
		return &next, nil
	}, "edited")
	if mm.state != sms.Queued || mm.attempt > 0 {
		var se *store.StateError
		if !errors.As(err, &se) {
			t.Fatalf("edit of a message that is %s, attempt %d: got %v, want a StateError", mm.state, mm.attempt, err)
		}
		return
	}
	mm.To, mm.Segments, mm.time, mm.due = to, segments, now, mm.SendAt
	if mm.Concat == 0 && segments > 1 {
		w.m.concat++
		mm.Concat = w.m.concat
	}
	w.m.say(mm)
	if err != nil || m.To != to || st.Event.To != to || st.Event.Segments != segments || st.Event.Why != "edited" {
		t.Fatalf("edit: got %+v, %+v, %v", m, st, err)
	}
}

package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/pigeon-sms/pigeon/sms"
)

func TestChoose(t *testing.T) {
	b := open(t)
	for i := range 6 {
		m := message(fmt.Sprint("m", i+1), 1)
		m.Accepted = at(i)
		if i%2 == 1 {
			m.To, m.Route = "+447700900456", "north"
		}
		b.accept(m)
	}
	b.begin(3, "south", 0)
	b.finish(3, sms.Outcome{State: sms.Failed, Final: true, Time: at(9)})
	b.begin(4, "south", 0)
	waiting := []sms.State{sms.Queued, sms.Sending}
	for _, tc := range []struct {
		name   string
		c      sms.Choice
		states []sms.State
		want   []uint64
		next   uint64
	}{
		{"all that wait", sms.Choice{}, waiting, []uint64{1, 2, 4, 5, 6}, 0},
		{"queued", sms.Choice{State: sms.Queued}, waiting, []uint64{1, 2, 5, 6}, 0},
		{"failed", sms.Choice{}, sms.Resendable(), []uint64{3}, 0},
		{"one person, as people write it", sms.Choice{To: "07700900456"}, waiting, []uint64{2, 4, 6}, 0},
		{"the route asked for", sms.Choice{Route: "north"}, waiting, []uint64{2, 4, 6}, 0},
		{"the way taken", sms.Choice{Route: "south"}, waiting, []uint64{4}, 0},
		{"accepted before", sms.Choice{Before: at(2)}, waiting, []uint64{1, 2}, 0},
		{"the first two", sms.Choice{Limit: 2}, waiting, []uint64{1, 2}, 3},
		{"the next two", sms.Choice{Limit: 2, After: 3}, waiting, []uint64{4, 5}, 5},
		{"behind the last number", sms.Choice{After: 1<<64 - 1}, waiting, nil, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			found, next, err := b.Choose(context.Background(), tc.c, tc.states)
			var got []uint64
			for _, st := range found {
				got = append(got, st.Num)
			}
			if err != nil || !slices.Equal(got, tc.want) || next != tc.next {
				t.Errorf("got %v and %d, %v; want %v and %d", got, next, err, tc.want, tc.next)
			}
		})
	}
}

// A history leads from event to event, past those of others, as far back as the
// journal goes.
func TestHistory(t *testing.T) {
	b := open(t)
	b.accept(message("m1", 1))
	b.accept(message("m2", 1))
	b.begin(1, "north", 0)
	b.begin(2, "north", 0)
	b.finish(1, sms.Outcome{State: sms.Failed, Final: true, Time: at(2)})
	renew := func(m *sms.Message) *sms.Message { return m.Renew(sms.Again{SameID: true}, at(3)) }
	if _, err := b.Resend(context.Background(), []uint64{1}, renew, at(3)); err != nil {
		t.Fatal(err)
	}
	events, err := b.History(context.Background(), "m1")
	var got []string
	for _, e := range events {
		got = append(got, fmt.Sprint(e.Seq, " after ", e.Prev, " ", e.State))
	}
	want := []string{"1 after 0 queued", "3 after 1 sending", "5 after 3 failed", "6 after 5 queued"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
	if _, err := b.History(context.Background(), "nobody"); !errors.Is(err, sms.ErrNotFound) {
		t.Errorf("unknown: got %v, want not found", err)
	}
}

// An id that is another message's is not taken for one that sends this one again.
func TestResendDoesNotTakeAnothersID(t *testing.T) {
	b := open(t)
	b.accept(message("m1", 1))
	b.accept(message("m1:r1", 1))
	b.begin(1, "north", 0)
	b.finish(1, sms.Outcome{State: sms.Failed, Final: true, Time: at(2)})
	_, err := b.Resend(context.Background(), []uint64{1}, func(m *sms.Message) *sms.Message { return m.Renew(sms.Again{}, at(3)) }, at(3))
	var fault *sms.FieldError
	if !errors.As(err, &fault) || fault.Field != "id" {
		t.Errorf("got %v, want a fault of the id", err)
	}
}

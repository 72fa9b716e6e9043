package sms_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

func TestHoldWalksEveryLimit(t *testing.T) {
	noon := time.Date(2026, 2, 27, 12, 0, 30, 500e6, time.UTC)
	midnight := time.Date(2026, 2, 28, 0, 0, 0, 0, time.UTC)
	march := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	const ann, bob, eve = sms.Number("+447700900123"), sms.Number("+447700900124"), sms.Number("+447700900125")
	type sent struct {
		ago time.Duration
		n   int
		to  sms.Number
	}
	for _, tc := range []struct {
		name     string
		limits   sms.Limits
		sent     []sent
		segments int
		until    time.Time
		why      string
		person   bool
	}{
		{name: "no limit", sent: []sent{{0, 999, ann}}, segments: 9},
		{name: "nothing sent", limits: sms.Limits{Minute: 1, Hour: 1, Day: 1, Month: 1, Recipients: 1, Gap: time.Hour}, segments: 1},
		{name: "longer than its limit, and nothing sent", limits: sms.Limits{Minute: 2, Day: 2}, segments: 5},
		{name: "longer than its limit", limits: sms.Limits{Minute: 2}, sent: []sent{{10 * time.Second, 1, ann}}, segments: 5,
			until: noon.Truncate(time.Second).Add(51 * time.Second), why: "2 a minute are sent"},
		{name: "gap", limits: sms.Limits{Gap: 20 * time.Second}, sent: []sent{{5 * time.Second, 1, ann}}, segments: 1,
			until: noon.Add(15 * time.Second), why: "there are 20s between two messages"},
		{name: "gap over", limits: sms.Limits{Gap: 20 * time.Second}, sent: []sent{{20 * time.Second, 1, ann}}, segments: 1},
		{name: "clock set back has no gap", limits: sms.Limits{Gap: 20 * time.Second}, sent: []sent{{-time.Hour, 1, ann}}, segments: 1},
		{name: "room in the minute", limits: sms.Limits{Minute: 3}, sent: []sent{{5 * time.Second, 2, ann}}, segments: 1},
		{name: "minute", limits: sms.Limits{Minute: 3}, sent: []sent{{50 * time.Second, 2, ann}, {40 * time.Second, 1, ann}}, segments: 1,
			until: noon.Truncate(time.Second).Add(11 * time.Second), why: "3 a minute are sent"},
		{name: "minute, room for two", limits: sms.Limits{Minute: 3}, sent: []sent{{50 * time.Second, 1, ann}, {40 * time.Second, 2, ann}}, segments: 2,
			until: noon.Truncate(time.Second).Add(21 * time.Second), why: "3 a minute are sent"},
		{name: "minute over", limits: sms.Limits{Minute: 3}, sent: []sent{{61 * time.Second, 3, ann}}, segments: 3},
		{name: "hour", limits: sms.Limits{Hour: 3}, sent: []sent{{50 * time.Minute, 3, ann}}, segments: 1,
			until: noon.Truncate(time.Minute).Add(11 * time.Minute), why: "3 an hour are sent"},
		{name: "day", limits: sms.Limits{Day: 200}, sent: []sent{{11 * time.Hour, 199, ann}, {time.Hour, 1, bob}}, segments: 1,
			until: midnight, why: "200 a day are sent"},
		{name: "yesterday", limits: sms.Limits{Day: 200}, sent: []sent{{13 * time.Hour, 200, ann}}, segments: 1},
		{name: "a clock behind by a day counts on", limits: sms.Limits{Day: 200}, sent: []sent{{-12 * time.Hour, 200, ann}}, segments: 1,
			until: midnight.AddDate(0, 0, 1), why: "200 a day are sent"},
		{name: "a clock that ran years ahead does not", limits: sms.Limits{Minute: 1, Hour: 1, Day: 1, Month: 1, Recipients: 1, Gap: time.Hour},
			sent: []sent{{-9000 * time.Hour, 200, ann}}, segments: 1},
		{name: "month", limits: sms.Limits{Month: 200}, sent: []sent{{600 * time.Hour, 200, ann}}, segments: 1,
			until: march, why: "200 a month are sent"},
		{name: "the longer lasting", limits: sms.Limits{Day: 2, Month: 2, Minute: 2}, sent: []sent{{0, 2, ann}}, segments: 1,
			until: march, why: "2 a month are sent"},
		{name: "a new recipient", limits: sms.Limits{Recipients: 2, Day: 2}, sent: []sent{{0, 1, ann}, {0, 1, bob}}, segments: 1,
			until: march, why: "2 recipients a month have been written to", person: true},
		{name: "room for a new recipient", limits: sms.Limits{Recipients: 2}, sent: []sent{{0, 1, ann}, {0, 1, ann}}, segments: 1},
		{name: "a known recipient", limits: sms.Limits{Recipients: 2}, sent: []sent{{0, 1, eve}, {0, 1, bob}}, segments: 1},
		{name: "recipients of last month", limits: sms.Limits{Recipients: 2}, sent: []sent{{700 * time.Hour, 1, ann}, {700 * time.Hour, 1, bob}}, segments: 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var s sms.Spent
			for _, x := range tc.sent {
				s.Add(noon.Add(-x.ago), x.n, x.to)
			}
			got := tc.limits.Hold(&s, tc.segments, eve, noon)
			if !got.Until.Equal(tc.until) || got.Why != tc.why || got.Person != tc.person {
				t.Fatalf("got %v %q person %v, want %v %q %v", got.Until, got.Why, got.Person, tc.until, tc.why, tc.person)
			}
			if tc.until.IsZero() {
				return
			}
			if h := tc.limits.Hold(&s, tc.segments, eve, tc.until.Add(-1)); h.Until.IsZero() {
				t.Error("a nanosecond before it is not held any more")
			}
			if h := tc.limits.Hold(&s, tc.segments, eve, tc.until); !h.Until.IsZero() {
				t.Errorf("when the time has come it is held until %v: %s", h.Until, h.Why)
			}
		})
	}
}

func TestNoWindowEverHoldsMoreThanItsLimit(t *testing.T) {
	l := sms.Limits{Minute: 7, Hour: 90}
	var s sms.Spent
	var at []time.Time
	now := time.Date(2026, 1, 31, 22, 0, 0, 0, time.UTC)
	for end := now.Add(4 * time.Hour); now.Before(end); now = now.Add(700 * time.Millisecond) {
		if h := l.Hold(&s, 1, "", now); h.Until.IsZero() {
			s.Add(now, 1, "")
			at = append(at, now)
		}
	}
	for i, when := range at {
		for n, width := range map[int]time.Duration{l.Minute: time.Minute, l.Hour: time.Hour} {
			if i >= n && when.Sub(at[i-n]) < width {
				t.Fatalf("%d segments in %v at %v", n+1, when.Sub(at[i-n]), when)
			}
		}
	}
	if len(at) < 4*88 {
		t.Errorf("%d in four hours of 90, want nearly all", len(at))
	}
	if len(s.Minute) > sms.TicksMost || len(s.Hour) > sms.TicksMost {
		t.Errorf("%d and %d ticks kept, want at most %d", len(s.Minute), len(s.Hour), sms.TicksMost)
	}
}

func TestUndoGivesBackWhatWasNotBegun(t *testing.T) {
	l := sms.Limits{Minute: 2, Hour: 2, Day: 2, Month: 2}
	now := time.Date(2026, 2, 27, 12, 0, 30, 0, time.UTC)
	var s sms.Spent
	s.Add(now, 2, "")
	if h := l.Hold(&s, 1, "", now); h.Until.IsZero() {
		t.Fatal("not held")
	}
	s.Undo(now, 2)
	if h := l.Hold(&s, 2, "", now); !h.Until.IsZero() {
		t.Errorf("still held until %v: %s", h.Until, h.Why)
	}
}

func TestLimitsNameTheirFaults(t *testing.T) {
	err := sms.Limits{Minute: -1, Day: 2_000_000, Recipients: -5, Gap: -time.Second}.Validate()
	if err == nil {
		t.Fatal("no fault found")
	}
	for _, want := range []string{"minute: -1", "day: 2000000", "recipients: -5", "gap: -1s"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
	if err := (sms.Limits{Minute: 1, Gap: time.Hour}).Validate(); err != nil {
		t.Errorf("good limits: %v", err)
	}
}

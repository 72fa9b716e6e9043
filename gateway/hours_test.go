package gateway

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/pigeon-sms/pigeon/sms"
)

func place(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func spans(t *testing.T, all ...string) (out []Span) {
	t.Helper()
	for _, s := range all {
		x, err := ParseSpan(s)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, x)
	}
	return out
}

var weekdays = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}

func TestNextMomentARowIsOpen(t *testing.T) {
	for _, tc := range []struct {
		name, zone string
		quiet      []string
		days       []time.Weekday
		now, want  string // RFC 3339
	}{
		{"open", "Europe/London", []string{"22:00-07:00"}, nil, "2026-01-14T12:00:00Z", "2026-01-14T12:00:00Z"},
		{"just before", "Europe/London", []string{"22:00-07:00"}, nil, "2026-01-14T21:59:59Z", "2026-01-14T21:59:59Z"},
		{"as it begins", "Europe/London", []string{"22:00-07:00"}, nil, "2026-01-14T22:00:00Z", "2026-01-15T07:00:00Z"},
		{"past midnight", "Europe/London", []string{"22:00-07:00"}, nil, "2026-01-14T03:00:00.5Z", "2026-01-14T07:00:00Z"},
		{"as it ends", "Europe/London", []string{"22:00-07:00"}, nil, "2026-01-14T07:00:00Z", "2026-01-14T07:00:00Z"},
		{"in summer", "Europe/London", []string{"22:00-07:00"}, nil, "2026-07-14T22:30:00Z", "2026-07-15T06:00:00Z"},
		{"two that meet", "UTC", []string{"12:00-13:00", "13:00-14:00"}, nil, "2026-01-14T12:30:00Z", "2026-01-14T14:00:00Z"},
		{"to midnight", "UTC", []string{"20:00-24:00"}, nil, "2026-01-14T21:00:00Z", "2026-01-15T00:00:00Z"},
		{"weekend", "Europe/London", nil, weekdays, "2026-01-17T12:00:00Z", "2026-01-19T00:00:00Z"},
		{"weekend and night", "Europe/London", []string{"22:00-07:00"}, weekdays, "2026-01-16T22:00:00Z", "2026-01-19T07:00:00Z"},
		{"the day is the place's", "Pacific/Auckland", nil, []time.Weekday{time.Saturday}, "2026-01-16T11:00:00Z", "2026-01-16T11:00:00Z"},
		{"one day a week", "UTC", nil, []time.Weekday{time.Wednesday}, "2026-01-15T00:00:00Z", "2026-01-21T00:00:00Z"},

		// 29 March 2026: 01:00 GMT becomes 02:00 BST. 25 October: 02:00 BST becomes 01:00 GMT.
		{"a night an hour short", "Europe/London", []string{"22:00-07:00"}, nil, "2026-03-28T23:00:00Z", "2026-03-29T06:00:00Z"},
		{"a night an hour long", "Europe/London", []string{"22:00-07:00"}, nil, "2026-10-24T22:00:00Z", "2026-10-25T07:00:00Z"},
		{"ends in the hour left out", "Europe/London", []string{"00:00-01:30"}, nil, "2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z"},
		{"is the hour left out", "Europe/London", []string{"01:00-02:00"}, nil, "2026-03-29T00:59:59Z", "2026-03-29T00:59:59Z"},
		{"ends in the hour that comes twice", "Europe/London", []string{"00:00-01:30"}, nil, "2026-10-24T23:15:00Z", "2026-10-25T00:30:00Z"},
		{"and is quiet in it again", "Europe/London", []string{"00:00-01:30"}, nil, "2026-10-25T01:10:00Z", "2026-10-25T01:30:00Z"},
		{"open between the two", "Europe/London", []string{"00:00-01:30"}, nil, "2026-10-25T00:45:00Z", "2026-10-25T00:45:00Z"},
		// Where midnight itself is left out: 6 September 2026, 00:00 becomes 01:00.
		{"a day without a midnight", "America/Santiago", nil, []time.Weekday{time.Sunday}, "2026-09-05T12:00:00Z", "2026-09-06T04:00:00Z"},
		{"half an hour", "Australia/Lord_Howe", []string{"01:00-02:15"}, nil, "2026-10-03T14:40:00Z", "2026-10-03T15:30:00Z"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := Hours{Quiet: spans(t, tc.quiet...), Days: tc.days, Zone: place(t, tc.zone)}
			now, err := time.Parse(time.RFC3339, tc.now)
			if err != nil {
				t.Fatal(err)
			}
			if got := h.next(now).UTC().Format(time.RFC3339Nano); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

// What next skips is closed, minute by minute, and where it stops is open.
func TestNextSkipsNothingThatIsOpen(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	zones := []*time.Location{place(t, "Europe/London"), place(t, "America/Santiago"), place(t, "Australia/Lord_Howe"), place(t, "Asia/Kathmandu")}
	for range 300 {
		h := Hours{Zone: zones[r.IntN(len(zones))]}
		for range r.IntN(3) {
			if from, until := r.IntN(dayMinutes), r.IntN(dayMinutes); from != until {
				h.Quiet = append(h.Quiet, Span{from, until})
			}
		}
		for range r.IntN(3) {
			h.Days = append(h.Days, time.Weekday(r.IntN(7)))
		}
		if h.validate() != nil {
			continue
		}
		now := time.Date(2026, 1, 1, 0, r.IntN(366*dayMinutes), 0, 0, time.UTC)
		next := h.next(now)
		if !h.open(next) {
			t.Fatalf("%+v: from %v to %v, which is closed", h, now, next)
		}
		for at := now; at.Before(next); at = at.Add(time.Minute) {
			if h.open(at) {
				t.Fatalf("%+v: from %v to %v, past %v, which is open", h, now, next, at)
			}
		}
	}
}

func TestHoursThatLeaveNoTime(t *testing.T) {
	for _, h := range []Hours{
		{Quiet: []Span{{0, 720}, {720, 0}}, Zone: time.UTC},
		{Quiet: []Span{{60, 30}, {0, 90}}, Zone: time.UTC},
	} {
		if h.validate() == nil {
			t.Errorf("%v: got no fault", h.Quiet)
		}
	}
	for _, s := range []string{"", "22:00", "22-7", "22:00-25:00", "7:00-8:00", "07:00-07:00", "24:00-07:00", "00:00-24:00:00"} {
		if got, err := ParseSpan(s); err == nil {
			t.Errorf("%q: got %v, want a fault", s, got)
		}
	}
}

// A gate holds the row's lines; what is urgent, of another row or asks for a way
// by name passes.
func TestGateHoldsTheLinesOfItsRow(t *testing.T) {
	now := time.Date(2026, 1, 14, 23, 0, 0, 0, time.UTC)
	night := Hours{Quiet: []Span{{22 * 60, 7 * 60}}, Zone: time.UTC}
	q := newQueue([]Route{{Name: "shop", Hours: night}})
	for i, w := range []sms.Waiting{{}, {Priority: sms.High}, {Priority: sms.Urgent}, {Route: "a"}, {Route: "b"}} {
		w.Num = uint64(i + 1)
		q.add(&w, now)
	}
	q.look(view{wall: now})
	if got, want := picks(q, "a", ready), []uint64{3, 4}; !slices.Equal(got, want) {
		t.Errorf("at night: got %v, want %v", got, want)
	}
	morning := time.Date(2026, 1, 15, 7, 0, 0, 0, time.UTC)
	if got := q.opens(); !got.Equal(morning) {
		t.Errorf("opens at %v, want %v", got, morning)
	}
	if got, want := q.why(1, ready, view{wall: now}), "route shop is quiet until 2026-01-15T07:00:00Z"; got != want {
		t.Errorf("why: got %q, want %q", got, want)
	}
	q.look(view{wall: morning})
	if got, want := picks(q, "a", ready), []uint64{2, 1}; !slices.Equal(got, want) {
		t.Errorf("in the morning: got %v, want %v", got, want)
	}
}

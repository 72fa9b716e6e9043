package sms_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

func TestLeftTellsOfEachLimit(t *testing.T) {
	noon := time.Date(2026, 2, 27, 12, 0, 30, 0, time.UTC)
	const ann, bob = sms.Number("+447700900123"), sms.Number("+447700900124")
	all := sms.Limits{Minute: 2, Hour: 4, Day: 6, Month: 8, Recipients: 2, Gap: 20 * time.Second}
	type sent struct {
		ago time.Duration
		n   int
		to  sms.Number
	}
	for _, tc := range []struct {
		name   string
		limits sms.Limits
		sent   []sent
		want   string
		used   float64
	}{
		{name: "no limit", sent: []sent{{0, 9, ann}}},
		{name: "nothing sent", limits: all,
			want: "2 of 2 a minute, 4 of 4 an hour, 6 of 6 a day, 8 of 8 a month, 2 of 2 recipients a month, 20s between two"},
		{name: "each for itself", limits: all, sent: []sent{{48 * time.Hour, 1, bob}, {2 * time.Hour, 1, ann}, {2 * time.Minute, 1, ann}, {30 * time.Second, 1, ann}}, used: 0.5,
			want: "1 of 2 a minute, 2 of 4 an hour, 3 of 6 a day, 4 of 8 a month, 0 of 2 recipients a month free 2026-03-01T00:00:00Z, 20s between two"},
		{name: "all spent", limits: all, sent: []sent{{10 * time.Second, 8, ann}, {5 * time.Second, 1, bob}}, used: 1,
			want: "0 of 2 a minute free 2026-02-27T12:01:21Z, 0 of 4 an hour free 2026-02-27T13:01:00Z, 0 of 6 a day free 2026-02-28T00:00:00Z, 0 of 8 a month free 2026-03-01T00:00:00Z, 0 of 2 recipients a month free 2026-03-01T00:00:00Z, 20s between two free 2026-02-27T12:00:45Z"},
		{name: "last month", limits: sms.Limits{Month: 4, Recipients: 1}, sent: []sent{{27 * 24 * time.Hour, 4, ann}},
			want: "4 of 4 a month, 1 of 1 recipients a month"},
		{name: "the tighter of two", limits: sms.Limits{Day: 10, Month: 20}, sent: []sent{{72 * time.Hour, 12, ann}, {0, 3, ann}}, used: 0.75,
			want: "7 of 10 a day, 5 of 20 a month"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var s sms.Spent
			for _, x := range tc.sent {
				s.Add(noon.Add(-x.ago), x.n, x.to)
			}
			var got []string
			for _, a := range tc.limits.Left(&s, noon) {
				said := a.String()
				if !a.FreeAt.IsZero() {
					said += " free " + a.FreeAt.Format(time.RFC3339)
				}
				if a.Left != max(0, a.Most-a.Spent) || (a.Left == 0) != a.FreeAt.After(noon) {
					t.Errorf("%+v does not add up", a)
				}
				got = append(got, said)
			}
			if g := strings.Join(got, ", "); g != tc.want {
				t.Errorf("got  %s\nwant %s", g, tc.want)
			}
			if used := tc.limits.Used(&s, noon); math.Abs(used-tc.used) > 1e-9 {
				t.Errorf("used: got %v, want %v", used, tc.used)
			}
		})
	}
}

// With none left nothing more may go, and at FreeAt one more may.
func TestLeftAgreesWithHold(t *testing.T) {
	now := time.Date(2026, 2, 27, 12, 0, 30, 0, time.UTC)
	for _, l := range []sms.Limits{{Minute: 3}, {Hour: 3}, {Day: 3}, {Month: 3}, {Gap: time.Minute}} {
		t.Run(fmt.Sprintf("%+v", l), func(t *testing.T) {
			var s sms.Spent
			for i := range 5 {
				a := l.Left(&s, now)[0]
				if h := l.Hold(&s, 1, "", now); !h.Until.Equal(a.FreeAt) {
					t.Errorf("after %d: held until %v, and free at %v", i, h.Until, a.FreeAt)
				}
				s.Add(now, 1, "")
				now = now.Add(7 * time.Second)
			}
		})
	}
}

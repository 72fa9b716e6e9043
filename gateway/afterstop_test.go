package gateway

import (
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

func TestVigilEnds(t *testing.T) {
	start := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	at := func(d time.Duration) time.Time { return start.Add(d) }
	long := Config{DoubtWait: 10 * time.Minute}
	c := Config{DoubtWait: 30 * time.Second}
	for _, tc := range []struct {
		name  string
		c     Config
		m     sms.Message
		ready time.Duration // after the start; 0: never
		want  time.Duration
	}{
		{"a quick modem", c, sms.Message{Receipt: true}, time.Millisecond, 30*time.Second + time.Millisecond},
		{"a slow one", c, sms.Message{Receipt: true}, 2 * time.Minute, 2*time.Minute + 30*time.Second},
		{"just before the limit", c, sms.Message{Receipt: true}, 5*time.Minute - time.Second, 5*time.Minute + 29*time.Second},
		{"after it", c, sms.Message{Receipt: true}, time.Hour, time.Hour + 30*time.Second},
		{"none", c, sms.Message{Receipt: true}, 0, 5 * time.Minute},
		{"none, and longer waits", long, sms.Message{Receipt: true}, 0, 10 * time.Minute},
		{"no report comes", c, sms.Message{}, 2 * time.Minute, 0},
		{"urgent", c, sms.Message{Receipt: true, Priority: sms.Urgent}, 2 * time.Minute, 0},
		{"it expires too soon", c, sms.Message{Receipt: true, Expires: at(30 * time.Second)}, 2 * time.Minute, 0},
		{"it expires before the limit", c, sms.Message{Receipt: true, Expires: at(3 * time.Minute)}, 2 * time.Minute, 30 * time.Second},
		{"it expires before the limit, of a quick one", c, sms.Message{Receipt: true, Expires: at(3 * time.Minute)}, time.Second, 30 * time.Second},
		{"it expires later", c, sms.Message{Receipt: true, Expires: at(time.Hour)}, 2 * time.Minute, 2*time.Minute + 30*time.Second},
	} {
		v, why := tc.c.afterStop(&tc.m, "sim", start)
		var ready time.Time
		if tc.ready > 0 {
			ready = at(tc.ready)
		}
		if v.wait == 0 {
			ready = time.Time{} // it waits for nothing
		}
		if got := v.ends(ready).Sub(start); got != tc.want || why == "" {
			t.Errorf("%s: got %v, %q, want %v", tc.name, got, why, tc.want)
		}
	}
}

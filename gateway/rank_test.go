package gateway

import (
	"strings"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

func TestRankOrdersEqualWays(t *testing.T) {
	now := time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	for _, tc := range []struct {
		name  string
		loads map[string]load
		want  string
	}{
		{"all new: as they stand", nil, "a b c"},
		{"never used before used", map[string]load{"a": {used: ago(time.Hour)}, "b": {used: ago(time.Minute)}}, "c a b"},
		{"longest unused first", map[string]load{"a": {used: ago(1)}, "b": {used: ago(3)}, "c": {used: ago(2)}}, "b c a"},
		{"fewest in progress first", map[string]load{"a": {busy: 2}, "b": {busy: 1, used: now}, "c": {busy: 3}}, "b a c"},
		{"a failure weighs as an attempt", map[string]load{"a": {failed: 1, at: now}, "b": {busy: 2}, "c": {used: now}}, "c a b"},
		{"many failures", map[string]load{"a": {failed: 5, at: now}, "b": {busy: 4}, "c": {busy: 3, used: now}}, "c b a"},
		{"failures long past", map[string]load{"a": {failed: 5, at: ago(time.Hour)}, "b": {used: now}, "c": {used: ago(1)}}, "a c b"},
		{"half the failures", map[string]load{"a": {failed: 4, at: ago(failureHalf)}, "b": {busy: 3}, "c": {busy: 1}}, "c a b"},
		{"clock set back", map[string]load{"a": {failed: 1, at: now.Add(time.Hour)}}, "b c a"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			ways := []sms.Way{{Name: "a"}, {Name: "b"}, {Name: "c"}}
			rank(ways, tc.loads, now)
			if got := strings.Join([]string{ways[0].Name, ways[1].Name, ways[2].Name}, " "); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestFailuresFadeAndAreForgiven(t *testing.T) {
	now := time.Now()
	var l load
	for range 4 {
		l.ended(false, now)
	}
	if got := l.failures(now); got != 4 {
		t.Errorf("four failures weigh %v, want 4", got)
	}
	if got := l.failures(now.Add(2 * failureHalf)); got != 1 {
		t.Errorf("two half-lives later %v, want 1", got)
	}
	if l.ended(true, now.Add(failureHalf)); l.failed != 1 {
		t.Errorf("a half-life and a success later %v, want 1", l.failed)
	}
}

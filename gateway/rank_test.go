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
		{"in progress weighs by how long it takes", map[string]load{"a": {busy: 1, pace: 2}, "b": {busy: 5, pace: 0.2}, "c": {busy: 3, pace: 1}}, "b a c"},
		{"a failure too", map[string]load{"a": {failed: 1, at: now, pace: 2}, "b": {failed: 3, at: now, pace: 0.2}, "c": {busy: 1, pace: 1}}, "b c a"},
		{"whose turn it is", map[string]load{"a": {turn: 9, pace: 0.2}, "b": {turn: 8, pace: 2}, "c": {turn: 10, pace: 0.2}}, "b a c"},
		{"of one turn the faster", map[string]load{"a": {pace: 2}, "b": {pace: 0.2, used: now}, "c": {pace: 1}}, "b c a"},
		{"of one turn and pace the one with more left", map[string]load{"a": {pace: 1, spent: 0.9}, "b": {pace: 1, spent: 0.5, used: now}, "c": {pace: 1, spent: 1}}, "b a c"},
		{"fast with little left and slow with much", map[string]load{"a": {pace: 0.2, spent: 0.95}, "b": {pace: 2}, "c": {pace: 0.2}}, "c b a"},
		{"unknown pace is that of the others", map[string]load{"a": {pace: 2}, "b": {pace: 0.2}, "c": {}}, "b c a"},
		{"clock set back", map[string]load{"a": {failed: 1, at: now.Add(time.Hour)}}, "b c a"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			ways := []sms.Way{{Name: "a"}, {Name: "b"}, {Name: "c"}}
			rank(ways, tc.loads, paces(ways, tc.loads), now)
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

func TestPaceIsTheMeanOfRecentSegments(t *testing.T) {
	var l load
	l.took(time.Second, 0) // nothing was taken
	if l.pace != 0 {
		t.Errorf("after nothing %v, want none", l.pace)
	}
	if l.took(6*time.Second, 3); l.pace != 2 {
		t.Errorf("after three segments in 6 s %v, want 2", l.pace)
	}
	for range 40 {
		l.took(200*time.Millisecond, 1)
	}
	if l.pace < 0.2 || l.pace > 0.22 {
		t.Errorf("after forty of 200 ms %v, want 0.2", l.pace)
	}
	var instant load
	if instant.took(0, 1); instant.pace != paceLeast {
		t.Errorf("of no time %v, want %v", instant.pace, paceLeast)
	}
}

// Dealt one by one, all ways free each time, messages are shared as the ways
// are fast and have quota left.
func TestTurnsShareByPaceAndQuota(t *testing.T) {
	for _, tc := range []struct {
		name  string
		loads map[string]load
		quota map[string]int // what a way may send in all; none: no limit
		n     int
		want  map[string]int
	}{
		{"alike", map[string]load{"a": {pace: 1}, "b": {pace: 1}}, nil, 100, map[string]int{"a": 50, "b": 50}},
		{"nothing is known", map[string]load{}, nil, 100, map[string]int{"a": 50, "b": 50}},
		{"200 ms and 2 s", map[string]load{"a": {pace: 0.2}, "b": {pace: 2}}, nil, 1100, map[string]int{"a": 1000, "b": 100}},
		{"half left and all", map[string]load{"a": {pace: 1, spent: 0.5}, "b": {pace: 1}}, nil, 300, map[string]int{"a": 100, "b": 200}},
		{"a small quota and a large", map[string]load{"a": {pace: 1}, "b": {pace: 1}}, map[string]int{"a": 100, "b": 300}, 200, map[string]int{"a": 79, "b": 121}},
		{"a quota and none", map[string]load{"a": {pace: 1}, "b": {pace: 1}}, map[string]int{"a": 100}, 200, map[string]int{"a": 72, "b": 128}},
		{"one has missed many turns", map[string]load{"a": {pace: 1, turn: 1000}, "b": {pace: 1}}, nil, 100, map[string]int{"a": 50, "b": 50}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			now, moment := time.Now(), 999.0
			got := map[string]int{}
			for range tc.n {
				ways := []sms.Way{{Name: "a"}, {Name: "b"}}
				for name, most := range tc.quota {
					l := tc.loads[name]
					l.spent = float64(got[name]) / float64(most)
					tc.loads[name] = l
				}
				pace := paces(ways, tc.loads)
				rank(ways, tc.loads, pace, now)
				name := ways[0].Name
				l := tc.loads[name]
				moment = l.given(moment, now)
				l.busy--
				l.took(time.Duration(pace[name]*float64(time.Second)), 1)
				tc.loads[name] = l
				got[name]++
			}
			for name, want := range tc.want {
				if d := got[name] - want; d < -2-want/50 || d > 2+want/50 {
					t.Errorf("got %v, want %v", got, tc.want)
				}
			}
		})
	}
}

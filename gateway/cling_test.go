package gateway

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

func withSIM(name, iccid string, ready bool) sms.Way {
	return sms.Way{Name: name, Kind: "modem", Ready: ready, Window: 1, Modem: &sms.Modem{ICCID: iccid}}
}

func TestBoundLeavesTheWaysOfTheSIM(t *testing.T) {
	all := []sms.Way{withSIM("a", "simA", true), withSIM("b", "simB", false), withSIM("c", "simB", true)}
	for _, tc := range []struct {
		name  string
		route Route
		aside []string
		stick string
		want  string
	}{
		{"held to none", Route{}, nil, "", "abc"},
		{"held to one", Route{}, nil, "simA", "a"},
		{"of a SIM that has moved both", Route{}, nil, "simB", "bc"},
		{"in no modem", Route{}, nil, "simC", ""},
		{"in a way the row does not offer", Route{Via: []string{"b", "c"}}, nil, "simA", "abc"},
		{"in a way that has refused it", Route{}, []string{"a"}, "simA", "abc"},
		{"moved to a way that has not refused it", Route{}, []string{"b"}, "simB", "c"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := ""
			for _, w := range bound(tc.route, tc.aside, tc.stick, all) {
				got += w.Name
			}
			if got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestPictureOfSIMsIsBounded(t *testing.T) {
	var s sticks
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	who := func(i int) sms.Mark { return sms.Number(fmt.Sprintf("+4477%08d", i)).Mark() }
	for i := range 3 * sms.SticksMost {
		s.put(who(i), sms.StickTo("sim", now.Add(time.Duration(i)*time.Minute)))
	}
	now = now.Add(3 * sms.SticksMost * time.Minute)
	if n := len(s.by); n > sms.SticksMost || n < sms.SticksMost*3/4 {
		t.Errorf("%d people are remembered, want nearly %d", n, sms.SticksMost)
	}
	if s.sim(who(3*sms.SticksMost-1), now) == "" || s.sim(who(0), now) != "" {
		t.Error("the newest was forgotten, or the oldest was not")
	}
	if s.sim(who(3*sms.SticksMost-1), now.AddDate(0, 0, sms.StickDays+1)) != "" {
		t.Error("one is remembered for ever")
	}
}

// stuckQueue is one whose only row is sticky, with people used to simA.
func stuckQueue(people int, now time.Time) *queue {
	q := newQueue([]Route{{Name: "all", Sticky: true}})
	q.sticks, q.wait = &sticks{}, time.Minute
	for i := range people {
		q.sticks.put(person(i).Mark(), sms.StickTo("simA", now))
	}
	return q
}

func person(i int) sms.Number { return sms.Number(fmt.Sprintf("+4477%08d", i)) }

func TestComingAndGoingSIMStartsEachClockOnce(t *testing.T) {
	now := time.Now()
	q := stuckQueue(100, now)
	for i := range 100 {
		q.add(&sms.Waiting{Num: uint64(i + 1), To: person(i)}, now)
	}
	for i := range 50 {
		q.hold([]sms.Way{withSIM("a", "simA", i%2 == 0), withSIM("b", "simB", true)}, now.Add(time.Duration(i)*time.Second))
	}
	if q.lapses.len() != 100 {
		t.Errorf("%d clocks run, want 100", q.lapses.len())
	}
	if at := q.wake(); !at.Equal(now.Add(time.Minute + time.Second)) { // it was gone first after a second
		t.Errorf("wakes %v after the start, want 1m1s", at.Sub(now))
	}
	ways := []sms.Way{withSIM("a", "simA", false), withSIM("b", "simB", true)}
	if e := q.pick("b", ways); e != nil {
		t.Fatalf("b was given message %d before its time", e.num)
	}
	q.loosen(now.Add(time.Minute + time.Second))
	if n := len(picks(q, "b", ways)); n != 100 {
		t.Errorf("b was given %d, want 100", n)
	}
}

// A chain holds exactly those that wait, whatever order they leave in.
func TestChainOfARecipient(t *testing.T) {
	now := time.Now()
	q := stuckQueue(3, now)
	in := map[uint64]bool{}
	for n := range uint64(3000) {
		q.add(&sms.Waiting{Num: n + 1, To: person(rand.IntN(3))}, now)
		in[n+1] = true
		if num := rand.Uint64N(n+1) + 1; in[num] && rand.IntN(4) > 0 {
			delete(in, num)
			q.remove(q.byNum[num])
		}
	}
	chained := 0
	for i := range 3 {
		for e := q.people[person(i).Mark()]; e != nil; e = e.tie.next {
			if chained++; !in[e.num] || e.tie.next != nil && e.tie.next.tie.prev != e {
				t.Fatalf("message %d is in the chain wrongly", e.num)
			}
		}
	}
	if chained != len(in) {
		t.Errorf("%d are chained, and %d wait", chained, len(in))
	}
	for num := range in {
		q.remove(q.byNum[num])
	}
	if len(q.people) != 0 {
		t.Errorf("%d people are left, want none", len(q.people))
	}
}

// BenchmarkPastTheHeld gives a way a message while a crowd waits for a SIM that
// is gone.
func BenchmarkPastTheHeld(b *testing.B) {
	for _, crowd := range []int{0, 1000, 9000} {
		b.Run(fmt.Sprint(crowd), func(b *testing.B) {
			now := time.Now()
			q := stuckQueue(crowd, now)
			for i := range crowd {
				q.add(&sms.Waiting{Num: uint64(i + 1), To: person(i)}, now)
			}
			ways := []sms.Way{withSIM("a", "simA", false), withSIM("b", "simB", true)}
			num := uint64(crowd)
			for b.Loop() {
				num++
				q.add(&sms.Waiting{Num: num, To: "+15551234567"}, now)
				q.hold(ways, now)
				if e := q.pick("b", ways); e == nil {
					b.Fatal("nothing was given")
				} else {
					q.remove(e)
				}
			}
		})
	}
}

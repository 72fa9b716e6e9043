package gateway

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// sticks is the picture in memory of who is used to which SIM, as the store has
// it: the one that carried the last message to somebody, or received the last
// from them. Its zero value
// remembers nobody.
type sticks struct {
	mu sync.Mutex
	by map[sms.Mark]sms.Stick // guarded by mu
}

// fill takes over what the store has kept.
func (s *sticks) fill(all map[sms.Mark]sms.Stick) {
	s.mu.Lock()
	defer s.mu.Unlock()
	nets := map[string]string{} // thousands of people share a few SIMs' names
	for who, k := range all {
		if nets[k.Net] == "" {
			nets[k.Net] = k.Net
		}
		k.Net = nets[k.Net]
		all[who] = k
	}
	s.by = all
}

// sim names the SIM somebody is used to; empty where none is known.
func (s *sticks) sim(who sms.Mark, now time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, ok := s.by[who]
	if !ok || k.Over(now) {
		return ""
	}
	return k.Net
}

// put notes a SIM, and reports whether it is another than before.
func (s *sticks) put(who sms.Mark, k sms.Stick) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.by[who]
	if !k.Renews(was) {
		return false
	}
	if s.by == nil {
		s.by = map[sms.Mark]sms.Stick{}
	}
	s.by[who] = k
	if len(s.by) > sms.SticksMost {
		s.forget()
	}
	return k.Net != was.Net
}

// forget drops the eighth longest unheard of: many at a time, as they have to
// be sorted for it. The store drops them one by one; who is remembered here a
// little longer or shorter makes no difference that anybody could rely on.
func (s *sticks) forget() {
	all := slices.SortedFunc(maps.Keys(s.by), func(a, b sms.Mark) int { return cmp.Compare(s.by[a].Day, s.by[b].Day) })
	for _, who := range all[:len(all)/8] {
		delete(s.by, who)
	}
}

// bound is what is left of the ways for a message that is held to a SIM: those
// with that SIM in them, none where it is not there, and all where the row does
// not offer its way or the way has refused the message.
func bound(r Route, aside []string, stick string, ways []sms.Way) []sms.Way {
	if stick == "" {
		return ways
	}
	var own []sms.Way
	there := false
	for _, w := range ways {
		if sim(w) != stick {
			continue
		}
		there = true
		if r.offers(w) && !slices.Contains(aside, w.Name) {
			own = append(own, w)
		}
	}
	if there && own == nil {
		return ways
	}
	return own
}

// clingWhy says what a message waits for that is held to a SIM which takes
// nothing now.
func clingWhy(own []sms.Way, until time.Time, wait time.Duration) string {
	what := "it is in no modem"
	if len(own) > 0 {
		what = describe(own[0])
	}
	then := "for " + wait.String() + " at most"
	if !until.IsZero() {
		then = "until " + until.UTC().Format(time.RFC3339)
	}
	return "waits for the SIM that its recipient is used to (" + what + ") " + then + ", then goes another way"
}

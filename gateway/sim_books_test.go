package gateway_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// simBooks is what everybody but the gateway knows: clients of what they asked
// for, the network of what it took and said, the follower of what it read. From
// it the promises are checked.
type simBooks struct {
	t    *testing.T
	seed uint64

	mu      sync.Mutex
	by      map[string]*simStory // by name of the request and recipient
	stories []*simStory          // in the order of their first mention
	journal []string             // what the follower read, by number
	lines   []sms.Entry
	texts   map[string]*simText // by words
	begun   []sms.Begin         // attempts that were counted, whether they came to anything or not
	clock   int                 // orders calls and their ends, which false time does not
}

// A simStory is one message.
type simStory struct {
	key       string
	id        string
	message   *sms.Message // as the network met it
	row       string
	called    int // when its request was made
	acked     int // when that was first answered; 0: never
	cancelled int // when a cancellation was confirmed
	asked     bool
	state     sms.State // as it is on disk
	seq       uint64
	events    []sms.Event
	attempts  []*simAttempt
	copies    []simCopy
	said      map[sms.State]int // reports, one for each copy and state
	doubt     bool
	priority  sms.Priority
	to        sms.Number
	hold      bool
	later     bool // it names a time before which it is not to be sent
	expires   time.Time
}

type simAttempt struct {
	n, first int
	life     int
	way, sim string
	urgent   bool
	begun    time.Time
	segments int
	whole    bool // the network took all that was left of it, and said so
	over     bool // Send has returned
	doubt    bool // Send said that nobody knows
	reject   bool
	written  bool // how it ended is on disk
	asDoubt  bool // and that is: in doubt
}

// A simCopy is a segment that the network took.
type simCopy struct {
	segment int
	sim     string
}

// A simText is a message that is to come in.
type simText struct {
	whole    string
	kept     int // parts that were taken over
	total    int
	missing  bool
	received []sms.Received
}

func newSimBooks(t *testing.T, seed uint64) *simBooks {
	return &simBooks{t: t, seed: seed, by: map[string]*simStory{}, texts: map[string]*simText{}}
}

func (b *simBooks) fault(format string, args ...any) {
	b.t.Helper()
	b.t.Errorf("seed %d, %s: %s", b.seed, time.Now().UTC().Format("02 15:04:05.000"), fmt.Sprintf(format, args...))
}

// now draws the next tick of the clock. The caller holds mu.
func (b *simBooks) now() int { b.clock++; return b.clock }

// story finds a message, or opens its story. The caller holds mu.
func (b *simBooks) story(meta json.RawMessage, to sms.Number) *simStory {
	key := strings.TrimSuffix(strings.TrimPrefix(string(meta), `{"m":"`), `"}`) + " to " + string(to)
	s := b.by[key]
	if s == nil {
		s = &simStory{key: key, to: to, said: map[sms.State]int{}}
		b.by[key] = s
		b.stories = append(b.stories, s)
	}
	return s
}

// committed notes where a message stands on disk.
func (b *simBooks) committed(st *sms.Status) {
	if st == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.story(st.Event.Meta, st.Event.To)
	if st.Event.Seq > s.seq {
		s.seq, s.state = st.Event.Seq, st.Event.State
	}
	s.doubt = s.doubt || st.Doubt
}

// counts notes an attempt that may have been counted against a SIM's limits.
func (b *simBooks) counts(begun sms.Begin) {
	b.mu.Lock()
	b.begun = append(b.begun, begun)
	b.mu.Unlock()
}

// ended notes how an attempt is written to have ended.
func (b *simBooks) ended(st *sms.Status, o sms.Outcome) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, a := range b.story(st.Event.Meta, st.Event.To).attempts {
		if a.n == st.Event.Attempt {
			a.written, a.asDoubt = true, o.Doubt != nil
		}
	}
}

// begins checks whether an attempt may be made, and opens it.
func (b *simBooks) begins(life int, way, sim string, a *sms.Attempt) (*simStory, *simAttempt) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s, now := b.story(a.Meta, a.To), time.Now()
	b.mayLeave(s, a, life, now)
	b.inOrder(s, now)
	if s.message != nil && s.message.Concat != a.Concat || (a.Concat != 0) != (a.Segments > 1) {
		b.fault("%s: concatenation reference %d on attempt %d", s.key, a.Concat, a.N)
	}
	s.message = a.Message
	if a.First > 0 && !b.has(s, sim, a.First) {
		b.fault("%s: attempt %d goes on at segment %d with %s, which has not sent what is before", s.key, a.N, a.First, sim)
	}
	at := &simAttempt{n: a.N, first: a.First, life: life, way: way, sim: sim, begun: now, urgent: a.Priority == sms.Urgent, segments: a.Segments - a.First}
	s.attempts = append(s.attempts, at)
	return s, at
}

func (b *simBooks) mayLeave(s *simStory, a *sms.Attempt, life int, now time.Time) {
	switch {
	case s.cancelled > 0:
		b.fault("%s: sent after it was cancelled", s.key)
	case now.Before(a.SendAt):
		b.fault("%s: sent before %v", s.key, a.SendAt)
	case !a.Expires.IsZero() && now.After(a.Expires):
		b.fault("%s: sent after it expired at %v", s.key, a.Expires)
	}
	for _, p := range s.attempts {
		lost := p.life < life && !p.written
		unsure := p.doubt || p.asDoubt || lost
		switch {
		case p.n >= a.N:
			b.fault("%s: attempt %d after attempt %d", s.key, a.N, p.n)
		case !p.over:
			b.fault("%s: attempt %d while %d is on its way", s.key, a.N, p.n)
		case p.whole && !unsure:
			b.fault("%s: attempt %d, and %d was taken by the network", s.key, a.N, p.n)
		case unsure && a.OnDoubt == sms.Hold:
			b.fault("%s: attempt %d after %d ended in doubt, and it says hold", s.key, a.N, p.n)
		}
		s.doubt = s.doubt || unsure
	}
}

// inOrder checks that nothing equal that was accepted before waits.
func (b *simBooks) inOrder(s *simStory, now time.Time) {
	if s.later || s.doubt {
		return
	}
	for _, o := range b.stories {
		like := o != s && o.to == s.to && o.row == s.row && o.priority == s.priority
		if !like || o.later || o.doubt || o.acked == 0 || o.acked > s.called || o.state != "" && !o.state.Waiting() {
			continue
		}
		gone := slices.ContainsFunc(o.attempts, func(a *simAttempt) bool { return a.whole })
		if !gone && o.expires.After(now) {
			b.fault("%s leaves before %s, which was accepted before and waits", s.key, o.key)
		}
	}
}

// has reports whether a SIM has sent the first so many segments. The caller
// holds mu.
func (b *simBooks) has(s *simStory, sim string, upTo int) bool {
	for i := range upTo {
		if !slices.Contains(s.copies, simCopy{i, sim}) {
			return false
		}
	}
	return true
}

// ends closes an attempt.
func (b *simBooks) ends(s *simStory, at *simAttempt, refs int, doubt, reject bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	at.over, at.doubt, at.reject = true, doubt, reject
	at.whole = refs == at.segments
	s.doubt = s.doubt || doubt
}

// heard enters a line of the journal. It is known or the next.
func (b *simBooks) heard(e sms.Entry) {
	line, err := json.Marshal(e)
	b.mu.Lock()
	defer b.mu.Unlock()
	n := uint64(len(b.journal))
	switch {
	case err != nil:
		b.fault("line %d: %v", e.Seq, err)
	case e.Seq > n+1:
		b.fault("line %d follows on %d", e.Seq, n)
	case e.Seq <= n:
		if b.journal[e.Seq-1] != string(line) {
			b.fault("line %d was\n%s\nand is\n%s", e.Seq, b.journal[e.Seq-1], line)
		}
	default:
		b.journal = append(b.journal, string(line))
		b.lines = append(b.lines, e)
		if e.Event != nil {
			b.event(*e.Event)
		}
		if e.Received != nil {
			b.received(*e.Received)
		}
	}
}

func (b *simBooks) event(e sms.Event) {
	s := b.story(e.Meta, e.To)
	if len(s.events) == 0 {
		s.id = e.ID
		if e.State != sms.Queued || e.Attempt != 0 || e.Final {
			b.fault("%s begins with %+v", s.key, e)
		}
	} else {
		last := s.events[len(s.events)-1]
		switch {
		case e.ID != s.id:
			b.fault("%s has the ids %s and %s: it was accepted twice", s.key, s.id, e.ID)
		case !last.State.CanBecome(e.State), last.Final && last.State != sms.Doubtful:
			b.fault("%s: %s (final: %v) became %s", s.key, last.State, last.Final, e.State)
		case e.Attempt < last.Attempt || e.Attempt > last.Attempt+1:
			b.fault("%s: attempt %d after %d", s.key, e.Attempt, last.Attempt)
		}
	}
	s.events = append(s.events, e)
}

func (b *simBooks) received(r sms.Received) {
	words, _, _ := strings.Cut(strings.TrimLeft(r.Text, sms.Missing), " ")
	t := b.texts[words]
	if t == nil {
		b.fault("a text that nobody sent: %q", r.Text)
		return
	}
	t.received = append(t.received, r)
}

// final checks what everything has come to.
func (b *simBooks) final(attempts int, last uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n := uint64(len(b.journal)); n != last {
		b.fault("the follower was told %d lines, and the journal has %d", n, last)
	}
	for _, s := range b.stories {
		if len(s.events) == 0 {
			if s.acked > 0 {
				b.fault("%s was accepted, and the journal does not know it", s.key)
			}
			continue
		}
		b.truth(s, attempts)
	}
	for words, t := range b.texts {
		switch {
		case t.kept == 0:
		case len(t.received) != 1:
			b.fault("text %s: %d of %d parts were taken over, and it came %d times: %+v", words, t.kept, t.total, len(t.received), t.received)
		case t.missing == (t.received[0].Text == t.whole) || t.missing != t.received[0].Incomplete:
			b.fault("text %s (some missing: %v) came as %+v", words, t.missing, t.received[0])
		}
	}
}

// dump tells every story, for one who looks at one seed.
func (b *simBooks) dump() {
	for _, s := range b.stories {
		b.t.Logf("%s, %v, row %q, hold: %v, asked for at %d, answered at %d, copies %v, said %v: %s",
			s.key, s.priority, s.row, s.hold, s.called, s.acked, s.copies, s.said, s.tale())
	}
}

// truth checks where a message ended.
func (b *simBooks) truth(s *simStory, most int) {
	finals := 0
	for i, e := range s.events {
		settled := e.State == sms.Doubtful && i+1 < len(s.events)
		if e.Final && !settled {
			finals++
		}
	}
	last := s.events[len(s.events)-1]
	if finals != 1 || !last.Final {
		b.fault("%s has %d final states: %s", s.key, finals, s.tale())
		return
	}
	whole := false
	for _, c := range s.copies {
		whole = whole || b.has(s, c.sim, last.Segments)
	}
	holds, rejected := false, slices.ContainsFunc(s.attempts, func(a *simAttempt) bool { return a.reject })
	switch last.State {
	case sms.Sent:
		holds = whole
	case sms.Delivered:
		holds = whole && s.said[sms.Delivered] >= last.Segments
	case sms.Undelivered:
		holds = s.said[sms.Undelivered] > 0
	case sms.Failed:
		holds = rejected || last.Attempt >= most
	case sms.Expired:
		holds = s.expires.IsZero() || !last.Time.Before(s.expires)
	case sms.Cancelled:
		holds = s.asked
	case sms.Doubtful:
		holds = s.hold && s.doubt
	}
	if s.cancelled > 0 && last.State != sms.Cancelled || !holds {
		b.fault("%s cannot have ended %s: %s\ncopies %v, said %v", s.key, last.State, s.tale(), s.copies, s.said)
	}
}

func (s *simStory) tale() string {
	var w strings.Builder
	for _, e := range s.events {
		fmt.Fprintf(&w, "\n  %d %s %s final=%v attempt=%d by %s: %s", e.Seq, e.Time.Format("15:04:05.000"), e.State, e.Final, e.Attempt, e.Modem, e.Why)
	}
	for _, a := range s.attempts {
		fmt.Fprintf(&w, "\n  attempt %+v", *a)
	}
	return w.String()
}

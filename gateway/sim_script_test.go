package gateway_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/pigeon-sms/pigeon/gateway"
	"github.com/pigeon-sms/pigeon/sms"
)

var simPeople = []string{"+447700900123", "+447700900456", "07700 900789", "+4915112345678"}

// script draws a world and what is to happen in it.
func (s *sim) script() {
	r := s.rand
	pick := func(from ...time.Duration) time.Duration { return from[r.IntN(len(from))] }
	names := []string{"north", "south", "east", "west"}[:1+r.IntN(4)]
	for i, name := range names {
		s.net.ways = append(s.net.ways, &simWay{name: name, sim: fmt.Sprint("sim", i), there: true, ready: r.IntN(6) > 0,
			window: 1 + r.IntN(8)/7, pace: pick(100*time.Millisecond, time.Second, 3*time.Second, 8*time.Second)})
	}
	s.cfg = gateway.Config{
		Name: "sim", Country: "44",
		RetryFirst: pick(time.Second, 5*time.Second), RetryMost: pick(10*time.Second, 2*time.Minute, 10*time.Minute),
		Attempts: 2 + r.IntN(10), Lifetime: pick(time.Hour, 2*time.Hour),
		ReportWait: pick(5*time.Minute, 30*time.Minute), AssembleWait: 20 * time.Minute,
		DoubtWait: pick(5*time.Second, 30*time.Second, 2*time.Minute), StopWait: pick(time.Second, 30*time.Second),
		StickyWait: pick(10*time.Second, 3*time.Minute), Sticky: r.IntN(2) == 0,
	}
	if r.IntN(6) == 0 {
		s.cfg.QueueMost = 3
	}
	if r.IntN(2) == 0 {
		s.cfg.Routes = []gateway.Route{{Name: "home", To: regexp.MustCompile(`^\+44`), Via: names[:1+r.IntN(len(names))], Sticky: r.IntN(2) == 0}}
	}
	swaps := true
	if r.IntN(3) == 0 {
		swaps = s.limits(names)
	}
	if err := s.cfg.Validate(); err != nil {
		s.t.Fatal(err)
	}
	s.crash = r.IntN(3) > 0

	// So that a day and a month end while it plays, now and then.
	<-time.After(30*24*time.Hour + pick(10*time.Hour, 23*time.Hour, 23*time.Hour+40*time.Minute))
	long := pick(10*time.Minute, 40*time.Minute, 80*time.Minute)
	s.until = time.Now().Add(long)
	at := func() time.Time { return time.Now().Add(time.Duration(r.Int64N(int64(long)))) }
	op := func(f func()) { s.plan(&simEvent{at: at(), f: f}) }
	for i, n := 0, 2+r.IntN(8); i < n; i++ {
		when := at()
		for k := range 1 + r.IntN(3) { // some at the same moment
			s.ask(fmt.Sprintf("m%d-%d", i, k), when)
		}
	}
	for i, n := 0, r.IntN(4); i < n; i++ {
		s.text(fmt.Sprint("t", i), at())
	}
	for range r.IntN(3) {
		op(func() { s.look() })
	}
	for range r.IntN(4) {
		op(func() { s.lie() })
	}
	for range r.IntN(5) {
		s.trouble(at(), r.IntN(len(names)), pick(time.Second, 30*time.Second, 10*time.Minute))
	}
	if k := r.IntN(len(names)); k > 0 && swaps && r.IntN(2) == 0 {
		op(func() { s.net.swap(0, k) })
	}
	for range r.IntN(3) {
		s.plan(&simEvent{at: at(), alone: true, f: func() { s.halt(); s.start() }})
	}
	if r.IntN(4) == 0 {
		s.plan(&simEvent{at: at(), f: func() { s.living().disk.full.Store(true) }})
		for range 20 { // whichever life is on then
			op(func() { s.living().disk.full.Store(false) })
		}
	}
}

// limits draws what SIMs may send. It reports whether they may change places.
func (s *sim) limits(names []string) (swaps bool) {
	var l sms.Limits
	switch s.rand.IntN(5) {
	case 0:
		l.Minute = 1 + s.rand.IntN(4)
	case 1:
		l.Hour = 2 + s.rand.IntN(8)
	case 2:
		l.Day = 3 + s.rand.IntN(12)
	case 3:
		l.Gap = time.Duration(1+s.rand.IntN(60)) * time.Second
	case 4:
		l.Recipients = 1 + s.rand.IntN(2)
	}
	s.cfg.Limits = map[string]sms.Limits{}
	for _, n := range names {
		if s.rand.IntN(3) > 0 {
			s.cfg.Limits[n] = l
		}
	}
	return l.Recipients == 0
}

// look has somebody look at everything.
func (s *sim) look() {
	l := s.living()
	for _, err := range []error{
		func() error { _, err := l.Messages(s.ctx, sms.Filter{}); return err }(),
		func() error { _, err := l.Health(s.ctx); return err }(),
	} {
		if err != nil && !errors.Is(err, sms.ErrClosed) && !l.disk.dead.Load() {
			s.books.fault("look: %v", err)
		}
	}
	_, _ = l.Waits(s.ctx, "north") // while nobody dispatches it says so
}

// lie hands over a report on something that was never sent.
func (s *sim) lie() {
	c := s.chance("lie", time.Now())
	r := &sms.Report{Net: fmt.Sprint("sim", c.IntN(4)), ID: fmt.Sprint(c.IntN(256)), To: "+447700900999", State: sms.Delivered, Code: "TP-ST", Time: time.Now()}
	if c.IntN(2) == 0 { // of long ago, when nothing of ours was sent
		r.To, r.ID, r.SentAt = "+447700900123", fmt.Sprint("old", c.IntN(9)), time.Now().Add(-6*time.Hour)
	}
	s.deliver(func(l *simLife) error { return l.Report(s.ctx, r) }, false)
}

// trouble has something happen to a way, and go by.
func (s *sim) trouble(when time.Time, i int, long time.Duration) {
	there := s.rand.IntN(3) > 0
	change := func(at time.Time, f func(*simWay)) {
		s.plan(&simEvent{at: at, f: func() { s.net.change(i, f) }})
	}
	change(when, func(w *simWay) { w.ready, w.there = false, there })
	change(when.Add(long), func(w *simWay) { w.ready, w.there = true, true })
}

// text plans a message that comes in, in parts and in any order, each of which
// its modem hands over until it is taken, and sometimes once more.
func (s *sim) text(words string, when time.Time) {
	r, b := s.rand, s.books
	total := 1 + r.IntN(8)/4*(1+r.IntN(3))
	t := &simText{total: total, missing: total > 1 && r.IntN(4) == 0}
	way := s.net.ways[r.IntN(len(s.net.ways))]
	ref := uint16(r.IntN(3))
	var parts []string
	for i := range total {
		parts = append(parts, fmt.Sprint(words, " ", i+1, ";"))
	}
	t.whole = strings.Join(parts, "")
	b.texts[words] = t
	lost := -1
	if t.missing {
		lost = 1 + r.IntN(total-1)
	}
	from := sms.Number([]string{"+447700900123", "+447700900456", "Bank"}[r.IntN(3)] + map[bool]string{true: words[1:]}[total > 1])
	for _, i := range r.Perm(total) {
		if i == lost {
			continue
		}
		p := sms.Part{From: from, Way: way.name, Net: way.sim, Coding: sms.CodingGSM7, Text: parts[i], Raw: parts[i],
			SentAt: when, Slot: words + "/" + fmt.Sprint(i), Concat: sms.Concat{Ref: ref, Total: total, Seq: i + 1}}
		if total == 1 {
			p.Concat = sms.Concat{}
		}
		kept := false
		hand := func(l *simLife) error {
			q := p
			q.Time = time.Now()
			err := l.Receive(s.ctx, &q)
			b.mu.Lock()
			if err == nil && !kept {
				t.kept++
				kept = true
			}
			b.mu.Unlock()
			return err
		}
		at := when.Add(time.Duration(r.IntN(60)) * time.Second)
		s.plan(&simEvent{at: at, f: func() { s.deliver(hand, true) }})
		if r.IntN(3) == 0 { // it was not deleted, and is found again
			s.plan(&simEvent{at: at.Add(time.Duration(r.IntN(180)) * time.Second), f: func() { s.deliver(hand, true) }})
		}
	}
}

//go:build interop

package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/pigeon-sms/pigeon/modem/modemsim"
	"github.com/pigeon-sms/pigeon/sms"
)

// A load is traffic both ways while the daemon comes and goes. Of the messages
// out, every second says hold.
type load struct {
	w       *e2e
	r       *rand.Rand
	out, in int
}

// more sends a few messages and delivers a text or two.
func (l *load) more() {
	l.w.t.Helper()
	for range 2 + l.r.IntN(3) {
		m := map[string]any{"id": fmt.Sprintf("out-%d", l.out), "to": fmt.Sprintf("+4477009%05d", l.out), "text": text(l.r, fmt.Sprint(l.out))}
		if l.out%2 == 1 {
			m["on_doubt"] = "hold"
		}
		l.w.publish(base+"/send", m)
		l.out++
	}
	for range 1 + l.r.IntN(2) {
		from := fmt.Sprintf("+4477008%05d", l.in)
		if _, err := l.w.sim.Network().Deliver(fmt.Sprintf("modem%d", l.in%4), from, text(l.r, from), modemsim.Delivery{}); err != nil {
			l.w.t.Fatal(err)
		}
		l.in++
	}
}

// end waits until all has come to its end.
func (l *load) end() {
	l.w.t.Helper()
	limit := 8*time.Minute + time.Duration(l.out)*200*time.Millisecond
	l.w.within(limit, "all messages are final and all texts here", func() bool { return l.w.final() == l.out && l.w.texts() >= l.in })
}

// prove checks, and holds that something came upon a message being sent.
func (l *load) prove() string {
	l.w.t.Helper()
	told, met := l.check()
	if !met {
		l.w.t.Error("nothing met a message being sent: this run proves nothing")
	}
	return told
}

// check says what does not hold of all that was asked for, and tells of the
// rest: every accepted message reached one final state; what was sent again is
// what was in doubt, once for each doubt, and never what says hold; every text
// was published under one number. met is whether anything came upon a message
// being sent.
func (l *load) check() (told string, met bool) {
	w, t := l.w, l.w.t
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	copies := map[string]int{}
	for _, m := range w.sim.Network().Messages() {
		copies[m.To] += m.Copies
	}
	doubts, taken, held, silent := 0, 0, 0, 0
	for i := range l.out {
		id, to := fmt.Sprintf("out-%d", i), fmt.Sprintf("+4477009%05d", i)
		finals, doubt, settled := 0, 0, false
		es := w.events[id]
		for _, e := range es {
			if e.Final {
				finals++
			}
			if e.State == sms.Queued && strings.HasPrefix(e.Why, "in doubt") {
				doubt++
			}
			settled = settled || strings.HasPrefix(e.Why, "a report settled")
		}
		last := es[len(es)-1]
		if len(es) > 1 && es[len(es)-2].State == sms.Doubtful {
			finals-- // a report has settled it
		}
		if finals != 1 {
			t.Errorf("%s: %d final states: %+v", id, finals, es)
		}
		switch hold := i%2 == 1; {
		case hold && (doubt > 0 || copies[to] > 1):
			t.Errorf("%s says hold, and was sent again: %d doubts, %d copies", id, doubt, copies[to])
		case hold && last.State == sms.Doubtful:
			held++
		case last.State == sms.Sent:
			silent++ // its report came while nobody listened: modems do not keep them
		case last.State != sms.Delivered:
			t.Errorf("%s ended %s: %+v", id, last.State, last)
		case last.Attempt > 1+doubt || last.Attempt < 1+doubt && !settled:
			t.Errorf("%s took %d attempts and was in doubt %d times", id, last.Attempt, doubt)
		case copies[to] < 1 || copies[to] > 1+doubt:
			t.Errorf("%s was in doubt %d times, and the network has %d copies", id, doubt, copies[to])
		}
		doubts += doubt
		taken += max(0, copies[to]-1)
	}
	from := map[sms.Number]int{}
	for _, r := range w.received {
		from[r.From]++
	}
	for i := range l.in {
		if n := from[sms.Number(fmt.Sprintf("+4477008%05d", i))]; n != 1 {
			t.Errorf("text %d was published %d times under different numbers, want once", i, n)
		}
	}
	if w.disorder > 0 {
		t.Errorf("%d events came after a later one of the same message", w.disorder)
	}
	return fmt.Sprintf("%d messages out, %d texts in; %d doubts were sent again, %d of them the network had taken; %d held; %d reports lost; %d lines published twice",
		l.out, l.in, doubts, taken, held, silent, w.repeats), doubts > 0 && held > 0
}

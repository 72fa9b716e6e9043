package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/pigeon-sms/pigeon/modem/modemsim"
	"github.com/pigeon-sms/pigeon/sms"
)

// attempted is one attempt at a letter, as the journal tells it, and what the
// network took of it.
type attempted struct {
	modem string
	begun time.Time
	ended sms.State // what it made of the letter; empty: not told
	doubt bool
	whole int // how often the network took the last segment
}

// check keeps the books: it holds what the journal says of every letter against
// what the network took.
func (w *chaos) check(all *tally) {
	t := w.t
	received := w.journal()
	segments := w.net.Segments()
	w.enter(segments)
	whole := map[string][]modemsim.Message{}
	for _, m := range w.net.Messages() {
		whole[m.To] = append(whole[m.To], m)
	}
	faults := 0
	fault := func(l *letter, format string, args ...any) {
		if faults++; faults <= 10 {
			t.Errorf("%s: %s\n  hold=%t receipt=%t, ended %s (%s)\n  %s", l.id, fmt.Sprintf(format, args...), l.hold, l.receipt, l.last.State, l.last.Why, l.history())
		}
	}
	repeats, doubts := 0, 0
	for _, l := range w.sent {
		took, sent, doubted := 0, 0, 0
		for i, a := range l.attempts {
			took += a.whole
			switch {
			case a.doubt:
				doubts++
				doubted += a.whole
				if a.whole > 1 {
					fault(l, "attempt %d ended in doubt, and the network took it %d times", i+1, a.whole)
				}
			case a.ended == sms.Sent:
				sent++
				if a.whole != 1 {
					fault(l, "attempt %d is called sent, and the network took it %d times", i+1, a.whole)
				}
			case a.whole != 0:
				fault(l, "attempt %d is called not sent, and the network took it %d times", i+1, a.whole)
			}
		}
		repeats += max(0, took-1)
		refused := strings.HasSuffix(l.to, refusedEnd)
		switch {
		case !l.last.Final:
			fault(l, "it has not ended")
		case l.finals != 1:
			fault(l, "it has ended %d times", l.finals)
		case took != sent+doubted:
			fault(l, "the network took it %d times, %d attempts ended well and %d doubts were unfounded", took, sent, doubted)
		case sent > 1:
			fault(l, "sent %d times", sent)
		case l.hold && took > 1:
			fault(l, "held in doubt, and taken %d times", took)
		case !l.hold && doubted == 0 && took > 1:
			fault(l, "taken %d times without a doubt", took)
		}
		switch l.last.State {
		case sms.Sent, sms.Delivered, sms.Undelivered:
			if took == 0 {
				fault(l, "lost: the network never took it")
			}
			if got := whole[l.to]; len(got) == 0 || got[0].Text != l.text {
				fault(l, "the network has %d of it whole, want it as it was written", len(got))
			}
		case sms.Doubtful:
			if !l.hold {
				fault(l, "doubtful, and on_doubt is resend")
			}
		case sms.Failed:
			if !refused {
				fault(l, "failed: %+v", l.last.Error)
			}
		default:
			fault(l, "ended so")
		}
		if refused && took > 0 {
			fault(l, "the network took what it refuses")
		}
	}
	if faults > 10 {
		t.Errorf("%d more of the kind", faults-10)
	}
	for _, p := range w.posted {
		n := received[p.from+" "+p.text]
		if n != 1 && !w.toy(p.modem).isDead() || n > 1 {
			t.Errorf("text %.20q from %s to %s was announced %d times", p.text, p.from, p.modem, n)
		}
		delete(received, p.from+" "+p.text)
	}
	for what, n := range received {
		t.Errorf("announced %d times, and nobody wrote it: %.60q", n, what)
	}
	if findings, err := w.db.Audit(t.Context()); err != nil || len(findings) > 0 {
		t.Errorf("audit: %v, %q", err, findings)
	}
	if err := w.db.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	t.Logf("%d messages, %d segments at the network, %d doubts, %d repeats, %d texts in, %d faults, %v of false time",
		len(w.sent), len(segments), doubts, repeats, len(w.posted), len(w.strikes), time.Since(w.strikes[0].set).Round(time.Minute))
	w.measure(all, segments)
}

func (w *chaos) toy(name string) *toy {
	for _, y := range w.toys {
		if y.name == name {
			return y
		}
	}
	w.t.Fatalf("no modem is called %s", name)
	return nil
}

// journal reads the whole journal: it fills in what became of the letters, and
// returns how often each text was announced.
func (w *chaos) journal() (received map[string]int) {
	received = map[string]int{}
	byID := map[string]*letter{}
	for _, l := range w.sent {
		byID[l.id] = l
	}
	after, entries := uint64(0), 0
	for {
		es, err := w.db.Entries(context.Background(), after, 1000)
		if err != nil {
			w.t.Fatal(err)
		}
		if len(es) == 0 {
			break
		}
		for _, e := range es {
			after = e.Seq
			entries++
			switch {
			case e.Received != nil:
				if e.Received.Incomplete {
					if !w.toy(e.Received.Modem).isDead() {
						w.t.Errorf("announced without all its parts: %.40q, by %s", e.Received.Text, e.Received.Modem)
					}
					continue
				}
				received[string(e.Received.From)+" "+e.Received.Text]++
			case e.Event != nil:
				l := byID[e.Event.ID]
				if l == nil {
					w.t.Errorf("the journal tells of %s, which nobody sent", e.Event.ID)
					continue
				}
				l.tell(*e.Event)
			}
		}
	}
	return received
}

// tell takes an event of the letter's.
func (l *letter) tell(e sms.Event) {
	switch {
	case e.State == sms.Sending:
		l.attempts = append(l.attempts, attempted{modem: e.Modem, begun: e.Time})
	case len(l.attempts) > 0 && l.attempts[len(l.attempts)-1].ended == "":
		a := &l.attempts[len(l.attempts)-1]
		a.ended = e.State
		a.doubt = e.State == sms.Doubtful || strings.HasPrefix(e.Why, "in doubt")
	}
	// A report that settles what was final is the one thing that may follow it.
	settled := l.last.State == sms.Sent || l.last.State == sms.Doubtful
	if e.Final && !(l.last.Final && settled && (e.State == sms.Delivered || e.State == sms.Undelivered)) {
		l.finals++
	}
	l.last = e
}

// enter writes each segment the network took to the attempt it came of: the last
// that modem had begun. What a modem finishes after its host has gone is so
// entered as well.
func (w *chaos) enter(segments []modemsim.Segment) {
	for _, s := range segments {
		l := w.sent[s.To]
		if l == nil {
			w.t.Errorf("the network took a segment for %s, to whom nobody wrote", s.To)
			continue
		}
		if s.Concat != nil && s.Concat.Seq < s.Concat.Total {
			continue
		}
		of := -1
		for i, a := range l.attempts {
			if a.modem == s.Modem && !a.begun.After(s.Time) {
				of = i
			}
		}
		if of < 0 {
			w.t.Errorf("%s: the network took a segment from %s that no attempt explains", l.id, s.Modem)
			continue
		}
		l.attempts[of].whole++
	}
}

func (l *letter) history() string {
	var out []string
	for _, a := range l.attempts {
		out = append(out, fmt.Sprintf("%s %s %s doubt=%t taken=%d", a.begun.Format(time.TimeOnly), a.modem, a.ended, a.doubt, a.whole))
	}
	return strings.Join(out, "; ")
}

package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// A simNetwork is the ways out and what is behind them. What it does to an
// attempt hangs on the seed, the message and the attempt's number alone, so that
// it does the same whatever else happens.
type simNetwork struct {
	sim    *sim
	books  *simBooks
	healed atomic.Bool

	mu     sync.Mutex
	ways   []*simWay
	refs   map[string]int // the last one of each SIM
	spends map[string][]simSpend
}

type simWay struct {
	name, sim    string
	there, ready bool
	window, busy int
	pace         time.Duration
}

// A simSpend is an attempt as its SIM's tariff counts it.
type simSpend struct {
	at       time.Time
	segments int
	to       sms.Number
	urgent   bool
	way, id  string
}

func (n *simNetwork) Ways() []sms.Way {
	n.mu.Lock()
	defer n.mu.Unlock()
	var ways []sms.Way
	for _, w := range n.ways {
		if w.there {
			ways = append(ways, sms.Way{Name: w.name, Kind: "modem", State: map[bool]string{true: "ready", false: "registering"}[w.ready],
				Ready: w.ready, Window: w.window, Modem: &sms.Modem{ICCID: w.sim}})
		}
	}
	return ways
}

// change has a way be other than it was.
func (n *simNetwork) change(i int, f func(*simWay)) {
	n.mu.Lock()
	f(n.ways[i])
	n.mu.Unlock()
	n.sim.gateway().Changed()
}

func (n *simNetwork) swap(i, k int) {
	n.mu.Lock()
	a, b := n.ways[i], n.ways[k]
	if a.busy == 0 && b.busy == 0 { // nobody pulls a SIM out of a modem that is sending
		a.sim, b.sim = b.sim, a.sim
	}
	n.mu.Unlock()
	n.sim.gateway().Changed()
}

var errRefused = errors.New("refused")

// Send is a modem's: segment by segment, each taken, refused or lost.
func (n *simNetwork) Send(ctx context.Context, name string, a *sms.Attempt) (refs []sms.Ref, err error) {
	life := n.sim.living()
	n.mu.Lock()
	i := slices.IndexFunc(n.ways, func(w *simWay) bool { return w.name == name && w.there && w.ready })
	if i < 0 {
		n.mu.Unlock()
		return nil, &sms.SendError{Verdict: sms.Reroute, Err: errRefused}
	}
	w := n.ways[i]
	if w.busy++; w.busy > w.window {
		n.books.fault("%d attempts at a time on %s", w.busy, name)
	}
	card, pace := w.sim, w.pace
	n.spends[card] = append(n.spends[card], simSpend{time.Now().UTC(), a.Segments - a.First, a.To, a.Priority == sms.Urgent, name, a.ID})
	n.mu.Unlock()
	defer func() {
		n.mu.Lock()
		w.busy--
		n.mu.Unlock()
	}()

	s, at := n.books.begins(life.n, name, card, a)
	chance := n.sim.chance("attempt", s.key, a.N)
	fate, verdict, trouble := chance.IntN(100), sms.Verdict(chance.IntN(2)), a.First+chance.IntN(a.Segments-a.First)
	defer func() {
		var e *sms.SendError
		errors.As(err, &e)
		n.books.ends(s, at, len(refs), e != nil && e.Doubt, e != nil && e.Verdict == sms.Reject)
	}()
	for seg := a.First; seg < a.Segments; seg++ {
		struck := seg == trouble && !n.healed.Load()
		if struck && fate >= 14 && fate < 30 {
			if fate == 14 {
				verdict = sms.Reject
			}
			return refs, &sms.SendError{Verdict: verdict, Code: "+CMS 42", Err: errRefused}
		}
		select {
		case <-time.After(pace + time.Duration(chance.Int64N(1+int64(pace/2)))):
		case <-life.disk.died: // the process is no more, and whether the octets had left…
			if chance.IntN(2) == 0 {
				n.take(s, card, name, seg, a, chance)
			}
			return refs, errCut
		case <-ctx.Done():
			if chance.IntN(2) == 0 {
				return refs, ctx.Err() // before an octet had left
			}
			if chance.IntN(2) == 0 {
				n.take(s, card, name, seg, a, chance)
			}
			return refs, &sms.SendError{Doubt: true, Err: ctx.Err()}
		}
		switch {
		case struck && fate < 7:
			n.take(s, card, name, seg, a, chance)
			return refs, &sms.SendError{Verdict: verdict, Doubt: true, Err: errors.New("no answer in 180s")}
		case struck && fate < 12:
			return refs, &sms.SendError{Verdict: verdict, Doubt: true, Err: errors.New("no answer in 180s")}
		case struck && fate < 14:
			return refs, errors.New("the port is gone")
		}
		refs = append(refs, n.take(s, card, name, seg, a, chance))
	}
	return refs, nil
}

// take has the network take a segment, and plans what it says of it.
func (n *simNetwork) take(s *simStory, card, way string, seg int, a *sms.Attempt, chance *rand.Rand) sms.Ref {
	n.mu.Lock()
	n.refs[card]++
	id := fmt.Sprint(n.refs[card] % 256)
	n.mu.Unlock()
	n.books.mu.Lock()
	s.copies = append(s.copies, simCopy{seg, card})
	n.books.mu.Unlock()
	now := time.Now()
	ref := sms.Ref{Net: card, ID: id, Segment: seg, Time: now}
	if !a.Receipt {
		return ref
	}
	say := func(state sms.State, in time.Duration) {
		r := &sms.Report{Net: card, ID: id, To: a.To, State: state, Code: "TP-ST", SentAt: now.Truncate(time.Second), Way: way}
		counted, insists := false, chance.IntN(2) == 0
		n.sim.after(in, func() {
			n.books.mu.Lock()
			if !counted {
				s.said[state]++
				counted = true
			}
			n.books.mu.Unlock()
			n.sim.deliver(func(l *simLife) error {
				r.Time = time.Now()
				return l.Report(n.sim.ctx, r)
			}, insists)
		})
	}
	soon := []time.Duration{0, 0, time.Second, 20 * time.Second, 3 * time.Minute, 50 * time.Minute}[chance.IntN(6)]
	switch fate := chance.IntN(20); {
	case fate < 12:
		say(sms.Delivered, soon)
	case fate < 14:
		say(sms.Delivered, soon)
		say(sms.Delivered, soon+time.Minute)
	case fate < 16:
		say(sms.Sent, soon)
		say(sms.Delivered, soon+time.Minute)
	case fate < 18:
		say(sms.Undelivered, soon)
	}
	return ref
}

// limits checks that no SIM was given more than it may send. What is urgent passes
// all limits and is counted; of what began in one moment nobody can tell in which
// order it was given to the SIM.
func (n *simNetwork) limits() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for card, all := range n.spends {
		for i, s := range all {
			if l := n.sim.cfg.Limits[s.way]; !s.urgent && !l.None() && s.over(l, all, i, n.met(card, s)) {
				n.books.fault("%s by %s at %v passes a limit: %+v: %+v", s.id, card, s.at, l, all)
			}
		}
	}
}

// met reports whether a recipient was counted besides, until then: also with an
// attempt that found its way gone, or that a stop cut short before the network saw
// it.
func (n *simNetwork) met(card string, s simSpend) bool {
	times := 0
	for _, b := range n.books.begun {
		if b.Net == card && b.Recipient == s.to && !b.Time.After(s.at) && b.Time.Month() == s.at.Month() {
			times++
		}
	}
	return times > 1 // one is its own
}

// over reports whether the ith of all passes a limit.
func (s simSpend) over(l sms.Limits, all []simSpend, i int, known bool) bool {
	minute, hour, day, people, near := 0, 0, 0, map[sms.Number]bool{}, false
	for k, o := range all {
		if o.at.After(s.at) {
			continue
		}
		sameMonth := o.at.Month() == s.at.Month()
		known = known || k != i && sameMonth && o.to == s.to
		if !o.at.Before(s.at) && (o.urgent || k >= i) {
			continue
		}
		if s.at.Sub(o.at) < time.Minute {
			minute += o.segments
		}
		if s.at.Sub(o.at) < time.Hour {
			hour += o.segments
		}
		if o.at.YearDay() == s.at.YearDay() {
			day += o.segments
		}
		if sameMonth {
			people[o.to] = true
		}
		near = near || s.at.Sub(o.at) < l.Gap
	}
	over := func(limit, spent int) bool { return limit > 0 && spent > 0 && spent+s.segments > limit }
	return over(l.Minute, minute) || over(l.Hour, hour) || over(l.Day, day) || near || l.Recipients > 0 && !known && len(people) >= l.Recipients
}

package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pigeon-sms/pigeon/modem"
	"github.com/pigeon-sms/pigeon/modem/modemsim"
	"github.com/pigeon-sms/pigeon/modem/profile"
)

// The goals for recovery.
const (
	goalSilent   = 30 * time.Second // from when a silent modem should have answered until it takes no messages
	goalWatch    = 60 * time.Second // between two questions to an idle modem
	goalResync   = 2 * time.Second  // to find the place in the conversation of a modem that answers
	goalReturned = 5 * time.Second  // from when a device is back on its bus until its port is open
)

// A tally is what several runs have measured.
type tally struct {
	kinds map[string]*measured
	goals map[string]*span
}

// measured is what one kind of fault cost.
type measured struct {
	sent  span           // from the fault to the next message of that modem
	after span           // the same from the end of the fault, where it has one
	steps map[string]int // what helped
}

// A span is some durations.
type span struct {
	n          int
	sum, worst time.Duration
	what       string // of the worst
}

func (s *span) add(d time.Duration, what string) {
	s.n++
	s.sum += d
	if d > s.worst || s.n == 1 {
		s.worst, s.what = d, what
	}
}

func (s span) mean() time.Duration {
	if s.n == 0 {
		return 0
	}
	return s.sum / time.Duration(s.n)
}

func (a *tally) goal(name string) *span {
	if a.goals == nil {
		a.goals = map[string]*span{}
	}
	if a.goals[name] == nil {
		a.goals[name] = &span{}
	}
	return a.goals[name]
}

func (a *tally) kind(name string) *measured {
	if a.kinds == nil {
		a.kinds = map[string]*measured{}
	}
	if a.kinds[name] == nil {
		a.kinds[name] = &measured{steps: map[string]int{}}
	}
	return a.kinds[name]
}

// Names of the goals in the table.
const (
	silentBusy = "silent while working: until recognised"
	silentIdle = "silent while idle: until recognised"
	askedIdle  = "silent while idle: until it is asked"
	resynced   = "resync"
	returned   = "device back: until its port is open"
)

// measure adds a run to the tally, and holds it to the goals.
func (w *chaos) measure(all *tally, segments []modemsim.Segment) {
	sent := map[string][]time.Time{}
	for _, s := range segments {
		sent[s.Modem] = append(sent[s.Modem], s.Time)
	}
	for _, s := range w.strikes {
		if s.at.IsZero() || s.toy.isDead() {
			continue
		}
		what := fmt.Sprintf("%s, %s at %s", s.toy.name, s.words, s.at.Format(time.TimeOnly))
		s.recognised(all, what)
		if s.idle {
			continue
		}
		// What was on its way already says nothing.
		asked := slices.IndexFunc(s.toy.writes, func(q written) bool { return q.pdu && !q.at.Before(s.at) })
		if asked < 0 {
			continue // there was nothing more to send
		}
		times := sent[s.toy.name]
		i := slices.IndexFunc(times, func(t time.Time) bool { return !t.Before(s.toy.writes[asked].at) })
		if i < 0 {
			continue
		}
		k := all.kind(s.kind.name)
		k.sent.add(times[i].Sub(s.at), what)
		if s.lasts > 0 {
			k.after.add(max(0, times[i].Sub(s.over())), what)
		}
		for _, step := range w.steps {
			end := step.Time.Add(step.Took)
			if step.Modem == s.toy.name && step.Worked && !end.Before(s.at) && !step.Time.After(times[i]) {
				k.steps[step.Step]++
				// A Wavecom that has lost its prompt to news refuses all from then on.
				if step.Step == modem.StepResync && s.kind.passes && !(s.toy.cfg.Family == "wavecom" && s.words == "prompturc") {
					all.goal(resynced).add(step.Took, what)
				}
			}
		}
		if s.kind.gone {
			opened := s.toy.opened
			// A power line may have brought it back before, or taken it away again.
			i := slices.IndexFunc(opened, func(t time.Time) bool { return t.After(s.at) })
			cut := func(t time.Time) bool { return t.After(s.at) && !t.After(opened[i]) }
			if i >= 0 && !opened[i].Before(s.over()) && !slices.ContainsFunc(s.toy.cuts, cut) {
				all.goal(returned).add(opened[i].Sub(s.over()), what)
			}
		}
	}
	for name, most := range map[string]time.Duration{
		silentBusy: goalSilent, silentIdle: goalSilent, askedIdle: goalWatch, resynced: goalResync, returned: goalReturned,
	} {
		if g := all.goal(name); g.worst > most {
			w.t.Errorf("%s: %v, and %v is the goal (%s)", name, g.worst, most, g.what)
		}
	}
}

// recognised measures how long a modem that says nothing any more passed for a
// working one, from when it should have answered first.
func (s *strike) recognised(all *tally, what string) {
	y := s.toy
	if !s.kind.mute {
		return
	}
	ill := slices.IndexFunc(y.ready, func(c turning) bool { return !c.ready && c.at.After(s.at) })
	if ill < 0 || ill > 0 && !y.ready[ill-1].ready || ill == 0 {
		return
	}
	if before := y.ready[ill-1].at; before.After(s.at) {
		return // it was ill of something else when this struck
	}
	limit := profile.ByIdentity(y.cfg.Manufacturer, y.cfg.Model).SendLimit
	at := y.ready[ill].at
	for _, q := range y.writes {
		// What was answered after the fault was asked, and is answered yet, does
		// not count; what never was does, even if it was asked before.
		if q.at.Before(s.at) && (q.heard.IsZero() || q.heard.Before(at)) {
			continue
		}
		if q.at.After(at) {
			break
		}
		due := q.at
		if q.pdu {
			due = due.Add(limit) // a network may take its time over it
		}
		late := max(0, at.Sub(due))
		if !s.idle {
			all.goal(silentBusy).add(late, what)
			return
		}
		all.goal(silentIdle).add(late, what)
		all.goal(askedIdle).add(q.at.Sub(s.at), what)
		return
	}
}

// table prints the tally as it stands in docs/performance.md.
func (a *tally) table() string {
	var b strings.Builder
	round := func(d time.Duration) string {
		if d < 10*time.Second {
			return fmt.Sprintf("%.1f s", d.Seconds())
		}
		return fmt.Sprintf("%.0f s", d.Seconds())
	}
	b.WriteString("| Fault | Times | To the next message sent: mean, worst | From the fault's end: mean, worst | What helped |\n|---|---|---|---|---|\n")
	for _, k := range mischiefs {
		m := a.kinds[k.name]
		if m == nil {
			continue
		}
		after := ""
		if m.after.n > 0 {
			after = round(m.after.mean()) + ", " + round(m.after.worst)
		}
		steps := slices.SortedFunc(maps.Keys(m.steps), func(x, y string) int { return cmp.Or(m.steps[y]-m.steps[x], cmp.Compare(x, y)) })
		for i, s := range steps {
			steps[i] = fmt.Sprintf("%s %d", s, m.steps[s])
		}
		fmt.Fprintf(&b, "| %s | %d | %s, %s | %s | %s |\n", k.name, m.sent.n, round(m.sent.mean()), round(m.sent.worst), after, strings.Join(steps, ", "))
	}
	b.WriteString("\n| Goal | Times | Mean | Worst | Goal |\n|---|---|---|---|---|\n")
	for _, g := range []struct {
		name string
		most time.Duration
	}{{silentBusy, goalSilent}, {silentIdle, goalSilent}, {askedIdle, goalWatch}, {resynced, goalResync}, {returned, goalReturned}} {
		s := a.goal(g.name)
		fmt.Fprintf(&b, "| %s | %d | %s | %s | %s |\n", g.name, s.n, round(s.mean()), round(s.worst), round(g.most))
	}
	for _, k := range mischiefs {
		if m := a.kinds[k.name]; m != nil {
			fmt.Fprintf(&b, "worst of %q: %s\n", k.name, m.sent.what)
		}
	}
	return b.String()
}

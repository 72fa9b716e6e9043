package gateway

import (
	"slices"
	"strings"

	"github.com/pigeon-sms/pigeon/sms"
)

// defaultRoute is the row behind the last: every modem carries anything.
var defaultRoute = Route{Name: "default"}

// rule returns the row for a message: the way or row it asks for by name, else
// the first row of the table that matches, else the default row.
func rule(table []Route, w *sms.Waiting) *Route {
	if w.Route != "" {
		for i := range table {
			if table[i].Name == w.Route {
				return &table[i]
			}
		}
		return &Route{Name: w.Route, Via: []string{w.Route}}
	}
	for i := range table {
		if table[i].matches(w) {
			return &table[i]
		}
	}
	return &defaultRoute
}

func (r Route) matches(w *sms.Waiting) bool {
	return (r.To == nil || r.To.MatchString(string(w.To))) &&
		(r.From == nil || r.From.MatchString(w.From)) &&
		(r.Origin == "" || r.Origin == w.Origin)
}

// offers reports whether a row offers a way.
func (r Route) offers(way sms.Way) bool {
	if len(r.Via) == 0 {
		return way.Kind == "modem"
	}
	return slices.Contains(r.Via, way.Name)
}

// preference is a way's place in a row; less is better. The modems of a row
// that names none are all alike.
func (r Route) preference(way sms.Way) int {
	if len(r.Via) == 0 {
		return 0
	}
	return slices.Index(r.Via, way.Name)
}

// choice is what the table and the ways' health say of a row.
type choice struct {
	open []string // ways that would take a message now
	any  bool     // some way of the row exists and is not set aside
	why  string   // when none is open: what it waits for
}

// choose says which ways are open to messages of a row, those set aside left
// out. It is pure: row, health, and nothing else.
func choose(r Route, aside []string, ways []sms.Way) choice {
	var c choice
	var closed []string
	limited := true // all that is closed is closed by a limit
	best := -1
	for _, w := range ways {
		if !r.offers(w) || slices.Contains(aside, w.Name) {
			continue
		}
		c.any = true
		if !w.Ready {
			closed = append(closed, describe(w))
			limited = limited && w.State == atLimit
			continue
		}
		switch p := r.preference(w); {
		case best < 0 || p < best:
			best, c.open = p, []string{w.Name}
		case p == best:
			c.open = append(c.open, w.Name)
		}
	}
	switch {
	case len(c.open) > 0:
	case len(closed) > 0 && limited:
		c.why = strings.Join(closed, "; ")
	case len(closed) > 0:
		c.why = "no way is ready: " + strings.Join(closed, "; ")
	case len(r.Via) > 0:
		c.why = "no way is ready: " + strings.Join(r.Via, ", ") + ": not there"
	default:
		c.why = "no way is ready: no modem is there"
	}
	return c
}

func describe(w sms.Way) string {
	if w.State == atLimit {
		return w.Name + ": " + w.Why
	}
	if w.Why == "" {
		return w.Name + ": " + w.State
	}
	return w.Name + ": " + w.State + " (" + w.Why + ")"
}

package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/pigeon-sms/pigeon/modem"
	"github.com/pigeon-sms/pigeon/sms"
)

const (
	// weakSignal is in dBm. It is +CSQ 5; below it a text takes several tries.
	weakSignal = -103

	// settling is how long after its start a daemon may look for networks.
	settling = 2 * time.Minute
)

// A remedy is the cure of what a modem waits for, known by some of its words.
// Where the words are a whole sentence with a cure the modem's own is kept.
type remedy struct{ words, cure string }

// remedies are looked through in order.
var remedies = []remedy{
	{"no SIM", "put one in the right way round, and clean its contacts"},
	{"SIM does not work", "try it in a phone, clean its contacts, and take another one where that does not help"},
	{"SIM does not get ready", "take it out and put it in again, then try it in a phone"},
	{"locked (", "use a SIM of the operator that sold the modem, or a modem without that lock"},
	{"network denies", "ask the operator whether the SIM is active and paid for, and may use this kind of modem"},
	{"emergency calls only", "ask the operator whether the SIM is active and paid for, and try it in a phone"},
	{"not searching", `restart the modem, with "pigeon modem NAME restart" or by plugging it in again`},
	{"searching", "put the antenna on and move it to a window, and see that the operator still runs a network of this kind here"},
	{"roam", "take a SIM of this country, or allow roaming for the modem"},
	{"no answer", "the daemon is bringing it back, look at its supply where that does not help"},
	{"not found", "plug it in, or correct how the configuration knows it"},
	{"text", "wait some minutes, then try the SIM in a phone"},
}

// modem looks at the ways out as the daemon sees them; where none runs, at what
// answers.
func (x *exam) modem(ctx context.Context) {
	switch {
	case x.hidden:
		x.unknown("the daemon cannot be asked how they are")
		return
	case x.health == nil && x.far:
		x.unknown("no daemon answers")
		return
	case x.health == nil:
		x.opening(ctx)
		return
	}
	for _, w := range x.health.Ways {
		x.way(w)
	}
	if len(x.health.Ways) == 0 {
		if x.stopped("stick") || x.stopped("driver") {
			x.unknown("there is none: it stands on what is said above")
		} else {
			x.fails("", "the daemon has no modem that it may use", "take gateway.auto_modems = false out of the configuration, or add a [[modem]]")
		}
	}
}

// way looks at one way out.
func (x *exam) way(w sms.Way) {
	m := w.Modem
	if m == nil {
		m = &sms.Modem{}
	}
	path := strings.TrimPrefix(w.Name, "usb-")
	switch {
	case w.Ready:
		x.works = true
		x.fine(w.Name + ": " + way(w))
		if w.Kind == "modem" {
			x.radio(w.Name, m)
		}
	case !speaks(w) && x.isBlamed(path, w.Name, m.Port), w.State == string(modem.Absent) && (x.stopped("stick") || x.stopped("driver")):
		x.unknown(w.Name + ": it stands on what is said above")
	case w.Kind == "smsc":
		x.fails(w.Name, join(": ", w.State, w.Why), "look at the network between here and there, and at address, system_id and password of this [[smsc]]")
	case starting(w.State) && x.e.now().Sub(x.health.Started) < settling:
		x.warns(w.Name, join(": ", "it is starting ("+w.State+")", w.Why), "ask again in two minutes")
	default:
		text, cure := cureOf(w, m)
		x.fails(w.Name, text, cure)
	}
}

// starting reports whether a state is one that a healthy modem passes.
func starting(state string) bool {
	switch modem.State(state) {
	case modem.Opening, modem.Probing, modem.SIM, modem.Registering:
		return true
	}
	return false
}

// speaks reports whether a modem has said what it lacks, and so has a port that
// works whatever else was found. A device nobody has spoken to is named after its
// USB port.
func speaks(w sms.Way) bool {
	switch modem.State(w.State) {
	case modem.SIM, modem.Registering, modem.Parked:
		return !strings.HasPrefix(w.Name, "usb-")
	}
	return false
}

// cureOf says what a modem waits for, and what to do.
func cureOf(w sms.Way, m *sms.Modem) (text, cure string) {
	why := w.Why
	if why == "" {
		why = join(", ", "it is "+w.State, m.Registration)
	}
	if m.Registration == "denied" && w.State == string(modem.Registering) {
		why = "the network denies this SIM"
	}
	if strings.HasPrefix(why, "open ") {
		return lastCured(fmt.Errorf("%s", why), "plug it in again")
	}
	for _, r := range remedies {
		if strings.Contains(why, r.words) && r.cure != "" {
			return why, strings.ReplaceAll(r.cure, "NAME", w.Name)
		}
	}
	return cured(why, fmt.Sprintf(`see "pigeon modems" and the log, and restart it with "pigeon modem %s restart" where it stays so`, w.Name))
}

// radio looks at what may keep a modem that is ready from sending.
func (x *exam) radio(name string, m *sms.Modem) {
	if m.Signal != nil && *m.Signal < weakSignal {
		x.warns(name, fmt.Sprintf("the signal is weak (%d dBm)", *m.Signal), "put the antenna on, move it to a window, or take one on a longer cable")
	}
	if m.IMEI != "" && m.SMSC == "" {
		x.warns(name, "the SIM has no number of a service centre, and texts may be refused", "set smsc_number for it to the number the operator gives")
	}
}

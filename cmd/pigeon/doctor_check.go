package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/pigeon-sms/pigeon/modem/usb"
	"github.com/pigeon-sms/pigeon/sms"
)

// How bad a finding is.
const (
	stops = "stops" // nothing is sent because of it
	warns = "warns" // it is worth a look
)

// A finding is one thing that is not as it should be. Text and cure together
// are one sentence.
type finding struct {
	Check   string `json:"check"`
	Level   string `json:"level"`
	Subject string `json:"subject,omitempty"`
	Text    string `json:"text"`
	Cure    string `json:"cure"`

	single bool // it stops one modem, and others may go on
}

// A remark is what a check says beside its findings.
type remark struct {
	Check string `json:"check"`
	Text  string `json:"text"`
}

// A check looks at one part of the machine.
type check struct {
	name  string
	local bool     // it looks at this machine, where the daemon may not be
	needs []string // checks before it: it is not made where one of them found what stops
	look  func(x *exam, ctx context.Context)
}

// checks is the table, from what stands below to what stands on it.
func checks() []check {
	return []check{
		{"configuration", true, nil, (*exam).configuration},
		{"daemon", false, nil, (*exam).daemon},
		{"power", true, nil, (*exam).power},
		{"temperature", true, nil, (*exam).temperature},
		{"clock", true, nil, (*exam).clock},
		{"disk", true, nil, (*exam).disk},
		{"state", true, []string{"disk"}, (*exam).state},
		{"store", false, []string{"disk", "state"}, (*exam).store},
		{"stick", true, nil, (*exam).stick},
		{"driver", true, nil, (*exam).driver},
		{"sleep", true, nil, (*exam).sleeping},
		{"port", true, nil, (*exam).port},
		{"reset", true, nil, (*exam).resets},
		{"line", true, nil, (*exam).powerLines},
		{"modem", false, nil, (*exam).modem},
		{"broker", false, []string{"configuration"}, (*exam).broker},
		{"page", true, []string{"configuration"}, (*exam).page},
	}
}

// An exam is one look at everything.
type exam struct {
	e *env
	senses
	client *client
	far    bool   // the daemon is on another machine
	dir    string // the state directory; empty where far
	file   string // the configuration; empty: there is none
	probe  bool

	cfg    config
	loaded bool        // cfg can be believed
	health *sms.Health // what the daemon says; nil where none answers
	hidden bool        // there is a daemon, and it may not be asked
	runner person      // as whom the daemon runs, or would
	usb    []usb.Device
	left   []string // USB ports of devices the daemon leaves alone
	procs  *processes

	at       string // the check that is being made
	findings []finding
	well     []remark
	unsure   []remark
	blamed   map[string]bool // devices and ports that have been blamed for their modem
	works    bool            // some modem works, as far as can be told
}

// examine makes all checks.
func (x *exam) examine(ctx context.Context) {
	for _, c := range checks() {
		x.at = c.name
		broken := slices.IndexFunc(c.needs, x.stopped)
		switch {
		case ctx.Err() != nil:
			return
		case c.local && x.far:
			x.unknown("the daemon is on another machine: run it there")
		case broken >= 0:
			x.unknown("it stands on the " + c.needs[broken])
		default:
			c.look(x, ctx)
		}
	}
	// Who may read the configuration is known only after the daemon.
	order := func(f finding) int {
		return slices.IndexFunc(checks(), func(c check) bool { return c.name == f.Check })
	}
	slices.SortStableFunc(x.findings, func(a, b finding) int { return cmp.Compare(order(a), order(b)) })
	if x.works {
		for i := range x.findings {
			if x.findings[i].single {
				x.findings[i].Level = warns
			}
		}
	}
}

// stopped reports whether a check found what stops.
func (x *exam) stopped(name string) bool {
	return slices.ContainsFunc(x.findings, func(f finding) bool { return f.Check == name && f.Level == stops })
}

// count counts the findings of a level.
func (x *exam) count(level string) int {
	n := 0
	for _, f := range x.findings {
		if f.Level == level {
			n++
		}
	}
	return n
}

func (x *exam) stops(subject, text, cure string) {
	x.findings = append(x.findings, finding{x.at, stops, subject, text, cure, false})
}

func (x *exam) warns(subject, text, cure string) {
	x.findings = append(x.findings, finding{x.at, warns, subject, text, cure, false})
}

// fails is a finding about one modem. things are what it needs: its device, its
// ports.
func (x *exam) fails(subject, text, cure string, things ...string) {
	x.findings = append(x.findings, finding{x.at, stops, subject, text, cure, true})
	for _, t := range things {
		x.blamed[t] = true
	}
}

func (x *exam) fine(text string)    { x.well = append(x.well, remark{x.at, text}) }
func (x *exam) unknown(text string) { x.unsure = append(x.unsure, remark{x.at, text}) }

// cured splits a sentence "what is wrong: what to do" of another part.
func cured(sentence, instead string) (text, cure string) {
	if text, cure, ok := strings.Cut(sentence, ": "); ok {
		return text, cure
	}
	return sentence, instead
}

// lastCured splits an error "doing: because: what to do".
func lastCured(err error, instead string) (text, cure string) {
	s := err.Error()
	if i := strings.LastIndex(s, ": "); i >= 0 && strings.Count(s, ": ") > 1 {
		return s[:i], s[i+2:]
	}
	return s, instead
}

// read returns a small file below the root, trimmed.
func (x *exam) read(path string) (string, error) {
	b, err := fs.ReadFile(x.root(), path)
	return strings.TrimSpace(string(b)), err
}

// glob lists the files below the root that match a pattern.
func (x *exam) glob(pattern string) []string {
	all, _ := fs.Glob(x.root(), pattern) // the patterns are ours, and whole
	return all
}

// denied reports whether err is for want of a permission.
func denied(err error) bool { return errors.Is(err, fs.ErrPermission) }

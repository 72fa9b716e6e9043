package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// chooseFlags are those of a command that acts on many messages.
type chooseFlags struct {
	*clientFlags
	state     *stateFlag
	to, route string
	before    time.Time
	all       bool
	yes, dry  bool
}

func newChooseFlags(e *env, name string) *chooseFlags {
	f := &chooseFlags{clientFlags: newClientFlags(name)}
	f.state = &stateFlag{dir: f.Lookup("state").Value}
	f.Lookup("state").Value = f.state
	f.Lookup("state").Usage = "those in `STATE`; or, as for every command, the daemon's state directory"
	f.StringVar(&f.to, "to", "", "those to `NUMBER`")
	f.StringVar(&f.route, "route", "", "those that ask for `ROUTE`, a modem or a route, or were last tried by it")
	f.Func("before", "those accepted before `TIME`, a date, a time of day, or how long ago, like 2h", func(s string) (err error) {
		f.before, err = e.past(s)
		return err
	})
	f.BoolVar(&f.all, "all", false, "all of them, where nothing else chooses")
	f.BoolVar(&f.yes, "yes", false, "do not ask on a terminal")
	f.BoolVar(&f.dry, "dry-run", false, "change nothing, and list what would be")
	return f
}

// many reports whether the flags choose messages, as against ids. It is an error
// to do both, or neither.
func (f *chooseFlags) many(ids []string) (bool, error) {
	some := f.state.only != "" || f.to != "" || f.route != "" || !f.before.IsZero() || f.all
	switch {
	case some && len(ids) > 0:
		return false, usagef("%q is an id, and flags choose messages: give one or the other", ids[0])
	case !some && len(ids) == 0:
		return false, usagef("something is missing: write \"pigeon %s ID…\", or choose with --state, --to, --route, --before or --all", f.name)
	case !some && f.dry:
		return false, usagef("--dry-run is for messages chosen by flags")
	}
	return some, nil
}

func (f *chooseFlags) query(dry bool, after uint64) url.Values {
	q := url.Values{}
	for name, v := range map[string]string{"state": string(f.state.only), "to": f.to, "route": f.route} {
		if v != "" {
			q.Set(name, v)
		}
	}
	if !f.before.IsZero() {
		q.Set("accepted_before", f.before.UTC().Format(time.RFC3339Nano))
	}
	if f.all {
		q.Set("all", "1")
	}
	if dry {
		q.Set("dry_run", "1")
	}
	if after > 0 {
		q.Set("after", strconv.FormatUint(after, 10))
	}
	return q
}

// An act is what is done to many messages.
type act struct {
	method, path string
	body         any    // nil: none
	verb, done   string // "cancel", "cancelled"
}

// each calls f with what every call of the act did, until all are done.
func (a act) each(ctx context.Context, c *client, f *chooseFlags, dry bool, each func(sms.Acted) error) error {
	for after := uint64(0); ; {
		got, err := c.call(ctx, a.method, a.path, f.query(dry, after), a.body)
		if err != nil {
			return err
		}
		var done sms.Acted
		if err := got.read(&done); err != nil {
			return err
		}
		if err := each(done); err != nil {
			return err
		}
		if after = done.After; after == 0 {
			return nil
		}
	}
}

// run does it to the messages that the flags choose, after asking on a terminal.
func (a act) run(ctx context.Context, e *env, f *chooseFlags) error {
	c, err := f.connect(e)
	if err != nil {
		return err
	}
	if e.tty && !f.yes && !f.dry && !f.json {
		n := 0
		if err := a.each(ctx, c, f, true, func(d sms.Acted) error { n += len(d.Messages); return nil }); err != nil {
			return err
		}
		if n == 0 {
			fmt.Fprintln(e.stdout, "no message")
			return nil
		}
		if !e.confirm(fmt.Sprintf("%s%s %s?", strings.ToUpper(a.verb[:1]), a.verb[1:], count(n, "message"))) {
			return errors.New("nothing was changed")
		}
	}
	var n, late, known int
	err = a.each(ctx, c, f, f.dry, func(d sms.Acted) error {
		n, late, known = n+len(d.Messages), late+len(d.Late), known+len(d.Known)
		for _, all := range [][]sms.Event{d.Messages, d.Known, d.Late} {
			for _, ev := range all {
				if !f.json {
					fmt.Fprintf(e.stdout, "%s %s\n", visible(ev.ID), change(ev))
				} else if err := printJSON(e.stdout, ev); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if !f.json && (err == nil || n > 0) {
		fmt.Fprintln(e.stdout, a.summary(f.dry, n, late, known))
	}
	return err
}

func (a act) summary(dry bool, n, late, known int) string {
	s := count(n, "message") + " " + a.done
	if dry {
		s = count(n, "message") + " would be " + a.done
	}
	if late > 0 {
		s += fmt.Sprintf("; %d too late: being sent now", late)
	}
	if known > 0 {
		s += fmt.Sprintf("; %d before", known)
	}
	return s
}

// confirm asks a person; anything but yes is no.
func (e *env) confirm(question string) bool {
	fmt.Fprintf(e.stdout, "%s [y/N] ", question)
	line, err := bufio.NewReader(e.stdin).ReadString('\n')
	if err != nil && line == "" {
		return false
	}
	line = strings.ToLower(strings.TrimSpace(line))
	return line == "y" || line == "yes"
}

// past reads a point in time that has been: as moment does, save that a duration
// is how long ago, and a time of day the last one.
func (e *env) past(s string) (time.Time, error) {
	now := e.now().In(e.zone)
	if d, err := time.ParseDuration(s); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	t, err := e.moment(s)
	if err != nil {
		return t, errors.New(`it is a time like 2026-05-04T18:00:00Z, "2026-05-04 18:00" or 18:00, or how long ago like 10m`)
	}
	if _, clock := time.Parse("15:04", s); clock == nil && t.After(now) {
		t = t.AddDate(0, 0, -1)
	}
	return t, nil
}

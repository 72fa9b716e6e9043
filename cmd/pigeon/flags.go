package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// flags are the flags of one command. They may stand before, between and after
// its other arguments; "--" ends them.
type flags struct {
	*flag.FlagSet
	name string // of the command, as in the table
}

func newFlags(name string) *flags {
	f := &flags{flag.NewFlagSet(name, flag.ContinueOnError), name}
	f.SetOutput(io.Discard) // what flag would print, the returned error says
	f.Usage = func() {}
	return f
}

// parse reads args and returns those that are no flags, which must be at least
// least and at most most; most below 0 is no limit. Its errors are a helpError
// where -h was among args, and a usageError.
func (f *flags) parse(args []string, least, most int) ([]string, error) {
	var set, rest []string
	for i := 0; i < len(args); i++ {
		a := args[i]
		if a == "--" {
			rest = append(rest, args[i+1:]...)
			break
		}
		if len(a) < 2 || a[0] != '-' {
			rest = append(rest, a)
			continue
		}
		name, _, valued := strings.Cut(strings.TrimPrefix(a[1:], "-"), "=")
		fl := f.Lookup(name)
		switch {
		case fl == nil && isHelp(a):
			return nil, &helpError{name: f.name, flags: f.FlagSet}
		case fl == nil:
			return nil, f.unknown(name, a)
		}
		set = append(set, a)
		if valued || isBool(fl) {
			continue
		}
		if i+1 == len(args) {
			return nil, usagef("--%s needs a value: see \"pigeon %s -h\"", name, f.name)
		}
		i++
		set = append(set, args[i])
	}
	if err := f.FlagSet.Parse(set); err != nil {
		return nil, usagef("%s", strings.NewReplacer("for flag -", "for --", "for -", "for --").Replace(err.Error()))
	}
	return rest, f.count(rest, least, most)
}

func (f *flags) unknown(name, arg string) error {
	var known []string
	f.VisitAll(func(fl *flag.Flag) { known = append(known, fl.Name) })
	if n := nearest(name, known); n != "" {
		return usagef("unknown flag %q of pigeon %s: did you mean \"--%s\"?", arg, f.name, n)
	}
	if f.name == "send" {
		return usagef("unknown flag %q of pigeon send: put \"--\" before a text that starts with \"-\"", arg)
	}
	return usagef("unknown flag %q of pigeon %s: see \"pigeon %s -h\"", arg, f.name, f.name)
}

// count checks how many arguments there are beside the flags.
func (f *flags) count(rest []string, least, most int) error {
	c, _ := find(f.name)
	form := strings.TrimSpace("pigeon " + f.name + " " + c.args)
	switch {
	case len(rest) < least:
		return usagef("something is missing: write %q", form)
	case most >= 0 && len(rest) > most:
		return usagef("%q is one argument too many: write %q", rest[most], form)
	}
	return nil
}

func isBool(fl *flag.Flag) bool {
	b, ok := fl.Value.(interface{ IsBoolFlag() bool })
	return ok && b.IsBoolFlag()
}

// given reports whether the command line set the flag.
func (f *flags) given(name string) bool {
	var found bool
	f.Visit(func(fl *flag.Flag) { found = found || fl.Name == name })
	return found
}

// choice defines a flag that takes one of some words.
func (f *flags) choice(to *string, name, usage string, words ...string) {
	f.Func(name, usage+": "+strings.Join(words, ", "), func(s string) error {
		if !slices.Contains(words, s) {
			if n := nearest(s, words); n != "" {
				return usagef("did you mean %q?", n)
			}
			return usagef("it is one of %s", strings.Join(words, ", "))
		}
		*to = s
		return nil
	})
}

// limit defines a flag that takes a number from 1 to most.
func (f *flags) limit(name string, value, most int, usage string) *int {
	n := &bounded{value, most}
	f.Var(n, name, usage)
	return &n.n
}

// bounded is a flag's number from 1 to most.
type bounded struct{ n, most int }

// String returns the number.
func (b *bounded) String() string { return strconv.Itoa(b.n) }

// Set reads the number.
func (b *bounded) Set(s string) error {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > b.most {
		return fmt.Errorf("it is a whole number from 1 to %d", b.most)
	}
	b.n = n
	return nil
}

// moment reads a point in time as a person writes it: RFC 3339, local date and
// time, a time of day that is the next one to come, or a duration from now.
func (e *env) moment(s string) (time.Time, error) {
	now := e.now().In(e.zone)
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	for _, form := range []string{"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02T15:04"} {
		if t, err := time.ParseInLocation(form, s, e.zone); err == nil {
			return t, nil
		}
	}
	if c, err := time.Parse("15:04", s); err == nil {
		t := time.Date(now.Year(), now.Month(), now.Day(), c.Hour(), c.Minute(), 0, 0, e.zone)
		if !t.After(now) {
			t = time.Date(now.Year(), now.Month(), now.Day()+1, c.Hour(), c.Minute(), 0, 0, e.zone)
		}
		return t, nil
	}
	if d, err := time.ParseDuration(strings.TrimPrefix(s, "+")); err == nil && d > 0 {
		return now.Add(d).Round(time.Second), nil
	}
	return time.Time{}, errors.New(`it is a time like 2026-05-04T18:00:00Z, "2026-05-04 18:00" or 18:00, or a duration from now like 10m`)
}

package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"github.com/pigeon-sms/pigeon/gateway"
)

// A faultList gathers what is wrong with a file, each fault with its line. As
// an error it is one line for each.
type faultList struct {
	path   string
	lines  map[string]int
	faults []fault
}

// A fault is one thing wrong with a configuration file.
type fault struct {
	Line int    `json:"line,omitempty"` // from 1; 0: none is to blame
	Key  string `json:"key,omitempty"`  // "modem[0].port"; several have commas between them
	Text string `json:"text"`
}

// Error returns the faults in the order of the file.
func (l *faultList) Error() string {
	var all []string
	for _, f := range l.faults {
		s := f.Text
		if f.Key != "" {
			s = f.Key + ": " + s
		}
		switch {
		case l.path == "":
		case f.Line == 0:
			s = l.path + ": " + s
		default:
			s = fmt.Sprintf("%s:%d: %s", l.path, f.Line, s)
		}
		all = append(all, s)
	}
	return strings.Join(all, "\n")
}

// err is the list in the order of the file, or nil when it is empty.
func (l *faultList) err() error {
	if len(l.faults) == 0 {
		return nil
	}
	slices.SortStableFunc(l.faults, func(a, b fault) int { return cmp.Compare(a.Line, b.Line) })
	return l
}

// keyed is a sentence that starts with the keys it is about.
var keyed = regexp.MustCompile(`(?s)^([a-z0-9_.\[\]]+(?:, [a-z0-9_.\[\]]+)*): (.*)$`)

// addf adds a sentence that starts with its key, once.
func (l *faultList) addf(format string, args ...any) {
	f := fault{Text: fmt.Sprintf(format, args...)}
	if m := keyed.FindStringSubmatch(f.Text); m != nil {
		f.Key, f.Text = m[1], m[2]
		f.Line = l.lineOf(f.Key)
	}
	if !slices.Contains(l.faults, f) {
		l.faults = append(l.faults, f)
	}
}

// within takes the faults of a part whose keys stand below another.
func (l *faultList) within(prefix string, err error) {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range many.Unwrap() {
			l.within(prefix, e)
		}
	} else if err != nil {
		l.addf("%s%v", prefix, err)
	}
}

// add takes the faults of a part.
func (l *faultList) add(err error) {
	if err == nil {
		return
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range many.Unwrap() {
			l.add(e)
		}
		return
	}
	l.addf("%v", err)
}

// lineOf finds the line of a key, of the first of several that stands in the
// file, or of the table it would stand in; 0 when the file has none of them.
func (l *faultList) lineOf(keys string) int {
	all := strings.Split(keys, ", ")
	for _, key := range all {
		if n := max(l.lines[key], l.lines[key+"[0]"]); n > 0 {
			return n
		}
	}
	for key := all[0]; ; {
		i := strings.LastIndexAny(key, ".[")
		if i < 0 {
			return 0
		}
		if key = key[:i]; l.lines[key] > 0 {
			return l.lines[key]
		}
	}
}

// unknown refuses a key that no part has, and names the one that was meant: the
// nearest beside it, or the same word in another table.
func (l *faultList) unknown(table, name string, beside []string) {
	meant := nearest(name, beside)
	if meant == "" {
		all := knownKeys()
		if i := slices.IndexFunc(all, func(k string) bool { return strings.HasSuffix(k, "."+name) }); i >= 0 {
			meant = all[i]
		}
	}
	if meant != "" {
		meant = fmt.Sprintf("; did you mean %s?", meant)
	}
	if !bare.MatchString(name) {
		name = strconv.Quote(name)
	}
	f := fault{Key: table + name, Text: "there is no such key" + meant}
	f.Line = l.lineOf(f.Key)
	l.faults = append(l.faults, f)
}

var (
	row  = regexp.MustCompile(`\[\d+\]`)
	bare = regexp.MustCompile(`^[A-Za-z0-9_-]+$`) // a key that needs no quotes
)

// unread stands for a secret that could not be read, which is a fault already:
// it passes whatever else looks at it.
const unread = "0000"

// secret returns a secret that stands in the file, or in a file of its own.
func (l *faultList) secret(key, value, path string) string {
	switch {
	case path == "":
		return value
	case value != "":
		l.addf("%s_file: %s stands there as well, and only one can hold", key, key)
		return value
	}
	path = l.beside(path)
	b, err := os.ReadFile(path)
	if err != nil {
		l.addf("%s_file: %v", key, err)
		return unread
	}
	value = strings.TrimRight(string(b), "\r\n")
	if value == "" {
		l.addf("%s_file: %s is empty", key, path)
		return unread
	}
	return value
}

// beside returns the path of a file that the configuration names: a relative
// one starts from the configuration's own folder.
func (l *faultList) beside(path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(l.path), path)
}

// pattern reads a regular expression; nil for an empty one.
func (l *faultList) pattern(key, expr string) *regexp.Regexp {
	if expr == "" {
		return nil
	}
	re, err := regexp.Compile(expr)
	var bad *syntax.Error
	if errors.As(err, &bad) {
		l.addf("%s: %s in %q", key, bad.Code, expr)
	}
	return re
}

// hours reads when a row is open. Its zone is that of the gateway where it has
// none.
func (l *faultList) hours(key string, quiet, days []string, zone, home string) (h gateway.Hours) {
	for i, s := range quiet {
		span, err := gateway.ParseSpan(s)
		if err != nil {
			l.addf("%s.quiet[%d]: %v", key, i, err)
			continue
		}
		h.Quiet = append(h.Quiet, span)
	}
	for i, s := range days {
		day, err := gateway.ParseDay(s)
		if err != nil {
			l.addf("%s.days[%d]: %v", key, i, err)
			continue
		}
		h.Days = append(h.Days, day)
	}
	if h.Zone = l.zone(key+".zone", zone); zone == "" {
		h.Zone = (&faultList{}).zone("", home) // gateway.zone has its own fault
	}
	return h
}

// zone reads whose clocks count; nil for this machine's.
func (l *faultList) zone(key, name string) *time.Location {
	if name == "" {
		return nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		l.addf("%s: %q is no time zone, such as Europe/London or UTC", key, name)
	}
	return zone
}

// syntax says where text is not TOML. The key is named when the fault is in its
// value, and what it says of a secret's value is left out.
func (l *faultList) syntax(text string, err error) {
	var p toml.ParseError
	if !errors.As(err, &p) {
		l.faults = append(l.faults, fault{Text: err.Error()})
		return
	}
	f := fault{Line: p.Position.Line, Text: p.Message}
	if at := p.Position.Start; at >= 0 && at <= len(text) {
		f.Line = 1 + strings.Count(text[:at], "\n") // Line is one too far where the fault is a line's end
	}
	for key, line := range l.lines {
		if line == f.Line && row.ReplaceAllString(key, "") == p.LastKey {
			f.Key = key
		}
	}
	if secretKey.MatchString(p.LastKey) {
		f.Text = "the value is not TOML: put it in single quotes"
	}
	l.faults = append(l.faults, f)
}

// secretKey is a key whose value may hold a secret.
var secretKey = regexp.MustCompile(`(^|\.)(password|token|pin|url)$`)

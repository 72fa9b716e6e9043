package main

import (
	"fmt"
	"slices"
	"strings"
)

// A doctorAnswer is what doctor --json prints. The last two are for --verbose.
type doctorAnswer struct {
	OK        bool      `json:"ok"` // nothing stops sending
	Findings  []finding `json:"findings"`
	Well      []remark  `json:"well,omitempty"`
	Unchecked []remark  `json:"unchecked,omitempty"`
}

func (x *exam) printJSON(verbose bool) error {
	a := doctorAnswer{OK: x.count(stops) == 0, Findings: append([]finding{}, x.findings...)}
	if verbose {
		a.Well, a.Unchecked = x.well, x.unsure
	}
	return printJSON(x.e.stdout, a)
}

// print writes at least a line for each check, and how much it comes to.
func (x *exam) print(verbose bool) {
	widest := 0
	for _, c := range checks() {
		widest = max(widest, len(c.name))
	}
	for _, c := range checks() {
		for _, line := range x.lines(c.name, verbose) {
			mark, text, _ := strings.Cut(line, " ")
			fmt.Fprintln(x.e.stdout, strings.TrimRight(fmt.Sprintf("%s %-*s  %s", mark, widest, c.name, text), " "))
		}
	}
	fmt.Fprintf(x.e.stdout, "\n%s\n", x.sum())
}

// lines are what is said of one check, each after its mark. Where there is
// nothing else to say the mark stands alone.
func (x *exam) lines(name string, verbose bool) []string {
	var all []string
	for _, f := range x.findings {
		if f.Check == name {
			mark := "!"
			if f.Level == stops {
				mark = "✗"
			}
			all = append(all, mark+" "+visible(join(": ", f.Subject, f.Text, f.Cure)))
		}
	}
	found := len(all) > 0
	remarks := func(mark string, list []remark) (n int) {
		for _, r := range list {
			if r.Check == name {
				all = append(all, mark+" "+visible(r.Text))
				n++
			}
		}
		return n
	}
	switch {
	case verbose:
		remarks("✓", x.well)
		remarks("?", x.unsure)
	case found:
	case slices.ContainsFunc(x.well, func(r remark) bool { return r.Check == name }):
		all = []string{"✓"}
	default:
		remarks("?", x.unsure)
	}
	return all
}

// sum says in one line what was found.
func (x *exam) sum() string {
	bad, odd := x.count(stops), x.count(warns)
	sum := "nothing stops sending"
	switch {
	case bad == 1:
		sum = "1 thing stops sending"
	case bad > 1:
		sum = fmt.Sprintf("%d things stop sending", bad)
	}
	switch {
	case odd == 0:
	case odd == 1 && bad == 0:
		sum += ", 1 thing is worth a look"
	case odd == 1:
		sum += ", 1 is worth a look"
	case bad == 0:
		sum += fmt.Sprintf(", %d things are worth a look", odd)
	default:
		sum += fmt.Sprintf(", %d are worth a look", odd)
	}
	return sum
}

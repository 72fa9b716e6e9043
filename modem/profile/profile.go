// Package profile holds what each family of modems does differently, as data:
// how to know one, which of its USB interfaces takes commands, what to say at
// start, where it keeps texts, how it counts PIN tries, how it is reset.
//
// Nothing here runs, waits or speaks to a modem. A row is a reading of vendor
// manuals and of traces from the field; an unknown modem gets Generic, which
// asks for nothing that is not in 3GPP TS 27.005 and 27.007.
package profile

import (
	"slices"
	"strings"
	"time"
)

// A Profile is one family of modems.
type Profile struct {
	Name string // lower case, as it stands in statuses and in made-up modem names

	// How the family is known.
	Layouts []Layout // USB products in modem mode
	Vendors []string // USB vendor ids whose other products are tried too, by probing
	Class   []string // USB class/subclass/protocol of the command port, "ff/01/02", where numbers vary
	Brands  []string // beginnings of what +CGMI answers, lower case
	Models  []string // beginnings of what +CGMM answers, lower case; none: any of the brand

	// What is said at start, after the identity is known. A refusal of Init is
	// no fault: firmware of one family differs.
	Init []string
	CNMI []string // values of +CNMI=, tried in turn until one is taken

	// Where texts are kept: names for +CPMS in order of preference.
	Storage []string
	Reports Reports // how status reports come with the first CNMI value

	// When texts work, which is later than when AT answers.
	Ready     []string      // beginnings of unasked lines that say so; none: only asking tells
	ReadyWait time.Duration // from then on "not yet" is no longer normal
	Settle    time.Duration // after the PIN was taken, before the SIM is asked anything

	Tries Tries    // how many PIN tries are left
	ICCID []string // commands that may tell the SIM's serial number, best first

	Reset     string        // soft reset
	SendLimit time.Duration // longest wait for the answer to +CMGS
	KeepLink  bool          // +CMMS=1 speeds up messages of several segments
}

// A Layout is the USB products that share an arrangement of interfaces.
type Layout struct {
	IDs []string // "vvvv:pppp", lower-case hexadecimal
	AT  []int    // interface numbers that take commands, best first; none: probe
}

// Reports says how status reports come.
type Reports uint8

const (
	Direct Reports = iota // +CDS with the PDU
	Stored                // +CDSI with a place to read
)

// Tries is how a family tells the PIN tries that are left.
type Tries struct {
	Cmd   string // without AT; empty: only +CPINR is asked
	Field int    // which of the answer's fields, from 0
}

// ByUSB returns the family of a USB product, with the interfaces to try first
// (none where only a probe tells), or false when nothing says that the device
// is a modem. It does not know which of a maker's products take no commands.
func ByUSB(id string) (*Profile, []int, bool) {
	id = strings.ToLower(id)
	for i := range all {
		for _, l := range all[i].Layouts {
			if slices.Contains(l.IDs, id) {
				return &all[i], l.AT, true
			}
		}
	}
	vendor, _, _ := strings.Cut(id, ":")
	for i := range all {
		if slices.Contains(all[i].Vendors, vendor) {
			return &all[i], nil, true
		}
	}
	return nil, nil, false
}

// ByIdentity returns the family of a modem that says it is of this make and
// model. It always returns one: Generic for the unknown.
func ByIdentity(manufacturer, model string) *Profile {
	maker, model := strings.ToLower(strings.TrimSpace(manufacturer)), strings.ToLower(strings.TrimSpace(model))
	// Some put the maker before the model ("SIMCOM_SIM7600E", "Quectel EC25").
	for _, sep := range []string{"_", " "} {
		if head, rest, ok := strings.Cut(model, sep); ok && maker != "" && strings.HasPrefix(maker, head) {
			model = rest
			break
		}
	}
	best, score := &all[0], 0
	for i := range all {
		p := &all[i]
		s := 0
		if hasPrefix(maker, p.Brands) {
			s = 1
		}
		if m := longest(model, p.Models); m > 0 {
			s += 1 + m // the model tells more than the maker: modules are rebranded
		} else if len(p.Models) > 0 {
			continue
		}
		if s > score {
			best, score = p, s
		}
	}
	return best
}

// Generic returns the profile of a modem nothing is known of.
func Generic() *Profile { return &all[0] }

// All returns every profile, Generic first.
func All() []Profile { return slices.Clone(all) }

func hasPrefix(s string, prefixes []string) bool { return longest(s, prefixes) > 0 }

// longest returns the length of the longest of the prefixes that s begins with.
func longest(s string, prefixes []string) int {
	n := 0
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			n = max(n, len(p))
		}
	}
	return n
}

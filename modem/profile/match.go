package profile

import (
	"slices"
	"strings"
)

// ByUSB returns the family of a USB product, with the interfaces to try first
// (none where only a probe tells), or false when nothing says that the device
// is a modem, or something says that it is none.
func ByUSB(id string) (*Profile, []int, bool) {
	id = strings.ToLower(id)
	if p, l, ok := ByLayout(id); ok {
		return p, l.AT, true
	}
	if slices.Contains(noModem, id) {
		return nil, nil, false
	}
	vendor, _, _ := strings.Cut(id, ":")
	for i := range all {
		if slices.Contains(all[i].Vendors, vendor) {
			return &all[i], nil, true
		}
	}
	return nil, nil, false
}

// ByLayout returns the family that names a USB product, and how its interfaces
// are arranged.
func ByLayout(id string) (*Profile, Layout, bool) {
	id = strings.ToLower(id)
	for i := range all {
		for _, l := range all[i].Layouts {
			if slices.Contains(l.IDs, id) {
				return &all[i], l, true
			}
		}
	}
	return nil, Layout{}, false
}

// noModem are products of a modem maker's that take no commands: receivers of
// satellite positions, network cards, modules that failed to start.
var noModem = []string{
	"1546:01a5", "1546:01a6", "1546:01a7", "1546:01a8", "1546:01a9", // u-blox GNSS
	"12d1:14db", "12d1:14dc", // Huawei HiLink
	"19d2:1402",              // ZTE, network only
	"06e0:f108", "06e0:f109", // MultiTech before its firmware is loaded
	"05c6:9008", "05c6:900e", // Qualcomm download mode
}

// ownName is how long the beginning of a model must be to tell the family
// under another maker's name: modules and sticks are rebranded.
const ownName = 4

// ByIdentity returns the family of a modem that says it is of this make and
// model. It always returns one: Generic for the unknown.
func ByIdentity(manufacturer, model string) *Profile {
	maker, model := strings.ToLower(strings.TrimSpace(manufacturer)), strings.ToLower(strings.TrimSpace(model))
	// Some put the maker before the model ("SIMCOM_SIM7600E", "Quectel EC25").
	for _, sep := range []string{"_", " "} {
		head, rest, ok := strings.Cut(model, sep)
		if ok && slices.ContainsFunc(all, func(p Profile) bool { return longest(head, p.Brands) > 0 }) {
			model = rest
			break
		}
	}
	best, score := &all[0], 0
	for i := range all {
		p := &all[i]
		s, brand := 0, longest(maker, p.Brands) > 0
		if brand {
			s = 1
		}
		switch m := longest(model, p.Models); {
		case m > 0 && (brand || m >= ownName):
			s += 1 + m // the model tells more than the maker
		case len(p.Models) > 0:
			continue
		}
		if s > score {
			best, score = p, s
		}
	}
	return best
}

// All returns every profile, Generic first.
func All() []Profile { return slices.Clone(all) }

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

package modem

import (
	"slices"
	"testing"
)

func TestRelapse(t *testing.T) {
	round := []string{"reinitialise", "usb", "port", "power"}
	for _, tc := range []struct {
		name        string
		left, round []string
		helped      string
		want        []string
	}{
		{"nothing is left", nil, round, "power", round},
		{"the new start did not last", []string{"usb", "port", "power"}, round, "reinitialise", []string{"usb", "port", "power", "reinitialise"}},
		{"higher steps are left", []string{"port", "power"}, round, "usb", []string{"port", "power", "reinitialise", "usb"}},
		{"only lower ones are", []string{"usb"}, []string{"reinitialise", "power", "usb", "port"}, "power", []string{"reinitialise", "power", "usb", "port"}},
		{"what helped may not be done now", []string{"port"}, round[:3], "power", []string{"port", "reinitialise", "usb"}},
	} {
		if got := relapse(tc.left, tc.round, tc.helped); !slices.Equal(got, tc.want) {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestClimbing(t *testing.T) {
	all := func(string) bool { return true }
	for _, tc := range []struct {
		name   string
		has    func(string) bool
		top    string
		helped string
		shared bool
		want   []string
	}{
		{"all of it", all, StepPower, "", false, []string{"reinitialise", "radio", "reset", "usb", "port", "power"}},
		{"no higher than it is worth", all, StepReset, "", false, []string{"reinitialise", "radio", "reset"}},
		{"what there is", func(s string) bool { return s == StepReinitialise || s == StepUSB }, StepPower, "", false, []string{"reinitialise", "usb"}},
		{"what helped comes second", all, StepPower, StepPort, false, []string{"reinitialise", "port", "radio", "reset", "usb", "power"}},
		{"the line of others waits", all, StepPower, StepPower, true, []string{"reinitialise", "radio", "reset", "usb", "port", "power"}},
		{"a line of its own does not", all, StepPower, StepPower, false, []string{"reinitialise", "power", "radio", "reset", "usb", "port"}},
		{"what helped is above the top", all, StepReset, StepPower, false, []string{"reinitialise", "radio", "reset"}},
		{"what helped is gone", func(s string) bool { return s != StepUSB }, StepPower, StepUSB, false, []string{"reinitialise", "radio", "reset", "port", "power"}},
		{"what helped is the first", all, StepRadio, StepReinitialise, false, []string{"reinitialise", "radio"}},
		{"a word from another version", all, StepRadio, "prayer", false, []string{"reinitialise", "radio"}},
	} {
		if got := climbing(tc.has, tc.top, tc.helped, tc.shared); !slices.Equal(got, tc.want) {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
}

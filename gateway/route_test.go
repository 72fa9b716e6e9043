package gateway

import (
	"regexp"
	"slices"
	"testing"

	"github.com/pigeon-sms/pigeon/sms"
)

func TestRuleIsTheFirstRowThatMatches(t *testing.T) {
	table := []Route{
		{Name: "home", To: regexp.MustCompile(`^\+44`), Via: []string{"north"}},
		{Name: "shop", From: regexp.MustCompile(`^SHOP$`), Via: []string{"south"}},
		{Name: "web", Origin: "http", Via: []string{"east"}},
	}
	for _, tc := range []struct {
		name string
		w    sms.Waiting
		want string
		via  []string
	}{
		{"by recipient", sms.Waiting{To: "+447700900123"}, "home", []string{"north"}},
		{"by sender", sms.Waiting{To: "+15551234567", From: "SHOP"}, "shop", []string{"south"}},
		{"first row wins", sms.Waiting{To: "+447700900123", From: "SHOP"}, "home", []string{"north"}},
		{"by door", sms.Waiting{To: "+15551234567", Origin: "http"}, "web", []string{"east"}},
		{"none", sms.Waiting{To: "+15551234567", Origin: "mqtt"}, "default", nil},
		{"row by name", sms.Waiting{To: "+447700900123", Route: "web"}, "web", []string{"east"}},
		{"way by name", sms.Waiting{To: "+447700900123", Route: "west"}, "west", []string{"west"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := rule(table, &tc.w)
			if got.Name != tc.want || !slices.Equal(got.Via, tc.via) {
				t.Errorf("got row %q via %q, want %q via %q", got.Name, got.Via, tc.want, tc.via)
			}
		})
	}
}

func TestChooseOpensThePreferredWayThatIsReady(t *testing.T) {
	up := func(name, kind string) sms.Way { return sms.Way{Name: name, Kind: kind, Ready: true, State: "ready"} }
	down := func(name, kind string) sms.Way {
		return sms.Way{Name: name, Kind: kind, State: "registering", Why: "searching"}
	}
	for _, tc := range []struct {
		name  string
		route Route
		aside []string
		ways  []sms.Way
		open  []string
		any   bool
		why   string
	}{
		{"every modem is alike", defaultRoute, nil, []sms.Way{up("a", "modem"), up("b", "modem"), up("s", "smsc")}, []string{"a", "b"}, true, ""},
		{"an order is kept", Route{Via: []string{"b", "a"}}, nil, []sms.Way{up("a", "modem"), up("b", "modem")}, []string{"b"}, true, ""},
		{"the next when the first is down", Route{Via: []string{"b", "a"}}, nil, []sms.Way{up("a", "modem"), down("b", "modem")}, []string{"a"}, true, ""},
		{"an SMSC by name", Route{Via: []string{"s"}}, nil, []sms.Way{up("a", "modem"), up("s", "smsc")}, []string{"s"}, true, ""},
		{"set aside", defaultRoute, []string{"a"}, []sms.Way{up("a", "modem"), up("b", "modem")}, []string{"b"}, true, ""},
		{"all set aside", defaultRoute, []string{"a"}, []sms.Way{up("a", "modem")}, nil, false, "no way is ready: no modem is there"},
		{"down", defaultRoute, nil, []sms.Way{down("a", "modem")}, nil, true, "no way is ready: a: registering (searching)"},
		{"not there", Route{Via: []string{"x"}}, nil, []sms.Way{up("a", "modem")}, nil, false, "no way is ready: x: not there"},
		{"nothing there", defaultRoute, nil, nil, nil, false, "no way is ready: no modem is there"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := choose(tc.route, tc.aside, tc.ways)
			if !slices.Equal(got.open, tc.open) || got.any != tc.any || got.why != tc.why {
				t.Errorf("got %+v, want open %q any %v why %q", got, tc.open, tc.any, tc.why)
			}
		})
	}
}

package main

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/gateway"
)

// commented is a line of the example that shows a key, or opens a table, behind
// a "#".
var commented = regexp.MustCompile(`^# ?(\[\[\w+\]\]|\[\w+\.\w+\]|[a-z_]+ +?= .*)$`)

// uncommented is the example with every key set, as a person would have it who
// takes the "#" away. Where a key needs another value, values has it; an empty
// one leaves the key out.
func uncommented(values map[string]string) string {
	var out []string
	table := ""
	for _, line := range strings.Split(exampleConfig, "\n") {
		if m := commented.FindStringSubmatch(line); m != nil {
			line = m[1]
		}
		if strings.HasPrefix(line, "[") {
			table = strings.Trim(strings.Fields(line)[0], "[]")
		}
		if key, _, ok := strings.Cut(line, "="); ok && !strings.HasPrefix(line, "#") {
			key = strings.TrimSpace(key)
			if v, set := values[table+"."+key]; set && v == "" {
				line = ""
			} else if set {
				line = key + " = " + v
			}
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

func TestExampleIsTheDefaults(t *testing.T) {
	if got, want := mustParse(t, exampleConfig), mustParse(t, ""); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want the defaults %+v", got.gateway, want.gateway)
	}
}

// TestExampleShowsEveryKey reads the example with every key set, once for each
// way to name a modem, of which only one can stand there.
func TestExampleShowsEveryKey(t *testing.T) {
	bindings := []string{"modem.port", "modem.usb", "modem.imei", "modem.iccid"}
	for _, one := range bindings {
		values := map[string]string{"account.password": `"hunter2"`, "modem.power.line": "", // the pin is named
			"modem.power.pulse": "", "modem.power.pulse_off": "", "modem.power.gone": ""} // of a key, not of a relay
		for _, other := range bindings {
			if other != one {
				values[other] = ""
			}
		}
		mustParse(t, uncommented(values))
	}

	shown := locate(uncommented(nil))
	for _, key := range leaves() {
		at := key
		if table, name, _ := strings.Cut(key, "."); slices.Contains([]string{"modem", "account", "route"}, table) {
			at = table + "[0]." + name
		}
		if shown[at] == 0 {
			t.Errorf("the example does not show %s", key)
		}
	}
}

// TestExampleShowsTheDefaults takes what the example sets and what the parts do
// by themselves.
func TestExampleShowsTheDefaults(t *testing.T) {
	text := uncommented(map[string]string{"gateway.name": ""})
	text, _, _ = strings.Cut(text, "\n[[modem]]") // from here on, examples
	got, want := mustParse(t, text), mustParse(t, "")
	g := want.gateway
	want.gateway = gateway.Config{
		Name: g.Name, Version: g.Version, RetryFirst: 5 * time.Second, RetryMost: 15 * time.Minute, Attempts: 30, Ageing: 10 * time.Minute,
		Lifetime: 72 * time.Hour, ReportWait: 72 * time.Hour, AssembleWait: 24 * time.Hour, DoubtWait: 30 * time.Second, StopWait: 30 * time.Second, QueueMost: 100000,
		StickyWait: 5 * time.Minute,
	}
	want.gateway.Keep.Age, want.gateway.Keep.Count = 90*24*time.Hour, 20000
	want.mqtt.Broker = want.mqtt.Broker.WithDefaults()
	want.store.MaxSize = 64 << 20
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%#v\n%#v\n%#v\nwant\n%#v\n%#v\n%#v", got.gateway, got.store, got.web, want.gateway, want.store, want.web)
	}
}

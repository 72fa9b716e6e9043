package main

import (
	"encoding/json"
	"strings"
	"testing"

	paho "github.com/eclipse/paho.mqtt.golang"

	"github.com/pigeon-sms/pigeon/sms"
)

// A step of a modem's recovery is an entry of the journal, with what was wrong, how
// long it took and whether it helped, and reaches those who follow: MQTT, and the
// stream of events.
func TestRecoveryIsTold(t *testing.T) {
	dir := stateDir(t)
	l := start(t, dir, 1, ports+"[web]\nlisten = \"\"\n")
	defer l.end()
	n := l.listen()
	notices := make(chan sms.Notice, 10)
	n.wait(n.client.Subscribe(l.found.base+"/modem/sim0/event", 1, func(_ paho.Client, m paho.Message) {
		var v sms.Notice
		if err := json.Unmarshal(m.Payload(), &v); err != nil || m.Retained() {
			t.Errorf("got %s, retained %v, %v", m.Payload(), m.Retained(), err)
		}
		notices <- v
	}))
	eventually(t, "the modem is ready", func() bool { return strings.Contains(l.run("modems"), "ready") })
	l.run("modem", "sim0", "restart")
	got := get(t, "notice over MQTT", notices)
	if got.Seq == 0 || got.Time.IsZero() || got.Way != "sim0" || got.Kind != "recovery" || got.Step != "reinitialise" ||
		got.Reason != "a restart was asked for" || got.Took <= 0 || got.Worked == nil || !*got.Worked {
		t.Errorf("got %+v", got)
	}
	for _, want := range []string{"sim0", "reinitialise", "a restart was asked for: it worked ("} {
		if events := l.run("events"); !strings.Contains(events, want) {
			t.Errorf("pigeon events does not tell %q:\n%s", want, events)
		}
	}
}

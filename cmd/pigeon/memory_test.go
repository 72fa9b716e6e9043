package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"

	"github.com/pigeon-sms/pigeon/sms"
)

// heapMost is the budget of heap for a daemon with eight modems at work, in bytes,
// the modems' simulators among it. A message that waits has one of its own, see
// TestEntrySize.
const heapMost = 8 << 20

// Eight modems send at a time, a thousand messages wait, a client of the broker
// takes its events and acknowledges none, and the heap stays within its budget.
func TestHeapWithEightModems(t *testing.T) {
	inUse := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	const modems = 8
	before := inUse()
	l := start(t, stateDir(t), modems, ports+"[web]\nlisten = \"\"\n")
	defer l.end()

	o := paho.NewClientOptions().AddBroker(strings.Replace(l.found.broker, "mqtt://", "tcp://", 1)).
		SetClientID("deaf").SetAutoReconnect(false).SetProtocolVersion(4).SetAutoAckDisabled(true)
	deaf := &listener{t: t, client: paho.NewClient(o)}
	deaf.wait(deaf.client.Connect())
	defer deaf.client.Disconnect(10)
	deaf.wait(deaf.client.Subscribe(l.found.base+"/#", 1, func(paho.Client, paho.Message) {}))

	to := make([]string, sms.MaxRecipients)
	for i := range to {
		to[i] = fmt.Sprintf("+4477008%05d", i)
	}
	body, err := json.Marshal(map[string]any{"to": to, "text": benchText})
	if err != nil {
		t.Fatal(err)
	}
	if status, _ := l.post(string(body)); status != 202 {
		t.Fatalf("the request: got %d, want 202", status)
	}
	full := func() bool {
		var h sms.Health
		if err := json.Unmarshal([]byte(l.run("status", "--json")), &h); err != nil {
			t.Fatal(err)
		}
		return h.Queue.Sending == modems
	}
	eventually(t, "every modem sends", full)
	var most int64
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for range 20 {
		most = max(most, inUse()-before)
		<-tick.C
	}
	t.Logf("%d KiB of heap at most", most>>10)
	if most > heapMost {
		t.Errorf("the heap holds %d bytes at most, want at most %d", most, heapMost)
	}
}

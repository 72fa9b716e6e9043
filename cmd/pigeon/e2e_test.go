//go:build interop

package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/modem/modemsim"
)

// words are what texts are made of: the default alphabet, its extension table,
// other scripts, and characters outside the basic plane.
var words = [][]string{
	{"alarm", "door 3", "temperature", "ok", "Überlauf", "señal", "Øresund", "@home", "£5"},
	{"[zone 4]", "{json}", "5 €", "a|b", "~", "^", `\path`},
	{"Жара", "警报", "διαρροή", "حريق", "उच्च"},
	{"🔥", "👍🏽", "🇬🇧", "𝄞"},
}

// text makes a text of some length from the first so many sets of words.
func text(r *rand.Rand, id string) string {
	set := words[:1+r.IntN(len(words))]
	var b strings.Builder
	b.WriteString(id)
	for n := []int{1, 5, 20, 60}[r.IntN(4)]; n > 0; n-- {
		from := set[r.IntN(len(set))]
		b.WriteString(" " + from[r.IntN(len(from))])
	}
	return b.String()
}

// TestEndToEnd carries 500 messages out and 500 texts in at the same time,
// through the built binary and mosquitto. What the network received, it decoded
// by itself.
func TestEndToEnd(t *testing.T) {
	const out, in = 500, 500
	w := newE2E(t, 4, 5*time.Millisecond)
	w.startBroker()
	defer w.stopBroker()
	w.startDaemon()
	w.connect()
	defer w.client.Disconnect(100)

	r := rand.New(rand.NewPCG(1, 0))
	sent, arrived := map[string]string{}, map[string]string{}
	for i := range out {
		id := fmt.Sprintf("out-%d", i)
		sent[id] = text(r, id)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range out {
			id := fmt.Sprintf("out-%d", i)
			w.publish(base+"/send", map[string]any{"id": id, "to": fmt.Sprintf("+4477009%05d", i), "text": sent[id]})
		}
	})
	for i := range in {
		from := fmt.Sprintf("+4477008%05d", i)
		arrived[from] = text(r, from)
		d := modemsim.Delivery{Shuffle: uint64(i % 3), Wide: i%2 == 0}
		if _, err := w.sim.Network().Deliver(fmt.Sprintf("modem%d", i%4), from, arrived[from], d); err != nil {
			t.Fatal(err)
		}
	}
	wg.Wait()
	w.within(3*time.Minute, "all messages are final and all texts here", func() bool { return w.final() == out && w.texts() == in })
	w.stop()

	w.mu.Lock()
	defer w.mu.Unlock()
	for id := range sent {
		var story []string
		for _, e := range w.events[id] {
			story = append(story, string(e.State))
		}
		if got, want := strings.Join(story, " "), "queued sending sent delivered"; got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
	network := map[string]modemsim.Message{}
	for _, m := range w.sim.Network().Messages() {
		if m.Copies != 1 || network[m.To].To != "" {
			t.Errorf("the network has %d copies for %s", m.Copies, m.To)
		}
		network[m.To] = m
	}
	for i := range out {
		id, to := fmt.Sprintf("out-%d", i), fmt.Sprintf("+4477009%05d", i)
		if got, want := network[to].Text, sent[id]; got != want {
			t.Errorf("%s: the network received %q, want %q", id, got, want)
		}
	}
	for _, r := range w.received {
		want, ok := arrived[string(r.From)]
		if r.Text != want || !ok {
			t.Errorf("from %s: got %q, want %q", r.From, r.Text, want)
		}
		delete(arrived, string(r.From))
	}
	if len(arrived) > 0 || len(w.errors) > 0 || w.disorder > 0 || w.repeats > 0 {
		t.Errorf("%d texts never came; errors %q; %d events out of order, %d repeated", len(arrived), w.errors, w.disorder, w.repeats)
	}
}

// TestBrokerAway stops the broker under load and starts it again. Order is not
// asked for: a mosquitto that comes back hands out what it had in flight late.
func TestBrokerAway(t *testing.T) {
	const out, in = 60, 60
	w := newE2E(t, 2, 20*time.Millisecond)
	w.startBroker()
	w.startDaemon()
	w.connect()
	defer w.client.Disconnect(100)
	request := func(i int) {
		w.publish(base+"/send", map[string]any{"id": fmt.Sprintf("out-%d", i), "to": fmt.Sprintf("+4477009%05d", i), "text": "hello"})
	}
	for i := range out / 2 {
		request(i)
	}
	w.stopBroker()
	for i := range in { // texts and reports come while there is nobody to tell
		if _, err := w.sim.Network().Deliver(fmt.Sprintf("modem%d", i%2), fmt.Sprintf("+4477008%05d", i), "in", modemsim.Delivery{}); err != nil {
			t.Fatal(err)
		}
	}
	w.within(30*time.Second, "the network has handed over all texts", func() bool {
		return w.sim.Network().Pending("modem0")+w.sim.Network().Pending("modem1") == 0
	})
	w.startBroker()
	defer w.stopBroker()
	for i := out / 2; i < out; i++ {
		request(i)
	}
	w.within(time.Minute, "all messages are final and all texts here", func() bool { return w.final() == out && w.texts() == in })
	w.stop()
	for i := range out {
		if got := w.sim.Network().Copies(fmt.Sprintf("+4477009%05d", i), "hello"); got != 1 {
			t.Errorf("message %d: the network has %d copies, want 1", i, got)
		}
	}
}

// TestKilled kills the daemon at random moments of a run with traffic both ways:
// at 200 of them, or KILLS. Now and then the broker is stopped and started again,
// before a kill or between it and the next start. Every accepted message reaches
// one final state; what is sent again is what was in doubt, once for each doubt,
// and never what says hold; every text is published. The seed is printed, and
// KILLSEED runs it again.
//
// The broker is told to stop, so that it saves what it has acknowledged: what
// mosquitto loses when it is killed is lost by nobody of ours.
func TestKilled(t *testing.T) {
	kills, seed := int(number(t, "KILLS", 200)), seedOf(t)
	t.Logf("KILLS=%d KILLSEED=%d", kills, seed)
	began := time.Now()
	r := rand.New(rand.NewPCG(seed, 0))
	w := newE2E(t, 4, 30*time.Millisecond)
	w.startBroker()
	defer w.stopBroker()
	w.startDaemon()
	w.connect()
	defer w.client.Disconnect(100)

	l, restarts := &load{w: w, r: r}, 0
	for range kills {
		l.more()
		<-time.After(time.Duration(50+r.IntN(450)) * time.Millisecond)
		pause := func() { <-time.After(time.Duration(r.IntN(200)) * time.Millisecond) }
		switch r.IntN(12) {
		case 0: // back before the kill, if only just
			restarts++
			w.stopBroker()
			pause()
			w.startBroker()
			pause()
			w.kill()
			w.startDaemon()
		case 1: // away when the daemon is killed, and when it starts
			restarts++
			w.stopBroker()
			pause()
			w.kill()
			w.startDaemon()
			pause()
			w.startBroker()
		default:
			w.kill()
			w.startDaemon()
		}
	}
	l.end()
	w.stop()
	t.Logf("%d kills, %d broker restarts, %s; %v", kills, restarts, l.prove(), time.Since(began).Round(time.Second))
}

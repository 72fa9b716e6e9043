//go:build interop

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// post asks over the socket and returns the status, and Retry-After.
func (w *e2e) post(path string, body any) (status int, retry string) {
	w.t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		w.t.Fatal(err)
	}
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", filepath.Join(w.state, "pigeon.sock"))
	}}
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport}).Post("http://pigeon"+path, "application/json", bytes.NewReader(b))
	if err != nil {
		w.t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode, resp.Header.Get("Retry-After")
}

// refused are the ids of the requests that were refused so far.
func (w *e2e) refused() map[string]bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	ids := map[string]bool{}
	for _, payload := range w.errors {
		var e struct{ ID, Error string }
		if err := json.Unmarshal([]byte(payload), &e); err != nil || !strings.Contains(payload, "the queue is full") {
			w.t.Errorf("another error than a full queue: %s, %v", payload, err)
		}
		ids[e.ID] = true
	}
	return ids
}

// TestDiskFull fills the disk under a daemon. What it has accepted it keeps, what
// is new it refuses over MQTT and HTTP, and once there is room it goes on by
// itself and sends the rest.
func TestDiskFull(t *testing.T) {
	w := newE2E(t, 2, 5*time.Millisecond)
	d := w.onDisk(1)
	w.startBroker()
	defer w.stopBroker()
	w.startDaemon()
	w.connect()
	defer w.client.Disconnect(100)

	n := 0
	more := func() {
		w.publish(base+"/send", map[string]any{"id": fmt.Sprintf("out-%d", n), "to": fmt.Sprintf("+4477009%05d", n), "text": "hello"})
		n++
	}
	for range 10 {
		more()
	}
	w.within(30*time.Second, "with room all is sent", func() bool { return w.final() == 10 })
	if err := d.Room(40 * 4096); err != nil {
		t.Fatal(err)
	}
	w.within(time.Minute, "requests over MQTT are refused", func() bool { more(); return len(w.refused()) >= 5 })
	w.within(time.Minute, "requests over HTTP are refused", func() bool {
		status, retry := w.post("/api/v1/messages", map[string]any{"to": "+447700900001", "text": "not now"})
		if status == http.StatusServiceUnavailable && retry == "" {
			t.Error("503 without Retry-After")
		}
		return status == http.StatusServiceUnavailable
	})
	if err := d.Room(-1); err != nil {
		t.Fatal(err)
	}
	full := n
	w.within(time.Minute, "requests are accepted again", func() bool {
		more()
		for i := full; i < n; i++ { // the latest is not announced yet
			if w.accepted(fmt.Sprintf("out-%d", i)) {
				return true
			}
		}
		return false
	})
	w.within(2*time.Minute, "all that was accepted is sent", func() bool { return w.final() == n })
	w.stop()
	refused := w.refused()
	for i := range n {
		id, to := fmt.Sprintf("out-%d", i), fmt.Sprintf("+4477009%05d", i)
		want := 1
		if refused[id] {
			want = 0
		}
		if got := w.sim.Network().Copies(to, "hello"); got != want {
			t.Errorf("%s, refused %v: the network has %d copies, want %d", id, refused[id], got, want)
		}
	}
	t.Logf("%d requests until the disk was full, %d refused in all", full, len(refused))
}

// accepted reports whether a message stands in the journal.
func (w *e2e) accepted(id string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	es := w.events[id]
	return len(es) > 0 && es[len(es)-1].Seq > 0
}

// TestDiskFails has writes and syncs fail under load. The daemon says so and ends
// rather than go on with what it cannot know; started again it finds all that was
// acknowledged, also when the power goes a little later.
func TestDiskFails(t *testing.T) {
	seed := seedOf(t)
	t.Logf("KILLSEED=%d", seed)
	r := rand.New(rand.NewPCG(seed, 5))
	w := newE2E(t, 4, 10*time.Millisecond)
	d := w.onDisk(seed)
	w.startBroker()
	defer w.stopBroker()
	w.startDaemon()
	w.connect()
	defer w.client.Disconnect(100)

	l := &load{w: w, r: r}
	const rounds = 16
	for round := range rounds {
		fail := d.FailSync
		if round%2 == 1 {
			fail = d.FailWrite
		}
		l.more()
		if err := fail(1 + r.IntN(20)); err != nil {
			t.Fatal(err)
		}
		l.more()
		ended := make(chan error, 1)
		go func() { ended <- w.daemon.Wait() }()
		select {
		case err := <-ended:
			if err == nil || !strings.Contains(w.log.String(), "input/output error") {
				t.Errorf("round %d: the daemon ended with %v:\n%s", round, err, tail(w.log.String(), 10))
			}
		case <-time.After(time.Minute):
			_ = w.daemon.Process.Kill()
			t.Fatalf("round %d: the daemon goes on:\n%s", round, tail(w.log.String(), 40))
		}
		if round == 0 {
			t.Logf("its last word: %s", tail(strings.TrimSpace(w.log.String()), 1))
		}
		w.startDaemon()
		if round%4 < 2 { // on what the failed sync left, the power goes too
			if err := d.CutAfter(1 + r.IntN(40)); err != nil {
				t.Fatal(err)
			}
			w.cut(d, 3*time.Second, r.Uint64())
			if w.audit(); t.Failed() {
				t.Fatalf("round %d", round)
			}
			w.startDaemon()
		}
	}
	l.end()
	w.stop()
	told, _ := l.check()
	t.Logf("%d writes and syncs failed; %s", rounds, told)
}

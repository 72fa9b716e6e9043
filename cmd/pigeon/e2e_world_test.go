//go:build interop

package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"

	"github.com/pigeon-sms/pigeon/modem/modemsim"
	"github.com/pigeon-sms/pigeon/sms"
)

// An e2e is a whole Pigeon outside this process, between a real mosquitto and
// simulated modems whose network lives here and outlasts every kill.
type e2e struct {
	t      *testing.T
	dir    string
	state  string // the daemon's state directory
	binary string
	sim    *modemsim.Sim

	brokerPort int
	broker     *exec.Cmd
	daemon     *exec.Cmd
	log        *bytes.Buffer

	client paho.Client

	mu       sync.Mutex
	events   map[string][]sms.Event // by id, in order of seq, repeats dropped
	repeats  int                    // events and texts that came again, with a seq known already
	disorder int                    // events that came after a later one of the same message
	opened   time.Time              // when the broker was last started: it hands out late what it had in flight
	lines    map[uint64]string      // payloads by seq
	received []sms.Received
	errors   []string
	changed  chan struct{}
}

// base is where the daemon's topics are.
const base = "pigeon/e2e"

func newE2E(t *testing.T, modems int, latency time.Duration) *e2e {
	t.Helper()
	if _, err := exec.LookPath("mosquitto"); err != nil {
		t.Fatal("mosquitto is not installed: make interop installs it")
	}
	w := &e2e{t: t, dir: t.TempDir(), events: map[string][]sms.Event{}, lines: map[uint64]string{}, changed: make(chan struct{})}
	w.state = filepath.Join(w.dir, "state")
	w.binary = filepath.Join(w.dir, "pigeon")
	if out, err := exec.Command("go", "build", "-o", w.binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}

	cfg := modemsim.Config{
		Count: modems, Dir: filepath.Join(w.dir, "modems"),
		Modem:   modemsim.ModemConfig{Latency: latency},
		Network: modemsim.NetworkConfig{ReportDelay: 20 * time.Millisecond},
	}
	w.sim = modemsim.New(cfg, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.sim.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("simulator: %v", err)
		}
	})
	<-w.sim.Ready()

	w.brokerPort = freePort(t)
	w.write("mosquitto.conf", fmt.Sprintf("listener %d 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location %s/\nmax_queued_messages 0\nmax_inflight_messages 100\nuser root\n", w.brokerPort, w.dir))
	conf := fmt.Sprintf("[gateway]\nname = \"e2e\"\ncountry = \"44\"\nreport_wait = \"30s\"\ndoubt_wait = \"2s\"\ntrust_clock = \"always\"\n[mqtt]\nurl = \"tcp://127.0.0.1:%d\"\n[web]\nlisten = \"\"\n", w.brokerPort)
	for i, link := range w.sim.Links() {
		conf += fmt.Sprintf("[[modem]]\nname = \"m%d\"\nport = %q\n", i, link)
	}
	w.write("pigeon.toml", conf)
	return w
}

func (w *e2e) write(name, text string) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// startBroker starts mosquitto; stopBroker lets it save its sessions and end.
func (w *e2e) startBroker() {
	w.t.Helper()
	w.mu.Lock()
	w.opened = time.Now()
	w.mu.Unlock()
	w.broker = exec.Command("mosquitto", "-c", filepath.Join(w.dir, "mosquitto.conf"))
	w.broker.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := w.broker.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.within(10*time.Second, "mosquitto listens", func() bool {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", w.brokerPort))
		if err == nil {
			c.Close()
		}
		return err == nil
	})
}

func (w *e2e) stopBroker() {
	w.t.Helper()
	if err := w.broker.Process.Signal(syscall.SIGTERM); err != nil {
		w.t.Fatal(err)
	}
	_ = w.broker.Wait() // it was told to end
}

func (w *e2e) startDaemon() {
	w.t.Helper()
	w.log = &bytes.Buffer{}
	w.daemon = exec.Command(w.binary, "run", "--config", filepath.Join(w.dir, "pigeon.toml"), "--state", w.state)
	w.daemon.Stdout, w.daemon.Stderr = w.log, w.log
	w.daemon.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := w.daemon.Start(); err != nil {
		w.t.Fatal(err)
	}
}

// kill ends the daemon as a power cut would, as far as its own memory goes.
func (w *e2e) kill() {
	w.t.Helper()
	if err := w.daemon.Process.Signal(syscall.SIGKILL); err != nil {
		w.t.Fatalf("the daemon was gone before it was killed: %v\n%s", err, w.log)
	}
	_ = w.daemon.Wait() // it was killed
	if w.daemon.ProcessState.Exited() {
		w.t.Fatalf("the daemon had ended by itself:\n%s", w.log)
	}
}

// stop ends the daemon in order, and its store must then hold every invariant.
func (w *e2e) stop() {
	w.t.Helper()
	if err := w.daemon.Process.Signal(syscall.SIGTERM); err != nil {
		w.t.Fatal(err)
	}
	if err := w.daemon.Wait(); err != nil {
		w.t.Errorf("the daemon ended with %v:\n%s", err, w.log)
	}
	w.audit()
}

// audit checks the store of a daemon that does not run.
func (w *e2e) audit() {
	w.t.Helper()
	if out, err := exec.Command(w.binary, "audit", "--state", w.state).CombinedOutput(); err != nil {
		w.t.Errorf("audit: %v\n%s", err, out)
	}
}

// connect joins the broker as a fleet's own program would.
func (w *e2e) connect() {
	w.t.Helper()
	o := paho.NewClientOptions().AddBroker(fmt.Sprintf("tcp://127.0.0.1:%d", w.brokerPort)).
		SetClientID("fleet").SetCleanSession(false).SetConnectRetry(true).SetConnectRetryInterval(100 * time.Millisecond).
		SetMaxReconnectInterval(100 * time.Millisecond).SetProtocolVersion(4).
		SetStore(paho.NewOrderedMemoryStore()).SetDefaultPublishHandler(w.hear)
	w.client = paho.NewClient(o)
	if tok := w.client.Connect(); !tok.WaitTimeout(10*time.Second) || tok.Error() != nil {
		w.t.Fatalf("connect: %v", tok.Error())
	}
	// Before the gateway's first subscription the broker would drop requests.
	online := make(chan struct{})
	var once sync.Once
	w.client.AddRoute(base+"/state", func(_ paho.Client, m paho.Message) {
		if string(m.Payload()) == "online" {
			once.Do(func() { close(online) })
		}
	})
	if tok := w.client.Subscribe(base+"/state", 1, nil); !tok.WaitTimeout(10*time.Second) || tok.Error() != nil {
		w.t.Fatalf("subscribe: %v", tok.Error())
	}
	select {
	case <-online:
	case <-time.After(30 * time.Second):
		w.t.Fatalf("the gateway never said it was online:\n%s", w.log)
	}
	if tok := w.client.SubscribeMultiple(map[string]byte{base + "/message/+": 1, base + "/received": 1, base + "/error": 1}, nil); !tok.WaitTimeout(10*time.Second) || tok.Error() != nil {
		w.t.Fatalf("subscribe: %v", tok.Error())
	}
}

// hear enters what the gateway publishes.
func (w *e2e) hear(_ paho.Client, m paho.Message) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case strings.HasPrefix(m.Topic(), base+"/message/"):
		var e sms.Event
		if err := json.Unmarshal(m.Payload(), &e); err != nil {
			w.t.Errorf("%s: %v: %s", m.Topic(), err, m.Payload())
			return
		}
		if w.again(e.Seq, m.Payload()) {
			return
		}
		known := w.events[e.ID]
		if len(known) > 0 && known[len(known)-1].Seq > e.Seq && e.Time.After(w.opened) {
			w.disorder++
		}
		known = append(known, e)
		slices.SortFunc(known, func(a, b sms.Event) int { return cmp.Compare(a.Seq, b.Seq) })
		w.events[e.ID] = known
	case m.Topic() == base+"/received":
		var r sms.Received
		if err := json.Unmarshal(m.Payload(), &r); err != nil {
			w.t.Errorf("%s: %v: %s", m.Topic(), err, m.Payload())
			return
		}
		if !w.again(r.Seq, m.Payload()) {
			w.received = append(w.received, r)
		}
	default:
		w.errors = append(w.errors, string(m.Payload()))
	}
	close(w.changed)
	w.changed = make(chan struct{})
}

// again notes a line of the journal; true when it is known already.
func (w *e2e) again(seq uint64, payload []byte) bool {
	if seq == 0 { // a refusal is no line
		return false
	}
	known, ok := w.lines[seq]
	if !ok {
		w.lines[seq] = string(payload)
		return false
	}
	w.repeats++
	if known != string(payload) {
		w.t.Errorf("line %d of the journal was told as %s, and then as %s", seq, known, payload)
	}
	return true
}

// publish sends a request and waits until the broker has it.
func (w *e2e) publish(topic string, payload any) {
	w.t.Helper()
	b, ok := payload.([]byte)
	if !ok {
		var err error
		if b, err = json.Marshal(payload); err != nil {
			w.t.Fatal(err)
		}
	}
	if tok := w.client.Publish(topic, 1, false, b); !tok.WaitTimeout(30*time.Second) || tok.Error() != nil {
		w.t.Errorf("publish: %v", tok.Error())
	}
}

// within waits until something holds.
func (w *e2e) within(d time.Duration, what string, holds func() bool) {
	w.t.Helper()
	limit := time.After(d)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-limit:
			log := ""
			if w.log != nil {
				log = tail(w.log.String(), 40)
			}
			w.t.Fatalf("after %v still not true: %s\n%d of %d messages seen are final, %d texts\nthe daemon's last words:\n%s",
				d, what, w.final(), w.seen(), w.texts(), log)
		}
	}
}

func tail(s string, n int) string {
	lines := strings.Split(s, "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// final counts the messages that have reached a final state.
func (w *e2e) final() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, es := range w.events {
		if es[len(es)-1].Final {
			n++
		}
	}
	return n
}

// seen counts the messages of which there was any news.
func (w *e2e) seen() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.events)
}

func (w *e2e) texts() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.received)
}

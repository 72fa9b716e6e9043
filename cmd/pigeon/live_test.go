package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"

	"github.com/pigeon-sms/pigeon/modem/usb"
	"github.com/pigeon-sms/pigeon/sms"
)

// patience is how long a test waits for what must come.
const patience = 30 * time.Second

// eventually waits until something holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	limit, tick := time.After(patience), time.NewTicker(10*time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("after %v still not true: %s", patience, what)
		}
	}
}

// get takes the next value of a channel.
func get[T any](t *testing.T, what string, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(patience):
		t.Fatalf("after %v there is no %s", patience, what)
		panic("not reached")
	}
}

// A notebook is a writer whose text can be read meanwhile.
type notebook struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (n *notebook) Write(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.b.Write(p)
}

func (n *notebook) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.b.String()
}

// stateDir is a new state directory. A socket's path has to be short, which
// t.TempDir is not.
func stateDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "pigeon")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// ports are the settings that let a daemon take any free port.
const ports = "[gateway]\nname = \"live\"\ncountry = \"44\"\n[mqtt.broker]\nlisten = \"127.0.0.1:0\"\n"

// A live daemon is a whole one in this process, with its configuration in
// pigeon.toml in its state directory.
type live struct {
	t     *testing.T
	dir   string
	log   *notebook
	found found
	hup   chan os.Signal
	stop  context.CancelFunc
	done  chan error
}

// start starts one and waits until it listens.
func start(t *testing.T, dir string, sims int, text string) *live {
	t.Helper()
	return startOn(t, "", nil, dir, sims, text)
}

// startOn is start on a machine whose /sys lies below a root, and on whose USB bus
// these devices are.
func startOn(t *testing.T, root string, devices []usb.Device, dir string, sims int, text string) *live {
	t.Helper()
	l := &live{t: t, dir: dir, log: &notebook{}, hup: make(chan os.Signal), done: make(chan error, 1)}
	l.write(text)
	cfg, err := l.load()
	if err != nil {
		t.Fatal(err)
	}
	e := newDesk(t).env
	e.stderr = l.log
	greeted := make(chan found, 1)
	d := daemon{lines: &powerLines{},
		cfg: cfg, sims: sims, state: dir, log: newLog(&e, false), root: root,
		scan:  func() ([]usb.Device, error) { return devices, nil },
		greet: func(f found) { greeted <- f },
	}
	var ctx context.Context
	ctx, l.stop = context.WithCancel(context.Background())
	t.Cleanup(l.stop)
	go func() { l.done <- d.serve(ctx, l.hup, l.load) }()
	select {
	case l.found = <-greeted:
	case err := <-l.done:
		t.Fatalf("the daemon ended with %v:\n%s", err, l.log)
	case <-time.After(patience):
		t.Fatalf("the daemon does not greet:\n%s", l.log)
	}
	return l
}

func (l *live) write(text string) {
	l.t.Helper()
	if err := os.WriteFile(filepath.Join(l.dir, "pigeon.toml"), []byte(text), 0o600); err != nil {
		l.t.Fatal(err)
	}
}

func (l *live) load() (config, error) {
	return loadConfig(filepath.Join(l.dir, "pigeon.toml"), l.dir, "host")
}

// end stops the daemon, and checks that nothing of it is left.
func (l *live) end() {
	l.t.Helper()
	l.stop()
	if err := get(l.t, "end of the daemon", l.done); err != nil {
		l.t.Errorf("the daemon ended with %v:\n%s", err, l.log)
	}
	if _, err := os.Lstat(filepath.Join(l.dir, socketName)); err == nil {
		l.t.Error("the socket is still there")
	}
	links, err := filepath.Glob(filepath.Join(l.dir, "simulated", "*"))
	if err != nil || len(links) > 0 {
		l.t.Errorf("got links %v and %v, want none", links, err)
	}
}

// noneLeft returns a check that no goroutine was started since that is still there.
func noneLeft(t *testing.T) func() {
	c := make(chan os.Signal, 1) // the first of these starts the runtime's own goroutine
	signal.Notify(c, syscall.SIGHUP)
	signal.Stop(c)
	before := runtime.NumGoroutine()
	return func() {
		t.Helper()
		limit, tick := time.After(5*time.Second), time.NewTicker(10*time.Millisecond)
		defer tick.Stop()
		for runtime.NumGoroutine() > before {
			select {
			case <-tick.C:
			case <-limit:
				all := make([]byte, 1<<20)
				t.Fatalf("got %d goroutines, want %d:\n%s", runtime.NumGoroutine(), before, all[:runtime.Stack(all, true)])
			}
		}
	}
}

// post sends a request over the unix socket.
func (l *live) post(request string) (status int, messages []sms.Event) {
	l.t.Helper()
	path := filepath.Join(l.dir, socketName)
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}}
	defer transport.CloseIdleConnections()
	res, err := (&http.Client{Transport: transport, Timeout: patience}).Post("http://pigeon/api/v1/messages", "application/json", strings.NewReader(request))
	if err != nil {
		l.t.Fatal(err)
	}
	defer res.Body.Close()
	var answer struct{ Messages []sms.Event }
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		l.t.Fatal(err)
	}
	return res.StatusCode, answer.Messages
}

// run runs a command against the daemon and returns what it printed.
func (l *live) run(args ...string) string {
	l.t.Helper()
	d := newDesk(l.t)
	if code := d.run(l.t.Context(), append(args, "--state", l.dir)...); code != 0 {
		l.t.Errorf("pigeon %q: got exit status %d and %s", args, code, d.err.String())
	}
	return d.out.String()
}

// A listener is a client of the broker, and what it heard.
type listener struct {
	t        *testing.T
	client   paho.Client
	events   chan sms.Event
	received chan sms.Received
}

// listen connects to the embedded broker over TCP.
func (l *live) listen() *listener {
	l.t.Helper()
	// More than any test here publishes: paho's callback must not block.
	n := &listener{l.t, nil, make(chan sms.Event, 100), make(chan sms.Received, 100)}
	o := paho.NewClientOptions().AddBroker(strings.Replace(l.found.broker, "mqtt://", "tcp://", 1)).
		SetClientID("listener").SetAutoReconnect(false).SetProtocolVersion(4)
	n.client = paho.NewClient(o)
	n.wait(n.client.Connect())
	n.wait(n.client.Subscribe(l.found.base+"/message/+", 1, func(_ paho.Client, m paho.Message) {
		var ev sms.Event
		if err := json.Unmarshal(m.Payload(), &ev); err != nil || m.Topic() != l.found.base+"/message/"+ev.ID {
			l.t.Errorf("%s: got %s and %v", m.Topic(), m.Payload(), err)
		}
		n.events <- ev
	}))
	n.wait(n.client.Subscribe(l.found.base+"/received", 1, func(_ paho.Client, m paho.Message) {
		var r sms.Received
		if err := json.Unmarshal(m.Payload(), &r); err != nil {
			l.t.Errorf("%s: got %s and %v", m.Topic(), m.Payload(), err)
		}
		n.received <- r
	}))
	return n
}

func (n *listener) wait(tok paho.Token) {
	n.t.Helper()
	if !tok.WaitTimeout(patience) || tok.Error() != nil {
		n.t.Fatalf("mqtt: %v", tok.Error())
	}
}

func (n *listener) publish(topic, payload string) {
	n.t.Helper()
	n.wait(n.client.Publish(topic, 1, false, payload))
}

// fetch reads a URL.
func fetch(url string) (string, error) {
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	res, err := (&http.Client{Transport: transport, Timeout: patience}).Get(url)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return string(b), err
}

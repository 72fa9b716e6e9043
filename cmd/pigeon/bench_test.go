package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
	"golang.org/x/sys/unix"

	"github.com/pigeon-sms/pigeon/modem/modemsim"
	"github.com/pigeon-sms/pigeon/sms"
)

// The benchmarks below measure the whole daemon: the store in a file, the core,
// the embedded broker, the socket, and modems over pseudo-terminals, joined by
// the daemon's own run. docs/performance.md holds their figures. Each iteration
// is many messages, so that one iteration is enough; what is told is in the
// metrics, and ns/op says how long a batch took.

// benchBase is where the benchmarked daemon's topics are.
const benchBase = "pigeon/bench"

// benchText fits in one segment, like most that machines send.
const benchText = "A text of the usual length, such as people write and machines too; it says little and takes 100 signs."

// benchLimit bounds every wait of a benchmark: what takes longer hangs.
const benchLimit = 2 * time.Minute

// benchDir is a new directory with a path short enough for a socket. It must
// be on a disk: in memory a sync costs nothing and every figure would flatter.
func benchDir(b *testing.B) string {
	b.Helper()
	dir, err := os.MkdirTemp("", "pigeon")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { os.RemoveAll(dir) })
	var fs unix.Statfs_t
	if err := unix.Statfs(dir, &fs); err != nil {
		b.Fatal(err)
	}
	if fs.Type == unix.TMPFS_MAGIC {
		b.Fatalf("%s is in memory: name a directory on a disk with TMPDIR", dir)
	}
	return dir
}

// benchConfig is the configuration of a daemon with these modems, and ports of
// the system's choice.
func benchConfig(links ...string) string {
	var b strings.Builder
	b.WriteString("[gateway]\nname = \"bench\"\ncountry = \"44\"\nauto_modems = false\n")
	b.WriteString("[mqtt.broker]\nlisten = \"127.0.0.1:0\"\nmax_clients = 128\n[web]\nlisten = \"\"\n")
	for i, link := range links {
		b.WriteString("[[modem]]\nname = \"m" + string(rune('0'+i)) + "\"\nport = \"" + link + "\"\n")
	}
	return b.String()
}

// A user asks a daemon through its socket.
type user struct {
	b      *testing.B
	socket string
	http   *http.Client
}

func newUser(b *testing.B, state string) *user {
	u := &user{b: b, socket: filepath.Join(state, socketName)}
	t := &http.Transport{
		MaxIdleConnsPerHost: 1,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", u.socket)
		},
	}
	u.http = &http.Client{Transport: t, Timeout: benchLimit}
	b.Cleanup(t.CloseIdleConnections)
	return u
}

// get asks for a document.
func (u *user) get(path string, out any) error {
	resp, err := u.http.Get("http://pigeon/api/v1" + path)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return json.NewDecoder(resp.Body).Decode(out)
}

// post has a request accepted: on disk, when it returns nil.
func (u *user) post(body []byte) error {
	resp, err := u.http.Post("http://pigeon/api/v1/messages", "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body) // so that the connection is used again
	if err == nil && resp.StatusCode != http.StatusAccepted {
		err = errors.New(resp.Status + ": " + string(answer))
	}
	return err
}

// until asks again and again until something holds.
func (u *user) until(what string, holds func() bool) {
	u.b.Helper()
	limit := time.After(benchLimit)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-limit:
			u.b.Fatalf("after %v still not true: %s", benchLimit, what)
		}
	}
}

// ready waits until so many modems would take a message.
func (u *user) ready(modems int) {
	u.b.Helper()
	u.until("all modems are ready", func() bool {
		var list struct{ Modems []sms.Way }
		if u.get("/modems", &list) != nil {
			return false // it does not listen yet
		}
		list.Modems = slices.DeleteFunc(list.Modems, func(w sms.Way) bool { return !w.Ready })
		return len(list.Modems) == modems
	})
}

// request is one for these recipients.
func request(b *testing.B, receipt bool, to ...string) []byte {
	b.Helper()
	body, err := json.Marshal(map[string]any{"to": to, "text": benchText, "receipt": receipt})
	if err != nil {
		b.Fatal(err)
	}
	return body
}

// A bed is a daemon in this process, with one modem or none.
type bed struct {
	*user
	state  string
	broker string            // host:port
	line   *tap              // what the modem hears; nil without one
	net    *modemsim.Network // behind it
}

// newBed starts a daemon and waits until it would send.
func newBed(b *testing.B, m *modemsim.ModemConfig) *bed {
	b.Helper()
	dir := benchDir(b)
	w := &bed{state: filepath.Join(dir, "state")}
	w.user = newUser(b, w.state)
	var links []string
	if m != nil {
		links = append(links, w.plug(filepath.Join(dir, "modem"), *m))
	}
	cfg, err := parseConfig("", benchConfig(links...), w.state, "bench")
	if err != nil {
		b.Fatal(err)
	}
	e := processEnv()
	e.stderr = io.Discard
	listens := make(chan found, 1)
	d := daemon{cfg: cfg, lines: &powerLines{}, state: w.state, log: newLog(e, false), greet: func(f found) { listens <- f }}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.run(ctx) }()
	select {
	case f := <-listens:
		w.broker = strings.TrimPrefix(f.broker, "mqtt://")
	case err := <-done:
		b.Fatalf("the daemon ended with %v", err)
	}
	b.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			b.Errorf("the daemon ended with %v", err)
		}
	})
	w.ready(len(links))
	return w
}

// plug starts a modem on a pseudo-terminal and returns the terminal's name.
func (w *bed) plug(link string, m modemsim.ModemConfig) string {
	pty, err := modemsim.OpenPTY(link)
	if err != nil {
		w.b.Fatal(err)
	}
	m.Name = "modem"
	w.net = modemsim.NewNetwork(modemsim.NetworkConfig{})
	w.line = &tap{PTY: pty, sent: make(chan time.Time, 1)}
	sim := modemsim.NewModem(m, w.net)
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for _, run := range []func() error{
		func() error { return sim.Serve(ctx, w.line) },
		func() error { return pty.Watch(ctx) },
	} {
		running.Go(func() {
			if err := run(); err != nil {
				w.b.Errorf("the modem ended with %v", err)
			}
		})
	}
	w.b.Cleanup(func() { stop(); running.Wait() })
	return link
}

// join connects a client to the embedded broker.
func (w *bed) join(name string) paho.Client {
	w.b.Helper()
	o := paho.NewClientOptions().AddBroker("tcp://" + w.broker).SetClientID(name).SetProtocolVersion(4).SetAutoReconnect(false)
	c := paho.NewClient(o)
	if tok := c.Connect(); !tok.WaitTimeout(benchLimit) || tok.Error() != nil {
		w.b.Fatalf("connect: %v", tok.Error())
	}
	w.b.Cleanup(func() { c.Disconnect(100) })
	return c
}

// hear calls f with each event the gateway publishes.
func (w *bed) hear(c paho.Client, f func(sms.Event)) {
	w.b.Helper()
	tok := c.Subscribe(benchBase+"/message/+", 1, func(_ paho.Client, m paho.Message) {
		var e sms.Event
		if err := json.Unmarshal(m.Payload(), &e); err != nil {
			w.b.Errorf("%s: %v", m.Topic(), err)
		}
		f(e)
	})
	if !tok.WaitTimeout(benchLimit) || tok.Error() != nil {
		w.b.Fatalf("subscribe: %v", tok.Error())
	}
}

// A tap is the modem's end of the line. It notes the command lines the modem
// reads.
type tap struct {
	*modemsim.PTY
	sent chan time.Time // when AT+CMGS was read; room for one, and dropped where nobody takes it

	mu    sync.Mutex
	line  []byte // so far
	lines []string
}

// Read is the modem's.
func (t *tap) Read(b []byte) (int, error) {
	n, err := t.PTY.Read(b)
	now := time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range b[:n] {
		switch c {
		case '\r', '\n', 0x1A: // the end of a PDU, which is no command
			if s := string(t.line); c == '\r' && strings.HasPrefix(s, "AT") {
				t.lines = append(t.lines, s)
				if strings.HasPrefix(s, "AT+CMGS=") {
					select {
					case t.sent <- now:
					default:
					}
				}
			}
			t.line = t.line[:0]
		default:
			t.line = append(t.line, c)
		}
	}
	return n, err
}

// heard returns the command lines since the last time.
func (t *tap) heard() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := t.lines
	t.lines = nil
	return lines
}

// percentile is the value below which so much of a sample lies.
func percentile(sample []time.Duration, share float64) time.Duration {
	sample = slices.Sorted(slices.Values(sample))
	return sample[min(len(sample)-1, int(share*float64(len(sample))))]
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// syncTime is what one small synced write takes on the disk a directory is on:
// the median of many. Disks differ a hundredfold, and waits for them are told
// as multiples of it.
func syncTime(b *testing.B, dir string) time.Duration {
	b.Helper()
	f, err := os.Create(filepath.Join(dir, "sync"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	page := make([]byte, 4096)
	var sample []time.Duration
	for range 300 {
		begun := time.Now()
		if _, err := f.WriteAt(page, 0); err != nil {
			b.Fatal(err)
		}
		if err := unix.Fdatasync(int(f.Fd())); err != nil {
			b.Fatal(err)
		}
		sample = append(sample, time.Since(begun))
	}
	return percentile(sample, 0.5)
}

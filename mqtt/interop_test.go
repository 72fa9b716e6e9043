//go:build interop

package mqtt_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
	"github.com/eclipse/paho.mqtt.golang/packets"

	"github.com/pigeon-sms/pigeon/mqtt"
	"github.com/pigeon-sms/pigeon/sms"
)

// A mosquitto is Eclipse Mosquitto as a child process, with a configuration
// and a store of its own. It can be killed and started again.
type mosquitto struct {
	t    *testing.T
	addr string
	conf string
	cmd  *exec.Cmd
	out  bytes.Buffer
}

func startMosquitto(t *testing.T) *mosquitto {
	t.Helper()
	// A port the kernel does not give to others while the broker is away.
	var addr string
	for addr == "" {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 20000+rand.IntN(10000)))
		if err == nil {
			addr = l.Addr().String()
			l.Close()
		}
	}
	dir := t.TempDir()
	m := &mosquitto{t: t, addr: addr, conf: filepath.Join(dir, "mosquitto.conf")}
	_, port, _ := net.SplitHostPort(m.addr)
	user := "root"
	if os.Getuid() != 0 {
		user = os.Getenv("USER")
	}
	conf := fmt.Sprintf("listener %s 127.0.0.1\nallow_anonymous true\nuser %s\npersistence true\npersistence_location %s/\nautosave_interval 1\nautosave_on_changes true\n", port, user, dir)
	if err := os.WriteFile(m.conf, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	m.start()
	t.Cleanup(func() { m.kill() })
	return m
}

func (m *mosquitto) start() {
	m.t.Helper()
	path, err := exec.LookPath("mosquitto")
	if err != nil {
		path = "/usr/sbin/mosquitto" // not in everybody's path
	}
	m.cmd = exec.Command(path, "-c", m.conf)
	m.cmd.Stderr = &m.out
	if err := m.cmd.Start(); err != nil {
		m.t.Fatalf("this test needs Debian's mosquitto: %v", err)
	}
	if !until(func() bool {
		c, err := net.Dial("tcp", m.addr)
		if err == nil {
			c.Close()
		}
		return err == nil
	}) {
		m.t.Fatalf("mosquitto does not listen: %s", m.out.String())
	}
}

// kill ends it without a word to anybody.
func (m *mosquitto) kill() {
	_ = m.cmd.Process.Kill()
	_ = m.cmd.Wait()
}

// rest ends it in order, so that it keeps what it holds.
func (m *mosquitto) rest() {
	_ = m.cmd.Process.Signal(os.Interrupt)
	_ = m.cmd.Wait()
}

// A tapped wire passes everything on between an edge and its broker, and notes
// the events of messages m1, m2, … the edge publishes on each connection.
type tapped struct {
	addr  string
	mu    sync.Mutex
	conns [][]string
}

func (w *tapped) seen() [][]string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.conns
}

func tap(t *testing.T, broker string) *tapped {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	w := &tapped{addr: l.Addr().String()}
	go func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			to, err := net.Dial("tcp", broker)
			if err != nil {
				from.Close()
				continue
			}
			go func() {
				_, _ = io.Copy(from, to)
				from.Close()
			}()
			w.mu.Lock()
			n := len(w.conns)
			w.conns = append(w.conns, nil)
			w.mu.Unlock()
			go func() {
				defer to.Close()
				for {
					m, err := packets.ReadPacket(io.TeeReader(from, to))
					if err != nil {
						return
					}
					pub, is := m.(*packets.PublishPacket)
					var ev sms.Event
					if is && json.Unmarshal(pub.Payload, &ev) == nil && strings.HasPrefix(ev.ID, "m") {
						w.mu.Lock()
						w.conns[n] = append(w.conns[n], ev.ID)
						w.mu.Unlock()
					}
				}
			}()
		}
	}()
	return w
}

func TestMosquittoClientsAndBroker(t *testing.T) {
	m := startMosquitto(t)
	c := newCore()
	e, stop := start(t, mqtt.Config{URL: "tcp://" + m.addr, Fleet: "all"}, c)
	ready(t, e)
	_, port, _ := net.SplitHostPort(m.addr)
	pub := func(args ...string) {
		t.Helper()
		out, err := exec.Command("mosquitto_pub", append([]string{"-h", "127.0.0.1", "-p", port, "-q", "1"}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("mosquitto_pub: %v: %s", err, out)
		}
	}
	u := join(t, m.addr, "pigeon/office/#")
	pub("-t", "pigeon/office/send", "-m", `{"id":"m1","to":"+447700900123","text":"grüß dich"}`)
	u.event("m1")
	pub("-t", "pigeon/office/send/447700900123", "-m", "plain")
	pub("-t", "pigeon/send", "-m", `{"id":"m3","to":"+447700900123","text":"fleet"}`)
	u.event("m3")
	rs := c.accepted()
	if len(rs) != 3 || rs[0].Text != "grüß dich" || rs[1].Text != "plain" || rs[2].Text != "fleet" {
		t.Errorf("accepted: got %+v, want three", rs)
	}
	pub("-t", "pigeon/office/send", "-n")
	u.next("pigeon/office/error")
	// A retained request is taken while we listen, as nobody can see the flag
	// then; it is refused when it comes again.
	pub("-t", "pigeon/office/send", "-r", "-m", `{"id":"m4","to":"+447700900123","text":"kept"}`)
	u.event("m4")
	stop()
	e, _ = start(t, mqtt.Config{URL: "tcp://" + m.addr}, c)
	ready(t, e)
	if got := decode[complaint](t, u.next("pigeon/office/error").Payload()); !strings.Contains(got.Error, "retained") {
		t.Errorf("error: got %+v, want the retained request refused", got)
	}
}

func TestMosquittoClientsOnTheEmbeddedBroker(t *testing.T) {
	c := newCore()
	e, _ := start(t, mqtt.Config{}, c)
	ready(t, e)
	_, port, _ := net.SplitHostPort(e.Addr())
	for i, args := range [][]string{{"-V", "mqttv31"}, {"-V", "mqttv311"}, {"-V", "mqttv5"}} {
		for qos := range 3 {
			args := append(args, "-h", "127.0.0.1", "-p", port, "-q", fmt.Sprint(qos), "-t", "pigeon/office/send", "-m", `{"to":"+447700900123","text":"x"}`)
			if out, err := exec.Command("mosquitto_pub", args...).CombinedOutput(); err != nil {
				t.Errorf("mosquitto_pub %v: %v: %s", args, err, out)
			}
			want := 3*i + qos + 1
			if !until(func() bool { return len(c.accepted()) == want }) {
				t.Fatalf("%v: %d accepted, want %d", args, len(c.accepted()), want)
			}
		}
	}
	out, err := exec.Command("mosquitto_sub", "-h", "127.0.0.1", "-p", port, "-q", "1", "-t", "pigeon/office/state", "-C", "1").Output()
	if err != nil || string(out) != "online\n" {
		t.Errorf("mosquitto_sub: got %q, %v, want online", out, err)
	}
}

// The broker is killed and comes back, several times, while events happen and
// requests are sent: every entry is published, first in order, repeats with
// the number they had; every request acknowledged to its sender is accepted,
// once.
func TestBrokerKilledAndRestartedLosesNothing(t *testing.T) {
	m := startMosquitto(t)
	c := newCore()
	wire := tap(t, m.addr)
	e, _ := start(t, mqtt.Config{URL: "tcp://" + wire.addr, Window: 8}, c)
	ready(t, e)

	var mu sync.Mutex
	seen := map[uint64]string{}
	watch := paho.NewClientOptions().AddBroker("tcp://" + m.addr).SetClientID("watch").SetCleanSession(false).
		SetMaxReconnectInterval(200 * time.Millisecond).SetConnectRetry(true).SetConnectRetryInterval(100 * time.Millisecond).
		SetDefaultPublishHandler(func(_ paho.Client, msg paho.Message) {
			ev := decode[sms.Event](t, msg.Payload())
			if ev.Seq == 0 {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			if id, again := seen[ev.Seq]; again && id != ev.ID {
				t.Errorf("entry %d: got %s, and %s before", ev.Seq, ev.ID, id)
			}
			seen[ev.Seq] = ev.ID
		}).
		SetOnConnectHandler(func(c paho.Client) { c.Subscribe("pigeon/office/message/+", 1, nil) })
	w := paho.NewClient(watch)
	(&user{t: t}).wait(w.Connect())
	t.Cleanup(func() { w.Disconnect(100) })

	send := paho.NewClientOptions().AddBroker("tcp://" + m.addr).SetClientID("send").SetCleanSession(false).SetOrderMatters(false).
		SetStore(paho.NewOrderedMemoryStore()).SetMaxReconnectInterval(200 * time.Millisecond).
		SetWriteTimeout(time.Second) // else a Publish that meets the loss waits 30 s
	s := paho.NewClient(send)
	(&user{t: t}).wait(s.Connect())
	t.Cleanup(func() { s.Disconnect(100) })

	random := rand.New(rand.NewPCG(1, 2))
	const rounds, each = 5, 60
	for round := range rounds {
		for i := range each {
			c.happen(1)
			// Its token may report a failed write; the client has it in store
			// and sends it again all the same.
			s.Publish("pigeon/office/send", 1, false, fmt.Sprintf(`{"id":"q%d.%d","to":"+447700900123","text":"x"}`, round, i))
			if i == each/2 {
				<-time.After(time.Duration(random.IntN(30)) * time.Millisecond)
				m.rest()
			}
		}
		m.start()
	}
	if !until(func() bool { return len(c.accepted()) == rounds*each }) {
		t.Fatalf("accepted: got %d, want %d", len(c.accepted()), rounds*each)
	}
	const entries = 2 * rounds * each
	if !until(func() bool { return cursorOf(c) == entries }) {
		t.Fatalf("cursor: got %d, want %d", cursorOf(c), entries)
	}
	if !until(func() bool { mu.Lock(); defer mu.Unlock(); return len(seen) == entries }) {
		t.Errorf("seen: got %d entries, want %d", len(seen), entries)
	}
	// The order is that of our publishing: mosquitto 2.0.11 itself shuffles
	// what it restores for a subscriber with what is new. An event of a request
	// may also be the answer to its redelivery, so only the others count.
	place, places := map[string]int{}, 0
	for _, en := range c.journal {
		if strings.HasPrefix(en.Event.ID, "m") {
			places++
			place[en.Event.ID] = places
		}
	}
	last := 0
	for _, ids := range wire.seen() {
		for i, id := range ids {
			n := place[id]
			if i == 0 && n > last+1 || i > 0 && n != last+1 {
				t.Fatalf("published: got %s after %v, and %d others before it", id, ids[:i], last)
			}
			last = n
		}
	}
	if last != places {
		t.Errorf("published last: got %d, want %d", last, places)
	}
}

// A broker killed with its memory loses what it had acknowledged to nobody
// but us; what matters is that we never think something acknowledged that was
// not, and go on.
func TestBrokerKilledOutrightIsFoundAgain(t *testing.T) {
	m := startMosquitto(t)
	c := newCore()
	e, _ := start(t, mqtt.Config{URL: "tcp://" + m.addr}, c)
	ready(t, e)
	for round := range 3 {
		c.happen(20)
		m.kill()
		c.happen(20)
		if got, most := cursorOf(c), uint64(40*round+20); got > most {
			t.Errorf("cursor: got %d while the broker is away, want at most %d", got, most)
		}
		m.start()
		want := uint64(40 * (round + 1))
		if !until(func() bool { return cursorOf(c) == want }) {
			t.Fatalf("cursor: got %d, want %d", cursorOf(c), want)
		}
	}
}

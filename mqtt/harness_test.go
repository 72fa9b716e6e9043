package mqtt_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"runtime"
	"strings"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"

	"github.com/pigeon-sms/pigeon/mqtt"
	"github.com/pigeon-sms/pigeon/mqtt/broker"
	"github.com/pigeon-sms/pigeon/sms"
)

// patience is how long a test waits for what should happen at once.
const patience = 20 * time.Second

// start runs an edge until the test ends or stop is called, and checks that
// nothing is left of it.
func start(t *testing.T, cfg mqtt.Config, c *core) (e *mqtt.Edge, stop func()) {
	t.Helper()
	if cfg.Name == "" {
		cfg.Name = "office"
	}
	cfg.Broker.Listen = "127.0.0.1:0"
	if cfg.RetryFirst == 0 {
		cfg.RetryFirst, cfg.RetryMost = 20*time.Millisecond, 100*time.Millisecond
	}
	if err := cfg.Validate(); err != nil {
		t.Fatalf("config: %v", err)
	}
	e = mqtt.New(cfg, slog.New(slog.NewTextHandler(t.Output(), nil)))
	e.Gateway = c
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	stopped := false
	stop = func() {
		t.Helper()
		if stopped {
			return
		}
		stopped = true
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("Run: got %v, want nil", err)
			}
		case <-time.After(patience):
			t.Fatal("Run has not returned")
		}
		gone(t)
	}
	t.Cleanup(stop)
	return e, stop
}

// ready waits until requests can be sent.
func ready(t *testing.T, e *mqtt.Edge) {
	t.Helper()
	select {
	case <-e.Ready():
	case <-time.After(patience):
		t.Fatalf("not ready: %+v", e.Links())
	}
}

// gone fails when goroutines of an edge are left after Run.
func gone(t *testing.T) {
	t.Helper()
	var left string
	if until(func() bool {
		buf := make([]byte, 1<<20)
		left = ""
		for _, g := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
			if strings.Contains(g, "pigeon/mqtt.(*") {
				left += g + "\n\n"
			}
		}
		return left == ""
	}) {
		return
	}
	t.Errorf("goroutines left:\n%s", left)
}

// until waits for what becomes true soon.
func until(holds func() bool) bool {
	limit := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-limit:
			return false
		case <-tick.C:
		}
	}
	return true
}

// A user is somebody else's client.
type user struct {
	t *testing.T
	paho.Client
	got chan paho.Message
}

// join connects a user to a broker and subscribes it.
func join(t *testing.T, address string, filters ...string) *user {
	t.Helper()
	u := &user{t: t, got: make(chan paho.Message, 4096)} // more than any test publishes
	o := paho.NewClientOptions().AddBroker("tcp://" + address).SetClientID("user-" + strings.ReplaceAll(t.Name(), "/", "-")).
		SetAutoReconnect(false).SetDefaultPublishHandler(func(_ paho.Client, m paho.Message) { u.got <- m })
	u.Client = paho.NewClient(o)
	u.wait(u.Connect())
	t.Cleanup(func() { u.Disconnect(100) })
	for _, f := range filters {
		u.wait(u.Subscribe(f, 1, nil))
	}
	return u
}

func (u *user) wait(token paho.Token) {
	u.t.Helper()
	if !token.WaitTimeout(patience) {
		u.t.Fatal("not acknowledged")
	}
	if token.Error() != nil {
		u.t.Fatal(token.Error())
	}
}

// send publishes and waits for the acknowledgement.
func (u *user) send(topic string, payload any) {
	u.t.Helper()
	u.wait(u.Publish(topic, 1, false, payload))
}

// next returns the next message on a topic, dropping those on others.
func (u *user) next(topic string) paho.Message {
	u.t.Helper()
	limit := time.After(patience)
	for {
		select {
		case m := <-u.got:
			if m.Topic() == topic {
				return m
			}
		case <-limit:
			u.t.Fatalf("nothing on %s", topic)
		}
	}
}

// event returns the next event of a message.
func (u *user) event(id string) sms.Event {
	u.t.Helper()
	return decode[sms.Event](u.t, u.next("pigeon/office/message/"+id).Payload())
}

// decode reads JSON strictly.
func decode[T any](t *testing.T, b []byte) (v T) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%s: %v", b, err)
	}
	return v
}

// elsewhere is a broker that is not the edge's: the same software, owned by
// nobody.
type elsewhere struct {
	addr string
	stop func()
}

type nobody struct{}

func (nobody) Publish(context.Context, *broker.Publish) broker.Verdict { return broker.Forward }
func (nobody) Owns(string) bool                                        { return false }

func another(t *testing.T, listen string) elsewhere {
	t.Helper()
	b := broker.New(broker.Config{Listen: listen}, nobody{}, slog.New(slog.NewTextHandler(io.Discard, nil)))
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	select {
	case <-b.Ready():
	case err := <-ended:
		t.Fatal(err)
	}
	stopped := false
	stop := func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(stop)
	return elsewhere{b.Addr(), stop}
}

// each runs a test on the embedded broker and on one elsewhere.
func each(t *testing.T, cfg mqtt.Config, test func(t *testing.T, e *mqtt.Edge, c *core, address string)) {
	t.Run("embedded", func(t *testing.T) {
		c := newCore()
		e, _ := start(t, cfg, c)
		ready(t, e)
		test(t, e, c, e.Addr())
	})
	t.Run("external", func(t *testing.T) {
		c := newCore()
		b := another(t, "127.0.0.1:0")
		cfg.URL = "tcp://" + b.addr
		e, _ := start(t, cfg, c)
		ready(t, e)
		test(t, e, c, b.addr)
	})
}

package broker_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"

	"github.com/pigeon-sms/pigeon/mqtt/broker"
)

const patience = 20 * time.Second

// An owner decides by a function; everything under "mine" is its own.
type owner func(context.Context, *broker.Publish) broker.Verdict

func (o owner) Publish(ctx context.Context, p *broker.Publish) broker.Verdict { return o(ctx, p) }
func (o owner) Owns(topic string) bool                                        { return strings.HasPrefix(topic, "mine") }

func forward(context.Context, *broker.Publish) broker.Verdict { return broker.Forward }

// start runs a broker until the test ends.
func start(t *testing.T, cfg broker.Config, o owner) *broker.Broker {
	t.Helper()
	cfg.Listen = "127.0.0.1:0"
	b := broker.New(cfg, o, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("Run: got %v, want nil", err)
			}
		case <-time.After(patience):
			t.Error("Run has not returned")
		}
	})
	select {
	case <-b.Ready():
	case err := <-ended:
		t.Fatal(err)
	}
	return b
}

func options(b *broker.Broker, id string) *paho.ClientOptions {
	return paho.NewClientOptions().AddBroker("tcp://" + b.Addr()).SetClientID(id).SetAutoReconnect(false).SetProtocolVersion(4)
}

func connect(t *testing.T, o *paho.ClientOptions) (paho.Client, error) {
	t.Helper()
	c := paho.NewClient(o)
	token := c.Connect()
	if !token.WaitTimeout(patience) {
		t.Fatal("no answer to CONNECT")
	}
	t.Cleanup(func() { c.Disconnect(50) })
	return c, token.Error()
}

func must(t *testing.T, token paho.Token) {
	t.Helper()
	if !token.WaitTimeout(patience) {
		t.Fatal("not acknowledged")
	}
	if token.Error() != nil {
		t.Fatal(token.Error())
	}
}

func TestConfig(t *testing.T) {
	one := []broker.Account{{Name: "a", Password: "p"}}
	for _, tc := range []struct {
		name string
		cfg  broker.Config
		want []string // parts of the faults; none: valid
	}{
		{name: "empty", cfg: broker.Config{}},
		{name: "loopback", cfg: broker.Config{Listen: "[::1]:1883"}},
		{name: "localhost", cfg: broker.Config{Listen: "localhost:0"}},
		{name: "open with an account", cfg: broker.Config{Listen: ":1883", Accounts: one}},
		{name: "open without", cfg: broker.Config{Listen: "0.0.0.0:1883"}, want: []string{"add an [[account]] with name and password"}},
		{name: "every address", cfg: broker.Config{Listen: ":1883"}, want: []string{"add an [[account]] with name and password"}},
		{name: "no port", cfg: broker.Config{Listen: "127.0.0.1"}, want: []string{"host:port"}},
		{name: "all faults at once", cfg: broker.Config{Accounts: []broker.Account{{}, {Name: "a", Password: "p"}, {Name: "a"}}},
			want: []string{"account[0].name: is empty", "account[0].password", "account[2].name", "account[2].password"}},
	} {
		err := tc.cfg.Validate()
		if (err == nil) != (tc.want == nil) {
			t.Errorf("%s: got %v, want %q", tc.name, err, tc.want)
			continue
		}
		for _, part := range tc.want {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: got %v, want %q in it", tc.name, err, part)
			}
		}
	}
}

func TestSecretIsNotShown(t *testing.T) {
	var out bytes.Buffer
	a := broker.Account{Name: "a", Password: "hunter2"}
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "secret", a.Password, "account", a)
	fmt.Fprintf(&out, "%v %+v %#v %s %q", a, a, a, a.Password, a.Password)
	_ = json.NewEncoder(&out).Encode(a)
	if strings.Contains(out.String(), "hunter2") || !strings.Contains(out.String(), "•••") {
		t.Errorf("got %s, want ••• and no password", out.String())
	}
}

func TestAccountsAndReservedNames(t *testing.T) {
	b := start(t, broker.Config{Accounts: []broker.Account{{Name: "ann", Password: "right"}, {Name: "bob", Password: "other"}}}, forward)
	for _, tc := range []struct {
		name string
		o    *paho.ClientOptions
		ok   bool
	}{
		{"right", options(b, "1").SetUsername("ann").SetPassword("right"), true},
		{"the second", options(b, "2").SetUsername("bob").SetPassword("other"), true},
		{"another's password", options(b, "3").SetUsername("ann").SetPassword("other"), false},
		{"no password", options(b, "4").SetUsername("ann"), false},
		{"nobody", options(b, "5"), false},
		{"the daemon's identifier", options(b, broker.InsideID).SetUsername("ann").SetPassword("right"), false},
		{"a will on the owner's topic", options(b, "6").SetUsername("ann").SetPassword("right").SetWill("mine/state", "offline", 1, true), false},
		{"a will elsewhere", options(b, "7").SetUsername("ann").SetPassword("right").SetWill("theirs", "offline", 1, true), true},
	} {
		if _, err := connect(t, tc.o); (err == nil) != tc.ok {
			t.Errorf("%s: got %v, want let in: %t", tc.name, err, tc.ok)
		}
	}
}

func TestVerdicts(t *testing.T) {
	b := start(t, broker.Config{}, func(_ context.Context, p *broker.Publish) broker.Verdict {
		switch p.Topic {
		case "mine/taken":
			return broker.Taken
		case "mine/refused":
			return broker.Refused
		case "mine/withheld":
			return broker.Withheld
		}
		return broker.Forward
	})
	got := make(chan string, 10)
	sub, err := connect(t, options(b, "sub"))
	if err != nil {
		t.Fatal(err)
	}
	must(t, sub.Subscribe("#", 1, func(_ paho.Client, m paho.Message) {
		if !strings.HasPrefix(m.Topic(), "$SYS") {
			got <- m.Topic()
		}
	}))
	for _, qos := range []byte{0, 1, 2} {
		c, err := connect(t, options(b, fmt.Sprint("pub", qos)))
		if err != nil {
			t.Fatal(err)
		}
		for _, topic := range []string{"mine/taken", "mine/refused", "theirs"} {
			must(t, c.Publish(topic, qos, true, "x"))
		}
		if topic := <-got; topic != "theirs" {
			t.Errorf("QoS %d: forwarded %s, want only theirs", qos, topic)
		}
	}
	lost := make(chan struct{})
	c, err := connect(t, options(b, "withheld").SetConnectionLostHandler(func(paho.Client, error) { close(lost) }))
	if err != nil {
		t.Fatal(err)
	}
	token := c.Publish("mine/withheld", 1, false, "x")
	select {
	case <-lost:
	case <-time.After(patience):
		t.Fatal("the client was not let go")
	}
	select {
	case <-token.Done():
		if token.Error() == nil {
			t.Error("what was withheld is acknowledged")
		}
	default:
	}
}

// MQTT 5 has a word for a refusal; raw packets, as our client speaks 3.1.1.
func TestRefusalHasAReasonInMQTT5(t *testing.T) {
	b := start(t, broker.Config{}, func(context.Context, *broker.Publish) broker.Verdict { return broker.Refused })
	c, err := net.Dial("tcp", b.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	send := func(b string) {
		if _, err := io.WriteString(c, b); err != nil {
			t.Fatal(err)
		}
	}
	read := func() []byte {
		head := make([]byte, 2)
		if _, err := io.ReadFull(c, head); err != nil {
			t.Fatal(err)
		}
		body := make([]byte, head[1])
		if _, err := io.ReadFull(c, body); err != nil {
			t.Fatal(err)
		}
		return append(head, body...)
	}
	send("\x10\x0e\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x01v")
	if ack := read(); ack[0] != 0x20 || ack[3] != 0 {
		t.Fatalf("CONNACK: got % x", ack)
	}
	send("\x32\x0c\x00\x06mine/x\x00\x07\x00y")
	if ack := read(); ack[0] != 0x40 || ack[3] != 7 || len(ack) < 5 || ack[4] != 0x87 {
		t.Errorf("PUBACK: got % x, want packet 7, not authorized", ack)
	}
}

func TestOwnerHoldsUpOnlyTheClientThatAsks(t *testing.T) {
	leave := make(chan struct{})
	b := start(t, broker.Config{}, func(ctx context.Context, p *broker.Publish) broker.Verdict {
		if p.Topic == "mine/slow" {
			<-leave
			return broker.Taken
		}
		return broker.Forward
	})
	slow, err := connect(t, options(b, "slow"))
	if err != nil {
		t.Fatal(err)
	}
	token := slow.Publish("mine/slow", 1, false, "x")
	quick, err := connect(t, options(b, "quick"))
	if err != nil {
		t.Fatal(err)
	}
	must(t, quick.Publish("theirs", 1, false, "x"))
	select {
	case <-token.Done():
		t.Error("acknowledged before the owner was done")
	default:
	}
	close(leave)
	must(t, token)
}

func TestTheDaemonsOwnClientIsNotAsked(t *testing.T) {
	b := start(t, broker.Config{}, func(_ context.Context, p *broker.Publish) broker.Verdict {
		t.Errorf("asked about %s of %s", p.Topic, p.Client)
		return broker.Refused
	})
	got := make(chan string, 1)
	out, err := connect(t, options(b, "out"))
	if err != nil {
		t.Fatal(err)
	}
	must(t, out.Subscribe("mine/#", 1, func(_ paho.Client, m paho.Message) { got <- string(m.Payload()) }))
	in := dialInside(t, b)
	must(t, in.Publish("mine/state", 1, true, "online"))
	if p := <-got; p != "online" {
		t.Errorf("got %s, want online", p)
	}
}

// dialInside connects as the daemon does.
func dialInside(t *testing.T, b *broker.Broker) paho.Client {
	t.Helper()
	c, err := connect(t, paho.NewClientOptions().AddBroker("pipe://x").SetClientID(broker.InsideID).SetAutoReconnect(false).
		SetWill("mine/state", "offline", 1, true).SetCustomOpenConnectionFn(inside(b)))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// What waited for a client comes in the order it was published, however much
// of it came in one second.
func TestAbsentClientGetsEverythingInOrder(t *testing.T) {
	b := start(t, broker.Config{}, forward)
	o := options(b, "absent").SetCleanSession(false)
	c, err := connect(t, o)
	if err != nil {
		t.Fatal(err)
	}
	must(t, c.Subscribe("news", 1, nil))
	c.Disconnect(100)
	in := dialInside(t, b)
	const sent = 500
	for i := range sent {
		must(t, in.Publish("news", 1, false, fmt.Sprint(i)))
	}
	got := make(chan string, sent)
	o = options(b, "absent").SetCleanSession(false).SetDefaultPublishHandler(func(_ paho.Client, m paho.Message) { got <- string(m.Payload()) })
	if _, err := connect(t, o); err != nil {
		t.Fatal(err)
	}
	for i := range sent {
		select {
		case s := <-got:
			if s != fmt.Sprint(i) {
				t.Fatalf("got %s, want %d", s, i)
			}
		case <-time.After(patience):
			t.Fatalf("got %d, want %d", i, sent)
		}
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	for most, cfg := range map[int]broker.Config{broker.MostClients: {}, 3: {MaxClients: 3}, 200: {MaxClients: 200}} {
		t.Run(fmt.Sprint(most), func(t *testing.T) { connectionsBounded(t, most, cfg) })
	}
}

func connectionsBounded(t *testing.T, most int, cfg broker.Config) {
	b := start(t, cfg, forward)
	for range most {
		c, err := net.Dial("tcp", b.Addr())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	one, err := net.Dial("tcp", b.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer one.Close()
	if err := one.SetDeadline(time.Now().Add(patience / 4)); err != nil {
		t.Fatal(err)
	}
	if _, err := one.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("one connection too many: got %v, want it closed", err)
	}
	dialInside(t, b) // the daemon's own always finds a place
}

func TestSlowConnectionsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		defer theirs.Close()
		c, err := broker.NewConn(ours)
		if err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(begun) != broker.HelloLimit {
			t.Errorf("silent client: got %v after %v, want it given up after %v", err, time.Since(begun), broker.HelloLimit)
		}
		if err := c.SetDeadline(time.Time{}); err != nil { // a client without keep-alive
			t.Fatal(err)
		}
		begun = time.Now()
		if _, err := c.Write([]byte("x")); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(begun) != broker.WriteLimit {
			t.Errorf("client that does not read: got %v after %v, want it given up after %v", err, time.Since(begun), broker.WriteLimit)
		}
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("after that: got %v, want it closed", err)
		}
	})
}

func TestWhatPeopleWriteIsNotLogged(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(broker.Quiet(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})))
	log.With("packet", "my text").WithGroup("g").Error("odd", "pk", "my text", "client", "c1")
	if s := out.String(); strings.Contains(s, "my text") || !strings.Contains(s, "c1") || !strings.Contains(s, "DEBUG") {
		t.Errorf("got %s, want a debug line without the text", s)
	}
}

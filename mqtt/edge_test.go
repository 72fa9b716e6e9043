package mqtt_test

import (
	"context"
	"errors"
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

func TestRequestIsAcknowledgedOnlyWhenAccepted(t *testing.T) {
	c := newCore()
	entered, leave := make(chan struct{}), make(chan struct{})
	c.before = func(context.Context, *sms.Request) error {
		close(entered)
		<-leave
		return nil
	}
	e, _ := start(t, mqtt.Config{}, c)
	ready(t, e)
	u := join(t, e.Addr(), "pigeon/office/#")
	token := u.Publish("pigeon/office/send", 1, false, `{"id":"a1","to":"+447700900123","text":"hello"}`)
	<-entered
	if token.WaitTimeout(200 * time.Millisecond) {
		t.Fatal("acknowledged before it was accepted")
	}
	close(leave)
	u.wait(token)
	if ev := u.event("a1"); ev.State != sms.Queued || ev.Seq != 1 {
		t.Errorf("event: got %+v, want queued with seq 1", ev)
	}
}

func TestRequestsComeInByEveryDoor(t *testing.T) {
	each(t, mqtt.Config{Fleet: "all"}, func(t *testing.T, e *mqtt.Edge, c *core, address string) {
		u := join(t, address, "pigeon/office/message/+", "pigeon/office/error")
		for i, tc := range []struct{ topic, payload, to, text string }{
			{"pigeon/office/send", `{"to":"+447700900123","text":"json"}`, "+447700900123", "json"},
			{"pigeon/office/send", `{"number":"07700900123","body":"other names"}`, "07700900123", "other names"},
			{"pigeon/office/send/447700900123", "plain", "+447700900123", "plain"},
			{"pigeon/office/send/00447700900123", "{\"to\":\"no JSON here\"}", "+447700900123", "{\"to\":\"no JSON here\"}"},
			{"pigeon/office/send/12345", "short code €", "12345", "short code €"},
			{"pigeon/send", `{"to":"+447700900123","text":"fleet"}`, "+447700900123", "fleet"},
		} {
			u.send(tc.topic, tc.payload)
			m := <-u.got
			if m.Topic() == "pigeon/office/error" {
				t.Fatalf("%s: %s", tc.topic, m.Payload())
			}
			rs := c.accepted()
			if len(rs) != i+1 {
				t.Fatalf("%s: %d accepted, want %d", tc.topic, len(rs), i+1)
			}
			r := rs[i]
			if len(r.To) != 1 || r.To[0] != tc.to || r.Text != tc.text || r.Origin != "mqtt" || r.Fingerprint == "" || r.Redelivered {
				t.Errorf("%s: got %+v, want to %s, text %q, by mqtt, fingerprinted", tc.topic, r, tc.to, tc.text)
			}
		}
	})
}

func TestKnownRequestIsAnsweredWithItsEvent(t *testing.T) {
	each(t, mqtt.Config{}, func(t *testing.T, e *mqtt.Edge, c *core, address string) {
		u := join(t, address, "pigeon/office/#")
		const request = `{"id":"order-1","to":"+447700900123","text":"once"}`
		u.send("pigeon/office/send", request)
		first := u.event("order-1")
		u.send("pigeon/office/send", request)
		again := u.event("order-1")
		if first.Seq != again.Seq || first.State != again.State {
			t.Errorf("answer: got %+v, want %+v again", again, first)
		}
		if n := len(c.accepted()); n != 1 {
			t.Errorf("accepted: got %d, want 1", n)
		}
	})
}

func TestStateIsKeptAndTheWillSaysOffline(t *testing.T) {
	c := newCore()
	signal := -71
	c.ways = []sms.Way{{Name: "north", Kind: "modem", State: "ready", Ready: true, Modem: &sms.Modem{IMEI: "490154203237518", Signal: &signal}}}
	b := another(t, "127.0.0.1:0")
	e, stop := start(t, mqtt.Config{URL: "tcp://" + b.addr}, c)
	ready(t, e)
	if l := e.Links(); len(l) != 1 || !l[0].Up || l[0].State != "connected" || l[0].Peer != "tcp://"+b.addr {
		t.Errorf("links: got %+v, want one, connected", l)
	}
	for topic, want := range map[string]string{
		"pigeon/office/state":             "online",
		"pigeon/office/modem/north/state": "online",
		"pigeon/office/modem/north":       `{"name":"north","kind":"modem","state":"ready","ready":true,"modem":{"imei":"490154203237518","signal":-71,"sent":0,"refused":0,"received":0,"reports":0,"restarts":0}}`,
		"pigeon/office/info":              `{"name":"office","version":"test","started":"2025-01-02T03:04:05Z","queue":{"queued":0,"sending":0,"awaited":0,"parts":0},"today":{"accepted":0,"rejected":0,"sent":0,"delivered":0,"undelivered":0,"failed":0,"received":0}}`,
	} {
		late := join(t, b.addr, topic) // what is retained comes to whoever asks
		if m := late.next(topic); string(m.Payload()) != want {
			t.Errorf("%s: got %s, want %s", topic, m.Payload(), want)
		}
		late.Disconnect(100)
	}
	late := join(t, b.addr, "pigeon/office/modem/#")
	late.next("pigeon/office/modem/north/state")
	c.become(sms.Way{Name: "north", Kind: "modem", State: "absent"})
	if m := late.next("pigeon/office/modem/north/state"); string(m.Payload()) != "offline" {
		t.Errorf("absent: got %s, want offline", m.Payload())
	}
	c.become(sms.Way{Name: "north", Kind: "modem", State: "ready", Ready: true})
	if m := late.next("pigeon/office/modem/north/state"); string(m.Payload()) != "online" {
		t.Errorf("back: got %s, want online", m.Payload())
	}
	c.become(sms.Way{Name: "north", Kind: "modem", State: sms.WayGone})
	if m := late.next("pigeon/office/modem/north"); len(m.Payload()) != 0 {
		t.Errorf("gone: got %s, want its topic cleared", m.Payload())
	}
	if m := late.next("pigeon/office/modem/north/state"); string(m.Payload()) != "offline" {
		t.Errorf("gone: got %s, want offline", m.Payload())
	}
	late.Disconnect(100)
	watch := join(t, b.addr, "pigeon/office/state")
	stop()
	until(func() bool { return string(watch.next("pigeon/office/state").Payload()) == "offline" })
	if l := e.Links(); l[0].Up {
		t.Errorf("links after stop: got %+v, want it down", l)
	}
}

func TestTakenAddressIsAnErrorThatSaysWhatToDo(t *testing.T) {
	b := another(t, "127.0.0.1:0")
	e := mqtt.New(mqtt.Config{Name: "office", Broker: broker.Config{Listen: b.addr}}, slog.New(slog.DiscardHandler))
	e.Gateway = newCore()
	err := e.Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), b.addr) || !strings.Contains(err.Error(), "[mqtt] url") {
		t.Errorf("Run: got %v, want an error naming %s and [mqtt] url", err, b.addr)
	}
	gone(t)
}

// TestRunLeavesNoGoroutine counts the libraries' goroutines too.
func TestRunLeavesNoGoroutine(t *testing.T) {
	b := another(t, "127.0.0.1:0")
	for name, cfg := range map[string]mqtt.Config{
		"embedded": {}, "external": {URL: "tcp://" + b.addr}, "missing": {URL: "tcp://127.0.0.1:1"},
	} {
		t.Run(name, func(t *testing.T) {
			before := runtime.NumGoroutine()
			c := newCore()
			e, stop := start(t, cfg, c)
			if name != "missing" {
				ready(t, e)
				c.happen(3)
				until(func() bool { return at(c, func() bool { return c.cursor == 3 }) })
			}
			stop()
			if !until(func() bool { return runtime.NumGoroutine() <= before }) {
				buf := make([]byte, 1<<20)
				t.Errorf("goroutines: %d, and %d before\n%s", runtime.NumGoroutine(), before, buf[:runtime.Stack(buf, true)])
			}
		})
	}
}

func TestMissingBrokerIsNoReasonToStop(t *testing.T) {
	e, _ := start(t, mqtt.Config{URL: "tcp://127.0.0.1:1"}, newCore())
	if !until(func() bool { l := e.Links()[0]; return !l.Up && strings.Contains(l.Why, "refused") }) {
		t.Errorf("links: got %+v, want one that says the connection was refused", e.Links())
	}
}

func TestStoreTroubleHoldsTheRequestAndItsOrder(t *testing.T) {
	each(t, mqtt.Config{}, func(t *testing.T, e *mqtt.Edge, c *core, address string) {
		fails := 3
		c.mu.Lock()
		c.before = func(context.Context, *sms.Request) error {
			c.mu.Lock()
			defer c.mu.Unlock()
			if fails--; fails >= 0 {
				return errors.New("disk: input/output error")
			}
			return nil
		}
		c.mu.Unlock()
		u := join(t, address, "pigeon/office/#")
		var tokens []paho.Token
		for _, id := range []string{"1", "2", "3"} {
			tokens = append(tokens, u.Publish("pigeon/office/send", 1, false, `{"id":"`+id+`","to":"+447700900123","text":"x"}`))
		}
		for _, token := range tokens {
			u.wait(token)
		}
		for i, id := range []string{"1", "2", "3"} {
			if ev := u.event(id); ev.Seq != uint64(i+1) {
				t.Errorf("event %s: got seq %d, want %d", id, ev.Seq, i+1)
			}
		}
	})
}

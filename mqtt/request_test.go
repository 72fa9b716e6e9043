package mqtt_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/pigeon-sms/pigeon/mqtt"
	"github.com/pigeon-sms/pigeon/mqtt/broker"
	"github.com/pigeon-sms/pigeon/sms"
)

// A complaint is what base/error carries.
type complaint struct {
	Time  time.Time `json:"time"`
	Topic string    `json:"topic"`
	ID    string    `json:"id"`
	Field string    `json:"field"`
	Error string    `json:"error"`
}

var bad = []struct {
	name, topic, payload string
	retained             bool
	id, field, says      string // says is a part of the sentence
}{
	{name: "broken JSON", topic: "send", payload: `{"id":"b1","to":"+4477`, id: "b1", says: "JSON"},
	{name: "not JSON", topic: "send", payload: "hello", says: "JSON"},
	{name: "a list", topic: "send", payload: `[]`, says: "object"},
	{name: "no recipient", topic: "send", payload: `{"id":"b2","text":"x"}`, id: "b2", field: "to", says: "missing"},
	{name: "a bad number", topic: "send", payload: `{"id":"b3","to":"+44 seven","text":"x"}`, id: "b3", field: "to"},
	{name: "no text", topic: "send", payload: `{"id":"b4","to":"+447700900123"}`, id: "b4", field: "text", says: "missing"},
	{name: "too long", topic: "send", payload: `{"id":"b5","to":"+447700900123","text":"` + strings.Repeat("x", 40000) + `"}`, id: "b5", field: "text", says: "segments"},
	{name: "an unknown field", topic: "send", payload: `{"id":"b6","to":"+447700900123","txt":"x"}`, id: "b6", field: "txt", says: "text"},
	{name: "a wrong type", topic: "send", payload: `{"id":"b7","to":"+447700900123","text":5}`, id: "b7", field: "text", says: "string"},
	{name: "a bad id", topic: "send", payload: `{"id":"b/8","to":"+447700900123","text":"x"}`, field: "id"},
	{name: "a mebibyte", topic: "send", payload: `{"id":"b9","to":"+447700900123","text":"` + strings.Repeat("x", 1<<20) + `"}`, id: "b9", says: "octets"},
	{name: "a mebibyte of plain text", topic: "send/447700900123", payload: strings.Repeat("x", 1<<20), says: "octets"},
	{name: "a mebibyte of nothing", topic: "send", payload: strings.Repeat("\x00", 1<<20), says: "octets"},
	{name: "binary junk", topic: "send", payload: "\x00\xff\x80{", says: "JSON"},
	{name: "binary text", topic: "send/447700900123", payload: "\xff\xfe", field: "text", says: "UTF-8"},
	{name: "nothing", topic: "send", payload: "", says: "JSON"},
	{name: "an empty text", topic: "send/447700900123", payload: "", field: "text", says: "empty"},
	{name: "a deep topic", topic: "send/44/7700/900123", payload: "x", field: "to"},
	{name: "an empty level", topic: "send/", payload: "x", field: "to"},
	{name: "no number in the topic", topic: "send/office", payload: "x", field: "to"},
	{name: "a very long topic", topic: "send/" + strings.Repeat("7/", 10000), payload: "x", field: "to"},
	{name: "a verb that cannot be answered", topic: "request/Do It", payload: "{}", says: "verbs are"},
}

func TestBadRequestIsToldAndAcknowledgedAndTheSessionStays(t *testing.T) {
	each(t, mqtt.Config{}, func(t *testing.T, e *mqtt.Edge, c *core, address string) {
		u := join(t, address, "pigeon/office/error", "pigeon/office/message/+")
		for _, tc := range bad {
			t.Run(tc.name, func(t *testing.T) {
				u.t = t
				topic := "pigeon/office/" + tc.topic
				u.send(topic, tc.payload)
				if tc.id != "" {
					ev := u.event(tc.id)
					if ev.State != sms.Rejected || !ev.Final || ev.Error == nil || ev.Error.Field != tc.field || ev.Error.Text == "" || ev.Time.IsZero() {
						t.Errorf("event: got %+v with %+v, want rejected for %q", ev, ev.Error, tc.field)
					}
				}
				got := decode[complaint](t, u.next("pigeon/office/error").Payload())
				if got.Field != tc.field || got.ID != tc.id || got.Error == "" || !strings.Contains(got.Error, tc.says) || got.Time.IsZero() {
					t.Errorf("error: got %+v, want field %q, id %q, a sentence with %q", got, tc.field, tc.id, tc.says)
				}
				if !strings.HasPrefix(topic, strings.TrimSuffix(got.Topic, "…")) {
					t.Errorf("error: got topic %.80s, want the beginning of %.80s", got.Topic, topic)
				}
			})
		}
		u.t = t
		u.send("pigeon/office/send", `{"id":"good","to":"+447700900123","text":"still here"}`)
		if ev := u.event("good"); ev.State != sms.Queued {
			t.Errorf("a good request after them: got %s, want queued", ev.State)
		}
		if n := len(c.accepted()); n != 1 {
			t.Errorf("accepted: got %d, want the good one", n)
		}
	})
}

func TestRetainedRequestIsRefused(t *testing.T) {
	const topic, payload = "pigeon/office/send/447700900123", "hello"
	refused := func(t *testing.T, u *user, c *core) {
		t.Helper()
		got := decode[complaint](t, u.next("pigeon/office/error").Payload())
		if got.Topic != topic || !strings.Contains(got.Error, "retained") {
			t.Errorf("error: got %+v, want one about the retained request", got)
		}
		if n := len(c.accepted()); n != 0 {
			t.Errorf("accepted: got %d, want 0", n)
		}
	}
	t.Run("embedded", func(t *testing.T) {
		c := newCore()
		e, _ := start(t, mqtt.Config{}, c)
		ready(t, e)
		u := join(t, e.Addr(), "pigeon/office/error")
		u.wait(u.Publish(topic, 1, true, payload))
		refused(t, u, c)
	})
	t.Run("external", func(t *testing.T) {
		b := another(t, "127.0.0.1:0")
		u := join(t, b.addr, "pigeon/office/error", topic)
		u.wait(u.Publish(topic, 1, true, payload)) // before the gateway is there
		u.next(topic)                              // the broker has passed it on: what comes after is the retained one
		c := newCore()
		e, _ := start(t, mqtt.Config{URL: "tcp://" + b.addr}, c)
		ready(t, e)
		refused(t, u, c)
	})
}

func TestFullQueueIsTold(t *testing.T) {
	each(t, mqtt.Config{}, func(t *testing.T, e *mqtt.Edge, c *core, address string) {
		at(c, func() any {
			c.before = func(context.Context, *sms.Request) error { return sms.ErrFull }
			return nil
		})
		u := join(t, address, "pigeon/office/#")
		u.send("pigeon/office/send", `{"id":"f1","to":"+447700900123","text":"x"}`)
		if ev := u.event("f1"); ev.State != sms.Rejected || ev.Error == nil || !strings.Contains(ev.Error.Text, "full") {
			t.Errorf("event: got %+v with %+v, want rejected because the queue is full", ev, ev.Error)
		}
		if got := decode[complaint](t, u.next("pigeon/office/error").Payload()); got.ID != "f1" || !strings.Contains(got.Error, "full") {
			t.Errorf("error: got %+v, want f1 and the full queue", got)
		}
	})
}

func TestVerbs(t *testing.T) {
	each(t, mqtt.Config{}, func(t *testing.T, e *mqtt.Edge, c *core, address string) {
		at(c, func() any { c.ways = []sms.Way{{Name: "north", Kind: "modem", State: "ready"}}; return nil })
		u := join(t, address, "pigeon/office/response/#", "pigeon/office/message/+")
		u.send("pigeon/office/send", `{"id":"v1","to":"+447700900123","text":"x"}`)
		u.event("v1")
		for _, tc := range []struct{ verb, payload, want string }{
			{"message", `{"transaction":7,"id":"v1"}`, `{"transaction":7,"status":"ok","data":{"message":{"num":0,"id":"v1"`},
			{"message", `{"transaction":{"a":[1]},"id":"v2"}`, `{"transaction":{"a":[1]},"status":"error","error":"no such message"}`},
			{"cancel", `{"transaction":"t","id":"v1"}`, `{"transaction":"t","status":"ok","data":`},
			{"cancel", `{"id":"v1"}`, `{"status":"error","error":"state: is cancelled: too late"}`},
			{"cancel", `{"filter":{}}`, `{"status":"error","error":"all: nothing chooses the messages`},
			{"cancel", `{"id":"v1","filter":{"all":true}}`, `{"status":"error","error":"filter: stands beside id`},
			{"cancel", `{"filter":{"all":true}}`, `{"status":"ok","data":{"messages":[]}}`},
			{"resend", `{"filter":{"state":"failed"},"same_id":true}`, `{"status":"ok","data":{"messages":[]}}`},
			{"resend", `{"transaction":1,"id":"v1"}`, `{"transaction":1,"status":"ok","data":{"message":{`},
			{"resend", `{"id":"nobody"}`, `{"status":"error","error":"no such message"}`},
			{"edit", `{"id":"v1","edit":{"text":"anew"}}`, `{"status":"ok","data":{"message":{`},
			{"edit", `{"id":"v1","edit":{"id":"v2"}}`, `{"status":"error","error":"id: cannot be changed`},
			{"edit", `{"id":"v1"}`, `{"status":"error","error":"the JSON ends too early`},
			{"events", `{"id":"v1"}`, `{"status":"ok","data":{"events":[{`},
			{"events", `{"id":"nobody"}`, `{"status":"error","error":"no such message"}`},
			{"modems", ``, `{"status":"ok","data":[{"name":"north"`},
			{"status", `{"transaction":null}`, `{"transaction":null,"status":"ok","data":{"name":"office"`},
			{"reboot", `{"transaction":1}`, `{"transaction":1,"status":"error","error":"the verbs are cancel, edit, events, message, modem/balance, modem/restart, modem/trace, modem/ussd, modems, resend, status"}`},
			{"modem/restart", `{"transaction":1,"modem":"north"}`, `{"transaction":1,"status":"error","error":"this gateway drives no modems"}`},
			{"modem/ussd", `{"transaction":1,"modem":"north","code":"*100#"}`, `{"transaction":1,"status":"error","error":"this gateway drives no modems"}`},
			{"modem/trace", `{"transaction":1,"modem":"north"}`, `{"transaction":1,"status":"error","error":"this gateway drives no modems"}`},
			{"modem/balance", `{"transaction":1,"modem":"north"}`, `{"transaction":1,"status":"error","error":"this gateway drives no modems"}`},
			{"status", `{"transaction":1,"what":2}`, `{"transaction":1,"status":"error","error":"the question is not JSON`},
			{"status", `junk`, `{"status":"error","error":"the question is not JSON`},
			{"status", `"` + strings.Repeat("x", 5000) + `"`, `{"status":"error","error":"the question is larger than 4 KiB"}`},
		} {
			u.send("pigeon/office/request/"+tc.verb, tc.payload)
			if got := string(u.next("pigeon/office/response/" + tc.verb).Payload()); !strings.HasPrefix(got, tc.want) {
				t.Errorf("%s %.60s: got %s, want %s…", tc.verb, tc.payload, got, tc.want)
			}
		}
	})
}

// A question to a modem may take minutes: requests do not wait behind it.
func TestUSSDOverMQTT(t *testing.T) {
	release := make(chan struct{})
	e := mqtt.New(mqtt.Config{Name: "office", Broker: broker.Config{Listen: "127.0.0.1:0"}}, slog.New(slog.DiscardHandler))
	e.Gateway = newCore()
	e.Trace = func(_ string, clear bool) ([]string, error) {
		return append(make([]string, 400), fmt.Sprintf("clear %t", clear)), nil
	}
	amount := 4.2
	e.Balance = func(_ context.Context, way string) (sms.Balance, error) {
		if way != "north" {
			return sms.Balance{}, &sms.FieldError{Field: "modem", Text: "there is none"}
		}
		return sms.Balance{Amount: &amount, Low: true}, nil
	}
	called := make(chan string, 2)
	e.CancelUSSD = func(_ context.Context, way string) error { called <- way; return nil }
	e.USSD = func(_ context.Context, way, code string) (string, bool, error) {
		if code == "*9#" {
			return "", false, &sms.FieldError{Field: "code", Text: "the network does not know this code"}
		}
		<-release
		return way + " " + code, true, nil
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	ready(t, e)
	u := join(t, e.Addr(), "pigeon/office/response/#", "pigeon/office/message/+")
	const topic = "pigeon/office/request/modem/ussd"
	next := func(want string) {
		t.Helper()
		if got := string(u.next("pigeon/office/response/modem/ussd").Payload()); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	u.send(topic, `{"modem":"north","code":"*100#"}`)
	u.send("pigeon/office/send", `{"id":"meanwhile","to":"+447700900123","text":"x"}`)
	u.event("meanwhile")
	// Nor does what ends it, when as many as are run at a time wait.
	u.send(topic, `{"modem":"south","code":"*100#"}`)
	u.send(topic, `{"transaction":2,"modem":"north","cancel":true}`)
	next(`{"transaction":2,"status":"ok"}`)
	if way := <-called; way != "north" {
		t.Errorf("cancelled that of %q", way)
	}
	u.send(topic, `{"modem":"north","code":"1","cancel":true}`)
	next(`{"status":"error","error":"code: cannot be sent and cancelled at once: leave one of the two out"}`)
	close(release)
	got := []string{string(u.next("pigeon/office/response/modem/ussd").Payload()), string(u.next("pigeon/office/response/modem/ussd").Payload())}
	slices.Sort(got)
	if want := []string{`{"status":"ok","data":{"reply":"north *100#","more":true}}`, `{"status":"ok","data":{"reply":"south *100#","more":true}}`}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	u.send(topic, `{"transaction":1,"modem":"n","code":"*9#"}`)
	next(`{"transaction":1,"status":"error","error":"code: the network does not know this code"}`)
	for modem, want := range map[string]string{"north": `{"status":"ok","data":{"amount":4.2,"low":true}}`, "south": `{"status":"error","error":"modem: there is none"}`} {
		u.send("pigeon/office/request/modem/balance", `{"modem":"`+modem+`"}`)
		if got := string(u.next("pigeon/office/response/modem/balance").Payload()); got != want {
			t.Errorf("balance of %s: got %s, want %s", modem, got, want)
		}
	}
	u.send("pigeon/office/request/modem/trace", `{"modem":"north"}`)
	if got := string(u.next("pigeon/office/response/modem/trace").Payload()); !strings.HasSuffix(got, `"","clear false"]}}`) || strings.Count(got, ",") != 400 {
		t.Errorf("trace: got %d lines, …%.40s", strings.Count(got, ","), got[max(0, len(got)-40):])
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestTopicNumber(t *testing.T) {
	for in, want := range map[string]string{
		"447700900123": "+447700900123", "00447700900123": "+447700900123", "07700900123": "07700900123",
		"123456": "123456", "1234567": "+1234567", "112": "112", "": "", "INFO": "INFO", "44/1": "44/1", "4477009001x3": "4477009001x3",
	} {
		if got := mqtt.TopicNumber(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestNameStandsInATopic(t *testing.T) {
	for in, want := range map[string]string{
		"office": "office", "a/b": "a-b", "+#": "--", "tür 3": "tür 3", "x\x00y\n": "x-y-", "\xff": "-",
	} {
		if got := mqtt.Level(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// FuzzTake holds that whatever comes in on a topic of ours is settled: taken
// as a request, or told to be wrong in a sentence, on a topic that can be
// published to.
func FuzzTake(f *testing.F) {
	for _, tc := range bad {
		if len(tc.payload) < 1000 && len(tc.topic) < 1000 {
			f.Add("pigeon/office/"+tc.topic, []byte(tc.payload), false)
		}
	}
	f.Add("pigeon/send", []byte(`{"to":["+447700900123","12345"],"text":"x","meta":{"a":1}}`), false)
	f.Add("pigeon/office/send/447700900123", []byte("hello"), true)
	f.Add("pigeon/office/request/message", []byte(`{"id":"x","transaction":[1]}`), false)
	f.Add("pigeon/office/state", []byte("offline"), true)
	f.Add("pigeon/officer/send", []byte("{}"), false)
	e := mqtt.New(mqtt.Config{Name: "office", Fleet: "all"}, slog.New(slog.DiscardHandler))
	f.Fuzz(func(t *testing.T, topic string, payload []byte, retained bool) {
		c := newCore()
		e.Gateway = c
		said, settled := e.Take(t.Context(), &broker.Publish{Client: "f", ID: 1, QoS: 1, Retain: retained, Topic: topic, Payload: payload})
		mine := topic == "pigeon/send" || topic == "pigeon/office" || strings.HasPrefix(topic, "pigeon/office/")
		if settled != mine {
			t.Fatalf("%q: settled %t, want %t", topic, settled, mine)
		}
		if taken := len(c.accepted()); mine && taken+len(said) == 0 || taken > 0 && (retained || len(said) > 0) {
			t.Fatalf("%q: %d taken and %d said", topic, taken, len(said))
		}
		for _, n := range said {
			if !utf8.ValidString(n.Topic) || strings.ContainsAny(n.Topic, "+#\x00") || !json.Valid(n.Payload) || !bytes.HasPrefix(n.Payload, []byte("{")) {
				t.Fatalf("said on %q: %s", n.Topic, n.Payload)
			}
		}
	})
}

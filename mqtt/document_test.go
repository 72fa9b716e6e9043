package mqtt_test

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/pigeon-sms/pigeon/mqtt"
	"github.com/pigeon-sms/pigeon/sms"
)

// An example is a fenced block of the document: "```json send".
type example struct{ kind, text string }

func examples(t *testing.T) []example {
	t.Helper()
	b, err := os.ReadFile("../docs/mqtt.md")
	if err != nil {
		t.Fatal(err)
	}
	var all []example
	for _, m := range regexp.MustCompile("(?ms)^```(?:json|text) (\\S+)\n(.*?)\n```$").FindAllStringSubmatch(string(b), -1) {
		all = append(all, example{m[1], m[2]})
	}
	if fences := strings.Count(string(b), "\n```"); len(all) == 0 || fences != 2*len(all) {
		t.Fatalf("%d examples and %d fences: some block has no kind", len(all), fences)
	}
	return all
}

// same compares JSON, times apart.
func same(t *testing.T, got []byte, want string) {
	t.Helper()
	var g, w any
	if err := json.Unmarshal(got, &g); err != nil {
		t.Fatalf("%s: %v", got, err)
	}
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatalf("%s: %v", want, err)
	}
	for _, v := range []any{g, w} {
		if m, is := v.(map[string]any); is {
			delete(m, "time")
		}
	}
	if !reflect.DeepEqual(g, w) {
		t.Errorf("got %s, and the document says %s", got, want)
	}
}

// readsAs checks that a type reads an example and writes it again.
func readsAs[T any](t *testing.T, text string) {
	t.Helper()
	v := decode[T](t, []byte(text))
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var g, w any
	_ = json.Unmarshal(b, &g)
	_ = json.Unmarshal([]byte(text), &w)
	if !reflect.DeepEqual(g, w) {
		t.Errorf("%T is written %s, and the document says %s", v, b, text)
	}
}

// TestDocument sends every request in docs/mqtt.md, and holds every answer and
// every payload shown there against what the gateway publishes.
func TestDocument(t *testing.T) {
	c := newCore()
	e, _ := start(t, mqtt.Config{}, c)
	ready(t, e)
	u := join(t, e.Addr(), "pigeon/office/#")
	said := map[string][]byte{} // kind to what the gateway published for it
	for i, ex := range examples(t) {
		t.Run(fmt.Sprintf("%d %s", i+1, strings.ReplaceAll(ex.kind, "/", " ")), func(t *testing.T) {
			u.t = t
			verb, isVerb := strings.CutPrefix(ex.kind, "request/")
			number, isText := strings.CutPrefix(ex.kind, "send/")
			before := len(c.accepted())
			switch {
			case ex.kind == "send":
				u.send("pigeon/office/send", ex.text)
			case isText:
				u.send("pigeon/office/send/"+number, ex.text)
			case ex.kind == "refused":
				id := decodeID(t, ex.text)
				u.send("pigeon/office/send", ex.text)
				said["rejected"] = u.next("pigeon/office/message/" + id).Payload()
				said["error"] = u.next("pigeon/office/error").Payload()
				return
			case isVerb:
				u.send("pigeon/office/request/"+verb, ex.text)
				said["response/"+verb] = u.next("pigeon/office/response/" + verb).Payload()
				return
			case ex.kind == "event":
				readsAs[sms.Event](t, ex.text)
				return
			case ex.kind == "received":
				readsAs[sms.Received](t, ex.text)
				return
			case ex.kind == "modem":
				readsAs[sms.Way](t, ex.text)
				return
			case ex.kind == "info":
				readsAs[mqtt.Overview](t, ex.text)
				return
			case ex.kind == "response/message": // too long to be shown whole
				var got, want map[string]any
				if json.Unmarshal(said[ex.kind], &got) != nil || json.Unmarshal([]byte(ex.text), &want) != nil ||
					!reflect.DeepEqual(got["transaction"], want["transaction"]) || got["status"] != want["status"] {
					t.Errorf("got %s, and the document says %s", said[ex.kind], ex.text)
				}
				return
			default:
				if said[ex.kind] == nil {
					t.Fatalf("no example asks for this one")
				}
				same(t, said[ex.kind], ex.text)
				return
			}
			if n := len(c.accepted()); n != before+1 {
				t.Errorf("not accepted: %s", ex.text)
			}
		})
	}
}

func decodeID(t *testing.T, text string) string {
	t.Helper()
	var r struct{ ID string }
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatal(err)
	}
	return r.ID
}

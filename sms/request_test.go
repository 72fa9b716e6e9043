package sms_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// wantField checks that err is a FieldError of field whose text holds part.
func wantField(t *testing.T, err error, field, part string) {
	t.Helper()
	fault, ok := errors.AsType[*sms.FieldError](err)
	if !ok {
		t.Errorf("error is %v, want one on %q that says %q", err, field, part)
		return
	}
	if fault.Field != field || !strings.Contains(fault.Text, part) {
		t.Errorf("error is on %q: %q, want on %q: …%s…", fault.Field, fault.Text, field, part)
	}
}

func TestRequestIsReadWithEveryField(t *testing.T) {
	no := false
	for name, tc := range map[string]struct {
		in   string
		want sms.Request
	}{
		"least":   {`{"to":"+447700900123","text":"hi"}`, sms.Request{To: []string{"+447700900123"}, Text: "hi"}},
		"list":    {`{"to":["1234","5678"],"text":"hi"}`, sms.Request{To: []string{"1234", "5678"}, Text: "hi"}},
		"aliases": {`{"number":"1234","body":"hi"}`, sms.Request{To: []string{"1234"}, Text: "hi"}},
		"others":  {`{"target":"1234","message":"hi"}`, sms.Request{To: []string{"1234"}, Text: "hi"}},
		"another": {`{"recipient":["1234"],"text":"a\ud83d\udc26\\ud83d"}`, sms.Request{To: []string{"1234"}, Text: "a🐦\\ud83d"}},
		"null":    {`{"to":"1234","text":"hi","from":null,"receipt":null,"meta":null}`, sms.Request{To: []string{"1234"}, Text: "hi"}},
		"space":   {" \n{ \"to\" : \"1234\" , \"text\" : \"hi\" }\r\n\t", sms.Request{To: []string{"1234"}, Text: "hi"}},
		"all": {
			`{"id":"a.1:b_c-D","to":"1234","data":"AQID","port":2948,"source_port":9200,"from":"Shop","route":"north","encoding":"ucs2",
			"flash":true,"reply_path":true,"priority":"urgent","send_at":"2026-03-01T18:00:00Z","expires":"2d","receipt":false,"on_doubt":"hold",
			"max_segments":3,"meta":{"a": [1, {"b":null}]}}`,
			sms.Request{ID: "a.1:b_c-D", To: []string{"1234"}, Data: []byte{1, 2, 3}, Port: 2948, SourcePort: 9200, From: "Shop", Route: "north",
				Encoding: "ucs2", Flash: true, ReplyPath: true, Priority: "urgent", SendAt: "2026-03-01T18:00:00Z", Expires: "2d", Receipt: &no, OnDoubt: "hold",
				MaxSegments: 3, Meta: json.RawMessage(`{"a":[1,{"b":null}]}`)},
		},
	} {
		got, err := sms.ParseRequest([]byte(tc.in))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !reflect.DeepEqual(*got, tc.want) {
			t.Errorf("%s: read\n%+v, want\n%+v", name, *got, tc.want)
		}
		b, err := json.Marshal(got)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if again, err := sms.ParseRequest(b); err != nil || !reflect.DeepEqual(again, got) {
			t.Errorf("%s: written and read again it is\n%+v, %v, want\n%+v", name, again, err, got)
		}
	}
}

func TestUnreadableRequestNamesTheField(t *testing.T) {
	for _, tc := range []struct{ in, field, text, id string }{
		{``, "", "ends too early, after octet 0", ""},
		{`  `, "", "ends too early", ""},
		{`{"id":"a1","to":`, "", "ends too early", "a1"},
		{`{"id":"a1","to":"1234"`, "", "ends too early", "a1"},
		{`{"id":"a1" "to":"1234"}`, "", "cannot be read near octet 11", "a1"},
		{`{"id":"a1",to:"1234"}`, "", "cannot be read near octet 11", "a1"},
		{`{"id":"a1",}`, "", "cannot be read", "a1"},
		{`{'id':1}`, "", "cannot be read", ""},
		{`[{"id":"a1"}]`, "", "not a JSON object", ""},
		{`"text"`, "", "not a JSON object", ""},
		{`hello`, "", "cannot be read near octet 1", ""},
		{`{"id":"a1"} x`, "", "something follows the JSON object, after octet 11", "a1"},
		{`{"id":"a1"}{"id":"a2"}`, "", "something follows", "a1"},
		{`{"id":"a1","text":"` + strings.Repeat("x", 64<<10) + `"}`, "", "octets; 65536 is the most", ""},
		{`{"txet":"hi","id":"a1"}`, "txet", "the nearest is text", "a1"},
		{`{"To":"1234","id":"a1"}`, "To", "the nearest is to", "a1"},
		{`{"sendat":"x","id":"a1"}`, "sendat", "the nearest is send_at", "a1"},
		{`{"recipients":[],"id":"a1"}`, "recipients", "the nearest is recipient", "a1"},
		{`{"zzzzzz":1}`, "zzzzzz", "is not a field of a request", ""},
		{`{"":1}`, `""`, "is not a field of a request", ""},
		{`{"a\u0000b":1}`, `a\x00b`, "is not a field", ""},
		{`{"` + strings.Repeat("y", 500) + `":1}`, strings.Repeat("y", 40) + "…", "is not a field", ""},
		{`{"id":"a1","id":"a2"}`, "id", "twice", ""},
		{`{"id":"a1","text":"x","text":"y"}`, "text", "twice", "a1"},
		{`{"text":"x","id":"a1","body":"y"}`, "body", "beside text", "a1"},
		{`{"id":"a1","to":null,"number":"1"}`, "number", "beside to", "a1"},
		{`{"to":447700900123,"id":"a1"}`, "to", "bare number, which loses a leading + or 0", "a1"},
		{`{"to":-1}`, "to", "bare number", ""},
		{`{"number":447700900123}`, "number", "bare number", ""},
		{`{"to":["1234",5678]}`, "to", "bare number", ""},
		{`{"to":[["1234"]]}`, "to", "has to be a string, not a list", ""},
		{`{"to":[null]}`, "to", "has to be a string, not null", ""},
		{`{"to":[]}`, "to", "names no recipient", ""},
		{`{"to":{"number":"1"}}`, "to", "has to be a string, not an object", ""},
		{`{"to":true}`, "to", "not a truth value", ""},
		{`{"text":12}`, "text", `not the number "12"`, ""},
		{`{"id":7,"text":"x"}`, "id", "has to be a string", ""},
		{`{"id":""}`, "id", "is empty", ""},
		{`{"id":"a b"}`, "id", `has " "`, ""},
		{`{"id":"é"}`, "id", `has "é"`, ""},
		{`{"id":".."}`, "id", "name of a folder", ""},
		{`{"id":"` + strings.Repeat("a", 65) + `"}`, "id", "too long", ""},
		{`{"flash":"yes","id":"a1"}`, "flash", "has to be true or false, not a string", "a1"},
		{`{"receipt":1}`, "receipt", "true or false", ""},
		{`{"port":"2948"}`, "port", "whole number, not a string", ""},
		{`{"port":1.5}`, "port", "whole number", ""},
		{`{"source_port":1e3}`, "source_port", "whole number", ""},
		{`{"max_segments":99999999999}`, "max_segments", "whole number", ""},
		{`{"max_segments":0}`, "max_segments", "1 or more", ""},
		{`{"max_segments":-1}`, "max_segments", "1 or more", ""},
		{`{"data":"%%%"}`, "data", "is not base64", ""},
		{`{"data":""}`, "data", "is empty", ""},
		{`{"meta":[1]}`, "meta", "has to be an object, not a list", ""},
		{`{"meta":{"a":"` + strings.Repeat("x", 1024) + `"}}`, "meta", "octets; 1024 is the most", ""},
		{"{\"text\":\"a\xff\",\"id\":\"a1\"}", "text", "is not UTF-8", "a1"},
		{`{"text":"a\ud83d"}`, "text", "half of a surrogate pair", ""},
		{`{"text":"\ud83dx\udc26"}`, "text", "half of a surrogate pair", ""},
		{`{"text":"\udc26"}`, "text", "half of a surrogate pair", ""},
	} {
		r, err := sms.ParseRequest([]byte(tc.in))
		in := tc.in[:min(len(tc.in), 60)]
		if err == nil {
			t.Errorf("%s is read", in)
			continue
		}
		wantField(t, err, tc.field, tc.text)
		if r == nil || r.ID != tc.id {
			t.Errorf("%s: request beside the error is %+v, want id %q", in, r, tc.id)
		}
	}
}

func TestRequestBecomesMessages(t *testing.T) {
	no := false
	r := &sms.Request{ID: "order-7", To: []string{"07700 900123", "86555", "+44 7700 900123", "+33612345678"}, Text: strings.Repeat("x", 161),
		From: "Shop", Route: "north", Flash: true, ReplyPath: true, Priority: "high", SendAt: "2026-03-01T19:00:00+01:00", Expires: "1d12h", Receipt: &no,
		OnDoubt: sms.Hold, MaxSegments: 2, Meta: json.RawMessage(`{"a": 1}`), Origin: "mqtt"}
	got, err := r.Messages(noon, land(t, "44"))
	if err != nil {
		t.Fatal(err)
	}
	want := sms.Message{Request: "order-7", Text: r.Text, From: "Shop", Route: "north", Encoding: sms.EncodingAuto, Flash: true, ReplyPath: true,
		Priority: sms.High, SendAt: noon.Add(6 * time.Hour), Expires: noon.Add(36 * time.Hour), Lifetime: 36 * time.Hour, OnDoubt: sms.Hold, MaxSegments: 2,
		Meta: json.RawMessage(`{"a":1}`), Origin: "mqtt", Accepted: noon, Segments: 2}
	to := []sms.Number{"+447700900123", "86555", "+33612345678"} // the third names the first again
	if len(got) != len(to) {
		t.Fatalf("%d messages, want %d", len(got), len(to))
	}
	for i, m := range got {
		want.ID, want.To = fmt.Sprintf("order-7.%d", i+1), to[i]
		if !reflect.DeepEqual(*m, want) {
			t.Errorf("message %d is\n%+v, want\n%+v", i+1, *m, want)
		}
	}
}

func TestRequestWithoutChoicesHasDefaults(t *testing.T) {
	r := &sms.Request{To: []string{"86555"}, Data: []byte{1, 2}, Port: 2948}
	got, err := r.Messages(noon, sms.Country{})
	if err != nil {
		t.Fatal(err)
	}
	m := got[0]
	if len(got) != 1 || len(m.ID) != 36 || m.ID[14] != '7' || m.Request != "" {
		t.Errorf("%d messages, id %q of request %q, want one with a UUIDv7", len(got), m.ID, m.Request)
	}
	if !m.Receipt || m.Priority != sms.Normal || m.Encoding != sms.EncodingAuto || m.OnDoubt != sms.Resend || m.Segments != 1 ||
		!m.SendAt.IsZero() || !m.Expires.IsZero() || m.Port != 2948 {
		t.Errorf("defaults are %+v", *m)
	}
	several, err := (&sms.Request{To: []string{"86555", "86556"}, Text: "x"}).Messages(noon, sms.Country{})
	if err != nil {
		t.Fatal(err)
	}
	if id, ok := strings.CutSuffix(several[1].ID, ".2"); !ok || several[0].ID != id+".1" || several[0].Request != id {
		t.Errorf("ids %q, %q of request %q, want one id with .1 and .2", several[0].ID, several[1].ID, several[0].Request)
	}
}

func TestBadRequestNamesTheField(t *testing.T) {
	with := func(change func(r *sms.Request)) *sms.Request {
		r := &sms.Request{ID: "a1", To: []string{"+447700900123"}, Text: "hi"}
		change(r)
		return r
	}
	many := make([]string, 1001)
	for i := range many {
		many[i] = fmt.Sprintf("+4477009%05d", i)
	}
	for _, tc := range []struct {
		name        string
		change      func(r *sms.Request)
		field, text string
	}{
		{"no recipient", func(r *sms.Request) { r.To = nil }, "to", "is missing"},
		{"too many", func(r *sms.Request) { r.To = many }, "to", "at most 1000"},
		{"a name", func(r *sms.Request) { r.To[0] = "Bob" }, "to", "has a letter"},
		{"a name among numbers", func(r *sms.Request) { r.To = []string{"86555", "Bob"} }, "to", `"Bob" has a letter`},
		{"bad id", func(r *sms.Request) { r.ID = "a/b" }, "id", `has "/"`},
		{"long id", func(r *sms.Request) { r.ID = strings.Repeat("a", 65) }, "id", "too long"},
		{"long id of several", func(r *sms.Request) { r.ID, r.To = strings.Repeat("a", 63), []string{"86555", "86556"} }, "id", "with 2 recipients"},
		{"nothing to say", func(r *sms.Request) { r.Text = "" }, "text", "is missing"},
		{"both", func(r *sms.Request) { r.Data, r.Port = []byte{1}, 1 }, "data", "beside text"},
		{"not UTF-8", func(r *sms.Request) { r.Text = "a\xff" }, "text", "UTF-8"},
		{"data without port", func(r *sms.Request) { r.Text, r.Data = "", []byte{1} }, "port", "1 to 65535"},
		{"high port", func(r *sms.Request) { r.Text, r.Data, r.Port = "", []byte{1}, 65536 }, "port", "1 to 65535"},
		{"high source port", func(r *sms.Request) { r.Text, r.Data, r.Port, r.SourcePort = "", []byte{1}, 1, 65536 }, "source_port", "65535"},
		{"port without data", func(r *sms.Request) { r.Port = 1 }, "port", "goes with data"},
		{"source port without data", func(r *sms.Request) { r.SourcePort = 1 }, "source_port", "goes with data"},
		{"encoding", func(r *sms.Request) { r.Encoding = "utf8" }, "encoding", "auto, gsm7, ucs2, ascii"},
		{"not in the alphabet", func(r *sms.Request) { r.Encoding, r.Text = "gsm7", "жук" }, "text", ""},
		{"priority", func(r *sms.Request) { r.Priority = "1" }, "priority", "low, normal, high, urgent"},
		{"doubt", func(r *sms.Request) { r.OnDoubt = "retry" }, "on_doubt", "resend, hold"},
		{"long sender", func(r *sms.Request) { r.From = strings.Repeat("a", 65) }, "from", "too long"},
		{"control in sender", func(r *sms.Request) { r.From = "a\nb" }, "from", "control character"},
		{"long route", func(r *sms.Request) { r.Route = strings.Repeat("a", 65) }, "route", "too long"},
		{"broken route", func(r *sms.Request) { r.Route = "\xff" }, "route", "UTF-8"},
		{"send_at", func(r *sms.Request) { r.SendAt = "tomorrow" }, "send_at", `"tomorrow" is not a time`},
		{"send_at without zone", func(r *sms.Request) { r.SendAt = "2026-03-01T18:00:00" }, "send_at", "is not a time"},
		{"send_at out of range", func(r *sms.Request) { r.SendAt = "9999-12-31T23:59:59-10:00" }, "send_at", "is not a time"},
		{"expires", func(r *sms.Request) { r.Expires = "soon" }, "expires", "nor a duration"},
		{"expires mixed up", func(r *sms.Request) { r.Expires = "2h1d" }, "expires", "nor a duration"},
		{"expires fraction of a day", func(r *sms.Request) { r.Expires = "1.5d" }, "expires", "nor a duration"},
		{"expires too late", func(r *sms.Request) { r.Expires = "65000w" }, "expires", "nor a duration"},
		{"expires at once", func(r *sms.Request) { r.Expires = "0s" }, "expires", "more than nothing"},
		{"expires before", func(r *sms.Request) { r.Expires = "-5m" }, "expires", "more than nothing"},
		{"expires in the past", func(r *sms.Request) { r.Expires = "2026-03-01T12:00:00Z" }, "expires", "in the past"},
		{"expires before send_at", func(r *sms.Request) { r.Expires, r.SendAt = "1h", "2026-03-01T13:00:00Z" }, "expires", "not after send_at"},
		{"too many segments", func(r *sms.Request) { r.Text, r.MaxSegments = strings.Repeat("x", 161), 1 }, "max_segments", "allows 1, and the message takes 2"},
		{"no segments", func(r *sms.Request) { r.MaxSegments = -1 }, "max_segments", "1 or more"},
		{"256 segments", func(r *sms.Request) { r.Text = strings.Repeat("x", 153*255+1) }, "text", "255"},
		{"meta", func(r *sms.Request) { r.Meta = json.RawMessage(`{`) }, "meta", "is not JSON"},
		{"meta of another kind", func(r *sms.Request) { r.Meta = json.RawMessage(`"x"`) }, "meta", "has to be an object"},
		{"empty meta", func(r *sms.Request) { r.Meta = json.RawMessage{} }, "meta", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := with(tc.change).Messages(noon, sms.Country{})
			wantField(t, err, tc.field, tc.text)
			if got != nil {
				t.Errorf("%d messages beside the error", len(got))
			}
		})
	}
}

func TestExpiresIsReadAsTimeOrDuration(t *testing.T) {
	for in, want := range map[string]time.Duration{
		"10m": 10 * time.Minute, "24h": 24 * time.Hour, "2d": 48 * time.Hour, "1w": 7 * 24 * time.Hour, "1w2d3h": 219 * time.Hour,
		"1h30m": 90 * time.Minute, "90s": 90 * time.Second, "2026-03-01T14:00:00+01:00": time.Hour,
	} {
		got, err := (&sms.Request{To: []string{"86555"}, Text: "x", Expires: in}).Messages(noon, sms.Country{})
		if err != nil {
			t.Errorf("expires %s: %v", in, err)
		} else if !got[0].Expires.Equal(noon.Add(want)) || got[0].Expires.Location() != time.UTC {
			t.Errorf("expires %s is %v, want %v after noon", in, got[0].Expires, want)
		}
	}
}

func TestTheMostOfEverythingFits(t *testing.T) {
	r := &sms.Request{ID: strings.Repeat("a", 59), Text: strings.Repeat("x", 153*255)}
	for i := range 1000 {
		r.To = append(r.To, fmt.Sprintf("+4477009%05d", i))
	}
	got, err := r.Messages(noon, sms.Country{})
	if err != nil {
		t.Fatal(err)
	}
	if last := got[len(got)-1]; len(got) != 1000 || len(last.ID) != 64 || last.Segments != 255 {
		t.Errorf("%d messages, last id %q, %d segments, want 1000, 64 characters, 255", len(got), last.ID, last.Segments)
	}
}

func FuzzParseRequest(f *testing.F) {
	for _, s := range []string{
		`{"id":"a1","to":"+447700900123","text":"hi"}`, `{"number":["1234",5],"body":"\ud83d\udc26"}`, `{"data":"AQID","port":2948,"to":"1234"}`,
		`{"to":"1234","text":"x","expires":"1w2d3h","send_at":"2026-03-01T18:00:00Z","meta":{"a":[1]},"max_segments":2}`,
		`{"text":"\u`, `{"a":{}}`, `{"id":"a1"`, `null`, `{"text":"\ud83d\u`, "{\"text\":\"\xff\"}", `{"to":null}`,
	} {
		f.Add([]byte(s))
	}
	home, _ := sms.CountryOf("44")
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := sms.ParseRequest(b)
		if r == nil {
			t.Fatalf("%q gives no request", b)
		}
		if err != nil {
			if _, ok := errors.AsType[*sms.FieldError](err); !ok || err.Error() == "" {
				t.Fatalf("%q gives %#v, want a FieldError with a sentence", b, err)
			}
			return
		}
		messages, err := r.Messages(noon, home)
		if err != nil {
			if _, ok := errors.AsType[*sms.FieldError](err); !ok {
				t.Fatalf("%q gives %#v, want a FieldError", b, err)
			}
			return
		}
		for _, m := range messages {
			if m.ID == "" || m.To == "" || m.Segments < 1 || m.Segments > 255 || m.Text == "" && len(m.Data) == 0 {
				t.Fatalf("%q gives %+v", b, *m)
			}
			if _, err := json.Marshal(m); err != nil {
				t.Fatalf("%q cannot be written: %v", b, err)
			}
		}
	})
}

package sms_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

func TestParseEditRefuses(t *testing.T) {
	for in, want := range map[string]string{
		`{}`:                                  "nothing is to be changed; there are: to, text, send_at, expires, priority",
		`[]`:                                  "the request is not a JSON object: it has to begin with {",
		`{"id":"x"}`:                          "id: cannot be changed; there are: to, text, send_at, expires, priority",
		`{"txet":"x"}`:                        "txet: is not a field of a request; the nearest is text",
		`{"text":"a","body":"b"}`:             "body: stands there twice",
		`{"text":null}`:                       "text: cannot be nothing",
		`{"text":1}`:                          "text: has to be a string, not the number \"1\"",
		`{"text":"\ud800"}`:                   "text: has half of a surrogate pair: a character was cut in two",
		strings.Repeat(" ", sms.MaxRequest+1): "the edit has 65537 octets; 65536 is the most",
	} {
		_, err := sms.ParseEdit([]byte(in))
		var fault *sms.FieldError
		if !errors.As(err, &fault) || err.Error() != want {
			t.Errorf("%.40s: got %v, want %q", in, err, want)
		}
	}
}

func TestApplyEdit(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	// Written without a country known, and kept as it is when one is.
	m := &sms.Message{Num: 7, ID: "m1", To: "07700900123", Text: "hello", Encoding: sms.EncodingAuto, Priority: sms.Normal,
		Receipt: true, OnDoubt: sms.Resend, Expires: now.Add(time.Hour), Accepted: now.Add(-time.Hour), Segments: 1, Origin: "mqtt"}
	home, _ := sms.CountryOf("44")
	for _, tc := range []struct{ edit, want string }{
		{`{"text":"anew"}`, ""},
		{`{"text":""}`, "text: is missing: give a text, or data"},
		{`{"to":["+447700900124","+447700900125"]}`, "to: names 2 recipients; this is one message"},
		{`{"send_at":"2026-03-01T14:00:00Z"}`, "expires: is not after send_at"},
		{`{"expires":"1999-01-01T00:00:00Z"}`, "expires: is in the past"},
		{`{"priority":"highest"}`, `priority: "highest" is not one of low, normal, high, urgent`},
	} {
		e, err := sms.ParseEdit([]byte(tc.edit))
		if err != nil {
			t.Fatal(err)
		}
		got, err := e.Apply(m, now, home)
		switch {
		case tc.want != "":
			if err == nil || err.Error() != tc.want {
				t.Errorf("%s: got %v, want %q", tc.edit, err, tc.want)
			}
		case err != nil || got.Text != "anew" || got.To != m.To || got.Num != 7 || got.Origin != "mqtt" || !got.Expires.Equal(m.Expires) || !got.Accepted.Equal(m.Accepted):
			t.Errorf("%s: got %+v, %v", tc.edit, got, err)
		}
	}
}

func FuzzParseEdit(f *testing.F) {
	for _, s := range []string{`{"text":"a"}`, `{"to":["1"],"send_at":null}`, `{"priority":"high","expires":"1h"}`, `{"body":"\ud83d\ude00"}`} {
		f.Add([]byte(s))
	}
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	m := &sms.Message{Num: 7, ID: "m1", To: "+447700900123", Text: "hello", Encoding: sms.EncodingAuto, Receipt: true, OnDoubt: sms.Resend, Accepted: now, Segments: 1}
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := sms.ParseEdit(b)
		if err != nil {
			return
		}
		if got, err := e.Apply(m, now, sms.Country{}); err == nil && (got.ID != m.ID || got.Segments < 1 || got.Text == "") {
			t.Errorf("%q made %+v", b, got)
		}
	})
}

func TestAgainID(t *testing.T) {
	long := strings.Repeat("x", 62)
	for id, want := range map[string]string{
		"gate-1": "gate-1:r1", "gate-1:r1": "gate-1:r2", "gate-1:r09": "gate-1:r10", "a:rx": "a:rx:r1", ":r1": ":r1:r1",
	} {
		if got := sms.AgainID(id); got != want {
			t.Errorf("%s: got %s, want %s", id, got, want)
		}
	}
	a, b := sms.AgainID(long), sms.AgainID(long[1:]+"yy")
	if len(a) > 64 || len(b) > 64 || a == b || !strings.HasSuffix(sms.AgainID(a), ":r2") {
		t.Errorf("of long ids: got %s and %s", a, b)
	}
}

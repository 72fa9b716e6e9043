package main

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// taken answers a request with one queued message of an id.
func taken(id string) http.HandlerFunc {
	return say(202, `{"id":"`+id+`","known":false,"messages":[{"seq":10,"time":"2026-05-04T12:00:00Z","id":"`+id+`","state":"queued","final":false,"to":"+447700900123"}]}`)
}

func TestSend(t *testing.T) {
	for _, tc := range []struct {
		name  string
		args  []string
		stdin string
		want  string // the request
	}{
		{"plain", []string{"+447700900123", "Hello"}, "", `{"id":"x","to":["+447700900123"],"text":"Hello"}`},
		{"words", []string{"+447700900123", "Hello", "to <you>"}, "", `{"id":"x","to":["+447700900123"],"text":"Hello to \u003cyou\u003e"}`},
		{"several numbers", []string{"+447700900123, 07700900124", "Hello"}, "", `{"id":"x","to":["+447700900123","07700900124"],"text":"Hello"}`},
		{"standard input", []string{"1", "-"}, "two\nlines\r\n", `{"id":"x","to":["1"],"text":"two\nlines"}`},
		{"standard input with empty lines", []string{"1", "-"}, "a\n\n", `{"id":"x","to":["1"],"text":"a\n"}`},
		{"a dash among words", []string{"1", "a", "-"}, "not read", `{"id":"x","to":["1"],"text":"a -"}`},
		{"a text like a flag", []string{"1", "--", "--wait"}, "", `{"id":"x","to":["1"],"text":"--wait"}`},
		{"every flag", []string{"1", "a", "--from", "Gate", "--route", "north", "--encoding", "ucs2", "--flash", "--priority", "high",
			"--at", "18:00", "--expires", "10m", "--no-receipt", "--on-doubt", "hold", "--max-segments", "3"}, "",
			`{"id":"x","to":["1"],"text":"a","from":"Gate","route":"north","encoding":"ucs2","flash":true,"priority":"high","send_at":"2026-05-04T18:00:00+02:00","expires":"10m0s","receipt":false,"on_doubt":"hold","max_segments":3}`},
		{"an end by the clock", []string{"1", "a", "--expires", "2026-05-04T18:00:00Z"}, "", `{"id":"x","to":["1"],"text":"a","expires":"2026-05-04T18:00:00Z"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			server := newStandIn(t, map[string]http.HandlerFunc{"POST /messages": taken("x")})
			d := newDesk(t)
			d.stdin = tc.stdin
			args := append([]string{"send", "--state", server.dir, "--id", "x"}, tc.args...)
			d.want(t, 0, "x\n", "", args...)
			server.wantAsked(t, "POST /api/v1/messages "+tc.want)
		})
	}
}

func TestSendMakesAnID(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{"POST /messages": taken("made")})
	newDesk(t).want(t, 0, "made\n", "", "send", "--state", server.dir, "1", "a")
	var r sendRequest
	if err := json.Unmarshal([]byte(strings.TrimPrefix(server.asked[0], "POST /api/v1/messages ")), &r); err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-`).MatchString(r.ID) {
		t.Errorf("got id %q, want a UUID of version 7", r.ID)
	}
}

func TestSendJSON(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{"POST /messages": say(202, `{"id": "x", "messages": []}`)})
	newDesk(t).want(t, 0, `{"id":"x","messages":[]}`+"\n", "", "send", "--json", "--state", server.dir, "1", "a")
}

func TestSendKnownID(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{"POST /messages": say(200, `{"id":"x","known":true,"messages":[{"seq":4,"id":"x.1","state":"sent"},{"seq":5,"id":"x.2","state":"failed"}]}`)})
	newDesk(t).want(t, 0, "x.1\nx.2\n", "pigeon: the id x is known: nothing was queued\n", "send", "--id", "x", "--state", server.dir, "1", "a")
}

func TestSendRefused(t *testing.T) {
	for _, tc := range []struct {
		name, stdin string
		say         http.HandlerFunc
		text, want  string
	}{
		{"a number", "", refuse(422, "to", `to: "abc" is no telephone number`), "a", `NUMBER: "abc" is no telephone number`},
		{"a time", "", refuse(422, "send_at", "send_at: is in the past"), "a", "--at: is in the past"},
		{"a full queue", "", refuse(503, "", "the queue is full; send it again later"), "a", "the queue is full; send it again later"},
		{"not UTF-8", "caf\xe9", nil, "-", "the text on the standard input is not UTF-8: convert it first, as with iconv"},
		{"nothing", "\n", nil, "-", "the text on the standard input is empty"},
		{"too much", strings.Repeat("x", maxText+1), nil, "-", "the text on the standard input is longer than any message"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			server := newStandIn(t, map[string]http.HandlerFunc{"POST /messages": tc.say})
			d := newDesk(t)
			d.stdin = tc.stdin
			d.want(t, 1, "", "pigeon: "+tc.want+"\n", "send", "--state", server.dir, "1", tc.text)
		})
	}
}

// An answer that is lost leaves it open whether the message was taken. The
// request is repeated under its id until that is known.
func TestSendLearnsWhatBecameOfALostRequest(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{"POST /messages": inOrder(drop, drop, taken("x"))})
	newDesk(t).want(t, 0, "x\n", "", "send", "--state", server.dir, "1", "a")
	if n := len(server.asked); n != 3 || server.asked[0] != server.asked[2] {
		t.Errorf("got requests %q, want one three times", server.asked)
	}
}

func TestSendSaysThatTheAnswerWasLost(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{})
	ctx, cancel := context.WithCancel(t.Context())
	server.says["POST /messages"] = func(w http.ResponseWriter, r *http.Request) {
		cancel()
		drop(w, r)
	}
	d := newDesk(t)
	want := "pigeon: the daemon at " + server.dir + "/pigeon.sock did not say whether it took the message: run the same again with --id x, which never sends twice\n"
	if code := d.run(ctx, "send", "--id", "x", "--state", server.dir, "1", "a"); code != 1 || d.err.String() != want {
		t.Errorf("got exit status %d and %q, want 1 and %q", code, d.err.String(), want)
	}
}

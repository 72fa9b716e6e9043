package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// ev is the JSON of an event of message id.
func ev(seq int, id, state string, final bool, more string) string {
	return fmt.Sprintf(`{"seq":%d,"time":"2026-05-04T12:00:00Z","id":"%s","state":"%s","final":%v%s}`, seq, id, state, final, more)
}

func sseMessage(seq int, id, state string, final bool, more string) string {
	return sse(seq, "message", ev(seq, id, state, final, more))
}

func answerOf(events ...string) http.HandlerFunc {
	return say(202, `{"id":"x","known":false,"messages":[`+strings.Join(events, ",")+`]}`)
}

func TestWaitFollowsToTheEnd(t *testing.T) {
	var resumed string
	server := newStandIn(t, map[string]http.HandlerFunc{
		"POST /messages": answerOf(ev(10, "x", "queued", false, `,"to":"1"`)),
		"GET /events": func(w http.ResponseWriter, r *http.Request) {
			resumed = r.Header.Get("Last-Event-ID")
			stream(false,
				": from now on\n\n",
				sseMessage(11, "other", "sending", false, ""),
				sse(12, "received", `{"id":"r","seq":12,"from":"2","text":"x"}`),
				sseMessage(13, "x", "sending", false, `,"to":"1","modem":"north","attempt":1`),
				sseMessage(14, "x", "queued", false, `,"to":"1","why":"will be tried again","error":{"code":"+CMS 38","text":"network out of order"},"attempt":1`),
				sseMessage(15, "x", "sent", false, `,"to":"1","modem":"north","attempt":2,"segments":2,"sent":2`),
				sseMessage(16, "x", "delivered", true, `,"to":"1","modem":"north","attempt":2,"segments":2,"sent":2`),
				sseMessage(17, "x", "delivered", true, `,"why":"after the end"`),
			)(w, r)
		},
	})
	newDesk(t).want(t, 0, `14:00:00 x queued to 1
14:00:00 x sending to 1 by north
14:00:00 x queued to 1: will be tried again; +CMS 38 network out of order
14:00:00 x sent to 1 by north, attempt 2
14:00:00 x delivered to 1 by north, attempt 2
`, "", "send", "--wait", "--state", server.dir, "1", "a")
	if resumed != "10" {
		t.Errorf("got Last-Event-ID %q, want 10: the stream begins at the answer", resumed)
	}
}

func TestWaitJSON(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{
		"POST /messages": answerOf(ev(10, "x", "queued", false, "")),
		"GET /events":    stream(false, sseMessage(11, "x", "sent", true, "")),
	})
	newDesk(t).want(t, 0, ev(10, "x", "queued", false, "")+"\n"+ev(11, "x", "sent", true, "")+"\n",
		"", "send", "--wait", "--json", "--state", server.dir, "1", "a")
}

func TestWaitForSeveral(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{
		"POST /messages": answerOf(ev(10, "x.1", "queued", false, ""), ev(11, "x.2", "queued", false, "")),
		"GET /events": stream(false,
			sseMessage(11, "x.2", "queued", false, ""), // in the answer already
			sseMessage(12, "x.2", "delivered", true, ""),
			sseMessage(13, "x.1", "failed", true, `,"why":"no network would take it","error":{"code":"+CMS 1","text":"unassigned number"}`)),
	})
	newDesk(t).want(t, 1, `14:00:00 x.1 queued
14:00:00 x.2 queued
14:00:00 x.2 delivered
14:00:00 x.1 failed: no network would take it; +CMS 1 unassigned number
`, "pigeon: 1 of 2 messages did not arrive; x.1 is failed: no network would take it; +CMS 1 unassigned number\n",
		"send", "--wait", "--state", server.dir, "1,2", "a")
}

func TestWaitExitStatus(t *testing.T) {
	for state, want := range map[string]int{"sent": 0, "delivered": 0, "undelivered": 1, "failed": 1, "expired": 1, "cancelled": 1, "doubtful": 1} {
		// The end may stand in the answer, of a known id say, or come later.
		server := newStandIn(t, map[string]http.HandlerFunc{
			"POST /messages": inOrder(answerOf(ev(10, "x", state, true, "")), answerOf(ev(10, "x", "queued", false, ""))),
			"GET /events":    stream(false, sseMessage(11, "x", state, true, "")),
		})
		d := newDesk(t)
		for _, when := range []string{"in the answer", "later"} {
			if code := d.run(t.Context(), "send", "--wait", "--state", server.dir, "1", "a"); code != want {
				t.Errorf("%s %s: got exit status %d, want %d", state, when, code, want)
			}
			if got, bad := d.err.String(), "pigeon: x is "+state+"\n"; want == 1 && got != bad {
				t.Errorf("%s %s: got %q, want %q", state, when, got, bad)
			}
		}
	}
}

// The stream breaks twice: once with news already there when it is back, once
// with the end settled where the stream does not tell it any more.
func TestWaitGoesOnOverRestarts(t *testing.T) {
	view := func(event string) http.HandlerFunc { return say(200, `{"message":{"id":"x"},"status":`+event+`}`) }
	server := newStandIn(t, map[string]http.HandlerFunc{
		"POST /messages": answerOf(ev(10, "x", "queued", false, "")),
		"GET /events": inOrder(
			stream(true, sseMessage(11, "x", "sending", false, "")),
			refuse(503, "", "the gateway is stopping"),
			stream(true, sseMessage(11, "x", "sending", false, ""), sseMessage(12, "x", "sent", false, "")),
			stream(false)),
		"GET /messages/x": inOrder(
			view(ev(11, "x", "sending", false, "")),
			view(ev(13, "x", "delivered", true, ""))),
	})
	newDesk(t).want(t, 0, `14:00:00 x queued
14:00:00 x sending
14:00:00 x sent
14:00:00 x delivered
`, "pigeon: the daemon does not answer; waiting for it\npigeon: the daemon answers again\n",
		"send", "--wait", "--state", server.dir, "1", "a")
}

func TestWaitEndsWhenTheMessageIsForgotten(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{
		"POST /messages":  answerOf(ev(10, "x", "queued", false, "")),
		"GET /events":     inOrder(stream(true), stream(false)),
		"GET /messages/x": refuse(404, "", "there is no message with this id"),
	})
	newDesk(t).want(t, 1, "14:00:00 x queued\n", "pigeon: the daemon does not know x any more: was its state replaced?\n",
		"send", "--wait", "--state", server.dir, "1", "a")
}

func TestWaitEndsWithABrokenStream(t *testing.T) {
	for name, tc := range map[string]struct{ data, want string }{
		"no JSON":  {"id: 11\nevent: message\ndata: {\n\n", "pigeon: read event 11 of the stream: unexpected end of JSON input\n"},
		"too long": {"data: " + strings.Repeat("x", maxLine), "pigeon: the stream of SOCKET: bufio.Scanner: token too long\n"},
	} {
		t.Run(name, func(t *testing.T) {
			server := newStandIn(t, map[string]http.HandlerFunc{
				"POST /messages": answerOf(ev(10, "x", "queued", false, "")),
				"GET /events":    stream(false, tc.data),
			})
			newDesk(t).want(t, 1, "14:00:00 x queued\n", strings.ReplaceAll(tc.want, "SOCKET", server.dir+"/"+socketName),
				"send", "--wait", "--state", server.dir, "1", "a")
		})
	}
}

func TestWaitTimeout(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{
		"POST /messages": answerOf(ev(10, "x", "queued", false, "")),
		"GET /events":    stream(false, sseMessage(11, "x", "sending", false, "")),
	})
	newDesk(t).want(t, 1, "14:00:00 x queued\n14:00:00 x sending\n",
		"pigeon: not at its end after 200ms: x is sending, and the daemon goes on with it: see \"pigeon show x\"\n",
		"send", "--wait", "--timeout", "200ms", "--state", server.dir, "1", "a")
}

func TestWaitInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := newStandIn(t, map[string]http.HandlerFunc{
		"POST /messages": answerOf(ev(10, "x", "queued", false, "")),
		"GET /events": func(w http.ResponseWriter, r *http.Request) {
			cancel()
			stream(false)(w, r)
		},
	})
	d := newDesk(t)
	code := d.run(ctx, "send", "--wait", "--state", server.dir, "1", "a")
	if want := "pigeon: interrupted: x is queued, and the daemon goes on with it: see \"pigeon show x\"\n"; code != 1 || d.err.String() != want {
		t.Errorf("got exit status %d and %q, want 1 and %q", code, d.err.String(), want)
	}
}

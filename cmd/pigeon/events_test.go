package main

import (
	"context"
	"net/http"
	"testing"
	"time"
)

const oneReceived = `{"id":"r","seq":12,"time":"2026-05-04T12:00:00Z","from":"+447700900125","text":"on my way\u001b]0;x\u0007","modem":"north","parts":1}`

func journal(end bool) http.HandlerFunc {
	return stream(end, ": from now on\n\n", "event: modem\ndata: {\"name\":\"north\"}\n\n", // no line of the journal
		sseMessage(11, "x", "sent", false, `,"to":"1"`),
		sse(12, "received", oneReceived),
		sse(13, "weather", `{"rain":true}`),
		sseMessage(14, "x", "delivered", true, `,"to":"1"`))
}

const printed11 = "11 14:00:00 x sent to 1\n"
const printed12 = `12 14:00:00 received from +447700900125 by north: on my way\u001b]0;x\u0007` + "\n"
const printed14 = "14 14:00:00 x delivered to 1\n"

func TestEvents(t *testing.T) {
	var after string
	server := newStandIn(t, map[string]http.HandlerFunc{
		"GET /status": say(200, `{"last":14}`),
		"GET /events": func(w http.ResponseWriter, r *http.Request) {
			after = r.Header.Get("Last-Event-ID")
			if after == "11" {
				stream(false, "event: modem\ndata: {\"name\":\"north\"}\n\n", sse(12, "received", oneReceived), sse(13, "weather", `{}`), sseMessage(14, "x", "delivered", true, `,"to":"1"`))(w, r)
				return
			}
			journal(false)(w, r)
		},
	})
	d := newDesk(t)
	d.want(t, 0, printed11+printed12+printed14, "", "events", "--state", server.dir)
	if after != "0" {
		t.Errorf("got Last-Event-ID %q, want 0", after)
	}
	d.want(t, 0, printed12+printed14, "", "events", "--state", server.dir, "--limit", "3")
	if after != "11" {
		t.Errorf("got Last-Event-ID %q, want 11", after)
	}
	d.want(t, 0, printed11+printed12+printed14, "", "events", "--state", server.dir, "--after", "10")
	if after != "10" {
		t.Errorf("got Last-Event-ID %q, want 10", after)
	}
}

func TestEventsJSON(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{"GET /status": say(200, `{"last":14}`), "GET /events": journal(false)})
	newDesk(t).want(t, 0, `{"message":`+ev(11, "x", "sent", false, `,"to":"1"`)+`,"seq":11}
{"received":`+oneReceived+`,"seq":12}
{"seq":13,"weather":{"rain":true}}
{"message":`+ev(14, "x", "delivered", true, `,"to":"1"`)+`,"seq":14}
`, "", "events", "--json", "--state", server.dir, "--after", "10")
}

func TestNoEvents(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{
		"GET /status": say(200, `{}`),
	})
	d := newDesk(t)
	d.want(t, 0, "nothing has happened\n", "", "events", "--state", server.dir)
	d.want(t, 0, "", "", "events", "--json", "--state", server.dir)
	d.want(t, 2, "", "pigeon: --after starts at a number, --limit counts from the latest: give one of them\n", "events", "--after", "1", "--limit", "2")
}

// until runs a command that does not end, and interrupts it when enough lines
// have come.
func (d *desk) until(t *testing.T, out string, args ...string) (code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	e := d.env
	d.out.Reset()
	d.err.Reset()
	e.stderr = &d.err
	e.stdout = writerFunc(func(p []byte) (int, error) {
		n, err := d.out.Write(p)
		if d.out.Len() >= len(out) {
			cancel()
		}
		return n, err
	})
	code = Main(ctx, &e, args)
	if got := d.out.String(); got != out {
		t.Errorf("pigeon %q: got output\n%s\nwant\n%s", args, got, out)
	}
	return code
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestEventsFollow(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{"GET /events": inOrder(
		stream(true, sseMessage(11, "x", "sent", false, `,"to":"1"`)),
		stream(true, sse(12, "received", oneReceived)),
		stream(false, sseMessage(14, "x", "delivered", true, `,"to":"1"`)),
	)})
	d := newDesk(t)
	code := d.until(t, printed11+printed12+printed14, "events", "--follow", "--after", "10", "--state", server.dir)
	if code != 0 || d.err.Len() > 0 {
		t.Errorf("got exit status %d and %q, want 0: an interrupt is the end", code, d.err.String())
	}
}

func TestEventsFollowOverARestart(t *testing.T) {
	var server *standIn
	resumed := make(chan string, 1)
	server = newStandIn(t, map[string]http.HandlerFunc{"GET /events": inOrder(
		stream(true, sseMessage(11, "x", "sent", false, `,"to":"1"`)),
		func(w http.ResponseWriter, r *http.Request) {
			resumed <- r.Header.Get("Last-Event-ID")
			stream(false, sseMessage(14, "x", "delivered", true, `,"to":"1"`))(w, r)
		},
	)})
	d := newDesk(t)
	e := d.env
	told, stopped := make(chan string, 2), make(chan struct{})
	e.stderr = writerFunc(func(p []byte) (int, error) { told <- string(p); return len(p), nil })
	ctx, cancel := context.WithCancel(t.Context())
	e.stdout = writerFunc(func(p []byte) (int, error) {
		switch string(p) {
		case printed11:
			go func() { server.stop(); close(stopped) }()
		case printed14:
			cancel()
		}
		return len(p), nil
	})
	code := make(chan int, 1)
	go func() { code <- Main(ctx, &e, []string{"events", "--follow", "--after", "10", "--state", server.dir}) }()
	if got, want := <-told, "pigeon: the daemon does not answer; waiting for it\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	<-stopped
	server.start()
	if got, want := <-told, "pigeon: the daemon answers again\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := <-code; got != 0 {
		t.Errorf("got exit status %d, want 0", got)
	}
	if got := <-resumed; got != "11" {
		t.Errorf("got Last-Event-ID %q, want 11", got)
	}
}

func TestInbox(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{"GET /received": inOrder(
		say(200, `{"received":[`+oneReceived+`,{"id":"q","seq":8,"time":"2026-05-03T12:00:00Z","from":"INFO","text":"half","incomplete":true,"parts":1}]}`),
		say(200, `{"received":[]}`),
		say(200, `{"received": []}`),
		say(200, `{"received":[`+
			`{"id":"a","seq":4,"time":"2026-05-04T12:00:00Z","from":"","text":" ","kind":"voicemail","waiting":3,"parts":1},`+
			`{"id":"b","seq":3,"time":"2026-05-04T12:00:00Z","from":"1","text":"gone","kind":"voicemail","waiting":0,"parts":1},`+
			`{"id":"c","seq":2,"time":"2026-05-04T12:00:00Z","from":"1","text":"","data":"AQ==","port":2948,"kind":"mms","parts":2}]}`),
	)})
	d := newDesk(t)
	d.want(t, 0, ``+
		"SEQ  TIME         FROM           MODEM  TEXT\n"+
		`12   14:00:00     +447700900125  north  on my way\u001b]0;x\u0007`+"\n"+
		"8    3 May 14:00  INFO           -      [incomplete] half\n",
		"", "inbox", "--state", server.dir)
	d.want(t, 0, "nothing was received\n", "", "inbox", "--from", "INFO", "--before", "8", "--limit", "1", "--state", server.dir)
	d.want(t, 0, "{\"received\":[]}\n", "", "inbox", "--json", "--state", server.dir)
	d.want(t, 0, ``+
		"SEQ  TIME      FROM  MODEM  TEXT\n"+
		"4    14:00:00  -     -      [voicemail: 3 waiting]\n"+
		"3    14:00:00  1     -      [voicemail: none waits] gone\n"+
		"2    14:00:00  1     -      [mms]\n",
		"", "inbox", "--state", server.dir)
	server.wantAsked(t, "GET /api/v1/received?limit=20", "GET /api/v1/received?before=8&from=INFO&limit=1", "GET /api/v1/received?limit=20", "GET /api/v1/received?limit=20")
}

func TestInboxFollow(t *testing.T) {
	another := `{"id":"s","seq":20,"time":"2026-05-04T12:00:00Z","from":"07700900125","text":"here","parts":1}`
	stranger := `{"id":"t","seq":19,"time":"2026-05-04T12:00:00Z","from":"+447700900199","text":"who is it?","parts":1}`
	server := newStandIn(t, map[string]http.HandlerFunc{
		"GET /received": say(200, `{"received":[`+oneReceived+`]}`),
		"GET /events":   stream(false, sseMessage(18, "x", "sent", false, ""), sse(19, "received", stranger), sse(20, "received", another)),
	})
	d := newDesk(t)
	first := `14:00:00 from +447700900125 by north: on my way\u001b]0;x\u0007` + "\n"
	if code := d.until(t, first+"14:00:00 from 07700900125: here\n", "inbox", "--follow", "--from", "+44 7700 900125", "--state", server.dir); code != 0 {
		t.Errorf("got exit status %d and %q, want 0", code, d.err.String())
	}
	d.until(t, oneReceived+"\n"+stranger+"\n"+another+"\n", "inbox", "--follow", "--json", "--state", server.dir)
}

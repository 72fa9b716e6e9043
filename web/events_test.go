package web_test

import (
	"bufio"
	"net/http"
	"strings"
	"testing"

	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/web"
)

// follow opens a stream, and returns the function that reads its next event:
// the lines without the comments.
func follow(t *testing.T, st *site, query, lastID string) (next func() string, hangUp func()) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", st.base+"/api/v1/events"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	if lastID != "" {
		r.Header.Set("Last-Event-ID", lastID)
	}
	resp, err := st.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	if kind := resp.Header.Get("Content-Type"); resp.StatusCode != 200 || kind != "text/event-stream" {
		t.Fatalf("the stream is %d %q", resp.StatusCode, kind)
	}
	lines := bufio.NewScanner(resp.Body)
	return func() string {
		var event []string
		for lines.Scan() {
			switch line := lines.Text(); {
			case strings.HasPrefix(line, ":"):
			case line != "":
				event = append(event, line)
			case event != nil:
				return strings.Join(event, "\n")
			}
		}
		return "end"
	}, func() { resp.Body.Close() }
}

func (st *site) post(id string) {
	st.t.Helper()
	if resp, body := st.do("POST", "/api/v1/messages", `{"id":"`+id+`","to":"86555","text":"x"}`); resp.StatusCode != 202 {
		st.t.Fatalf("post %s: %d %s", id, resp.StatusCode, body)
	}
}

func TestStreamResumesAfterTheLastEvent(t *testing.T) {
	st := start(t, nil)
	st.post("a")
	st.gw.receive(sms.Received{ID: "r", From: "INFO", Text: "two\nlines", Time: noon, Parts: 1})
	const (
		a = "id: 1042\nevent: message\n" + `data: {"seq":1042,"time":"2026-03-01T12:00:00Z","id":"a","state":"queued","final":false,"to":"86555","segments":1}`
		r = "id: 1043\nevent: received\n" + `data: {"id":"r","seq":1043,"time":"2026-03-01T12:00:00Z","from":"INFO","text":"two\nlines","parts":1}`
		b = "id: 1044\nevent: message\n" + `data: {"seq":1044,"time":"2026-03-01T12:00:00Z","id":"b","state":"queued","final":false,"to":"86555","segments":1}`
	)
	type stream struct {
		name string
		next func() string
		want []string
	}
	var streams []stream
	for _, s := range []struct {
		name, query, lastID string
		want                []string
	}{
		{"from now on", "", "", []string{b}},
		{"after the query", "?after=1042", "", []string{r, b}},
		{"after the header", "", "1042", []string{r, b}},
		{"the header goes first", "?after=0", "1043", []string{b}},
		{"from the beginning", "?after=0", "", []string{a, r, b}},
		{"after what is not there yet", "", "99999", []string{b}},
	} {
		next, _ := follow(t, st, s.query, s.lastID)
		streams = append(streams, stream{s.name, next, s.want})
	}
	until(t, "every stream waits", func() bool { return st.gw.waiting() == len(streams) })
	st.post("b")
	for _, s := range streams {
		for i, want := range s.want {
			if got := s.next(); got != want {
				t.Errorf("%s: event %d is\n%s, want\n%s", s.name, i, got, want)
			}
		}
	}
	if err := st.stop(); err != nil {
		t.Fatal(err)
	}
	for _, s := range streams {
		if got := s.next(); got != "end" {
			t.Errorf("%s: after the stop came\n%s", s.name, got)
		}
	}
}

// Modems come between the journal's events, as they are at first and then as they
// change, without an id of their own.
func TestStreamTellsOfModems(t *testing.T) {
	st := start(t, nil)
	st.gw.ways = []sms.Way{{Name: "north", Kind: "modem", State: "ready", Ready: true}, {Name: "operator", Kind: "smsc", State: "bound"}}
	next, _ := follow(t, st, "", "")
	const (
		ready = "event: modem\n" + `data: {"name":"north","kind":"modem","state":"ready","ready":true}`
		sick  = "event: modem\n" + `data: {"name":"north","kind":"modem","state":"sick","ready":false,"why":"it does not answer"}`
		gone  = "event: modem\n" + `data: {"name":"north","kind":"modem","state":"gone","ready":false}`
		a     = "id: 1042\nevent: message\n" + `data: {"seq":1042,"time":"2026-03-01T12:00:00Z","id":"a","state":"queued","final":false,"to":"86555","segments":1}`
	)
	for _, step := range []struct {
		do   func()
		want string
	}{
		{func() {}, ready},
		{func() {
			st.gw.become(sms.Way{Name: "north", Kind: "modem", State: "sick", Why: "it does not answer"})
		}, sick},
		{func() { st.post("a") }, a},
		{func() { st.gw.become(sms.Way{Name: "north", Kind: "modem", State: sms.WayGone}) }, gone},
	} {
		step.do()
		if got := next(); got != step.want {
			t.Errorf("got\n%s, want\n%s", got, step.want)
		}
	}
}

func TestStreamsAreBounded(t *testing.T) {
	st := start(t, nil)
	var hangUp func()
	for range web.MaxStreams {
		_, hangUp = follow(t, st, "", "")
	}
	resp, body := st.do("GET", "/api/v1/events", "")
	if resp.StatusCode != 503 || resp.Header.Get("Retry-After") == "" || !strings.Contains(body, "64 clients follow the events, or a trace, already") {
		t.Errorf("one stream too many: %d %s", resp.StatusCode, body)
	}
	if resp, _ := st.do("GET", "/healthz", ""); resp.StatusCode != 200 {
		t.Errorf("beside all the streams: status %d, want 200", resp.StatusCode)
	}
	hangUp()
	until(t, "a client that left makes room", func() bool {
		resp, err := st.client.Get(st.base + "/api/v1/events")
		if err != nil {
			t.Fatal(err)
		}
		return resp.Body.Close() == nil && resp.StatusCode == 200
	})
}

func TestHeadOfAStreamEnds(t *testing.T) {
	st := start(t, nil)
	if resp, _ := st.do("HEAD", "/api/v1/events", ""); resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("HEAD: %d %q", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
}

func TestStreamEndsWithTheStore(t *testing.T) {
	st := start(t, nil)
	next, _ := follow(t, st, "", "")
	until(t, "the stream waits", func() bool { return st.gw.waiting() == 1 })
	st.gw.fail(errDisk)
	st.gw.receive(sms.Received{ID: "r"})
	if got := next(); got != "end" {
		t.Errorf("after the store failed came\n%s", got)
	}
	if err := st.stop(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(st.log.String(), errDisk.Error()) {
		t.Errorf("the log does not say why:\n%s", st.log)
	}
}

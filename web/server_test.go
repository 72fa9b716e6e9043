package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/web"
)

// patience is how long a test waits for what has to happen on real sockets.
const patience = 10 * time.Second

// A site is a running server and how to reach it.
type site struct {
	t      *testing.T
	gw     *fake
	server *web.Server
	base   string       // of URLs by TCP
	client *http.Client // by TCP
	log    *bytes.Buffer
	stop   func() error // stops the server and returns what Run returned
}

// start runs a server on port 0, changed by the test, and stops it at the end.
func start(t *testing.T, change func(c *web.Config), set ...func(s *web.Server)) *site {
	t.Helper()
	cfg := web.Config{Listen: "127.0.0.1:0", Name: "office", Version: "1.0.0"}
	st := &site{t: t, gw: newFake(), log: new(bytes.Buffer)}
	if change != nil {
		change(&cfg)
	}
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	st.server = web.New(cfg, slog.New(slog.NewTextHandler(st.log, nil)))
	st.server.Gateway = st.gw
	for _, f := range set {
		f(st.server)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- st.server.Run(ctx) }()
	select {
	case <-st.server.Ready():
	case err := <-done:
		cancel()
		t.Fatalf("the server does not start: %v", err)
	}
	if a := st.server.Addr(); a != nil {
		st.base = "http://" + a.String()
	}
	transport := &http.Transport{}
	st.client = &http.Client{Transport: transport, Timeout: patience}
	stopped := false
	st.stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		transport.CloseIdleConnections()
		select {
		case err := <-done:
			return err
		case <-time.After(patience):
			t.Error("the server does not stop")
			return nil
		}
	}
	t.Cleanup(func() {
		if err := st.stop(); err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	return st
}

// do sends a request and returns the answer with its body read.
func (st *site) do(method, path, body string, change ...func(r *http.Request)) (*http.Response, string) {
	st.t.Helper()
	r, err := http.NewRequestWithContext(st.t.Context(), method, st.base+path, strings.NewReader(body))
	if err != nil {
		st.t.Fatal(err)
	}
	for _, c := range change {
		c(r)
	}
	resp, err := st.client.Do(r)
	if err != nil {
		st.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		st.t.Fatal(err)
	}
	return resp, string(b)
}

// want sends a request and compares status and JSON.
func (st *site) want(method, path, body string, status int, golden string, change ...func(r *http.Request)) *http.Response {
	st.t.Helper()
	resp, got := st.do(method, path, body, change...)
	if resp.StatusCode != status {
		st.t.Errorf("%s %s: status %d, want %d: %s", method, path, resp.StatusCode, status, got)
	}
	if kind, want := resp.Header.Get("Content-Type"), jsonKind(status); kind != want {
		st.t.Errorf("%s %s: content type %q, want %q", method, path, kind, want)
	}
	if !sameJSON(st.t, got, golden) {
		st.t.Errorf("%s %s: answer is\n%s, want\n%s", method, path, got, golden)
	}
	return resp
}

func jsonKind(status int) string {
	if status >= 400 {
		return "application/problem+json"
	}
	return "application/json"
}

func sameJSON(t *testing.T, a, b string) bool {
	t.Helper()
	var x, y any
	if err := json.Unmarshal([]byte(a), &x); err != nil {
		t.Errorf("not JSON: %v: %s", err, a)
	}
	if err := json.Unmarshal([]byte(b), &y); err != nil {
		t.Errorf("not JSON: %v: %s", err, b)
	}
	return reflect.DeepEqual(x, y)
}

// until polls for what other goroutines bring about.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	tick, late := time.NewTicker(2*time.Millisecond), time.After(patience)
	defer tick.Stop()
	for !is() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("not in %v: %s", patience, what)
		}
	}
}

func TestErrorsAreProblems(t *testing.T) {
	st := start(t, nil)
	for _, tc := range []struct {
		method, path, body string
		status             int
		golden             string
	}{
		{"POST", "/api/v1/messages", `{"to":`, 400, `{"type":"about:blank","title":"Bad Request","status":400,"detail":"the JSON ends too early, after octet 6"}`},
		{"POST", "/api/v1/messages", `{"text":"x"}`, 422, `{"type":"about:blank","title":"Unprocessable Entity","status":422,"detail":"to: is missing: say to which number","field":"to"}`},
		{"POST", "/api/v1/messages", `{"to":"86555","txt":"x"}`, 422, `{"type":"about:blank","title":"Unprocessable Entity","status":422,"detail":"txt: is not a field of a request; the nearest is text","field":"txt"}`},
		{"POST", "/api/v1/messages", `{"text":"` + strings.Repeat("x", 1<<20) + `"}`, 413, `{"type":"about:blank","title":"Request Entity Too Large","status":413,"detail":"the request has more than 65536 octets"}`},
		{"GET", "/api/v1/messages/none", "", 404, `{"type":"about:blank","title":"Not Found","status":404,"detail":"there is no message with this id"}`},
		{"DELETE", "/api/v1/messages/none", "", 404, `{"type":"about:blank","title":"Not Found","status":404,"detail":"there is no message with this id"}`},
		{"GET", "/api/v1/messages?state=gone", "", 400, `{"type":"about:blank","title":"Bad Request","status":400,"detail":"state: \"gone\" is none of [queued sending sent delivered undelivered failed expired cancelled doubtful]","field":"state"}`},
		{"GET", "/api/v1/messages?limit=0", "", 400, `{"type":"about:blank","title":"Bad Request","status":400,"detail":"limit: has to be a number from 1 to 1000","field":"limit"}`},
		{"GET", "/api/v1/messages?limit=1001", "", 400, `{"type":"about:blank","title":"Bad Request","status":400,"detail":"limit: has to be a number from 1 to 1000","field":"limit"}`},
		{"GET", "/api/v1/messages?before=-1", "", 400, `{"type":"about:blank","title":"Bad Request","status":400,"detail":"before: has to be a number, 0 or more","field":"before"}`},
		{"GET", "/api/v1/messages?from=1", "", 400, `{"type":"about:blank","title":"Bad Request","status":400,"detail":"from: is not known here; there are: state, to, before, limit","field":"from"}`},
		{"GET", "/api/v1/messages?to=1&to=2", "", 400, `{"type":"about:blank","title":"Bad Request","status":400,"detail":"to: stands there twice","field":"to"}`},
		{"GET", "/api/v1/received?a=%zz", "", 400, `{"type":"about:blank","title":"Bad Request","status":400,"detail":"the query cannot be read: a % or a semicolon in it has to be escaped"}`},
		{"GET", "/api/v1/received?state=queued", "", 400, `{"type":"about:blank","title":"Bad Request","status":400,"detail":"state: is not known here; there are: from, before, limit","field":"state"}`},
		{"GET", "/api/v1/events?after=x", "", 400, `{"type":"about:blank","title":"Bad Request","status":400,"detail":"after: has to be a number, 0 or more","field":"after"}`},
		{"GET", "/api/v1/events?since=1", "", 400, `{"type":"about:blank","title":"Bad Request","status":400,"detail":"since: is not known here; there are: after, id, state, to","field":"since"}`},
		{"GET", "/api/v1/nothing", "", 404, `{"type":"about:blank","title":"Not Found","status":404,"detail":"there is nothing at this address; /api/v1/openapi.json lists what there is"}`},
		{"GET", "/elsewhere", "", 404, `{"type":"about:blank","title":"Not Found","status":404,"detail":"there is nothing at this address; /api/v1/openapi.json lists what there is"}`},
		{"PUT", "/api/v1/messages", "{}", 405, `{"type":"about:blank","title":"Method Not Allowed","status":405,"detail":"this address takes POST, GET, HEAD, DELETE"}`},
		{"POST", "/healthz", "", 405, `{"type":"about:blank","title":"Method Not Allowed","status":405,"detail":"this address takes GET, HEAD"}`},
		{"POST", "/", "", 405, `{"type":"about:blank","title":"Method Not Allowed","status":405,"detail":"this address takes GET, HEAD"}`},
		{"GET", "/readyz", "", 503, `{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"no way out is ready: no modem is there"}`},
	} {
		resp := st.want(tc.method, tc.path, tc.body, tc.status, tc.golden)
		if allow := resp.Header.Get("Allow"); (tc.status == 405) != (allow != "") {
			t.Errorf("%s %s: Allow is %q beside status %d", tc.method, tc.path, allow, tc.status)
		}
	}
	resp, _ := st.do("GET", "/api/v1/events", "", func(r *http.Request) { r.Header.Set("Last-Event-ID", "x") })
	if resp.StatusCode != 400 {
		t.Errorf("Last-Event-ID x: status %d, want 400", resp.StatusCode)
	}
}

func TestTroubleInsideIsWorthAnotherTry(t *testing.T) {
	st := start(t, nil)
	for _, tc := range []struct {
		err    error
		golden string
		retry  string
	}{
		{sms.ErrFull, `{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"the queue is full; send it again later"}`, "30"},
		{errDisk, `{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"the gateway cannot do this now; its log says why"}`, "5"},
	} {
		st.gw.fail(tc.err)
		resp := st.want("POST", "/api/v1/messages", `{"to":"86555","text":"secret words"}`, 503, tc.golden)
		if got := resp.Header.Get("Retry-After"); got != tc.retry {
			t.Errorf("%v: Retry-After %q, want %q", tc.err, got, tc.retry)
		}
	}
	for _, path := range []string{"/api/v1/messages", "/api/v1/received", "/api/v1/status", "/healthz", "/"} {
		if resp, _ := st.do("GET", path, ""); resp.StatusCode != 503 {
			t.Errorf("GET %s: status %d, want 503", path, resp.StatusCode)
		}
	}
	if resp, _ := st.do("POST", "/api/v1/audit", ""); resp.StatusCode != 503 {
		t.Errorf("audit: status %d, want 503", resp.StatusCode)
	}
	if err := st.stop(); err != nil {
		t.Fatal(err)
	}
	if log := st.log.String(); !strings.Contains(log, errDisk.Error()) || strings.Contains(log, "secret words") {
		t.Errorf("the log has to hold the cause and not the text:\n%s", log)
	}
}

func TestRequestWithoutIDIsAnsweredWithOne(t *testing.T) {
	st := start(t, nil)
	for _, tc := range []struct{ body, last string }{
		{`{"to":"86555","text":"x"}`, ""},
		{`{"to":["86555","86556"],"text":"x"}`, ".1"},
	} {
		resp, body := st.do("POST", "/api/v1/messages", tc.body)
		var got struct {
			ID       string
			Messages []sms.Event
		}
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != 202 || len(got.ID) != 36 || got.Messages[0].ID != got.ID+tc.last {
			t.Errorf("%s: %d %s, want 202 with an id and message id%s", tc.body, resp.StatusCode, body, tc.last)
		}
		if at := resp.Header.Get("Location"); at != "/api/v1/messages/"+got.Messages[0].ID {
			t.Errorf("%s: Location %q", tc.body, at)
		} else if resp, _ := st.do("GET", at, ""); resp.StatusCode != 200 {
			t.Errorf("GET %s: status %d, want 200", at, resp.StatusCode)
		}
	}
}

func TestListsArePaged(t *testing.T) {
	st := start(t, nil)
	for _, id := range []string{"a", "b", "c"} {
		st.do("POST", "/api/v1/messages", `{"id":"`+id+`","to":"+447700900123","text":"x"}`)
		st.gw.receive(sms.Received{ID: "r" + id, From: "INFO", Text: id, Time: noon, Parts: 1})
	}
	for path, want := range map[string][]string{
		"/api/v1/messages":                              {"c", "b", "a"},
		"/api/v1/messages?limit=2":                      {"c", "b", "before 2"},
		"/api/v1/messages?limit=2&before=2":             {"a"},
		"/api/v1/messages?state=sent":                   {},
		"/api/v1/messages?to=%2B447700900123&limit=1":   {"c", "before 3"},
		"/api/v1/messages?to=+44+7700+900123&limit=1":   {"c", "before 3"},
		"/api/v1/messages?to=86555":                     {},
		"/api/v1/received?limit=2":                      {"rc", "rb", "before 1045"},
		"/api/v1/received?before=1045":                  {"ra"},
		"/api/v1/received?from=INFO&limit=1000":         {"rc", "rb", "ra"},
		"/api/v1/received?from=%2B447700900123&limit=5": {},
	} {
		_, body := st.do("GET", path, "")
		var page struct {
			Messages []sms.View
			Received []sms.Received
			Before   json.Number
		}
		if err := json.Unmarshal([]byte(body), &page); err != nil {
			t.Fatalf("GET %s: %v", path, err)
		}
		got := []string{}
		for _, v := range page.Messages {
			got = append(got, v.Message.ID)
		}
		for _, r := range page.Received {
			got = append(got, r.ID)
		}
		if page.Before != "" {
			got = append(got, "before "+page.Before.String())
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("GET %s: %v, want %v", path, got, want)
		}
		if strings.Contains(body, "null") {
			t.Errorf("GET %s: a list is null: %s", path, body)
		}
	}
}

func TestAuditTellsWhatDoesNotHold(t *testing.T) {
	st := start(t, nil)
	st.gw.faults = []string{"message 7 has no status"}
	st.want("POST", "/api/v1/audit", "", 200, `{"ok":false,"faults":["message 7 has no status"]}`)
}

func TestStatusNamesTheLinksOfOtherEdges(t *testing.T) {
	st := start(t, nil, func(s *web.Server) {
		s.Links = func() []sms.Link { return []sms.Link{{Name: "mqtt", Up: true, State: "connected"}} }
	})
	_, body := st.do("GET", "/api/v1/status", "")
	if !strings.Contains(body, `"links":[{"name":"mqtt","up":true,"state":"connected"}]`) {
		t.Errorf("status is %s", body)
	}
}

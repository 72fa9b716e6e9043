package web_test

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/web"
)

// A block is a fenced piece of a document.
type block struct {
	info string // what follows the fence
	text string
	line int
}

func blocks(t *testing.T, path string) []block {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all []block
	var open *block
	for i, line := range strings.SplitAfter(string(b), "\n") {
		info, fence := strings.CutPrefix(strings.TrimSpace(line), "```")
		switch {
		case fence && open == nil:
			open = &block{info: info, line: i + 1}
		case fence:
			all, open = append(all, *open), nil
		case open != nil:
			open.text += line
		}
	}
	return all
}

// Every request in the document is sent, in order, and answered as the document
// says: status, the headers it shows, and the body.
func TestDocumentTellsTheTruth(t *testing.T) {
	const path = "../docs/http.md"
	open := start(t, nil)
	asked := start(t, func(c *web.Config) { c.Accounts = []web.Account{{Name: "ops", Token: "open sesame"}} })
	signal := -71
	for _, st := range []*site{open, asked} {
		st.gw.ways = []sms.Way{{Name: "north", Kind: "modem", State: "ready", Ready: true, Country: "44", Modem: &sms.Modem{
			Operator: "Example Mobile", Registration: "home", Signal: &signal, Sent: 12, Received: 3, Reports: 11}}}
	}
	all := blocks(t, path)
	sent := make(map[string]bool)
	for i := 0; i < len(all); i++ {
		b := all[i]
		if b.info != "http" && b.info != "http account" {
			continue
		}
		st := open
		if b.info == "http account" {
			st = asked
		}
		if i+1 == len(all) || !strings.HasPrefix(all[i+1].text, "HTTP/1.1 ") {
			t.Fatalf("%s:%d: no answer follows the request", path, b.line)
		}
		if strings.HasPrefix(b.text, "GET /api/v1/received") {
			open.gw.receive(sms.Received{ID: "in-1", Time: noon, SentAt: noon.Add(-3 * time.Second), From: "+447700900199", Text: "STOP", Modem: "north", Parts: 1})
		}
		method, target := st.example(t, path, b, all[i+1])
		sent[method+" "+target] = true
		i++
	}
	for _, want := range []string{"POST /api/v1/messages", "GET /api/v1/events", "GET /api/v1/status", "DELETE /api/v1/messages/alarm.2",
		"PATCH /api/v1/messages/order-7", "POST /api/v1/messages/alarm.2/resend", "GET /api/v1/messages/order-7/events"} {
		if !sent[want] {
			t.Errorf("%s is not shown", want)
		}
	}
}

// example sends a request and compares the answer. Bodies are compared as JSON
// where they are that.
func (st *site) example(t *testing.T, path string, request, answer block) (method, target string) {
	t.Helper()
	head, body, _ := strings.Cut(request.text, "\n\n")
	lines := strings.Split(strings.TrimSpace(head), "\n")
	method, target, _ = strings.Cut(lines[0], " ")
	r, err := http.NewRequestWithContext(t.Context(), method, st.base+target, strings.NewReader(strings.TrimSuffix(body, "\n")))
	if err != nil {
		t.Fatalf("%s:%d: %v", path, request.line, err)
	}
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	got, err := st.client.Do(r)
	if err != nil {
		t.Fatalf("%s:%d: %v", path, request.line, err)
	}
	defer got.Body.Close()

	head, body, _ = strings.Cut(answer.text, "\n\n")
	lines = strings.Split(strings.TrimSpace(head), "\n")
	if want := strings.TrimPrefix(lines[0], "HTTP/1.1 "); got.Status != want {
		t.Errorf("%s:%d: status %s, want %s", path, answer.line, got.Status, want)
	}
	for _, line := range lines[1:] {
		if name, want, _ := strings.Cut(line, ": "); got.Header.Get(name) != want {
			t.Errorf("%s:%d: %s is %q, want %q", path, answer.line, name, got.Header.Get(name), want)
		}
	}
	if !strings.Contains(got.Header.Get("Content-Type"), "json") {
		have := make([]byte, len(body))
		n, err := io.ReadFull(bufio.NewReader(got.Body), have) // a stream has no end
		if string(have[:n]) != body {
			t.Errorf("%s:%d: body is\n%s(%v), want\n%s", path, answer.line, have[:n], err, body)
		}
		return method, target
	}
	have, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatalf("%s:%d: %v", path, answer.line, err)
	}
	if !sameJSON(t, string(have), body) {
		t.Errorf("%s:%d: body is\n%s, want\n%s", path, answer.line, have, body)
	}
	return method, target
}

// The one command line in the document says what curl would send.
func TestDocumentedCommandIsTaken(t *testing.T) {
	st := start(t, nil)
	found := 0
	for _, b := range blocks(t, "../docs/http.md") {
		if b.info != "sh" {
			continue
		}
		m := regexp.MustCompile(`http://127\.0\.0\.1:8080(\S+)(?s:.*) -d '([^']+)'`).FindStringSubmatch(b.text)
		if m == nil {
			t.Fatalf("line %d: not a curl command this test can read", b.line)
		}
		found++
		resp, body := st.do("POST", m[1], m[2], func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") })
		if resp.StatusCode != http.StatusAccepted {
			t.Errorf("line %d: %d %s", b.line, resp.StatusCode, body)
		}
	}
	if found == 0 {
		t.Error("no command in the document")
	}
}

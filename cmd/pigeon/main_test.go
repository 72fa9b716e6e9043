package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// A desk is one command line's surroundings, and what it printed.
type desk struct {
	env
	stdin    string
	out, err bytes.Buffer
	vars     map[string]string
}

// newDesk is a desk in an empty world, at noon of 4 May 2026 in UTC, two hours
// later on the wall.
func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{vars: map[string]string{"HOME": t.TempDir()}}
	d.getenv = func(name string) string { return d.vars[name] }
	d.now = func() time.Time { return time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC) }
	d.zone = time.FixedZone("wall", 2*60*60)
	d.root = t.TempDir()
	rtc := filepath.Join(d.root, "sys/class/rtc/rtc0") // the clock is right
	if err := os.MkdirAll(rtc, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(rtc, "hctosys"), []byte("1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return d
}

// run runs one command line and returns its exit status.
func (d *desk) run(ctx context.Context, args ...string) int {
	e := d.env
	d.out.Reset()
	d.err.Reset()
	e.stdin, e.stdout, e.stderr = strings.NewReader(d.stdin), &d.out, &d.err
	return Main(ctx, &e, args)
}

// want runs a command line and checks all that it did.
func (d *desk) want(t *testing.T, code int, out, errText string, args ...string) {
	t.Helper()
	if got := d.run(t.Context(), args...); got != code {
		t.Errorf("pigeon %q: got exit status %d, want %d", args, got, code)
	}
	if got := d.out.String(); got != out {
		t.Errorf("pigeon %q: got output\n%s\nwant\n%s", args, got, out)
	}
	if got := d.err.String(); got != errText {
		t.Errorf("pigeon %q: got on stderr\n%s\nwant\n%s", args, got, errText)
	}
}

// A standIn is in place of the real one: a server on a socket in a state directory,
// that says what a test tells it to.
type standIn struct {
	t      *testing.T
	dir    string
	server *httptest.Server

	mu    sync.Mutex
	asked []string // method, path with query, and body of each request
	says  map[string]http.HandlerFunc
}

// newStandIn starts one. says has the answers by "METHOD /path" below the API.
func newStandIn(t *testing.T, says map[string]http.HandlerFunc) *standIn {
	t.Helper()
	// A socket's path has to be short, which t.TempDir is not.
	dir, err := os.MkdirTemp("", "pigeon")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	d := &standIn{t: t, dir: dir, says: says}
	d.start()
	t.Cleanup(func() { d.stop() })
	return d
}

func (d *standIn) start() {
	d.t.Helper()
	l, err := net.Listen("unix", filepath.Join(d.dir, socketName))
	if err != nil {
		d.t.Fatal(err)
	}
	d.server = httptest.NewUnstartedServer(d)
	d.server.Listener.Close()
	d.server.Listener = l
	d.server.Start()
}

// stop ends the server and its connections; the socket goes with it.
func (d *standIn) stop() {
	d.server.CloseClientConnections()
	d.server.Close()
}

func (d *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		d.t.Error(err)
	}
	d.mu.Lock()
	d.asked = append(d.asked, strings.TrimSpace(r.Method+" "+r.URL.RequestURI()+" "+string(body)))
	h := d.says[r.Method+" "+strings.TrimPrefix(r.URL.Path, "/api/v1")]
	d.mu.Unlock()
	if h == nil {
		refuse(http.StatusNotFound, "", "there is nothing at "+r.URL.Path)(w, r)
		return
	}
	h(w, r)
}

// wantAsked checks the requests since the last call.
func (d *standIn) wantAsked(t *testing.T, want ...string) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if got := strings.Join(d.asked, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("got requests\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	d.asked = nil
}

// say answers with JSON.
func say(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

// refuse answers with a problem.
func refuse(status int, field, detail string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(status)
		json.NewEncoder(w).Encode(map[string]any{
			"type": "about:blank", "title": http.StatusText(status), "status": status, "field": field, "detail": detail,
		})
	}
}

// stream answers with an event stream that stays open until the client leaves,
// or ends when end is true.
func stream(end bool, events ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.WriteHeader(http.StatusOK)
		for _, ev := range events {
			fmt.Fprint(w, ev)
		}
		w.(http.Flusher).Flush()
		if !end {
			<-r.Context().Done()
		}
	}
}

// sse is one event of a stream.
func sse(seq int, kind, data string) string {
	return fmt.Sprintf("id: %d\nevent: %s\ndata: %s\n\n", seq, kind, data)
}

// inOrder answers each request with the next of some handlers, the last one for
// ever.
func inOrder(all ...http.HandlerFunc) http.HandlerFunc {
	var mu sync.Mutex
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		h := all[0]
		if len(all) > 1 {
			all = all[1:]
		}
		mu.Unlock()
		h(w, r)
	}
}

// drop hangs up without an answer.
func drop(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func TestHelpIsOnStdoutAndSucceeds(t *testing.T) {
	lines := [][]string{{}, {"help"}, {"-h"}, {"--help"}, {"help", "-h"}, {"config", "-h"}, {"help", "config"}}
	for _, c := range commands() {
		words := strings.Fields(c.name)
		lines = append(lines, append(words, "-h"), append(words, "more", "--help"), append([]string{"help"}, words...))
	}
	d := newDesk(t)
	for _, args := range lines {
		code := d.run(t.Context(), args...)
		if code != 0 || d.err.Len() > 0 || !strings.Contains(d.out.String(), "Usage: pigeon") {
			t.Errorf("pigeon %q: got exit status %d, output %q, stderr %q, want 0 and the usage", args, code, d.out.String(), d.err.String())
		}
	}
}

func TestEveryCommandIsListed(t *testing.T) {
	d := newDesk(t)
	d.run(t.Context(), "help")
	for _, c := range commands() {
		if !strings.Contains(d.out.String(), "\n  "+c.name+" ") {
			t.Errorf("pigeon help does not list %q", c.name)
		}
		if c.long == "" || c.short == "" {
			t.Errorf("%q has no help", c.name)
		}
	}
}

func TestHelpOfOneCommand(t *testing.T) {
	newDesk(t).want(t, 0, `Usage: pigeon edit ID [FLAG…]

Changes a message that waits for its first attempt. Once it has been tried, part of
it may have gone out: cancel it, and send another. A TEXT of "-" is read from the
standard input.

  pigeon edit gate-1 --text "The gate is open again" --priority high
  pigeon edit gate-1 --at 18:00
  pigeon edit gate-1 --at now

Flags:
  --at TIME         not before TIME, written as for send, or now
  --expires TIME    not after TIME, written as for send
  --json            print JSON
  --priority PLACE  its PLACE among those that wait: low, normal, high, urgent
  --state DIR       the daemon's state DIRectory, which holds its socket
  --text TEXT       the new TEXT
  --to NUMBER       to NUMBER instead
  --url URL         the daemon's URL, in place of its socket; default: PIGEON_URL
`, "", "help", "edit")
}

func TestWrongUsage(t *testing.T) {
	for _, tc := range []struct {
		args []string
		want string
	}{
		{[]string{"sned"}, `unknown command "sned": did you mean "send"?`},
		{[]string{"stat"}, `unknown command "stat": did you mean "status"?`},
		{[]string{"frobnicate"}, `unknown command "frobnicate": see "pigeon help"`},
		{[]string{"help", "sned"}, `unknown command "sned": did you mean "send"?`},
		{[]string{"help", "show", "cancel"}, `help of one command at a time: pigeon help show`},
		{[]string{"\x1b[31m"}, `unknown command "\x1b[31m": see "pigeon help"`},
		{[]string{"config"}, `"config" needs another word: one of check, example`},
		{[]string{"config", "chek"}, `unknown config command "chek": did you mean "check"?`},
		{[]string{"--state", "x", "status"}, `"--state" stands before the command: put the command first, as in "pigeon status --state"`},
		{[]string{"status", "--jsn"}, `unknown flag "--jsn" of pigeon status: did you mean "--json"?`},
		{[]string{"status", "--frobnicate"}, `unknown flag "--frobnicate" of pigeon status: see "pigeon status -h"`},
		{[]string{"status", "more"}, `"more" is one argument too many: write "pigeon status"`},
		{[]string{"status", "--state"}, `--state needs a value: see "pigeon status -h"`},
		{[]string{"status", "--json=perhaps"}, `invalid boolean value "perhaps" for --json: parse error`},
		{[]string{"status", "--state", "x", "--url", "http://y"}, `--state and --url name two daemons: give one of them`},
		{[]string{"status", "--url", "here:8080"}, `"here:8080" is no URL of a daemon: write it like http://127.0.0.1:8080`},
		{[]string{"show"}, `something is missing: write "pigeon show ID"`},
		{[]string{"cancel"}, `something is missing: write "pigeon cancel ID…", or choose with --state, --to, --route, --before or --all`},
		{[]string{"cancel", "gate-1", "--all"}, `"gate-1" is an id, and flags choose messages: give one or the other`},
		{[]string{"cancel", "gate-1", "--dry-run"}, `--dry-run is for messages chosen by flags`},
		{[]string{"cancel", "--before", "soon"}, `invalid value "soon" for --before: it is a time like`},
		{[]string{"resend", "--all", "--new-id", "x"}, `--new-id names the new message of one: give one id, and no --same-id`},
		{[]string{"edit", "gate-1"}, `nothing is to be changed: give --text, --to, --at, --expires or --priority`},
		{[]string{"messages", "--limit", "0"}, `invalid value "0" for --limit: it is a whole number from 1 to 1000`},
		{[]string{"messages", "--limit", "many"}, `invalid value "many" for --limit: it is a whole number from 1 to 1000`},
		{[]string{"messages", "--state", "snet"}, `invalid value "snet" for --state: did you mean "sent"?`},
		{[]string{"inbox", "--follow", "--before", "7"}, `--follow goes on from now, --before looks back: give one of them`},
		{[]string{"send", "+447700900123"}, `something is missing: write "pigeon send NUMBER[,NUMBER…] TEXT…"`},
		{[]string{"send", "+447700900123", "-5 degrees"}, `unknown flag "-5 degrees" of pigeon send: put "--" before a text that starts with "-"`},
		{[]string{"send", "+447700900123,,", "Hello"}, `a number is missing in "+447700900123,,": write them like +447700900123,+447700900124`},
		{[]string{"send", "--priority", "hihg", "1", "x"}, `invalid value "hihg" for --priority: did you mean "high"?`},
		{[]string{"send", "--on-doubt", "panic", "1", "x"}, `invalid value "panic" for --on-doubt: it is one of resend, hold`},
		{[]string{"send", "--at", "soon", "1", "x"}, `invalid value "soon" for --at: it is a time like 2026-05-04T18:00:00Z, "2026-05-04 18:00" or 18:00, or a duration from now like 10m`},
		{[]string{"send", "--timeout", "1m", "1", "x"}, `--timeout is how long --wait waits: give both, and a duration above 0`},
		{[]string{"send", "1", "caf\xe9"}, `the text is not UTF-8: set the terminal to UTF-8`},
	} {
		t.Run(strings.Join(tc.args, " "), func(t *testing.T) {
			d := newDesk(t)
			code := d.run(t.Context(), tc.args...)
			got := d.err.String()
			if code != 2 || d.out.Len() > 0 || !strings.HasPrefix(got, "pigeon: ") || !strings.Contains(got, tc.want) || strings.Count(got, "\n") != 1 {
				t.Errorf("got exit status %d, output %q, stderr %q, want 2 and one line with %q", code, d.out.String(), got, tc.want)
			}
		})
	}
}

func TestFailedOutputIsAFailure(t *testing.T) {
	for _, command := range []string{"version", "help"} {
		e := newDesk(t).env
		var errs bytes.Buffer
		e.stdout, e.stderr = fullDisk{}, &errs
		code := Main(t.Context(), &e, []string{command})
		if want := "pigeon: write to the standard output: no space left on device\n"; code != 1 || errs.String() != want {
			t.Errorf("%s: got exit status %d and %q, want 1 and %q", command, code, errs.String(), want)
		}
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, fmt.Errorf("no space left on device") }

package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const okStatus = `{"name":"office","version":"1.2.3","started":"2026-05-01T10:00:00Z","queue":{},"today":{},"ways":[],"links":[],"behind":{},"size":4096,"disk_free":0}`

func TestNobodyAnswers(t *testing.T) {
	d := newDesk(t)
	gone := newStandIn(t, nil)
	gone.stop()
	stale := t.TempDir()
	left := newStandIn(t, nil) // killed: the socket is still there
	if err := os.Rename(filepath.Join(left.dir, socketName), filepath.Join(stale, socketName)); err != nil {
		t.Fatal(err)
	}
	left.stop()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	for _, tc := range []struct{ name, flag, where, want string }{
		{"no socket", "--state", gone.dir, `no daemon answers at ` + gone.dir + `/pigeon.sock: start one with "pigeon run", or name another's state directory with --state`},
		{"a socket left behind", "--state", stale, `no daemon answers at ` + stale + `/pigeon.sock: start one with "pigeon run", or name another's state directory with --state`},
		{"a closed port", "--url", server.URL, `no daemon answers at ` + server.URL + ` (dial tcp ` + strings.TrimPrefix(server.URL, "http://") + `: connect: connection refused): is the address right, and does it listen there?`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for _, command := range [][]string{{"status"}, {"messages"}, {"show", "x"}, {"cancel", "x"}, {"inbox"}, {"inbox", "--follow"}, {"events"}, {"events", "--follow"}, {"modems"}, {"send", "1", "x"}, {"send", "--wait", "1", "x"}} {
				d.want(t, 1, "", "pigeon: "+tc.want+"\n", append(command, tc.flag, tc.where)...)
			}
		})
	}
}

func TestForbiddenSocket(t *testing.T) {
	err := &absentError{where: "/x/pigeon.sock", socket: true, early: true, err: os.ErrPermission}
	if got, want := err.Error(), "this user may not open /x/pigeon.sock: use sudo, or ask over HTTP with --url http://127.0.0.1:8080"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if stopped(err) {
		t.Error("a socket that may not be opened counts as a stopped daemon")
	}
}

func TestWhatAnswersIsNotPigeon(t *testing.T) {
	const foreign = `does not speak as Pigeon does`
	for _, tc := range []struct {
		name string
		say  http.HandlerFunc
		want string
	}{
		{"a page", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			io.WriteString(w, "<p>Welcome")
		}, foreign + " (200 OK)"},
		{"not found", http.NotFound, foreign + " (404 Not Found)"},
		{"a redirect", http.RedirectHandler("/login", http.StatusFound).ServeHTTP, foreign + " (302 Found)"},
		{"broken JSON", say(200, `{"name":`), foreign + " (unexpected end of JSON input)"},
		{"other JSON", say(200, `{"queue":"full"}`), foreign},
		{"a proxy alone", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }, "did not answer (502 Bad Gateway): see its log"},
		{"a hang-up", drop, "did not answer (EOF): see its log"},
		{"a hang-up within", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, `{"name`)
			w.(http.Flusher).Flush()
			drop(w, nil)
		}, "did not answer (unexpected EOF): see its log"},
		{"a refusal", refuse(http.StatusServiceUnavailable, "", "the queue is full; send it again later"), "pigeon: the queue is full; send it again later\n"},
		{"a refusal of a field", refuse(http.StatusBadRequest, "limit", "limit: has to be a number"), "pigeon: limit: has to be a number\n"},
		{"a refusal without detail", refuse(http.StatusForbidden, "", ""), "pigeon: Forbidden\n"},
		{"a refusal that drives the terminal", refuse(http.StatusForbidden, "", "no\x1b[2J"), `pigeon: no\u001b[2J` + "\n"},
		{"no token", refuse(http.StatusUnauthorized, "", "an account is needed"), "pigeon: an account is needed: set PIGEON_TOKEN to a token of this daemon\n"},
		{"no token for a proxy", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }, "wants to know who asks: set PIGEON_TOKEN"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			server := newStandIn(t, map[string]http.HandlerFunc{"GET /status": tc.say})
			d := newDesk(t)
			code := d.run(t.Context(), "status", "--state", server.dir)
			if got := d.err.String(); code != 1 || d.out.Len() > 0 || !strings.Contains(got, tc.want) || strings.Count(got, "\n") != 1 {
				t.Errorf("got exit status %d, output %q, stderr %q, want 1 and one line with %q", code, d.out.String(), got, tc.want)
			}
		})
	}
}

func TestOverHTTP(t *testing.T) {
	var path, token, agent string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path, token, agent = r.URL.Path, r.Header.Get("Authorization"), r.Header.Get("User-Agent")
		say(200, okStatus)(w, r)
	}))
	defer server.Close()
	d := newDesk(t)
	d.vars["PIGEON_TOKEN"] = "secret"
	for name, set := range map[string]func() []string{
		"flag":          func() []string { return []string{"--url", server.URL + "/"} },
		"with the path": func() []string { return []string{"--url", server.URL + "/api/v1/"} },
		"environment":   func() []string { d.vars["PIGEON_URL"] = server.URL; return nil },
	} {
		path, token = "", ""
		if code := d.run(t.Context(), append([]string{"status", "--json"}, set()...)...); code != 0 {
			t.Errorf("%s: got exit status %d and %q, want 0", name, code, d.err.String())
		}
		if path != "/api/v1/status" || token != "Bearer secret" || agent != "pigeon/devel" {
			t.Errorf("%s: got path %q, authorization %q, agent %q", name, path, token, agent)
		}
	}
	// A state directory that is named goes before the environment.
	if code := d.run(t.Context(), "status", "--state", t.TempDir()); code != 1 || !strings.Contains(d.err.String(), "pigeon.sock") {
		t.Errorf("--state beside PIGEON_URL: got exit status %d and %q, want the socket to be asked", code, d.err.String())
	}
}

func TestPasswordInURLIsNotShown(t *testing.T) {
	d := newDesk(t)
	d.run(t.Context(), "status", "--url", "http://me:hunter2@127.0.0.1:1")
	if got := d.err.String(); strings.Contains(got, "hunter2") || !strings.Contains(got, "me:xxxxx@") {
		t.Errorf("got %q, want the address without its password", got)
	}
}

func TestStateDirectory(t *testing.T) {
	for _, tc := range []struct {
		name string
		vars map[string]string
		want string
	}{
		{"systemd", map[string]string{"STATE_DIRECTORY": "/var/lib/pigeon", "XDG_STATE_HOME": "/x", "HOME": "/h"}, "/var/lib/pigeon"},
		{"systemd, several", map[string]string{"STATE_DIRECTORY": "/var/lib/pigeon:/var/lib/other"}, "/var/lib/pigeon"},
		{"XDG", map[string]string{"XDG_STATE_HOME": "/x", "HOME": "/h"}, "/x/pigeon"},
		{"XDG, relative", map[string]string{"XDG_STATE_HOME": "x", "HOME": "/h"}, "/h/.local/state/pigeon"},
		{"home", map[string]string{"HOME": "/h"}, "/h/.local/state/pigeon"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := newDesk(t)
			d.vars = tc.vars
			if got, err := d.stateDir(""); err != nil || got != tc.want {
				t.Errorf("got %q and error %v, want %q", got, err, tc.want)
			}
			if got, err := d.stateDir("/given"); err != nil || got != "/given" {
				t.Errorf("given: got %q and error %v, want /given", got, err)
			}
		})
	}
	d := newDesk(t)
	d.vars = nil
	d.want(t, 1, "", "pigeon: no home directory to keep the state in: name one with --state DIR\n", "status")
}

func TestSystemDaemonIsFound(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{"GET /status": say(200, okStatus)})
	d := newDesk(t)
	system := filepath.Join(d.root, systemState)
	if err := os.MkdirAll(system, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(server.dir, socketName), filepath.Join(system, socketName)); err != nil {
		t.Fatal(err)
	}
	if dir, err := d.socketDir(""); err != nil || dir != system {
		t.Errorf("got %q and error %v, want %q", dir, err, system)
	}
	// The user's own daemon goes first.
	own := filepath.Join(d.vars["HOME"], ".local/state/pigeon")
	if err := os.MkdirAll(own, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(own, socketName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if dir, err := d.socketDir(""); err != nil || dir != own {
		t.Errorf("got %q and error %v, want %q", dir, err, own)
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := newStandIn(t, map[string]http.HandlerFunc{"GET /status": func(w http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}})
	d := newDesk(t)
	if code := d.run(ctx, "status", "--state", server.dir); code != 1 || d.err.String() != "pigeon: interrupted\n" {
		t.Errorf("got exit status %d and %q, want 1 and interrupted", code, d.err.String())
	}
}

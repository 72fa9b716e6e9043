package web_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pigeon-sms/pigeon/web"
)

func TestOpenAddressNeedsAnAccount(t *testing.T) {
	for _, tc := range []struct {
		cfg  web.Config
		want []string // parts of the error; none: it is valid
	}{
		{web.Config{Listen: "127.0.0.1:8080"}, nil},
		{web.Config{Listen: "localhost:8080"}, nil},
		{web.Config{Listen: "[::1]:0"}, nil},
		{web.Config{}, nil},
		{web.Config{Listen: "0.0.0.0:80", Accounts: []web.Account{{Name: "ops", Token: "secret"}}}, nil},
		{web.Config{Listen: ":8080"}, []string{"web.listen: :8080 can be reached from other machines", "add an [[account]]", "127.0.0.1:8080"}},
		{web.Config{Listen: "0.0.0.0:8080"}, []string{"web.listen: 0.0.0.0:8080 can be reached"}},
		{web.Config{Listen: "pi.example:8080"}, []string{"can be reached"}},
		{web.Config{Listen: "[fe80::1]:8080"}, []string{"can be reached"}},
		{web.Config{Listen: "8080"}, []string{`web.listen: "8080" is not an address such as 127.0.0.1:8080`}},
		{web.Config{Listen: "127.0.0.1:web"}, []string{`"web" is not a port`}},
		{web.Config{Listen: "x", Socket: "/" + strings.Repeat("s", 107), Accounts: []web.Account{{Name: "", Token: "t"}, {Name: "a:b", Token: "t"}, {Name: "c", Token: ""}, {Name: "d", Token: "t"}, {Name: "d", Token: "t"}}},
			[]string{"web.listen:", "107 is the most", "account[0].name: is empty", `account[1].name: "a:b" has a colon`, "account[2].token: is empty", `account[4].name: "d" stands there twice`}},
	} {
		err := tc.cfg.Validate()
		if (err == nil) != (tc.want == nil) {
			t.Errorf("%v: %v, want an error: %v", tc.cfg, err, tc.want != nil)
			continue
		}
		for _, part := range tc.want {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%v: error is\n%v, want in it\n%s", tc.cfg, err, part)
			}
		}
	}
}

func TestTokenIsNeverPrinted(t *testing.T) {
	cfg := web.Config{Accounts: []web.Account{{Name: "ops", Token: "secret"}}}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(verb, cfg); strings.Contains(got, "secret") || !strings.Contains(got, "ops:•••") {
			t.Errorf("%s prints %s", verb, got)
		}
	}
}

func TestAccountIsAskedFor(t *testing.T) {
	st := start(t, func(c *web.Config) {
		c.Listen, c.Accounts = "0.0.0.0:0", []web.Account{{Name: "ops", Token: "open sesame"}, {Name: "ci", Token: "other", Password: "shibboleth"}}
	})
	_, port, _ := net.SplitHostPort(st.server.Addr().String())
	st.base = "http://127.0.0.1:" + port
	bearer := func(s string) func(r *http.Request) {
		return func(r *http.Request) { r.Header.Set("Authorization", s) }
	}
	basic := func(name, token string) func(r *http.Request) {
		return func(r *http.Request) { r.SetBasicAuth(name, token) }
	}
	for name, tc := range map[string]struct {
		change func(r *http.Request)
		status int
	}{
		"nothing":         {func(*http.Request) {}, 401},
		"bearer":          {bearer("Bearer open sesame"), 200},
		"bearer, small":   {bearer("bearer other"), 200},
		"wrong token":     {bearer("Bearer open sesam"), 401},
		"empty token":     {bearer("Bearer "), 401},
		"other scheme":    {bearer("Token other"), 401},
		"basic":           {basic("ops", "open sesame"), 200},
		"another's token": {basic("ops", "other"), 401},
		"password":        {basic("ci", "shibboleth"), 200},
		"its token":       {basic("ci", "other"), 200},
		"bare password":   {bearer("Bearer shibboleth"), 401},
		"no password":     {basic("ops", ""), 401},
		"unknown name":    {basic("eve", "other"), 401},
		"foreign host":    {func(r *http.Request) { bearer("Bearer other")(r); r.Host = "pi.example" }, 200},
	} {
		resp, body := st.do("GET", "/api/v1/status", "", tc.change)
		if resp.StatusCode != tc.status {
			t.Errorf("%s: status %d, want %d: %s", name, resp.StatusCode, tc.status, body)
		}
		if asks := len(resp.Header.Values("WWW-Authenticate")); (tc.status == 401) != (asks == 2) {
			t.Errorf("%s: %d ways to sign in are offered beside status %d", name, asks, resp.StatusCode)
		}
	}
	if resp, _ := st.do("GET", "/healthz", ""); resp.StatusCode != 200 {
		t.Errorf("healthz without an account: status %d, want 200", resp.StatusCode)
	}
	for _, path := range []string{"/", "/readyz", "/api/v1/openapi.json", "/nothing"} {
		if resp, _ := st.do("GET", path, ""); resp.StatusCode != 401 {
			t.Errorf("GET %s without an account: status %d, want 401", path, resp.StatusCode)
		}
	}
}

func TestOtherSitesAreKeptOut(t *testing.T) {
	st := start(t, nil)
	for name, tc := range map[string]struct {
		method string
		change func(r *http.Request)
		status int
	}{
		"a program":            {"POST", func(*http.Request) {}, 202},
		"by name":              {"POST", func(r *http.Request) { r.Host = "localhost" }, 202},
		"by IPv6":              {"GET", func(r *http.Request) { r.Host = "[::1]:8080" }, 200},
		"rebound name":         {"GET", func(r *http.Request) { r.Host = "evil.example" }, 403},
		"rebound name, port":   {"GET", func(r *http.Request) { r.Host = "evil.example:8080" }, 403},
		"loopback in the name": {"GET", func(r *http.Request) { r.Host = "127.0.0.1.evil.example" }, 403},
		"another site posts":   {"POST", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, 403},
		"another origin posts": {"POST", func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }, 403},
		"the page posts":       {"POST", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-origin") }, 202},
		"another site links":   {"GET", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, 200},
	} {
		resp, body := st.do(tc.method, "/api/v1/messages", `{"to":"86555","text":"x"}`, tc.change)
		if resp.StatusCode != tc.status {
			t.Errorf("%s: status %d, want %d: %s", name, resp.StatusCode, tc.status, body)
		}
		if tc.status == 403 && resp.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: refused with %q", name, resp.Header.Get("Content-Type"))
		}
	}
}

// dialUnix is a client that speaks to a socket, whatever the URL's host.
func dialUnix(path string) *http.Client {
	return &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", path)
		}}}
}

func TestSocketBelongsToOneUser(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pigeon.sock")
	// A daemon that was killed leaves its socket behind.
	old, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	old.SetUnlinkOnClose(false)
	old.Close()

	st := start(t, func(c *web.Config) {
		c.Listen, c.Socket, c.Accounts = "", path, []web.Account{{Name: "ops", Token: "secret"}}
	})
	if st.server.Addr() != nil {
		t.Errorf("there is a TCP address, %v", st.server.Addr())
	}
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != fs.ModeSocket|0o600 {
		t.Errorf("the socket's mode is %v, want one for its user alone", info.Mode())
	}
	st.base, st.client = "http://pigeon", dialUnix(path)
	if resp, body := st.do("POST", "/api/v1/messages", `{"id":"a","to":"86555","text":"x"}`); resp.StatusCode != 202 {
		t.Errorf("without an account by the socket: %d %s, want 202", resp.StatusCode, body)
	}
	if v, _ := st.gw.Message(t.Context(), "a"); v.Message.Origin != "command" {
		t.Errorf("origin by the socket is %q, want command", v.Message.Origin)
	}

	second := web.New(web.Config{Socket: path}, slog.New(slog.DiscardHandler))
	if err := second.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "another daemon listens there") {
		t.Errorf("a second server on the socket: %v", err)
	}
	if resp, _ := st.do("GET", "/healthz", ""); resp.StatusCode != 200 {
		t.Errorf("after the second was refused: status %d, want 200", resp.StatusCode)
	}
	if err := st.stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after the stop the socket is still there: %v", err)
	}
}

func TestFileInTheWayIsLeftAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pigeon.sock")
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := web.New(web.Config{Listen: "127.0.0.1:0", Socket: path}, slog.New(slog.DiscardHandler))
	if err := s.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "is not a socket") {
		t.Errorf("Run with a file in the way: %v", err)
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "mine" {
		t.Errorf("the file holds %q, %v", b, err)
	}
}

package main

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

const (
	socketName = "pigeon.sock"

	// systemState is where the packaged unit keeps the state, below the root.
	systemState = "var/lib/pigeon"
)

// clientFlags are the flags of a command that asks the daemon.
type clientFlags struct {
	*flags
	state, url string
	json       bool
}

func newClientFlags(name string) *clientFlags {
	f := &clientFlags{flags: newFlags(name)}
	f.StringVar(&f.state, "state", "", "the daemon's state `DIR`ectory, which holds its socket")
	f.StringVar(&f.url, "url", "", "the daemon's `URL`, in place of its socket; default: PIGEON_URL")
	f.BoolVar(&f.json, "json", false, "print JSON")
	return f
}

// connect returns a client of the daemon the flags and the environment name. It
// opens no connection.
func (f *clientFlags) connect(e *env) (*client, error) {
	if f.state != "" && f.url != "" {
		return nil, usagef("--state and --url name two daemons: give one of them")
	}
	where := f.url
	if where == "" && f.state == "" {
		where = e.getenv("PIGEON_URL")
	}
	if where != "" {
		return urlClient(where, e.getenv("PIGEON_TOKEN"))
	}
	dir, err := e.socketDir(f.state)
	if err != nil {
		return nil, err
	}
	return socketClient(dir), nil
}

// socketDir returns the directory to look for the socket in. Where the user has
// no daemon, that is the one of the system's daemon, if there is one.
func (e *env) socketDir(given string) (string, error) {
	system := filepath.Join(e.root, systemState)
	dir, err := e.stateDir(given)
	if given != "" || err == nil && exists(filepath.Join(dir, socketName)) {
		return dir, err
	}
	if exists(filepath.Join(system, socketName)) {
		return system, nil
	}
	return dir, err
}

// exists reports whether something is at path, or may not be looked at.
func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil || errors.Is(err, fs.ErrPermission)
}

func socketClient(dir string) *client {
	path := filepath.Join(dir, socketName)
	return &client{
		http: &http.Client{
			Transport: &http.Transport{
				DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
					return new(net.Dialer).DialContext(ctx, "unix", path)
				},
			},
			CheckRedirect: stay,
		},
		base:  "http://pigeon/api/v1",
		where: path,
		dir:   dir,
	}
}

func urlClient(s, token string) (*client, error) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, usagef("%q is no URL of a daemon: write it like http://127.0.0.1:8080", s)
	}
	base := strings.TrimSuffix(strings.TrimSuffix(u.String(), "/"), "/api/v1")
	return &client{
		http: &http.Client{
			Transport:     http.DefaultTransport.(*http.Transport).Clone(),
			CheckRedirect: stay,
		},
		base:  base + "/api/v1",
		token: token,
		where: u.Redacted(),
	}, nil
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// errSilent is the cause of a request that was given up because nothing came.
var errSilent = errors.New("it is silent")

// lost says what became of a request that got no answer.
func (c *client) lost(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		if !errors.Is(context.Cause(ctx), errSilent) {
			return ctx.Err()
		}
		err = errSilent
	}
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	var op *net.OpError
	return &absentError{
		where:  c.where,
		socket: c.dir != "",
		early:  errors.As(err, &op) && op.Op == "dial",
		err:    err,
	}
}

// An absentError says that no daemon answers.
type absentError struct {
	where  string
	socket bool // where is a socket
	early  bool // the request cannot have reached a daemon
	err    error
}

// Error says what to do about it.
func (e *absentError) Error() string {
	switch {
	case errors.Is(e.err, fs.ErrPermission):
		return fmt.Sprintf("this user may not open %s: use sudo, or ask over HTTP with --url http://127.0.0.1:8080", e.where)
	case e.socket && (errors.Is(e.err, fs.ErrNotExist) || errors.Is(e.err, syscall.ECONNREFUSED)):
		return fmt.Sprintf("no daemon answers at %s: start one with \"pigeon run\", or name another's state directory with --state", e.where)
	case e.early && e.socket:
		return fmt.Sprintf("no daemon answers at %s (%v): is that the path of its socket?", e.where, e.err)
	case e.early:
		return fmt.Sprintf("no daemon answers at %s (%v): is the address right, and does it listen there?", e.where, e.err)
	}
	return fmt.Sprintf("the daemon at %s did not answer (%v): see its log", e.where, e.err)
}

// Unwrap returns the cause.
func (e *absentError) Unwrap() error { return e.err }

// stopped reports whether err says that no daemon runs in the state directory,
// as far as its socket tells.
func stopped(err error) bool {
	var a *absentError
	return errors.As(err, &a) && a.socket && a.early && !errors.Is(err, fs.ErrPermission)
}

// A problem is the daemon's refusal, RFC 9457.
type problem struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Field  string `json:"field"`

	retry time.Duration // when it is worth another try; 0: it does not say
}

// Error returns the daemon's sentence.
func (p *problem) Error() string {
	text := p.Detail
	if text == "" {
		text = p.Title
	}
	if p.Field != "" && !strings.HasPrefix(text, p.Field+":") {
		text = p.Field + ": " + text
	}
	return text
}

// refused reads an answer that is not the one hoped for.
func (c *client) refused(resp *http.Response, kind string) error {
	const most = 64 << 10 // octets of a problem worth reading
	b, _ := io.ReadAll(io.LimitReader(resp.Body, most))
	var p problem
	if strings.HasSuffix(kind, "json") && resp.StatusCode >= 400 && json.Unmarshal(b, &p) == nil && p.Title+p.Detail != "" {
		p.Status = resp.StatusCode
		if s, err := strconv.ParseUint(resp.Header.Get("Retry-After"), 10, 16); err == nil {
			p.retry = time.Duration(s) * time.Second
		}
		if p.Status == http.StatusUnauthorized {
			return fmt.Errorf("%w: set PIGEON_TOKEN to a token of this daemon", &p)
		}
		return &p
	}
	if resp.StatusCode == http.StatusUnauthorized {
		return fmt.Errorf("the daemon at %s wants to know who asks: set PIGEON_TOKEN", c.where)
	}
	if resp.StatusCode >= 500 { // a proxy before a daemon that is away
		return &absentError{where: c.where, socket: c.dir != "", err: errors.New(resp.Status)}
	}
	return fmt.Errorf("what answers at %s does not speak as Pigeon does (%s): is it another program, or another version?", c.where, resp.Status)
}

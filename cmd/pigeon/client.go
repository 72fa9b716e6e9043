package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"time"
)

const (
	// answerLimit is how long the daemon may take to answer: a commit on a
	// slow card, behind many others, and much to spare.
	answerLimit = 30 * time.Second

	// maxAnswer bounds what is read of an answer, in octets.
	maxAnswer = 64 << 20
)

// A client asks one daemon.
type client struct {
	http  *http.Client
	base  string // of the API's URLs, without a slash at the end
	token string
	where string // for errors: the socket, or the URL without secrets
	dir   string // the state directory; "" where the daemon is named by URL
}

// stay follows no redirect: the daemon sends none, and one would turn a POST
// into a GET.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// An answer is what the daemon said to one request.
type answer struct {
	body  []byte // JSON, not yet read; empty where there is none
	where string
}

// call asks for one thing. in is the JSON body; nil is none.
func (c *client) call(ctx context.Context, method, path string, query url.Values, in any) (*answer, error) {
	return c.callWithin(ctx, answerLimit, method, path, query, in)
}

// callWithin is call for what takes its time.
func (c *client) callWithin(ctx context.Context, limit time.Duration, method, path string, query url.Values, in any) (*answer, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errSilent)
	defer cancel()
	req, err := c.request(ctx, method, path, query, in)
	if err != nil {
		return nil, err
	}
	resp, err := c.do(req, "application/json")
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return nil, c.lost(ctx, err)
	}
	if len(b) > maxAnswer {
		return nil, fmt.Errorf("the answer from %s is longer than %d MiB: ask for less with --limit", c.where, maxAnswer>>20)
	}
	return &answer{b, c.where}, nil
}

// get asks for one thing with GET.
func (c *client) get(ctx context.Context, path string, query url.Values) (*answer, error) {
	return c.call(ctx, http.MethodGet, path, query, nil)
}

// read decodes the answer.
func (a *answer) read(out any) error { return a.foreign(json.Unmarshal(a.body, out)) }

// print writes the answer as one line of JSON, as the daemon gave it.
func (a *answer) print(w io.Writer) error {
	var b bytes.Buffer
	if err := json.Compact(&b, a.body); err != nil {
		return a.foreign(err)
	}
	_, err := io.WriteString(w, visibleJSON(b.Bytes())+"\n")
	return err
}

func (a *answer) foreign(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("what answers at %s does not speak as Pigeon does (%w): is it another program, or another version?", a.where, err)
}

// request makes a request with the JSON of in, if not nil, as its body.
func (c *client) request(ctx context.Context, method, path string, query url.Values, in any) (*http.Request, error) {
	u := c.base + path
	if len(query) > 0 {
		u += "?" + query.Encode()
	}
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, u, body)
	if err != nil {
		return nil, err
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("User-Agent", "pigeon/"+buildVersion)
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	return req, nil
}

// do sends a request and returns the response, if it is a good one of the type
// asked for.
func (c *client) do(req *http.Request, accept string) (*http.Response, error) {
	req.Header.Set("Accept", accept)
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.lost(req.Context(), err)
	}
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if resp.StatusCode < 300 && (kind == accept || resp.StatusCode == http.StatusNoContent) {
		return resp, nil
	}
	defer resp.Body.Close()
	return nil, c.refused(resp, kind)
}

package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const (
	// The wait before another connection to a daemon that went away doubles
	// from the first to the last. A daemon that restarts is back in a second.
	firstWait = 250 * time.Millisecond
	lastWait  = 5 * time.Second

	// streamSilence is how long a stream may bring nothing. The daemon sends
	// a comment far more often, so that one behind a cut network is noticed.
	streamSilence = time.Minute
)

// A follower reads the daemon's journal, or another stream, over as many connections as it takes.
type follower struct {
	client  *client
	path    string // of the stream, without its /api/v1; empty: the journal's
	query   url.Values
	after   uint64            // the seq of the last event seen
	patient bool              // wait for a daemon that is away from the start
	back    func() error      // called for each connection after the first; nil: not wanted
	say     func(text string) // tells a person what is waited for
}

// follow calls each for every event of the stream after f.after, in order, and
// returns each's or back's first error, or the daemon's refusal. Without
// patience it also returns when the first connection fails.
func (f *follower) follow(ctx context.Context, each func(streamed) error) error {
	wait, met, told := firstWait, false, false
	for {
		var mine error // each's, or back's
		var opened bool
		err := f.client.stream(ctx, cmp.Or(f.path, journalPath), f.query, f.after, func() error {
			if told {
				f.say("the daemon answers again")
			}
			if met && f.back != nil {
				mine = f.back()
			}
			wait, opened, met, told = firstWait, true, true, false
			return mine
		}, func(s streamed) error {
			f.after = s.id
			mine = each(s)
			return mine
		})
		switch {
		case mine != nil:
			return mine
		case ctx.Err() != nil:
			return ctx.Err()
		case !met && !f.patient || lasting(err):
			return err
		}
		if !opened && !told {
			f.say("the daemon does not answer; waiting for it")
			told = true
		}
		if err := sleep(ctx, wait); err != nil {
			return err
		}
		wait = min(2*wait, lastWait)
	}
}

// lasting reports whether another connection would end the same way.
func lasting(err error) bool {
	var p *problem
	var a *absentError
	switch {
	case errors.As(err, &p):
		return p.Status < 500
	case errors.As(err, &a):
		return errors.Is(a, fs.ErrPermission)
	}
	return !errors.Is(err, io.EOF)
}

// journalPath is where the journal is followed.
const journalPath = "/events"

// stream reads one connection's events after the given one. opened is called
// when the connection stands.
func (c *client) stream(ctx context.Context, path string, query url.Values, after uint64, opened func() error, each func(streamed) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	req, err := c.request(ctx, http.MethodGet, path, query, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Last-Event-ID", strconv.FormatUint(after, 10))
	silent := time.AfterFunc(streamSilence, func() { cancel(errSilent) })
	defer silent.Stop()
	resp, err := c.do(req, "text/event-stream")
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if err := opened(); err != nil {
		return err
	}
	err = readStream(&watched{resp.Body, silent}, after, each)
	if errors.Is(err, io.EOF) || errors.Is(err, bufio.ErrTooLong) {
		return fmt.Errorf("the stream of %s: %w", c.where, err)
	}
	return c.lost(ctx, err)
}

// watched puts off the end of a silent stream whenever something comes.
type watched struct {
	r      io.Reader
	silent *time.Timer
}

// Read reads from the stream.
func (w *watched) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	w.silent.Reset(streamSilence)
	return n, err
}

// sleep waits, or returns ctx's error when ctx is done first.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

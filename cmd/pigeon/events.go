package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

const helpEvents = `Prints the journal, oldest first: a line for each change of a message, and for
each message that came in. Without --follow it ends at the latest; with it, it
goes on as things happen, over restarts of the daemon, until interrupted.

Each line starts with its number; --after NUMBER starts behind that one.`

// settled is how long the stream is silent once all that was written has come:
// the daemon sends what it has at once.
const settled = 500 * time.Millisecond

// Kinds of an event of the stream.
const (
	kindMessage  = "message"  // a change of a message: sms.Event
	kindReceived = "received" // sms.Received
)

// cmdEvents prints the journal.
func cmdEvents(ctx context.Context, e *env, args []string) error {
	f := newClientFlags("events")
	follow := f.Bool("follow", false, "go on with each event as it happens")
	after := f.Uint64("after", 0, "all that came after event `NUMBER`")
	limit := f.limit("limit", 20, maxList, "without --after: about the latest `N`")
	if _, err := f.parse(args, 0, 0); err != nil {
		return err
	}
	if f.given("after") && f.given("limit") {
		return usagef("--after starts at a number, --limit counts from the latest: give one of them")
	}
	c, err := f.connect(e)
	if err != nil {
		return err
	}
	if !f.given("after") {
		last, err := c.lastSeq(ctx, *limit)
		if err != nil {
			return err
		}
		*after = last - min(last, uint64(*limit))
	}
	show := func(s streamed) error { return e.printEvent(s, f.json) }
	switch {
	case *follow:
		return e.follow(ctx, c, *after, show)
	case f.given("after"):
		return c.readSettled(ctx, *after, show)
	}
	var latest []streamed
	err = c.readSettled(ctx, *after, func(s streamed) error {
		if latest = append(latest, s); len(latest) > *limit {
			latest = latest[1:]
		}
		return nil
	})
	for _, s := range latest {
		if err := show(s); err != nil {
			return err
		}
	}
	if err == nil && len(latest) == 0 && !f.json {
		fmt.Fprintln(e.stdout, "nothing has happened")
	}
	return err
}

// lastSeq returns the number of a line near the journal's end: the latest that
// the newest n messages and the newest received one tell of. Only reports on
// older messages can stand after it.
func (c *client) lastSeq(ctx context.Context, n int) (last uint64, err error) {
	var sent struct{ Messages []sms.View }
	var came struct{ Received []sms.Received }
	a, err := c.get(ctx, "/messages", listQuery(n, 0))
	if err == nil {
		err = a.read(&sent)
	}
	if err != nil {
		return 0, err
	}
	if a, err = c.get(ctx, "/received", listQuery(1, 0)); err == nil {
		err = a.read(&came)
	}
	for _, v := range sent.Messages {
		last = max(last, v.Status.Seq)
	}
	for _, r := range came.Received {
		last = max(last, r.Seq)
	}
	return last, err
}

// errSettled is the cause of a stream's end when all of it has come.
var errSettled = errors.New("settled")

// readSettled reads the stream until nothing more comes at once.
func (c *client) readSettled(ctx context.Context, after uint64, each func(streamed) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	end := time.AfterFunc(streamSilence, func() { cancel(errSettled) })
	defer end.Stop()
	err := c.stream(ctx, after, func() error {
		end.Reset(settled)
		return nil
	}, func(s streamed) error {
		end.Reset(settled)
		return each(s)
	})
	if errors.Is(context.Cause(ctx), errSettled) {
		return nil
	}
	return err
}

// printEvent prints one line of the journal; a kind this program does not know
// only as JSON.
func (e *env) printEvent(s streamed, asJSON bool) error {
	if asJSON {
		return printJSON(e.stdout, map[string]any{"seq": s.id, s.kind: json.RawMessage(s.data)})
	}
	switch s.kind {
	case kindMessage:
		ev, err := readEvent[sms.Event](s)
		if err != nil {
			return err
		}
		fmt.Fprintf(e.stdout, "%d %s %s %s\n", s.id, e.clock(ev.Time), visible(ev.ID), change(ev))
	case kindReceived:
		r, err := readEvent[sms.Received](s)
		if err != nil {
			return err
		}
		fmt.Fprintf(e.stdout, "%d %s received %s\n", s.id, e.clock(r.Time), receivedLine(r))
	}
	return nil
}

// readEvent decodes an event of the stream.
func readEvent[T any](s streamed) (v T, err error) {
	if err = json.Unmarshal(s.data, &v); err != nil {
		err = fmt.Errorf("read event %d of the stream: %w", s.id, err)
	}
	return v, err
}

// follow reads the journal after a line until ctx is done, which is no error.
func (e *env) follow(ctx context.Context, c *client, after uint64, each func(streamed) error) error {
	f := follower{client: c, after: after, say: e.say}
	err := f.follow(ctx, each)
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}

// say tells a person what is going on, beside the output.
func (e *env) say(text string) { fmt.Fprintf(e.stderr, "pigeon: %s\n", text) }

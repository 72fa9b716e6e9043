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

Each line starts with its number; --after NUMBER starts behind that one. --id, --to
and --state choose events of messages; --state is the state directory where its
value is none of a message's.

  pigeon events --follow
  pigeon events --id gate-1
  pigeon events --state failed --after 0`

// Kinds of an event of the stream.
const (
	kindMessage  = "message"  // a change of a message: sms.Event
	kindReceived = "received" // sms.Received
	kindNotice   = "notice"   // news of a way: sms.Notice
	kindModem    = "modem"    // a modem as it is, which is no line of the journal: sms.Way

	kindLine = "line" // of a modem's wire: web.TraceLine
)

// cmdEvents prints the journal.
func cmdEvents(ctx context.Context, e *env, args []string) error {
	f := newClientFlags("events")
	follow := f.Bool("follow", false, "go on with each event as it happens")
	after := f.Uint64("after", 0, "all that came after event `NUMBER`")
	limit := f.limit("limit", 20, maxList, "without --after: the latest `N`")
	var want eventFilter
	f.StringVar(&want.id, "id", "", "only those of the message with `ID`")
	f.StringVar(&want.to, "to", "", "only those of messages to `NUMBER`")
	state := &stateFlag{dir: f.Lookup("state").Value}
	f.Lookup("state").Value = state
	f.Lookup("state").Usage = "only those that say `STATE`; or, as for every command, the daemon's state directory"
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
	want.state = state.only
	if want != (eventFilter{}) && !*follow {
		switch {
		case f.given("after"):
			*limit = 0
		case !f.given("limit"):
			*limit = maxList
		}
		return e.chosenEvents(ctx, c, want, *after, *limit, f.json)
	}
	var last uint64
	if !*follow || !f.given("after") {
		if last, err = c.lastSeq(ctx); err != nil {
			return err
		}
	}
	if !f.given("after") {
		*after = last - min(last, uint64(*limit))
	}
	show := func(s streamed) error { return e.printEvent(s, f.json) }
	if *follow {
		return e.keepUp(ctx, &follower{client: c, query: want.query(), after: *after, say: e.say}, show)
	}
	if *after >= last {
		if !f.json {
			fmt.Fprintln(e.stdout, "nothing has happened")
		}
		return nil
	}
	return c.readUntil(ctx, *after, last, show)
}

// lastSeq returns the number of the journal's latest line.
func (c *client) lastSeq(ctx context.Context) (uint64, error) {
	var h sms.Health
	a, err := c.get(ctx, "/status", nil)
	if err == nil {
		err = a.read(&h)
	}
	return h.Last, err
}

// errRead is the cause of a stream's end when all that was wanted has come.
var errRead = errors.New("read")

// readUntil reads the stream from behind one line to another, which there is.
func (c *client) readUntil(ctx context.Context, after, last uint64, each func(streamed) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	err := c.stream(ctx, journalPath, nil, after, func() error { return nil }, func(s streamed) error {
		if err := each(s); err != nil {
			return err
		}
		if s.id >= last {
			cancel(errRead)
			return errRead
		}
		return nil
	})
	if errors.Is(err, errRead) || errors.Is(context.Cause(ctx), errRead) {
		return nil
	}
	return err
}

// printEvent prints one line of the journal; a kind this program does not know
// only as JSON.
func (e *env) printEvent(s streamed, asJSON bool) error {
	if s.kind == kindModem {
		return nil
	}
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
	case kindNotice:
		n, err := readEvent[sms.Notice](s)
		if err != nil {
			return err
		}
		fmt.Fprintf(e.stdout, "%d %s %s\n", s.id, e.clock(n.Time), noticeLine(n))
	case kindReceived:
		r, err := readEvent[sms.Received](s)
		if err != nil {
			return err
		}
		fmt.Fprintf(e.stdout, "%d %s received %s\n", s.id, e.clock(r.Time), receivedLine(r))
	}
	return nil
}

// noticeLine is news of a way in one line.
func noticeLine(n sms.Notice) string {
	line := n.Way + " " + n.Kind
	for _, part := range []string{n.Step, n.Reason, n.Text} {
		if part != "" {
			line += ": " + part
		}
	}
	if n.Worked != nil {
		line += map[bool]string{true: ": it worked", false: ": it did not help"}[*n.Worked]
		line += fmt.Sprintf(" (%v)", time.Duration(n.Took*float64(time.Second)).Round(100*time.Millisecond))
	}
	return visible(line)
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
	return e.keepUp(ctx, &follower{client: c, after: after, say: e.say}, each)
}

// keepUp reads a stream until ctx is done, which is no error.
func (e *env) keepUp(ctx context.Context, f *follower, each func(streamed) error) error {
	err := f.follow(ctx, each)
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}

// say tells a person what is going on, beside the output.
func (e *env) say(text string) { fmt.Fprintf(e.stderr, "pigeon: %s\n", text) }

package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/pigeon-sms/pigeon/sms"
)

const helpInbox = `Lists received messages, newest first. With --follow it goes on: the latest ones
oldest first, then each one as it comes in, until interrupted.

What a sender wrote is shown with control characters written out, as \n or \u001b.`

// cmdInbox lists received messages.
func cmdInbox(ctx context.Context, e *env, args []string) error {
	f := newClientFlags("inbox")
	from := f.String("from", "", "only those from `NUMBER`")
	limit := f.limit("limit", 20, maxList, "at most `N`")
	before := f.Uint64("before", 0, "only those received before message `SEQ`, the first column")
	follow := f.Bool("follow", false, "go on with each message as it comes in")
	if _, err := f.parse(args, 0, 0); err != nil {
		return err
	}
	if *follow && f.given("before") {
		return usagef("--follow goes on from now, --before looks back: give one of them")
	}
	c, err := f.connect(e)
	if err != nil {
		return err
	}
	if *follow {
		return e.followInbox(ctx, c, f, *limit, *from)
	}
	a, err := c.get(ctx, "/received", listQuery(*limit, *before, "from", *from))
	if err != nil {
		return err
	}
	if f.json {
		return a.print(e.stdout)
	}
	var list struct{ Received []sms.Received }
	if err := a.read(&list); err != nil {
		return err
	}
	t := newTable(e, 4, "SEQ", "TIME", "FROM", "MODEM", "TEXT")
	for _, r := range list.Received {
		t.row(fmt.Sprint(r.Seq), e.clock(r.Time), string(r.From), r.Modem, received(r))
	}
	t.print("nothing was received")
	if n := len(list.Received); e.tty && n == *limit {
		fmt.Fprintf(e.stdout, "older ones: pigeon inbox --before %d\n", list.Received[n-1].Seq)
	}
	return nil
}

// received is what came in, for one line.
func received(r sms.Received) string {
	s := body(r.Text, r.Data, r.Port)
	if r.Kind != "" {
		s = strings.TrimSpace("[" + waits(r) + "] " + r.Text)
	}
	if r.Incomplete {
		s = "[incomplete] " + s
	}
	return s
}

// waits is what a message tells of that waits elsewhere.
func waits(r sms.Received) string {
	switch {
	case r.Waiting == nil:
		return string(r.Kind)
	case *r.Waiting == 0:
		return fmt.Sprintf("%s: none waits", r.Kind)
	}
	return fmt.Sprintf("%s: %d waiting", r.Kind, *r.Waiting)
}

// receivedLine is a received message in one line, made visible.
func receivedLine(r sms.Received) string {
	from := string(r.From)
	if r.Modem != "" {
		from += " by " + r.Modem
	}
	return visible("from " + from + ": " + received(r))
}

// followInbox shows the latest messages and then each new one.
func (e *env) followInbox(ctx context.Context, c *client, f *clientFlags, limit int, from string) error {
	show := func(r sms.Received) error {
		if f.json {
			return printJSON(e.stdout, r)
		}
		_, err := fmt.Fprintf(e.stdout, "%s %s\n", e.clock(r.Time), receivedLine(r))
		return err
	}
	a, err := c.get(ctx, "/received", listQuery(limit, 0, "from", from))
	if err != nil {
		return err
	}
	var list struct{ Received []sms.Received }
	if err := a.read(&list); err != nil {
		return err
	}
	var last uint64
	for _, r := range slices.Backward(list.Received) {
		last = r.Seq
		if err := show(r); err != nil {
			return err
		}
	}
	wanted := sender(from)
	return e.follow(ctx, c, last, func(s streamed) error {
		if s.kind != kindReceived {
			return nil
		}
		r, err := readEvent[sms.Received](s)
		if err != nil || from != "" && !sms.SameNumber(r.From, wanted) {
			return err
		}
		return show(r)
	})
}

// sender reads a number as the daemon does for a list: what is no number is an
// alphanumeric sender.
func sender(s string) sms.Number {
	if n, err := sms.ParseNumber(s, sms.Country{}); err == nil {
		return n
	}
	return sms.Number(s)
}

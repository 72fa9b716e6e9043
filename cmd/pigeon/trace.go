package main

import (
	"context"
	"fmt"
	"net/url"

	"github.com/pigeon-sms/pigeon/web"
)

// showTrace prints a modem's wire, or follows it.
func showTrace(ctx context.Context, e *env, f *clientFlags, c *client, path string, clear, follow bool) error {
	path += "/trace"
	q := url.Values{}
	if clear {
		q.Set("clear", "1")
	}
	if follow {
		q.Set("follow", "1")
		wire := follower{client: c, path: path, query: q, say: e.say}
		return e.keepUp(ctx, &wire, func(s streamed) error { return e.printTrace(s, f.json) })
	}
	a, err := c.get(ctx, path, q)
	if err != nil {
		return err
	}
	if f.json {
		return a.print(e.stdout)
	}
	var seen struct{ Lines []string }
	if err := a.read(&seen); err != nil {
		return err
	}
	for _, l := range seen.Lines {
		fmt.Fprintln(e.stdout, visible(l))
	}
	return nil
}

// printTrace prints one line of a trace that is followed.
func (e *env) printTrace(s streamed, asJSON bool) error {
	if s.kind != kindLine {
		return nil
	}
	l, err := readEvent[web.TraceLine](s)
	if err != nil {
		return err
	}
	if asJSON {
		return printJSON(e.stdout, l)
	}
	if l.Lost > 0 {
		fmt.Fprintf(e.stdout, "… %s lost …\n", count(l.Lost, "line"))
	}
	_, err = fmt.Fprintf(e.stdout, "%s %s %s\n", l.Time.In(e.zone).Format("15:04:05.000"), visible(l.Dir), visible(l.Text))
	return err
}

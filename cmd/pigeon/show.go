package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/pigeon-sms/pigeon/sms"
)

const helpShow = `Shows one message whole: what was asked, where it stands and why, and what happened
to it, as far back as the daemon's journal goes.`

// cmdShow shows one message.
func cmdShow(ctx context.Context, e *env, args []string) error {
	f := newClientFlags("show")
	rest, err := f.parse(args, 1, 1)
	if err != nil {
		return err
	}
	c, err := f.connect(e)
	if err != nil {
		return err
	}
	a, err := c.get(ctx, messagePath(rest[0]), nil)
	if err != nil {
		return ofMessage(rest[0], err)
	}
	events, err := c.history(ctx, rest[0])
	if err != nil {
		return err
	}
	if f.json {
		var whole map[string]json.RawMessage
		if err := a.read(&whole); err != nil {
			return err
		}
		return printJSON(e.stdout, shown{whole["message"], whole["status"], events})
	}
	var v sms.View
	if err := a.read(&v); err != nil {
		return err
	}
	e.printView(v)
	e.printHistory(events)
	return nil
}

// shown is a message with what happened to it.
type shown struct {
	Message json.RawMessage `json:"message"`
	Status  json.RawMessage `json:"status,omitempty"`
	Events  []sms.Event     `json:"events,omitempty"`
}

// history returns what happened to a message; nothing where it has been trimmed
// meanwhile.
func (c *client) history(ctx context.Context, id string) ([]sms.Event, error) {
	a, err := c.get(ctx, messagePath(id)+"/events", nil)
	var p *problem
	switch {
	case errors.As(err, &p) && p.Status == http.StatusNotFound:
		return nil, nil
	case err != nil:
		return nil, err
	}
	var list struct{ Events []sms.Event }
	return list.Events, a.read(&list)
}

// printHistory prints what happened to one message, below it.
func (e *env) printHistory(events []sms.Event) {
	if len(events) == 0 {
		return
	}
	fmt.Fprintln(e.stdout)
	for _, ev := range events {
		ev.To = "" // it stands above
		fmt.Fprintf(e.stdout, "%s  %s\n", e.full(ev.Time), change(ev))
	}
}

func messagePath(id string) string { return "/messages/" + url.PathEscape(id) }

// printView shows all of a message that a person asks about.
func (e *env) printView(v sms.View) {
	m, ev := v.Message, v.Status
	s := newSheet(e.stdout)
	s.line("id", m.ID)
	s.line("request", m.Request)
	s.line("sends again", m.Of)
	s.line("to", string(m.To))
	s.line("from", m.From)
	s.line("state", string(ev.State))
	s.line("why", reason(ev))
	if f := ev.Error; f != nil && !f.RetryAt.IsZero() {
		s.line("retry at", e.full(f.RetryAt))
	}
	s.line("since", e.full(ev.Time))
	s.line("accepted", e.full(m.Accepted)+origin(m.Origin))
	s.line("segments", segments(m, ev))
	if ev.Attempt > 0 {
		s.line("attempts", fmt.Sprint(ev.Attempt))
	}
	s.line("modem", ev.Modem)
	s.line("route", firstOf(ev.Route, m.Route))
	if m.Priority != sms.Normal {
		s.line("priority", m.Priority.String())
	}
	if !m.SendAt.IsZero() {
		s.line("send at", e.full(m.SendAt))
	}
	if !m.Expires.IsZero() {
		s.line("expires", e.full(m.Expires))
	}
	s.line("options", options(m))
	s.line("meta", string(m.Meta))
	if len(m.Data) > 0 {
		s.line("data", fmt.Sprintf("%x", m.Data))
		s.line("port", fmt.Sprintf("%d from %d", m.Port, m.SourcePort))
	}
	s.print()
	if m.Text != "" {
		fmt.Fprintln(e.stdout)
		for _, l := range visibleLines(m.Text) {
			fmt.Fprintln(e.stdout, "  "+l)
		}
	}
}

func origin(o string) string {
	if o == "" {
		return ""
	}
	return " by " + o
}

func segments(m sms.Message, ev sms.Event) string {
	if ev.Sent > 0 && ev.Sent < m.Segments {
		return fmt.Sprintf("%d, of which %d sent", m.Segments, ev.Sent)
	}
	return fmt.Sprint(m.Segments)
}

// options names what is not as it is by default.
func options(m sms.Message) string {
	var all []string
	if m.Flash {
		all = append(all, "flash")
	}
	if m.ReplyPath {
		all = append(all, "reply path")
	}
	if !m.Receipt {
		all = append(all, "no receipt")
	}
	if m.Encoding != "" && m.Encoding != sms.EncodingAuto {
		all = append(all, "encoding "+string(m.Encoding))
	}
	if m.OnDoubt == sms.Hold {
		all = append(all, "hold when in doubt")
	}
	if m.MaxSegments > 0 {
		all = append(all, "at most "+count(m.MaxSegments, "segment"))
	}
	return strings.Join(all, ", ")
}

func firstOf(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}

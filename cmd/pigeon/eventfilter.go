package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"

	"github.com/pigeon-sms/pigeon/sms"
)

// An eventFilter chooses events of messages; empty, all lines of the journal.
type eventFilter struct {
	id, to string
	state  sms.State
}

// query is the filter as the daemon is asked for it.
func (w eventFilter) query() url.Values {
	q := url.Values{}
	for name, v := range map[string]string{"id": w.id, "to": w.to, "state": string(w.state)} {
		if v != "" {
			q.Set(name, v)
		}
	}
	return q
}

func (w eventFilter) takes(ev sms.Event) bool {
	return (w.id == "" || ev.ID == w.id) && (w.state == "" || ev.State == w.state) && (w.to == "" || sms.SameNumber(ev.To, sms.Number(w.to)))
}

// chosenEvents prints the events behind one that a filter chooses: the latest of
// them, or with no limit all. Of one message the daemon is asked for its history;
// else the journal is read through.
func (e *env) chosenEvents(ctx context.Context, c *client, want eventFilter, after uint64, limit int, asJSON bool) error {
	var kept []streamed
	some := false
	take := func(ev sms.Event, data []byte) error {
		if ev.Seq <= after || !want.takes(ev) {
			return nil
		}
		some = true
		s := streamed{id: ev.Seq, kind: kindMessage, data: data}
		if limit == 0 {
			return e.printEvent(s, asJSON)
		}
		s.data = bytes.Clone(data)
		if kept = append(kept, s); len(kept) > limit {
			kept = kept[1:]
		}
		return nil
	}
	read := c.readChosen
	if want.id != "" {
		read = func(ctx context.Context, _ uint64, take func(sms.Event, []byte) error) error {
			return c.readHistory(ctx, want.id, take)
		}
	}
	if err := read(ctx, after, take); err != nil {
		return err
	}
	for _, s := range kept {
		if err := e.printEvent(s, asJSON); err != nil {
			return err
		}
	}
	if !some && !asJSON {
		fmt.Fprintln(e.stdout, "nothing has happened")
	}
	return nil
}

func (c *client) readHistory(ctx context.Context, id string, take func(sms.Event, []byte) error) error {
	events, err := c.history(ctx, id)
	for _, ev := range events {
		data, err := json.Marshal(ev)
		if err != nil {
			return err
		}
		if err := take(ev, data); err != nil {
			return err
		}
	}
	return err
}

// readChosen reads the journal from behind one line to its latest.
func (c *client) readChosen(ctx context.Context, after uint64, take func(sms.Event, []byte) error) error {
	last, err := c.lastSeq(ctx)
	if err != nil || after >= last {
		return err
	}
	return c.readUntil(ctx, after, last, func(s streamed) error {
		if s.kind != kindMessage {
			return nil
		}
		ev, err := readEvent[sms.Event](s)
		if err != nil {
			return err
		}
		ev.Seq = s.id
		return take(ev, s.data)
	})
}

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// errTimeout is the cause of a wait that --timeout ended.
var errTimeout = errors.New("the time is over")

// A waiter follows messages to their final states and prints each change.
type waiter struct {
	e       *env
	client  *client
	json    bool
	timeout time.Duration

	last map[string]sms.Event // by id: the latest event shown
	open int                  // how many are not final
	ids  []string             // in the order asked for
}

// wait returns nil when every message was sent or delivered.
func (w *waiter) wait(ctx context.Context, from []sms.Event) error {
	w.last = make(map[string]sms.Event)
	for _, ev := range from {
		w.ids = append(w.ids, ev.ID)
		w.last[ev.ID] = sms.Event{}
	}
	w.open = len(w.last)
	after := ^uint64(0)
	for _, ev := range from {
		if err := w.see(ev); err != nil && err != errDone {
			return err
		}
		// The stream is read from the oldest of these on: nothing is missed
		// between the answer and the stream's start.
		after = min(after, ev.Seq)
	}
	if w.open == 0 {
		return w.verdict()
	}
	f := follower{client: w.client, after: after, patient: true,
		back: func() error { return w.refresh(ctx) },
		say:  w.e.say}
	err := f.follow(ctx, func(s streamed) error {
		if s.kind != kindMessage {
			return nil
		}
		ev, err := readEvent[sms.Event](s)
		if err != nil {
			return err
		}
		return w.see(ev)
	})
	switch {
	case errors.Is(err, errDone):
		return w.verdict()
	case ctx.Err() == nil:
		return err
	}
	why := "interrupted"
	if errors.Is(context.Cause(ctx), errTimeout) {
		why = fmt.Sprintf("not at its end after %v", w.timeout)
	}
	id, state := w.firstOpen()
	return fmt.Errorf("%s: %s is %s, and the daemon goes on with it: see \"pigeon show %s\"", why, id, state, id)
}

// errDone ends the following when every message is at its end.
var errDone = errors.New("done")

// see shows an event of one of the messages, if it is news. It returns errDone
// when no message is open.
func (w *waiter) see(ev sms.Event) error {
	last, asked := w.last[ev.ID]
	if !asked || last.State != "" && ev.Seq <= last.Seq {
		return nil
	}
	w.last[ev.ID] = ev
	if w.json {
		if err := printJSON(w.e.stdout, ev); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(w.e.stdout, "%s %s %s\n", w.e.clock(ev.Time), visible(ev.ID), change(ev))
	}
	if ev.Final && !last.Final {
		w.open--
	}
	if w.open == 0 {
		return errDone
	}
	return nil
}

// refresh asks where the open messages stand: a daemon that was away for long
// may not keep the journal as far back as this has read.
func (w *waiter) refresh(ctx context.Context) error {
	for _, id := range w.ids {
		if w.last[id].Final {
			continue
		}
		a, err := w.client.get(ctx, messagePath(id), nil)
		var p *problem
		switch {
		case errors.As(err, &p) && p.Status == http.StatusNotFound:
			return fmt.Errorf("the daemon does not know %s any more: was its state replaced?", id)
		case err != nil:
			return nil // gone again: the stream will say so
		}
		var v sms.View
		if err := a.read(&v); err != nil {
			return err
		}
		if err := w.see(v.Status); err != nil {
			return err
		}
	}
	return nil
}

func (w *waiter) firstOpen() (id string, state sms.State) {
	for _, id := range w.ids {
		if !w.last[id].Final {
			return id, w.last[id].State
		}
	}
	return "", ""
}

// verdict is nil if every message was sent or delivered, or else says which was
// not.
func (w *waiter) verdict() error {
	var bad []sms.Event
	for _, id := range w.ids {
		if ev := w.last[id]; ev.State != sms.Sent && ev.State != sms.Delivered {
			bad = append(bad, ev)
		}
	}
	if len(bad) == 0 {
		return nil
	}
	ev, why := bad[0], ""
	if r := reason(ev); r != "" {
		why = ": " + r
	}
	if len(w.ids) == 1 {
		return fmt.Errorf("%s is %s%s", ev.ID, ev.State, why)
	}
	return fmt.Errorf("%d of %d messages did not arrive; %s is %s%s", len(bad), len(w.ids), ev.ID, ev.State, why)
}

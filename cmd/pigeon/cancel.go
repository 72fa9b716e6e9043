package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/pigeon-sms/pigeon/sms"
)

const helpCancel = `Takes back messages that have not been sent: those with the ids, or all that the
flags choose, which is asked about on a terminal. What a network has taken cannot
be called back; of one id the command then fails, of many it says so.

  pigeon cancel gate-1
  pigeon cancel --to +447700900123 --before 2h --dry-run
  pigeon cancel --state queued --route north --yes`

const helpResend = `Sends messages again that are failed, undelivered, expired, cancelled or doubtful:
those with the ids, or all that the flags choose, which is asked about on a
terminal. Each is sent as a new message that names the old one, gate-1 as gate-1:r1;
the old one stays as it ended. To run the same again sends nothing more: to send
gate-1 a third time, resend gate-1:r1.

With --same-id the message itself is queued anew: all of it is sent, its attempts
go on counting, and it ends a second time. Whoever follows its events and took the
first end for the last will be surprised.

  pigeon resend gate-1
  pigeon resend --state failed --before 1h
  pigeon resend --same-id --state doubtful --to +447700900123`

const helpEdit = `Changes a message that waits for its first attempt. Once it has been tried, part of
it may have gone out: cancel it, and send another. A TEXT of "-" is read from the
standard input.

  pigeon edit gate-1 --text "The gate is open again" --priority high
  pigeon edit gate-1 --at 18:00
  pigeon edit gate-1 --at now`

// cmdCancel cancels messages.
func cmdCancel(ctx context.Context, e *env, args []string) error {
	f := newChooseFlags(e, "cancel")
	ids, err := f.parse(args, 0, -1)
	if err != nil {
		return err
	}
	return f.act(ctx, e, ids, act{http.MethodDelete, "/messages", nil, "cancel", "cancelled"},
		func(c *client, id string) (*answer, error) {
			return c.call(ctx, http.MethodDelete, messagePath(id), nil, nil)
		})
}

// An againRequest says how a message is sent again.
type againRequest struct {
	SameID bool   `json:"same_id,omitempty"`
	ID     string `json:"id,omitempty"`
}

// cmdResend sends messages again.
func cmdResend(ctx context.Context, e *env, args []string) error {
	f := newChooseFlags(e, "resend")
	var how againRequest
	f.BoolVar(&how.SameID, "same-id", false, "queue the message itself anew, in place of a new one")
	f.StringVar(&how.ID, "new-id", "", "your own `ID` for the new message; for one message")
	ids, err := f.parse(args, 0, -1)
	switch {
	case err != nil:
		return err
	case how.ID != "" && (how.SameID || len(ids) != 1):
		return usagef("--new-id names the new message of one: give one id, and no --same-id")
	}
	return f.act(ctx, e, ids, act{http.MethodPost, "/resend", how, "resend", "sent again"},
		func(c *client, id string) (*answer, error) {
			return c.call(ctx, http.MethodPost, messagePath(id)+"/resend", nil, how)
		})
}

// act does something to the messages with some ids, or to those the flags choose.
func (f *chooseFlags) act(ctx context.Context, e *env, ids []string, many act, one func(*client, string) (*answer, error)) error {
	some, err := f.many(ids)
	if err != nil {
		return err
	}
	if some {
		return many.run(ctx, e, f)
	}
	c, err := f.connect(e)
	if err != nil {
		return err
	}
	var errs []error
	for _, id := range ids {
		a, err := one(c, id)
		if err != nil {
			if err = ofMessage(id, err); ctx.Err() != nil {
				return err
			}
			errs = append(errs, err)
			continue
		}
		if err := f.show(e, a); err != nil {
			return err
		}
	}
	return errors.Join(errs...)
}

// show prints where one message stands.
func (f *clientFlags) show(e *env, a *answer) error {
	if f.json {
		return a.print(e.stdout)
	}
	var v sms.View
	if err := a.read(&v); err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "%s %s\n", visible(v.Message.ID), change(v.Status))
	return nil
}

// cmdEdit changes a message.
func cmdEdit(ctx context.Context, e *env, args []string) error {
	f := newClientFlags("edit")
	edit := map[string]any{}
	field := func(flag, name, usage string) {
		f.Func(flag, usage, func(s string) error { edit[name] = s; return nil })
	}
	field("text", "text", "the new `TEXT`")
	field("to", "to", "to `NUMBER` instead")
	f.Func("at", "not before `TIME`, written as for send, or now", func(s string) error {
		if s == "now" {
			edit["send_at"] = nil
			return nil
		}
		var err error
		edit["send_at"], err = e.written(s, false)
		return err
	})
	f.Func("expires", "not after `TIME`, written as for send", func(s string) (err error) {
		edit["expires"], err = e.written(s, true)
		return err
	})
	var priority string
	f.choice(&priority, "priority", "its `PLACE` among those that wait", "low", "normal", "high", "urgent")
	rest, err := f.parse(args, 1, 1)
	if err != nil {
		return err
	}
	if priority != "" {
		edit["priority"] = priority
	}
	if len(edit) == 0 {
		return usagef("nothing is to be changed: give --text, --to, --at, --expires or --priority")
	}
	if text, ok := edit["text"].(string); ok {
		if edit["text"], err = e.text([]string{text}); err != nil {
			return err
		}
	}
	c, err := f.connect(e)
	if err != nil {
		return err
	}
	a, err := c.call(ctx, http.MethodPatch, messagePath(rest[0]), nil, edit)
	if err != nil {
		return ofMessage(rest[0], sendError(err))
	}
	return f.show(e, a)
}

// ofMessage says a refusal in words that name the message.
func ofMessage(id string, err error) error {
	var p *problem
	switch {
	case errors.As(err, &p) && p.Status == http.StatusNotFound:
		return fmt.Errorf("no message has the id %q: see \"pigeon messages\"", id)
	case errors.As(err, &p) && p.Status == http.StatusConflict:
		return fmt.Errorf("%s: %s", id, p.Detail)
	}
	return err
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/pigeon-sms/pigeon/sms"
)

const helpSend = `Queues a message through the running daemon, and prints its id. Several numbers,
with commas between, make a message of each. The words after the number are the
text; a text of "-" is read from the standard input, without its last line end.

With --wait the command follows each message to its end, over restarts of the
daemon too, and exits 0 only if every one was sent or delivered.

With --csv a text goes to every row of a table with a heading: a column called to
or number, and others whose names may stand in the text as {name}; a column called
text where no text is given. Each row has an id of its own, from a column called id
or from the job's name and the row's number, so that the same command after an
interruption sends nothing twice. A file that is changed is another job, unless
--job gives it the name of the one before. Nothing is sent while any row is bad.

  pigeon send +447700900123 Hello there
  pigeon send --wait --expires 10m +447700900123,+447700900124 "Gate is open"
  uptime | pigeon send +447700900123 -
  pigeon send --csv guests.csv --dry-run --tariff tariffs.toml "Dear {name}, see you at {time}"
  pigeon send --csv guests.csv --rate 30/m "Dear {name}, see you at {time}"`

// maxText bounds a text read from the standard input, in octets. The longest
// message of 255 segments is far shorter.
const maxText = 1 << 20

// A sendRequest is the request of POST /messages.
type sendRequest struct {
	ID          string   `json:"id"`
	To          []string `json:"to"`
	Text        string   `json:"text"`
	From        string   `json:"from,omitempty"`
	Route       string   `json:"route,omitempty"`
	Encoding    string   `json:"encoding,omitempty"`
	Flash       bool     `json:"flash,omitempty"`
	Priority    string   `json:"priority,omitempty"`
	SendAt      string   `json:"send_at,omitempty"`
	Expires     string   `json:"expires,omitempty"`
	Receipt     *bool    `json:"receipt,omitempty"`
	OnDoubt     string   `json:"on_doubt,omitempty"`
	MaxSegments int      `json:"max_segments,omitempty"`
}

// A sendAnswer is what POST /messages answers.
type sendAnswer struct {
	ID       string      `json:"id"`
	Known    bool        `json:"known"`
	Messages []sms.Event `json:"messages"`
}

// cmdSend queues a message.
func cmdSend(ctx context.Context, e *env, args []string) error {
	f := newClientFlags("send")
	var r sendRequest
	f.StringVar(&r.ID, "id", "", "your own `ID` for it; a repeat of a known one sends nothing")
	f.StringVar(&r.From, "from", "", "the `SENDER` to show, where the route allows one")
	f.StringVar(&r.Route, "route", "", "the modem, SMSC or `ROUTE` to take; default: the routing table decides")
	f.choice(&r.Encoding, "encoding", "`HOW` the text is put into octets", "auto", "gsm7", "ucs2", "ascii")
	f.BoolVar(&r.Flash, "flash", false, "show it at once, do not store it (class 0)")
	f.choice(&r.Priority, "priority", "its `PLACE` among those that wait", "low", "normal", "high", "urgent")
	f.Func("at", "not before `TIME`: RFC 3339, \"2026-05-04 18:00\", 18:00, or a duration from now", func(s string) (err error) {
		r.SendAt, err = e.written(s, false)
		return err
	})
	f.Func("expires", "not after `TIME`, written as for --at", func(s string) (err error) {
		r.Expires, err = e.written(s, true)
		return err
	})
	noReceipt := f.Bool("no-receipt", false, "ask for no delivery report: sent is the end")
	f.choice(&r.OnDoubt, "on-doubt", "`WHAT` to do when nobody knows whether it went out", "resend", "hold")
	segments := f.limit("max-segments", 255, 255, "refuse it rather than send more than `N` segments")
	wait := f.Bool("wait", false, "follow it to its end")
	timeout := f.Duration("timeout", 0, "with --wait: for at most this `LONG`, like 5m (default: no limit)")
	var table importFlags
	table.define(f.flags)
	rest, err := f.parse(args, 0, -1)
	if err == nil && table.file == "" {
		err = f.count(rest, 2, -1)
	}
	switch {
	case err != nil:
		return err
	case table.file == "" && (table.job != "" || table.tariff != "" || table.dry || table.skipBad || table.rate > 0):
		return usagef("--job, --tariff, --dry-run, --skip-bad and --rate go with --csv FILE")
	case table.file != "" && (*wait || r.ID != ""):
		return usagef("--csv goes with neither --wait nor --id: name the job with --job, and see \"pigeon events --follow\"")
	case f.given("timeout") && (!*wait || *timeout <= 0):
		return usagef("--timeout is how long --wait waits: give both, and a duration above 0")
	}
	if f.given("max-segments") {
		r.MaxSegments = *segments
	}
	if *noReceipt {
		r.Receipt = new(bool)
	}
	if table.file != "" {
		return table.send(ctx, e, f, r, rest)
	}
	if r.To, err = recipients(rest[0]); err != nil {
		return err
	}
	if r.Text, err = e.text(rest[1:]); err != nil {
		return err
	}
	c, err := f.connect(e)
	if err != nil {
		return err
	}
	if *timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, *timeout, errTimeout)
		defer cancel()
	}
	a, err := c.submit(ctx, &r)
	if err != nil {
		return sendError(err)
	}
	if f.json && !*wait {
		return a.print(e.stdout)
	}
	var taken sendAnswer
	if err := a.read(&taken); err != nil {
		return err
	}
	if f.given("id") && taken.Known {
		e.say("the id " + visible(r.ID) + " is known: nothing was queued")
	}
	if *wait {
		return (&waiter{e: e, client: c, json: f.json, timeout: *timeout}).wait(ctx, taken.Messages)
	}
	for _, ev := range taken.Messages {
		fmt.Fprintln(e.stdout, visible(ev.ID))
	}
	return nil
}

// written is a point in time as a request has it. Where that may be a duration, one
// stays one: the daemon counts it on its own clock.
func (e *env) written(s string, spans bool) (string, error) {
	t, err := e.moment(s)
	if d, derr := time.ParseDuration(s); spans && derr == nil {
		return d.String(), err
	}
	return t.Format(time.RFC3339), err
}

// recipients reads the numbers of the first argument.
func recipients(s string) ([]string, error) {
	all := strings.Split(s, ",")
	for i, n := range all {
		if all[i] = strings.TrimSpace(n); all[i] == "" {
			return nil, usagef("a number is missing in %q: write them like +447700900123,+447700900124", s)
		}
	}
	return all, nil
}

// text reads the text of the remaining arguments.
func (e *env) text(words []string) (string, error) {
	if len(words) != 1 || words[0] != "-" {
		s := strings.Join(words, " ")
		if !utf8.ValidString(s) {
			return "", usagef("the text is not UTF-8: set the terminal to UTF-8")
		}
		return s, nil
	}
	b, err := io.ReadAll(io.LimitReader(e.stdin, maxText+1))
	switch {
	case err != nil:
		return "", fmt.Errorf("read the text: %w", err)
	case len(b) > maxText:
		return "", errors.New("the text on the standard input is longer than any message")
	case !utf8.Valid(b):
		return "", errors.New("the text on the standard input is not UTF-8: convert it first, as with iconv")
	}
	s := strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r")
	if s == "" {
		return "", errors.New("the text on the standard input is empty")
	}
	return s, nil
}

// submit posts the request until the daemon has said what became of it, or does
// not for answerLimit. The request's id makes a repeat harmless.
func (c *client) submit(ctx context.Context, r *sendRequest) (*answer, error) {
	if r.ID == "" {
		id, err := uuid.NewV7()
		if err != nil {
			return nil, err
		}
		r.ID = id.String()
	}
	end := time.Now().Add(answerLimit)
	wait, posted := firstWait, false
	for {
		a, err := c.call(ctx, http.MethodPost, "/messages", nil, r)
		var absent *absentError
		away := errors.As(err, &absent)
		if err == nil || !away && ctx.Err() == nil {
			return a, err
		}
		// Once a request may have arrived, its fate is to be learnt.
		if posted = posted || !away || !absent.early; !posted {
			return nil, err
		}
		if time.Now().After(end) || sleep(ctx, wait) != nil {
			return nil, fmt.Errorf("the daemon at %s did not say whether it took the message: run the same again with --id %s, which never sends twice", c.where, r.ID)
		}
		wait = min(2*wait, lastWait)
	}
}

// sendError says a refusal in the words of the command line.
func sendError(err error) error {
	names := map[string]string{
		"to": "NUMBER", "text": "TEXT", "id": "--id", "from": "--from", "route": "--route",
		"encoding": "--encoding", "flash": "--flash", "priority": "--priority", "send_at": "--at",
		"expires": "--expires", "receipt": "--no-receipt", "on_doubt": "--on-doubt", "max_segments": "--max-segments",
	}
	var p *problem
	if errors.As(err, &p) && names[p.Field] != "" {
		return fmt.Errorf("%s: %s", names[p.Field], strings.TrimPrefix(p.Detail, p.Field+": "))
	}
	return err
}

package mqtt

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pigeon-sms/pigeon/mqtt/broker"
	"github.com/pigeon-sms/pigeon/sms"
)

// A question is what base/request/<verb> carries. An empty payload asks
// without a transaction.
type question struct {
	Transaction json.RawMessage `json:"transaction"` // handed back as it came
	ID          string          `json:"id"`          // of the message asked about
	Modem       string          `json:"modem"`       // by name
	Step        string          `json:"step"`        // of a restart; empty: a new start
	Code        string          `json:"code"`        // to send as USSD
	Cancel      bool            `json:"cancel"`      // end the dialogue instead
	Filter      *sms.Choice     `json:"filter"`      // in place of an id: of the messages meant
	SameID      bool            `json:"same_id"`     // send again under the same id
	NewID       string          `json:"new_id"`      // send again under this one
	Edit        json.RawMessage `json:"edit"`        // what is to be other
}

// A response is what base/response/<verb> carries.
type response struct {
	Transaction json.RawMessage `json:"transaction,omitempty"`
	Status      string          `json:"status"` // "ok" or "error"
	Data        any             `json:"data,omitempty"`
	Error       string          `json:"error,omitempty"`
}

// ussdLimit bounds a code, since what its asker publishes behind it waits: the
// text on its way is finished first, and the network takes up to a minute.
const ussdLimit = 2 * time.Minute

// balanceLimit is the same for a balance: its code and a few menus.
const balanceLimit = 5 * time.Minute

// ussdReply is what the network has said to a code.
type ussdReply struct {
	Reply string `json:"reply"`
	More  bool   `json:"more"` // it waits for an answer
}

// happened is what became of a message.
type happened struct {
	Events []sms.Event `json:"events"`
}

// resent is a message that is sent again.
type resent struct {
	sms.View
	Known bool `json:"known"` // it was before
}

// alone does something to the messages of a filter, where no id stands beside it.
func alone(q question, do func() (any, error)) (any, error) {
	if q.ID != "" {
		return nil, &sms.FieldError{Field: "filter", Text: "stands beside id; one of them says which messages are meant"}
	}
	return do()
}

// traced is the last of a modem's wire.
type traced struct {
	Lines []string `json:"lines"`
}

// traceMost is how many lines of it are told: some 20 KiB.
const traceMost = 400

// verbs are what may be asked.
var verbs = map[string]func(context.Context, *Edge, question) (any, error){
	"status":  func(ctx context.Context, e *Edge, _ question) (any, error) { return e.Gateway.Health(ctx) },
	"message": func(ctx context.Context, e *Edge, q question) (any, error) { return e.Gateway.Message(ctx, q.ID) },
	"cancel": func(ctx context.Context, e *Edge, q question) (any, error) {
		if q.Filter != nil {
			return alone(q, func() (any, error) { return e.Gateway.CancelMany(ctx, *q.Filter) })
		}
		return e.Gateway.Cancel(ctx, q.ID)
	},
	"edit": func(ctx context.Context, e *Edge, q question) (any, error) {
		edit, err := sms.ParseEdit(q.Edit)
		if err != nil {
			return nil, err
		}
		return e.Gateway.Edit(ctx, q.ID, edit)
	},
	"events": func(ctx context.Context, e *Edge, q question) (any, error) {
		events, err := e.Gateway.History(ctx, q.ID)
		return happened{append([]sms.Event{}, events...)}, err
	},
	"resend": func(ctx context.Context, e *Edge, q question) (any, error) {
		how := sms.Again{SameID: q.SameID, ID: q.NewID}
		if q.Filter != nil {
			return alone(q, func() (any, error) { return e.Gateway.ResendMany(ctx, *q.Filter, how) })
		}
		view, known, err := e.Gateway.Resend(ctx, q.ID, how)
		return resent{view, known}, err
	},
	"modems": func(_ context.Context, e *Edge, _ question) (any, error) {
		return append([]sms.Way{}, e.Gateway.Ways()...), nil // [] rather than null
	},
	"modem/restart": func(ctx context.Context, e *Edge, q question) (any, error) {
		if e.Restart == nil {
			return nil, &sms.FieldError{Text: "this gateway drives no modems"}
		}
		return nil, e.Restart(ctx, q.Modem, q.Step)
	},
	"modem/balance": func(ctx context.Context, e *Edge, q question) (any, error) {
		if e.Balance == nil {
			return nil, &sms.FieldError{Text: "this gateway drives no modems"}
		}
		ctx, cancel := context.WithTimeout(ctx, balanceLimit)
		defer cancel()
		return e.Balance(ctx, q.Modem)
	},
	"modem/trace": func(_ context.Context, e *Edge, q question) (any, error) {
		if e.Trace == nil {
			return nil, &sms.FieldError{Text: "this gateway drives no modems"}
		}
		lines, err := e.Trace(q.Modem, false) // whoever may read the response sees it
		return traced{append([]string{}, lines[max(0, len(lines)-traceMost):]...)}, err
	},
	"modem/ussd": func(ctx context.Context, e *Edge, q question) (any, error) {
		if e.USSD == nil || e.CancelUSSD == nil {
			return nil, &sms.FieldError{Text: "this gateway drives no modems"}
		}
		ctx, cancel := context.WithTimeout(ctx, ussdLimit)
		defer cancel()
		switch {
		case q.Cancel && q.Code != "":
			return nil, &sms.FieldError{Field: "code", Text: "cannot be sent and cancelled at once: leave one of the two out"}
		case q.Cancel:
			return nil, e.CancelUSSD(ctx, q.Modem)
		}
		reply, more, err := e.USSD(ctx, q.Modem, q.Code)
		return ussdReply{reply, more}, err
	},
}

// answer answers a question, and reports whether that is said.
func (e *Edge) answer(ctx context.Context, p *broker.Publish, verb string) bool {
	if !speakable(verb) {
		return e.refuse(ctx, p, "", &sms.FieldError{Text: unknownVerb})
	}
	q, err := ask(p.Payload)
	do, known := verbs[verb]
	switch {
	case err != nil:
	case !known:
		err = &sms.FieldError{Text: unknownVerb}
	case slow[verb]:
		to := e.errands
		if q.Cancel {
			to = e.cancels
		}
		select {
		case to <- errand{verb, q}:
			return true
		default:
			err = &sms.FieldError{Text: "other modems are being dealt with; ask again later"}
		}
	}
	var data any
	if err == nil {
		data, err = do(ctx, e, q)
	}
	return e.respond(ctx, verb, q, data, err)
}

// slow are the verbs that wait for a modem, which can take minutes: requests
// must not wait behind them.
var slow = map[string]bool{"modem/balance": true, "modem/restart": true, "modem/ussd": true}

// An errand is a slow question on its way.
type errand struct {
	verb string
	q    question
}

const (
	errandsMost = 8 // that wait
	errandsOut  = 2 // that are run at a time
)

// runErrands answers slow questions until ctx is done.
func (e *Edge) runErrands(ctx context.Context, errands <-chan errand) {
	for {
		select {
		case r := <-errands:
			data, err := verbs[r.verb](ctx, e, r.q)
			e.respond(ctx, r.verb, r.q, data, err)
		case <-ctx.Done():
			return
		}
	}
}

// respond says what a question led to, and reports whether that is said.
func (e *Edge) respond(ctx context.Context, verb string, q question, data any, err error) bool {
	r := response{Transaction: q.Transaction, Status: "ok", Data: data}
	var field *sms.FieldError
	switch {
	case err == nil:
	case errors.As(err, &field), errors.Is(err, sms.ErrNotFound):
		r.Status, r.Data, r.Error = "error", nil, err.Error()
	default:
		if ctx.Err() != nil {
			return false
		}
		e.log.Warn("question not answered", "verb", verb, "err", err)
		r.Status, r.Data, r.Error = "error", nil, "the gateway cannot tell just now; ask again later"
	}
	return e.say(ctx, e.topics.response(verb), r)
}

var unknownVerb = "the verbs are " + strings.Join(slices.Sorted(maps.Keys(verbs)), ", ")

// ask reads a question. What could be read of it comes back with an error too.
func ask(payload []byte) (question, error) {
	var q question
	if len(bytes.TrimSpace(payload)) == 0 {
		return q, nil
	}
	const most = 4096 // octets: a transaction and an id
	if len(payload) > most {
		return q, &sms.FieldError{Text: "the question is larger than 4 KiB"}
	}
	d := json.NewDecoder(bytes.NewReader(payload))
	d.DisallowUnknownFields()
	err := d.Decode(&q)
	if err == nil {
		if _, more := d.Token(); more != io.EOF {
			err = errors.New("more than one value")
		}
	}
	if err != nil {
		return q, &sms.FieldError{Text: `the question is not JSON such as {"transaction":1,"id":"…"}`}
	}
	return q, nil
}

// speakable reports whether a verb can stand in the topic of a response.
func speakable(verb string) bool {
	const most = 64
	return verb != "" && len(verb) <= most && strings.Trim(verb, "abcdefghijklmnopqrstuvwxyz0123456789_-/") == ""
}

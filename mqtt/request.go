package mqtt

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pigeon-sms/pigeon/mqtt/broker"
	"github.com/pigeon-sms/pigeon/sms"
)

// An outcome is what became of a publication that came in.
type outcome uint8

const (
	taken   outcome = iota // settled, and its sender told: acknowledge it
	refused                // settled: it was on a topic only the gateway publishes to
	notOurs                // on no topic of ours
	later                  // not on disk: do not acknowledge it
)

// mostRequest is the most octets of a request that are read at all. What fits
// is refused field by field, and by its id.
const mostRequest = 2 << 20

// A complaint is what base/error carries.
type complaint struct {
	Time  time.Time `json:"time"`
	Topic string    `json:"topic"` // where the request came in
	ID    string    `json:"id,omitempty"`
	Field string    `json:"field,omitempty"`
	Error string    `json:"error"` // a sentence
}

// take settles one publication from whichever broker: when it returns taken,
// a request is on disk or its sender has been told what is wrong with it. It
// is the only place where a request's topic and payload are read.
func (e *Edge) take(ctx context.Context, p *broker.Publish) outcome {
	door, rest := e.topics.door(p.Topic)
	switch door {
	case foreign:
		return notOurs
	case ours:
		if e.refuse(ctx, p, "", &sms.FieldError{Text: "only the gateway publishes on this topic"}) {
			return refused
		}
		return later
	}
	if p.Retain {
		// A retained request would be sent again to whoever subscribes, at
		// every connection.
		return said(e.refuse(ctx, p, "", &sms.FieldError{Text: "requests must not be retained; publish it without the retain flag"}))
	}
	if len(p.Payload) > mostRequest {
		return said(e.refuse(ctx, p, "", &sms.FieldError{Text: "the request is larger than 2 MiB"}))
	}
	if door == verbDoor {
		return said(e.answer(ctx, p, rest))
	}
	req, err := read(door, rest, p.Payload)
	if err != nil {
		return said(e.refuse(ctx, p, idOf(req, p.Payload), err))
	}
	req.Origin = "mqtt"
	req.Fingerprint, req.Redelivered = fingerprint(p), p.Dup
	answer, err := e.Gateway.Accept(ctx, req)
	var field *sms.FieldError
	switch {
	case errors.As(err, &field):
		return said(e.refuse(ctx, p, req.ID, field))
	case errors.Is(err, sms.ErrFull):
		return said(e.refuse(ctx, p, req.ID, &sms.FieldError{Text: "the queue is full; send it again later"}))
	case err != nil:
		if ctx.Err() == nil {
			e.log.Warn("a request waits to be stored", "err", err)
		}
		return later
	}
	if answer.Known {
		for _, ev := range answer.Events {
			if !e.say(ctx, e.topics.message(ev.ID), ev) {
				return later
			}
		}
	}
	return taken
}

// takeSurely takes a publication, trying again until it is settled or ctx is
// done.
func (e *Edge) takeSurely(ctx context.Context, p *broker.Publish) outcome {
	const most = 10 * time.Second
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, most) {
		if o := e.take(ctx, p); o != later {
			return o
		}
		select {
		case <-ctx.Done():
			return later
		case <-time.After(pause):
		}
	}
}

// read makes a request of what came in by a door.
func read(door door, number string, payload []byte) (*sms.Request, error) {
	if door == sendDoor {
		return sms.ParseRequest(payload)
	}
	switch {
	case number == "" || strings.Contains(number, "/"):
		return nil, &sms.FieldError{Field: "to", Text: "has to be one level of the topic, after send/"}
	case len(payload) == 0:
		return nil, &sms.FieldError{Field: "text", Text: "is empty"}
	case !utf8.Valid(payload):
		return nil, &sms.FieldError{Field: "text", Text: "is not UTF-8"}
	}
	// Plain text is the same request written shorter.
	long, err := json.Marshal(map[string]string{"to": topicNumber(number), "text": string(payload)})
	if err != nil {
		return nil, &sms.FieldError{Field: "text", Text: "cannot be read"}
	}
	return sms.ParseRequest(long)
}

// idOf is the id by which a request that could not be read can be refused, if
// there is one.
func idOf(r *sms.Request, payload []byte) string {
	if r != nil && (r.ID != "" || len(payload) <= sms.MaxRequest) {
		return r.ID
	}
	// Too large to be read, but perhaps not to be answered by name.
	d := json.NewDecoder(bytes.NewReader(payload))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return ""
	}
	for d.More() {
		var value json.RawMessage
		name, err := d.Token()
		if err != nil || d.Decode(&value) != nil {
			return ""
		}
		var id string
		if name == "id" && json.Unmarshal(value, &id) == nil {
			return id
		}
	}
	return ""
}

// fingerprint tells a publication sent again from another with the same words:
// a packet id belongs to one publication until that is acknowledged. The core
// consults it only for a publication marked as sent again (MQTT 3.1.1 §3.3.1.1),
// since packet ids come round.
func fingerprint(p *broker.Publish) string {
	if p.QoS == 0 {
		return "" // no packet id, and never sent again
	}
	h := sha256.New()
	for _, s := range [][]byte{[]byte(p.Client), {byte(p.ID >> 8), byte(p.ID)}, []byte(p.Topic), p.Payload} {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(s)))
		h.Write(n[:])
		h.Write(s)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// refuse tells a request's sender what is wrong with it: on base/error, and
// where the request has an id as its event too. It reports whether that is
// said.
func (e *Edge) refuse(ctx context.Context, p *broker.Publish, id string, why error) bool {
	fault := sms.Fault{Text: why.Error()}
	var field *sms.FieldError
	if errors.As(why, &field) {
		fault.Field, fault.Text = field.Field, field.Text
	}
	if !legible(id) {
		id = ""
	}
	now := time.Now().UTC()
	e.log.Debug("request refused", "id", id, "field", fault.Field)
	if id != "" {
		ev := sms.Event{Time: now, ID: id, State: sms.Rejected, Final: true, Error: &fault}
		if !e.say(ctx, e.topics.message(id), ev) {
			return false
		}
	}
	return e.say(ctx, e.topics.error(), complaint{Time: now, Topic: shorten(p.Topic), ID: id, Field: fault.Field, Error: fault.Text})
}

// said turns whether a sender has been told into what becomes of the request.
func said(ok bool) outcome {
	if ok {
		return taken
	}
	return later
}

// shorten keeps enough of a topic to recognise it by.
func shorten(s string) string {
	const most = 256
	if len(s) <= most {
		return s
	}
	for i := most; ; i-- {
		if utf8.RuneStart(s[i]) {
			return s[:i] + "…"
		}
	}
}

// say hands the writer something to publish, and reports whether it could
// before ctx was done.
func (e *Edge) say(ctx context.Context, topic string, v any) bool {
	payload, err := json.Marshal(v)
	if err != nil {
		e.log.Error("notice cannot be written", "topic", topic, "err", err)
		return true // and never will be
	}
	select {
	case e.notices <- publication{topic: topic, payload: payload}:
		return true
	case <-ctx.Done():
		return false
	}
}

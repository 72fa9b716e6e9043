package sms

import (
	"encoding/json"
	"time"
)

// A Message is what a person wrote, whole, to one recipient. Once it has been
// tried it never changes, save that one sent again under its id may be given more
// time; what happens to it is told by its Status and its events.
type Message struct {
	Num     uint64 `json:"num"`               // the store's own number, in order of acceptance; 0 before that
	ID      string `json:"id"`                // the caller's key, 1 to 64 of A-Z a-z 0-9 . _ : -
	Request string `json:"request,omitempty"` // the id of the request, where it named several recipients
	Of      string `json:"of,omitempty"`      // the id of the message that this one sends again

	To         Number `json:"to"`
	Text       string `json:"text,omitempty"`
	Data       []byte `json:"data,omitempty"`        // octets in place of text
	Port       uint16 `json:"port,omitempty"`        // destination port of Data, 3GPP TS 23.040 §9.2.3.24.4
	SourcePort uint16 `json:"source_port,omitempty"` // originator port of Data

	From        string          `json:"from,omitempty"`
	Route       string          `json:"route,omitempty"` // a way or a route by name; empty lets the table decide
	Encoding    Encoding        `json:"encoding"`
	Flash       bool            `json:"flash,omitempty"`      // message class 0, shown at once and not stored
	ReplyPath   bool            `json:"reply_path,omitempty"` // TP-RP: the answer may go by the service centre this went by
	Priority    Priority        `json:"priority"`
	SendAt      time.Time       `json:"send_at,omitzero"` // not before
	Expires     time.Time       `json:"expires,omitzero"` // not after
	Receipt     bool            `json:"receipt"`          // ask the network for a report
	OnDoubt     OnDoubt         `json:"on_doubt"`
	MaxSegments int             `json:"max_segments,omitempty"` // 0: as many as the standard allows
	Meta        json.RawMessage `json:"meta,omitempty"`         // handed back in every event

	Origin   string        `json:"origin,omitempty"`   // which door it came in by: "mqtt", "http", "command"
	Accepted time.Time     `json:"accepted"`           // when it was committed, UTC
	Clock    string        `json:"clock,omitempty"`    // of Accepted, as in an Event
	Lifetime time.Duration `json:"lifetime,omitempty"` // from Accepted to Expires, where that was given as a duration and the clock may have been wrong
	Segments int           `json:"segments"`           // how many it takes
	Concat   uint16        `json:"concat,omitempty"`   // concatenation reference, from a persisted counter; the same on every attempt
}

// Since is when a message began to wait: when it was accepted, or later, where it
// was not to be sent before.
func (m *Message) Since() time.Time {
	if m.SendAt.After(m.Accepted) {
		return m.SendAt
	}
	return m.Accepted
}

// Encoding says how a text is put into octets.
type Encoding string

const (
	EncodingAuto  Encoding = "auto"  // the smallest that loses nothing
	EncodingGSM7  Encoding = "gsm7"  // GSM 7-bit default alphabet and extension, 3GPP TS 23.038 §6.2.1
	EncodingUCS2  Encoding = "ucs2"  // UCS-2, with surrogate pairs as UTF-16 writes them
	EncodingASCII Encoding = "ascii" // look-alikes replaced, to stay in GSM 7-bit
)

// Priority orders messages that wait for the same way out.
type Priority uint8

const (
	Low Priority = iota
	Normal
	High
	Urgent // passes quotas and quiet hours
)

var priorities = [...]string{Low: "low", Normal: "normal", High: "high", Urgent: "urgent"}

// String returns the name users write: low, normal, high or urgent.
func (p Priority) String() string {
	if int(p) < len(priorities) {
		return priorities[p]
	}
	return "unknown"
}

// MarshalText writes the name users write.
func (p Priority) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads low, normal, high or urgent, and nothing else.
func (p *Priority) UnmarshalText(b []byte) error {
	for i, s := range priorities {
		if s == string(b) {
			*p = Priority(i)
			return nil
		}
	}
	return &FieldError{Field: "priority", Text: quote(string(b)) + " is not one of low, normal, high, urgent"}
}

// OnDoubt says what becomes of a message when nobody knows whether the network
// took it: the power went, or the modem died, after the last octet had left.
type OnDoubt string

const (
	Resend OnDoubt = "resend" // send it again: twice rather than never
	Hold   OnDoubt = "hold"   // leave it doubtful: never twice
)

// An Attempt is one try at carrying a message over one way.
type Attempt struct {
	*Message
	N     int // 1 for the first
	First int // segments before this one were taken by the same way on an earlier attempt; 0: start at the first
}

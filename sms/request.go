package sms

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// Limits of a request. How long a text may be is MaxSegments' affair.
const (
	MaxRequest    = 64 << 10 // octets of JSON
	MaxRecipients = 1000     // of one request
	MaxMeta       = 1 << 10  // octets of JSON
	maxID         = 64       // characters of an id
	maxName       = 64       // octets of a sender, a route
)

// A Request is what a user asks for, as they wrote it: one text, or octets, for
// one or several recipients. Its fields are those of the JSON; empty ones were
// not given. Messages checks them.
type Request struct {
	ID          string          `json:"id,omitempty"`
	To          []string        `json:"to"`
	Text        string          `json:"text,omitempty"`
	Data        []byte          `json:"data,omitempty"` // base64 in JSON
	Port        int             `json:"port,omitempty"`
	SourcePort  int             `json:"source_port,omitempty"`
	From        string          `json:"from,omitempty"`
	Route       string          `json:"route,omitempty"`
	Encoding    Encoding        `json:"encoding,omitempty"`
	Flash       bool            `json:"flash,omitempty"`
	ReplyPath   bool            `json:"reply_path,omitempty"`
	Priority    string          `json:"priority,omitempty"`
	SendAt      string          `json:"send_at,omitempty"` // RFC 3339
	Expires     string          `json:"expires,omitempty"` // RFC 3339, or a duration: "10m", "2d"
	Receipt     *bool           `json:"receipt,omitempty"` // nil: yes
	OnDoubt     OnDoubt         `json:"on_doubt,omitempty"`
	MaxSegments int             `json:"max_segments,omitempty"`
	Meta        json.RawMessage `json:"meta,omitempty"`

	Origin      string `json:"-"` // the door it came in by: "mqtt", "http", "command"
	Fingerprint string `json:"-"` // the same for a delivery and its repetition, where the door can tell
	Redelivered bool   `json:"-"` // the transport marked it as a repetition
}

// Messages checks the request and makes one message for each recipient, as of
// now. The ids are the request's own, or for several recipients id.1, id.2, …;
// a request without one is given a UUIDv7. A recipient named twice, in whatever
// writing, gets one message. The error is a *FieldError.
func (r *Request) Messages(now time.Time, home Country) ([]*Message, error) {
	to, err := r.recipients(home)
	if err != nil {
		return nil, err
	}
	id, err := r.key(len(to))
	if err != nil {
		return nil, err
	}
	m := Message{From: r.From, Route: r.Route, Flash: r.Flash, ReplyPath: r.ReplyPath, Receipt: r.Receipt == nil || *r.Receipt,
		MaxSegments: r.MaxSegments, Origin: r.Origin, Accepted: now.UTC(), To: to[0]}
	for _, set := range []func(*Message) error{r.setContent, r.setChoices, r.setMeta, r.setSegments} {
		if err := set(&m); err != nil {
			return nil, err
		}
	}
	if m.SendAt, m.Expires, m.Lifetime, err = r.times(now); err != nil {
		return nil, err
	}
	if len(to) > 1 {
		m.Request = id
	}
	messages := make([]*Message, len(to))
	for i, n := range to {
		one := m
		one.To, one.ID = n, id
		if len(to) > 1 {
			one.ID = fmt.Sprintf("%s.%d", id, i+1)
		}
		messages[i] = &one
	}
	return messages, nil
}

// recipients reads the numbers and leaves out what stands there twice.
func (r *Request) recipients(home Country) ([]Number, error) {
	switch n := len(r.To); {
	case n == 0:
		return nil, &FieldError{"to", "is missing: say to which number"}
	case n > MaxRecipients:
		return nil, &FieldError{"to", fmt.Sprintf("has %d recipients; one request takes at most %d", n, MaxRecipients)}
	}
	seen := make(map[Number]bool, len(r.To))
	to := make([]Number, 0, len(r.To))
	for _, s := range r.To {
		n, err := ParseNumber(s, home)
		if err != nil {
			if fault, ok := err.(*FieldError); ok && len(r.To) > 1 {
				err = &FieldError{"to", quote(s) + " " + fault.Text}
			}
			return nil, err
		}
		if !seen[n] {
			seen[n] = true
			to = append(to, n)
		}
	}
	return to, nil
}

// key returns the id for so many recipients.
func (r *Request) key(recipients int) (string, error) {
	if r.ID == "" {
		id, err := uuid.NewV7()
		if err != nil {
			return "", fmt.Errorf("make an id: %w", err)
		}
		return id.String(), nil
	}
	if text := badID(r.ID); text != "" {
		return "", &FieldError{"id", text}
	}
	if last := fmt.Sprintf("%s.%d", r.ID, recipients); recipients > 1 && len(last) > maxID {
		return "", &FieldError{"id", fmt.Sprintf("is too long: with %d recipients the ids reach %d characters, and %d is the most",
			recipients, len(last), maxID)}
	}
	return r.ID, nil
}

// badID says what is wrong with an id; nothing if it is empty.
func badID(id string) string {
	switch {
	case id == "":
		return "is empty"
	case len(id) > maxID:
		return fmt.Sprintf("is too long: %d is the most", maxID)
	case id == "." || id == "..":
		return "is the name of a folder, which no address can end with"
	}
	for _, c := range id {
		letter := c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
		if !letter && (c < '0' || c > '9') && !strings.ContainsRune("._:-", c) {
			return "has " + quote(string(c)) + "; it may hold A-Z a-z 0-9 . _ : -"
		}
	}
	return ""
}

func (r *Request) setContent(m *Message) error {
	switch {
	case r.Text == "" && len(r.Data) == 0:
		return &FieldError{"text", "is missing: give a text, or data"}
	case r.Text != "" && len(r.Data) > 0:
		return &FieldError{"data", "stands beside text; a message has one of them"}
	case !utf8.ValidString(r.Text):
		return &FieldError{"text", "is not UTF-8"}
	case len(r.Data) == 0 && r.Port != 0:
		return &FieldError{"port", "goes with data, and there is none"}
	case len(r.Data) == 0 && r.SourcePort != 0:
		return &FieldError{"source_port", "goes with data, and there is none"}
	case len(r.Data) > 0 && (r.Port < 1 || r.Port > 65535):
		return &FieldError{"port", "has to be a number from 1 to 65535 when data is sent"}
	case r.SourcePort < 0 || r.SourcePort > 65535:
		return &FieldError{"source_port", "is not a number from 0 to 65535"}
	}
	m.Text, m.Data = r.Text, r.Data
	m.Port, m.SourcePort = uint16(r.Port), uint16(r.SourcePort)
	return nil
}

func (r *Request) setChoices(m *Message) error {
	switch m.Encoding = r.Encoding; m.Encoding {
	case "":
		m.Encoding = EncodingAuto
	case EncodingAuto, EncodingGSM7, EncodingUCS2, EncodingASCII:
	default:
		return &FieldError{"encoding", quote(string(r.Encoding)) + " is not one of auto, gsm7, ucs2, ascii"}
	}
	switch m.OnDoubt = r.OnDoubt; m.OnDoubt {
	case "":
		m.OnDoubt = Resend
	case Resend, Hold:
	default:
		return &FieldError{"on_doubt", quote(string(r.OnDoubt)) + " is not one of resend, hold"}
	}
	m.Priority = Normal
	if r.Priority != "" {
		if err := m.Priority.UnmarshalText([]byte(r.Priority)); err != nil {
			return err
		}
	}
	if text := badName(r.From); text != "" {
		return &FieldError{"from", text}
	}
	if text := badName(r.Route); text != "" {
		return &FieldError{"route", text}
	}
	return nil
}

// badName says what is wrong with a sender or a route; nothing if it is empty.
func badName(s string) string {
	switch {
	case len(s) > maxName:
		return fmt.Sprintf("is too long: %d is the most", maxName)
	case !utf8.ValidString(s):
		return "is not UTF-8"
	case strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return "has a control character"
	}
	return ""
}

func (r *Request) setMeta(m *Message) error {
	if r.Meta == nil {
		return nil
	}
	meta, text := compactObject(r.Meta, MaxMeta)
	if text != "" {
		return &FieldError{"meta", text}
	}
	m.Meta = meta
	return nil
}

func (r *Request) setSegments(m *Message) error {
	segments, err := Segments(m)
	if err != nil {
		return err
	}
	m.Segments = len(segments)
	switch {
	case m.MaxSegments < 0:
		return &FieldError{"max_segments", "has to be 1 or more"}
	case m.MaxSegments > 0 && m.Segments > m.MaxSegments:
		return &FieldError{"max_segments", fmt.Sprintf("allows %d, and the message takes %d", m.MaxSegments, m.Segments)}
	}
	return nil
}

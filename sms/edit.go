package sms

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// editable lists the fields of a request that may be changed while the message
// waits for its first attempt.
var editable = []string{"to", "text", "send_at", "expires", "priority"}

// An Edit is what somebody wants changed about a message that waits.
type Edit struct {
	want  Request
	given []string // names of the fields that are to be changed, in the order of editable
}

// ParseEdit reads the JSON of an edit: an object with one or more of to, text,
// send_at, expires and priority, written as in a request. A send_at that is null
// is now, and an expires that is null what it is by default. The error is a
// *FieldError.
func ParseEdit(b []byte) (*Edit, error) {
	if len(b) > MaxRequest {
		return nil, &FieldError{"", fmt.Sprintf("the edit has %d octets; %d is the most", len(b), MaxRequest)}
	}
	members, err := membersOf(b)
	if err != nil {
		return nil, err
	}
	e := &Edit{}
	for _, m := range members {
		i := fieldNamed(m.name)
		switch {
		case i < 0:
			return nil, unknownField(m.name)
		case !slices.Contains(editable, fields[i].name):
			return nil, &FieldError{m.name, "cannot be changed; there are: " + strings.Join(editable, ", ")}
		case slices.Contains(e.given, fields[i].name):
			return nil, &FieldError{m.name, "stands there twice"}
		}
		e.given = append(e.given, fields[i].name)
		if string(m.raw) == "null" {
			if name := fields[i].name; name != "send_at" && name != "expires" {
				return nil, &FieldError{m.name, "cannot be nothing"}
			}
			continue
		}
		if text := badJSONText(m.raw); text != "" {
			return nil, &FieldError{m.name, text}
		}
		if text := fields[i].read(&e.want, m.raw); text != "" {
			return nil, &FieldError{m.name, text}
		}
	}
	if len(e.given) == 0 {
		return nil, &FieldError{"", "nothing is to be changed; there are: " + strings.Join(editable, ", ")}
	}
	slices.SortFunc(e.given, func(a, b string) int { return slices.Index(editable, a) - slices.Index(editable, b) })
	return e, nil
}

// Given names the fields that are to be changed.
func (e *Edit) Given() []string { return e.given }

// Apply checks the edit as a request is checked, and returns the message as it is
// to be, as of now. The error is a *FieldError.
func (e *Edit) Apply(m *Message, now time.Time, home Country) (*Message, error) {
	r := Request{ID: m.ID, To: []string{string(m.To)}, Text: m.Text, Data: m.Data, Port: int(m.Port), SourcePort: int(m.SourcePort),
		From: m.From, Route: m.Route, Encoding: m.Encoding, Flash: m.Flash, Priority: m.Priority.String(),
		SendAt: written(m.SendAt), Expires: written(m.Expires), Receipt: &m.Receipt, OnDoubt: m.OnDoubt,
		MaxSegments: m.MaxSegments, Meta: m.Meta}
	to := false
	for _, name := range e.given {
		switch name {
		case "to":
			if r.To, to = e.want.To, true; len(r.To) != 1 {
				return nil, &FieldError{"to", fmt.Sprintf("names %d recipients; this is one message", len(r.To))}
			}
		case "text":
			r.Text = e.want.Text
		case "send_at":
			r.SendAt = e.want.SendAt
		case "expires":
			r.Expires = e.want.Expires
		case "priority":
			r.Priority = e.want.Priority
		}
	}
	ms, err := r.Messages(now, home)
	if err != nil {
		return nil, err
	}
	next := *m
	next.Text, next.SendAt, next.Expires, next.Priority = ms[0].Text, ms[0].SendAt, ms[0].Expires, ms[0].Priority
	if next.Segments = ms[0].Segments; to {
		next.To = ms[0].To // else it stays as it was read then
	}
	return &next, nil
}

// written is a time as a request has it; empty for none.
func written(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339Nano)
}

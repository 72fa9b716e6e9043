package sms

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// fields lists what a request may hold: the canonical name, and what else is
// read as it.
var fields = []struct {
	name    string
	aliases []string
	read    func(r *Request, raw json.RawMessage) string // what is wrong with the value, or nothing
}{
	{"id", nil, readID},
	{"to", []string{"number", "target", "recipient"}, readTo},
	{"text", []string{"body", "message"}, func(r *Request, raw json.RawMessage) string { return readString(raw, &r.Text) }},
	{"data", nil, readData},
	{"port", nil, func(r *Request, raw json.RawMessage) string { return readInt(raw, &r.Port) }},
	{"source_port", nil, func(r *Request, raw json.RawMessage) string { return readInt(raw, &r.SourcePort) }},
	{"from", nil, func(r *Request, raw json.RawMessage) string { return readString(raw, &r.From) }},
	{"route", nil, func(r *Request, raw json.RawMessage) string { return readString(raw, &r.Route) }},
	{"encoding", nil, func(r *Request, raw json.RawMessage) string { return readString(raw, (*string)(&r.Encoding)) }},
	{"flash", nil, func(r *Request, raw json.RawMessage) string { return readBool(raw, &r.Flash) }},
	{"reply_path", nil, func(r *Request, raw json.RawMessage) string { return readBool(raw, &r.ReplyPath) }},
	{"priority", nil, func(r *Request, raw json.RawMessage) string { return readString(raw, &r.Priority) }},
	{"send_at", nil, func(r *Request, raw json.RawMessage) string { return readString(raw, &r.SendAt) }},
	{"expires", nil, func(r *Request, raw json.RawMessage) string { return readString(raw, &r.Expires) }},
	{"receipt", nil, func(r *Request, raw json.RawMessage) string { r.Receipt = new(bool); return readBool(raw, r.Receipt) }},
	{"on_doubt", nil, func(r *Request, raw json.RawMessage) string { return readString(raw, (*string)(&r.OnDoubt)) }},
	{"max_segments", nil, readMaxSegments},
	{"meta", nil, func(r *Request, raw json.RawMessage) string {
		var text string
		r.Meta, text = compactObject(raw, MaxMeta)
		return text
	}},
}

// ParseRequest reads the JSON of a request: one object with known fields, each
// once, of the right type. A field that is null counts as absent.
//
// The error is a *FieldError; its Field is empty where the JSON itself cannot
// be read. The request is returned even then, with the id if one was legible,
// so that the refusal can be answered by name.
func ParseRequest(b []byte) (*Request, error) {
	r := new(Request)
	if len(b) > MaxRequest {
		return r, &FieldError{"", fmt.Sprintf("the request has %d octets; %d is the most", len(b), MaxRequest)}
	}
	members, broken := membersOf(b)
	r.ID = legibleID(members)
	if broken != nil {
		return r, broken
	}
	given := make(map[string]string, len(members)) // canonical name to the name it was given by
	for _, m := range members {
		i := fieldNamed(m.name)
		if i < 0 {
			return r, unknownField(m.name)
		}
		f := fields[i]
		if earlier, twice := given[f.name]; twice {
			if earlier == m.name {
				return r, &FieldError{m.name, "stands there twice"}
			}
			return r, &FieldError{m.name, "stands there beside " + earlier + ", which means the same"}
		}
		given[f.name] = m.name
		if string(m.raw) == "null" {
			continue
		}
		if text := badJSONText(m.raw); text != "" {
			return r, &FieldError{m.name, text}
		}
		if text := f.read(r, m.raw); text != "" {
			return r, &FieldError{m.name, text}
		}
	}
	return r, nil
}

// A member is one name and value of a JSON object.
type member struct {
	name string
	raw  json.RawMessage
}

// membersOf splits an object. Where it breaks off, those before are returned
// with the error.
func membersOf(b []byte) ([]member, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	first, err := d.Token()
	if err != nil {
		return nil, brokenJSON(d, err)
	}
	if first != json.Delim('{') {
		return nil, &FieldError{"", "the request is not a JSON object: it has to begin with {"}
	}
	var members []member
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return members, brokenJSON(d, err)
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return members, brokenJSON(d, err)
		}
		members = append(members, member{name.(string), raw}) // a decoder takes no other name in an object
	}
	if _, err := d.Token(); err != nil {
		return members, brokenJSON(d, err)
	}
	end := d.InputOffset()
	if _, err := d.Token(); err != io.EOF {
		return members, &FieldError{"", fmt.Sprintf("something follows the JSON object, after octet %d", end)}
	}
	return members, nil
}

// brokenJSON says where JSON cannot be read on, and why.
func brokenJSON(d *json.Decoder, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return &FieldError{"", fmt.Sprintf("the JSON ends too early, after octet %d", d.InputOffset())}
	}
	at := d.InputOffset()
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		at = syntax.Offset
	}
	return &FieldError{"", fmt.Sprintf("the JSON cannot be read near octet %d: %s", at, strings.TrimPrefix(err.Error(), "json: "))}
}

// legibleID returns the id if there is one, and only one, and it is valid.
func legibleID(members []member) string {
	id, found := "", false
	for _, m := range members {
		if m.name != "id" {
			continue
		}
		if found {
			return ""
		}
		found = true
		if readString(m.raw, &id) != "" || badID(id) != "" {
			id = ""
		}
	}
	return id
}

// readID only checks: legibleID has filled the id before anything could fail.
func readID(_ *Request, raw json.RawMessage) string {
	var id string
	if text := readString(raw, &id); text != "" {
		return text
	}
	return badID(id)
}

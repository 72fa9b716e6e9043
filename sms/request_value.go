package sms

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The readers below take one value each and say what is wrong with it, or
// nothing.

func readTo(r *Request, raw json.RawMessage) string {
	switch raw[0] {
	case '"':
		var s string
		text := readString(raw, &s)
		r.To = []string{s}
		return text
	case '[':
		var list []json.RawMessage
		if err := json.Unmarshal(raw, &list); err != nil {
			return err.Error()
		}
		if len(list) == 0 {
			return "names no recipient"
		}
		r.To = make([]string, len(list))
		for i, one := range list {
			if text := readTelephone(one, &r.To[i]); text != "" {
				return text
			}
		}
		return ""
	}
	var s string
	return readTelephone(raw, &s)
}

func readTelephone(raw json.RawMessage, to *string) string {
	if raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9' {
		return "is a bare number, which loses a leading + or 0; put it in quotes"
	}
	return readString(raw, to)
}

func readString(raw json.RawMessage, to *string) string {
	if raw[0] != '"' {
		return "has to be a string, not " + kind(raw)
	}
	if err := json.Unmarshal(raw, to); err != nil {
		return err.Error()
	}
	return ""
}

func readBool(raw json.RawMessage, to *bool) string {
	if raw[0] != 't' && raw[0] != 'f' {
		return "has to be true or false, not " + kind(raw)
	}
	*to = raw[0] == 't'
	return ""
}

func readInt(raw json.RawMessage, to *int) string {
	n, err := strconv.ParseInt(string(raw), 10, 32)
	if err != nil {
		return "has to be a whole number, not " + kind(raw)
	}
	*to = int(n)
	return ""
}

func readMaxSegments(r *Request, raw json.RawMessage) string {
	if text := readInt(raw, &r.MaxSegments); text != "" {
		return text
	}
	if r.MaxSegments < 1 {
		return "has to be 1 or more"
	}
	return ""
}

func readData(r *Request, raw json.RawMessage) string {
	var s string
	if text := readString(raw, &s); text != "" {
		return text
	}
	b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
	if err != nil {
		return "is not base64"
	}
	if len(b) == 0 {
		return "is empty"
	}
	r.Data = b
	return ""
}

// compactObject drops the white space of an object, and says what is wrong
// with one that is none or too large.
func compactObject(raw json.RawMessage, most int) (json.RawMessage, string) {
	var b bytes.Buffer
	if err := json.Compact(&b, raw); err != nil {
		return nil, "is not JSON"
	}
	switch {
	case b.Len() == 0 || b.Bytes()[0] != '{':
		return nil, "has to be an object, not " + kind(b.Bytes())
	case b.Len() > most:
		return nil, fmt.Sprintf("has %d octets; %d is the most", b.Len(), most)
	}
	return b.Bytes(), ""
}

// kind names the type of a JSON value.
func kind(raw []byte) string {
	if len(raw) == 0 {
		return "nothing"
	}
	switch c := raw[0]; {
	case c == '"':
		return "a string"
	case c == '{':
		return "an object"
	case c == '[':
		return "a list"
	case c == 't' || c == 'f':
		return "a truth value"
	case c == 'n':
		return "null"
	}
	return "the number " + quote(string(raw))
}

// badJSONText says what is wrong with the characters of a value. Decoding would
// replace them and say nothing.
func badJSONText(raw json.RawMessage) string {
	if !utf8.Valid(raw) {
		return "is not UTF-8"
	}
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		i++ // to what is escaped; the value is valid JSON, so there is something
		unit, ok := escapedUnit(raw[i-1:])
		if !ok || unit < 0xD800 || unit > 0xDFFF {
			continue
		}
		low, ok := escapedUnit(raw[i+5:])
		if unit > 0xDBFF || !ok || low < 0xDC00 || low > 0xDFFF {
			return "has half of a surrogate pair: a character was cut in two"
		}
		i += 10
	}
	return ""
}

// escapedUnit reads the \uXXXX that b begins with.
func escapedUnit(b []byte) (uint64, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	return n, err == nil
}

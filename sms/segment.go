package sms

import (
	"encoding/binary"
	"fmt"

	"github.com/warthog618/sms/encoding/tpdu"
)

// MaxSegments is what the one octet for it in the concatenation header can
// count.
const MaxSegments = 255

// A Segment is a piece of a message going out: the user data of one short
// message, at most 140 octets with its header.
type Segment struct {
	Coding Coding
	UDH    []byte // header without its length octet; nil where there is none
	UD     []byte // GSM 7-bit: septets, one to a byte, not packed; UCS-2: UTF-16, big endian; data: octets
}

// Segments puts a message into as many segments as it takes: one of 160
// septets, 70 UTF-16 units or 140 octets, or several of 153, 67 or 134; a port
// takes 8 septets, 4 units or 7 octets of the first kind, and 7, 3 or 6 of the
// second. No escaped character and no surrogate pair is cut in two. A text
// without a character is one segment without user data. Control characters are
// treated as Clean says.
//
// The segments of one message share the low octet of its Concat as their
// reference; everything else depends on what the message says alone, so every
// call before and after acceptance counts the same. An error is a *FieldError.
func Segments(m *Message) ([]Segment, error) {
	field, ud, coding := "data", m.Data, CodingData
	if len(m.Data) == 0 {
		var err error
		field = "text"
		if ud, coding, err = encode(m.Text, m.Encoding); err != nil {
			return nil, err
		}
	} else if m.Text != "" {
		return nil, &FieldError{Field: "data", Text: "a message holds text or data, not both"}
	}
	header := ports(m)
	if len(ud) == 0 {
		return []Segment{{Coding: coding, UDH: octets(header)}}, nil
	}

	t := tpdu.TPDU{Direction: tpdu.MO, FirstOctet: tpdu.FirstOctet(tpdu.MtSubmit), DCS: dcs[coding], UDH: header}
	pieces := t.Segment(ud, tpdu.WithConcatRef(ref(m.Concat)))
	if len(pieces) > MaxSegments { // the library numbers segment 256 as 0 and goes on
		return nil, &FieldError{Field: field, Text: fmt.Sprintf("takes %d segments, and a message has at most %d", len(pieces), MaxSegments)}
	}
	segments := make([]Segment, len(pieces))
	for i, p := range pieces {
		segments[i] = Segment{Coding: coding, UDH: octets(p.UDH), UD: p.UD}
	}
	return segments, nil
}

// Count returns how many segments a text takes, and in which coding.
func Count(text string, e Encoding) (segments int, coding Coding, err error) {
	s, err := Segments(&Message{Text: text, Encoding: e})
	if err != nil {
		return 0, "", err
	}
	return len(s), s[0].Coding, nil
}

// dcs holds the data coding schemes the library reads an alphabet from.
var dcs = map[Coding]tpdu.DCS{CodingGSM7: 0x00, CodingData: tpdu.Dcs8BitData, CodingUCS2: tpdu.DcsUCS2Data}

// ref is a concatenation reference in the shape the library asks for.
type ref uint16

// Count returns the low octet: the 8-bit reference leaves a character more to
// each segment than the 16-bit one, and is understood everywhere.
func (r ref) Count() int { return int(r & 0xFF) }

// ports returns the header that leads to the message's application, nil where
// it names none.
func ports(m *Message) tpdu.UserDataHeader {
	if m.Port == 0 && m.SourcePort == 0 {
		return nil
	}
	data := binary.BigEndian.AppendUint16(nil, m.Port)
	data = binary.BigEndian.AppendUint16(data, m.SourcePort)
	return tpdu.UserDataHeader{{ID: iePort16, Data: data}}
}

// octets returns a header without its length octet.
func octets(h tpdu.UserDataHeader) []byte {
	b, _ := h.MarshalBinary() // has no error to give
	if len(b) == 0 {
		return nil
	}
	return b[1:]
}

package modemsim

import "errors"

// Information elements, 3GPP TS 23.040 §9.2.3.24.
const (
	ieConcat8  = 0x00
	iePort16   = 0x05
	ieConcat16 = 0x08
	ieSingle   = 0x24 // national language single shift
	ieLocking  = 0x25 // national language locking shift
)

// An Element is one information element of a user data header.
type Element struct {
	ID   byte
	Data []byte
}

// A Concat is a segment's place in a concatenated message.
type Concat struct {
	Ref        uint16
	Wide       bool // the reference has 16 bits
	Total, Seq int
}

// takeHeader reads a user data header, which begins with its own length, and
// returns what follows it.
func takeHeader(b []byte) (elements []Element, rest []byte, err error) {
	if len(b) == 0 || len(b) < 1+int(b[0]) {
		return nil, nil, errors.New("the user data header is longer than the user data")
	}
	h, rest := b[1:1+int(b[0])], b[1+int(b[0]):]
	for len(h) > 0 {
		if len(h) < 2 || len(h) < 2+int(h[1]) {
			return nil, nil, errors.New("an element is longer than the user data header")
		}
		n := 2 + int(h[1])
		elements = append(elements, Element{h[0], h[2:n]})
		h = h[n:]
	}
	return elements, rest, nil
}

// putHeader writes elements as a user data header, with its length; nothing
// where there are none.
func putHeader(elements []Element) []byte {
	if len(elements) == 0 {
		return nil
	}
	b := []byte{0}
	for _, e := range elements {
		b = append(append(b, e.ID, byte(len(e.Data))), e.Data...)
	}
	b[0] = byte(len(b) - 1)
	return b
}

// concatElement writes a place in a concatenated message.
func concatElement(c Concat) Element {
	if c.Wide {
		return Element{ieConcat16, []byte{byte(c.Ref >> 8), byte(c.Ref), byte(c.Total), byte(c.Seq)}}
	}
	return Element{ieConcat8, []byte{byte(c.Ref), byte(c.Total), byte(c.Seq)}}
}

// A header is what the elements that concern a text say. Of a repeated element
// the last one counts, 3GPP TS 23.040 §9.2.3.24.
type header struct {
	concat          *Concat
	port            int // destination port, -1 where none is named
	locking, single Language
	fault           string // what is not as the standard has it
}

func readHeader(elements []Element) header {
	h := header{port: -1}
	for _, e := range elements {
		switch d := e.Data; {
		case e.ID == ieConcat8 && len(d) == 3:
			h.concat = &Concat{Ref: uint16(d[0]), Total: int(d[1]), Seq: int(d[2])}
		case e.ID == ieConcat16 && len(d) == 4:
			h.concat = &Concat{Ref: uint16(d[0])<<8 | uint16(d[1]), Wide: true, Total: int(d[2]), Seq: int(d[3])}
		case e.ID == iePort16 && len(d) == 4:
			h.port = int(d[0])<<8 | int(d[1])
		case e.ID == ieLocking && len(d) == 1:
			h.locking = Language(d[0])
		case e.ID == ieSingle && len(d) == 1:
			h.single = Language(d[0])
		case e.ID == ieConcat8, e.ID == ieConcat16, e.ID == iePort16, e.ID == ieLocking, e.ID == ieSingle:
			h.fault = "an element of the user data header has a wrong length"
		}
	}
	if c := h.concat; c != nil && (c.Total == 0 || c.Seq == 0 || c.Seq > c.Total) {
		h.concat, h.fault = nil, "the concatenation has an impossible place"
	}
	return h
}

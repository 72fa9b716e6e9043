package sms

import (
	"encoding/binary"
	"errors"
	"strings"
	"unicode/utf16"

	"github.com/warthog618/sms/encoding/gsm7"
	"github.com/warthog618/sms/encoding/ucs2"
)

// Clean returns text as it can be sent: control characters (C0 but LF, CR and
// FF, then DEL and C1) become spaces. None has a place in the GSM alphabet,
// and ESC would reach the phone as the first half of another character.
func Clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\f':
			return r
		case r < 0x20 || r >= 0x7F && r < 0xA0:
			return ' '
		}
		return r
	}, text)
}

// encode puts a text into user data: septets, one to a byte and not packed,
// or UTF-16, big endian. The default alphabet and its extension are all it
// uses of GSM 7-bit: a phone that lacks a national table shows other letters.
func encode(text string, e Encoding) ([]byte, Coding, error) {
	text = Clean(text)
	switch e {
	case EncodingUCS2:
		return ucs2.Encode([]rune(text)), CodingUCS2, nil
	case EncodingAuto, "":
		if ud, err := gsm7.Encode([]byte(text)); err == nil {
			return ud, CodingGSM7, nil
		}
		return ucs2.Encode([]rune(text)), CodingUCS2, nil
	case EncodingASCII:
		text = plain(text)
	case EncodingGSM7:
	default:
		return nil, "", &FieldError{Field: "encoding", Text: quote(string(e)) + " is not one of auto, gsm7, ucs2, ascii"}
	}
	ud, err := gsm7.Encode([]byte(text))
	if bad := gsm7.ErrInvalidUTF8(0); errors.As(err, &bad) {
		return nil, "", &FieldError{Field: "text", Text: "the GSM 7-bit alphabet has no " + quote(string(rune(bad)))}
	}
	return ud, CodingGSM7, err
}

// DecodeGSM7 reads septets, one to a byte, with the national language tables
// that a header named: locking in place of the default alphabet, single in
// place of its extension. 0 and tables unknown to 3GPP TS 23.038 mean the
// default. An escape with nothing to escape, and what no table has, read as
// spaces.
func DecodeGSM7(septets []byte, locking, single byte) string {
	d := decoder(locking, single)
	b, _ := d.Decode(septets) // a decoder that is not strict has no error to give
	return string(b)
}

// DecodeUCS2 reads UTF-16, big endian, as phones send it under the name of
// UCS-2. A half of a surrogate pair without the other reads as U+FFFD, and a
// last octet without its second is left out.
func DecodeUCS2(octets []byte) string {
	units := make([]uint16, len(octets)/2)
	for i := range units {
		units[i] = binary.BigEndian.Uint16(octets[2*i:])
	}
	return string(utf16.Decode(units))
}

package pdu

import (
	"fmt"
	"math/bits"
)

// An Inexact tells what had to be forgiven to read a PDU. The zero value is a
// PDU by the book. Field, Offset and Status are of the first thing that a strict
// receiver refuses, or else of the first.
type Inexact struct {
	Kinds  Kinds
	Field  string // as the specification spells it
	Offset int    // of the octet in the PDU, from 0
	Status Status // what a strict receiver answers; 0: nothing to refuse
}

// Exact reports whether nothing had to be forgiven.
func (x Inexact) Exact() bool { return x.Kinds == 0 }

// Refuse returns the error with which a strict receiver turns the PDU away, or
// nil where even that one takes it.
func (x Inexact) Refuse(id ID, sequence uint32) error {
	if x.Status == StatusOK {
		return nil
	}
	return &BodyError{ID: id, Sequence: sequence, Status: x.Status, Field: x.Field, Offset: x.Offset, Reason: x.Kinds.String()}
}

// String returns what was forgiven, for a log.
func (x Inexact) String() string {
	if x.Exact() {
		return "exact"
	}
	return fmt.Sprintf("%v (first: %s at octet %d)", x.Kinds, x.Field, x.Offset)
}

// Kinds is a set of what may be forgiven.
type Kinds uint32

// What is forgiven. The numbers are those of the table of deviations in the
// tests.
const (
	Unterminated    Kinds = 1 << iota // a C-Octet String without its NUL: it ends with the PDU
	TooLong                           // a C-Octet String longer than its field
	NoBody                            // a response without the body it should have
	BodyOnError                       // a refusal with a body
	BodyCut                           // a response that ends before its last field
	ShortMessageCut                   // sm_length beyond the end of the PDU
	TrailingOctets                    // octets at the end that are nothing
	TLVCut                            // a TLV beyond the end of the PDU
	TLVLength                         // a TLV of a length it may not have
	TLVMisplaced                      // a TLV where no version puts it
	TLVRepeated                       // a TLV that may stand once: the first counts
	TLVFlood                          // more TLVs than anybody needs: the rest is dropped
	StrayOctet                        // a NUL between short_message and the TLVs
	TimeForm                          // a time that is neither empty nor 16 characters
	SequenceRange                     // sequence_number 0 or above 0x7FFFFFFF
	StatusInRequest                   // command_status in a request
	TwoTexts                          // both short_message and message_payload
	UnevenUCS2                        // half a character at the end of a UCS-2 text
	kindCount       = iota
)

var kindNames = [kindCount]string{
	"no terminator", "too long", "no body", "body in a refusal", "body cut off",
	"sm_length beyond the end", "octets at the end", "TLV beyond the end",
	"TLV of another length", "TLV out of place", "TLV repeated", "too many TLVs",
	"stray NUL before the TLVs", "time not of 16 characters", "sequence_number out of range",
	"status in a request", "both short_message and message_payload", "uneven UCS-2",
}

// Has reports whether every kind of want is in k.
func (k Kinds) Has(want Kinds) bool { return k&want == want }

// String returns the kinds in words.
func (k Kinds) String() string {
	var s string
	for k != 0 {
		i := bits.TrailingZeros32(uint32(k))
		k &= k - 1
		if i >= kindCount {
			break
		}
		if s != "" {
			s += ", "
		}
		s += kindNames[i]
	}
	return s
}

func (x *Inexact) add(kind Kinds, field string, offset int, s Status) {
	if x.Kinds == 0 || x.Status == StatusOK && s != StatusOK {
		x.Field, x.Offset, x.Status = field, offset, s
	}
	x.Kinds |= kind
}

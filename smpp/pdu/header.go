package pdu

import "encoding/binary"

// HeaderSize is the size of a header, and of the smallest PDU.
const HeaderSize = 16

// MaxSequence is the highest sequence_number that a request may have; the next
// is 1 again (3.4 §3.2, 5.0 §2.6).
const MaxSequence = 0x7FFFFFFF

// A Header is what every PDU has beside its length and its id, which follow
// from its body and its type.
type Header struct {
	Status   Status // 0 in a request
	Sequence uint32
}

// Head returns h, so that every PDU tells its header.
func (h *Header) Head() *Header { return h }

// A PDU is one of the types of this package.
type PDU interface {
	// ID returns the command_id.
	ID() ID
	// Head returns the part of the header that can be set.
	Head() *Header
	// AppendTo appends the octets of the PDU, or says which field the
	// specification does not let pass and appends nothing.
	AppendTo(b []byte, d Dialect) ([]byte, error)
	// Decode reads one whole PDU. What it fills in are views of b, valid as
	// long as b is left alone. The error is a *HeaderError or a *BodyError.
	Decode(b []byte) (Inexact, error)
	// Clone returns a copy that does not need the octets it was read from.
	Clone() PDU

	walk(c *codec)
}

// PeekHeader reads the header of a PDU of which at least HeaderSize octets are
// there.
func PeekHeader(b []byte) (length uint32, id ID, h Header) {
	_ = b[HeaderSize-1]
	return binary.BigEndian.Uint32(b), ID(binary.BigEndian.Uint32(b[4:])),
		Header{Status(binary.BigEndian.Uint32(b[8:])), binary.BigEndian.Uint32(b[12:])}
}

// An Address is a type of number, a numbering plan and the address itself.
type Address struct {
	TON  TON
	NPI  NPI
	Addr []byte
}

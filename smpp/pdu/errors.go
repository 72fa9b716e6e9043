package pdu

import (
	"encoding/binary"
	"fmt"
)

// A HeaderError says that the borders of PDUs are lost: nothing that follows
// can be trusted, and the session ends.
type HeaderError struct {
	Length   uint32 // command_length as it stands there
	Sequence uint32 // sequence_number if the header can be believed, else 0
	Status   Status // for the generic_nack; 0 where none is to be sent
	Peer     string // what the peer seems to speak in place of SMPP, if known
	Reason   string
}

// Error names what speaks there, if it is known.
func (e *HeaderError) Error() string {
	if e.Peer != "" {
		return "not SMPP: the peer speaks " + e.Peer
	}
	return fmt.Sprintf("command_length %d at octet 0: %s", e.Length, e.Reason)
}

// AppendAnswer appends the generic_nack that is due before the connection is
// closed, or nothing where the peer does not speak SMPP.
func (e *HeaderError) AppendAnswer(b []byte) []byte {
	if e.Status == StatusOK {
		return b
	}
	return appendHeader(b, 16, IDGenericNack, e.Status, e.Sequence)
}

// A BodyError says that a PDU could not be read, while the next one can: it is
// answered, and the session goes on.
type BodyError struct {
	ID       ID
	Sequence uint32
	Status   Status // for the answer
	Field    string // as the specification spells it
	Offset   int    // of the octet in the PDU, from 0
	Reason   string
}

// Error says which PDU, field and octet it was.
func (e *BodyError) Error() string {
	return fmt.Sprintf("%v %d: %s at octet %d: %s", e.ID, e.Sequence, e.Field, e.Offset, e.Reason)
}

// AppendAnswer appends the answer that is due, if any: see AppendRefusal.
func (e *BodyError) AppendAnswer(b []byte) []byte {
	return AppendRefusal(b, e.ID, e.Sequence, e.Status)
}

// A FieldError says why a PDU is not written: the field, as the specification
// spells it, and what the specification has against it.
type FieldError struct {
	ID     ID
	Field  string
	Reason string
}

// Error says which PDU and field it was.
func (e *FieldError) Error() string {
	return fmt.Sprintf("%v: %s: %s", e.ID, e.Field, e.Reason)
}

// AppendRefusal appends the answer to a request that is not done: its own
// response with the status and no body, or a generic_nack where id has no
// response. To a response, an outbind and an alert_notification it appends
// nothing: they are never answered.
func AppendRefusal(b []byte, id ID, sequence uint32, s Status) []byte {
	resp, ok := id.Resp()
	switch {
	case ok:
	case id.Response() || id.Known():
		return b
	default:
		resp = IDGenericNack
	}
	return appendHeader(b, 16, resp, s, sequence)
}

func appendHeader(b []byte, length int, id ID, s Status, sequence uint32) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(length))
	b = binary.BigEndian.AppendUint32(b, uint32(id))
	b = binary.BigEndian.AppendUint32(b, uint32(s))
	return binary.BigEndian.AppendUint32(b, sequence)
}

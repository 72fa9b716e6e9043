// Package pdu reads and writes the PDUs of SMPP, all of 3.3, 3.4 and 5.0: the
// binds, messages, queries and broadcasts, their responses, their TLVs and
// their statuses, by the names the specifications give them in Go's case
// (submit_sm is SubmitSM).
//
// Writing is exact: AppendTo appends the octets of a PDU, or names the field
// that the specification does not let pass, for the version the peer speaks.
// Types and plans of numbers and codings are written as they are given, because
// message centres want reserved ones.
//
// Reading forgives: what Decode fills in are views of the octets it was given,
// valid as long as those are left alone, and Inexact tells what was not by the
// book. A *BodyError is one PDU that cannot be read: it is answered, and the
// session goes on. A *HeaderError is the end of the session: nothing after it
// can be trusted. A Reader finds the PDUs in a stream. Clone keeps what it is
// given, AppendDump and Mask show it without its secrets.
//
// The package runs no goroutine, keeps no state, and knows nothing of messages
// beyond their octets: alphabets and segments are somebody else's.
//
// It rests on SMPP 3.4 Issue 1.2 and SMPP 5.0; of 3.3 only what those two and
// other programs say of it.
package pdu

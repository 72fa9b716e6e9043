package pdu

import "strconv"

// A Version is an interface_version: what a bind announces, and what
// sc_interface_version answers (3.4 §5.2.4, 5.0 §4.7.13). Everything below 0x34
// means 3.3.
type Version uint8

// The versions this package writes.
const (
	V33 Version = 0x33
	V34 Version = 0x34
	V50 Version = 0x50
)

// Known returns the version whose rules a peer that announces v goes by: the
// highest that is not above v.
func (v Version) Known() Version {
	switch {
	case v < V34:
		return V33
	case v < V50:
		return V34
	}
	return V50
}

// String returns v as people write it: 3.4.
func (v Version) String() string {
	return strconv.Itoa(int(v>>4)) + "." + strconv.Itoa(int(v&0xF))
}

// A Dialect is what may be written to a peer. Its zero value is the most
// careful: 3.3 by the book.
type Dialect struct {
	Version Version // that both sides know; any value, read by Known
	// LongPassword lets a password have up to 16 characters, where the
	// specifications have 8: providers give such out.
	LongPassword bool
	// AnyTLV lets a TLV of the specifications stand in a PDU where they do not
	// put it, and have any length: providers ask for such.
	AnyTLV bool
}

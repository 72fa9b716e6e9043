package sms

import "encoding/binary"

// Information elements of a user data header, 3GPP TS 23.040 §9.2.3.24.
const (
	ieConcat     = 0x00 // reference of 8 bits, total, sequence
	ieWaiting    = 0x01 // what kind of message waits elsewhere, how many
	iePort8      = 0x04 // destination, originator
	iePort16     = 0x05
	ieConcatWide = 0x08 // reference of 16 bits, total, sequence
	ieSingle     = 0x24 // national language single shift
	ieLocking    = 0x25 // national language locking shift
)

// A Header is what a user data header says, as far as the gateway reads it.
type Header struct {
	Concat     Concat
	Port       uint16 // destination
	SourcePort uint16
	HasPort    bool
	Locking    byte // national language identifier, 0: default
	Single     byte
	Kind       Kind // what waits elsewhere; empty: nothing is said of that
	Waiting    int  // how much of that
}

// ReadHeader reads a user data header without its length octet. An element it
// does not know, or of a length that cannot be, is passed over; of one that is
// repeated the last counts (§9.2.3.24). Whole is false when the header ends
// inside an element.
func ReadHeader(udh []byte) (h Header, whole bool) {
	for len(udh) > 0 {
		if len(udh) < 2 || len(udh) < 2+int(udh[1]) {
			return h, false
		}
		id, data := udh[0], udh[2:2+int(udh[1])]
		udh = udh[2+len(data):]
		switch {
		case id == ieConcat && len(data) == 3:
			h.Concat = Concat{Ref: uint16(data[0]), Total: int(data[1]), Seq: int(data[2])}
		case id == ieConcatWide && len(data) == 4:
			h.Concat = Concat{Ref: binary.BigEndian.Uint16(data), Wide: true, Total: int(data[2]), Seq: int(data[3])}
		case id == ieWaiting && len(data) == 2:
			// A voicemail is what most want to hear of, whatever else waits.
			if kind := Indication(data[0]); h.Kind != KindVoicemail || kind == KindVoicemail {
				h.Kind, h.Waiting = kind, int(data[1])
			}
		case id == iePort8 && len(data) == 2:
			h.Port, h.SourcePort, h.HasPort = uint16(data[0]), uint16(data[1]), true
		case id == iePort16 && len(data) == 4:
			h.Port, h.SourcePort, h.HasPort = binary.BigEndian.Uint16(data), binary.BigEndian.Uint16(data[2:]), true
		case id == ieSingle && len(data) == 1:
			h.Single = data[0]
		case id == ieLocking && len(data) == 1:
			h.Locking = data[0]
		}
	}
	return h, true
}

package pdu

import (
	"bytes"
	"encoding/binary"
)

// The way of a submit_sm or deliver_sm in which nothing is odd. It writes and
// reads what the walk would, or says that it cannot tell; a fuzz target holds
// the two together.

// quickAppend appends p if nothing about it needs to be looked at twice.
func (p *SM) quickAppend(b []byte, id ID, d Dialect) ([]byte, bool) {
	switch {
	case d.Version != V34, p.Status != StatusOK, p.Sequence-1 >= MaxSequence,
		len(p.ServiceType) > 5, len(p.Source.Addr) > 20, len(p.Destination.Addr) > 20,
		!p.ESMClass.known(), p.PriorityFlag > 3, p.RegisteredDelivery > 2, p.ReplaceIfPresentFlag > 1,
		len(p.ScheduleDeliveryTime)+len(p.ValidityPeriod) != 0,
		p.SMDefaultMsgID != 0, len(p.ShortMessage) > 254, len(p.TLVs) != 0,
		id == IDDeliverSM && p.ReplaceIfPresentFlag != 0,
		hasNUL(p.ServiceType), hasNUL(p.Source.Addr), hasNUL(p.Destination.Addr):
		return b, false
	}
	n := HeaderSize + 17 + len(p.ServiceType) + len(p.Source.Addr) + len(p.Destination.Addr) + len(p.ShortMessage)
	from := len(b)
	if cap(b)-from < n {
		b = append(b, make([]byte, n)...)
	}
	b = b[:from+n]
	o := b[from:]
	binary.BigEndian.PutUint32(o, uint32(n))
	binary.BigEndian.PutUint32(o[4:], uint32(id))
	binary.BigEndian.PutUint32(o[8:], 0)
	binary.BigEndian.PutUint32(o[12:], p.Sequence)
	i := 16 + copy(o[16:], p.ServiceType)
	o[i], o[i+1], o[i+2] = 0, byte(p.Source.TON), byte(p.Source.NPI)
	i += 3 + copy(o[i+3:], p.Source.Addr)
	o[i], o[i+1], o[i+2] = 0, byte(p.Destination.TON), byte(p.Destination.NPI)
	i += 3 + copy(o[i+3:], p.Destination.Addr)
	t := o[i : i+11]
	t[0], t[1], t[2], t[3], t[4], t[5] = 0, byte(p.ESMClass), p.ProtocolID, p.PriorityFlag, 0, 0
	t[6], t[7], t[8], t[9], t[10] = byte(p.RegisteredDelivery), p.ReplaceIfPresentFlag, byte(p.DataCoding), 0, byte(len(p.ShortMessage))
	copy(o[i+11:], p.ShortMessage)
	return b, true
}

func hasNUL(b []byte) bool { return len(b) != 0 && bytes.IndexByte(b, 0) >= 0 }

// quickDecode reads b into p if it is by the book and has no message_payload. Else p is
// filled in by halves.
func (p *SM) quickDecode(b []byte, id ID) bool {
	if len(b) < HeaderSize+17 || int64(binary.BigEndian.Uint32(b)) != int64(len(b)) ||
		ID(binary.BigEndian.Uint32(b[4:])) != id || binary.BigEndian.Uint32(b[8:]) != 0 {
		return false
	}
	p.Sequence = binary.BigEndian.Uint32(b[12:])
	if p.Sequence-1 >= MaxSequence {
		return false
	}
	i := 16
	n := until(b[i:], 5)
	if n < 0 {
		return false
	}
	p.ServiceType = b[i : i+n : i+n]
	if i += n + 1; len(b)-i < 3 {
		return false
	}
	p.Source.TON, p.Source.NPI = TON(b[i]), NPI(b[i+1])
	i += 2
	if n = until(b[i:], 20); n < 0 {
		return false
	}
	p.Source.Addr = b[i : i+n : i+n]
	if i += n + 1; len(b)-i < 3 {
		return false
	}
	p.Destination.TON, p.Destination.NPI = TON(b[i]), NPI(b[i+1])
	i += 2
	if n = until(b[i:], 20); n < 0 {
		return false
	}
	p.Destination.Addr = b[i : i+n : i+n]
	if i += n + 1; len(b)-i < 10 {
		return false
	}
	t := b[i : i+10]
	if t[3] != 0 || t[4] != 0 || t[7] == byte(DataCodingUCS2) && (t[9]&1 != 0 || t[0]&byte(FeatureUDHI) != 0) || int(t[9]) > len(b)-i-10 {
		return false
	}
	end := i + 10 + int(t[9])
	if end < len(b) {
		var x Inexact
		p.TLVs = TLVs(b[end:len(b):len(b)])
		if scanTLVs(p.TLVs, end, id.place(), &x); x.Kinds != 0 || p.TLVs.Has(TagMessagePayload) {
			return false
		}
	}
	p.ESMClass, p.ProtocolID, p.PriorityFlag = ESMClass(t[0]), t[1], t[2]
	p.ScheduleDeliveryTime, p.ValidityPeriod = t[3:3:3], t[4:4:4]
	p.RegisteredDelivery, p.ReplaceIfPresentFlag, p.DataCoding, p.SMDefaultMsgID = RegisteredDelivery(t[5]), t[6], DataCoding(t[7]), t[8]
	p.ShortMessage = b[i+10 : end : end]
	return true
}

// until returns how many octets stand before the first NUL, or -1 where they are
// more than most.
func until(b []byte, most int) int {
	if len(b) > 0 && b[0] == 0 {
		return 0
	}
	return bytes.IndexByte(b[:min(len(b), most+1)], 0)
}

package pdu

import "strconv"

func itoa[T ~uint8 | ~int](n T) string { return strconv.Itoa(int(n)) }

// startReading reads the header of a PDU that ought to have the id.
func startReading(b []byte, id ID) (codec, error) {
	c := codec{mode: reading, id: id, b: b, i: HeaderSize}
	if len(b) < HeaderSize {
		return c, &HeaderError{Length: uint32(len(b)), Status: StatusInvCmdLen, Reason: "shorter than a header"}
	}
	length, got, h := PeekHeader(b)
	if uint64(length) != uint64(len(b)) {
		return c, &HeaderError{Length: length, Status: StatusInvCmdLen, Reason: "the PDU has " + strconv.Itoa(len(b)) + " octets"}
	}
	c.head = h
	if got != id {
		return c, &BodyError{ID: got, Sequence: h.Sequence, Status: StatusInvCmdID, Field: "command_id", Offset: 4, Reason: "not " + id.String()}
	}
	if (h.Sequence == 0 || h.Sequence > MaxSequence) && id != IDGenericNack {
		c.inexact.add(SequenceRange, "sequence_number", 12, StatusOK)
	}
	if h.Status != StatusOK && !id.Response() {
		c.inexact.add(StatusInRequest, "command_status", 8, StatusOK)
	}
	return c, nil
}

// bodiless reports whether there is no body to read: a response may come
// without one.
func (c *codec) bodiless() bool {
	if len(c.b) > HeaderSize || !c.id.Response() {
		return false
	}
	if c.head.Status == StatusOK && c.id.Known() && !headerOnly(c.id) {
		c.inexact.add(NoBody, "body", HeaderSize, StatusOK)
	}
	return true
}

// endReading returns what there is to tell of a PDU; drop: its body is not to be
// believed, while its header is.
func (c *codec) endReading() (x Inexact, drop bool, err error) {
	if c.i < len(c.b) {
		c.inexact.add(TrailingOctets, "body", c.i, StatusOK)
	}
	if c.id.Response() && c.id.Known() && c.head.Status != StatusOK {
		c.inexact.Status = StatusOK // what is a refusal already is not refused
		drop = c.fault.field != "" || c.inexact.Kinds&(BodyCut|Unterminated) != 0
		if drop || len(c.b) > HeaderSize && !c.hasOutcome() {
			c.inexact.add(BodyOnError, "body", HeaderSize, StatusOK)
		}
		return c.inexact, drop, nil
	}
	if f := c.fault; f.field != "" {
		return c.inexact, false, &BodyError{ID: c.id, Sequence: c.head.Sequence, Status: f.status, Field: f.field, Offset: f.offset, Reason: f.reason}
	}
	return c.inexact, false, nil
}

// hasOutcome reports whether the body of a refusal is what may stand there: TLVs,
// behind an empty message_id where there is one.
func (c *codec) hasOutcome() bool {
	return c.withTLVs && (headerOnly(c.id) ||
		c.id.place()&(inSubmissionResp|inDeliveryResp) != 0 && c.b[c.start+HeaderSize] == 0)
}

// headerOnly reports whether a PDU with the id is a header and, since 5.0, a
// congestion_state at most.
func headerOnly(id ID) bool {
	switch id {
	case IDGenericNack, IDUnbind, IDUnbindResp, IDEnquireLink, IDEnquireLinkResp,
		IDCancelSMResp, IDReplaceSMResp, IDCancelBroadcastSMResp:
		return true
	}
	return false
}

// read fills in p, which is empty.
func read(b []byte, p PDU) (Inexact, error) {
	c, err := startReading(b, p.ID())
	if err != nil {
		return Inexact{}, err
	}
	*p.Head() = c.head
	if !c.bodiless() {
		p.walk(&c)
	}
	x, drop, err := c.endReading()
	if drop { // what is left is a header, which reads without fail
		_, err = p.Decode(appendHeader(nil, HeaderSize, c.id, c.head.Status, c.head.Sequence))
	}
	return x, err
}

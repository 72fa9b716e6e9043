package pdu

import (
	"bytes"
	"encoding/binary"
)

// startWriting appends a header whose length is not yet known.
func startWriting(b []byte, id ID, h *Header, d Dialect) codec {
	c := codec{mode: writing, id: id, head: *h, start: len(b), d: d}
	c.b = appendHeader(b, 0, id, h.Status, h.Sequence)
	switch def, v := id.def(), d.Version.Known(); {
	case def != nil && (v < def.since || v > def.until):
		c.fail("command_id", v.String()+" has no "+def.name, StatusInvCmdID)
	case id.Response():
	case h.Sequence == 0 || h.Sequence > MaxSequence:
		c.fail("sequence_number", "not within 1 and 0x7fffffff", StatusInvCmdLen)
	case h.Status != StatusOK:
		c.fail("command_status", "set in a request", h.Status)
	}
	return c
}

// endWriting sets command_length, or takes back what was appended. A refusal is
// a header, but for the outcome of a transaction in a data_sm_resp, and since
// 5.0 for TLVs in other responses too.
func (c *codec) endWriting() ([]byte, error) {
	if body := c.b[c.start+HeaderSize:]; c.id.Response() && c.id.Known() && c.head.Status != StatusOK && len(body) > 0 {
		switch {
		case !c.withTLVs && len(bytes.Trim(body, "\x00")) == 0:
			c.b = c.b[:c.start+HeaderSize]
		case c.id != IDDataSMResp && c.d.Version.Known() != V50, !c.hasOutcome():
			c.fail("command_status", "a refusal has no body", c.head.Status)
		}
	}
	if f := c.fault; f.field != "" {
		return c.b[:c.start], &FieldError{ID: c.id, Field: f.field, Reason: f.reason}
	}
	binary.BigEndian.PutUint32(c.b[c.start:], uint32(len(c.b)-c.start))
	return c.b, nil
}

// checkTLVs notes what the specification has against the TLVs.
func (c *codec) checkTLVs(v TLVs) {
	version, in := c.d.Version.Known(), c.id.place()
	if version == V33 {
		c.fail("TLV", "3.3 has none", StatusTLVNotAllwd)
		return
	}
	var x Inexact
	scanTLVs(v, 0, in, &x)
	if c.d.AnyTLV {
		x.Kinds &^= TLVLength | TLVMisplaced
	}
	if x.Kinds != 0 {
		c.fail(x.Field, x.Kinds.String(), x.Status)
		return
	}
	if version == V50 || c.d.AnyTLV {
		return
	}
	for tag := range v.All() {
		if def := tag.def(); def != nil && def.v34&in == 0 {
			c.fail(def.name, "5.0 has it here, 3.4 does not", StatusTLVNotAllwd)
			return
		}
	}
}

func write(b []byte, p PDU, d Dialect) ([]byte, error) {
	c := startWriting(b, p.ID(), p.Head(), d)
	p.walk(&c)
	return c.endWriting()
}

package pdu

// Unknown is a PDU with an id that no specification defines, a vendor's
// perhaps. A request of that kind is answered as AppendRefusal does.
type Unknown struct {
	Header
	Command ID
	Body    []byte
}

// ID returns the command_id.
func (p *Unknown) ID() ID { return p.Command }

// AppendTo appends the PDU: see PDU.
func (p *Unknown) AppendTo(b []byte, d Dialect) ([]byte, error) { return write(b, p, d) }

// Decode reads a PDU with any id.
func (p *Unknown) Decode(b []byte) (Inexact, error) {
	*p = Unknown{}
	if len(b) >= HeaderSize {
		_, p.Command, _ = PeekHeader(b)
	}
	return read(b, p)
}

// Clone copies the PDU: see PDU.
func (p *Unknown) Clone() PDU {
	q := *p
	return own(&q)
}

func (p *Unknown) walk(c *codec) { c.octets("body", &p.Body, len(c.b)-c.i) }

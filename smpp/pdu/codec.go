package pdu

// Each PDU tells the order of its fields once, in its walk. A codec that walks
// along reads them, writes them, tells them as text or copies them.

// A mode is what a codec does with the fields it is shown.
type mode uint8

const (
	reading mode = iota
	writing
	telling
	copying
	sizing // before copying
	masking
)

// A codec is one walk over one PDU.
type codec struct {
	mode mode
	id   ID
	head Header

	b     []byte // the PDU that is read, or what is appended to
	start int    // where in b the PDU begins
	i     int    // reading: the next octet

	inexact  Inexact // reading
	ended    bool    // reading: a string without terminator took the rest
	fault    fault   // reading, writing: the first
	withTLVs bool    // reading, writing: there are some

	d    Dialect // writing
	show Show    // telling
}

// A fault is why a PDU cannot be read or written.
type fault struct {
	field  string
	reason string
	offset int
	status Status
}

func (c *codec) fail(field, reason string, s Status) {
	if c.fault.field == "" {
		c.fault = fault{field, reason, c.i, s}
	}
}

// short notes that there are no octets left for a field.
func (c *codec) short(field string) {
	switch {
	case c.ended: // forgiven already
	case c.id.Response():
		c.inexact.add(BodyCut, field, c.i, StatusInvCmdLen)
	default:
		c.fail(field, "the PDU ends before it", StatusInvCmdLen)
	}
}

// u8 is an Integer of one octet.
func (c *codec) u8(field string, v *uint8) {
	switch c.mode {
	case reading:
		if c.i >= len(c.b) {
			c.short(field)
			return
		}
		*v = c.b[c.i]
		c.i++
	case writing:
		c.b = append(c.b, *v)
	case telling:
		c.tellNumber(field, uint32(*v))
	}
}

// u32 is an Integer of four octets.
func (c *codec) u32(field string, v *uint32) {
	switch c.mode {
	case reading:
		if len(c.b)-c.i < 4 {
			c.short(field)
			c.i = len(c.b)
			return
		}
		b := c.b[c.i:]
		*v = uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
		c.i += 4
	case writing:
		c.b = append(c.b, byte(*v>>24), byte(*v>>16), byte(*v>>8), byte(*v))
	case telling:
		c.tellNumber(field, *v)
	}
}

// most is an Integer of one octet that has a highest legal value.
func (c *codec) most(field string, v *uint8, highest uint8, s Status) {
	if c.mode == writing && *v > highest {
		c.fail(field, "above "+itoa(highest), s)
	}
	c.u8(field, v)
}

// octets are raw octets whose number stands before them.
func (c *codec) octets(field string, v *[]byte, n int) {
	switch c.mode {
	case reading:
		left := len(c.b) - c.i
		if n > left {
			if !c.ended {
				c.inexact.add(ShortMessageCut, field, c.i, StatusInvMsgLen)
			}
			n = left
		}
		*v = c.b[c.i : c.i+n : c.i+n]
		c.i += n
	case writing:
		c.b = append(c.b, *v...)
	case telling:
		c.tellText(field, *v)
	case masking:
		if c.show&ShowText == 0 {
			crossOut(*v)
		}
	case copying, sizing:
		c.copy(v)
	}
}

// tlvs are what is left behind the last field.
func (c *codec) tlvs(v *TLVs) {
	switch c.mode {
	case reading:
		rest, in := c.b[c.i:], c.id.place()
		if len(rest) == 0 {
			return
		}
		was := c.inexact
		n := scanTLVs(rest, c.i, in, &c.inexact)
		if c.inexact.Kinds&^was.Kinds != 0 && afterStrayNUL(rest, in) {
			c.inexact = was
			c.inexact.add(StrayOctet, "TLV", c.i, StatusInvTLVStream)
			c.i++
			rest = rest[1:]
			n = scanTLVs(rest, c.i, in, &c.inexact)
		}
		*v = TLVs(rest[:n:n])
		c.withTLVs = n > 0
		c.i = len(c.b)
	case writing:
		if len(*v) > 0 {
			c.withTLVs = true
			c.checkTLVs(*v)
			c.b = append(c.b, *v...)
		}
	case telling:
		c.tellTLVs(*v)
	case masking:
		c.maskTLVs(*v)
	case copying, sizing:
		c.copy((*[]byte)(v))
	}
}

// copy moves a field to octets of our own, for which there is room.
func (c *codec) copy(v *[]byte) {
	if c.mode == sizing {
		c.i += len(*v)
		return
	}
	if *v == nil {
		return
	}
	from := len(c.b)
	c.b = append(c.b, *v...)
	*v = c.b[from:len(c.b):len(c.b)]
}

func (id ID) place() place {
	if def := id.def(); def != nil {
		return def.place
	}
	return 0
}

package pdu

import "bytes"

// sane bounds what is read as one string, whatever its field may hold.
const sane = 255

// cstring is a C-Octet String of at most so many octets, its NUL included.
func (c *codec) cstring(field string, v *[]byte, most int, s Status) {
	switch c.mode {
	case reading:
		*v = c.readString(field, most, s)
	case writing:
		c.writeString(field, *v, most, s)
	case telling:
		c.tellString(field, *v)
	case copying, sizing:
		c.copy(v)
	}
}

func (c *codec) readString(field string, most int, s Status) []byte {
	if c.i >= len(c.b) {
		c.short(field)
		return nil
	}
	rest := c.b[c.i:]
	n := bytes.IndexByte(rest, 0)
	next := c.i + n + 1
	if n < 0 {
		n, next = len(rest), len(c.b)
		c.ended = true
		c.inexact.add(Unterminated, field, c.i, s)
	}
	if n > sane {
		c.fail(field, "longer than "+itoa(sane)+" octets", s)
	}
	if n+1 > most {
		c.inexact.add(TooLong, field, c.i, s)
	}
	c.i = next
	return rest[:n:n]
}

func (c *codec) writeString(field string, v []byte, most int, s Status) {
	if len(v)+1 > most {
		c.fail(field, "longer than "+itoa(most-1)+" octets", s)
	}
	if bytes.IndexByte(v, 0) >= 0 {
		c.fail(field, "a NUL in it", s)
	}
	c.b = append(c.b, v...)
	c.b = append(c.b, 0)
}

// password is a C-Octet String that is not told.
func (c *codec) password(v *[]byte) {
	const field = "password"
	switch {
	case c.mode == telling:
		if len(*v) > 0 {
			c.tell(field, "•••")
		}
	case c.mode == masking:
		crossOut(*v)
	case c.mode == writing && c.d.LongPassword:
		c.writeString(field, *v, 17, StatusInvPaswd)
	default:
		c.cstring(field, v, 9, StatusInvPaswd)
	}
}

// messageID is what the message centre calls a message; 3.3 has 8 characters.
func (c *codec) messageID(v *[]byte) {
	most := 65
	if c.mode == writing && c.d.Version.Known() == V33 {
		most = 9
	}
	c.cstring("message_id", v, most, StatusInvMsgID)
}

// time is a C-Octet String that is empty or a time of 16 characters.
func (c *codec) time(field string, v *[]byte, s Status) {
	switch c.mode {
	case reading:
		at := c.i
		*v = c.readString(field, sane+1, s)
		if n := len(*v); n != 0 && n != timeLength && !c.ended {
			c.inexact.add(TimeForm, field, at, s)
		}
	case writing:
		if len(*v) != 0 && !ValidTime(*v) {
			c.fail(field, "not a time", s)
		}
		c.writeString(field, *v, timeLength+1, s)
	default:
		c.cstring(field, v, timeLength+1, s)
	}
}

// addrFields are the names and statuses of the three fields of an address.
type addrFields struct {
	ton, npi, addr string
	status         Status
}

var (
	sourceAddr = addrFields{"source_addr_ton", "source_addr_npi", "source_addr", StatusInvSrcAdr}
	destAddr   = addrFields{"dest_addr_ton", "dest_addr_npi", "destination_addr", StatusInvDstAdr}
	esmeAddr   = addrFields{"esme_addr_ton", "esme_addr_npi", "esme_addr", StatusInvDstAdr}
	rangeAddr  = addrFields{"addr_ton", "addr_npi", "address_range", StatusBindFail}
)

// address is a type of number, a numbering plan and a C-Octet String.
func (c *codec) address(f *addrFields, v *Address, most int) {
	switch {
	case c.mode == telling:
		c.tellAddress(f, v)
		return
	case c.mode == masking && c.hides(f, v):
		crossOut(v.Addr[4 : len(v.Addr)-2])
		return
	}
	c.u8(f.ton, (*uint8)(&v.TON))
	c.u8(f.npi, (*uint8)(&v.NPI))
	c.cstring(f.addr, &v.Addr, most, f.status)
}

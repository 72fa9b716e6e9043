package pdu

import (
	"encoding/hex"
	"strconv"
	"unicode/utf8"
)

// Show is what a dump tells beside what is always told. A password never is.
type Show uint8

// What people may not want in a log.
const (
	ShowNumbers Show = 1 << iota // whole, not shortened
	ShowText                     // of messages, and TLVs that may hold any
)

// AppendDump appends p in words, on one line: its name, its header, each field
// that is not empty and not 0.
func AppendDump(b []byte, p PDU, show Show) []byte {
	c := codec{mode: telling, id: p.ID(), head: *p.Head(), b: append(b, p.ID().String()...), show: show}
	c.tell("sequence_number", strconv.FormatUint(uint64(c.head.Sequence), 10))
	if c.head.Status != StatusOK || c.id.Response() {
		c.tell("command_status", c.head.Status.String())
	}
	p.walk(&c)
	return c.b
}

// Dump returns what AppendDump appends, without text and whole numbers.
func Dump(p PDU) string { return string(AppendDump(nil, p, 0)) }

func (c *codec) tell(field, value string) {
	c.b = append(c.b, ' ')
	c.b = append(c.b, field...)
	c.b = append(c.b, '=')
	c.b = append(c.b, value...)
}

func (c *codec) tellNumber(field string, v uint32) {
	switch {
	case field == "message_state" || field == "message_status":
		c.tell(field, MessageState(v).String())
	case field == "error_status_code":
		c.tell(field, Status(v).String())
	case v != 0:
		c.tell(field, strconv.FormatUint(uint64(v), 10))
	}
}

func (c *codec) tellHex(field string, v uint8) {
	if v != 0 {
		c.tell(field, "0x"+strconv.FormatUint(uint64(v)|0x100, 16)[1:])
	}
}

func (c *codec) tellString(field string, v []byte) {
	if len(v) > 0 {
		c.tell(field, quote(v))
	}
}

// tellText tells how long a text is, and what it is only where that is asked
// for.
func (c *codec) tellText(field string, v []byte) {
	switch {
	case len(v) == 0:
	case c.show&ShowText != 0:
		c.tell(field, quote(v))
	default:
		c.tell(field, "("+strconv.Itoa(len(v))+" octets)")
	}
}

func (c *codec) tellAddress(f *addrFields, v *Address) {
	if v.TON == 0 && v.NPI == 0 && len(v.Addr) == 0 {
		return
	}
	addr := string(v.Addr)
	if c.hides(f, v) {
		addr = shorten(addr)
	}
	c.tell(f.addr, strconv.Itoa(int(v.TON))+"/"+strconv.Itoa(int(v.NPI))+"/"+quote([]byte(addr)))
}

// hides reports whether an address is somebody's number, and not to be shown.
func (c *codec) hides(f *addrFields, v *Address) bool {
	return c.show&ShowNumbers == 0 && v.TON != TONAlphanumeric && f != &rangeAddr && len(v.Addr) > 6
}

func (c *codec) tellTLVs(t TLVs) {
	for tag, v := range t.All() {
		def := tag.def()
		name := tag.String()
		n, isNumber := TLVs(nil).Append(tag, v).Uint(tag)
		switch {
		case len(v) == 0:
			c.tell(name, "()")
		case def != nil && isNumber && tag == TagBroadcastErrorStatus:
			c.tell(name, Status(n).String())
		case def != nil && isNumber && tag == TagMessageState:
			c.tell(name, MessageState(n).String())
		case isNumber:
			c.tell(name, strconv.FormatUint(uint64(n), 10))
		case def != nil && def.kind == cstring:
			s, _ := TLVs(nil).Append(tag, v).CString(tag)
			c.tell(name, quote(s))
		case tag == TagNetworkErrorCode, c.show&ShowText != 0:
			c.tell(name, hex.EncodeToString(v))
		default:
			c.tell(name, "("+strconv.Itoa(len(v))+" octets)")
		}
	}
}

// shorten hides the middle of a number.
func shorten(n string) string {
	if len(n) < 10 {
		return n[:2] + "…" + n[len(n)-2:]
	}
	return n[:5] + "…" + n[len(n)-3:]
}

// quote quotes octets as Latin-1, unless they are UTF-8 already.
func quote(v []byte) string {
	if utf8.Valid(v) {
		return strconv.Quote(string(v))
	}
	r := make([]rune, len(v))
	for i, octet := range v {
		r[i] = rune(octet)
	}
	return strconv.Quote(string(r))
}

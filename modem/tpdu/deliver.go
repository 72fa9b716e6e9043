package tpdu

import (
	"fmt"

	"github.com/warthog618/sms/encoding/gsm7"
	"github.com/warthog618/sms/encoding/tpdu"

	"github.com/pigeon-sms/pigeon/sms"
)

// Protocol identifiers, 23.040 §9.2.3.9.
const (
	pidType0 = 0x40 // to be acknowledged and not to be shown

	// Replace short message type 1 to 7: it stands in for the one of the same
	// type that came last from the same sender.
	pidReplace     = 0x41
	pidReplaceLast = 0x47
)

// deliver reads an SMS-DELIVER, §9.2.2.1, into p.
func (r *reader) deliver(p *sms.Part) (silent bool) {
	fo := tpdu.FirstOctet(r.octet("TP-MTI"))
	oa := r.b[r.at:]
	p.From = r.address("TP-OA")
	pid := r.octet("TP-PID")
	if pid >= pidReplace && pid <= pidReplaceLast {
		p.Replaces = int(pid - pidReplace + 1)
	}
	at := r.at
	dcs := tpdu.DCS(r.octet("TP-DCS"))
	p.SentAt = r.timestamp("TP-SCTS")

	p.Coding = r.coding(dcs, at)
	if class, err := dcs.Class(); err == nil && class != tpdu.MClassUnknown {
		n := int(class)
		p.Class = &n
	}
	r.userData(fo.UDHI(), p)
	indicate(p, dcs, oa)
	return pid == pidType0
}

// coding reads the alphabet out of a data coding scheme, 23.038 §4, where a
// reserved one means GSM 7-bit. Compressed text is data: nobody is known to
// send it, and its octets are better than nothing.
func (r *reader) coding(dcs tpdu.DCS, at int) sms.Coding {
	alphabet, err := dcs.Alphabet()
	if err != nil {
		r.forgive("TP-DCS", at, fmt.Sprintf("%02X is reserved", byte(dcs)))
	}
	switch {
	case dcs.Compressed() || alphabet == tpdu.Alpha8Bit:
		return sms.CodingData
	case alphabet == tpdu.AlphaUCS2:
		return sms.CodingUCS2
	}
	return sms.CodingGSM7
}

// userData reads the length, the header and the text or octets, 23.040
// §9.2.3.16 and .24. What the length says is not there is missed without
// complaint, and what lies behind it is left.
func (r *reader) userData(udhi bool, p *sms.Part) {
	start := r.at
	udl := int(r.octet("TP-UDL"))
	rest := len(r.b) - r.at

	octets := udl
	if p.Coding == sms.CodingGSM7 {
		octets = (udl*7 + 7) / 8
	}
	// WAP messages are binary under any data coding scheme, and then nobody
	// knows what their length counts.
	wap := p.Coding == sms.CodingGSM7 && udhi && isWAP(r.b[r.at:])
	if wap {
		p.Coding, octets = sms.CodingData, min(udl, rest)
	}
	if octets < rest {
		r.forgive("TP-UDL", start, fmt.Sprintf("%d octets left over", rest-octets))
	}
	ud := r.take("TP-UD", octets)

	head := 0 // octets of the header with its length
	var h sms.Header
	if udhi && len(ud) > 0 {
		h, head = r.header(start+1, ud)
	}
	p.Concat, p.Port, p.SourcePort, p.HasPort = h.Concat, h.Port, h.SourcePort, h.HasPort
	if h.Kind != "" {
		p.Kind, p.Waiting = h.Kind, &h.Waiting
	}

	switch p.Coding {
	case sms.CodingGSM7:
		// Text begins on a septet's boundary behind the header.
		before := (head*8 + 6) / 7
		septets := gsm7.Unpack7Bit(ud[head:], before*7-head*8)
		n := max(0, min(udl-before, len(septets)))
		p.Text = sms.DecodeGSM7(septets[:n], h.Locking, h.Single)
	case sms.CodingUCS2:
		p.Octets = ud[head:]
		p.Text = sms.DecodeUCS2(p.Octets)
		if len(p.Octets)%2 != 0 {
			r.forgive("TP-UD", start+1, "an odd number of octets of UCS-2")
		}
	case sms.CodingData:
		p.Octets = ud[head:]
	}
}

// header reads the user data header at the front of ud, which begins at the
// octet, and returns how many octets it takes. One that is longer than the user
// data is no header.
func (r *reader) header(octet int, ud []byte) (h sms.Header, head int) {
	head = 1 + int(ud[0])
	if head > len(ud) {
		r.forgive("TP-UDH", octet, fmt.Sprintf("%d octets in %d of user data", head, len(ud)))
		return sms.Header{}, 0
	}
	h, whole := sms.ReadHeader(ud[1:head])
	if !whole {
		r.forgive("TP-UDH", octet, "ends inside an element")
	}
	return h, head
}

// isWAP reports whether user data is for the ports of WAP: push (2948, 2949)
// and sessions (9200 to 9203).
func isWAP(ud []byte) bool {
	if len(ud) == 0 || len(ud) < 1+int(ud[0]) {
		return false
	}
	h, _ := sms.ReadHeader(ud[1 : 1+int(ud[0])])
	return h.Port == 2948 || h.Port == 2949 || h.Port >= 9200 && h.Port <= 9203
}

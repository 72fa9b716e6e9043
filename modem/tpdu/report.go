package tpdu

import (
	"fmt"
	"strconv"

	"github.com/pigeon-sms/pigeon/sms"
)

// report reads an SMS-STATUS-REPORT, 23.040 §9.2.2.3, into p. What may follow
// TP-ST is not looked at: modems cut it off, or pad it with FF.
func (r *reader) report(p *sms.Report) {
	r.octet("TP-MTI")
	if mr := r.take("TP-MR", 1); len(mr) == 1 {
		p.ID = strconv.Itoa(int(mr[0]))
	}
	p.To = r.address("TP-RA")
	p.SentAt = r.timestamp("TP-SCTS")
	p.DoneAt = r.timestamp("TP-DT")
	p.State = sms.Sent // no word of an end
	if st := r.take("TP-ST", 1); len(st) == 1 {
		p.State, p.Text = status(st[0])
		p.Code = fmt.Sprintf("TP-ST 0x%02X", st[0])
	}
}

// status reads TP-ST, §9.2.3.15: what becomes of the segment, and why.
func status(st byte) (sms.State, string) {
	state, text := sms.Undelivered, "undelivered"
	switch {
	case st < 0x20:
		state, text = sms.Delivered, "delivered"
	case st < 0x40:
		state, text = sms.Sent, "not yet delivered, the service centre still tries"
	}
	if s, ok := statuses[st]; ok {
		text = s
	} else if s, ok := troubles[st&^0x40]; ok {
		text += ": " + s
	}
	return state, text
}

// statuses are the values of TP-ST that stand for one thing.
var statuses = map[byte]string{
	0x00: "delivered",
	0x01: "forwarded, and the service centre cannot tell whether it was delivered",
	0x02: "replaced by the service centre",

	0x40: "undelivered: remote procedure error",
	0x41: "undelivered: incompatible destination",
	0x42: "undelivered: connection rejected by the recipient",
	0x43: "undelivered: not obtainable",
	0x44: "undelivered: quality of service not available",
	0x45: "undelivered: no interworking available",
	0x46: "undelivered: validity period expired",
	0x47: "undelivered: deleted by the sender",
	0x48: "undelivered: deleted by the service centre",
	0x49: "undelivered: the message does not exist",
}

// troubles are temporary errors: at 0x20 and up the service centre still tries,
// at 0x60 and up it has given up.
var troubles = map[byte]string{
	0x20: "congestion",
	0x21: "recipient busy",
	0x22: "no response from the recipient",
	0x23: "service rejected",
	0x24: "quality of service not available",
	0x25: "error in the recipient's device",
}

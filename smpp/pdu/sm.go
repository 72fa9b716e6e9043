package pdu

// SM is what submit_sm and deliver_sm both are: either is converted to it
// without cost.
type SM struct {
	Header
	ServiceType          []byte
	Source               Address
	Destination          Address
	ESMClass             ESMClass
	ProtocolID           uint8 // GSM TP-PID
	PriorityFlag         uint8
	ScheduleDeliveryTime []byte
	ValidityPeriod       []byte
	RegisteredDelivery   RegisteredDelivery
	ReplaceIfPresentFlag uint8
	DataCoding           DataCoding
	SMDefaultMsgID       uint8
	ShortMessage         []byte // sm_length is its length
	TLVs                 TLVs
}

type (
	// SubmitSM is a submit_sm (3.4 §4.4.1, 5.0 §4.2.1).
	SubmitSM SM
	// DeliverSM is a deliver_sm (3.4 §4.6.1, 5.0 §4.3.1).
	DeliverSM SM
)

// Text returns what the message carries, with its user data header if it has
// one: message_payload where it is not empty, else short_message. Half a
// character at the end of a UCS-2 text is left out.
func (p *SM) Text() []byte {
	text := p.ShortMessage
	if payload, ok := p.TLVs.Get(TagMessagePayload); ok && len(payload) > 0 {
		text = payload
	}
	return even(p.ESMClass, p.DataCoding, text)
}

// even returns text without half a UCS-2 character at its end.
func even(class ESMClass, coding DataCoding, text []byte) []byte {
	if coding != DataCodingUCS2 {
		return text
	}
	var udh int
	if class.UDHI() && len(text) > 0 {
		udh = int(text[0]) + 1
	}
	if udh <= len(text) && (len(text)-udh)%2 != 0 {
		return text[:len(text)-1]
	}
	return text
}

func (p *SM) walk(c *codec) {
	c.cstring("service_type", &p.ServiceType, 6, StatusInvSerTyp)
	c.address(&sourceAddr, &p.Source, 21)
	c.address(&destAddr, &p.Destination, 21)
	c.esmClass(&p.ESMClass)
	c.u8("protocol_id", &p.ProtocolID)
	c.priority(&p.PriorityFlag)
	c.time("schedule_delivery_time", &p.ScheduleDeliveryTime, StatusInvSched)
	c.time("validity_period", &p.ValidityPeriod, StatusInvExpiry)
	c.registeredDelivery(&p.RegisteredDelivery)
	c.most("replace_if_present_flag", &p.ReplaceIfPresentFlag, 1, StatusInvRepFlag)
	c.flags("data_coding", (*uint8)(&p.DataCoding))
	c.defaultMsgID(&p.SMDefaultMsgID)
	c.shortMessage(&p.ShortMessage)
	c.tlvs(&p.TLVs)
	c.text(p.ESMClass, p.DataCoding, p.ShortMessage, p.TLVs)
	if c.mode == writing && c.id == IDDeliverSM && c.d.Version.Known() != V50 {
		p.checkDelivery(c)
	}
}

// checkDelivery notes the fields that a deliver_sm has and may not use (3.4
// §4.6.1).
func (p *SM) checkDelivery(c *codec) {
	const reason = "not used in a deliver_sm"
	switch {
	case len(p.ScheduleDeliveryTime) > 0:
		c.fail("schedule_delivery_time", reason, StatusInvSched)
	case len(p.ValidityPeriod) > 0:
		c.fail("validity_period", reason, StatusInvExpiry)
	case p.ReplaceIfPresentFlag != 0:
		c.fail("replace_if_present_flag", reason, StatusInvRepFlag)
	case p.SMDefaultMsgID != 0:
		c.fail("sm_default_msg_id", reason, StatusInvDftMsgID)
	}
}

// SubmitSMResp is a submit_sm_resp (3.4 §4.4.2, 5.0 §4.2.1.2).
type SubmitSMResp MessageIDResp

// DeliverSMResp is a deliver_sm_resp, whose message_id is not used (3.4 §4.6.2,
// 5.0 §4.3.1.2).
type DeliverSMResp MessageIDResp

// MessageIDResp is what most responses are: a message_id and TLVs. Each of them
// is converted to it without cost.
type MessageIDResp struct {
	Header
	MessageID []byte
	TLVs      TLVs
}

func (p *MessageIDResp) walk(c *codec) {
	c.messageID(&p.MessageID)
	if c.mode == writing && c.id == IDDeliverSMResp && len(p.MessageID) > 0 {
		c.fail("message_id", "not used in a deliver_sm_resp", StatusInvMsgID)
	}
	c.tlvs(&p.TLVs)
}

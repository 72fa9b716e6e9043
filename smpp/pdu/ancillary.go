package pdu

// QuerySM is a query_sm (3.4 §4.8.1, 5.0 §4.5.2.1).
type QuerySM struct {
	Header
	MessageID []byte
	Source    Address // as it was submitted
	TLVs      TLVs
}

func (p *QuerySM) walk(c *codec) {
	c.messageID(&p.MessageID)
	c.address(&sourceAddr, &p.Source, 21)
	c.tlvs(&p.TLVs)
}

// QuerySMResp is a query_sm_resp (3.4 §4.8.2, 5.0 §4.5.2.2).
type QuerySMResp struct {
	Header
	MessageID    []byte
	FinalDate    []byte // empty while the state is not final
	MessageState MessageState
	ErrorCode    uint8 // the network's own
	TLVs         TLVs
}

func (p *QuerySMResp) walk(c *codec) {
	c.messageID(&p.MessageID)
	c.time("final_date", &p.FinalDate, StatusOK)
	c.u8("message_state", (*uint8)(&p.MessageState))
	c.u8("error_code", &p.ErrorCode)
	c.tlvs(&p.TLVs)
}

// CancelSM is a cancel_sm (3.4 §4.9.1, 5.0 §4.5.1.1). Without a message_id it is
// about all messages between the two addresses.
type CancelSM struct {
	Header
	ServiceType []byte
	MessageID   []byte
	Source      Address
	Destination Address
	TLVs        TLVs
}

func (p *CancelSM) walk(c *codec) {
	c.cstring("service_type", &p.ServiceType, 6, StatusInvSerTyp)
	c.messageID(&p.MessageID)
	c.address(&sourceAddr, &p.Source, 21)
	c.address(&destAddr, &p.Destination, 21)
	c.tlvs(&p.TLVs)
}

// ReplaceSM is a replace_sm (3.4 §4.10.1, 5.0 §4.5.3.1). The coding of what it
// replaces stays.
type ReplaceSM struct {
	Header
	MessageID            []byte
	Source               Address
	ScheduleDeliveryTime []byte // empty: as it was
	ValidityPeriod       []byte // empty: as it was
	RegisteredDelivery   RegisteredDelivery
	SMDefaultMsgID       uint8
	ShortMessage         []byte
	TLVs                 TLVs // 5.0: message_payload
}

func (p *ReplaceSM) walk(c *codec) {
	c.messageID(&p.MessageID)
	c.address(&sourceAddr, &p.Source, 21)
	c.time("schedule_delivery_time", &p.ScheduleDeliveryTime, StatusInvSched)
	c.time("validity_period", &p.ValidityPeriod, StatusInvExpiry)
	c.registeredDelivery(&p.RegisteredDelivery)
	c.defaultMsgID(&p.SMDefaultMsgID)
	c.shortMessage(&p.ShortMessage)
	c.tlvs(&p.TLVs)
	c.text(0, DataCodingDefault, p.ShortMessage, p.TLVs)
}

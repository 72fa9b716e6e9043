package pdu

// BroadcastSM is a broadcast_sm (5.0 §4.4.1.1). Its text is in message_payload;
// broadcast_area_identifier, broadcast_content_type, broadcast_rep_num and
// broadcast_frequency_interval must be there.
type BroadcastSM struct {
	Header
	ServiceType          []byte
	Source               Address
	MessageID            []byte // of what is replaced
	PriorityFlag         uint8
	ScheduleDeliveryTime []byte
	ValidityPeriod       []byte
	ReplaceIfPresentFlag uint8
	DataCoding           DataCoding
	SMDefaultMsgID       uint8
	TLVs                 TLVs
}

func (p *BroadcastSM) walk(c *codec) {
	c.cstring("service_type", &p.ServiceType, 6, StatusInvSerTyp)
	c.address(&sourceAddr, &p.Source, 21)
	c.messageID(&p.MessageID)
	c.priority(&p.PriorityFlag)
	c.time("schedule_delivery_time", &p.ScheduleDeliveryTime, StatusInvSched)
	c.time("validity_period", &p.ValidityPeriod, StatusInvExpiry)
	c.most("replace_if_present_flag", &p.ReplaceIfPresentFlag, 1, StatusInvRepFlag)
	c.flags("data_coding", (*uint8)(&p.DataCoding))
	c.defaultMsgID(&p.SMDefaultMsgID)
	c.tlvs(&p.TLVs)
	c.require(p.TLVs, TagBroadcastAreaIdentifier, TagBroadcastContentType, TagBroadcastRepNum, TagBroadcastFrequencyInterval)
}

// require notes which TLV is missing from a PDU that is written.
func (c *codec) require(t TLVs, tags ...Tag) {
	if c.mode != writing || c.head.Status != StatusOK {
		return
	}
	for _, tag := range tags {
		if !t.Has(tag) {
			c.fail(tag.String(), "missing", StatusMissingTLV)
		}
	}
}

// BroadcastSMResp is a broadcast_sm_resp (5.0 §4.4.1.2).
type BroadcastSMResp MessageIDResp

// QueryBroadcastSM is a query_broadcast_sm (5.0 §4.6.1.1).
type QueryBroadcastSM struct {
	Header
	MessageID []byte
	Source    Address
	TLVs      TLVs
}

func (p *QueryBroadcastSM) walk(c *codec) { (*QuerySM)(p).walk(c) }

// QueryBroadcastSMResp is a query_broadcast_sm_resp (5.0 §4.6.1.3).
type QueryBroadcastSMResp struct {
	Header
	MessageID []byte
	TLVs      TLVs
}

func (p *QueryBroadcastSMResp) walk(c *codec) {
	(*MessageIDResp)(p).walk(c)
	c.require(p.TLVs, TagMessageState, TagBroadcastAreaIdentifier, TagBroadcastAreaSuccess)
}

// CancelBroadcastSM is a cancel_broadcast_sm (5.0 §4.6.2.1).
type CancelBroadcastSM struct {
	Header
	ServiceType []byte
	MessageID   []byte
	Source      Address
	TLVs        TLVs
}

func (p *CancelBroadcastSM) walk(c *codec) {
	c.cstring("service_type", &p.ServiceType, 6, StatusInvSerTyp)
	c.messageID(&p.MessageID)
	c.address(&sourceAddr, &p.Source, 21)
	c.tlvs(&p.TLVs)
}

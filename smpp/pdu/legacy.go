package pdu

// The PDUs that only 3.3 has. Their layout is second hand; they are read so that
// they can be told, and refused.

// ParamRetrieve is a param_retrieve.
type ParamRetrieve struct {
	Header
	ParamName []byte
}

func (p *ParamRetrieve) walk(c *codec) { c.cstring("param_name", &p.ParamName, 32, StatusSysErr) }

// ParamRetrieveResp is a param_retrieve_resp.
type ParamRetrieveResp struct {
	Header
	ParamValue []byte
}

func (p *ParamRetrieveResp) walk(c *codec) {
	c.cstring("param_value", &p.ParamValue, 101, StatusSysErr)
}

// QueryLastMsgs is a query_last_msgs.
type QueryLastMsgs struct {
	Header
	Source Address
	Number uint8 // of messages asked for
}

func (p *QueryLastMsgs) walk(c *codec) {
	c.address(&sourceAddr, &p.Source, 21)
	c.u8("num_msgs", &p.Number)
}

// QueryLastMsgsResp is a query_last_msgs_resp.
type QueryLastMsgsResp struct {
	Header
	MessageIDs [][]byte
}

func (p *QueryLastMsgsResp) walk(c *codec) {
	n := uint8(min(len(p.MessageIDs), 255))
	c.u8("num_msgs", &n)
	if c.mode == reading {
		p.MessageIDs = nil
		for range n {
			if c.ended || c.i >= len(c.b) {
				c.short("message_id")
				break
			}
			var id []byte
			c.messageID(&id)
			p.MessageIDs = append(p.MessageIDs, id)
		}
		return
	}
	for i := range p.MessageIDs {
		c.messageID(&p.MessageIDs[i])
	}
}

// QueryMsgDetails is a query_msg_details.
type QueryMsgDetails struct {
	Header
	MessageID []byte
	Source    Address
	SMLength  uint8 // octets of the text wanted
}

func (p *QueryMsgDetails) walk(c *codec) {
	c.messageID(&p.MessageID)
	c.address(&sourceAddr, &p.Source, 21)
	c.u8("sm_length", &p.SMLength)
}

// QueryMsgDetailsResp is a query_msg_details_resp.
type QueryMsgDetailsResp struct {
	Header
	ServiceType          []byte
	Source               Address
	DestAddresses        []DestAddress
	ProtocolID           uint8
	PriorityFlag         uint8
	ScheduleDeliveryTime []byte
	ValidityPeriod       []byte
	RegisteredDelivery   RegisteredDelivery
	DataCoding           DataCoding
	ShortMessage         []byte
	MessageID            []byte
	FinalDate            []byte
	MessageStatus        MessageState
	ErrorCode            uint8
}

func (p *QueryMsgDetailsResp) walk(c *codec) {
	c.cstring("service_type", &p.ServiceType, 6, StatusInvSerTyp)
	c.address(&sourceAddr, &p.Source, 21)
	dests := SubmitMulti{DestAddresses: p.DestAddresses}
	dests.walkDests(c)
	p.DestAddresses = dests.DestAddresses
	c.u8("protocol_id", &p.ProtocolID)
	c.priority(&p.PriorityFlag)
	c.time("schedule_delivery_time", &p.ScheduleDeliveryTime, StatusInvSched)
	c.time("validity_period", &p.ValidityPeriod, StatusInvExpiry)
	c.registeredDelivery(&p.RegisteredDelivery)
	c.flags("data_coding", (*uint8)(&p.DataCoding))
	c.shortMessage(&p.ShortMessage)
	c.messageID(&p.MessageID)
	c.time("final_date", &p.FinalDate, StatusOK)
	c.u8("message_status", (*uint8)(&p.MessageStatus))
	c.u8("error_code", &p.ErrorCode)
}

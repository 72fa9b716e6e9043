package pdu

// SubmitMulti is a submit_multi (3.4 §4.5.1, 5.0 §4.2.3.1).
type SubmitMulti struct {
	Header
	ServiceType          []byte
	Source               Address
	DestAddresses        []DestAddress // number_of_dests is their number
	ESMClass             ESMClass
	ProtocolID           uint8
	PriorityFlag         uint8
	ScheduleDeliveryTime []byte
	ValidityPeriod       []byte
	RegisteredDelivery   RegisteredDelivery
	ReplaceIfPresentFlag uint8
	DataCoding           DataCoding
	SMDefaultMsgID       uint8
	ShortMessage         []byte
	TLVs                 TLVs
}

// A DestAddress is one dest_address: a distribution list if it has the name of
// one, else an SME.
type DestAddress struct {
	SME    Address
	DLName []byte
}

// The values of dest_flag.
const (
	destSME = 1
	destDL  = 2
)

func (p *SubmitMulti) walk(c *codec) {
	c.cstring("service_type", &p.ServiceType, 6, StatusInvSerTyp)
	c.address(&sourceAddr, &p.Source, 21)
	p.walkDests(c)
	c.esmClass(&p.ESMClass)
	c.u8("protocol_id", &p.ProtocolID)
	c.priority(&p.PriorityFlag)
	c.time("schedule_delivery_time", &p.ScheduleDeliveryTime, StatusInvSched)
	c.time("validity_period", &p.ValidityPeriod, StatusInvExpiry)
	c.registeredDelivery(&p.RegisteredDelivery)
	replace := uint8(1)
	if c.d.Version.Known() == V34 {
		replace = 0 // 3.4 reserves it here
	}
	c.most("replace_if_present_flag", &p.ReplaceIfPresentFlag, replace, StatusInvRepFlag)
	c.flags("data_coding", (*uint8)(&p.DataCoding))
	c.defaultMsgID(&p.SMDefaultMsgID)
	c.shortMessage(&p.ShortMessage)
	c.tlvs(&p.TLVs)
	c.text(p.ESMClass, p.DataCoding, p.ShortMessage, p.TLVs)
}

func (p *SubmitMulti) walkDests(c *codec) {
	const field = "number_of_dests"
	n := uint8(min(len(p.DestAddresses), 255))
	if c.mode == writing && (n == 0 || len(p.DestAddresses) > int(c.octetMost())) {
		c.fail(field, "not within 1 and "+itoa(c.octetMost()), StatusInvNumDests)
	}
	c.u8(field, &n)
	if c.mode == reading {
		p.DestAddresses = nil
		for range n {
			if c.ended || c.fault.field != "" {
				return
			}
			var d DestAddress
			d.walk(c)
			p.DestAddresses = append(p.DestAddresses, d)
		}
		return
	}
	for i := range p.DestAddresses {
		p.DestAddresses[i].walk(c)
	}
}

func (d *DestAddress) walk(c *codec) {
	flag := uint8(destSME)
	if len(d.DLName) > 0 {
		flag = destDL
	}
	if c.mode != telling {
		c.u8("dest_flag", &flag)
	}
	switch flag {
	case destSME:
		c.address(&destAddr, &d.SME, 21)
	case destDL:
		c.cstring("dl_name", &d.DLName, 21, StatusInvDLName)
	default:
		c.fail("dest_flag", "neither 1 nor 2", StatusInvDestFlag)
	}
}

// SubmitMultiResp is a submit_multi_resp (3.4 §4.5.2, 5.0 §4.2.3.2).
type SubmitMultiResp struct {
	Header
	MessageID     []byte         // one for all destinations
	UnsuccessSMEs []UnsuccessSME // no_unsuccess is their number
	TLVs          TLVs
}

// An UnsuccessSME is a destination that was refused.
type UnsuccessSME struct {
	SME             Address
	ErrorStatusCode Status
}

func (p *SubmitMultiResp) walk(c *codec) {
	const field = "no_unsuccess"
	c.messageID(&p.MessageID)
	n := uint8(min(len(p.UnsuccessSMEs), 255))
	if c.mode == writing && len(p.UnsuccessSMEs) > 255 {
		c.fail(field, "above 255", StatusInvNumDests)
	}
	c.u8(field, &n)
	if c.mode == reading {
		p.UnsuccessSMEs = nil
		for range n {
			if c.ended || c.i >= len(c.b) {
				c.short("unsuccess_sme")
				break
			}
			var u UnsuccessSME
			u.walk(c)
			p.UnsuccessSMEs = append(p.UnsuccessSMEs, u)
		}
	} else {
		for i := range p.UnsuccessSMEs {
			p.UnsuccessSMEs[i].walk(c)
		}
	}
	c.tlvs(&p.TLVs)
}

func (u *UnsuccessSME) walk(c *codec) {
	c.address(&destAddr, &u.SME, 21)
	c.u32("error_status_code", (*uint32)(&u.ErrorStatusCode))
}

package pdu

// DataSM is a data_sm, which travels both ways (3.4 §4.7.1, 5.0 §4.2.2.1). Its
// text is in message_payload.
type DataSM struct {
	Header
	ServiceType        []byte
	Source             Address
	Destination        Address
	ESMClass           ESMClass
	RegisteredDelivery RegisteredDelivery
	DataCoding         DataCoding
	TLVs               TLVs
}

// Text returns the message_payload, without half a character at the end of a
// UCS-2 text.
func (p *DataSM) Text() []byte {
	payload, _ := p.TLVs.Get(TagMessagePayload)
	return even(p.ESMClass, p.DataCoding, payload)
}

func (p *DataSM) walk(c *codec) {
	c.cstring("service_type", &p.ServiceType, 6, StatusInvSerTyp)
	c.address(&sourceAddr, &p.Source, 65)
	c.address(&destAddr, &p.Destination, 65)
	c.esmClass(&p.ESMClass)
	c.registeredDelivery(&p.RegisteredDelivery)
	c.flags("data_coding", (*uint8)(&p.DataCoding))
	c.tlvs(&p.TLVs)
	c.text(p.ESMClass, p.DataCoding, nil, p.TLVs)
}

// DataSMResp is a data_sm_resp (3.4 §4.7.2, 5.0 §4.2.2.2).
type DataSMResp MessageIDResp

// AlertNotification is an alert_notification (3.4 §4.12.1, 5.0 §4.1.3.1). It is
// not answered.
type AlertNotification struct {
	Header
	Source Address // the mobile
	ESME   Address
	TLVs   TLVs // ms_availability_status
}

func (p *AlertNotification) walk(c *codec) {
	c.address(&sourceAddr, &p.Source, 65)
	c.address(&esmeAddr, &p.ESME, 65)
	c.tlvs(&p.TLVs)
}

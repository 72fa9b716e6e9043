package pdu

// The PDUs that every message costs: their codec stays on the stack.

// AppendTo appends the PDU: see PDU.
func (p *SubmitSM) AppendTo(b []byte, d Dialect) ([]byte, error) {
	return (*SM)(p).appendTo(b, IDSubmitSM, d)
}

// Decode reads the PDU: see PDU.
func (p *SubmitSM) Decode(b []byte) (Inexact, error) { return (*SM)(p).decode(b, IDSubmitSM) }

// AppendTo appends the PDU: see PDU.
func (p *DeliverSM) AppendTo(b []byte, d Dialect) ([]byte, error) {
	return (*SM)(p).appendTo(b, IDDeliverSM, d)
}

// Decode reads the PDU: see PDU.
func (p *DeliverSM) Decode(b []byte) (Inexact, error) { return (*SM)(p).decode(b, IDDeliverSM) }

// AppendTo appends the PDU: see PDU.
func (p *SubmitSMResp) AppendTo(b []byte, d Dialect) ([]byte, error) {
	return (*MessageIDResp)(p).appendTo(b, IDSubmitSMResp, d)
}

// Decode reads the PDU: see PDU.
func (p *SubmitSMResp) Decode(b []byte) (Inexact, error) {
	return (*MessageIDResp)(p).decode(b, IDSubmitSMResp)
}

// AppendTo appends the PDU: see PDU.
func (p *DeliverSMResp) AppendTo(b []byte, d Dialect) ([]byte, error) {
	return (*MessageIDResp)(p).appendTo(b, IDDeliverSMResp, d)
}

// Decode reads the PDU: see PDU.
func (p *DeliverSMResp) Decode(b []byte) (Inexact, error) {
	return (*MessageIDResp)(p).decode(b, IDDeliverSMResp)
}

// AppendTo appends the PDU: see PDU.
func (p *DataSMResp) AppendTo(b []byte, d Dialect) ([]byte, error) {
	return (*MessageIDResp)(p).appendTo(b, IDDataSMResp, d)
}

// Decode reads the PDU: see PDU.
func (p *DataSMResp) Decode(b []byte) (Inexact, error) {
	return (*MessageIDResp)(p).decode(b, IDDataSMResp)
}

// AppendTo appends the PDU: see PDU.
func (p *DataSM) AppendTo(b []byte, d Dialect) ([]byte, error) {
	c := startWriting(b, IDDataSM, &p.Header, d)
	p.walk(&c)
	return c.endWriting()
}

// Decode reads the PDU: see PDU.
func (p *DataSM) Decode(b []byte) (Inexact, error) {
	*p = DataSM{}
	c, err := startReading(b, IDDataSM)
	if err != nil {
		return Inexact{}, err
	}
	p.Header = c.head
	p.walk(&c)
	x, _, err := c.endReading()
	return x, err
}

func (p *MessageIDResp) appendTo(b []byte, id ID, d Dialect) ([]byte, error) {
	c := startWriting(b, id, &p.Header, d)
	p.walk(&c)
	return c.endWriting()
}

func (p *MessageIDResp) decode(b []byte, id ID) (Inexact, error) {
	*p = MessageIDResp{}
	c, err := startReading(b, id)
	if err != nil {
		return Inexact{}, err
	}
	p.Header = c.head
	if !c.bodiless() {
		p.walk(&c)
	}
	x, drop, err := c.endReading()
	if drop {
		*p = MessageIDResp{Header: c.head}
	}
	return x, err
}

func (p *SM) appendTo(b []byte, id ID, d Dialect) ([]byte, error) {
	if to, ok := p.quickAppend(b, id, d); ok {
		return to, nil
	}
	c := startWriting(b, id, &p.Header, d)
	p.walk(&c)
	return c.endWriting()
}

func (p *SM) decode(b []byte, id ID) (Inexact, error) {
	*p = SM{}
	if p.quickDecode(b, id) {
		return Inexact{}, nil
	}
	*p = SM{}
	c, err := startReading(b, id)
	if err != nil {
		return Inexact{}, err
	}
	p.Header = c.head
	p.walk(&c)
	x, _, err := c.endReading()
	return x, err
}

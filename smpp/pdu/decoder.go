package pdu

// Decode reads one whole PDU, whatever it is, into a value of its own. That is
// filled with views of b. An id that no specification has gives an *Unknown and
// no error. The error is a *HeaderError or a *BodyError.
func Decode(b []byte) (PDU, Inexact, error) {
	var d Decoder
	return d.Decode(b)
}

// A Decoder reads one PDU after the other. It keeps a value for each kind that
// a message costs, so that reading those allocates nothing.
type Decoder struct {
	submit      SubmitSM
	submitResp  SubmitSMResp
	deliver     DeliverSM
	deliverResp DeliverSMResp
	data        DataSM
	dataResp    DataSMResp
}

// Decode reads as the function does. The PDU it returns is valid until the next
// call and as long as b is left alone; Clone keeps it.
func (d *Decoder) Decode(b []byte) (PDU, Inexact, error) {
	var p PDU
	switch id := peekID(b); id {
	case IDSubmitSM:
		p = &d.submit
	case IDSubmitSMResp:
		p = &d.submitResp
	case IDDeliverSM:
		p = &d.deliver
	case IDDeliverSMResp:
		p = &d.deliverResp
	case IDDataSM:
		p = &d.data
	case IDDataSMResp:
		p = &d.dataResp
	default:
		p = New(id)
	}
	x, err := p.Decode(b)
	if err != nil {
		return nil, x, err
	}
	return p, x, nil
}

func peekID(b []byte) ID {
	if len(b) < HeaderSize {
		return 0
	}
	_, id, _ := PeekHeader(b)
	return id
}

// own gives p, a shallow copy, octets of its own.
func own(p PDU) PDU {
	c := codec{mode: sizing}
	p.walk(&c)
	c.mode, c.b = copying, make([]byte, 0, c.i)
	p.walk(&c)
	return p
}

package pdu

// Bind is what the three binds are: each is converted to it without cost.
type Bind struct {
	Header
	SystemID         []byte
	Password         []byte
	SystemType       []byte
	InterfaceVersion Version
	AddrRange        Address // addr_ton, addr_npi, address_range
	TLVs             TLVs
}

type (
	// BindTransmitter is a bind_transmitter (3.4 §4.1.1, 5.0 §4.1.1.1).
	BindTransmitter Bind
	// BindReceiver is a bind_receiver (3.4 §4.1.3, 5.0 §4.1.1.3).
	BindReceiver Bind
	// BindTransceiver is a bind_transceiver (3.4 §4.1.5, 5.0 §4.1.1.5).
	BindTransceiver Bind
)

func (p *Bind) walk(c *codec) {
	c.cstring("system_id", &p.SystemID, 16, StatusInvSysID)
	c.password(&p.Password)
	c.cstring("system_type", &p.SystemType, 13, StatusInvSysTyp)
	c.flags("interface_version", (*uint8)(&p.InterfaceVersion))
	c.address(&rangeAddr, &p.AddrRange, 41)
	c.tlvs(&p.TLVs)
}

// BindResp is what the three responses to a bind are.
type BindResp struct {
	Header
	SystemID []byte
	TLVs     TLVs // sc_interface_version
}

type (
	// BindTransmitterResp is a bind_transmitter_resp (3.4 §4.1.2, 5.0 §4.1.1.2).
	BindTransmitterResp BindResp
	// BindReceiverResp is a bind_receiver_resp (3.4 §4.1.4, 5.0 §4.1.1.4).
	BindReceiverResp BindResp
	// BindTransceiverResp is a bind_transceiver_resp (3.4 §4.1.6, 5.0 §4.1.1.6).
	BindTransceiverResp BindResp
)

func (p *BindResp) walk(c *codec) {
	c.cstring("system_id", &p.SystemID, 16, StatusInvSysID)
	c.tlvs(&p.TLVs)
}

// AsBind returns any bind as what the three have in common.
func AsBind(p PDU) (*Bind, bool) {
	switch p := p.(type) {
	case *BindTransmitter:
		return (*Bind)(p), true
	case *BindReceiver:
		return (*Bind)(p), true
	case *BindTransceiver:
		return (*Bind)(p), true
	}
	return nil, false
}

// AsBindResp returns any response to a bind as what the three have in common:
// some message centres answer with another one's.
func AsBindResp(p PDU) (*BindResp, bool) {
	switch p := p.(type) {
	case *BindTransmitterResp:
		return (*BindResp)(p), true
	case *BindReceiverResp:
		return (*BindResp)(p), true
	case *BindTransceiverResp:
		return (*BindResp)(p), true
	}
	return nil, false
}

// Outbind is an outbind (3.4 §4.1.7, 5.0 §4.1.1.7). It is not answered.
type Outbind struct {
	Header
	SystemID []byte
	Password []byte
	TLVs     TLVs
}

func (p *Outbind) walk(c *codec) {
	c.cstring("system_id", &p.SystemID, 16, StatusInvSysID)
	c.password(&p.Password)
	c.tlvs(&p.TLVs)
}

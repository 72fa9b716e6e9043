package pdu

type (
	// Unbind is an unbind (3.4 §4.2.1, 5.0 §4.1.1.8).
	Unbind struct{ Header }
	// EnquireLink is an enquire_link (3.4 §4.11.1, 5.0 §4.1.2.1).
	EnquireLink struct{ Header }
)

// BareResp is what the responses without a body are. Since 5.0 a
// congestion_state may stand in any response.
type BareResp struct {
	Header
	TLVs TLVs
}

type (
	// GenericNack is a generic_nack (3.4 §4.3.1, 5.0 §4.1.4.1).
	GenericNack BareResp
	// UnbindResp is an unbind_resp (3.4 §4.2.2, 5.0 §4.1.1.9).
	UnbindResp BareResp
	// EnquireLinkResp is an enquire_link_resp (3.4 §4.11.2, 5.0 §4.1.2.2).
	EnquireLinkResp BareResp
	// CancelSMResp is a cancel_sm_resp (3.4 §4.9.2, 5.0 §4.5.1.2).
	CancelSMResp BareResp
	// ReplaceSMResp is a replace_sm_resp (3.4 §4.10.2, 5.0 §4.5.3.2).
	ReplaceSMResp BareResp
	// CancelBroadcastSMResp is a cancel_broadcast_sm_resp (5.0 §4.6.2.3).
	CancelBroadcastSMResp BareResp
)

func (p *BareResp) walk(c *codec) { c.tlvs(&p.TLVs) }

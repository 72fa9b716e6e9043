package pdu

import "slices"

// The methods that make each type a PDU. Those of the PDUs that a message costs
// stand in hot.go. The file is long because each of 39 types needs its own, and
// holds nothing else.

// ID returns the command_id.
func (*BindTransmitter) ID() ID { return IDBindTransmitter }

// AppendTo appends the PDU: see PDU.
func (p *BindTransmitter) AppendTo(b []byte, d Dialect) ([]byte, error) { return write(b, p, d) }

// Decode reads the PDU: see PDU.
func (p *BindTransmitter) Decode(b []byte) (Inexact, error) {
	*p = BindTransmitter{}
	return read(b, p)
}

// Clone copies the PDU: see PDU.
func (p *BindTransmitter) Clone() PDU {
	q := *p
	return own(&q)
}

func (p *BindTransmitter) walk(c *codec) { (*Bind)(p).walk(c) }

// ID returns the command_id.
func (*BindReceiver) ID() ID { return IDBindReceiver }

// AppendTo appends the PDU: see PDU.
func (p *BindReceiver) AppendTo(b []byte, d Dialect) ([]byte, error) { return write(b, p, d) }

// Decode reads the PDU: see PDU.
func (p *BindReceiver) Decode(b []byte) (Inexact, error) {
	*p = BindReceiver{}
	return read(b, p)
}

// Clone copies the PDU: see PDU.
func (p *BindReceiver) Clone() PDU {
	q := *p
	return own(&q)
}

func (p *BindReceiver) walk(c *codec) { (*Bind)(p).walk(c) }

// ID returns the command_id.
func (*BindTransceiver) ID() ID { return IDBindTransceiver }

// AppendTo appends the PDU: see PDU.
func (p *BindTransceiver) AppendTo(b []byte, d Dialect) ([]byte, error) { return write(b, p, d) }

// Decode reads the PDU: see PDU.
func (p *BindTransceiver) Decode(b []byte) (Inexact, error) {
	*p = BindTransceiver{}
	return read(b, p)
}

// Clone copies the PDU: see PDU.
func (p *BindTransceiver) Clone() PDU {
	q := *p
	return own(&q)
}

func (p *BindTransceiver) walk(c *codec) { (*Bind)(p).walk(c) }

// ID returns the command_id.
func (*BindTransmitterResp) ID() ID { return IDBindTransmitterResp }

// AppendTo appends the PDU: see PDU.
func (p *BindTransmitterResp) AppendTo(b []byte, d Dialect) ([]byte, error) { return write(b, p, d) }

// Decode reads the PDU: see PDU.
func (p *BindTransmitterResp) Decode(b []byte) (Inexact, error) {
	*p = BindTransmitterResp{}
	return read(b, p)
}

// Clone copies the PDU: see PDU.
func (p *BindTransmitterResp) Clone() PDU {
	q := *p
	return own(&q)
}

func (p *BindTransmitterResp) walk(c *codec) { (*BindResp)(p).walk(c) }

// ID returns the command_id.
func (*BindReceiverResp) ID() ID { return IDBindReceiverResp }

// AppendTo appends the PDU: see PDU.
func (p *BindReceiverResp) AppendTo(b []byte, d Dialect) ([]byte, error) { return write(b, p, d) }

// Decode reads the PDU: see PDU.
func (p *BindReceiverResp) Decode(b []byte) (Inexact, error) {
	*p = BindReceiverResp{}
	return read(b, p)
}

// Clone copies the PDU: see PDU.
func (p *BindReceiverResp) Clone() PDU {
	q := *p
	return own(&q)
}

func (p *BindReceiverResp) walk(c *codec) { (*BindResp)(p).walk(c) }

// ID returns the command_id.
func (*BindTransceiverResp) ID() ID { return IDBindTransceiverResp }

// AppendTo appends the PDU: see PDU.
func (p *BindTransceiverResp) AppendTo(b []byte, d Dialect) ([]byte, error) { return write(b, p, d) }

// Decode reads the PDU: see PDU.
func (p *BindTransceiverResp) Decode(b []byte) (Inexact, error) {
	*p = BindTransceiverResp{}
	return read(b, p)
}

// Clone copies the PDU: see PDU.
func (p *BindTransceiverResp) Clone() PDU {
	q := *p
	return own(&q)
}

func (p *BindTransceiverResp) walk(c *codec) { (*BindResp)(p).walk(c) }

// ID returns the command_id.
func (*Outbind) ID() ID { return IDOutbind }

// AppendTo appends the PDU: see PDU.
func (p *Outbind) AppendTo(b []byte, d Dialect) ([]byte, error) { return write(b, p, d) }

// Decode reads the PDU: see PDU.
func (p *Outbind) Decode(b []byte) (Inexact, error) {
	*p = Outbind{}
	return read(b, p)
}

// Clone copies the PDU: see PDU.
func (p *Outbind) Clone() PDU {
	q := *p
	return own(&q)
}

// ID returns the command_id.
func (*Unbind) ID() ID { return IDUnbind }

// AppendTo appends the PDU: see PDU.
func (p *Unbind) AppendTo(b []byte, d Dialect) ([]byte, error) { return write(b, p, d) }

// Decode reads the PDU: see PDU.
func (p *Unbind) Decode(b []byte) (Inexact, error) {
	*p = Unbind{}
	return read(b, p)
}

// Clone copies the PDU: see PDU.
func (p *Unbind) Clone() PDU {
	q := *p
	return own(&q)
}

func (*Unbind) walk(*codec) {}

// ID returns the command_id.
func (*EnquireLink) ID() ID { return IDEnquireLink }

// AppendTo appends the PDU: see PDU.
func (p *EnquireLink) AppendTo(b []byte, d Dialect) ([]byte, error) { return write(b, p, d) }

// Decode reads the PDU: see PDU.
func (p *EnquireLink) Decode(b []byte) (Inexact, error) {
	*p = EnquireLink{}
	return read(b, p)
}

// Clone copies the PDU: see PDU.
func (p *EnquireLink) Clone() PDU {
	q := *p
	return own(&q)
}

func (*EnquireLink) walk(*codec) {}

// ID returns the command_id.
func (*GenericNack) ID() ID { return IDGenericNack }

// AppendTo appends the PDU: see PDU.
func (p *GenericNack) AppendTo(b []byte, d Dialect) ([]byte, error) { return write(b, p, d) }

// Decode reads the PDU: see PDU.
func (p *GenericNack) Decode(b []byte) (Inexact, error) {
	*p = GenericNack{}
	return read(b, p)
}

// Clone copies the PDU: see PDU.
func (p *GenericNack) Clone() PDU {
	q := *p
	return own(&q)
}

func (p *GenericNack) walk(c *codec) { (*BareResp)(p).walk(c) }

// ID returns the command_id.
func (*UnbindResp) ID() ID { return IDUnbindResp }

// AppendTo appends the PDU: see PDU.
func (p *UnbindResp) AppendTo(b []byte, d Dialect) ([]byte, error) { return write(b, p, d) }

// Decode reads the PDU: see PDU.
func (p *UnbindResp) Decode(b []byte) (Inexact, error) {
	*p = UnbindResp{}
	return read(b, p)
}

// Clone copies the PDU: see PDU.
func (p *UnbindResp) Clone() PDU {
	q := *p
	return own(&q)
}

func (p *UnbindResp) walk(c *codec) { (*BareResp)(p).walk(c) }

// ID returns the command_id.
func (*EnquireLinkResp) ID() ID { return IDEnquireLinkResp }

// AppendTo appends the PDU: see PDU.
func (p *EnquireLinkResp) AppendTo(b []byte, d Dialect) ([]byte, error) { return write(b, p, d) }

// Decode reads the PDU: see PDU.
func (p *EnquireLinkResp) Decode(b []byte) (Inexact, error) {
	*p = EnquireLinkResp{}
	return read(b, p)
}

// Clone copies the PDU: see PDU.
func (p *EnquireLinkResp) Clone() PDU {
	q := *p
	return own(&q)
}

func (p *EnquireLinkResp) walk(c *codec) { (*BareResp)(p).walk(c) }

// ID returns the command_id.
func (*CancelSMResp) ID() ID { return IDCancelSMResp }

// AppendTo appends the PDU: see PDU.
func (p *CancelSMResp) AppendTo(b []byte, d Dialect) ([]byte, error) { return write(b, p, d) }

// Decode reads the PDU: see PDU.
func (p *CancelSMResp) Decode(b []byte) (Inexact, error) {
	*p = CancelSMResp{}
	return read(b, p)
}

// Clone copies the PDU: see PDU.
func (p *CancelSMResp) Clone() PDU {
	q := *p
	return own(&q)
}

func (p *CancelSMResp) walk(c *codec) { (*BareResp)(p).walk(c) }

// ID returns the command_id.
func (*ReplaceSMResp) ID() ID { return IDReplaceSMResp }

// AppendTo appends the PDU: see PDU.
func (p *ReplaceSMResp) AppendTo(b []byte, d Dialect) ([]byte, error) { return write(b, p, d) }

// Decode reads the PDU: see PDU.
func (p *ReplaceSMResp) Decode(b []byte) (Inexact, error) {
	*p = ReplaceSMResp{}
	return read(b, p)
}

// Clone copies the PDU: see PDU.
func (p *ReplaceSMResp) Clone() PDU {
	q := *p
	return own(&q)
}

func (p *ReplaceSMResp) walk(c *codec) { (*BareResp)(p).walk(c) }

// ID returns the command_id.
func (*CancelBroadcastSMResp) ID() ID { return IDCancelBroadcastSMResp }

// AppendTo appends the PDU: see PDU.
func (p *CancelBroadcastSMResp) AppendTo(b []byte, d Dialect) ([]byte, error) { return write(b, p, d) }

// Decode reads the PDU: see PDU.
func (p *CancelBroadcastSMResp) Decode(b []byte) (Inexact, error) {
	*p = CancelBroadcastSMResp{}
	return read(b, p)
}

// Clone copies the PDU: see PDU.
func (p *CancelBroadcastSMResp) Clone() PDU {
	q := *p
	return own(&q)
}

func (p *CancelBroadcastSMResp) walk(c *codec) { (*BareResp)(p).walk(c) }

// ID returns the command_id.
func (*SubmitSM) ID() ID { return IDSubmitSM }

// Clone copies the PDU: see PDU.
func (p *SubmitSM) Clone() PDU {
	q := *p
	return own(&q)
}

func (p *SubmitSM) walk(c *codec) { (*SM)(p).walk(c) }

// ID returns the command_id.
func (*DeliverSM) ID() ID { return IDDeliverSM }

// Clone copies the PDU: see PDU.
func (p *DeliverSM) Clone() PDU {
	q := *p
	return own(&q)
}

func (p *DeliverSM) walk(c *codec) { (*SM)(p).walk(c) }

// ID returns the command_id.
func (*SubmitSMResp) ID() ID { return IDSubmitSMResp }

// Clone copies the PDU: see PDU.
func (p *SubmitSMResp) Clone() PDU {
	q := *p
	return own(&q)
}

func (p *SubmitSMResp) walk(c *codec) { (*MessageIDResp)(p).walk(c) }

// ID returns the command_id.
func (*DeliverSMResp) ID() ID { return IDDeliverSMResp }

// Clone copies the PDU: see PDU.
func (p *DeliverSMResp) Clone() PDU {
	q := *p
	return own(&q)
}

func (p *DeliverSMResp) walk(c *codec) { (*MessageIDResp)(p).walk(c) }

// ID returns the command_id.
func (*DataSMResp) ID() ID { return IDDataSMResp }

// Clone copies the PDU: see PDU.
func (p *DataSMResp) Clone() PDU {
	q := *p
	return own(&q)
}

func (p *DataSMResp) walk(c *codec) { (*MessageIDResp)(p).walk(c) }

// ID returns the command_id.
func (*BroadcastSMResp) ID() ID { return IDBroadcastSMResp }

// AppendTo appends the PDU: see PDU.
func (p *BroadcastSMResp) AppendTo(b []byte, d Dialect) ([]byte, error) { return write(b, p, d) }

// Decode reads the PDU: see PDU.
func (p *BroadcastSMResp) Decode(b []byte) (Inexact, error) {
	*p = BroadcastSMResp{}
	return read(b, p)
}

// Clone copies the PDU: see PDU.
func (p *BroadcastSMResp) Clone() PDU {
	q := *p
	return own(&q)
}

func (p *BroadcastSMResp) walk(c *codec) { (*MessageIDResp)(p).walk(c) }

// ID returns the command_id.
func (*SubmitMulti) ID() ID { return IDSubmitMulti }

// AppendTo appends the PDU: see PDU.
func (p *SubmitMulti) AppendTo(b []byte, d Dialect) ([]byte, error) { return write(b, p, d) }

// Decode reads the PDU: see PDU.
func (p *SubmitMulti) Decode(b []byte) (Inexact, error) {
	*p = SubmitMulti{}
	return read(b, p)
}

// Clone copies the PDU: see PDU.
func (p *SubmitMulti) Clone() PDU {
	q := *p
	q.DestAddresses = slices.Clone(p.DestAddresses)
	return own(&q)
}

// ID returns the command_id.
func (*SubmitMultiResp) ID() ID { return IDSubmitMultiResp }

// AppendTo appends the PDU: see PDU.
func (p *SubmitMultiResp) AppendTo(b []byte, d Dialect) ([]byte, error) { return write(b, p, d) }

// Decode reads the PDU: see PDU.
func (p *SubmitMultiResp) Decode(b []byte) (Inexact, error) {
	*p = SubmitMultiResp{}
	return read(b, p)
}

// Clone copies the PDU: see PDU.
func (p *SubmitMultiResp) Clone() PDU {
	q := *p
	q.UnsuccessSMEs = slices.Clone(p.UnsuccessSMEs)
	return own(&q)
}

// ID returns the command_id.
func (*DataSM) ID() ID { return IDDataSM }

// Clone copies the PDU: see PDU.
func (p *DataSM) Clone() PDU {
	q := *p
	return own(&q)
}

// ID returns the command_id.
func (*AlertNotification) ID() ID { return IDAlertNotification }

// AppendTo appends the PDU: see PDU.
func (p *AlertNotification) AppendTo(b []byte, d Dialect) ([]byte, error) { return write(b, p, d) }

// Decode reads the PDU: see PDU.
func (p *AlertNotification) Decode(b []byte) (Inexact, error) {
	*p = AlertNotification{}
	return read(b, p)
}

// Clone copies the PDU: see PDU.
func (p *AlertNotification) Clone() PDU {
	q := *p
	return own(&q)
}

// ID returns the command_id.
func (*QuerySM) ID() ID { return IDQuerySM }

// AppendTo appends the PDU: see PDU.
func (p *QuerySM) AppendTo(b []byte, d Dialect) ([]byte, error) { return write(b, p, d) }

// Decode reads the PDU: see PDU.
func (p *QuerySM) Decode(b []byte) (Inexact, error) {
	*p = QuerySM{}
	return read(b, p)
}

// Clone copies the PDU: see PDU.
func (p *QuerySM) Clone() PDU {
	q := *p
	return own(&q)
}

// ID returns the command_id.
func (*QuerySMResp) ID() ID { return IDQuerySMResp }

// AppendTo appends the PDU: see PDU.
func (p *QuerySMResp) AppendTo(b []byte, d Dialect) ([]byte, error) { return write(b, p, d) }

// Decode reads the PDU: see PDU.
func (p *QuerySMResp) Decode(b []byte) (Inexact, error) {
	*p = QuerySMResp{}
	return read(b, p)
}

// Clone copies the PDU: see PDU.
func (p *QuerySMResp) Clone() PDU {
	q := *p
	return own(&q)
}

// ID returns the command_id.
func (*CancelSM) ID() ID { return IDCancelSM }

// AppendTo appends the PDU: see PDU.
func (p *CancelSM) AppendTo(b []byte, d Dialect) ([]byte, error) { return write(b, p, d) }

// Decode reads the PDU: see PDU.
func (p *CancelSM) Decode(b []byte) (Inexact, error) {
	*p = CancelSM{}
	return read(b, p)
}

// Clone copies the PDU: see PDU.
func (p *CancelSM) Clone() PDU {
	q := *p
	return own(&q)
}

// ID returns the command_id.
func (*ReplaceSM) ID() ID { return IDReplaceSM }

// AppendTo appends the PDU: see PDU.
func (p *ReplaceSM) AppendTo(b []byte, d Dialect) ([]byte, error) { return write(b, p, d) }

// Decode reads the PDU: see PDU.
func (p *ReplaceSM) Decode(b []byte) (Inexact, error) {
	*p = ReplaceSM{}
	return read(b, p)
}

// Clone copies the PDU: see PDU.
func (p *ReplaceSM) Clone() PDU {
	q := *p
	return own(&q)
}

// ID returns the command_id.
func (*BroadcastSM) ID() ID { return IDBroadcastSM }

// AppendTo appends the PDU: see PDU.
func (p *BroadcastSM) AppendTo(b []byte, d Dialect) ([]byte, error) { return write(b, p, d) }

// Decode reads the PDU: see PDU.
func (p *BroadcastSM) Decode(b []byte) (Inexact, error) {
	*p = BroadcastSM{}
	return read(b, p)
}

// Clone copies the PDU: see PDU.
func (p *BroadcastSM) Clone() PDU {
	q := *p
	return own(&q)
}

// ID returns the command_id.
func (*QueryBroadcastSM) ID() ID { return IDQueryBroadcastSM }

// AppendTo appends the PDU: see PDU.
func (p *QueryBroadcastSM) AppendTo(b []byte, d Dialect) ([]byte, error) { return write(b, p, d) }

// Decode reads the PDU: see PDU.
func (p *QueryBroadcastSM) Decode(b []byte) (Inexact, error) {
	*p = QueryBroadcastSM{}
	return read(b, p)
}

// Clone copies the PDU: see PDU.
func (p *QueryBroadcastSM) Clone() PDU {
	q := *p
	return own(&q)
}

// ID returns the command_id.
func (*QueryBroadcastSMResp) ID() ID { return IDQueryBroadcastSMResp }

// AppendTo appends the PDU: see PDU.
func (p *QueryBroadcastSMResp) AppendTo(b []byte, d Dialect) ([]byte, error) { return write(b, p, d) }

// Decode reads the PDU: see PDU.
func (p *QueryBroadcastSMResp) Decode(b []byte) (Inexact, error) {
	*p = QueryBroadcastSMResp{}
	return read(b, p)
}

// Clone copies the PDU: see PDU.
func (p *QueryBroadcastSMResp) Clone() PDU {
	q := *p
	return own(&q)
}

// ID returns the command_id.
func (*CancelBroadcastSM) ID() ID { return IDCancelBroadcastSM }

// AppendTo appends the PDU: see PDU.
func (p *CancelBroadcastSM) AppendTo(b []byte, d Dialect) ([]byte, error) { return write(b, p, d) }

// Decode reads the PDU: see PDU.
func (p *CancelBroadcastSM) Decode(b []byte) (Inexact, error) {
	*p = CancelBroadcastSM{}
	return read(b, p)
}

// Clone copies the PDU: see PDU.
func (p *CancelBroadcastSM) Clone() PDU {
	q := *p
	return own(&q)
}

// ID returns the command_id.
func (*ParamRetrieve) ID() ID { return IDParamRetrieve }

// AppendTo appends the PDU: see PDU.
func (p *ParamRetrieve) AppendTo(b []byte, d Dialect) ([]byte, error) { return write(b, p, d) }

// Decode reads the PDU: see PDU.
func (p *ParamRetrieve) Decode(b []byte) (Inexact, error) {
	*p = ParamRetrieve{}
	return read(b, p)
}

// Clone copies the PDU: see PDU.
func (p *ParamRetrieve) Clone() PDU {
	q := *p
	return own(&q)
}

// ID returns the command_id.
func (*ParamRetrieveResp) ID() ID { return IDParamRetrieveResp }

// AppendTo appends the PDU: see PDU.
func (p *ParamRetrieveResp) AppendTo(b []byte, d Dialect) ([]byte, error) { return write(b, p, d) }

// Decode reads the PDU: see PDU.
func (p *ParamRetrieveResp) Decode(b []byte) (Inexact, error) {
	*p = ParamRetrieveResp{}
	return read(b, p)
}

// Clone copies the PDU: see PDU.
func (p *ParamRetrieveResp) Clone() PDU {
	q := *p
	return own(&q)
}

// ID returns the command_id.
func (*QueryLastMsgs) ID() ID { return IDQueryLastMsgs }

// AppendTo appends the PDU: see PDU.
func (p *QueryLastMsgs) AppendTo(b []byte, d Dialect) ([]byte, error) { return write(b, p, d) }

// Decode reads the PDU: see PDU.
func (p *QueryLastMsgs) Decode(b []byte) (Inexact, error) {
	*p = QueryLastMsgs{}
	return read(b, p)
}

// Clone copies the PDU: see PDU.
func (p *QueryLastMsgs) Clone() PDU {
	q := *p
	return own(&q)
}

// ID returns the command_id.
func (*QueryLastMsgsResp) ID() ID { return IDQueryLastMsgsResp }

// AppendTo appends the PDU: see PDU.
func (p *QueryLastMsgsResp) AppendTo(b []byte, d Dialect) ([]byte, error) { return write(b, p, d) }

// Decode reads the PDU: see PDU.
func (p *QueryLastMsgsResp) Decode(b []byte) (Inexact, error) {
	*p = QueryLastMsgsResp{}
	return read(b, p)
}

// Clone copies the PDU: see PDU.
func (p *QueryLastMsgsResp) Clone() PDU {
	q := *p
	q.MessageIDs = slices.Clone(p.MessageIDs)
	return own(&q)
}

// ID returns the command_id.
func (*QueryMsgDetails) ID() ID { return IDQueryMsgDetails }

// AppendTo appends the PDU: see PDU.
func (p *QueryMsgDetails) AppendTo(b []byte, d Dialect) ([]byte, error) { return write(b, p, d) }

// Decode reads the PDU: see PDU.
func (p *QueryMsgDetails) Decode(b []byte) (Inexact, error) {
	*p = QueryMsgDetails{}
	return read(b, p)
}

// Clone copies the PDU: see PDU.
func (p *QueryMsgDetails) Clone() PDU {
	q := *p
	return own(&q)
}

// ID returns the command_id.
func (*QueryMsgDetailsResp) ID() ID { return IDQueryMsgDetailsResp }

// AppendTo appends the PDU: see PDU.
func (p *QueryMsgDetailsResp) AppendTo(b []byte, d Dialect) ([]byte, error) { return write(b, p, d) }

// Decode reads the PDU: see PDU.
func (p *QueryMsgDetailsResp) Decode(b []byte) (Inexact, error) {
	*p = QueryMsgDetailsResp{}
	return read(b, p)
}

// Clone copies the PDU: see PDU.
func (p *QueryMsgDetailsResp) Clone() PDU {
	q := *p
	q.DestAddresses = slices.Clone(p.DestAddresses)
	return own(&q)
}

package pdu

// New returns an empty PDU of the type that id says: an *Unknown where no
// specification has it.
func New(id ID) PDU {
	switch id {
	case IDBindTransmitter:
		return new(BindTransmitter)
	case IDBindReceiver:
		return new(BindReceiver)
	case IDBindTransceiver:
		return new(BindTransceiver)
	case IDBindTransmitterResp:
		return new(BindTransmitterResp)
	case IDBindReceiverResp:
		return new(BindReceiverResp)
	case IDBindTransceiverResp:
		return new(BindTransceiverResp)
	case IDOutbind:
		return new(Outbind)
	case IDUnbind:
		return new(Unbind)
	case IDEnquireLink:
		return new(EnquireLink)
	case IDGenericNack:
		return new(GenericNack)
	case IDUnbindResp:
		return new(UnbindResp)
	case IDEnquireLinkResp:
		return new(EnquireLinkResp)
	case IDCancelSMResp:
		return new(CancelSMResp)
	case IDReplaceSMResp:
		return new(ReplaceSMResp)
	case IDCancelBroadcastSMResp:
		return new(CancelBroadcastSMResp)
	case IDSubmitSM:
		return new(SubmitSM)
	case IDDeliverSM:
		return new(DeliverSM)
	case IDSubmitSMResp:
		return new(SubmitSMResp)
	case IDDeliverSMResp:
		return new(DeliverSMResp)
	case IDDataSMResp:
		return new(DataSMResp)
	case IDBroadcastSMResp:
		return new(BroadcastSMResp)
	case IDSubmitMulti:
		return new(SubmitMulti)
	case IDSubmitMultiResp:
		return new(SubmitMultiResp)
	case IDDataSM:
		return new(DataSM)
	case IDAlertNotification:
		return new(AlertNotification)
	case IDQuerySM:
		return new(QuerySM)
	case IDQuerySMResp:
		return new(QuerySMResp)
	case IDCancelSM:
		return new(CancelSM)
	case IDReplaceSM:
		return new(ReplaceSM)
	case IDBroadcastSM:
		return new(BroadcastSM)
	case IDQueryBroadcastSM:
		return new(QueryBroadcastSM)
	case IDQueryBroadcastSMResp:
		return new(QueryBroadcastSMResp)
	case IDCancelBroadcastSM:
		return new(CancelBroadcastSM)
	case IDParamRetrieve:
		return new(ParamRetrieve)
	case IDParamRetrieveResp:
		return new(ParamRetrieveResp)
	case IDQueryLastMsgs:
		return new(QueryLastMsgs)
	case IDQueryLastMsgsResp:
		return new(QueryLastMsgsResp)
	case IDQueryMsgDetails:
		return new(QueryMsgDetails)
	case IDQueryMsgDetailsResp:
		return new(QueryMsgDetailsResp)
	}
	return &Unknown{Command: id}
}

package pdu

import "strconv"

// An ID is a command_id (3.4 §5.1.2, 5.0 §4.7.5). A response has the id of its
// request with the highest bit set.
type ID uint32

// The commands of 3.3, 3.4 and 5.0.
const (
	IDGenericNack           ID = 0x80000000 // generic_nack
	IDBindReceiver          ID = 0x00000001 // bind_receiver
	IDBindReceiverResp      ID = 0x80000001 // bind_receiver_resp
	IDBindTransmitter       ID = 0x00000002 // bind_transmitter
	IDBindTransmitterResp   ID = 0x80000002 // bind_transmitter_resp
	IDQuerySM               ID = 0x00000003 // query_sm
	IDQuerySMResp           ID = 0x80000003 // query_sm_resp
	IDSubmitSM              ID = 0x00000004 // submit_sm
	IDSubmitSMResp          ID = 0x80000004 // submit_sm_resp
	IDDeliverSM             ID = 0x00000005 // deliver_sm
	IDDeliverSMResp         ID = 0x80000005 // deliver_sm_resp
	IDUnbind                ID = 0x00000006 // unbind
	IDUnbindResp            ID = 0x80000006 // unbind_resp
	IDReplaceSM             ID = 0x00000007 // replace_sm
	IDReplaceSMResp         ID = 0x80000007 // replace_sm_resp
	IDCancelSM              ID = 0x00000008 // cancel_sm
	IDCancelSMResp          ID = 0x80000008 // cancel_sm_resp
	IDBindTransceiver       ID = 0x00000009 // bind_transceiver
	IDBindTransceiverResp   ID = 0x80000009 // bind_transceiver_resp
	IDOutbind               ID = 0x0000000B // outbind
	IDEnquireLink           ID = 0x00000015 // enquire_link
	IDEnquireLinkResp       ID = 0x80000015 // enquire_link_resp
	IDSubmitMulti           ID = 0x00000021 // submit_multi
	IDSubmitMultiResp       ID = 0x80000021 // submit_multi_resp
	IDParamRetrieve         ID = 0x00000022 // param_retrieve, 3.3
	IDParamRetrieveResp     ID = 0x80000022 // param_retrieve_resp, 3.3
	IDQueryLastMsgs         ID = 0x00000023 // query_last_msgs, 3.3
	IDQueryLastMsgsResp     ID = 0x80000023 // query_last_msgs_resp, 3.3
	IDQueryMsgDetails       ID = 0x00000024 // query_msg_details, 3.3
	IDQueryMsgDetailsResp   ID = 0x80000024 // query_msg_details_resp, 3.3
	IDAlertNotification     ID = 0x00000102 // alert_notification
	IDDataSM                ID = 0x00000103 // data_sm
	IDDataSMResp            ID = 0x80000103 // data_sm_resp
	IDBroadcastSM           ID = 0x00000111 // broadcast_sm, 5.0
	IDBroadcastSMResp       ID = 0x80000111 // broadcast_sm_resp, 5.0
	IDQueryBroadcastSM      ID = 0x00000112 // query_broadcast_sm, 5.0
	IDQueryBroadcastSMResp  ID = 0x80000112 // query_broadcast_sm_resp, 5.0
	IDCancelBroadcastSM     ID = 0x00000113 // cancel_broadcast_sm, 5.0
	IDCancelBroadcastSMResp ID = 0x80000113 // cancel_broadcast_sm_resp, 5.0
)

const respBit ID = 0x80000000

// Response reports whether id is that of a response. generic_nack is one.
func (id ID) Response() bool { return id&respBit != 0 }

// Resp returns the id of the response to id, and whether there is one: an
// alert_notification and an outbind are never answered.
func (id ID) Resp() (ID, bool) {
	if id.Response() || id == IDOutbind || id == IDAlertNotification || !id.Known() {
		return 0, false
	}
	return id | respBit, true
}

// Known reports whether a specification defines id.
func (id ID) Known() bool { return id.def() != nil }

// Vendor reports whether id is from the range left to makers of message
// centres.
func (id ID) Vendor() bool { return id&^respBit >= 0x10200 && id&^respBit <= 0x102FF }

// String returns the specification's name, or the id in hexadecimal.
func (id ID) String() string {
	if def := id.def(); def != nil {
		return def.name
	}
	return "0x" + strconv.FormatUint(uint64(id)|1<<32, 16)[1:]
}

// A commandDef is what the specifications say of a command.
type commandDef struct {
	id    ID
	name  string
	since Version // first version that has it
	until Version // last version that has it
	place place   // how the table of TLVs calls it
}

// commands is 3.4 §5.1.2.1 and 5.0 §4.7.5; the three queries that only 3.3 has
// are second hand.
var commands = [...]commandDef{
	{IDGenericNack, "generic_nack", V33, V50, inOtherResp},
	{IDBindReceiver, "bind_receiver", V33, V50, 0},
	{IDBindReceiverResp, "bind_receiver_resp", V33, V50, inBindResp},
	{IDBindTransmitter, "bind_transmitter", V33, V50, 0},
	{IDBindTransmitterResp, "bind_transmitter_resp", V33, V50, inBindResp},
	{IDQuerySM, "query_sm", V33, V50, 0},
	{IDQuerySMResp, "query_sm_resp", V33, V50, inOtherResp},
	{IDSubmitSM, "submit_sm", V33, V50, inSubmit},
	{IDSubmitSMResp, "submit_sm_resp", V33, V50, inSubmitResp},
	{IDDeliverSM, "deliver_sm", V33, V50, inDeliver},
	{IDDeliverSMResp, "deliver_sm_resp", V33, V50, inDeliverResp},
	{IDUnbind, "unbind", V33, V50, 0},
	{IDUnbindResp, "unbind_resp", V33, V50, inOtherResp},
	{IDReplaceSM, "replace_sm", V33, V50, inReplace},
	{IDReplaceSMResp, "replace_sm_resp", V33, V50, inOtherResp},
	{IDCancelSM, "cancel_sm", V33, V50, 0},
	{IDCancelSMResp, "cancel_sm_resp", V33, V50, inOtherResp},
	{IDBindTransceiver, "bind_transceiver", V34, V50, 0},
	{IDBindTransceiverResp, "bind_transceiver_resp", V34, V50, inBindResp},
	{IDOutbind, "outbind", V34, V50, 0},
	{IDEnquireLink, "enquire_link", V33, V50, 0},
	{IDEnquireLinkResp, "enquire_link_resp", V33, V50, inOtherResp},
	{IDSubmitMulti, "submit_multi", V33, V50, inMulti},
	{IDSubmitMultiResp, "submit_multi_resp", V33, V50, inSubmitResp},
	{IDParamRetrieve, "param_retrieve", V33, V33, 0},
	{IDParamRetrieveResp, "param_retrieve_resp", V33, V33, inOtherResp},
	{IDQueryLastMsgs, "query_last_msgs", V33, V33, 0},
	{IDQueryLastMsgsResp, "query_last_msgs_resp", V33, V33, inOtherResp},
	{IDQueryMsgDetails, "query_msg_details", V33, V33, 0},
	{IDQueryMsgDetailsResp, "query_msg_details_resp", V33, V33, inOtherResp},
	{IDAlertNotification, "alert_notification", V34, V50, inAlert},
	{IDDataSM, "data_sm", V34, V50, inData},
	{IDDataSMResp, "data_sm_resp", V34, V50, inDataResp},
	{IDBroadcastSM, "broadcast_sm", V50, V50, inBroadcast},
	{IDBroadcastSMResp, "broadcast_sm_resp", V50, V50, inBroadcastResp},
	{IDQueryBroadcastSM, "query_broadcast_sm", V50, V50, inQueryBroadcast},
	{IDQueryBroadcastSMResp, "query_broadcast_sm_resp", V50, V50, inQueryBroadcastResp},
	{IDCancelBroadcastSM, "cancel_broadcast_sm", V50, V50, inCancelBroadcast},
	{IDCancelBroadcastSMResp, "cancel_broadcast_sm_resp", V50, V50, inOtherResp},
}

func (id ID) def() *commandDef {
	low := id &^ respBit
	if int(low&0x1FF) != int(low) {
		return nil
	}
	i := commandIndex[low][id>>31]
	if i == 0 {
		return nil
	}
	return &commands[i-1]
}

// commandIndex holds for each id, request and response, 1 more than its place
// in commands, or 0.
var commandIndex = func() (index [0x200][2]uint8) {
	for i, def := range commands {
		index[def.id&^respBit][def.id>>31] = uint8(i + 1)
	}
	return index
}()

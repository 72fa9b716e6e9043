package pdu

// A kind is how the octets of a TLV's value are read.
type kind uint8

const (
	octets  kind = iota
	number       // big endian
	cstring      // with a terminator that its length counts
)

// A place is a set of the PDUs in which a TLV may stand.
type place uint16

const (
	inSubmit place = 1 << iota
	inMulti
	inDeliver
	inData
	inDataResp
	inSubmitResp // submit_sm_resp and submit_multi_resp
	inDeliverResp
	inBindResp
	inAlert
	inReplace
	inBroadcast
	inBroadcastResp
	inQueryBroadcast
	inQueryBroadcastResp
	inCancelBroadcast
	inOtherResp

	// 5.0 §4.8 speaks of these. data_sm travels both ways, as its response does.
	inSubmission     = inSubmit | inMulti | inData
	inSubmissionResp = inSubmitResp | inDataResp
	inDelivery       = inDeliver | inData
	inDeliveryResp   = inDeliverResp | inDataResp
	inAnyResp        = inSubmissionResp | inDeliveryResp | inBindResp | inBroadcastResp | inQueryBroadcastResp | inOtherResp
)

// A tagDef is what the specifications say of a TLV.
type tagDef struct {
	tag         Tag
	name        string
	least, most int // octets of the value
	kind        kind
	v34, v50    place // where 3.4 and where 5.0 allow it
	repeats     bool  // the n-th belongs to the n-th of a companion
}

// tagDefs is 3.4 §5.3.2 and 5.0 §4.8.4, in the order of the tags.
var tagDefs = [...]tagDef{
	{TagDestAddrSubunit, "dest_addr_subunit", 1, 1, number, inSubmit | inMulti | inData, inSubmission | inDelivery | inBroadcast, false},
	{TagDestNetworkType, "dest_network_type", 1, 1, number, inData, inSubmission, false},
	{TagDestBearerType, "dest_bearer_type", 1, 1, number, inData, inSubmission, false},
	{TagDestTelematicsID, "dest_telematics_id", 2, 2, octets, inData, inSubmission, false},
	{TagSourceAddrSubunit, "source_addr_subunit", 1, 1, number, inSubmit | inMulti | inData, inSubmission | inDelivery | inBroadcast, false},
	{TagSourceNetworkType, "source_network_type", 1, 1, number, inData, inSubmission, false},
	{TagSourceBearerType, "source_bearer_type", 1, 1, number, inData, inSubmission, false},
	{TagSourceTelematicsID, "source_telematics_id", 1, 1, number, inData, inSubmission, false},
	{TagQoSTimeToLive, "qos_time_to_live", 4, 4, number, inData, inSubmission, false},
	{TagPayloadType, "payload_type", 1, 1, number, inSubmit | inMulti | inData | inDeliver, inSubmission | inDelivery | inBroadcast, false},
	{TagAdditionalStatusInfoText, "additional_status_info_text", 1, 256, cstring, inDataResp, inSubmissionResp | inDeliveryResp, false},
	{TagReceiptedMessageID, "receipted_message_id", 1, 65, cstring, inDeliver | inData, inDelivery, false},
	{TagMSMsgWaitFacilities, "ms_msg_wait_facilities", 1, 1, number, inSubmit | inMulti | inData, inSubmission, false},
	{TagPrivacyIndicator, "privacy_indicator", 1, 1, number, inSubmit | inMulti | inData | inDeliver, inSubmission | inDelivery | inBroadcast, false},
	{TagSourceSubaddress, "source_subaddress", 2, 23, octets, inSubmit | inMulti | inData | inDeliver, inSubmission | inDelivery | inBroadcast, false},
	{TagDestSubaddress, "dest_subaddress", 2, 23, octets, inSubmit | inMulti | inData | inDeliver, inSubmission | inDelivery | inBroadcast, false},
	{TagUserMessageReference, "user_message_reference", 2, 2, number, inSubmit | inMulti | inData | inDeliver, inSubmission | inDelivery | inBroadcast | inQueryBroadcast | inQueryBroadcastResp | inCancelBroadcast, false},
	{TagUserResponseCode, "user_response_code", 1, 1, number, inSubmit | inData | inDeliver, inSubmission | inDelivery, false},
	{TagSourcePort, "source_port", 2, 2, number, inSubmit | inMulti | inData | inDeliver, inSubmission | inDelivery | inBroadcast, false},
	{TagDestinationPort, "destination_port", 2, 2, number, inSubmit | inMulti | inData | inDeliver, inSubmission | inDelivery | inBroadcast, false},
	{TagSARMsgRefNum, "sar_msg_ref_num", 2, 2, number, inSubmit | inMulti | inData | inDeliver, inSubmission | inDelivery, false},
	{TagLanguageIndicator, "language_indicator", 1, 1, number, inSubmit | inMulti | inData | inDeliver, inSubmission | inDelivery | inBroadcast, false},
	{TagSARTotalSegments, "sar_total_segments", 1, 1, number, inSubmit | inMulti | inData | inDeliver, inSubmission | inDelivery, false},
	{TagSARSegmentSeqnum, "sar_segment_seqnum", 1, 1, number, inSubmit | inMulti | inData | inDeliver, inSubmission | inDelivery, false},
	{TagSCInterfaceVersion, "sc_interface_version", 1, 1, number, inBindResp, inBindResp, false},
	{TagCallbackNumPresInd, "callback_num_pres_ind", 1, 1, number, inSubmit | inMulti | inData, inSubmission | inDelivery | inBroadcast, true},
	{TagCallbackNumAtag, "callback_num_atag", 1, 65, octets, inSubmit | inMulti | inData, inSubmission | inDelivery | inBroadcast, true},
	{TagNumberOfMessages, "number_of_messages", 1, 1, number, inSubmit | inData, inSubmission, false},
	{TagCallbackNum, "callback_num", 4, 19, octets, inSubmit | inMulti | inData | inDeliver, inSubmission | inDelivery | inBroadcast, true},
	{TagDPFResult, "dpf_result", 1, 1, number, inDataResp, inSubmissionResp | inDelivery, false},
	{TagSetDPF, "set_dpf", 1, 1, number, inData, inSubmission, false},
	{TagMSAvailabilityStatus, "ms_availability_status", 1, 1, number, inAlert, inAlert, false},
	{TagNetworkErrorCode, "network_error_code", 3, 3, octets, inDeliver | inData | inDataResp, inDelivery | inSubmissionResp | inDeliveryResp, false},
	{TagMessagePayload, "message_payload", 0, 65535, octets, inSubmit | inMulti | inData | inDeliver, inSubmission | inDelivery | inBroadcast | inReplace, false},
	{TagDeliveryFailureReason, "delivery_failure_reason", 1, 1, number, inDataResp, inSubmissionResp | inDeliveryResp, false},
	{TagMoreMessagesToSend, "more_messages_to_send", 1, 1, number, inSubmit | inData, inSubmission, false},
	{TagMessageState, "message_state", 1, 1, number, inDeliver | inData, inDelivery | inQueryBroadcastResp, false},
	{TagCongestionState, "congestion_state", 1, 1, number, 0, inAnyResp, false},
	{TagUSSDServiceOp, "ussd_service_op", 1, 1, number, inSubmit, inSubmission | inDelivery, false},
	{TagBroadcastChannelIndicator, "broadcast_channel_indicator", 1, 1, number, 0, inBroadcast, false},
	{TagBroadcastContentType, "broadcast_content_type", 3, 3, octets, 0, inBroadcast | inCancelBroadcast, false},
	{TagBroadcastContentTypeInfo, "broadcast_content_type_info", 1, 255, octets, 0, inBroadcast, false},
	{TagBroadcastMessageClass, "broadcast_message_class", 1, 1, number, 0, inBroadcast, false},
	{TagBroadcastRepNum, "broadcast_rep_num", 2, 2, number, 0, inBroadcast, false},
	{TagBroadcastFrequencyInterval, "broadcast_frequency_interval", 3, 3, octets, 0, inBroadcast, false},
	{TagBroadcastAreaIdentifier, "broadcast_area_identifier", 1, 101, octets, 0, inBroadcast | inBroadcastResp | inQueryBroadcastResp, true},
	{TagBroadcastErrorStatus, "broadcast_error_status", 4, 4, number, 0, inBroadcastResp, true},
	{TagBroadcastAreaSuccess, "broadcast_area_success", 1, 1, number, 0, inQueryBroadcastResp, true},
	{TagBroadcastEndTime, "broadcast_end_time", 16, 17, octets, 0, inQueryBroadcastResp, false},
	{TagBroadcastServiceGroup, "broadcast_service_group", 1, 255, octets, 0, inBroadcast, false},
	{TagBillingIdentification, "billing_identification", 1, 1024, octets, 0, inSubmission, false},
	{TagSourceNetworkID, "source_network_id", 7, 65, cstring, 0, inSubmission | inDelivery, false},
	{TagDestNetworkID, "dest_network_id", 7, 65, cstring, 0, inSubmission | inDelivery, false},
	{TagSourceNodeID, "source_node_id", 6, 6, octets, 0, inSubmission | inDelivery, false},
	{TagDestNodeID, "dest_node_id", 6, 6, octets, 0, inSubmission | inDelivery, false},
	{TagDestAddrNPResolution, "dest_addr_np_resolution", 1, 1, number, 0, inSubmission | inDelivery, false},
	{TagDestAddrNPInformation, "dest_addr_np_information", 10, 10, octets, 0, inSubmission | inDelivery, false},
	{TagDestAddrNPCountry, "dest_addr_np_country", 1, 5, octets, 0, inSubmission | inDelivery, false},
	{TagDisplayTime, "display_time", 1, 1, number, inSubmit | inMulti | inData, inSubmission | inBroadcast, false},
	{TagSMSSignal, "sms_signal", 2, 2, number, inSubmit | inMulti | inData, inSubmission | inBroadcast, false},
	{TagMSValidity, "ms_validity", 1, 4, octets, inSubmit | inMulti | inData, inSubmission | inBroadcast, false},
	{TagAlertOnMessageDelivery, "alert_on_message_delivery", 0, 1, octets, inSubmit | inMulti | inData, inSubmission | inBroadcast, false},
	{TagITSReplyType, "its_reply_type", 1, 1, number, inSubmit | inData, inSubmission | inDelivery, false},
	{TagITSSessionInfo, "its_session_info", 2, 2, number, inSubmit | inData | inDeliver, inSubmission | inDelivery, false},
}

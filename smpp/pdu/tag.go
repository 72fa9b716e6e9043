package pdu

import "strconv"

// A Tag names a TLV: what 3.4 calls an optional parameter (3.4 §5.3.2, 5.0
// §4.8.1). Makers of message centres have the range 0x1400 to 0x3FFF.
type Tag uint16

// The tags of both specifications.
const (
	TagDestAddrSubunit            Tag = 0x0005 // dest_addr_subunit
	TagDestNetworkType            Tag = 0x0006 // dest_network_type
	TagDestBearerType             Tag = 0x0007 // dest_bearer_type
	TagDestTelematicsID           Tag = 0x0008 // dest_telematics_id
	TagSourceAddrSubunit          Tag = 0x000D // source_addr_subunit
	TagSourceNetworkType          Tag = 0x000E // source_network_type
	TagSourceBearerType           Tag = 0x000F // source_bearer_type
	TagSourceTelematicsID         Tag = 0x0010 // source_telematics_id
	TagQoSTimeToLive              Tag = 0x0017 // qos_time_to_live
	TagPayloadType                Tag = 0x0019 // payload_type
	TagAdditionalStatusInfoText   Tag = 0x001D // additional_status_info_text
	TagReceiptedMessageID         Tag = 0x001E // receipted_message_id
	TagMSMsgWaitFacilities        Tag = 0x0030 // ms_msg_wait_facilities
	TagPrivacyIndicator           Tag = 0x0201 // privacy_indicator
	TagSourceSubaddress           Tag = 0x0202 // source_subaddress
	TagDestSubaddress             Tag = 0x0203 // dest_subaddress
	TagUserMessageReference       Tag = 0x0204 // user_message_reference
	TagUserResponseCode           Tag = 0x0205 // user_response_code
	TagSourcePort                 Tag = 0x020A // source_port
	TagDestinationPort            Tag = 0x020B // destination_port, dest_port in 5.0
	TagSARMsgRefNum               Tag = 0x020C // sar_msg_ref_num
	TagLanguageIndicator          Tag = 0x020D // language_indicator
	TagSARTotalSegments           Tag = 0x020E // sar_total_segments
	TagSARSegmentSeqnum           Tag = 0x020F // sar_segment_seqnum
	TagSCInterfaceVersion         Tag = 0x0210 // sc_interface_version
	TagCallbackNumPresInd         Tag = 0x0302 // callback_num_pres_ind
	TagCallbackNumAtag            Tag = 0x0303 // callback_num_atag
	TagNumberOfMessages           Tag = 0x0304 // number_of_messages
	TagCallbackNum                Tag = 0x0381 // callback_num
	TagDPFResult                  Tag = 0x0420 // dpf_result
	TagSetDPF                     Tag = 0x0421 // set_dpf
	TagMSAvailabilityStatus       Tag = 0x0422 // ms_availability_status
	TagNetworkErrorCode           Tag = 0x0423 // network_error_code
	TagMessagePayload             Tag = 0x0424 // message_payload
	TagDeliveryFailureReason      Tag = 0x0425 // delivery_failure_reason
	TagMoreMessagesToSend         Tag = 0x0426 // more_messages_to_send
	TagMessageState               Tag = 0x0427 // message_state
	TagCongestionState            Tag = 0x0428 // congestion_state
	TagUSSDServiceOp              Tag = 0x0501 // ussd_service_op
	TagBroadcastChannelIndicator  Tag = 0x0600 // broadcast_channel_indicator
	TagBroadcastContentType       Tag = 0x0601 // broadcast_content_type
	TagBroadcastContentTypeInfo   Tag = 0x0602 // broadcast_content_type_info
	TagBroadcastMessageClass      Tag = 0x0603 // broadcast_message_class
	TagBroadcastRepNum            Tag = 0x0604 // broadcast_rep_num
	TagBroadcastFrequencyInterval Tag = 0x0605 // broadcast_frequency_interval
	TagBroadcastAreaIdentifier    Tag = 0x0606 // broadcast_area_identifier; failed_broadcast_area_identifier in broadcast_sm_resp
	TagBroadcastErrorStatus       Tag = 0x0607 // broadcast_error_status
	TagBroadcastAreaSuccess       Tag = 0x0608 // broadcast_area_success
	TagBroadcastEndTime           Tag = 0x0609 // broadcast_end_time
	TagBroadcastServiceGroup      Tag = 0x060A // broadcast_service_group
	TagBillingIdentification      Tag = 0x060B // billing_identification
	TagSourceNetworkID            Tag = 0x060D // source_network_id
	TagDestNetworkID              Tag = 0x060E // dest_network_id
	TagSourceNodeID               Tag = 0x060F // source_node_id
	TagDestNodeID                 Tag = 0x0610 // dest_node_id
	TagDestAddrNPResolution       Tag = 0x0611 // dest_addr_np_resolution
	TagDestAddrNPInformation      Tag = 0x0612 // dest_addr_np_information
	TagDestAddrNPCountry          Tag = 0x0613 // dest_addr_np_country
	TagDisplayTime                Tag = 0x1201 // display_time
	TagSMSSignal                  Tag = 0x1203 // sms_signal
	TagMSValidity                 Tag = 0x1204 // ms_validity
	TagAlertOnMessageDelivery     Tag = 0x130C // alert_on_message_delivery
	TagITSReplyType               Tag = 0x1380 // its_reply_type
	TagITSSessionInfo             Tag = 0x1383 // its_session_info
)

// String returns the specification's name, or the tag in hexadecimal.
func (t Tag) String() string {
	if def := t.def(); def != nil {
		return def.name
	}
	return "0x" + strconv.FormatUint(uint64(t)|0x10000, 16)[1:]
}

// Known reports whether a specification defines t.
func (t Tag) Known() bool { return t.def() != nil }

// Vendor reports whether t is from the range left to makers of message centres.
func (t Tag) Vendor() bool { return t >= 0x1400 && t <= 0x3FFF }

// Lengths returns the least and the greatest number of octets a value of t may
// have, over all versions.
func (t Tag) Lengths() (least, most int) {
	if def := t.def(); def != nil {
		return def.least, def.most
	}
	return 0, 0xFFFF
}

func (t Tag) def() *tagDef {
	if int(t) < len(tagIndex) {
		if i := tagIndex[t]; i != 0 {
			return &tagDefs[i-1]
		}
	}
	return nil
}

// tagIndex holds for each tag 1 more than its place in tagDefs, or 0.
var tagIndex = func() (index [0x1400]uint8) {
	for i, def := range tagDefs {
		index[def.tag] = uint8(i + 1)
	}
	return index
}()

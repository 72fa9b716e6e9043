package pdu_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/pigeon-sms/pigeon/smpp/pdu"
)

// What the specification forbids is not written, and the error names the field.
func TestForbiddenFieldsAreNotWritten(t *testing.T) {
	v33, v50 := pdu.Dialect{Version: pdu.V33}, pdu.Dialect{Version: pdu.V50}
	req := pdu.Header{Sequence: 1}
	with := func(change func(*pdu.SubmitSM)) *pdu.SubmitSM {
		p := full()
		change(&p)
		return &p
	}
	tlvs := func(t pdu.TLVs) *pdu.SubmitSM { return with(func(p *pdu.SubmitSM) { p.TLVs = t }) }
	n := func(n int) []byte { return bytes.Repeat([]byte("9"), n) }
	id8 := []byte("12345678")
	for _, tc := range []struct {
		name  string
		p     pdu.PDU
		d     pdu.Dialect
		field string // "": it is written
	}{
		{"service_type of 5", with(func(p *pdu.SubmitSM) { p.ServiceType = n(5) }), v34, ""},
		{"service_type of 6", with(func(p *pdu.SubmitSM) { p.ServiceType = n(6) }), v34, "service_type"},
		{"source_addr of 20", with(func(p *pdu.SubmitSM) { p.Source.Addr = n(20) }), v34, ""},
		{"source_addr of 21", with(func(p *pdu.SubmitSM) { p.Source.Addr = n(21) }), v34, "source_addr"},
		{"destination_addr of 21", with(func(p *pdu.SubmitSM) { p.Destination.Addr = n(21) }), v34, "destination_addr"},
		{"a NUL in an address", with(func(p *pdu.SubmitSM) { p.Source.Addr = []byte("a\x00b") }), v34, "source_addr"},
		{"a reserved type", with(func(p *pdu.SubmitSM) { p.ESMClass = 0x0C }), v34, "esm_class"},
		{"priority 4", with(func(p *pdu.SubmitSM) { p.PriorityFlag = 4 }), v34, "priority_flag"},
		{"priority 2 in 3.3", with(func(p *pdu.SubmitSM) { p.PriorityFlag = 2 }), v33, "priority_flag"},
		{"a time that is none", with(func(p *pdu.SubmitSM) { p.ValidityPeriod = []byte("261331235900000+") }), v34, "validity_period"},
		{"a time", with(func(p *pdu.SubmitSM) { p.ScheduleDeliveryTime = []byte("261231235900004+") }), v34, ""},
		{"receipt on success in 3.4", with(func(p *pdu.SubmitSM) { p.RegisteredDelivery = 3 }), v34, "registered_delivery"},
		{"receipt on success in 5.0", with(func(p *pdu.SubmitSM) { p.RegisteredDelivery = 3 }), v50, ""},
		{"reserved registered_delivery", with(func(p *pdu.SubmitSM) { p.RegisteredDelivery = 0x20 }), v34, "registered_delivery"},
		{"notification in 3.3", with(func(p *pdu.SubmitSM) { p.RegisteredDelivery = 0x11 }), v33, "registered_delivery"},
		{"replace 2", with(func(p *pdu.SubmitSM) { p.ReplaceIfPresentFlag = 2 }), v34, "replace_if_present_flag"},
		{"default message 255 in 3.4", with(func(p *pdu.SubmitSM) { p.SMDefaultMsgID = 255 }), v34, "sm_default_msg_id"},
		{"default message 255 in 5.0", with(func(p *pdu.SubmitSM) { p.SMDefaultMsgID = 255 }), v50, ""},
		{"254 octets in 3.4", with(func(p *pdu.SubmitSM) { p.ShortMessage = n(254) }), v34, ""},
		{"255 octets in 3.4", with(func(p *pdu.SubmitSM) { p.ShortMessage = n(255) }), v34, "short_message"},
		{"255 octets in 5.0", with(func(p *pdu.SubmitSM) { p.ShortMessage = n(255) }), v50, ""},
		{"256 octets in 5.0", with(func(p *pdu.SubmitSM) { p.ShortMessage = n(256) }), v50, "short_message"},
		{"161 octets in 3.3", with(func(p *pdu.SubmitSM) { p.ShortMessage = n(161) }), v33, "short_message"},
		{"sequence 0", with(func(p *pdu.SubmitSM) { p.Sequence = 0 }), v34, "sequence_number"},
		{"sequence 2^31", with(func(p *pdu.SubmitSM) { p.Sequence = 1 << 31 }), v34, "sequence_number"},
		{"status in a request", with(func(p *pdu.SubmitSM) { p.Status = 8 }), v34, "command_status"},
		{"a TLV in 3.3", tlvs(pdu.TLVs(nil).AppendUint16(pdu.TagUserMessageReference, 1)), v33, "TLV"},
		{"a TLV in 3.4", tlvs(pdu.TLVs(nil).AppendUint16(pdu.TagUserMessageReference, 1)), v34, ""},
		{"a vendor's TLV", tlvs(pdu.TLVs(nil).AppendString(0x1400, "110100")), v34, ""},
		{"a TLV of 5.0 in 3.4", tlvs(pdu.TLVs(nil).AppendUint32(pdu.TagQoSTimeToLive, 1)), v34, "qos_time_to_live"},
		{"a TLV of 5.0 that is wanted", tlvs(pdu.TLVs(nil).AppendUint32(pdu.TagQoSTimeToLive, 1)), pdu.Dialect{Version: pdu.V34, AnyTLV: true}, ""},
		{"a TLV of 5.0", tlvs(pdu.TLVs(nil).AppendUint32(pdu.TagQoSTimeToLive, 1)), v50, ""},
		{"a TLV of another length", tlvs(pdu.TLVs(nil).AppendUint8(pdu.TagUserMessageReference, 1)), v34, "user_message_reference"},
		{"a TLV of another PDU", tlvs(pdu.TLVs(nil).AppendUint8(pdu.TagSCInterfaceVersion, 1)), v34, "sc_interface_version"},
		{"a TLV twice", tlvs(pdu.TLVs(nil).AppendUint8(pdu.TagPrivacyIndicator, 1).AppendUint8(pdu.TagPrivacyIndicator, 1)), v34, "privacy_indicator"},
		{"broken TLVs", tlvs(pdu.TLVs("\x02\x04\x00")), v34, "TLV"},
		{"two texts", tlvs(pdu.TLVs(nil).Append(pdu.TagMessagePayload, []byte("x"))), v34, "message_payload"},
		{"two of the three sar_*", tlvs(pdu.TLVs(nil).AppendUint16(pdu.TagSARMsgRefNum, 1).AppendUint8(pdu.TagSARTotalSegments, 2)), v34, "sar_msg_ref_num"},
		{"sar_* and a header", with(func(p *pdu.SubmitSM) {
			p.ESMClass = pdu.FeatureUDHI
			p.TLVs = p.TLVs.AppendUint16(pdu.TagSARMsgRefNum, 1).AppendUint8(pdu.TagSARTotalSegments, 2).AppendUint8(pdu.TagSARSegmentSeqnum, 1)
		}), v34, "sar_msg_ref_num"},
		{"ports and a header", with(func(p *pdu.SubmitSM) {
			p.ESMClass, p.TLVs = pdu.FeatureUDHI, p.TLVs.AppendUint16(pdu.TagDestinationPort, 1)
		}), v34, "destination_port"},
		{"a deliver_sm with a schedule", &pdu.DeliverSM{Header: req, ScheduleDeliveryTime: []byte("000001000000000R")}, v34, "schedule_delivery_time"},
		{"a deliver_sm that replaces", &pdu.DeliverSM{Header: req, ReplaceIfPresentFlag: 1}, v34, "replace_if_present_flag"},
		{"a deliver_sm_resp with an id", &pdu.DeliverSMResp{Header: req, MessageID: id8}, v34, "message_id"},
		{"an id of 64", &pdu.SubmitSMResp{Header: req, MessageID: n(64)}, v34, ""},
		{"an id of 65", &pdu.SubmitSMResp{Header: req, MessageID: n(65)}, v34, "message_id"},
		{"an id of 8 in 3.3", &pdu.SubmitSMResp{Header: req, MessageID: id8}, v33, ""},
		{"an id of 9 in 3.3", &pdu.SubmitSMResp{Header: req, MessageID: n(9)}, v33, "message_id"},
		{"a refusal with an id", &pdu.SubmitSMResp{Header: pdu.Header{Status: 8, Sequence: 1}, MessageID: id8}, v34, "command_status"},
		{"a refusal with an outcome", &pdu.DataSMResp{Header: pdu.Header{Status: 0xFE, Sequence: 1}, TLVs: pdu.TLVs(nil).AppendUint8(pdu.TagDeliveryFailureReason, 1)}, v34, ""},
		{"a refused submit_sm with an outcome in 5.0", &pdu.SubmitSMResp{Header: pdu.Header{Status: 0xFE, Sequence: 1}, TLVs: pdu.TLVs(nil).AppendUint8(pdu.TagDeliveryFailureReason, 1)}, v50, ""},
		{"a refused submit_sm with an outcome in 3.4", &pdu.SubmitSMResp{Header: pdu.Header{Status: 0xFE, Sequence: 1}, TLVs: pdu.TLVs(nil).AppendUint8(0, 1)}, v34, "command_status"},
		{"a nack of a congested 5.0", &pdu.GenericNack{Header: pdu.Header{Status: 0x58, Sequence: 1}, TLVs: pdu.TLVs(nil).AppendUint8(pdu.TagCongestionState, 100)}, v50, ""},
		{"a password of 8", &pdu.BindReceiver{Header: req, Password: n(8)}, v34, ""},
		{"a password of 9", &pdu.BindReceiver{Header: req, Password: n(9)}, v34, "password"},
		{"a long password that is allowed", &pdu.BindReceiver{Header: req, Password: n(16)}, pdu.Dialect{LongPassword: true}, ""},
		{"too long a password that is allowed", &pdu.BindReceiver{Header: req, Password: n(17)}, pdu.Dialect{LongPassword: true}, "password"},
		{"an address_range of 41", &pdu.BindReceiver{Header: req, AddrRange: pdu.Address{Addr: n(41)}}, v34, "address_range"},
		{"a transceiver in 3.3", &pdu.BindTransceiver{Header: req}, v33, "command_id"},
		{"a broadcast in 3.4", &pdu.BroadcastSM{Header: req}, v34, "command_id"},
		{"a broadcast of nothing", &pdu.BroadcastSM{Header: req}, v50, "broadcast_area_identifier"},
		{"a query of 3.3 in 3.4", &pdu.ParamRetrieve{Header: req}, v34, "command_id"},
		{"no destination", &pdu.SubmitMulti{Header: req}, v34, "number_of_dests"},
		{"255 destinations in 3.4", &pdu.SubmitMulti{Header: req, DestAddresses: make([]pdu.DestAddress, 255)}, v34, "number_of_dests"},
		{"255 destinations in 5.0", &pdu.SubmitMulti{Header: req, DestAddresses: make([]pdu.DestAddress, 255)}, v50, ""},
		{"a submit_multi that replaces in 3.4", &pdu.SubmitMulti{Header: req, DestAddresses: make([]pdu.DestAddress, 1), ReplaceIfPresentFlag: 1}, v34, "replace_if_present_flag"},
		{"a submit_multi that replaces in 5.0", &pdu.SubmitMulti{Header: req, DestAddresses: make([]pdu.DestAddress, 1), ReplaceIfPresentFlag: 1}, v50, ""},
		{"a list's name of 21", &pdu.SubmitMulti{Header: req, DestAddresses: []pdu.DestAddress{{DLName: n(21)}}}, v34, "dl_name"},
		{"any sequence in a response", &pdu.EnquireLinkResp{Header: pdu.Header{Sequence: 1 << 31}}, v34, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b, err := tc.p.AppendTo([]byte("before"), tc.d)
			var field *pdu.FieldError
			switch {
			case tc.field == "" && err != nil:
				t.Error(err)
			case tc.field == "":
				if p, x, err := pdu.Decode(b[6:]); err != nil || !x.Exact() && !tc.d.LongPassword && !tc.d.AnyTLV && tc.p.Head().Sequence < 1<<31 {
					t.Errorf("got %v, %v, %v, want what was written", p, x, err)
				}
			case !errors.As(err, &field):
				t.Errorf("got %v, want a FieldError", err)
			case field.Field != tc.field || !strings.Contains(err.Error(), tc.p.ID().String()):
				t.Errorf("got %v, want one about %s", err, tc.field)
			case string(b) != "before":
				t.Errorf("got %q appended with an error", b)
			}
		})
	}
}

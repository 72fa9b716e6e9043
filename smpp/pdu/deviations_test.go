package pdu_test

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"github.com/pigeon-sms/pigeon/smpp/pdu"
)

// frame puts a header before a body.
func frame(id pdu.ID, status pdu.Status, sequence uint32, body string) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(16+len(body)))
	b = binary.BigEndian.AppendUint32(b, uint32(id))
	b = binary.BigEndian.AppendUint32(b, uint32(status))
	b = binary.BigEndian.AppendUint32(b, sequence)
	return append(b, body...)
}

// sm is the body of a submit_sm or deliver_sm up to sm_length.
const sm = "\x00" + "\x01\x014477\x00" + "\x00\x0180\x00" + "\x00\x00\x00\x00\x00\x00\x00\x00\x00"

// coded is sm with an esm_class and a data_coding.
func coded(class, coding string) string {
	return sm[:13] + class + sm[14:len(sm)-2] + coding + "\x00"
}

const head = `deliver_sm sequence_number=1 source_addr=1/1/"4477" destination_addr=0/1/"80"`

// What peers do to octets. The numbers are those of the list of deviations seen
// in the field; a row without one is from the rules for irregular input.
var deviations = []struct {
	no      int
	name    string
	pdu     []byte
	inexact string
	dump    string
	strict  pdu.Status // with which a strict receiver refuses it
}{
	{1, "a refused bind with one NUL", frame(pdu.IDBindTransceiverResp, pdu.StatusInvPaswd, 1, "\x00"),
		"body in a refusal", `bind_transceiver_resp sequence_number=1 command_status=ESME_RINVPASWD`, 0},
	{2, "a refused bind with a system_id", frame(pdu.IDBindTransceiverResp, pdu.StatusBindFail, 1, "MC1\x00"),
		"body in a refusal", `bind_transceiver_resp sequence_number=1 command_status=ESME_RBINDFAIL system_id="MC1"`, 0},
	{2, "a refused bind with half a system_id", frame(pdu.IDBindTransceiverResp, pdu.StatusBindFail, 1, "MC1"),
		"no terminator, body in a refusal", `bind_transceiver_resp sequence_number=1 command_status=ESME_RBINDFAIL`, 0},
	{3, "a refused submit_sm with an id", frame(pdu.IDSubmitSMResp, pdu.StatusInvDstAdr, 1, "0A00\x00"),
		"body in a refusal", `submit_sm_resp sequence_number=1 command_status=ESME_RINVDSTADR message_id="0A00"`, 0},
	{3, "a refused submit_sm with far too long an id", frame(pdu.IDSubmitSMResp, pdu.StatusInvDstAdr, 1, strings.Repeat("7", 300)+"\x00"),
		"too long, body in a refusal", `submit_sm_resp sequence_number=1 command_status=ESME_RINVDSTADR`, 0},
	{3, "a refused query_sm with far too long an id", frame(pdu.IDQuerySMResp, pdu.StatusQueryFail, 1, strings.Repeat("7", 300)+"\x00"),
		"too long, body in a refusal, body cut off", `query_sm_resp sequence_number=1 command_status=ESME_RQUERYFAIL message_state=SCHEDULED`, 0},
	{4, "an accepted submit_sm without a body", frame(pdu.IDSubmitSMResp, 0, 1, ""),
		"no body", `submit_sm_resp sequence_number=1 command_status=ESME_ROK`, 0},
	{4, "an accepted submit_sm without an id", frame(pdu.IDSubmitSMResp, 0, 1, "\x00"),
		"", `submit_sm_resp sequence_number=1 command_status=ESME_ROK`, 0},
	{4, "an id that is not terminated", frame(pdu.IDSubmitSMResp, 0, 1, "0A00"),
		"no terminator", `submit_sm_resp sequence_number=1 command_status=ESME_ROK message_id="0A00"`, pdu.StatusInvMsgID},
	{5, "a deliver_sm_resp with an id", frame(pdu.IDDeliverSMResp, 0, 1, "7\x00"),
		"", `deliver_sm_resp sequence_number=1 command_status=ESME_ROK message_id="7"`, 0},
	{5, "a deliver_sm_resp without a body", frame(pdu.IDDeliverSMResp, 0, 1, ""),
		"no body", `deliver_sm_resp sequence_number=1 command_status=ESME_ROK`, 0},
	{7, "a generic_nack with its length for a sequence_number", frame(pdu.IDGenericNack, pdu.StatusInvCmdID, 16, ""),
		"", `generic_nack sequence_number=16 command_status=ESME_RINVCMDID`, 0},
	{11, "a sequence_number above the highest", frame(pdu.IDEnquireLink, 0, 0x80000001, ""),
		"sequence_number out of range", `enquire_link sequence_number=2147483649`, 0},
	{11, "sequence_number 0", frame(pdu.IDDeliverSM, 0, 0, sm+"\x00"),
		"sequence_number out of range", strings.Replace(head, "=1", "=0", 1), 0},
	{14, "a lone NUL behind short_message", frame(pdu.IDDeliverSM, 0, 1, sm+"\x02Hi\x00"),
		"octets at the end", head + ` short_message="Hi"`, pdu.StatusInvTLVStream},
	{15, "a NUL that sm_length does not count, before TLVs", frame(pdu.IDDeliverSM, 0, 1, sm+"\x02Hi\x00\x02\x04\x00\x02\x00\x2a"),
		"stray NUL before the TLVs", head + ` short_message="Hi" user_message_reference=42`, pdu.StatusInvTLVStream},
	{16, "sm_length beyond the end", frame(pdu.IDDeliverSM, 0, 1, sm+"\x09Hi"),
		"sm_length beyond the end", head + ` short_message="Hi"`, pdu.StatusInvMsgLen},
	{17, "a text with a NUL that sm_length counts", frame(pdu.IDDeliverSM, 0, 1, sm+"\x03Hi\x00"),
		"", head + ` short_message="Hi\x00"`, 0},
	{26, "a password of 10 characters", frame(pdu.IDBindReceiver, 0, 1, "me\x000123456789\x00\x00\x34\x00\x00\x00"),
		"too long", `bind_receiver sequence_number=1 system_id="me" password=••• interface_version=0x34`, pdu.StatusInvPaswd},
	{28, "version 34 in decimal", frame(pdu.IDBindReceiver, 0, 1, "me\x00pw\x00\x00\x22\x00\x00\x00"),
		"", `bind_receiver sequence_number=1 system_id="me" password=••• interface_version=0x22`, 0},
	{29, "a bind response without TLV", frame(pdu.IDBindReceiverResp, 0, 1, "MC1\x00"),
		"", `bind_receiver_resp sequence_number=1 command_status=ESME_ROK system_id="MC1"`, 0},
	{30, "sc_interface_version with its octets swapped", frame(pdu.IDBindReceiverResp, 0, 1, "MC1\x00\x10\x02\x00\x01\x34"),
		"", `bind_receiver_resp sequence_number=1 command_status=ESME_ROK system_id="MC1" 0x1002=34`, 0},
	{31, "a TLV with the length of its field", frame(pdu.IDDeliverSM, 0, 1, sm+"\x00\x00\x1e\x00\x41abc4\x00"),
		"TLV beyond the end", head + ` receipted_message_id="abc4"`, pdu.StatusInvTLVStream},
	{32, "a TLV cut off", frame(pdu.IDDeliverSM, 0, 1, sm+"\x00\x04\x27\x00\x01\x02\x04\x23\x00\x03\x03"),
		"TLV beyond the end", head + ` message_state=DELIVERED`, pdu.StatusInvTLVStream},
	{33, "TLVs of a vendor, in order and repeated", frame(pdu.IDDeliverSM, 0, 1, sm+"\x00\x15\x02\x00\x02\x00\x00\x14\x00\x00\x01A\x15\x02\x00\x00"),
		"", head + ` 0x1502=0000 0x1400=41 0x1502=()`, 0},
	{34, "TLVs of 5.0", frame(pdu.IDSubmitSMResp, 0, 1, "7\x00\x04\x28\x00\x01\x55\x06\x0d\x00\x0748201\x00\x00"),
		"TLV out of place", `submit_sm_resp sequence_number=1 command_status=ESME_ROK message_id="7" congestion_state=85 source_network_id="48201"`, pdu.StatusTLVNotAllwd},
	{35, "a TLV where it means nothing", frame(pdu.IDDeliverSM, 0, 1, sm+"\x00\x02\x10\x00\x01\x34"),
		"TLV out of place", head + ` sc_interface_version=52`, pdu.StatusTLVNotAllwd},
	{36, "callback_num in a mode that is none", frame(pdu.IDDeliverSM, 0, 1, sm+"\x00\x03\x81\x00\x05\x71\x01\x0112"),
		"", head + ` callback_num=7101013132`, 0},
	{36, "a subaddress that is none", frame(pdu.IDDeliverSM, 0, 1, sm+"\x00\x02\x02\x00\x01\x31"),
		"TLV of another length", head + ` source_subaddress=31`, pdu.StatusInvTLVLen},
	{37, "network_error_code in digits", frame(pdu.IDDeliverSM, 0, 1, sm+"\x00\x04\x23\x00\x03027"),
		"", head + ` network_error_code=303237`, 0},
	{40, "user_message_reference of one octet", frame(pdu.IDSubmitSM, 0, 1, sm+"\x00\x02\x04\x00\x01\x2a"),
		"TLV of another length", `submit` + head[7:] + ` user_message_reference=42`, pdu.StatusInvTLVLen},
	{52, "a receipt in message_payload", frame(pdu.IDDeliverSM, 0, 1, coded("\x04", "\x00")+"\x00\x04\x24\x00\x04id:7"),
		"", head + ` esm_class=0x04 message_payload=69643a37`, 0},
	{53, "a receipt as data_sm", frame(pdu.IDDataSM, 0, 1, "\x00\x01\x014477\x00\x00\x0180\x00\x04\x00\x00\x04\x27\x00\x01\x02"),
		"", `data_sm` + head[10:] + ` esm_class=0x04 message_state=DELIVERED`, 0},
	{66, "a TP-DCS for a data_coding", frame(pdu.IDDeliverSM, 0, 1, coded("\x00", "\xf1")+"\x02Hi"),
		"", head + ` data_coding=0xf1 short_message="Hi"`, 0},
	{74, "a status that nobody defined", frame(pdu.IDSubmitSMResp, 0x22, 1, ""),
		"", `submit_sm_resp sequence_number=1 command_status=0x22`, 0},
	{74, "a status of a vendor", frame(pdu.IDSubmitSMResp, 0x401, 1, "\x00"),
		"body in a refusal", `submit_sm_resp sequence_number=1 command_status=0x401`, 0},
	{0, "a status in a request", frame(pdu.IDEnquireLink, 8, 1, ""),
		"status in a request", `enquire_link sequence_number=1 command_status=ESME_RSYSERR`, 0},
	{0, "a body where there is none", frame(pdu.IDUnbind, 0, 1, "x"),
		"octets at the end", `unbind sequence_number=1`, 0},
	{0, "a string that takes the rest", frame(pdu.IDDeliverSM, 0, 1, "\x00\x01\x014477"),
		"no terminator", `deliver_sm sequence_number=1 source_addr=1/1/"4477"`, pdu.StatusInvSrcAdr},
	{0, "a string longer than its field", frame(pdu.IDDeliverSM, 0, 1, "GATEWA"+sm+"\x00"),
		"too long", strings.Replace(head, "=1 ", `=1 service_type="GATEWA" `, 1), pdu.StatusInvSerTyp},
	{0, "a time that is none", frame(pdu.IDSubmitSM, 0, 1, sm[:16]+"tomorrow"+sm[16:]+"\x00"),
		"time not of 16 characters", `submit` + head[7:] + ` schedule_delivery_time="tomorrow"`, pdu.StatusInvSched},
	{0, "final_date of 12 digits", frame(pdu.IDQuerySMResp, 0, 1, "7\x00260714153100\x00\x02\x00"),
		"time not of 16 characters", `query_sm_resp sequence_number=1 command_status=ESME_ROK message_id="7" final_date="260714153100" message_state=DELIVERED`, 0},
	{0, "a response that ends early", frame(pdu.IDQuerySMResp, 0, 1, "7\x00"),
		"body cut off", `query_sm_resp sequence_number=1 command_status=ESME_ROK message_id="7" message_state=SCHEDULED`, pdu.StatusInvCmdLen},
	{0, "a refused query_sm of zeros", frame(pdu.IDQuerySMResp, pdu.StatusQueryFail, 1, "\x00\x00\x00\x00"),
		"body in a refusal", `query_sm_resp sequence_number=1 command_status=ESME_RQUERYFAIL message_state=SCHEDULED`, 0},
	{0, "two texts", frame(pdu.IDDeliverSM, 0, 1, sm+"\x02Hi\x04\x24\x00\x02Ho"),
		"both short_message and message_payload", head + ` short_message="Hi" message_payload=486f`, 0},
	{0, "half a character", frame(pdu.IDDeliverSM, 0, 1, coded("\x00", "\x08")+"\x03\x00H\x00"),
		"uneven UCS-2", head + ` data_coding=0x08 short_message="\x00H\x00"`, 0},
	{0, "a TLV twice", frame(pdu.IDDeliverSM, 0, 1, sm+"\x00\x04\x27\x00\x01\x02\x04\x27\x00\x01\x05"),
		"TLV repeated", head + ` message_state=DELIVERED message_state=UNDELIVERABLE`, 0},
	{0, "a companion twice", frame(pdu.IDDeliverSM, 0, 1, sm+"\x00\x03\x81\x00\x04\x01\x01\x011\x03\x81\x00\x04\x01\x01\x012"),
		"", head + ` callback_num=01010131 callback_num=01010132`, 0},
	{0, "300 TLVs", frame(pdu.IDDeliverSM, 0, 1, sm+"\x00"+strings.Repeat("\x14\x00\x00\x00", 300)),
		"too many TLVs", head + strings.Repeat(" 0x1400=()", 256), pdu.StatusInvTLVStream},
	{0, "a PDU of a vendor", frame(0x10200, 0, 1, "x"),
		"", `0x00010200 sequence_number=1 body="x"`, 0},
}

func TestDeviationsAreRead(t *testing.T) {
	for _, d := range deviations {
		t.Run(d.name, func(t *testing.T) {
			p, x, err := pdu.Decode(d.pdu)
			if err != nil {
				t.Fatal(err)
			}
			if got := x.Kinds.String(); got != d.inexact {
				t.Errorf("got forgiven %q, want %q", got, d.inexact)
			}
			if got := string(pdu.AppendDump(nil, p, pdu.ShowNumbers|pdu.ShowText)); got != d.dump {
				t.Errorf("got\n%s\nwant\n%s", got, d.dump)
			}
			if x.Status != d.strict {
				t.Errorf("got strict status %v, want %v", x.Status, d.strict)
			}
			if err := x.Refuse(p.ID(), 1); (err != nil) != (d.strict != 0) {
				t.Errorf("got refusal %v, want status %v", err, d.strict)
			}
			if !x.Exact() && (x.Field == "" || x.Offset < 4 || x.Offset > len(d.pdu) || x.String() == "exact") {
				t.Errorf("got %v, want a field and an octet", x)
			}
		})
	}
}

// What cannot be read is answered, and says where it broke.
func TestBrokenBodiesAreAnswered(t *testing.T) {
	for _, tc := range []struct {
		name   string
		pdu    []byte
		err    string
		status pdu.Status
	}{
		{"an empty submit_sm", frame(pdu.IDSubmitSM, 0, 9, ""), "submit_sm 9: service_type at octet 16: the PDU ends before it", pdu.StatusInvCmdLen},
		{"half a deliver_sm", frame(pdu.IDDeliverSM, 0, 9, sm[:15]), "deliver_sm 9: priority_flag at octet 31: the PDU ends before it", pdu.StatusInvCmdLen},
		{"a string without end", frame(pdu.IDSubmitSM, 0, 9, strings.Repeat("x", 300)+"\x00"), "submit_sm 9: service_type at octet 16: longer than 255 octets", pdu.StatusInvSerTyp},
		{"a destination that is neither", frame(pdu.IDSubmitMulti, 0, 9, "\x00\x00\x00\x00\x01\x03"), "submit_multi 9: dest_flag at octet 22: neither 1 nor 2", pdu.StatusInvDestFlag},
		{"fewer destinations than said", frame(pdu.IDSubmitMulti, 0, 9, "\x00\x00\x00\x00\xff\x01\x01\x011\x00"), "submit_multi 9: dest_flag at octet 26: the PDU ends before it", pdu.StatusInvCmdLen},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, _, err := pdu.Decode(tc.pdu)
			var body *pdu.BodyError
			if !errors.As(err, &body) {
				t.Fatalf("got %v, want a BodyError", err)
			}
			if body.Error() != tc.err {
				t.Errorf("got %q, want %q", body, tc.err)
			}
			answer, _, err := pdu.Decode(body.AppendAnswer(nil))
			if err != nil {
				t.Fatal(err)
			}
			resp, _ := body.ID.Resp()
			if answer.ID() != resp || answer.Head().Sequence != 9 || answer.Head().Status != tc.status {
				t.Errorf("got answer %v", pdu.Dump(answer))
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	for _, tc := range []struct {
		id   pdu.ID
		want pdu.ID // 0: no answer
	}{
		{pdu.IDSubmitSM, pdu.IDSubmitSMResp},
		{0x10200, pdu.IDGenericNack},
		{0x80010200, 0},
		{pdu.IDSubmitSMResp, 0},
		{pdu.IDGenericNack, 0},
		{pdu.IDOutbind, 0},
		{pdu.IDAlertNotification, 0},
	} {
		b := pdu.AppendRefusal(nil, tc.id, 5, pdu.StatusInvCmdID)
		if tc.want == 0 {
			if len(b) != 0 {
				t.Errorf("%v: got answer %x, want none", tc.id, b)
			}
			continue
		}
		if _, id, h := pdu.PeekHeader(b); id != tc.want || h.Sequence != 5 || h.Status != pdu.StatusInvCmdID {
			t.Errorf("%v: got answer %x, want %v", tc.id, b, tc.want)
		}
	}
}

package pdu_test

// A golden is one PDU of reference: its octets, checked field by field with
// Wireshark's dissector when they were written down, and what is in it.
type golden struct {
	name    string
	hex     string
	inexact string // what has to be forgiven; empty: nothing
	dump    string // with numbers and text
}

var goldens = []golden{
	{"G01 bind_transceiver, v3.4, no system_type, no address range", `
00000027 00000009 00000000 00000001 70692d67 772d3031 00733363 72337430
38000034 000000`, "", `bind_transceiver sequence_number=1 system_id="pi-gw-01" password=••• interface_version=0x34`},
	{"G02 bind_transceiver_resp, success, with sc_interface_version = 3.4", `
00000019 80000009 00000000 00000001 4d433100 02100001 34`, "", `bind_transceiver_resp sequence_number=1 command_status=ESME_ROK system_id="MC1" sc_interface_version=52`},
	{"G03 bind_transmitter, the worked example of both specifications (v3.4 prints interface_version 00, v5.0 prints 50)", `
0000002f 00000002 00000000 00000001 534d5050 33544553 54007365 63726574
30380053 55424d49 54310000 010100`, "", `bind_transmitter sequence_number=1 system_id="SMPP3TEST" password=••• system_type="SUBMIT1" address_range=1/1/""`},
	{"G04 bind_receiver with address_range (UNIX regular expression)", `
00000032 00000001 00000000 00000007 70692d67 772d3031 00733363 72337430
3800564d 41003401 015e3434 37373030 3900`, "", `bind_receiver sequence_number=7 system_id="pi-gw-01" password=••• system_type="VMA" interface_version=0x34 address_range=1/1/"^4477009"`},
	{"G05 bind_receiver_resp, failure, header only (correct form)", `
00000010 80000001 0000000d 00000007`, "", `bind_receiver_resp sequence_number=7 command_status=ESME_RBINDFAIL`},
	{"G06 bind_transmitter_resp, failure, with one NUL body octet (very common in the field; must be accepted)", `
00000011 80000002 0000000e 00000001 00`, "body in a refusal", `bind_transmitter_resp sequence_number=1 command_status=ESME_RINVPASWD`},
	{"G07 bind_transceiver, v5.0", `
0000002a 00000009 00000000 00000001 70692d67 772d3031 00733363 72337430
38004f54 41005000 0000`, "", `bind_transceiver sequence_number=1 system_id="pi-gw-01" password=••• system_type="OTA" interface_version=0x50`},
	{"G08 outbind (MC to ESME)", `
0000001c 0000000b 00000000 00000001 4d433100 6f622d70 61737300`, "", `outbind sequence_number=1 system_id="MC1" password=•••`},
	{"G09 enquire_link", `
00000010 00000015 00000000 0000002a`, "", `enquire_link sequence_number=42`},
	{"G10 enquire_link_resp", `
00000010 80000015 00000000 0000002a`, "", `enquire_link_resp sequence_number=42 command_status=ESME_ROK`},
	{"G11 unbind", `
00000010 00000006 00000000 000003e9`, "", `unbind sequence_number=1001`},
	{"G12 unbind_resp", `
00000010 80000006 00000000 000003e9`, "", `unbind_resp sequence_number=1001 command_status=ESME_ROK`},
	{"G13 generic_nack for an undecodable header: ESME_RINVCMDLEN, sequence_number 0", `
00000010 80000000 00000002 00000000`, "", `generic_nack sequence_number=0 command_status=ESME_RINVCMDLEN`},
	{"G14 generic_nack for an unknown command_id: ESME_RINVCMDID, sequence_number echoed", `
00000010 80000000 00000003 00000039`, "", `generic_nack sequence_number=57 command_status=ESME_RINVCMDID`},
	{"G15 submit_sm, data_coding 0, GSM 03.38 unpacked text 'Hi @ €5 {x}' (@ = 00, € = 1B 65, { = 1B 28, } = 1B 29), receipt requested", `
00000042 00000004 00000000 00000002 00050047 61746577 61790001 01343437
37303039 30303132 33000000 00000001 0000000e 48692000 201b6535 201b2878
1b29`, "", `submit_sm sequence_number=2 source_addr=5/0/"Gateway" destination_addr=1/1/"447700900123" registered_delivery=0x01 short_message="Hi \x00 \x1be5 \x1b(x\x1b)"`},
	{"G16 submit_sm_resp, success", `
00000019 80000004 00000000 00000002 34463241 39433031 00`, "", `submit_sm_resp sequence_number=2 command_status=ESME_ROK message_id="4F2A9C01"`},
	{"G17 submit_sm_resp, ESME_RTHROTTLED, header only", `
00000010 80000004 00000058 00000003`, "", `submit_sm_resp sequence_number=3 command_status=ESME_RTHROTTLED`},
	{"G18 submit_sm_resp, ESME_RINVDSTADR, with a filled message_id (seen in the field; ignore the body)", `
00000021 80000004 0000000b 00000004 30413030 30303030 41334433 32334131
00`, "body in a refusal", `submit_sm_resp sequence_number=4 command_status=ESME_RINVDSTADR message_id="0A000000A3D323A1"`},
	{"G19 submit_sm, UCS-2 (data_coding 8) 'Привет', relative validity of 1 day", `
00000050 00000004 00000000 00000005 00050047 61746577 61790001 01343437
37303039 30303132 33000000 00003030 30303031 30303030 30303030 30520001
0008000c 041f0440 04380432 04350442`, "", `submit_sm sequence_number=5 source_addr=5/0/"Gateway" destination_addr=1/1/"447700900123" validity_period="000001000000000R" registered_delivery=0x01 data_coding=0x08 short_message="\x04\x1f\x04@\x048\x042\x045\x04B"`},
	{"G20 submit_sm, absolute schedule time 2026-12-31 23:59:00.0 at UTC+01:00, failure-only receipt plus intermediate notification", `
0000004c 00000004 00000000 00000006 00050047 61746577 61790001 01343437
37303039 30303132 33000000 00323631 32333132 33353930 30303034 2b000012
00000008 4e657720 79656172`, "", `submit_sm sequence_number=6 source_addr=5/0/"Gateway" destination_addr=1/1/"447700900123" schedule_delivery_time="261231235900004+" registered_delivery=0x12 short_message="New year"`},
	{"G21 submit_sm, concatenation with 8-bit UDH, segment 1 of 2 (esm_class 40)", `
00000043 00000004 00000000 00000007 00050047 61746577 61790001 01343437
37303039 30303132 33004000 00000001 0000000f 050003a7 02015061 7274206f
6e6520`, "", `submit_sm sequence_number=7 source_addr=5/0/"Gateway" destination_addr=1/1/"447700900123" esm_class=0x40 registered_delivery=0x01 short_message="\x05\x00\x03§\x02\x01Part one "`},
	{"G22 submit_sm, concatenation with 8-bit UDH, segment 2 of 2", `
00000042 00000004 00000000 00000008 00050047 61746577 61790001 01343437
37303039 30303132 33004000 00000001 0000000e 050003a7 02027061 72742074
776f`, "", `submit_sm sequence_number=8 source_addr=5/0/"Gateway" destination_addr=1/1/"447700900123" esm_class=0x40 registered_delivery=0x01 short_message="\x05\x00\x03§\x02\x02part two"`},
	{"G23 submit_sm, concatenation with 16-bit UDH, UCS-2, segment 1 of 3", `
0000003f 00000004 00000000 00000009 00050047 61746577 61790001 01343437
37303039 30303132 33004000 00000000 0008000b 06080412 34030103 a903bc`, "", `submit_sm sequence_number=9 source_addr=5/0/"Gateway" destination_addr=1/1/"447700900123" esm_class=0x40 data_coding=0x08 short_message="\x06\b\x04\x124\x03\x01\x03©\x03¼"`},
	{"G24 submit_sm, concatenation with sar_* TLVs, segment 2 of 3 (no UDHI)", `
00000059 00000004 00000000 0000000a 00010134 34373730 30393030 39393900
01013434 37373030 39303031 32330000 00000000 01000000 0b6d6964 646c6520
70617274 020c0002 1234020e 00010302 0f000102 04260001 01`, "", `submit_sm sequence_number=10 source_addr=1/1/"447700900999" destination_addr=1/1/"447700900123" registered_delivery=0x01 short_message="middle part" sar_msg_ref_num=4660 sar_total_segments=3 sar_segment_seqnum=2 more_messages_to_send=1`},
	{"G25 submit_sm with message_payload (sm_length 0)", `
0000005c 00000004 00000000 0000000b 00010134 34373730 30393030 39393900
01013434 37373030 39303031 32330000 00000000 01000000 00042400 1f546578
74206361 72726965 6420696e 206d6573 73616765 5f706179 6c6f6164`, "", `submit_sm sequence_number=11 source_addr=1/1/"447700900999" destination_addr=1/1/"447700900123" registered_delivery=0x01 message_payload=54657874206361727269656420696e206d6573736167655f7061796c6f6164`},
	{"G26 submit_sm, v5.0, receipt on success only, congestion-aware session, qos_time_to_live 3600 s", `
00000049 00000004 00000000 0000000c 00010134 34373730 30393030 39393900
01013434 37373030 39303031 32330000 00000000 03000000 02763500 17000400
000e1002 04000200 2a`, "", `submit_sm sequence_number=12 source_addr=1/1/"447700900999" destination_addr=1/1/"447700900123" registered_delivery=0x03 short_message="v5" qos_time_to_live=3600 user_message_reference=42`},
	{"G27 submit_sm_resp, v5.0, with congestion_state 85 (optimum)", `
0000001e 80000004 00000000 0000000c 34463241 39433042 00042800 0155`, "", `submit_sm_resp sequence_number=12 command_status=ESME_ROK message_id="4F2A9C0B" congestion_state=85`},
	{"G28 submit_sm, binary WAP-push style: data_coding 04, UDH port addressing 2948/9200, esm_class 40", `
00000044 00000004 00000000 0000000d 00010134 34373730 30393030 39393900
01013434 37373030 39303031 32330040 00000000 00000400 0b060504 0b8423f0
010601ae`, "", `submit_sm sequence_number=13 source_addr=1/1/"447700900999" destination_addr=1/1/"447700900123" esm_class=0x40 data_coding=0x04 short_message="\x06\x05\x04\v\u0084#ð\x01\x06\x01®"`},
	{"G29 submit_multi to two SMEs and one distribution list", `
00000056 00000021 00000000 0000000e 00050047 61746577 61790003 01010134
34373730 30393030 31323300 01010134 34373730 30393030 31323400 02746561
6d310000 00000000 01000000 09416c6c 2068616e 6473`, "", `submit_multi sequence_number=14 source_addr=5/0/"Gateway" number_of_dests=3 destination_addr=1/1/"447700900123" destination_addr=1/1/"447700900124" dl_name="team1" registered_delivery=0x01 short_message="All hands"`},
	{"G30 submit_multi_resp, one destination refused with ESME_RINVDSTADR", `
0000002d 80000021 00000000 0000000e 34463241 39433043 00010101 34343737
30303930 30313234 00000000 0b`, "", `submit_multi_resp sequence_number=14 command_status=ESME_ROK message_id="4F2A9C0C" no_unsuccess=1 destination_addr=1/1/"447700900124" error_status_code=ESME_RINVDSTADR`},
	{"G31 data_sm, transaction mode (esm_class 02), text in message_payload", `
0000003f 00000103 00000000 0000000f 00010134 34373730 30393030 39393900
01013434 37373030 39303031 32330002 00000424 00047069 6e670421 000101`, "", `data_sm sequence_number=15 source_addr=1/1/"447700900999" destination_addr=1/1/"447700900123" esm_class=0x02 message_payload=70696e67 set_dpf=1`},
	{"G32 data_sm_resp, ESME_RDELIVERYFAILURE with TLVs after an empty message_id (transaction mode)", `
00000022 80000103 000000fe 0000000f 00042500 01030423 00030300 1b042000
0101`, "", `data_sm_resp sequence_number=15 command_status=ESME_RDELIVERYFAILURE delivery_failure_reason=3 network_error_code=03001b dpf_result=1`},
	{"G33 deliver_sm, mobile-originated text", `
00000039 00000005 00000000 00000001 00010134 34373730 30393030 31323300
00013830 38383800 00000000 00000000 00074241 4c414e43 45`, "", `deliver_sm sequence_number=1 source_addr=1/1/"447700900123" destination_addr=0/1/"80888" short_message="BALANCE"`},
	{"G34 deliver_sm_resp, success (message_id is one NUL: 17 octets)", `
00000011 80000005 00000000 00000001 00`, "", `deliver_sm_resp sequence_number=1 command_status=ESME_ROK`},
	{"G35 deliver_sm_resp, ESME_RX_T_APPN (please retry later), header only", `
00000010 80000005 00000064 00000002`, "", `deliver_sm_resp sequence_number=2 command_status=ESME_RX_T_APPN`},
	{"G36 deliver_sm, MC delivery receipt: text plus TLVs", `
000000b3 00000005 00000000 00000003 00010134 34373730 30393030 31323300
05004761 74657761 79000400 00000000 00000066 69643a34 46324139 43303120
7375623a 30303120 646c7672 643a3030 31207375 626d6974 20646174 653a3236
30373134 31353330 20646f6e 65206461 74653a32 36303731 34313533 31207374
61743a44 454c4956 52442065 72723a30 30302074 6578743a 4869001e 00093446
32413943 30310004 27000102 04230003 030000`, "", `deliver_sm sequence_number=3 source_addr=1/1/"447700900123" destination_addr=5/0/"Gateway" esm_class=0x04 short_message="id:4F2A9C01 sub:001 dlvrd:001 submit date:2607141530 done date:2607141531 stat:DELIVRD err:000 text:Hi" receipted_message_id="4F2A9C01" message_state=DELIVERED network_error_code=030000`},
	{"G37 deliver_sm, failed receipt, TLVs only, no text", `
0000004d 00000005 00000000 00000004 00010134 34373730 30393030 31323300
05004761 74657761 79000400 00000000 00000000 001e0009 34463241 39433032
00042700 01050423 00030300 01`, "", `deliver_sm sequence_number=4 source_addr=1/1/"447700900123" destination_addr=5/0/"Gateway" esm_class=0x04 receipted_message_id="4F2A9C02" message_state=UNDELIVERABLE network_error_code=030001`},
	{"G38 deliver_sm, intermediate notification (esm_class 20), state ENROUTE", `
000000aa 00000005 00000000 00000005 00010134 34373730 30393030 31323300
05004761 74657761 79002000 00000000 00000064 69643a34 46324139 43303320
7375623a 30303120 646c7672 643a3030 30207375 626d6974 20646174 653a3236
30373134 31353330 20646f6e 65206461 74653a32 36303731 34313533 32207374
61743a45 4e524f55 54452065 72723a30 32372074 6578743a 04270001 01001e00
09344632 41394330 3300`, "", `deliver_sm sequence_number=5 source_addr=1/1/"447700900123" destination_addr=5/0/"Gateway" esm_class=0x20 short_message="id:4F2A9C03 sub:001 dlvrd:000 submit date:2607141530 done date:2607141532 stat:ENROUTE err:027 text:" message_state=ENROUTE receipted_message_id="4F2A9C03"`},
	{"G39 deliver_sm, MO segment 2 of 2 with 8-bit UDH (esm_class 40)", `
00000043 00000005 00000000 00000006 00010134 34373730 30393030 31323300
00013830 38383800 40000000 00000000 00110500 032b0202 656e6420 6f662074
657874`, "", `deliver_sm sequence_number=6 source_addr=1/1/"447700900123" destination_addr=0/1/"80888" esm_class=0x40 short_message="\x05\x00\x03+\x02\x02end of text"`},
	{"G40 deliver_sm, receipt whose text id is decimal and whose TLV id is hexadecimal (59113978 = 0x38601FA)", `
000000ab 00000005 00000000 00000007 00010134 34373730 30393030 31323300
05004761 74657761 79000400 00000000 00000066 69643a30 30353931 31333937
38207375 623a3030 3120646c 7672643a 30303120 7375626d 69742064 6174653a
32363037 31343135 33302064 6f6e6520 64617465 3a323630 37313431 35333120
73746174 3a44454c 49565244 20657272 3a303030 20746578 743a001e 00083338
36303166 61000427 000102`, "", `deliver_sm sequence_number=7 source_addr=1/1/"447700900123" destination_addr=5/0/"Gateway" esm_class=0x04 short_message="id:0059113978 sub:001 dlvrd:001 submit date:2607141530 done date:2607141531 stat:DELIVRD err:000 text:" receipted_message_id="38601fa" message_state=DELIVERED`},
	{"G41 query_sm", `
00000023 00000003 00000000 00000010 34463241 39433031 00050047 61746577
617900`, "", `query_sm sequence_number=16 message_id="4F2A9C01" source_addr=5/0/"Gateway"`},
	{"G42 query_sm_resp, DELIVERED", `
0000002c 80000003 00000000 00000010 34463241 39433031 00323630 37313431
35333130 30303030 2b000200`, "", `query_sm_resp sequence_number=16 command_status=ESME_ROK message_id="4F2A9C01" final_date="260714153100000+" message_state=DELIVERED`},
	{"G43 query_sm_resp, ENROUTE (final_date empty)", `
0000001c 80000003 00000000 00000011 34463241 39433033 00000100`, "", `query_sm_resp sequence_number=17 command_status=ESME_ROK message_id="4F2A9C03" message_state=ENROUTE`},
	{"G44 cancel_sm, one message", `
00000027 00000008 00000000 00000012 00344632 41394330 33000500 47617465
77617900 000000`, "", `cancel_sm sequence_number=18 message_id="4F2A9C03" source_addr=5/0/"Gateway"`},
	{"G45 cancel_sm, all messages Gateway to 447700900123 (message_id empty)", `
0000002b 00000008 00000000 00000013 00000500 47617465 77617900 01013434
37373030 39303031 323300`, "", `cancel_sm sequence_number=19 source_addr=5/0/"Gateway" destination_addr=1/1/"447700900123"`},
	{"G46 cancel_sm_resp, ESME_RCANCELFAIL", `
00000010 80000008 00000011 00000012`, "", `cancel_sm_resp sequence_number=18 command_status=ESME_RCANCELFAIL`},
	{"G47 replace_sm", `
00000040 00000007 00000000 00000014 34463241 39433033 00050047 61746577
61790000 30303030 30303032 30303030 30303052 00010008 6e657720 74657874`, "", `replace_sm sequence_number=20 message_id="4F2A9C03" source_addr=5/0/"Gateway" validity_period="000000020000000R" registered_delivery=0x01 short_message="new text"`},
	{"G48 replace_sm_resp", `
00000010 80000007 00000000 00000014`, "", `replace_sm_resp sequence_number=20 command_status=ESME_ROK`},
	{"G49 alert_notification, MS available", `
0000002e 00000102 00000000 00000008 01013434 37373030 39303031 32330005
00476174 65776179 00042200 0100`, "", `alert_notification sequence_number=8 source_addr=1/1/"447700900123" esme_addr=5/0/"Gateway" ms_availability_status=0`},
	{"G50 broadcast_sm", `
00000059 00000111 00000000 00000015 43425300 05004761 74657761 79000000
00000001 00060600 0b004469 73747269 63742039 06010003 00003306 05000309
001f0424 000d5374 6f726d20 7761726e 696e6706 04000200 05`, "", `broadcast_sm sequence_number=21 service_type="CBS" source_addr=5/0/"Gateway" data_coding=0x01 broadcast_area_identifier=0044697374726963742039 broadcast_content_type=000033 broadcast_frequency_interval=09001f message_payload=53746f726d207761726e696e67 broadcast_rep_num=5`},
	{"G51 broadcast_sm_resp, accepted with one failed area", `
0000002c 80000111 00000000 00000015 42303031 00060700 04000001 09060600
0b004469 73747269 63742039`, "", `broadcast_sm_resp sequence_number=21 command_status=ESME_ROK message_id="B001" broadcast_error_status=ESME_RINVBCASTAREAFMT broadcast_area_identifier=0044697374726963742039`},
	{"G52 query_broadcast_sm by user_message_reference", `
00000021 00000112 00000000 00000016 00050047 61746577 61790002 04000200
2a`, "", `query_broadcast_sm sequence_number=22 source_addr=5/0/"Gateway" user_message_reference=42`},
	{"G53 query_broadcast_sm_resp", `
0000002e 80000112 00000000 00000016 42303031 00042700 01010606 000b0044
69737472 69637420 39060800 015a`, "", `query_broadcast_sm_resp sequence_number=22 command_status=ESME_ROK message_id="B001" message_state=ENROUTE broadcast_area_identifier=0044697374726963742039 broadcast_area_success=90`},
	{"G54 cancel_broadcast_sm", `
00000020 00000113 00000000 00000017 00423030 31000500 47617465 77617900`, "", `cancel_broadcast_sm sequence_number=23 message_id="B001" source_addr=5/0/"Gateway"`},
	{"G55 cancel_broadcast_sm_resp", `
00000010 80000113 00000000 00000017`, "", `cancel_broadcast_sm_resp sequence_number=23 command_status=ESME_ROK`},
}

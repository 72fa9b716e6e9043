package pdu

import "strconv"

// A Status is a command_status: 0 in a request, the outcome in a response
// (3.4 §5.1.3, 5.0 §4.7.6). Values that have no name here occur: vendors have
// 0x400 to 0x4FF, and others are made up.
type Status uint32

// The values of both specifications. The comment has their spelling, and 5.0's
// where it differs.
const (
	StatusOK                Status = 0x00  // ESME_ROK
	StatusInvMsgLen         Status = 0x01  // ESME_RINVMSGLEN
	StatusInvCmdLen         Status = 0x02  // ESME_RINVCMDLEN
	StatusInvCmdID          Status = 0x03  // ESME_RINVCMDID
	StatusInvBndSts         Status = 0x04  // ESME_RINVBNDSTS
	StatusAlreadyBound      Status = 0x05  // ESME_RALYBND
	StatusInvPrtFlg         Status = 0x06  // ESME_RINVPRTFLG
	StatusInvRegDlvFlg      Status = 0x07  // ESME_RINVREGDLVFLG
	StatusSysErr            Status = 0x08  // ESME_RSYSERR
	StatusInvSrcAdr         Status = 0x0A  // ESME_RINVSRCADR
	StatusInvDstAdr         Status = 0x0B  // ESME_RINVDSTADR
	StatusInvMsgID          Status = 0x0C  // ESME_RINVMSGID
	StatusBindFail          Status = 0x0D  // ESME_RBINDFAIL
	StatusInvPaswd          Status = 0x0E  // ESME_RINVPASWD
	StatusInvSysID          Status = 0x0F  // ESME_RINVSYSID
	StatusCancelFail        Status = 0x11  // ESME_RCANCELFAIL
	StatusReplaceFail       Status = 0x13  // ESME_RREPLACEFAIL
	StatusMsgQFul           Status = 0x14  // ESME_RMSGQFUL
	StatusInvSerTyp         Status = 0x15  // ESME_RINVSERTYP
	StatusInvNumDests       Status = 0x33  // ESME_RINVNUMDESTS
	StatusInvDLName         Status = 0x34  // ESME_RINVDLNAME
	StatusInvDestFlag       Status = 0x40  // ESME_RINVDESTFLAG
	StatusInvSubRep         Status = 0x42  // ESME_RINVSUBREP
	StatusInvEsmClass       Status = 0x43  // ESME_RINVESMCLASS
	StatusCntSubDL          Status = 0x44  // ESME_RCNTSUBDL
	StatusSubmitFail        Status = 0x45  // ESME_RSUBMITFAIL
	StatusInvSrcTON         Status = 0x48  // ESME_RINVSRCTON
	StatusInvSrcNPI         Status = 0x49  // ESME_RINVSRCNPI
	StatusInvDstTON         Status = 0x50  // ESME_RINVDSTTON
	StatusInvDstNPI         Status = 0x51  // ESME_RINVDSTNPI
	StatusInvSysTyp         Status = 0x53  // ESME_RINVSYSTYP
	StatusInvRepFlag        Status = 0x54  // ESME_RINVREPFLAG
	StatusInvNumMsgs        Status = 0x55  // ESME_RINVNUMMSGS
	StatusThrottled         Status = 0x58  // ESME_RTHROTTLED
	StatusInvSched          Status = 0x61  // ESME_RINVSCHED
	StatusInvExpiry         Status = 0x62  // ESME_RINVEXPIRY
	StatusInvDftMsgID       Status = 0x63  // ESME_RINVDFTMSGID
	StatusRxTAppn           Status = 0x64  // ESME_RX_T_APPN
	StatusRxPAppn           Status = 0x65  // ESME_RX_P_APPN
	StatusRxRAppn           Status = 0x66  // ESME_RX_R_APPN
	StatusQueryFail         Status = 0x67  // ESME_RQUERYFAIL
	StatusInvTLVStream      Status = 0xC0  // ESME_RINVOPTPARSTREAM, ESME_RINVTLVSTREAM in 5.0
	StatusTLVNotAllwd       Status = 0xC1  // ESME_ROPTPARNOTALLWD, ESME_RTLVNOTALLWD in 5.0
	StatusInvTLVLen         Status = 0xC2  // ESME_RINVPARLEN, ESME_RINVTLVLEN in 5.0
	StatusMissingTLV        Status = 0xC3  // ESME_RMISSINGOPTPARAM, ESME_RMISSINGTLV in 5.0
	StatusInvTLVVal         Status = 0xC4  // ESME_RINVOPTPARAMVAL, ESME_RINVTLVVAL in 5.0
	StatusDeliveryFailure   Status = 0xFE  // ESME_RDELIVERYFAILURE
	StatusUnknownErr        Status = 0xFF  // ESME_RUNKNOWNERR
	StatusSerTypUnauth      Status = 0x100 // ESME_RSERTYPUNAUTH, 5.0
	StatusProhibited        Status = 0x101 // ESME_RPROHIBITED, 5.0
	StatusSerTypUnavail     Status = 0x102 // ESME_RSERTYPUNAVAIL, 5.0
	StatusSerTypDenied      Status = 0x103 // ESME_RSERTYPDENIED, 5.0
	StatusInvDCS            Status = 0x104 // ESME_RINVDCS, 5.0
	StatusInvSrcAddrSubunit Status = 0x105 // ESME_RINVSRCADDRSUBUNIT, 5.0
	StatusInvDstAddrSubunit Status = 0x106 // ESME_RINVDSTADDRSUBUNIT, 5.0
	StatusInvBcastFreqInt   Status = 0x107 // ESME_RINVBCASTFREQINT, 5.0
	StatusInvBcastAliasName Status = 0x108 // ESME_RINVBCASTALIAS_NAME, 5.0
	StatusInvBcastAreaFmt   Status = 0x109 // ESME_RINVBCASTAREAFMT, 5.0
	StatusInvNumBcastAreas  Status = 0x10A // ESME_RINVNUMBCAST_AREAS, 5.0
	StatusInvBcastCntType   Status = 0x10B // ESME_RINVBCASTCNTTYPE, 5.0
	StatusInvBcastMsgClass  Status = 0x10C // ESME_RINVBCASTMSGCLASS, 5.0
	StatusBcastFail         Status = 0x10D // ESME_RBCASTFAIL, 5.0
	StatusBcastQueryFail    Status = 0x10E // ESME_RBCASTQUERYFAIL, 5.0
	StatusBcastCancelFail   Status = 0x10F // ESME_RBCASTCANCELFAIL, 5.0
	StatusInvBcastRep       Status = 0x110 // ESME_RINVBCAST_REP, 5.0
	StatusInvBcastSrvGrp    Status = 0x111 // ESME_RINVBCASTSRVGRP, 5.0
	StatusInvBcastChanInd   Status = 0x112 // ESME_RINVBCASTCHANIND, 5.0
)

// statusNames spells each value as 3.4 does, or 5.0 where only that has it.
var statusNames = map[Status]string{
	StatusOK:                "ESME_ROK",
	StatusInvMsgLen:         "ESME_RINVMSGLEN",
	StatusInvCmdLen:         "ESME_RINVCMDLEN",
	StatusInvCmdID:          "ESME_RINVCMDID",
	StatusInvBndSts:         "ESME_RINVBNDSTS",
	StatusAlreadyBound:      "ESME_RALYBND",
	StatusInvPrtFlg:         "ESME_RINVPRTFLG",
	StatusInvRegDlvFlg:      "ESME_RINVREGDLVFLG",
	StatusSysErr:            "ESME_RSYSERR",
	StatusInvSrcAdr:         "ESME_RINVSRCADR",
	StatusInvDstAdr:         "ESME_RINVDSTADR",
	StatusInvMsgID:          "ESME_RINVMSGID",
	StatusBindFail:          "ESME_RBINDFAIL",
	StatusInvPaswd:          "ESME_RINVPASWD",
	StatusInvSysID:          "ESME_RINVSYSID",
	StatusCancelFail:        "ESME_RCANCELFAIL",
	StatusReplaceFail:       "ESME_RREPLACEFAIL",
	StatusMsgQFul:           "ESME_RMSGQFUL",
	StatusInvSerTyp:         "ESME_RINVSERTYP",
	StatusInvNumDests:       "ESME_RINVNUMDESTS",
	StatusInvDLName:         "ESME_RINVDLNAME",
	StatusInvDestFlag:       "ESME_RINVDESTFLAG",
	StatusInvSubRep:         "ESME_RINVSUBREP",
	StatusInvEsmClass:       "ESME_RINVESMCLASS",
	StatusCntSubDL:          "ESME_RCNTSUBDL",
	StatusSubmitFail:        "ESME_RSUBMITFAIL",
	StatusInvSrcTON:         "ESME_RINVSRCTON",
	StatusInvSrcNPI:         "ESME_RINVSRCNPI",
	StatusInvDstTON:         "ESME_RINVDSTTON",
	StatusInvDstNPI:         "ESME_RINVDSTNPI",
	StatusInvSysTyp:         "ESME_RINVSYSTYP",
	StatusInvRepFlag:        "ESME_RINVREPFLAG",
	StatusInvNumMsgs:        "ESME_RINVNUMMSGS",
	StatusThrottled:         "ESME_RTHROTTLED",
	StatusInvSched:          "ESME_RINVSCHED",
	StatusInvExpiry:         "ESME_RINVEXPIRY",
	StatusInvDftMsgID:       "ESME_RINVDFTMSGID",
	StatusRxTAppn:           "ESME_RX_T_APPN",
	StatusRxPAppn:           "ESME_RX_P_APPN",
	StatusRxRAppn:           "ESME_RX_R_APPN",
	StatusQueryFail:         "ESME_RQUERYFAIL",
	StatusInvTLVStream:      "ESME_RINVOPTPARSTREAM",
	StatusTLVNotAllwd:       "ESME_ROPTPARNOTALLWD",
	StatusInvTLVLen:         "ESME_RINVPARLEN",
	StatusMissingTLV:        "ESME_RMISSINGOPTPARAM",
	StatusInvTLVVal:         "ESME_RINVOPTPARAMVAL",
	StatusDeliveryFailure:   "ESME_RDELIVERYFAILURE",
	StatusUnknownErr:        "ESME_RUNKNOWNERR",
	StatusSerTypUnauth:      "ESME_RSERTYPUNAUTH",
	StatusProhibited:        "ESME_RPROHIBITED",
	StatusSerTypUnavail:     "ESME_RSERTYPUNAVAIL",
	StatusSerTypDenied:      "ESME_RSERTYPDENIED",
	StatusInvDCS:            "ESME_RINVDCS",
	StatusInvSrcAddrSubunit: "ESME_RINVSRCADDRSUBUNIT",
	StatusInvDstAddrSubunit: "ESME_RINVDSTADDRSUBUNIT",
	StatusInvBcastFreqInt:   "ESME_RINVBCASTFREQINT",
	StatusInvBcastAliasName: "ESME_RINVBCASTALIAS_NAME",
	StatusInvBcastAreaFmt:   "ESME_RINVBCASTAREAFMT",
	StatusInvNumBcastAreas:  "ESME_RINVNUMBCAST_AREAS",
	StatusInvBcastCntType:   "ESME_RINVBCASTCNTTYPE",
	StatusInvBcastMsgClass:  "ESME_RINVBCASTMSGCLASS",
	StatusBcastFail:         "ESME_RBCASTFAIL",
	StatusBcastQueryFail:    "ESME_RBCASTQUERYFAIL",
	StatusBcastCancelFail:   "ESME_RBCASTCANCELFAIL",
	StatusInvBcastRep:       "ESME_RINVBCAST_REP",
	StatusInvBcastSrvGrp:    "ESME_RINVBCASTSRVGRP",
	StatusInvBcastChanInd:   "ESME_RINVBCASTCHANIND",
}

// String returns the specification's name, or the value in hexadecimal.
func (s Status) String() string {
	if name, ok := statusNames[s]; ok {
		return name
	}
	return "0x" + strconv.FormatUint(uint64(s), 16)
}

// Known reports whether a specification defines s.
func (s Status) Known() bool {
	_, ok := statusNames[s]
	return ok
}

// Vendor reports whether s is from the range left to makers of message centres.
func (s Status) Vendor() bool { return s >= 0x400 && s <= 0x4FF }

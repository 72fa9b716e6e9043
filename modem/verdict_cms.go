package modem

import "github.com/pigeon-sms/pigeon/sms"

// cms is every +CMS ERROR a sender may meet: 3GPP TS 27.005 §3.2.5, which
// takes 1 to 127 from TS 24.011 annex E-2 (RP-cause, the network) and 128 to
// 255 from TS 23.040 §9.2.3.22 (TP-FCS, the service centre); 300 to 511 are
// the modem's own, those above belong to its maker.
var cms = map[int]ruling{
	1:   {sms.Reject, false, "the number is not assigned"},
	8:   {sms.Reroute, false, "the operator has barred this SIM from sending"},
	10:  {sms.Reroute, false, "sending is barred for this SIM"},
	17:  {sms.Retry, false, "network failure"},
	21:  {sms.Reroute, false, "transfer rejected: content, spam filter or no credit"},
	22:  {sms.Retry, false, "congestion, or memory exceeded"},
	27:  {sms.Retry, false, "the destination is out of service"},
	28:  {sms.Reroute, false, "unidentified subscriber: this network does not know the number or the SIM"},
	29:  {sms.Reroute, false, "facility rejected: wrong service centre, or sending is barred"},
	30:  {sms.Reroute, false, "unknown subscriber: this network does not know the number or the SIM"},
	38:  {sms.Retry, false, "network out of order; also said of a wrong service centre or short number"},
	41:  {sms.Retry, false, "temporary failure"},
	42:  {sms.Retry, false, "congestion"},
	47:  {sms.Retry, false, "resources unavailable"},
	50:  {sms.Reroute, false, "this SIM's subscription has no texts"},
	69:  {sms.Reroute, false, "the network does not offer texts this way; AT+CGSMS may help"},
	81:  {sms.Retry, false, "invalid transfer reference"},
	95:  {sms.Reject, false, "the network finds the message malformed: number or service centre may be wrong"},
	96:  {sms.Reject, false, "the network misses mandatory information: number or service centre may be wrong"},
	97:  {sms.Retry, false, "the network does not know this type of message"},
	98:  {sms.Retry, false, "the message does not fit the state of the protocol"},
	99:  {sms.Retry, false, "the network does not know an element of the message"},
	107: {sms.Retry, false, "other general problem"},
	111: {sms.Retry, false, "protocol error"},
	127: {sms.Reroute, false, "interworking: the network gives no reason"},

	128: {sms.Reject, false, "the service centre does not do telematic interworking"},
	129: {sms.Reject, false, "the service centre does not know texts of type 0"},
	130: {sms.Reject, false, "the service centre cannot replace a text"},
	143: {sms.Reject, false, "the service centre does not accept this protocol identifier"},
	144: {sms.Reject, false, "the service centre does not know this alphabet: try another encoding"},
	145: {sms.Reject, false, "the service centre does not know this message class"},
	159: {sms.Reject, false, "the service centre does not accept this data coding scheme"},
	160: {sms.Reject, false, "the service centre cannot act on this command"},
	161: {sms.Reject, false, "the service centre does not support this command"},
	175: {sms.Reject, false, "the service centre does not accept this command"},
	176: {sms.Reject, false, "the service centre does not accept this type of message"},
	192: {sms.Retry, false, "the service centre is busy"},
	193: {sms.Reroute, false, "this SIM has no subscription at the service centre"},
	194: {sms.Reroute, false, "the service centre has failed"},
	195: {sms.Reject, false, "the service centre finds the number invalid"},
	196: {sms.Reject, false, "the destination is barred"},
	197: {sms.Retry, true, "refused as a duplicate: the service centre says that it has it already"},
	198: {sms.Retry, false, "the service centre does not know this form of validity period"},
	199: {sms.Retry, false, "the service centre does not accept this validity period"},
	208: {sms.Retry, false, "the SIM's storage is full"},
	209: {sms.Retry, false, "the SIM has no storage for texts"},
	210: {sms.Retry, false, "error in the modem"},
	211: {sms.Retry, false, "the modem's storage is full"},
	212: {sms.Retry, false, "the SIM toolkit is busy"},
	213: {sms.Reroute, false, "the SIM toolkit answers with a data error"},
	255: {sms.Reroute, false, "the service centre gives no reason"},

	300: {sms.Retry, false, "modem failure"},
	301: {sms.Retry, false, "the SMS service is reserved"},
	302: {sms.Retry, false, "operation not allowed: starting, wrong mode, or no service centre number"},
	303: {sms.Reroute, false, "this modem does not support the operation"},
	304: {sms.Retry, false, "invalid PDU: text mode, or a wrong length"},
	305: {sms.Retry, false, "invalid text mode parameter: the modem had left PDU mode"},
	310: {sms.Reroute, false, "no SIM inserted"},
	311: {sms.Reroute, false, "the SIM wants its PIN"},
	312: {sms.Reroute, false, "the SIM is locked to another phone"},
	313: {sms.Reroute, false, "SIM failure"},
	314: {sms.Retry, false, "the SIM is busy"},
	315: {sms.Reroute, false, "wrong SIM"},
	316: {sms.Reroute, false, "the SIM wants its PUK"},
	317: {sms.Reroute, false, "the SIM wants its PIN2"},
	318: {sms.Reroute, false, "the SIM wants its PUK2"},
	320: {sms.Retry, false, "memory failure"},
	321: {sms.Retry, false, "invalid memory index"},
	322: {sms.Retry, false, "memory full"},
	325: {sms.Retry, false, "the modem refuses the length of the PDU"}, // SIM800 firmware 1418B04
	330: {sms.Reroute, false, "the service centre number is not known: set smsc_number"},
	331: {sms.Reroute, false, "no network"},
	332: {sms.Retry, true, "network timeout"},
	340: {sms.Retry, false, "no acknowledgement was expected"},
	341: {sms.Retry, false, "buffer overflow in the modem"},         // SIMCom
	342: {sms.Reject, false, "the modem finds the text too long"},   // SIMCom
	350: {sms.Retry, true, "unknown error, seen after long waits"},  // Quectel
	500: {sms.Retry, true, "unknown error, seen of delivered ones"}, // BG95-M3
	510: {sms.Retry, false, "message blocked"},                      // Quectel

	512: {sms.Retry, false, "no link to the network, or a text was coming in"}, // Wavecom
	513: {sms.Retry, true, "the radio link timed out"},                         // Wavecom, after 28 or 42 s
	514: {sms.Retry, false, "network error"},                                   // Wavecom
	515: {sms.Reroute, false, "please wait: the modem is starting"},            // Wavecom; stuck, it takes a power cycle
	532: {sms.Retry, false, "the SIM is not ready"},
	535: {sms.Retry, false, "the packet service is busy"},
	538: {sms.Retry, false, "bad parameter"},
	549: {sms.Reject, false, "wrong PDU length"}, // Siemens, to 554
	550: {sms.Reject, false, "wrong message type"},
	551: {sms.Reject, false, "wrong number"},
	552: {sms.Reject, false, "wrong PDU"},
	553: {sms.Reject, false, "wrong service centre address"},
	554: {sms.Reject, false, "wrong PDU"},
}

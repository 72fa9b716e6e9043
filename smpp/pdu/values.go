package pdu

import "strconv"

// A TON is a type of number (3.4 §5.2.5, 5.0 §4.7.1).
type TON uint8

// Types of number. Those above are reserved, and written all the same where a
// message centre wants them.
const (
	TONUnknown          TON = 0
	TONInternational    TON = 1
	TONNational         TON = 2
	TONNetworkSpecific  TON = 3
	TONSubscriberNumber TON = 4
	TONAlphanumeric     TON = 5
	TONAbbreviated      TON = 6
)

// An NPI is a numbering plan indicator (3.4 §5.2.6, 5.0 §4.7.2).
type NPI uint8

// Numbering plans.
const (
	NPIUnknown    NPI = 0
	NPIISDN       NPI = 1 // E.163, E.164
	NPIData       NPI = 3 // X.121
	NPITelex      NPI = 4 // F.69
	NPILandMobile NPI = 6 // E.212
	NPINational   NPI = 8
	NPIPrivate    NPI = 9
	NPIERMES      NPI = 10
	NPIInternet   NPI = 14
	NPIWAP        NPI = 18
)

// An ESMClass is an esm_class: mode, type and features (3.4 §5.2.12, 5.0
// §4.7.12). It is tested with its methods: a receipt may be 0x44 or 0x07.
type ESMClass uint8

// The modes, in bits 1 and 0. A deliver_sm has none: they are ignored there.
const (
	ModeDefault         ESMClass = 0x00
	ModeDatagram        ESMClass = 0x01
	ModeForward         ESMClass = 0x02 // transaction
	ModeStoreAndForward ESMClass = 0x03
)

// The types, in bits 5 to 2.
const (
	TypeDefault           ESMClass = 0x00
	TypeDeliveryReceipt   ESMClass = 0x04
	TypeDeliveryAck       ESMClass = 0x08
	TypeManualAck         ESMClass = 0x10
	TypeConversationAbort ESMClass = 0x18
	TypeIntermediate      ESMClass = 0x20 // intermediate delivery notification
)

// The features, in bits 7 and 6.
const (
	FeatureUDHI      ESMClass = 0x40 // a user data header stands before the text
	FeatureReplyPath ESMClass = 0x80
)

// Mode returns the bits of the mode.
func (v ESMClass) Mode() ESMClass { return v & 0x03 }

// Type returns the bits of the type.
func (v ESMClass) Type() ESMClass { return v & 0x3C }

// known reports whether the type is one of the above: each is a bit.
func (v ESMClass) known() bool {
	const types = 1<<TypeDefault | 1<<(TypeDeliveryReceipt>>2) | 1<<(TypeDeliveryAck>>2) |
		1<<(TypeManualAck>>2) | 1<<(TypeConversationAbort>>2) | 1<<(TypeIntermediate>>2)
	return types>>(v.Type()>>2)&1 != 0
}

// UDHI reports whether a user data header stands before the text.
func (v ESMClass) UDHI() bool { return v&FeatureUDHI != 0 }

// ReplyPath reports whether a reply path is asked for.
func (v ESMClass) ReplyPath() bool { return v&FeatureReplyPath != 0 }

// A RegisteredDelivery says which receipts are asked for (3.4 §5.2.17, 5.0
// §4.7.21).
type RegisteredDelivery uint8

// The receipts of the message centre, in bits 1 and 0.
const (
	ReceiptNone      RegisteredDelivery = 0x00
	ReceiptFinal     RegisteredDelivery = 0x01 // success or failure
	ReceiptOnFailure RegisteredDelivery = 0x02
	ReceiptOnSuccess RegisteredDelivery = 0x03 // 5.0
)

// What else may be asked for.
const (
	AckDelivery        RegisteredDelivery = 0x04 // from the recipient's machine
	AckManual          RegisteredDelivery = 0x08 // from the recipient
	NotifyIntermediate RegisteredDelivery = 0x10 // 3.4 says bit 5 and shows bit 4
)

// Receipt returns the bits that ask for a receipt of the message centre.
func (v RegisteredDelivery) Receipt() RegisteredDelivery { return v & 0x03 }

// A DataCoding is a data_coding (3.4 §5.2.19, 5.0 §4.7.7). In 3.3, and from many
// message centres of 3.4, it is GSM's TP-DCS.
type DataCoding uint8

// Codings.
const (
	DataCodingDefault   DataCoding = 0x00 // whatever the message centre takes for its alphabet
	DataCodingIA5       DataCoding = 0x01
	DataCodingOctets    DataCoding = 0x02
	DataCodingLatin1    DataCoding = 0x03
	DataCodingBinary    DataCoding = 0x04 // GSM's 8-bit value
	DataCodingJIS       DataCoding = 0x05
	DataCodingCyrillic  DataCoding = 0x06 // ISO 8859-5
	DataCodingHebrew    DataCoding = 0x07 // ISO 8859-8
	DataCodingUCS2      DataCoding = 0x08
	DataCodingPictogram DataCoding = 0x09
	DataCodingISO2022JP DataCoding = 0x0A
	DataCodingKanji     DataCoding = 0x0D // JIS X 0212
	DataCodingKSC5601   DataCoding = 0x0E
)

// A MessageState is a message_state (3.4 §5.2.28, 5.0 §4.7.15).
type MessageState uint8

// States.
const (
	StateScheduled     MessageState = 0 // 5.0
	StateEnroute       MessageState = 1
	StateDelivered     MessageState = 2
	StateExpired       MessageState = 3
	StateDeleted       MessageState = 4
	StateUndeliverable MessageState = 5
	StateAccepted      MessageState = 6
	StateUnknown       MessageState = 7
	StateRejected      MessageState = 8
	StateSkipped       MessageState = 9 // 5.0
)

var stateNames = [...]string{"SCHEDULED", "ENROUTE", "DELIVERED", "EXPIRED", "DELETED",
	"UNDELIVERABLE", "ACCEPTED", "UNKNOWN", "REJECTED", "SKIPPED"}

// Known reports whether a specification defines v.
func (v MessageState) Known() bool { return int(v) < len(stateNames) }

// String returns the specification's name, or the number.
func (v MessageState) String() string {
	if v.Known() {
		return stateNames[v]
	}
	return strconv.Itoa(int(v))
}

// Final reports whether nothing else is to follow. ACCEPTED is final by the
// letter; here it is not, because real receipts follow it.
func (v MessageState) Final() bool {
	switch v {
	case StateDelivered, StateExpired, StateDeleted, StateUndeliverable, StateRejected, StateSkipped:
		return true
	}
	return false
}

// A NetworkErrorCode is the value of a network_error_code (3.4 §5.3.2.31, 5.0
// §4.8.4.42).
type NetworkErrorCode struct {
	Type uint8  // 3: GSM
	Code uint16 // of that network
	// Text is the code where the value is three digits, as some write it, or of
	// another length; Type and Code are then 0.
	Text []byte
}

// ParseNetworkErrorCode reads the value of a network_error_code, whatever its
// length.
func ParseNetworkErrorCode(v []byte) NetworkErrorCode {
	if len(v) != 3 || digits(v) {
		return NetworkErrorCode{Text: v}
	}
	return NetworkErrorCode{Type: v[0], Code: uint16(v[1])<<8 | uint16(v[2])}
}

// AppendTo appends the value.
func (e NetworkErrorCode) AppendTo(b []byte) []byte {
	if e.Text != nil {
		return append(b, e.Text...)
	}
	return append(b, e.Type, byte(e.Code>>8), byte(e.Code))
}

func digits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(b) > 0
}

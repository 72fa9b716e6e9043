package sms

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// Kind says what a received message is, where it is neither a person's text
// nor octets for an application.
type Kind string

// What waits for the owner of the SIM elsewhere: 3GPP TS 23.040 §9.2.3.24.2,
// 23.038 §4, and the multimedia message notification of OMA-TS-MMS_ENC.
const (
	KindVoicemail Kind = "voicemail"
	KindFax       Kind = "fax"
	KindEmail     Kind = "email"
	KindOther     Kind = "other" // waits somewhere else, a videomail say
	KindMMS       Kind = "mms"   // a multimedia message can be fetched
)

// indications are the kinds of message waiting, in the numbers that both the
// data coding scheme and the header give them.
var indications = [...]Kind{KindVoicemail, KindFax, KindEmail, KindOther}

// Indication is the kind of message waiting that a network calls n, of which
// the lower two bits count.
func Indication(n byte) Kind { return indications[n&3] }

// portPush is where WAP push messages go, among them those that tell of an
// MMS.
const portPush = 2948

// Content type of a multimedia message notification, in words and as a
// well-known short integer, WAP-230-WSP §8.4.2.
const (
	mmsType      = "application/vnd.wap.mms-message"
	mmsWellKnown = 0x80 | 0x3E
)

// isMMS reports whether the body of a WAP push (WAP-230-WSP §8.2.4.1: number,
// type, length of the headers, content type) tells of a multimedia message.
func isMMS(push []byte) bool {
	const pushPDU, confirmedPush = 0x06, 0x07
	if len(push) < 2 || push[1] != pushPDU && push[1] != confirmedPush {
		return false
	}
	headers := push[2:]
	n, k := uintvar(headers)
	if k == 0 {
		return false
	}
	headers = headers[k:]
	headers = headers[:min(n, len(headers))]
	if len(headers) == 0 {
		return false
	}
	switch first := headers[0]; {
	case first < 31: // a length, and the media type with parameters behind it
		headers = headers[1:]
	case first == 31:
		_, k := uintvar(headers[1:])
		headers = headers[1+k:]
	}
	if len(headers) == 0 {
		return false
	}
	if headers[0] == mmsWellKnown {
		return true
	}
	name, _, _ := bytes.Cut(headers, []byte{0})
	return strings.EqualFold(string(name), mmsType)
}

// uintvar reads an unsigned integer of seven bits to the octet, WAP-230-WSP
// §8.1.2, and how many octets it takes; none where it does not end. Whatever is
// more than 16 bits is more than any message holds.
func uintvar(b []byte) (n, octets int) {
	for i, o := range b[:min(len(b), binary.MaxVarintLen16)] {
		n = n<<7 | int(o&0x7F)
		if o < 0x80 {
			return n, i + 1
		}
	}
	return 0, 0
}

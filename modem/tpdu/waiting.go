package tpdu

import (
	"github.com/warthog618/sms/encoding/tpdu"

	"github.com/pigeon-sms/pigeon/sms"
)

// The groups of data coding schemes that say a message waits elsewhere: 1100 to
// discard, 1101 to store, 1110 to store in UCS-2. Bit 3 is set while something
// waits; bits 1 and 0 say what. 23.038 §4.
const (
	waitingFirst = 0xC0
	waitingLast  = 0xEF
	waitingSet   = 0x08
)

// What stands in the place of a sender's first letters in the indications of
// the Common PCN Handset Specification (CPHS 4.2 B.4.2), which some networks
// still use: line 1's voicemail, cleared or set.
const (
	cphsLength = 4 // semi-octets
	cphsClear  = 0x10
	cphsSet    = 0x11
)

// indicate says of a message that it tells of another one, by its data coding
// scheme or by its sender, oa. The header has been read: it says more, and
// counts.
func indicate(p *sms.Part, dcs tpdu.DCS, oa []byte) {
	if p.Kind != "" {
		return
	}
	none := 0
	if dcs >= waitingFirst && dcs <= waitingLast {
		p.Kind = sms.Indication(byte(dcs))
		if dcs&waitingSet == 0 {
			p.Waiting = &none
		}
		return
	}
	if len(oa) < 4 || oa[0] != cphsLength || oa[1]>>4&7 != byte(tpdu.TonAlphanumeric) || oa[1]&0x0F != 0 {
		return
	}
	switch oa[2] {
	case cphsSet:
		p.Kind, p.From = sms.KindVoicemail, ""
	case cphsClear:
		p.Kind, p.From, p.Waiting = sms.KindVoicemail, "", &none
	}
}

package tpdu

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/warthog618/sms/encoding/tpdu"

	"github.com/pigeon-sms/pigeon/sms"
)

// A PDU is what a modem received or keeps. A part or a report is set; for a
// SUBMIT that lies in its memory, neither.
type PDU struct {
	Part   *sms.Part   // Time, Way, Net, To and Slot are the driver's to fill
	Report *sms.Report // Time, Way and Net are the driver's to fill
	SMSC   sms.Number  // the service centre it came through, empty where unknown
	Silent bool        // a part of type 0, which is not meant to be shown

	Inexact error // what had to be forgiven to read it; nil for a PDU by the book
}

// Decode reads the line a modem prints for a PDU. Length is the one announced
// before it, the octets of the TPDU without the service centre's address, or 0
// where none is known. Spaces and quotes in the line are passed over, and so is
// half an octet at its end.
//
// An error means that the line is empty or no hexadecimal; anything else comes
// back as a PDU.
func Decode(line string, length int) (PDU, error) {
	digits := strings.ToUpper(strings.Map(func(r rune) rune {
		if r == '"' || r == 0 || unicode.IsSpace(r) {
			return -1
		}
		return r
	}, line))
	b, err := hex.DecodeString(digits[:len(digits)&^1])
	if err == nil && len(digits)%2 != 0 {
		_, err = hex.DecodeString("0" + digits[len(digits)-1:])
	}
	if err != nil {
		return PDU{}, fmt.Errorf("read a PDU: %w", err)
	}
	if len(b) == 0 {
		return PDU{}, errors.New("read a PDU: the line is empty")
	}

	p := choose(b, length)
	if len(digits)%2 != 0 && p.Inexact == nil {
		p.Inexact = errors.New("half an octet at the end")
	}
	switch {
	case p.Part != nil:
		p.Part.Raw = digits
	case p.Report != nil:
		p.Report.Raw = digits
	}
	return p, nil
}

// wavecomReport is what Wavecom modems print before reports from their report
// memory, with the service centre's 00 as its last octet.
var wavecomReport = []byte{0x00, 0x00, 0x00, 0xFF, 0x00}

// choose decodes b from where its TPDU begins: behind the service centre's
// address, as 27.005 §3.1 has it, or at once, from modems that leave it out. The
// length they announce is then that of the line, but so is that of modems that
// count the address, and some announce none: what the length leaves open goes to
// the reading without a fault.
func choose(b []byte, length int) PDU {
	if bytes.HasPrefix(b, wavecomReport) {
		return decode(b, len(wavecomReport))
	}
	behind := 1 + int(b[0])
	if behind > len(b) {
		return decode(b, 0)
	}
	p := decode(b, behind)
	if behind > 1 {
		p.centre(b[1], b[2:behind])
	}
	if p.Inexact == nil || length > 0 && behind+length == len(b) {
		return p
	}
	bare := decode(b, 0)
	// Read as a SUBMIT a message would be lost: that takes the length as well.
	if bare.Inexact != nil || bare.Part == nil && bare.Report == nil && length != len(b) {
		return p
	}
	return bare
}

// decode reads the TPDU that begins at octet at of b.
func decode(b []byte, at int) PDU {
	var p PDU
	r := &reader{b: b[at:]}
	mti := tpdu.MtDeliver
	if len(r.b) > 0 {
		mti = tpdu.FirstOctet(r.b[0]).MTI()
	}
	switch mti {
	case tpdu.MtSubmit:
		own := tpdu.TPDU{Direction: tpdu.MO}
		p.Inexact = own.UnmarshalBinary(r.b)
		return p
	case tpdu.MtCommand: // from the network's side, SMS-STATUS-REPORT
		p.Report = new(sms.Report)
		r.report(p.Report)
	default: // and the reserved value, §9.2.3.1
		p.Part = new(sms.Part)
		p.Silent = r.deliver(p.Part)
	}
	p.Inexact = r.inexact()
	return p
}

// centre notes the service centre's address: its type and its digits.
func (p *PDU) centre(toa byte, b []byte) {
	p.SMSC, _ = digits(toa, b, 2*len(b))
	if p.Part != nil {
		p.Part.SMSC = p.SMSC
	}
}

package tpdu

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/warthog618/sms/encoding/pdumode"
	"github.com/warthog618/sms/encoding/tpdu"

	"github.com/pigeon-sms/pigeon/sms"
)

const (
	maxDigits = 20  // of an address, 23.040 §9.1.2.5
	maxUD     = 140 // octets of user data with its header, §9.2.3.24

	// A destination begins with its type of number and numbering plan,
	// §9.1.2.5.
	toaInternational = 0x91
	toaUnknown       = 0x81 // the network reads it as it was dialled: national numbers, short codes
)

// SubmitOptions are what a SUBMIT may ask of the network beside carrying text.
type SubmitOptions struct {
	Validity  time.Duration // how long the network may try; 0: as long as it likes
	Report    bool          // TP-SRR: ask for a status report
	Flash     bool          // message class 0: shown at once, not stored
	ReplyPath bool          // TP-RP
}

// Submit makes the SUBMIT for one segment: the hexadecimal line that follows
// the prompt of AT+CMGS, and the length that AT+CMGS names, which leaves out
// the one octet for the service centre (00: the one the SIM holds). TP-MR is 0,
// since the modem puts its own in.
//
// An error means that nothing like this can ever be sent.
func Submit(to sms.Number, seg sms.Segment, o SubmitOptions) (pdu string, length int, err error) {
	da, err := destination(to)
	if err != nil {
		return "", 0, fmt.Errorf("TP-DA: %w", err)
	}
	dcs, ok := codings[seg.Coding]
	if !ok {
		return "", 0, fmt.Errorf("TP-DCS: coding %q is unknown", seg.Coding)
	}
	if o.Flash {
		dcs |= classMeaning
	}
	t := tpdu.TPDU{Direction: tpdu.MO, FirstOctet: tpdu.FirstOctet(tpdu.MtSubmit), DA: da, DCS: dcs, UD: seg.UD}
	if o.Report {
		t.FirstOctet |= tpdu.FoSRR
	}
	if o.ReplyPath {
		t.FirstOctet |= tpdu.FoRP
	}
	if o.Validity > 0 {
		t.SetVP(validity(o.Validity))
	}
	if len(seg.UDH) >= maxUD {
		return "", 0, fmt.Errorf("TP-UDH: %d octets of header, where fewer than %d have room", len(seg.UDH), maxUD)
	}
	if len(seg.UDH) > 0 {
		var udh tpdu.UserDataHeader
		if _, err := udh.UnmarshalBinary(append([]byte{byte(len(seg.UDH))}, seg.UDH...)); err != nil {
			return "", 0, fmt.Errorf("TP-UDH: %w", err)
		}
		t.SetUDH(udh)
	}
	if most := t.UDBlockSize(); len(seg.UD) > most {
		return "", 0, fmt.Errorf("TP-UD: %d units of user data, where %d have room", len(seg.UD), most)
	}
	b, err := t.MarshalBinary()
	if err != nil {
		return "", 0, err
	}
	line := pdumode.PDU{TPDU: b}
	s, err := line.MarshalHexString()
	return strings.ToUpper(s), len(b), err
}

// codings are the data coding schemes of the general group, 23.038 §4.
// classMeaning added to one makes it class 0.
var codings = map[sms.Coding]tpdu.DCS{
	sms.CodingGSM7: 0x00,
	sms.CodingData: 0x04,
	sms.CodingUCS2: 0x08,
}

const classMeaning = 0x10

func destination(n sms.Number) (tpdu.Address, error) {
	a := tpdu.Address{TOA: toaUnknown, Addr: string(n)}
	dialled := "0123456789*#abc" // §9.1.2.3
	if digits, ok := strings.CutPrefix(a.Addr, "+"); ok {
		a = tpdu.Address{TOA: toaInternational, Addr: digits}
		dialled = "0123456789"
	}
	switch {
	case a.Addr == "":
		return a, errors.New("no digits")
	case len(a.Addr) > maxDigits:
		return a, fmt.Errorf("%d digits, and an address holds %d", len(a.Addr), maxDigits)
	case strings.Trim(a.Addr, dialled) != "":
		return a, errors.New("a character that cannot be dialled")
	}
	return a, nil
}

// validity is the relative TP-VP of §9.2.3.12.1: the longest it can say that is
// not longer than d, and at least its shortest, five minutes.
func validity(d time.Duration) tpdu.ValidityPeriod {
	// warthog618/sms v0.3.0 writes anything from 5 to 10 minutes as 10; what
	// is less it writes as 5, and the rest is right.
	if d < 10*time.Minute {
		d = 0
	}
	var vp tpdu.ValidityPeriod
	vp.SetRelative(d)
	return vp
}

package modemsim

import (
	"encoding/hex"
	"errors"
	"fmt"
	"time"
	"unicode/utf16"
)

// Bits of a TPDU's first octet, 3GPP TS 23.040 §9.2.3.
const (
	mtiMask   = 0x03
	mtiSubmit = 0x01
	bitReject = 0x04 // TP-RD of a SUBMIT
	maskVPF   = 0x18
	bitReport = 0x20 // TP-SRR
	bitHeader = 0x40 // TP-UDHI
	bitPath   = 0x80 // TP-RP
)

// maxUserData is the most octets of user data a TPDU carries.
const maxUserData = 140

// A Submit is one SMS-SUBMIT as the simulated network read it, 3GPP TS 23.040
// §9.2.2.2.
type Submit struct {
	Centre    string // the service centre it names; empty: the modem's own
	Reference byte   // TP-MR
	To        string
	Protocol  byte // TP-PID
	Coding    byte // TP-DCS
	Alphabet  Alphabet
	Class     int           // 0 to 3, or NoClass
	Validity  time.Duration // of a relative validity period; else 0
	Until     time.Time     // of an absolute validity period; else zero

	Report, RejectDuplicates, ReplyPath bool

	Header  []Element
	Concat  *Concat // nil: the message is whole
	Port    int     // destination port, -1 where none is named
	Septets []byte  // one to a byte, of GSM7
	Data    []byte  // of Octets and UCS2
	Text    string  // of GSM7 and UCS2

	// Faults are what a strict reader of the standard objects to, though it
	// can be read: fill bits that are set, a surrogate pair cut in two.
	Faults []string
}

// ParseSubmit reads what a host gives a modem for AT+CMGS: the service centre's
// address and the TPDU in hexadecimal digits. length is the number of octets
// the host announced, which leaves out the address, or -1 where none was.
func ParseSubmit(digits string, length int) (*Submit, error) {
	raw, err := hex.DecodeString(digits)
	if err != nil {
		return nil, errors.New("the PDU is not made of pairs of hexadecimal digits")
	}
	centre, tpdu, err := takeCentre(raw)
	if err != nil {
		return nil, err
	}
	if length >= 0 && len(tpdu) != length {
		return nil, fmt.Errorf("%d octets were announced and %d came", length, len(tpdu))
	}
	s, err := parseSubmit(tpdu)
	if err != nil {
		return nil, err
	}
	s.Centre = centre
	return s, nil
}

func parseSubmit(b []byte) (*Submit, error) {
	if len(b) < 2 {
		return nil, errors.New("the TPDU is cut off")
	}
	first := b[0]
	if first&mtiMask != mtiSubmit {
		return nil, errors.New("the TPDU is no SUBMIT")
	}
	s := &Submit{
		Reference: b[1], Report: first&bitReport != 0,
		RejectDuplicates: first&bitReject != 0, ReplyPath: first&bitPath != 0,
	}
	to, b, err := takeAddress(b[2:])
	if err != nil {
		return nil, fmt.Errorf("destination: %w", err)
	}
	if to == "" {
		return nil, errors.New("destination: the address is empty")
	}
	s.To = to
	if len(b) < 2 {
		return nil, errors.New("the TPDU is cut off")
	}
	s.Protocol, s.Coding = b[0], b[1]
	if b, err = s.takeValidity(first&maskVPF, b[2:]); err != nil {
		return nil, err
	}
	return s, s.takeUserData(first&bitHeader != 0, b)
}

// takeValidity reads the validity period, in the format the first octet names,
// 3GPP TS 23.040 §9.2.3.3 and §9.2.3.12.
func (s *Submit) takeValidity(format byte, b []byte) ([]byte, error) {
	const relative, enhanced, absolute = 0x10, 0x08, 0x18
	n := map[byte]int{relative: 1, enhanced: 7, absolute: 7}[format]
	if len(b) < n {
		return nil, errors.New("the validity period is cut off")
	}
	switch format {
	case relative:
		s.Validity = relativeValidity(b[0])
	case absolute:
		t, ok := takeTime(b)
		if !ok {
			return nil, errors.New("the validity period is no time")
		}
		s.Until = t
	case enhanced:
		s.fault("an enhanced validity period")
	}
	return b[n:], nil
}

// takeUserData reads the user data, which begins with its length: septets of
// GSM7, header and fill bits among them, else octets.
func (s *Submit) takeUserData(hasHeader bool, b []byte) error {
	c := readCoding(s.Coding)
	s.Alphabet, s.Class = c.alphabet, c.class
	if c.compressed {
		return errors.New("the user data is compressed")
	}
	if len(b) == 0 {
		return errors.New("the user data has no length")
	}
	length, data := int(b[0]), b[1:]
	octets := length
	if s.Alphabet == GSM7 {
		octets = (7*length + 7) / 8
	}
	switch {
	case octets > maxUserData:
		return fmt.Errorf("%d octets of user data where %d fit", octets, maxUserData)
	case len(data) < octets:
		return errors.New("the user data is cut off")
	case len(data) > octets:
		return errors.New("octets follow the user data")
	}
	body := data
	if hasHeader {
		var err error
		if s.Header, body, err = takeHeader(data); err != nil {
			return err
		}
	}
	h := readHeader(s.Header)
	s.Concat, s.Port = h.concat, h.port
	s.fault(h.fault)
	switch s.Alphabet {
	case GSM7:
		return s.takeSeptets(data, len(data)-len(body), length, h)
	case UCS2:
		s.Data = body
		s.Text = s.ucs2Text(body)
	default:
		s.Data = body
	}
	return nil
}

// takeSeptets reads text that begins at the first whole septet after skip
// octets of header.
func (s *Submit) takeSeptets(data []byte, skip, length int, h header) error {
	before := (8*skip + 6) / 7 // the header in septets, fill bits included
	if before > length {
		return errors.New("the user data header is longer than the user data")
	}
	fill := 7*before - 8*skip
	s.Septets = unpackSeptets(data[skip:], fill, length-before)
	text, ok := septetText(s.Septets, h.locking, h.single)
	s.Text = text
	if !ok {
		s.fault("an escape that leads to no character")
	}
	if fill > 0 && len(data) > skip && data[skip]&(1<<fill-1) != 0 {
		s.fault("fill bits that are set")
	}
	if used := 7 * length % 8; used > 0 && data[len(data)-1]>>used != 0 {
		s.fault("bits set after the last septet")
	}
	return nil
}

func (s *Submit) ucs2Text(b []byte) string {
	if len(b)%2 != 0 {
		s.fault("half a UCS-2 character")
	}
	text, ok := ucs2Text(b)
	if !ok {
		s.fault("a surrogate pair cut in two")
	}
	return text
}

func (s *Submit) fault(text string) {
	if text != "" {
		s.Faults = append(s.Faults, text)
	}
}

// ucs2Text reads UCS-2 with surrogate pairs; ok is false where a surrogate
// stands alone, which is read as U+FFFD.
func ucs2Text(b []byte) (text string, ok bool) {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = uint16(b[2*i])<<8 | uint16(b[2*i+1])
	}
	ok = true
	for i := 0; i < len(units); i++ {
		if !utf16.IsSurrogate(rune(units[i])) {
			continue
		}
		if i+1 < len(units) && utf16.DecodeRune(rune(units[i]), rune(units[i+1])) != 0xFFFD {
			i++
			continue
		}
		ok = false
	}
	return string(utf16.Decode(units)), ok
}

// textUCS2 writes UCS-2 with surrogate pairs, one character to an entry.
func textUCS2(text string) (chars [][]byte) {
	for _, r := range text {
		var c []byte
		for _, u := range utf16.Encode([]rune{r}) {
			c = append(c, byte(u>>8), byte(u))
		}
		chars = append(chars, c)
	}
	return chars
}

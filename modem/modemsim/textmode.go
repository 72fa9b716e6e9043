package modemsim

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A tpdu is a message a modem holds, as text mode shows it.
type tpdu struct {
	kind     byte // TP-MTI
	first    byte
	ref      byte
	address  string
	at, done time.Time
	protocol byte
	coding   byte
	status   byte
	length   byte
	text     string
	data     []byte // of octets, or nil
	centre   string
}

// readTPDU reads what the network has delivered or a host has stored, as far
// as it goes.
func readTPDU(pdu []byte) (t tpdu) {
	centre, b, err := takeCentre(pdu)
	if err != nil || len(b) < 3 {
		return t
	}
	t.centre, t.first, t.kind = centre, b[0], b[0]&mtiMask
	switch t.kind {
	case mtiSubmit:
		s, err := parseSubmit(b)
		if err != nil {
			return t
		}
		t.ref, t.address, t.protocol, t.coding = s.Reference, s.To, s.Protocol, s.Coding
		t.text, t.length = s.Text, byte(len(s.Septets)+len(s.Data))
		if s.Alphabet == Octets {
			t.data = s.Data
		}
	case mtiReport:
		t.ref = b[1]
		if t.address, b, err = takeAddress(b[2:]); err == nil && len(b) >= 15 {
			t.at, _ = takeTime(b)
			t.done, _ = takeTime(b[7:])
			t.status = b[14]
		}
	default:
		if t.address, b, err = takeAddress(b[1:]); err == nil && len(b) >= 10 {
			t.protocol, t.coding, t.length = b[0], b[1], b[9]
			t.at, _ = takeTime(b[2:])
			s := Submit{Coding: t.coding}
			if s.takeUserData(t.first&bitHeader != 0, b[9:]) == nil {
				t.text = s.Text
				if s.Alphabet == Octets {
					t.data = s.Data
				}
			}
		}
	}
	return t
}

// quoteTime is a time as 3GPP TS 27.007 §8.15 writes it, with the zone in
// quarters of an hour.
func quoteTime(t time.Time) string {
	_, offset := t.Zone()
	return fmt.Sprintf(`"%s%+03d"`, t.Format("06/01/02,15:04:05"), offset/(15*60))
}

// textFields are the header of a message in text mode, after its state. whole
// asks for all that +CSDH=1 adds in +CMGR.
func (e *engine) textFields(t tpdu, whole bool) string {
	switch t.kind {
	case mtiReport:
		return reportFields(t)
	case mtiSubmit:
		return e.quote(t.address) + ","
	}
	out := fmt.Sprintf("%s,,%s", e.quote(t.address), quoteTime(t.at))
	switch {
	case !e.st.details:
		return out
	case whole:
		return out + e.textDetails(t)
	}
	return fmt.Sprintf("%s,%d,%d", out, addressType(t.address), t.length)
}

// textDetails is what +CSDH=1 adds.
func (e *engine) textDetails(t tpdu) string {
	if !e.st.details {
		return ""
	}
	return fmt.Sprintf(",%d,%d,%d,%d,%s,%d,%d", addressType(t.address), t.first, t.protocol, t.coding,
		e.quote(t.centre), addressType(t.centre), t.length)
}

func addressType(s string) int { return int(putAddress(s)[1]) }

// reportFields are a status report in text mode, 3GPP TS 27.005 §3.4.1 +CDS.
func reportFields(t tpdu) string {
	return fmt.Sprintf("%d,%d,%q,%d,%s,%s,%d", t.first, t.ref, t.address, addressType(t.address),
		quoteTime(t.at), quoteTime(t.done), t.status)
}

// quote is a string of the chosen character set, in quotes.
func (e *engine) quote(s string) string { return `"` + e.encoded(s) + `"` }

// encoded writes text in the chosen character set.
func (e *engine) encoded(s string) string {
	switch e.st.charset {
	case "UCS2":
		var b []byte
		for _, c := range textUCS2(s) {
			b = append(b, c...)
		}
		return strings.ToUpper(hex.EncodeToString(b))
	case "HEX":
		return strings.ToUpper(hex.EncodeToString(septetsOf(s)))
	case "IRA":
		return strings.Map(func(r rune) rune {
			if r > 0x7F {
				return '?'
			}
			return r
		}, s)
	}
	return string(septetsOf(s))
}

// septetsOf writes text in the default alphabet, ? for what that has not.
func septetsOf(s string) (out []byte) {
	for _, r := range s {
		c, ok := textSeptets(string(r), NoLanguage, NoLanguage)
		if !ok {
			c = [][]byte{{'?'}}
		}
		out = append(out, c[0]...)
	}
	return out
}

// decoded reads text in the chosen character set.
func (e *engine) decoded(s string) (string, error) {
	switch e.st.charset {
	case "UCS2":
		b, err := hex.DecodeString(s)
		if err != nil || len(b)%2 != 0 {
			return "", errSMSText
		}
		text, _ := ucs2Text(b)
		return text, nil
	case "HEX":
		b, err := hex.DecodeString(s)
		text, _ := septetText(b, NoLanguage, NoLanguage)
		return text, err
	case "IRA":
		return s, nil
	}
	text, _ := septetText([]byte(s), NoLanguage, NoLanguage)
	return text, nil
}

// coded is a message's text in the chosen character set; hexadecimal digits for
// octets, 3GPP TS 27.005 §3.1 <data>.
func (e *engine) coded(t tpdu) string {
	switch {
	case t.kind == mtiReport:
		return strconv.Itoa(int(t.status))
	case t.data != nil:
		return strings.ToUpper(hex.EncodeToString(t.data))
	case readCoding(t.coding).alphabet == UCS2 && e.st.charset != "UCS2":
		var b []byte
		for _, c := range textUCS2(t.text) {
			b = append(b, c...)
		}
		return strings.ToUpper(hex.EncodeToString(b))
	}
	return e.encoded(t.text)
}

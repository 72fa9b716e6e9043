package modemsim

import (
	"errors"
	"strings"
)

// Types of address, 3GPP TS 23.040 §9.1.2.5: one bit that is always set, the
// type of number and the numbering plan.
const (
	toaUnknown       = 0x81 // ISDN plan, as dialled
	toaInternational = 0x91 // ISDN plan, international
	toaAlphanumeric  = 0xD0
	tonMask          = 0x70
)

// maxAddress is the most octets an address value may have, 3GPP TS 23.040
// §9.1.2.5; it limits an alphanumeric sender to 11 characters.
const maxAddress = 10

// addressText reads an address value by its type: "+" before an international
// number, letters for an alphanumeric one.
func addressText(toa byte, value []byte, digits int) string {
	if toa&tonMask == toaAlphanumeric&tonMask {
		s, _ := septetText(unpackSeptets(value, 0, digits*4/7), NoLanguage, NoLanguage)
		return strings.TrimRight(s, "@")
	}
	n := unpackDigits(value, digits)
	if toa&tonMask == toaInternational&tonMask && n != "" {
		return "+" + n
	}
	return n
}

// takeAddress reads an address field of a TPDU, 3GPP TS 23.040 §9.1.2.5, and
// returns what follows it.
func takeAddress(b []byte) (text string, rest []byte, err error) {
	if len(b) < 2 {
		return "", nil, errors.New("the address is cut off")
	}
	digits, toa := int(b[0]), b[1]
	n := (digits + 1) / 2
	if n > maxAddress {
		return "", nil, errors.New("the address is too long")
	}
	if toa&0x80 == 0 {
		return "", nil, errors.New("the type of address has no bit 7")
	}
	if len(b) < 2+n {
		return "", nil, errors.New("the address is cut off")
	}
	return addressText(toa, b[2:2+n], digits), b[2+n:], nil
}

// numeric says whether s can be written as the digits of an address.
func numeric(s string) bool {
	s = strings.TrimPrefix(s, "+")
	return s != "" && len(s) <= 2*maxAddress && strings.Trim(s, semiOctets) == ""
}

// putAddress writes an address field of a TPDU. What has other characters than
// digits is written as an alphanumeric sender, shortened to what fits.
func putAddress(s string) []byte {
	if s == "" {
		return []byte{0, toaUnknown}
	}
	if numeric(s) {
		digits, international := strings.CutPrefix(s, "+")
		toa := byte(toaUnknown)
		if international {
			toa = toaInternational
		}
		return append([]byte{byte(len(digits)), toa}, packDigits(digits)...)
	}
	var septets []byte
	for _, r := range s {
		c, ok := textSeptets(string(r), NoLanguage, NoLanguage)
		if !ok {
			c = [][]byte{{'?'}}
		}
		if len(septets)+len(c[0]) > maxAddress*8/7 {
			break
		}
		septets = append(septets, c[0]...)
	}
	digits := (7*len(septets) + 3) / 4
	return append([]byte{byte(digits), toaAlphanumeric}, packSeptets(septets, 0)...)
}

// takeCentre reads the service centre's address that a modem puts before the
// TPDU, 3GPP TS 27.005 §3.1 <pdu> and 24.011 §8.2.5.1: its length counts octets.
func takeCentre(b []byte) (text string, rest []byte, err error) {
	if len(b) == 0 || len(b) < 1+int(b[0]) {
		return "", nil, errors.New("the service centre's address is cut off")
	}
	n := int(b[0])
	if n == 0 {
		return "", b[1:], nil
	}
	return addressText(b[1], b[2:1+n], 2*(n-1)), b[1+n:], nil
}

// putCentre writes a service centre's address as takeCentre reads it.
func putCentre(s string) []byte {
	digits, international := strings.CutPrefix(s, "+")
	if digits == "" {
		return []byte{0}
	}
	toa := byte(toaUnknown)
	if international {
		toa = toaInternational
	}
	value := packDigits(digits)
	return append([]byte{byte(1 + len(value)), toa}, value...)
}

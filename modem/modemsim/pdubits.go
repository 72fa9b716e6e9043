package modemsim

import "strings"

// packSeptets writes septets into octets, the first one lowest, after fill
// bits of zero, 3GPP TS 23.038 §6.1.2.1 and 23.040 §9.2.3.24.
func packSeptets(septets []byte, fill int) []byte {
	out := make([]byte, (fill+7*len(septets)+7)/8)
	bit := fill
	for _, s := range septets {
		v := uint16(s&0x7F) << (bit % 8)
		out[bit/8] |= byte(v)
		if v > 0xFF {
			out[bit/8+1] |= byte(v >> 8)
		}
		bit += 7
	}
	return out
}

// unpackSeptets reads up to n septets that begin after fill bits, fewer where
// the octets end sooner.
func unpackSeptets(octets []byte, fill, n int) []byte {
	if have := (8*len(octets) - fill) / 7; n > have {
		n = max(have, 0)
	}
	out := make([]byte, n)
	bit := fill
	for i := range out {
		v := uint16(octets[bit/8])
		if bit/8+1 < len(octets) {
			v |= uint16(octets[bit/8+1]) << 8
		}
		out[i] = byte(v>>(bit%8)) & 0x7F
		bit += 7
	}
	return out
}

// semiOctets are the digits of an address, 3GPP TS 23.040 §9.1.2.3.
const semiOctets = "0123456789*#abc"

// packDigits writes digits two to an octet, the first one lowest, padded with F.
func packDigits(digits string) []byte {
	out := make([]byte, (len(digits)+1)/2)
	for i := range out {
		out[i] = 0xF0
	}
	for i := range len(digits) {
		v := byte(max(strings.IndexByte(semiOctets, digits[i]), 0))
		if i%2 == 0 {
			out[i/2] = out[i/2]&0xF0 | v
		} else {
			out[i/2] = out[i/2]&0x0F | v<<4
		}
	}
	return out
}

// unpackDigits reads n digits; the fill F ends them early.
func unpackDigits(octets []byte, n int) string {
	var out strings.Builder
	for i := range min(n, 2*len(octets)) {
		v := octets[i/2] >> (4 * (i % 2)) & 0x0F
		if v == 0x0F {
			break
		}
		out.WriteByte(semiOctets[v])
	}
	return out.String()
}

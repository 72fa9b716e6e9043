package tpdu

import (
	"encoding/hex"
	"strings"

	"github.com/warthog618/sms/encoding/gsm7"

	"github.com/pigeon-sms/pigeon/sms"
)

// PackUSSD writes a USSD string as packed septets in hexadecimal digits, as
// modems take it that do not pack themselves. Where the last octet has room
// for one more septet it is a CR, lest it read as @ (3GPP TS 23.038 §6.1.2.3.1).
func PackUSSD(text string) (string, error) {
	septets, err := gsm7.Encode([]byte(text))
	if err != nil {
		return "", err
	}
	if len(septets)%8 == 7 {
		septets = append(septets, '\r')
	}
	return strings.ToUpper(hex.EncodeToString(gsm7.Pack7Bit(septets, 0))), nil
}

// UnpackUSSD reads packed septets, without the padding of the last octet.
func UnpackUSSD(octets []byte) string {
	septets := gsm7.Unpack7Bit(octets, 0)
	if n := len(octets) * 8 / 7; len(septets) > n {
		septets = septets[:n]
	}
	if n := len(septets); n > 0 && n%8 == 0 && (septets[n-1] == '\r' || septets[n-1] == 0) {
		septets = septets[:n-1]
	}
	return sms.DecodeGSM7(septets, 0, 0)
}

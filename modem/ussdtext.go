package modem

import (
	"encoding/hex"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pigeon-sms/pigeon/modem/tpdu"
	"github.com/pigeon-sms/pigeon/sms"
)

// The modes of +CUSD, 3GPP TS 27.007 §7.15.
const (
	ussdOver        = 0 // nothing more is wanted
	ussdMore        = 1 // the network waits for a reply
	ussdEnded       = 2 // by the network; what it had to say may stand here
	ussdElsewhere   = 3 // another client of the modem has answered
	ussdUnsupported = 4
	ussdTimeout     = 5 // of the network
)

// A ussdReply is what the network has said to a USSD code.
type ussdReply struct {
	mode int // -1: not legible
	text string
}

// readUSSD reads "+CUSD: m[,text[,dcs]]", whose text may run over several
// lines. Texts come in quotes or without, plain or as hexadecimal digits.
// packed says that this modem packs septets into them.
func readUSSD(lines []string, packed bool) ussdReply {
	whole, _ := cutPrefixFold(strings.TrimSpace(strings.Join(lines, "\n")), "+CUSD")
	whole = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(whole), ":"))
	m, rest, _ := strings.Cut(whole, ",")
	mode, err := strconv.Atoi(strings.TrimSpace(m))
	if err != nil || mode < 0 {
		mode = -1
	}
	text, dcs := cutUSSD(strings.TrimSpace(rest))
	return ussdReply{mode, ussdText(text, dcs, packed)}
}

// cutUSSD parts the text from the data coding scheme, -1 for none.
func cutUSSD(s string) (text string, dcs int) {
	if inner, ok := strings.CutPrefix(s, `"`); ok {
		end := strings.LastIndex(inner, `"`) // the text may have quotes of its own
		if end < 0 {
			return inner, -1
		}
		return inner[:end], scheme(inner[end+1:])
	}
	// What follows the last comma of a plain text may be its own.
	if i := strings.LastIndex(s, ","); i >= 0 {
		if d := scheme(s[i:]); d >= 0 && (d == 15 || d == 72 || isHex(s[:i])) {
			return strings.TrimSpace(s[:i]), d
		}
	}
	return s, -1
}

func scheme(s string) int {
	d, err := strconv.Atoi(strings.Trim(s, " ,"))
	if err != nil || d < 0 || d > 255 {
		return -1
	}
	return d
}

// ussdText reads a text by what it looks like, since modems write UCS-2 under
// dcs 15 and packed septets under 17. Hexadecimal digits that read as UCS-2
// are UCS-2; others are packed septets, unless they may be a number.
func ussdText(s string, dcs int, packed bool) string {
	if h := strings.TrimSpace(s); isHex(h) {
		b, err := hex.DecodeString(h)
		if err != nil {
			return s
		}
		if t, ok := ussdUCS2(b, dcs); ok {
			return t
		}
		if packed || len(b) >= leastPacked && strings.ContainsAny(h, "ABCDEFabcdef") {
			return clean(tpdu.UnpackUSSD(unfilled(b)))
		}
	}
	switch {
	case !utf8.ValidString(s):
		r := make([]rune, len(s)) // ISO 8859-1
		for i := range len(s) {
			r[i] = rune(s[i])
		}
		s = string(r)
	case strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' }):
		s = sms.DecodeGSM7([]byte(s), 0, 0) // the default alphabet, as +CSCS="GSM" sends it
	}
	return clean(s)
}

// leastPacked is how many octets there must be in what may be septets or a
// word of A to F.
const leastPacked = 3

// ussdUCS2 reads octets as UCS-2, if they can be. Chance makes any four of
// them a rare letter, so that where the scheme does not say UCS-2 only the
// scripts below Thai and the general punctuation and currency signs count.
func ussdUCS2(b []byte, dcs int) (string, bool) {
	if len(b) == 0 || len(b)%2 != 0 {
		return "", false
	}
	said := dcs == 72 || dcs >= 0 && dcs>>6 == 1 && dcs&0x0c == 0x08 // 3GPP TS 23.038 §5
	t := strings.TrimRight(sms.DecodeUCS2(b), "\x00\uffff")
	for _, r := range t {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
		case r == unicode.ReplacementChar || !unicode.IsGraphic(r):
			return "", false
		case !said && r >= 0x0e00 && (r < 0x2010 || r >= 0x2100 && r != '№'):
			return "", false
		}
	}
	return clean(t), t != ""
}

// unfilled is octets without the FF FF … that some firmware fills up with.
func unfilled(b []byte) []byte {
	n := len(b)
	for n > 0 && b[n-1] == 0xff {
		n--
	}
	if len(b)-n < 2 {
		return b
	}
	return b[:n]
}

// clean is a text without what no terminal should get.
func clean(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n"), "\r", "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, s))
}

func isHex(s string) bool {
	return s != "" && len(s)%2 == 0 && strings.Trim(s, "0123456789ABCDEFabcdef") == ""
}

// ussdCode checks what somebody wants sent.
func ussdCode(code string) error {
	const most = 182 // characters of a USSD string, 3GPP TS 23.038 §5
	var text string
	switch {
	case code == "":
		text = "missing"
	case utf8.RuneCountInString(code) > most:
		text = "has more than 182 characters"
	case strings.ContainsFunc(code, func(r rune) bool { return r == '"' || r < ' ' || r > '~' }):
		text = "has characters other than ASCII without quotes"
	default:
		return nil
	}
	return &sms.FieldError{Field: "code", Text: text}
}

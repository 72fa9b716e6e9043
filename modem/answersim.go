package modem

import (
	"encoding/hex"
	"strings"

	"github.com/pigeon-sms/pigeon/modem/profile"
	"github.com/pigeon-sms/pigeon/sms"
)

// pinState reads the answer to +CPIN?: "READY", "SIM PIN", …; empty where it
// cannot be read.
func pinState(lines []string) string {
	it, ok := find(lines, "+CPIN")
	if !ok {
		return ""
	}
	return strings.ToUpper(it[0].text)
}

// pinTries reads how many PIN tries are left from the answer to a family's
// command, or from the answer to +CPINR.
func pinTries(lines []string, t profile.Tries) (int, bool) {
	for _, l := range lines {
		if it, ok := items(l, "+CPINR"); ok {
			if len(it) >= 2 && strings.EqualFold(it[0].text, "SIM PIN") {
				return it[1].number()
			}
			continue
		}
		if t.Cmd == "" {
			continue
		}
		prefix := strings.TrimRight(t.Cmd, "=?")
		rest, ok := cutPrefixFold(strings.TrimSpace(l), prefix)
		if !ok {
			continue
		}
		it := split(strings.TrimPrefix(strings.TrimSpace(rest), ":"))
		if t.Field < len(it) {
			it[t.Field].text = strings.Trim(it[t.Field].text, "()")
			return it[t.Field].number()
		}
	}
	return 0, false
}

// iccid reads a SIM's serial number, ITU-T E.118: up to 20 digits that begin
// with 89. Some modems hand it out as it lies on the SIM: with the digits of
// each octet changed over, filled up with F.
func iccid(lines []string) string {
	for _, l := range lines {
		for _, f := range strings.FieldsFunc(strings.ToUpper(l), func(r rune) bool { return !strings.ContainsRune("0123456789ABCDEF", r) }) {
			if len(f) < 18 || len(f) > 22 {
				continue
			}
			if strings.HasPrefix(f, "98") && len(f)%2 == 0 {
				b := []byte(f)
				for i := 0; i+1 < len(b); i += 2 {
					b[i], b[i+1] = b[i+1], b[i]
				}
				f = string(b)
			}
			f = strings.TrimRight(f, "F")
			if strings.HasPrefix(f, "89") && !strings.ContainsAny(f, "ABCDEF") {
				return f
			}
		}
	}
	return ""
}

// serviceCentre reads the answer to +CSCA?, empty where none is set.
func serviceCentre(lines []string) sms.Number {
	it, ok := find(lines, "+CSCA")
	if !ok {
		return ""
	}
	return number(it)
}

// ownNumber reads the answer to +CNUM: the first number that is there.
func ownNumber(lines []string) sms.Number {
	for _, l := range lines {
		if it, ok := items(l, "+CNUM"); ok && len(it) >= 2 {
			if n := number(it[1:]); n != "" {
				return n
			}
		}
	}
	return ""
}

// fromUCS2 reads a number, or the name of a memory, that comes as hexadecimal
// UCS-2 after AT+CSCS="UCS2", which a program before us or the configuration may
// have said. Any other stays as it is.
func fromUCS2(s string) string {
	if len(s) < 8 || len(s)%4 != 0 {
		return s
	}
	b, err := hex.DecodeString(s)
	if err != nil || b[0] != 0 {
		return s
	}
	return sms.DecodeUCS2(b)
}

// number reads a number and its type of address, 3GPP TS 24.008 §10.5.4.7.
func number(it []item) sms.Number {
	s := fromUCS2(it[0].text)
	bare := strings.TrimPrefix(s, "+")
	if bare == "" || strings.Trim(bare, "0123456789*#") != "" {
		return ""
	}
	if len(it) > 1 && bare == s {
		if toa, ok := it[1].number(); ok && toa&0x70 == 0x10 {
			s = "+" + s
		}
	}
	return sms.Number(s)
}

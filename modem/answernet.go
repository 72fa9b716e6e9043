package modem

import (
	"cmp"
	"encoding/hex"
	"strings"
)

// A registration is what +CREG and its like say, 3GPP TS 27.007 §7.2.
type registration struct {
	status     int  // 0 to 11
	technology int  // §7.2 AcT; -1 where it is not told
	refused    bool // the modem would not say
}

// noRegistration is what stands before anything was heard.
var noRegistration = registration{status: 4, technology: -1}

// registrations names the states of registration, and whether texts go.
var registrations = [...]struct {
	name  string
	texts bool
	roams bool
}{
	0:  {"not searching", false, false},
	1:  {"home", true, false},
	2:  {"searching", false, false},
	3:  {"denied", false, false},
	4:  {"unknown", false, false},
	5:  {"roaming", true, true},
	6:  {"home, texts only", true, false},
	7:  {"roaming, texts only", true, true},
	8:  {"emergency calls only", false, false},
	9:  {"home", true, false}, // circuit-switched fallback not preferred
	10: {"roaming", true, true},
	11: {"emergency bearer only", false, false},
}

func (r registration) texts() bool { return registrations[r.status].texts }

func (r registration) roams() bool { return registrations[r.status].roams }

// seeks reports whether the modem has no network and nobody has told it why.
func (r registration) seeks() bool { return r.status == 0 || r.status == 2 || r.status == 4 }

func (r registration) String() string { return registrations[r.status].name }

// readRegistration reads the answer to one of +CREG?, +CGREG?, +CEREG?, whose
// query form has two leading numbers: "+CREG: 2,1,"4CA","81DE445",7". Hex comes
// with and without quotes, numbers with zeros before them, quotes unbalanced.
func readRegistration(lines []string, prefix string) (registration, bool) {
	it, ok := find(lines, prefix)
	if !ok {
		return noRegistration, false
	}
	r := noRegistration
	pos := 0
	if len(it) > 1 {
		pos = 1
	}
	n, ok := it[pos].number()
	if !ok || n >= len(registrations) {
		return noRegistration, false
	}
	r.status = n
	r.technology = actOf(it)
	return r, true
}

// actOf finds the access technology: the fifth field, or what stands at the
// end where quotes are unbalanced.
func actOf(it []item) int {
	last := it[len(it)-1].text
	if len(it) >= 5 {
		last = it[4].text
	} else if i := strings.LastIndexByte(last, ','); i >= 0 && strings.Contains(last, `"`) {
		last = last[i+1:]
	} else {
		return -1
	}
	if n, ok := (item{text: strings.TrimSpace(last)}).number(); ok && n < len(technologies) {
		return n
	}
	return -1
}

// technologies names the access technologies of 3GPP TS 27.007 §7.2.
var technologies = [...]string{
	"GSM", "GSM", "UMTS", "EDGE", "HSPA", "HSPA", "HSPA", "LTE", "EC-GSM-IoT", "NB-IoT", "LTE", "5G", "5G", "LTE",
}

func technology(act int) string {
	if act < 0 || act >= len(technologies) {
		return ""
	}
	return technologies[act]
}

// operator reads the answer to +COPS?: the name or the number of the network,
// and the access technology, -1 where it is not told.
func operator(lines []string) (name string, act int) {
	it, ok := find(lines, "+COPS")
	if !ok || len(it) < 3 {
		return "", -1
	}
	act = -1
	if len(it) > 3 {
		if n, ok := it[3].number(); ok && n < len(technologies) {
			act = n
		}
	}
	name = it[2].text
	if len(name) >= 8 && len(name)%4 == 0 && isHex(name) { // after AT+CSCS="UCS2"; a number has six digits at most
		if b, err := hex.DecodeString(name); err == nil {
			if t, ok := ussdUCS2(b, 72); ok {
				name = t
			}
		}
	}
	return name, act
}

// signal reads the answer to +CSQ in dBm, or nil where the modem does not
// know. 100 to 191 are the LTE range of SIM7600 and others.
func signal(lines []string) *int {
	it, ok := find(lines, "+CSQ")
	if !ok {
		return nil
	}
	n, ok := it[0].number()
	var dbm int
	switch {
	case !ok:
		return nil
	case n <= 31:
		dbm = -113 + 2*n
	case n >= 100 && n <= 191:
		dbm = -116 + n - 100
	default:
		return nil
	}
	return &dbm
}

// strength reads the answers to +CESQ, 3GPP TS 27.007 §8.69, and Huawei's ^HCSQ
// in dBm, or nil where the modem does not know: the strength of all that is
// received, as +CSQ counts it, or of the pilot channel, or what LTE's reference
// signals come to, which are 25 dB less than all of the narrowest usual carrier
// (5 MHz, 300 subcarriers).
func strength(lines []string) *int {
	scale := func(it []item, i, most, least int) *int {
		if i >= len(it) {
			return nil
		}
		n, ok := it[i].number()
		if !ok || n > most {
			return nil
		}
		n += least
		return &n
	}
	if it, ok := find(lines, "+CESQ"); ok {
		return cmp.Or(scale(it, 0, 63, -111), scale(it, 2, 96, -121), scale(it, 5, 97, -141+25))
	}
	if it, ok := find(lines, "^HCSQ"); ok {
		return scale(it, 1, 96, -121)
	}
	return nil
}

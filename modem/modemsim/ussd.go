package modemsim

import (
	"encoding/hex"
	"strconv"
	"strings"
)

// cusd answers a menu of two codes, 3GPP TS 27.007 §7.15: *100# tells a
// balance, *123# asks for a choice.
func (e *engine) cusd(c call) error {
	args := arguments(c.args)
	switch {
	case c.verb == query:
		e.info("+CUSD: " + strconv.Itoa(e.st.cusd))
		return nil
	case c.verb == test:
		e.info("+CUSD: (0-2)")
		return nil
	case c.verb != set || len(args) == 0 || len(args) > 3:
		return errNotAllowed
	}
	n, ok := args[0].number(0, 2)
	if !ok {
		return errParameter
	}
	if n == 2 {
		e.st.ussdOpen = false
		return nil
	}
	e.st.cusd = n
	if len(args) == 1 {
		return nil
	}
	if !e.inNetwork() {
		return cme(30)
	}
	code, err := e.ussdText(args[1].text())
	if err != nil {
		return errParameter
	}
	mode, text := e.menu(code)
	e.m.Say("+CUSD: " + strconv.Itoa(mode) + "," + e.ussdQuote(text) + ",15")
	return nil
}

// ussdText reads a code: packed septets in hexadecimal digits on Huawei's
// sticks, 3GPP TS 23.038 §6.1.2.3, else in the chosen character set.
func (e *engine) ussdText(s string) (string, error) {
	if !e.m.fam.packedUSSD {
		return e.decoded(s)
	}
	b, err := hex.DecodeString(s)
	if err != nil {
		return "", errPlain
	}
	text, _ := septetText(unpackSeptets(b, 0, len(b)*8/7), NoLanguage, NoLanguage)
	return strings.TrimRight(text, "@\r"), nil // the last septet may be padding
}

func (e *engine) ussdQuote(s string) string {
	if !e.m.fam.packedUSSD {
		return e.quote(s)
	}
	septets := septetsOf(s)
	if len(septets)%8 == 7 {
		septets = append(septets, '\r') // else the padding would read as @
	}
	return `"` + strings.ToUpper(hex.EncodeToString(packSeptets(septets, 0))) + `"`
}

func (e *engine) menu(code string) (mode int, text string) {
	const over, more, unknown = 0, 1, 4
	switch {
	case code == "*100#":
		return over, "Your balance is 12.34 GBP."
	case code == "*123#":
		e.st.ussdOpen = true
		return more, "1 Balance\n2 Own number"
	case e.st.ussdOpen && code == "1":
		e.st.ussdOpen = false
		return over, "Your balance is 12.34 GBP."
	case e.st.ussdOpen && code == "2":
		e.st.ussdOpen = false
		return over, "Your number is " + e.m.cfg.Number + "."
	}
	return unknown, "Unknown code."
}

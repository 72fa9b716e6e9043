package modemsim

import (
	"fmt"
	"strings"
)

// csms sets the message service, 3GPP TS 27.005 §3.2.1: 1 is phase 2+, where
// what is delivered directly must be acknowledged.
func (e *engine) csms(c call) error {
	switch c.verb {
	case test:
		e.info("+CSMS: (0,1)")
	case query:
		e.info(fmt.Sprintf("+CSMS: %d,1,1,1", e.st.service))
	case set:
		if !numbers(arguments(c.args), []int{1}, &e.st.service) {
			return errSMSOperation
		}
		e.info("+CSMS: 1,1,1")
	default:
		return errSMSOperation
	}
	return nil
}

func (e *engine) cmgf(c call) error {
	switch c.verb {
	case test:
		e.info("+CMGF: (0,1)")
	case query:
		e.info(fmt.Sprintf("+CMGF: %d", flagged(e.st.textMode)))
	default: // an absent value is 0
		mode := 0
		if !numbers(arguments(c.args), []int{1}, &mode) {
			return errSMSText
		}
		e.st.textMode = mode == 1
	}
	return nil
}

func (e *engine) csdh(c call) error {
	switch c.verb {
	case test:
		e.info("+CSDH: (0,1)")
	case query:
		e.info(fmt.Sprintf("+CSDH: %d", flagged(e.st.details)))
	default:
		mode := 0
		if !numbers(arguments(c.args), []int{1}, &mode) {
			return errSMSText
		}
		e.st.details = mode == 1
	}
	return nil
}

func flagged(b bool) int {
	if b {
		return 1
	}
	return 0
}

// csca tells or sets the service centre, 3GPP TS 27.005 §3.3.1. It is kept on
// the SIM.
func (e *engine) csca(c call) error {
	switch c.verb {
	case test:
		return nil
	case query:
		toa := toaUnknown
		if e.st.centre == "" || strings.HasPrefix(e.st.centre, "+") {
			toa = toaInternational
		}
		e.info(fmt.Sprintf("+CSCA: %s,%d", e.quote(e.st.centre), toa))
		return nil
	case execute:
		return errSMSOperation
	}
	args := arguments(c.args)
	if len(args) == 0 || len(args) > 2 {
		return errSMSParameter
	}
	number, err := e.dialled(args)
	if err != nil {
		return err
	}
	e.st.centre = number
	return nil
}

// dialled reads a number and its type of address.
func (e *engine) dialled(args []argument) (string, error) {
	number, err := e.decoded(args[0].text())
	if err != nil || number != "" && !numeric(number) {
		return "", errSMSParameter
	}
	toa := toaUnknown
	if len(args) > 1 && !numbers(args[1:2], []int{255}, &toa) {
		return "", errSMSParameter
	}
	if toa&tonMask == toaInternational&tonMask && number != "" && !strings.HasPrefix(number, "+") {
		number = "+" + number
	}
	return number, nil
}

func (e *engine) csmp(c call) error {
	st := &e.st.settings
	switch c.verb {
	case test:
		return nil
	case query:
		e.info(fmt.Sprintf("+CSMP: %d,%d,%d,%d", st.first, st.validity, st.protocol, st.coding))
	case set:
		if !numbers(arguments(c.args), []int{255, 255, 255, 255}, &st.first, &st.validity, &st.protocol, &st.coding) {
			return errSMSText
		}
	default:
		return errSMSOperation
	}
	return nil
}

// cnmi sets how new messages are told, 3GPP TS 27.005 §3.4.1. A family may
// refuse what it says it can.
func (e *engine) cnmi(c call) error {
	switch c.verb {
	case test:
		e.info("+CNMI: " + e.m.fam.cnmiList)
		return nil
	case query:
		n := e.st.indications
		e.info(fmt.Sprintf("+CNMI: %d,%d,%d,%d,%d", n[0], n[1], n[2], n[3], n[4]))
		return nil
	case execute:
		return errSMSOperation
	}
	n := e.st.indications
	if !numbers(arguments(c.args), []int{2, 3, 2, 2, 1}, &n[0], &n[1], &n[2], &n[3], &n[4]) {
		return errSMSOperation
	}
	if takes := e.m.fam.cnmiTakes; takes != nil && !takes(n) {
		return errSMSOperation
	}
	e.st.indications = n
	if n[0] != 0 {
		if n[4] == 0 {
			for _, s := range e.st.held {
				e.say(s)
			}
		}
		e.st.held = nil
	}
	return nil
}

func (e *engine) cscb(c call) error {
	switch c.verb {
	case test:
		e.info("+CSCB: (0,1)")
	case query:
		e.info(fmt.Sprintf(`+CSCB: %d,"",""`, e.st.broadcast))
	case set:
		if args := arguments(c.args); len(args) > 3 || !numbers(args[:min(1, len(args))], []int{1}, &e.st.broadcast) {
			return errSMSText
		}
	}
	return nil
}

// cnma acknowledges what was delivered directly, 3GPP TS 27.005 §3.4.4.
func (e *engine) cnma(c call) error {
	if c.verb == test {
		e.info("+CNMA: (0-2)")
		return nil
	}
	if e.st.ack == nil {
		return errSMSNoAck
	}
	kind, length := 0, 0
	if !numbers(arguments(c.args), []int{2, maxBody}, &kind, &length) || c.verb == query {
		return errSMSParameter
	}
	p := e.st.ack
	e.st.ack = nil
	if kind == 2 {
		e.m.net.untake(e.m.cfg.Name, *p)
	}
	return nil
}

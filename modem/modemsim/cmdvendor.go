package modemsim

import (
	"slices"
	"strings"
	"time"
)

// vendor runs a command that only a family has, or that all have and some
// mean otherwise; known is false where it is none.
func (e *engine) vendor(c call) (known bool, err error) {
	f := e.m.fam
	whole := c.name
	if c.verb == set {
		whole += "=" + strings.ReplaceAll(c.args, " ", "")
	}
	switch {
	case c.verb == test || c.verb == query:
		return false, nil
	case slices.Contains(f.resets, whole):
		e.m.change(e.m.restartSoon)
		return true, nil
	case slices.Contains(f.off, whole):
		if f.offSays != "" {
			e.info(f.offSays)
		}
		e.m.change(e.m.off)
		return true, nil
	case f.silence != "" && strings.HasPrefix(f.silence, c.name+"="):
		e.st.quiet = whole == f.silence
		return true, nil
	case f.urcPort != "" && strings.HasPrefix(f.urcPort, c.name+"="):
		e.st.here = whole == f.urcPort
		return true, nil
	case whole == f.readyAsk, whole == f.fullAsked:
		e.st.asked[whole] = true
		return true, nil
	}
	return false, nil
}

// pleaseWait is all a stuck modem says, until its power is cut.
func (e *engine) pleaseWait(c call) error {
	if strings.HasPrefix(c.name, "+CMG") || strings.HasPrefix(c.name, "+CPMS") || c.name == "+CNMI" || c.name == "+CSCA" {
		return cms(pleaseWait)
	}
	return cme(pleaseWait)
}

// pleaseWait is Wavecom's code for an initialisation that is going on.
const pleaseWait = 515

// iccid tells the SIM's serial number as the family writes it.
func (e *engine) iccid(c call) error {
	id := e.m.cfg.ICCID
	if c.name == "+CICCID" { // as SIM7600 and A7670 answer it
		c.name = "+ICCID"
	}
	switch e.m.fam.iccidForm {
	case bare:
		e.info(id)
	case quoted:
		e.info(c.name + `: "` + id + `"`)
	case filled:
		e.info(id + "F")
	case swapped:
		if len(id)%2 == 1 {
			id += "F"
		}
		b := []byte(id)
		for i := 0; i < len(b); i += 2 {
			b[i], b[i+1] = b[i+1], b[i]
		}
		e.info(c.name + `: "` + string(b) + `"`)
	default:
		e.info(c.name + ": " + id)
	}
	return nil
}

// cardState is how the SIM is, in the words of +CPIN?: those of 3GPP TS
// 27.007 §8.3, and NOT INSERTED, NOT READY and FAILURE.
func (e *engine) cardState() string {
	switch l := e.m.look(); {
	case l.absent:
		return "NOT INSERTED"
	case e.st.failed:
		return "FAILURE"
	case time.Now().Before(e.st.busy):
		return "NOT READY"
	}
	return e.st.ask()
}

// check says what stands in a command's way.
func (e *engine) check(n need) error {
	type pair struct{ card, sms error }
	var bad pair
	if n == nothing {
		return nil
	}
	switch e.cardState() {
	case "NOT INSERTED":
		bad = pair{errNoSIM, errSMSNoSIM}
	case "FAILURE":
		bad = pair{errSIMFailure, errSMSSIMFailure}
	case "NOT READY":
		bad = pair{errSIMBusy, errSMSBusy}
	case "SIM PUK":
		bad = pair{errNeedsPUK, errSMSNeedsPUK}
	case "SIM PIN":
		bad = pair{errNeedsPIN, errSMSNeedsPIN}
	default:
		if n == needSMS && (time.Now().Before(e.st.readyAt) || !e.found()) {
			bad.sms = e.m.fam.notReady
		}
	}
	if n == needSMS {
		return bad.sms
	}
	return bad.card
}

package modemsim

import "fmt"

// A failure is how a command can end badly, 3GPP TS 27.007 §9 and 27.005 §3.2.5.
type failure struct {
	kind   string // "CME", "CMS", or empty for a plain ERROR
	number int
}

func (f *failure) Error() string { return f.code(1) }

// code is the final line, by what +CMEE asks for. +CMS ERROR does not follow
// +CMEE, except that its text does.
func (f *failure) code(errors int) string {
	if f.kind == "" || f.kind == "CME" && errors == 0 {
		return "ERROR"
	}
	if errors == 2 {
		if text, ok := failureTexts[*f]; ok {
			return fmt.Sprintf("+%s ERROR: %s", f.kind, text)
		}
	}
	return fmt.Sprintf("+%s ERROR: %d", f.kind, f.number)
}

func cme(n int) error { return &failure{"CME", n} }
func cms(n int) error { return &failure{"CMS", n} }

// The failures a simulated modem has of its own; those of the network come
// with their numbers.
var (
	errPlain       = &failure{}
	errNotAllowed  = cme(3)
	errUnsupported = cme(4)
	errNoSIM       = cme(10)
	errNeedsPIN    = cme(11)
	errNeedsPUK    = cme(12)
	errSIMFailure  = cme(13)
	errSIMBusy     = cme(14)
	errPassword    = cme(16)
	errIndex       = cme(21)
	errParameter   = cme(50)

	errSMSParameter  = cms(304)
	errSMSText       = cms(305)
	errSMSNoSIM      = cms(310)
	errSMSNeedsPIN   = cms(311)
	errSMSSIMFailure = cms(313)
	errSMSBusy       = cms(314)
	errSMSNeedsPUK   = cms(316)
	errSMSIndex      = cms(321)
	errSMSFull       = cms(322)
	errSMSCentre     = cms(330)
	errSMSNetwork    = cms(331)
	errSMSNoAck      = cms(340)
	errSMSOperation  = cms(303)
)

// failureTexts are the words for AT+CMEE=2.
var failureTexts = map[failure]string{
	{"CME", 3}: "operation not allowed", {"CME", 4}: "operation not supported", {"CME", 10}: "SIM not inserted",
	{"CME", 11}: "SIM PIN required", {"CME", 12}: "SIM PUK required", {"CME", 13}: "SIM failure", {"CME", 14}: "SIM busy",
	{"CME", 16}: "incorrect password", {"CME", 21}: "invalid index", {"CME", 50}: "Incorrect parameters",
	{"CMS", 303}: "operation not supported", {"CMS", 304}: "invalid PDU mode parameter",
	{"CMS", 305}: "invalid text mode parameter", {"CMS", 310}: "(U)SIM not inserted",
	{"CMS", 311}: "(U)SIM PIN required", {"CMS", 313}: "(U)SIM failure", {"CMS", 314}: "(U)SIM busy", {"CMS", 316}: "(U)SIM PUK required",
	{"CMS", 321}: "invalid memory index", {"CMS", 322}: "memory full", {"CMS", 330}: "SMSC address unknown",
	{"CMS", 331}: "no network service", {"CMS", 340}: "no +CNMA acknowledgement expected",
}

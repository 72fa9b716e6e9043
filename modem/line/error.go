package line

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/warthog618/modem/at"
)

var (
	// ErrTimeout is returned when a command was not answered within its limit.
	ErrTimeout = errors.New("no answer in time")
	// ErrClosed is returned when the port has ended, or ends meanwhile.
	ErrClosed = errors.New("port closed")
	// ErrLost ends a port that could not find the modem's place in the
	// conversation again after a time-out. It must be opened anew.
	ErrLost = errors.New("modem does not answer to its place")
	// ErrStuck ends a port that takes no more octets.
	ErrStuck = errors.New("modem takes no more octets")
	// ErrNoPrompt is returned when a modem did not ask for the PDU. Nothing was
	// sent.
	ErrNoPrompt = errors.New("modem does not ask for the PDU")
	// ErrRestarted is returned when the modem has started again behind a PDU,
	// and so will not say what became of it.
	ErrRestarted = errors.New("modem has started again before it answered")
	// ErrFlood is returned when an answer is longer than any modem's should be.
	ErrFlood = errors.New("answer is too long")
)

// An Error is a modem's refusal of a command.
type Error struct {
	Kind string // "CMS" and "CME" of 3GPP TS 27.005 §3.2.5 and 27.007 §9.2, else "ERROR"
	Code int    // -1 where there is none
	Text string // as the modem said it
}

// Error returns what the modem said.
func (e *Error) Error() string { return e.Text }

// translate puts the engine's errors in our words.
func translate(err error, said string) error {
	var cms at.CMSError
	var cme at.CMEError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, at.ErrDeadlineExceeded):
		return ErrTimeout
	case errors.Is(err, at.ErrClosed):
		return ErrClosed
	case errors.As(err, &cms):
		return coded("CMS", string(cms))
	case errors.As(err, &cme):
		return coded("CME", string(cme))
	case errors.Is(err, at.ErrError):
		return &Error{Kind: "ERROR", Code: trailing(said), Text: said}
	}
	return err
}

func coded(kind, value string) *Error {
	e := &Error{Kind: kind, Code: -1, Text: fmt.Sprintf("+%s ERROR: %s", kind, value)}
	if n, err := strconv.Atoi(value); err == nil {
		e.Code = n
	} else if n, ok := words[kind][plainly(value)]; ok {
		e.Code = n
	}
	return e
}

// words are what stands in place of the codes after AT+CMEE=2, which some
// modems start with and do not leave: 3GPP TS 27.007 §9.2, 27.005 §3.2.5.
var words = map[string]map[string]int{
	"CME": {
		"phone failure": 0, "no connection to phone": 1, "phone-adaptor link reserved": 2, "operation not allowed": 3,
		"operation not supported": 4, "ph-sim pin required": 5, "ph-fsim pin required": 6, "ph-fsim puk required": 7,
		"sim not inserted": 10, "sim pin required": 11, "sim puk required": 12, "sim failure": 13, "sim busy": 14, "sim wrong": 15,
		"incorrect password": 16, "sim pin2 required": 17, "sim puk2 required": 18, "memory full": 20, "invalid index": 21,
		"not found": 22, "memory failure": 23, "no network service": 30, "network timeout": 31,
		"network not allowed - emergency calls only": 32, "unknown": 100, "unknown error": 100,
	},
	"CMS": {
		"me failure": 300, "sms service of me reserved": 301, "operation not allowed": 302, "operation not supported": 303,
		"invalid pdu mode parameter": 304, "invalid text mode parameter": 305, "sim not inserted": 310, "sim pin required": 311,
		"ph-sim pin required": 312, "sim failure": 313, "sim busy": 314, "sim wrong": 315, "sim puk required": 316,
		"sim pin2 required": 317, "sim puk2 required": 318, "memory failure": 320, "invalid memory index": 321, "memory full": 322,
		"smsc address unknown": 330, "no network service": 331, "network timeout": 332, "no +cnma acknowledgement expected": 340,
		"unknown error": 500,
	},
}

// plainly is an error's words without what differs between editions of the
// standard.
func plainly(s string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimSpace(s)), "(u)sim", "sim")
}

// trailing reads the number of "MODEM ERROR: 5"; -1 where there is none.
func trailing(s string) int {
	_, n, ok := strings.Cut(s, ":")
	if !ok {
		return -1
	}
	code, err := strconv.Atoi(strings.TrimSpace(n))
	if err != nil {
		return -1
	}
	return code
}

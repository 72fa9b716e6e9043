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
	}
	return e
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

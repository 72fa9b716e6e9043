package modem

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/pigeon-sms/pigeon/modem/line"
	"github.com/pigeon-sms/pigeon/sms"
)

// A ruling is what one code means to a sender.
type ruling struct {
	verdict sms.Verdict
	doubt   bool   // the network may have the segment in spite of the code
	text    string // for the operator: what it means
}

// unknown is the ruling on a code that is in no table: worth another try.
var unknown = ruling{verdict: sms.Retry, text: "refused for a reason this modem's maker alone knows"}

// rule returns the ruling on a modem's final code, and the code as users see
// it: "+CMS 38".
func rule(kind string, code int) (ruling, string) {
	table := cms
	if kind == "CME" {
		table = cme
	}
	name := "+" + kind + " " + strconv.Itoa(code)
	if r, ok := table[code]; ok {
		return r, name
	}
	return unknown, name
}

// refusal turns what line.Submit returned into what the gateway is told. Gone
// says that Ctrl-Z had been handed to the port: from then on only the modem's
// own answer can tell that the network has not taken the segment.
func refusal(err error, gone bool) *sms.SendError {
	var e *line.Error
	if !errors.As(err, &e) {
		s := &sms.SendError{Verdict: sms.Retry, Doubt: gone, Err: err}
		switch {
		case gone:
			s.Err = fmt.Errorf("nobody knows whether the network took it: %w", err)
		case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		default:
			s.Verdict = sms.Reroute // this modem is not well; another may be
		}
		return s
	}
	if e.Code < 0 {
		// The modem gives no number: a wrong mode or length as often as a
		// passing trouble.
		return &sms.SendError{Verdict: sms.Retry, Code: e.Kind, Err: errors.New("the modem refused without a reason")}
	}
	r, name := rule(e.Kind, e.Code)
	// Before Ctrl-Z nothing has left, whatever the code says of other times.
	return &sms.SendError{Verdict: r.verdict, Code: name, Doubt: r.doubt && gone, Err: errors.New(r.text)}
}

// codeOf returns the kind and number of a modem's own answer; -1 for another
// error.
func codeOf(err error) (kind string, code int) {
	var e *line.Error
	if !errors.As(err, &e) {
		return "", -1
	}
	return e.Kind, e.Code
}

// passing reports whether a refusal to read a place tells of the SIM or of the
// modem as a whole, and may be another a moment later.
func passing(err error) bool {
	kind, code := codeOf(err)
	switch kind {
	case "CMS":
		return code == 301 || code >= 310 && code <= 318 || code >= 512 && code <= 515 || code == 532 || code == 536
	case "CME":
		return code >= 10 && code <= 18 || code == 515 || code == 536
	}
	return false
}

// memoryFull reports whether a modem refuses because a memory is full: its SIM's,
// its own, or it does not say which.
func memoryFull(err error) bool {
	kind, code := codeOf(err)
	return kind == "CMS" && (code == 208 || code == 211 || code == 322) || kind == "CME" && code == 20
}

// wrongMode reports whether a refusal may come from the modem having fallen
// back to text mode, or from its not having finished starting.
func wrongMode(err error) bool {
	var e *line.Error
	if !errors.As(err, &e) {
		return false
	}
	return e.Code < 0 || e.Kind == "CMS" && (e.Code == 302 || e.Code == 304 || e.Code == 305)
}

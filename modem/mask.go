package modem

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/pigeon-sms/pigeon/sms"
)

// A masker hides what is nobody's business in the lines of a trace, in order:
// texts, PDUs, PINs and the middle of numbers. What it does not know for a line
// of the protocol it takes for somebody's text.
type masker struct {
	clear bool // hide PINs only

	bare bool // the command asks for text without a name: AT+CGMI
	body body
}

// body says whether the next line from the modem is a text's.
type body uint8

const (
	noBody    body = iota
	oneLine        // behind +CMT and +CDS
	untilDone      // behind +CMGL and +CMGR, until the final result
)

// restart forgets where in the conversation the last line was.
func (k *masker) restart() { k.bare, k.body = false, noBody }

var (
	maskPIN    = regexp.MustCompile(`(?i)(\+?(?:CPIN2?|CLCK|CPWD|CPUK)\s*=).*`)
	maskAT     = regexp.MustCompile(`(?i)^AT`)
	maskEcho   = regexp.MustCompile(`^AT(?:[+^#$%&*!_][A-Z0-9]+\S*|E[01]|I\d?|Z\d?|D\S*)?$`)
	maskAsking = regexp.MustCompile(`(?i)^AT(?:\+?C?G(?:MI|MM|MR)|I\d*)$`)
	maskSaying = regexp.MustCompile(`(?i)\+C(?:USD|PB)`)
	maskUSSD   = regexp.MustCompile(`(?i)\+CUSD\b`)
	maskHeader = regexp.MustCompile(`(?i)^\+(?:CMT|CDS|CBM|CMGR|CMGL|CUSD|CPBR|CPBF|CNUM|CLIP|CCWA|CNAP|COLP|CLCC)\b`)
	maskFinal  = regexp.MustCompile(`(?i)^(?:OK|ERROR|\+CM[ES] ERROR\b.*|COMMAND NOT SUPPORT|TOO MANY PARAMETERS|NO CARRIER|NO ANSWER|NO DIALTONE|BUSY|ABORTED)$`)
	maskKnown  = regexp.MustCompile(`(?i)^(?:RDY|APP RDY|RING|CONNECT|Call Ready|SMS Ready|SMS DONE|PB DONE|NORMAL POWER DOWN|POWERED DOWN|UNDER-VOLTAGE [A-Z ]*|OVER-VOLTAGE [A-Z ]*|[><04])$`)
	maskQuote  = regexp.MustCompile(`"([^"]*)("|$)`)
	maskHex    = regexp.MustCompile(`[0-9A-Fa-f]{16,}`)
	maskDigits = regexp.MustCompile(`\+?[0-9]{7,}`)
	maskStatus = regexp.MustCompile(`^(?:REC UNREAD|REC READ|STO UNSENT|STO SENT|[0-9/,:+-]{17,20})$`)
)

// quoteMost is how long a quoted string may be and still be a setting's, such
// as a memory's or a network's name.
const quoteMost = 24

// mask returns a line as it may be shown.
func (k *masker) mask(dir byte, text string) string {
	if dir == Remark || text == "\x1a" || text == "\x1b" {
		return text
	}
	text = maskPIN.ReplaceAllString(text, "${1}•••")
	if k.clear {
		return text
	}
	switch {
	case dir == FromHost && maskAT.MatchString(text):
		k.body, k.bare = noBody, maskAsking.MatchString(text)
		return fields(text, maskSaying.MatchString(text))
	case dir == FromHost:
		return hidden(text)
	case k.body == oneLine:
		k.body = noBody
		return hidden(text)
	case maskFinal.MatchString(text):
		k.restart()
		return fields(text, false)
	case maskHeader.MatchString(text):
		k.body = behind(text, k.body)
		return fields(text, true)
	case k.body == untilDone:
		return hidden(text)
	case maskEcho.MatchString(text):
		return fields(text, maskSaying.MatchString(text))
	case strings.ContainsRune("+^*#$%&!_", first(text)), maskKnown.MatchString(text), k.bare:
		return fields(text, false)
	}
	return hidden(text)
}

// behind says what follows a header.
func behind(header string, now body) body {
	switch up := strings.ToUpper(header); {
	case strings.HasPrefix(up, "+CMGL"), strings.HasPrefix(up, "+CMGR"):
		return untilDone
	case now == untilDone:
		return now
	case strings.HasPrefix(up, "+CMT:"), strings.HasPrefix(up, "+CDS:"), strings.HasPrefix(up, "+CBM:"):
		return oneLine
	}
	return noBody
}

func first(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// fields hides what is a person's in a line of the protocol: quoted strings
// where they may be a text or a name, long hexadecimal, and the middle of
// numbers. In a USSD dialogue digits are a text too: a choice, or a password.
func fields(text string, personal bool) string {
	ussd := personal && maskUSSD.MatchString(text)
	text = maskQuote.ReplaceAllStringFunc(text, func(q string) string {
		in := strings.Trim(q, `"`)
		number := !ussd && strings.Trim(in, "+0123456789") == ""
		if in == "" || number || maskStatus.MatchString(in) || !personal && len(in) <= quoteMost && strings.HasSuffix(q, `"`) {
			return q
		}
		return `"` + hidden(in) + `"`
	})
	text = maskHex.ReplaceAllStringFunc(text, func(h string) string {
		if !personal && strings.Trim(h, "0123456789") == "" && len(h) <= 20 {
			return h // an IMSI or an ICCID: below
		}
		return hidden(h)
	})
	return maskDigits.ReplaceAllStringFunc(text, func(n string) string { return sms.Number(n).Short() })
}

// hidden stands for what is not shown.
func hidden(text string) string {
	if len(text)%2 == 0 && len(text) >= 2 && strings.Trim(text, "0123456789ABCDEFabcdef") == "" {
		return fmt.Sprintf("‹%d octets›", len(text)/2)
	}
	return fmt.Sprintf("‹%d characters›", utf8.RuneCountInString(text))
}

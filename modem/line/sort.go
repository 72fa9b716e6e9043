package line

import (
	"slices"
	"strings"
)

// A sorter decides, line by line, whose a line is. The reader owns it; what it
// needs to know of the command in progress it is told with each line.
type sorter struct {
	news []string // an unasked line that waits for more: its PDU, or the end of a quoted text
	want want
	own  bool // the last line was the header of one of the command's own PDUs
}

type want uint8

const (
	nothing want = iota
	aPDU         // behind +CMT, +CDS, +CBM
	aQuote       // a text in quotes goes on
)

// maxQuote is how many lines a quoted text may run over; USSD texts have 182
// characters.
const maxQuote = 16

// fate is what becomes of a line.
type fate uint8

const (
	drop   fate = iota // echo, late answer
	answer             // to the engine
	finish             // to the engine, and ends the command
	unasked
)

// sort says whose a line is. For finish, out is the engine's word for it; for
// unasked, news holds all lines of it, and nil while more are to come.
func (s *sorter) sort(line string, c *command) (f fate, out string, news []string) {
	if s.want != nothing {
		if done, news := s.more(line, c); done {
			return unasked, "", news
		}
		// The rest never came: what there is goes out with the line that broke
		// in, unless that is somebody else's.
		left := s.news
		s.news, s.want = nil, nothing
		f, out, news = s.sort(line, c)
		if f == unasked {
			return f, out, append(left, news...)
		}
		s.news = nil
		return f, out, left
	}
	if c == nil {
		return s.idle(line)
	}
	if c.echo(line) {
		return drop, "", nil
	}
	if word, ok := final(line, c); ok {
		s.own = false
		return finish, word, nil
	}
	if _, ok := c.own(line); ok {
		s.own = c.pdu
		return answer, line, nil
	}
	if _, _, ok := named(line); !ok {
		if s.own && hexadecimal(line) {
			s.own = false
			return answer, line, nil
		}
		if c.bare && !c.chatter(line) {
			return answer, line, nil
		}
	}
	return s.unasked(line)
}

// idle sorts a line that comes while no command runs.
func (s *sorter) idle(line string) (fate, string, []string) {
	s.own = false
	if _, ok := final(line, &command{bare: true}); ok {
		return drop, "", nil // the answer to something that was given up
	}
	return s.unasked(line)
}

// unasked starts a piece of news, which may run over several lines.
func (s *sorter) unasked(line string) (fate, string, []string) {
	name, _, _ := named(line)
	switch {
	case name == "+CMT" || name == "+CDS" || name == "+CBM":
		s.want = aPDU
	case name == "+CUSD" && strings.Count(line, `"`)%2 == 1:
		s.want = aQuote
	default:
		return unasked, "", []string{line}
	}
	s.news = []string{line}
	return unasked, "", nil
}

// more offers a line to the news in hand; done when it was taken, with all of
// the news once it is whole.
func (s *sorter) more(line string, c *command) (done bool, news []string) {
	switch s.want {
	case aPDU:
		if !hexadecimal(line) {
			return false, nil
		}
	case aQuote:
		if c != nil {
			if _, ok := final(line, c); ok {
				return false, nil
			}
		}
		if len(s.news) < maxQuote && !strings.Contains(line, `"`) {
			s.news = append(s.news, line)
			return true, nil
		}
	}
	news = append(s.news, line)
	s.news, s.want = nil, nothing
	return true, news
}

// echo reports whether a line is the modem repeating what it was sent.
func (c *command) echo(line string) bool {
	if strings.EqualFold(line, "AT"+c.text) {
		return true
	}
	return c.submit != "" && (strings.EqualFold(line, c.submit) || strings.EqualFold(strings.TrimPrefix(line, "> "), c.submit))
}

// chatters are the beginnings of lines without a name that a modem says of
// itself, never an identity.
var chatters = []string{
	"RING", "RDY", "APP RDY", "CALL READY", "SMS READY", "GPS READY", "SMS DONE", "PB DONE", "MODEM:STARTUP",
	"NORMAL POWER DOWN", "NORMAL POWER OFF", "POWERED DOWN",
	"UNDER-VOLTAGE WARNNING", "UNDER-VOLTAGE POWER DOWN", "OVER-VOLTAGE WARNNING", "OVER-VOLTAGE POWER DOWN",
	"MISSED_CALL", "NO CARRIER", "VOICE CALL:", "DST:",
}

// chatter reports whether a line without a name is the modem's own news, which
// no answer of bare text is: "+PBREADY", "^SYSSTART" and "+PACSP1" have the
// sign of a name in front and no colon behind it. So have the answers of +CLAC
// and +GCAP, which are made of names.
func (c *command) chatter(line string) bool {
	up := strings.ToUpper(line)
	if strings.ContainsAny(line[:1], signs) {
		return c.names[0] != "+CLAC" && c.names[0] != "+GCAP" && !strings.HasPrefix(up, c.names[0])
	}
	return slices.ContainsFunc(chatters, func(b string) bool { return strings.HasPrefix(up, b) })
}

// hexadecimal reports whether a line can be a PDU; some modems add a quote or a
// space behind it.
func hexadecimal(line string) bool {
	line = strings.TrimRight(line, `" `)
	return len(line) >= 2 && strings.Trim(line, "0123456789ABCDEFabcdef") == ""
}

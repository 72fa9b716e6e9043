package line

import (
	"slices"
	"strings"
	"time"
)

// A command is what the sorter knows of the command in progress.
type command struct {
	text   string   // without AT
	names  []string // what its own lines start with, without the colon
	form   form
	bare   bool          // answers with text that has no name
	pdu    bool          // each of its lines is followed by a PDU
	call   bool          // ATD, ATA: ends with NO CARRIER and its like
	grace  time.Duration // after its own line, the wait for a final result some modems forget; 0: none
	strict bool          // a final result before its own line is a late one

	submit string // the PDU, for a command that asks for one
}

// form is what a command line asks for.
type form uint8

const (
	act   form = iota // AT+CMGD=1, AT+CREG=2, ATE0
	query             // AT+CREG?
	test              // AT+CREG=?
)

// bareText are the commands that answer without their name, or may
// (3GPP TS 27.007 §5 and the vendors' serial numbers).
var bareText = []string{
	"I", "+CGMI", "+CGMM", "+CGMR", "+CGSN", "+GMI", "+GMM", "+GMR", "+GSN", "+CIMI", "+CLAC", "+GCAP",
	"+CCID", "+ICCID", "+CICCID", "+QCCID", "^ICCID", "%CCID", "#CCID", "#CIMI", "+CNUM", "+CPAS", "+CSCA", "^CURC",
}

// answering are the commands that answer when they set or act.
var answering = []string{
	"+CPMS", "+CSMS", "+CMGS", "+CMGR", "+CMGL", "+CMGW", "+CMSS", "+CMGC", "+CPBR", "+CPBF", "+CRSM", "+CSIM",
	"+COPN", "+CLCK", "^CPIN", "+CPIN",
}

// aliases are other names for a command's own lines.
var aliases = map[string][]string{
	"+CCID":   {"+ICCID", "+QCCID"},
	"+CICCID": {"+ICCID"}, // SIM7600, A7670
	"+ICCID":  {"+CCID"},
	"+CGSN":   {"+GSN"},
	"+GSN":    {"+CGSN"},
}

const (
	// graceSubmit: a lost OK behind "+CMGS: 42" still means sent.
	graceSubmit = 5 * time.Second
	// graceInfo: Wavecom answers AT+CPIN?, and some modems AT+CPMS=…, without OK.
	graceInfo = 2 * time.Second
)

// parse reads a command line, which has no AT before it.
func parse(text, pdu string) *command {
	c := &command{text: text, submit: pdu}
	name := text
	if i := strings.IndexAny(text, "=?"); i >= 0 {
		name = text[:i]
		switch rest := text[i:]; {
		case rest == "?":
			c.form = query
		case rest == "=?":
			c.form = test
		}
	}
	name = strings.ToUpper(name)
	if name != "" && !strings.ContainsAny(name[:1], signs+"&") {
		name = name[:1] // basic commands carry their value behind the letter: I1, E0, D123;
	}
	c.names = append([]string{name}, aliases[name]...)
	c.bare = slices.Contains(bareText, name) || strings.HasPrefix(text, "I")
	c.pdu = name == "+CMGR" || name == "+CMGL"
	c.call = name == "D" || name == "A"
	switch {
	case pdu != "":
		c.grace = graceSubmit
	case name == "+CPIN" && c.form == query, name == "+CPMS" && c.form == act:
		c.grace = graceInfo
	}
	return c
}

// own reports whether a named line is the command's, and what is behind its
// name.
func (c *command) own(line string) (value string, ok bool) {
	name, value, ok := named(line)
	if !ok || !slices.Contains(c.names, strings.ToUpper(name)) {
		return "", false
	}
	switch name := c.names[0]; {
	case strings.HasSuffix(name, "REG") && c.form == query:
		return value, answersQuery(value)
	case name == "+CUSD":
		return value, c.form == test // the network's words are always news
	case c.form == act && strings.ContainsAny(c.text, "=") && !slices.Contains(answering, name):
		return value, false
	}
	return value, true
}

// answersQuery tells "+CREG: 2,1[,…]", the setting and the state, from the
// news "+CREG: 1" and `+CREG: 1,"4CA","81DE",7` (3GPP TS 27.007 §7.2).
func answersQuery(value string) bool {
	fields := strings.Split(value, ",")
	if len(fields) < 2 {
		return false
	}
	state := strings.TrimSpace(fields[1])
	if state == "" || len(state) > 3 { // an area code has four digits and often quotes
		return false
	}
	return strings.Trim(state, "0123456789") == ""
}

// signs stand in front of the names of extended commands and of news.
const signs = "+^%#*$_!"

// named parts a line like "+CSQ: 12,99" into its name and the rest.
func named(line string) (name, value string, ok bool) {
	if line == "" || !strings.ContainsAny(line[:1], signs) {
		return "", "", false
	}
	name, value, ok = strings.Cut(line, ":")
	if !ok || strings.ContainsAny(name, " \"=") {
		return "", "", false
	}
	return name, strings.TrimSpace(value), true
}

package modemsim

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A need is what must be in place before a command is taken.
type need byte

const (
	nothing  need = iota
	needCard      // a SIM that is open
	needSMS       // and its messages ready
)

// A command is one the modem knows.
type command struct {
	need need
	run  func(e *engine, c call) error
}

// commands are the extended commands every family has.
var commands = map[string]command{
	"+CGMI": {run: identity(func(c ModemConfig) string { return c.Manufacturer })},
	"+GMI":  {run: identity(func(c ModemConfig) string { return c.Manufacturer })},
	"+CGMM": {run: identity(func(c ModemConfig) string { return c.Model })},
	"+GMM":  {run: identity(func(c ModemConfig) string { return c.Model })},
	"+CGMR": {run: identity(func(c ModemConfig) string { return c.Revision })},
	"+GMR":  {run: identity(func(c ModemConfig) string { return "Revision: " + c.Revision })},
	"+CGSN": {run: identity(func(c ModemConfig) string { return c.IMEI })},
	"+GSN":  {run: identity(func(c ModemConfig) string { return c.IMEI })},
	"+CIMI": {needCard, identity(func(c ModemConfig) string { return c.IMSI })},
	"+GCAP": {run: identity(func(ModemConfig) string { return "+GCAP: +CGSM,+DS,+ES" })},
	"+CNUM": {needCard, identity(func(c ModemConfig) string { return `+CNUM: "","` + c.Number + `",145` })},

	"+CPIN": {run: (*engine).cpin}, "+CPINR": {run: (*engine).cpinr}, "+CLCK": {needCard, (*engine).clck},

	"+CSQ": {run: (*engine).csq}, "+CESQ": {run: (*engine).cesq}, "+COPS": {run: (*engine).cops},
	"+CREG": {run: (*engine).creg}, "+CGREG": {run: (*engine).creg}, "+CEREG": {run: (*engine).creg},
	"+CFUN": {run: (*engine).cfun}, "+CPAS": {run: answers("+CPAS: 0")}, "+CBC": {run: answers("+CBC: 0,100")},
	"+CPOL": {needCard, answers("+CPOL: 1,2,\"23415\"")}, "+CEER": {run: answers("+CEER: No cause information available")},

	"+CGATT": {needCard, number("+CGATT", 1, func(s *settings) *int { return &s.attached })},
	"+CMEE":  {run: number("+CMEE", 2, func(s *settings) *int { return &s.errors })},
	"+CLIP":  {run: number("+CLIP", 1, func(s *settings) *int { return &s.clip })},
	"+CRC":   {run: number("+CRC", 1, func(s *settings) *int { return &s.crc })},
	"+CMMS":  {run: number("+CMMS", 2, func(s *settings) *int { return &s.keepLink })},
	"+CSCS":  {run: (*engine).cscs}, "+CCLK": {run: (*engine).cclk},

	"+CSMS": {needSMS, (*engine).csms}, "+CMGF": {run: (*engine).cmgf}, "+CSCA": {needSMS, (*engine).csca},
	"+CSMP": {needSMS, (*engine).csmp}, "+CSDH": {run: (*engine).csdh}, "+CNMI": {needSMS, (*engine).cnmi},
	"+CSCB": {needSMS, (*engine).cscb}, "+CSAS": {needSMS, accepts}, "+CRES": {needSMS, accepts},
	"+CPMS": {needSMS, (*engine).cpms}, "+CMGL": {needSMS, (*engine).cmgl}, "+CMGR": {needSMS, (*engine).cmgr},
	"+CMGD": {needSMS, (*engine).cmgd}, "+CMGS": {needSMS, (*engine).cmgs}, "+CMGW": {needSMS, (*engine).cmgw},
	"+CMSS": {needSMS, (*engine).cmss}, "+CNMA": {needSMS, (*engine).cnma},

	"+CUSD": {needCard, (*engine).cusd},
	"+CPBS": {needCard, (*engine).cpbs}, "+CPBR": {needCard, (*engine).cpbr},
}

// command finds an extended command, those included whose name is the family's
// own.
func (f family) command(name string) (command, bool) {
	switch {
	case slices.Contains(f.iccid, name):
		return command{needCard, (*engine).iccid}, true
	case name == "+CLAC":
		return command{run: (*engine).clac}, true
	case name == f.retries:
		return command{run: (*engine).retries}, true
	case slices.Contains(f.takes, name):
		return command{run: accepts}, true
	case name == "+CEREG" && f.noEPS, name == "+CMMS" && f.noLink:
		return command{}, false
	}
	c, ok := commands[name]
	if slices.Contains(f.gated, name) {
		c.need = needSMS
	}
	return c, ok
}

// basics are the commands of a letter and their highest number.
var basics = map[string]int{
	"E": 1, "V": 1, "Q": 1, "X": 4, "Z": 1, "I": 9, "H": 1, "L": 3, "M": 2, "O": 1, "T": 0, "P": 0,
	"&F": 1, "&D": 2, "&C": 1, "&W": 1, "&K": 6, "&V": 1, "&S": 1, "S": 255,
}

// do runs one command.
func (e *engine) do(c call) error {
	if highest, ok := basics[c.name]; ok {
		return e.basic(c, highest)
	}
	if e.m.look().stuck {
		return e.pleaseWait(c)
	}
	if known, err := e.vendor(c); known {
		return err
	}
	cmd, ok := e.m.fam.command(c.name)
	if !ok {
		if e.m.fam.unknown != "" {
			e.info(e.m.fam.unknown)
			e.sayAnswer()
			e.answer = nil
			return errMute
		}
		if strings.HasPrefix(c.name, "+") {
			return errUnsupported
		}
		return errPlain
	}
	if c.verb != test {
		if err := e.check(cmd.need); err != nil {
			return err
		}
	}
	return cmd.run(e, c)
}

func (e *engine) basic(c call, highest int) error {
	n := 0
	if c.args != "" {
		var err error
		if n, err = strconv.Atoi(c.args); err != nil || n > highest {
			return errPlain
		}
	}
	switch c.name {
	case "E":
		e.st.echo = n == 1
	case "V":
		e.st.verbose = n == 1
	case "Z", "&F":
		functional := e.st.functional
		e.forget()
		e.st.functional = functional
	case "I":
		e.info(e.m.cfg.Manufacturer + "\r\n" + e.m.cfg.Model + "\r\nRevision: " + e.m.cfg.Revision)
	case "S":
		if c.verb == query {
			e.info("000")
		}
	}
	return nil
}

// identity makes a command that only tells something.
func identity(f func(ModemConfig) string) func(*engine, call) error {
	return func(e *engine, c call) error {
		switch c.verb {
		case execute, query:
			e.info(f(e.m.cfg))
			return nil
		case test:
			return nil
		}
		return errNotAllowed
	}
}

// answers makes a command that always says the same.
func answers(line string) func(*engine, call) error {
	return identity(func(ModemConfig) string { return line })
}

// accepts takes anything and does nothing.
func accepts(*engine, call) error { return nil }

// number makes a command that sets one number from 0 to highest.
func number(name string, highest int, of func(*settings) *int) func(*engine, call) error {
	return func(e *engine, c call) error {
		switch c.verb {
		case query:
			e.info(name + ": " + strconv.Itoa(*of(&e.st.settings)))
		case test:
			e.info(name + ": (0-" + strconv.Itoa(highest) + ")")
		case set:
			if !numbers(arguments(c.args), []int{highest}, of(&e.st.settings)) {
				return errParameter
			}
		default:
			return errNotAllowed
		}
		return nil
	}
}

func (e *engine) clac(c call) error {
	if c.verb != execute {
		return errNotAllowed
	}
	e.info(strings.Join(slices.Sorted(maps.Keys(commands)), "\r\n"))
	return nil
}

var charsets = []string{"GSM", "IRA", "UCS2", "HEX"}

func (e *engine) cscs(c call) error {
	switch c.verb {
	case query:
		e.info(`+CSCS: "` + e.st.charset + `"`)
	case test:
		e.info(`+CSCS: ("` + strings.Join(charsets, `","`) + `")`)
	case set:
		name := argument(c.args).text()
		if !slices.Contains(charsets, name) {
			return errNotAllowed
		}
		e.st.charset = name
	default:
		return errNotAllowed
	}
	return nil
}

func (e *engine) cclk(c call) error {
	if c.verb == query {
		e.info("+CCLK: " + quoteTime(time.Now()))
	}
	return nil
}

func (e *engine) cpbs(c call) error {
	switch c.verb {
	case query:
		e.info(`+CPBS: "SM",1,10`)
	case test:
		e.info(`+CPBS: ("SM","ON")`)
	}
	return nil
}

func (e *engine) cpbr(c call) error {
	switch c.verb {
	case test:
		e.info("+CPBR: (1-10),20,14")
	case set:
		first := 0
		args := arguments(c.args)
		if !numbers(args[:min(1, len(args))], []int{10}, &first) || first == 0 {
			return errIndex
		}
		if first == 1 {
			e.info(`+CPBR: 1,"` + e.m.net.cfg.Centre + `",145,"Service"`)
		}
	default:
		return errNotAllowed
	}
	return nil
}

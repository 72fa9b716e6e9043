package modemsim

import (
	"fmt"
	"strconv"
	"strings"
)

// cpin asks for and takes the PIN, 3GPP TS 27.007 §8.3. With no try left it
// takes the PUK and a new PIN.
func (e *engine) cpin(c call) error {
	card := &e.st.card
	if c.verb == test {
		return nil
	}
	state := e.cardState()
	switch words := e.m.fam.simWords && c.verb == query; {
	case state == "NOT INSERTED" && !words:
		return errNoSIM
	case state == "FAILURE":
		return errSIMFailure
	case state == "NOT READY" && !words:
		return errSIMBusy
	}
	switch c.verb {
	case query:
		e.info("+CPIN: " + state)
		if e.m.fam.pinNoOK {
			e.sayAnswer()
			e.answer = nil
			return errMute
		}
		return nil
	case execute:
		return errNotAllowed
	}
	args := arguments(c.args)
	if len(args) > 2 || len(args) == 0 {
		return errParameter
	}
	switch {
	case !card.locked:
		return errNotAllowed
	case card.tries > 0 && args[0].text() == card.pin:
		card.locked, card.tries = false, pinTries
		e.unlocked()
	case card.tries > 0:
		card.tries--
		return errPassword
	case len(args) == 2 && card.puk > 0 && args[0].text() == e.m.cfg.PUK:
		card.pin, card.locked, card.tries, card.puk = args[1].text(), false, pinTries, pukTries
		e.unlocked()
	case len(args) == 2 && card.puk > 0:
		card.puk--
		return errPassword
	default:
		return errNeedsPUK
	}
	return nil
}

func (e *engine) cpinr(c call) error {
	if c.verb == test {
		return nil
	}
	e.info(fmt.Sprintf("+CPINR: SIM PIN,%d,%d\r\n+CPINR: SIM PUK,%d,%d", e.st.tries, pinTries, e.st.puk, pukTries))
	return nil
}

// retries tells the tries left as the family does.
func (e *engine) retries(c call) error {
	pin, puk := e.st.tries, e.st.puk
	switch c.name {
	case "^CPIN":
		e.info(fmt.Sprintf("^CPIN: %s,,%d,%d,%d,%d", e.st.ask(), puk, pin, pukTries, pinTries))
	case "+QPINC":
		e.info(fmt.Sprintf("+QPINC: \"SC\",%d,%d\r\n+QPINC: \"P2\",%d,%d", pin, puk, pinTries, pukTries))
	case "#PCT":
		e.info(fmt.Sprintf("#PCT: %d", pin))
	case "^SPIC":
		e.info(fmt.Sprintf("^SPIC: %d", pin))
	case "+ZPINPUK":
		e.info(fmt.Sprintf("+ZPINPUK: %d,%d", pin, puk))
	default:
		e.info(fmt.Sprintf("%s: %d,%d,%d,%d", c.name, pin, puk, pinTries, pukTries))
	}
	return nil
}

// clck answers whether the SIM asks for its PIN.
func (e *engine) clck(c call) error {
	switch c.verb {
	case test:
		e.info(`+CLCK: ("SC")`)
		return nil
	case set:
		if args := arguments(c.args); len(args) >= 2 && args[0].text() == "SC" && args[1] == "2" {
			on := 0
			if e.st.pin != "" {
				on = 1
			}
			e.info("+CLCK: " + strconv.Itoa(on))
			return nil
		}
	}
	return errNotAllowed
}

func (e *engine) csq(c call) error {
	if c.verb == test {
		e.info("+CSQ: (0-31,99),(0-7,99)")
		return nil
	}
	if c.verb != execute {
		return errNotAllowed
	}
	e.info(fmt.Sprintf("+CSQ: %d,99", e.signal()))
	return nil
}

// cesq is +CSQ on the scales of 3GPP TS 27.007 §8.69, as in GSM.
func (e *engine) cesq(c call) error {
	if c.verb != execute {
		return errNotAllowed
	}
	level := 99
	if s := e.signal(); s != 99 {
		level = 2 * s
	}
	e.info(fmt.Sprintf("+CESQ: %d,99,255,255,255,255", level))
	return nil
}

// creg serves +CREG, +CGREG and +CEREG.
func (e *engine) creg(c call) error {
	switch c.verb {
	case test:
		e.info(c.name + ": (0-2)")
	case query:
		now, mode := e.registration(), e.st.reg[c.name]
		if c.name == "+CEREG" {
			now = e.epsRegistration()
		}
		place := ""
		if mode == 2 {
			place = e.place(now)
		}
		e.info(fmt.Sprintf("%s: %d,%d%s", c.name, mode, now, place))
	case set:
		mode := 0
		if !numbers(arguments(c.args), []int{2}, &mode) {
			return errParameter
		}
		e.st.reg[c.name] = mode
	default:
		return errNotAllowed
	}
	return nil
}

// place is the location area and cell that mode 2 adds.
func (e *engine) place(state int) string {
	if !registered(state) {
		return ""
	}
	return `,"00C3","0000A7F1",` + strconv.Itoa(e.m.fam.act)
}

func (e *engine) cops(c call) error {
	name := e.m.look().operator
	network := e.m.cfg.IMSI[:5]
	switch c.verb {
	case test:
		e.info(fmt.Sprintf(`+COPS: (2,%q,%q,%q,0),,(0-4),(0-2)`, name, name, network))
	case query:
		if !e.inNetwork() {
			e.info("+COPS: 0")
			return nil
		}
		shown := e.quote(name)
		if e.st.copsFormat == 2 {
			shown = strconv.Quote(network)
		}
		e.info(fmt.Sprintf("+COPS: 0,%d,%s,%d", e.st.copsFormat, shown, e.m.fam.act))
	case set:
		args := arguments(c.args)
		mode := 0
		if len(args) == 0 || len(args) > 4 || !numbers(args[:1], []int{4}, &mode) {
			return errParameter
		}
		if mode == 3 && (len(args) != 2 || !numbers(args[1:], []int{2}, &e.st.copsFormat)) {
			return errParameter
		}
	default:
		return errNotAllowed
	}
	return nil
}

// cfun sets the modem's functions: 1 all, 0 and 4 no radio; a second 1
// restarts, 3GPP TS 27.007 §8.2.
func (e *engine) cfun(c call) error {
	switch c.verb {
	case test:
		e.info("+CFUN: (0,1,4),(0-1)")
	case query:
		e.info("+CFUN: " + strconv.Itoa(e.st.functional))
	case set:
		level, restart := e.st.functional, 0
		if !numbers(arguments(c.args), []int{4, 1}, &level, &restart) || !strings.Contains("014", strconv.Itoa(level)) {
			return errParameter
		}
		if restart == 1 {
			e.m.change(e.m.restartSoon)
			return nil
		}
		e.st.functional = level
	default:
		return errNotAllowed
	}
	return nil
}

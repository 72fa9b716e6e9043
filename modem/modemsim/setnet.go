package modemsim

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// SetRegistration sets the +CREG state, 3GPP TS 27.007 §7.2, and that of
// +CGREG and +CEREG with it, unless SetEPS has said otherwise.
func (m *Modem) SetRegistration(n int) error {
	if n < 0 || n > 11 {
		return fmt.Errorf("a registration of %d is not 0 to 11", n)
	}
	m.change(func(l *live) { l.registration = n })
	return nil
}

// SetEPS sets the +CEREG state where it differs from that of +CREG, as on a
// network without circuit-switched service; below 0, it does not.
func (m *Modem) SetEPS(n int) error {
	if n < -1 || n > 11 {
		return fmt.Errorf("a registration of %d is not -1 to 11", n)
	}
	m.change(func(l *live) { l.eps = n })
	return nil
}

// SetSIM puts the SIM in or takes it out. One that is put in asks for its PIN
// after the next restart only.
func (m *Modem) SetSIM(present bool) { m.change(func(l *live) { l.absent = !present }) }

// SetSIMState changes how the SIM is: "in" and well, "out", "failed", "busy
// 30s" for so long, "pin" or "puk" where it asks for one.
func (m *Modem) SetSIMState(words string) error {
	w := strings.Fields(words)
	if len(w) == 0 || len(w) > 1 && w[0] != "busy" || len(w) > 2 {
		return errUsage
	}
	var change func(*card)
	switch w[0] {
	case "in":
		change = func(c *card) { c.failed, c.busy = false, time.Time{} }
	case "out":
		change = func(*card) {}
	case "failed":
		change = func(c *card) { c.failed = true }
	case "busy":
		d, err := duration(w[1:], 10*time.Second)
		if err != nil {
			return err
		}
		until := time.Now().Add(d)
		change = func(c *card) { c.busy = until }
	case "pin", "puk":
		puk := w[0] == "puk"
		change = func(c *card) {
			c.locked = true
			if c.pin == "" {
				c.pin = "1234"
			}
			c.tries = pinTries
			if puk {
				c.tries = 0
			}
		}
	default:
		return errUsage
	}
	m.change(func(l *live) {
		l.absent = w[0] == "out"
		if len(l.card) < maxLines {
			l.card = append(l.card, change)
		}
	})
	return nil
}

// set is the control language's word for what the modem finds around it.
func (m *Modem) set(rest string) (string, error) {
	key, value, ok := strings.Cut(rest, " ")
	if !ok {
		return "", errUsage
	}
	number := func(f func(int) error) error {
		n, err := strconv.Atoi(value)
		if err != nil {
			return errUsage
		}
		return f(n)
	}
	switch key {
	case "signal":
		return "", number(m.SetSignal)
	case "registration":
		return "", number(m.SetRegistration)
	case "eps":
		return "", number(m.SetEPS)
	case "operator":
		m.SetOperator(value)
	case "latency":
		d, err := time.ParseDuration(value)
		if err != nil || d < 0 {
			return "", errUsage
		}
		m.SetLatency(d)
	case "sim":
		return "", m.SetSIMState(value)
	default:
		return "", errUsage
	}
	return "", nil
}

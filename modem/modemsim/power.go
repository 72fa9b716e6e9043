package modemsim

import (
	"context"
	"fmt"
	"time"
)

// A supply is how a modem stands with its power. It is part of what is live.
type supply struct {
	cut   bool          // no power at all
	offAt time.Time     // switched off, or about to be; zero: it is not
	cold  time.Time     // when it last got its power; zero: a restart since was a warm one
	up    chan struct{} // closed when it is up; replaced when it goes down
}

// leaveTime is how long a device stays on the bus after it has said that it
// restarts.
const leaveTime = 2 * time.Second

func newSupply() supply {
	up := make(chan struct{})
	close(up)
	return supply{up: up}
}

// on says whether the modem runs.
func (l *live) on() bool {
	return !l.supply.cut && (l.supply.offAt.IsZero() || time.Now().Before(l.supply.offAt))
}

// down makes those wait who want the modem back.
func (l *live) down() {
	select {
	case <-l.supply.up:
		l.supply.up = make(chan struct{})
	default:
	}
}

// rise starts the modem with everything lost that power keeps.
func (l *live) rise(away time.Duration) {
	now := time.Now()
	l.supply.offAt, l.supply.cold = time.Time{}, now
	l.goneAt, l.back, l.reboot = time.Time{}, now.Add(away), true
	l.thaw()
	select {
	case <-l.supply.up:
	default:
		close(l.supply.up)
	}
}

// Power cuts the modem's supply, or restores it. One that stands on USB drops
// its line at once; one on a serial line says nothing any more. With its power
// back it starts cold, by itself unless it NeedsKey.
func (m *Modem) Power(on bool) {
	m.change(func(l *live) {
		switch {
		case !on && !l.supply.cut:
			l.supply.cut = true
			l.down()
			if !m.fam.serial {
				l.goneAt = time.Now()
			}
		case on && l.supply.cut:
			l.supply.cut = false
			if m.cfg.NeedsKey {
				l.supply.offAt = time.Now()
				return
			}
			l.rise(m.cfg.AwayTime)
		}
	})
}

// Key holds the modem's PWRKEY for a time. Held long enough it switches on a
// modem that is off, and off one that is on: it is a toggle.
func (m *Modem) Key(d time.Duration) {
	m.change(func(l *live) {
		switch {
		case l.supply.cut:
		case l.on() && l.supply.offAt.IsZero() && d >= m.fam.times.down:
			if m.fam.offSays != "" {
				l.lines = append(l.lines, m.fam.offSays)
			}
			m.off(l)
		case !l.on() && d >= m.fam.times.on:
			l.rise(m.cfg.AwayTime)
		}
	})
}

// Powered says whether the modem has its supply and is switched on.
func (m *Modem) Powered() bool {
	l := m.look()
	return l.on()
}

// off switches the modem off, after the time its family takes over it.
func (m *Modem) off(l *live) {
	at := time.Now().Add(farewell)
	if m.cfg.Lifelike {
		at = time.Now().Add(m.fam.times.gone)
	}
	l.supply.offAt = at
	l.down()
	if !m.fam.serial {
		l.goneAt = at
	}
}

// farewell is the time for the last words.
const farewell = 100 * time.Millisecond

// arrive forgets a line that has dropped while nobody held it, once the modem
// is back.
func (l *live) arrive() {
	if l.on() && !time.Now().Before(l.back) && !time.Now().Before(l.goneAt) {
		l.goneAt = time.Time{}
	}
}

// restartSoon restarts the modem, as a command does; one on USB leaves the bus.
func (m *Modem) restartSoon(l *live) {
	l.reboot, l.supply.cold = true, time.Time{}
	if m.cfg.AwayTime > 0 {
		l.goneAt = time.Now().Add(leaveTime)
		l.back = time.Now().Add(m.cfg.AwayTime)
	}
}

// Back waits until a modem whose line was dropped can be served again: until
// it has power, is switched on, and stands on the bus.
func (m *Modem) Back(ctx context.Context) error {
	for {
		l := m.look()
		if !m.fam.serial && !l.on() { // a serial line is there without its modem
			select {
			case <-l.supply.up:
				continue
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		d := time.Until(l.back)
		if d <= 0 {
			return nil
		}
		t := time.NewTimer(d)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return context.Cause(ctx)
		}
	}
}

// Port is the name the modem stands under now: its own, until it has come back
// under another after the fault renumber.
func (m *Modem) Port() string {
	if n := m.look().port; n > 0 {
		return fmt.Sprintf("%s.%d", m.cfg.Name, n)
	}
	return m.cfg.Name
}

// power is the control language's word for Power.
func (m *Modem) power(word string) (string, error) {
	if word != "on" && word != "off" {
		return "", errUsage
	}
	m.Power(word == "on")
	return "", nil
}

package modemsim

import "time"

// restart is what power-up does: settings are lost, storage stays.
func (e *engine) restart() {
	st, cfg, l := e.st, e.m.cfg, e.m.look()
	e.forget()
	st.insert()
	if st.ack != nil {
		e.m.net.untake(cfg.Name, *st.ack)
		st.ack = nil
	}
	st.held, st.found = nil, false
	e.m.change(func(l *live) { l.hung, l.refusing = false, 0 })
	from := time.Now()
	if !l.supply.cold.IsZero() {
		from = l.supply.cold // it may have been starting for a while
		e.m.change(func(l *live) { l.supply.cold = time.Time{} })
	}
	st.bootAt = from.Add(cfg.BootTime)
	st.readyAt = st.bootAt.Add(cfg.SettleTime)
	e.schedule()
	if cfg.Chatter > 0 {
		st.chatterAt = st.bootAt.Add(cfg.Chatter)
	}
	e.buf, e.line, e.long, e.typing, e.answer = nil, nil, false, false, nil
	if cfg.Lifelike && e.m.fam.gibberish {
		e.put("\x00\xff\xfe")
	}
	e.m.net.roomAgain(cfg.Name)
}

// forget loses the settings, and the choice of memories where the family does.
func (e *engine) forget() {
	mem := e.st.mem
	e.st.settings = newSettings(e.m.fam)
	if e.m.fam.keepsChoice {
		e.st.mem = mem
	}
}

// schedule plans the lines of a start. A modem that guesses its line's speed
// says none, and does not understand what it learns that from.
func (e *engine) schedule() {
	st, f := e.st, e.m.fam
	st.start, st.lost = nil, 0
	if f.autobaud && e.m.cfg.Lifelike {
		st.lost = 1
		return
	}
	for _, s := range f.boot {
		st.start = append(st.start, saying{at: st.bootAt, text: s})
	}
	for _, s := range f.ready {
		st.start = append(st.start, saying{at: st.bootAt.Add(tenths(s.tenths, e.m.cfg.SettleTime)), text: s.text, card: s.tenths})
	}
}

func tenths(n int, of time.Duration) time.Duration { return of * time.Duration(n) / 10 }

// unlocked is what follows the PIN: messages work a while later, and what
// waited for the SIM is said by then.
func (e *engine) unlocked() {
	now := time.Now()
	if at := now.Add(e.m.cfg.PINTime); at.After(e.st.readyAt) {
		e.st.readyAt = at
	}
	for i, s := range e.st.start {
		if at := now.Add(tenths(s.card, e.m.cfg.PINTime)); s.card > 0 && at.After(s.at) {
			e.st.start[i].at = at
		}
	}
}

// sayStart says what is due of the lines of a start, and returns the time
// until there are more; below 0, until something changes.
func (e *engine) sayStart() (wait time.Duration) {
	for len(e.st.start) > 0 {
		s := e.st.start[0]
		if d := time.Until(s.at); d > 0 {
			return d
		}
		if s.card > 0 && (e.cardState() != "READY" || !e.found()) {
			return -1
		}
		e.st.start = e.st.start[1:]
		switch ask := e.m.fam.readyAsk; {
		case s.text == "+CPIN":
			e.say("+CPIN: " + e.cardState())
		case s.card == 0 || ask == "" || e.st.asked[ask]:
			e.say(s.text)
		}
	}
	return -1
}

// sayIdle says a line of no interest when one is due, and returns the time
// until the next; below 0, for never.
func (e *engine) sayIdle() (wait time.Duration) {
	lines := e.m.fam.idle
	if e.m.cfg.Chatter == 0 || e.st.quiet {
		return -1
	}
	if d := time.Until(e.st.chatterAt); d > 0 {
		return d
	}
	e.say(lines[e.st.chatterNext%len(lines)])
	e.st.chatterNext++
	e.st.chatterAt = time.Now().Add(e.m.cfg.Chatter)
	return e.m.cfg.Chatter
}

// soonest is the shorter of two waits, of which one below 0 is none.
func soonest(a, b time.Duration) time.Duration {
	if a < 0 || b >= 0 && b < a {
		return b
	}
	return a
}

package modemsim

import (
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

const (
	// ackLimit is how long the network waits for +CNMA, of the order of TR1M in
	// 3GPP TS 24.011 §10.
	ackLimit = 15 * time.Second
	// stormBatch lines are said at once, stormGap apart, so that a storm goes on
	// while commands run.
	stormBatch = 100
	stormGap   = 5 * time.Millisecond
	maxHeld    = 64 // unasked lines kept while +CNMI mode is 0
)

// attend does what is due without being asked, and returns the time until
// there is more to do; below 0, until something changes.
func (e *engine) attend() (wait time.Duration, err error) {
	l := e.m.look()
	if l.gone {
		e.m.change(func(l *live) { l.gone = false })
		return 0, ErrHangup
	}
	if l.reboot {
		e.m.change(func(l *live) { l.reboot = false })
		return 0, errReboot
	}
	if l.echo {
		e.st.echo = true
		e.m.change(func(l *live) { l.echo = false })
	}
	if d := time.Until(e.st.bootAt); d > 0 {
		return d, nil
	}
	if e.typing || l.silent {
		return -1, nil
	}
	e.sayStart()
	wait = e.sayStorm(l)
	e.sayLines()
	e.sayRegistration()
	e.fill(l.fill)
	if d := e.receive(); d >= 0 && (wait < 0 || d < wait) {
		wait = d
	}
	if d := time.Until(e.st.readyAt); d > 0 && (wait < 0 || d < wait) {
		wait = d
	}
	return wait, nil
}

// sayStart says what the family says after a start.
func (e *engine) sayStart() {
	if e.st.bootLines {
		e.st.bootLines = false
		for _, s := range e.m.fam.boot {
			e.say(s)
		}
	}
	if e.st.readyLines && !time.Now().Before(e.st.readyAt) {
		e.st.readyLines = false
		for _, s := range e.m.fam.ready {
			e.say(s)
		}
	}
}

// sayStorm says what the faults urcstorm and garbage ask for.
func (e *engine) sayStorm(l live) (wait time.Duration) {
	if l.garbage > 0 {
		e.m.mu.Lock()
		e.m.live.garbage -= l.garbage
		e.m.mu.Unlock()
		b := make([]byte, min(l.garbage, maxOutput))
		for i := range b {
			b[i] = byte(e.m.rand.Uint32())
		}
		e.out.put(b)
	}
	if l.storm == 0 {
		return -1
	}
	n := min(l.storm, stormBatch)
	e.m.mu.Lock()
	e.m.live.storm = max(e.m.live.storm-n, 0)
	e.m.mu.Unlock()
	for range n {
		e.say(e.m.fam.chatter)
	}
	return stormGap
}

func (e *engine) sayLines() {
	e.m.mu.Lock()
	lines := e.m.live.lines
	e.m.live.lines = nil
	e.m.mu.Unlock()
	for _, s := range lines {
		e.say(s)
	}
}

// registration is the +CREG state as it is now.
func (e *engine) registration() int {
	l := e.m.look()
	switch {
	case e.st.functional != 1 || l.absent:
		return 0
	case e.st.locked || l.unregistered:
		return searching
	}
	return l.registration
}

func (e *engine) signal() int {
	l := e.m.look()
	switch {
	case e.st.functional != 1 || l.unregistered:
		return 99
	case l.weak:
		return 2
	}
	return l.signal
}

// sayRegistration tells a change of it, where +CREG=1 and its like ask for
// that.
func (e *engine) sayRegistration() {
	now := e.registration()
	if now == e.st.regSaid {
		return
	}
	e.st.regSaid = now
	for _, name := range []string{"+CREG", "+CGREG", "+CEREG"} {
		switch e.st.reg[name] {
		case 1:
			e.say(fmt.Sprintf("%s: %d", name, now))
		case 2:
			e.say(fmt.Sprintf("%s: %d%s", name, now, e.place(now)))
		}
	}
}

// fill stores messages that count as sent.
func (e *engine) fill(n int) {
	if n == 0 {
		return
	}
	e.m.change(func(l *live) { l.fill -= n })
	u, _ := split("stored", textFormat{class: NoClass}, 0)
	pdu := putSubmit(0, e.m.cfg.Number, 0, u[0])
	for range n {
		if _, ok := e.incoming().put(slot{stat: stored, pdu: pdu, length: len(pdu) - 1}); !ok {
			break
		}
	}
	e.recount()
}

// incoming is the memory that new messages go to.
func (e *engine) incoming() *memory { return e.st.memories[e.st.mem[2]] }

// recount tells the counts how many slots are in use.
func (e *engine) recount() {
	used := 0
	for _, name := range e.m.fam.memories {
		used += e.st.memories[name].usedSlots()
	}
	e.m.count(func(c *Counts) { c.Used = used })
}

// receive takes what the network has for the modem, as far as it can, and
// returns the time until there may be more; below 0, until something changes.
func (e *engine) receive() (wait time.Duration) {
	if e.m.look().midAnswer != 0 {
		return -1
	}
	for {
		if e.st.ack != nil {
			if d := time.Until(e.st.ackBy); d > 0 {
				return d
			}
			e.unacknowledged()
		}
		if !e.reachable() {
			return -1
		}
		p, ok, wait := e.m.net.take(e.m.cfg.Name)
		if !ok {
			return wait
		}
		e.accept(p)
	}
}

// receiveOne takes one parcel, at once, and says whether there was one.
func (e *engine) receiveOne() bool {
	if e.st.ack != nil || !e.reachable() {
		return false
	}
	p, ok, _ := e.m.net.take(e.m.cfg.Name)
	if ok {
		e.accept(p)
	}
	return ok
}

func (e *engine) reachable() bool {
	return registered(e.registration()) && !time.Now().Before(e.st.readyAt)
}

// unacknowledged is what follows when no +CNMA comes: the network keeps the
// message, and nothing is delivered directly any more, 3GPP TS 27.005 §3.4.1.
func (e *engine) unacknowledged() {
	e.m.net.untake(e.m.cfg.Name, *e.st.ack)
	e.m.net.roomAgain(e.m.cfg.Name)
	e.st.ack = nil
	e.st.indications[1], e.st.indications[3] = 0, 0
}

// accept gives a parcel to the host or stores it, by +CNMI; where there is no
// room, the network has it back.
func (e *engine) accept(p parcel) {
	mt, ds := e.st.indications[1], e.st.indications[3]
	data := strings.ToUpper(hex.EncodeToString(p.pdu))
	switch {
	case p.report && ds == 0:
	case p.report && ds == 1:
		e.direct(p, e.reportLine(p, data))
	case p.report:
		mem := e.incoming()
		if e.m.fam.reports != "" {
			mem = e.st.memories[e.m.fam.reports]
		}
		if !e.store(p, mem, "+CDSI") {
			return
		}
	case p.class == 2:
		if !e.store(p, e.st.memories["SM"], indication(mt)) {
			return
		}
	case mt == 2, mt == 3 && p.class == 3, mt == 1 && p.class == 0 && e.m.fam.flash:
		e.direct(p, e.textLine(p, data))
	default:
		if !e.store(p, e.incoming(), indication(mt)) {
			return
		}
	}
	e.m.count(func(c *Counts) { c.Received++ })
}

// indication is the word for a stored message; none where mt is 0.
func indication(mt int) string {
	if mt == 0 {
		return ""
	}
	return "+CMTI"
}

func (e *engine) store(p parcel, mem *memory, word string) bool {
	index, ok := 0, false
	if !e.m.look().full {
		index, ok = mem.put(slot{stat: unread, pdu: p.pdu, length: p.length})
	}
	if !ok {
		if !e.st.full && e.m.fam.full != "" {
			e.say(e.m.fam.full)
		}
		e.st.full = true
		e.m.net.untake(e.m.cfg.Name, p)
		return false
	}
	e.st.full = false
	e.recount()
	if word != "" {
		e.indicate(fmt.Sprintf("%s: %q,%d", word, mem.name, index))
	}
	return true
}

// direct gives a parcel to the host without storing it. In phase 2+ the host
// must acknowledge it.
func (e *engine) direct(p parcel, line string) {
	if e.st.service == 1 {
		e.st.ack, e.st.ackBy = &p, time.Now().Add(ackLimit)
	}
	e.indicate(line)
}

// indicate says a line about a message, or keeps it while +CNMI mode is 0.
func (e *engine) indicate(line string) {
	if e.st.indications[0] != 0 {
		e.say(line)
		return
	}
	if len(e.st.held) < maxHeld {
		e.st.held = append(e.st.held, line)
	}
}

func (e *engine) textLine(p parcel, data string) string {
	if !e.st.textMode {
		return fmt.Sprintf("+CMT: ,%d\r\n%s", p.length, data)
	}
	t := readTPDU(p.pdu)
	return fmt.Sprintf("+CMT: %s,,%s%s\r\n%s", e.quote(t.address), quoteTime(t.at), e.textDetails(t), e.coded(t))
}

func (e *engine) reportLine(p parcel, data string) string {
	if !e.st.textMode {
		return fmt.Sprintf("+CDS: %d\r\n%s", p.length, data)
	}
	t := readTPDU(p.pdu)
	return "+CDS: " + reportFields(t)
}

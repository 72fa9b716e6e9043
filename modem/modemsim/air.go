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
	wait = -1
	if !l.goneAt.IsZero() {
		if wait = time.Until(l.goneAt); wait <= 0 {
			e.m.change(func(l *live) { l.goneAt = time.Time{} })
			return 0, ErrHangup
		}
	}
	for _, change := range l.card {
		change(&e.st.card)
	}
	if n := len(l.card); n > 0 {
		e.m.mu.Lock()
		e.m.live.card = e.m.live.card[n:]
		e.m.mu.Unlock()
	}
	if !l.on() {
		if !e.m.fam.serial && l.goneAt.IsZero() {
			return 0, ErrHangup
		}
		return wait, nil
	}
	if l.reboot {
		e.m.change(func(l *live) { l.reboot = false })
		return 0, errReboot
	}
	if l.echo {
		e.st.echo = true
		e.m.change(func(l *live) { l.echo = false })
	}
	if l.forget {
		e.forget()
		e.m.change(func(l *live) { l.forget = false })
	}
	if d := time.Until(l.stalled); d > 0 {
		wait = soonest(wait, d)
	}
	if d := time.Until(e.st.bootAt); d > 0 {
		return soonest(wait, d), nil
	}
	if e.typing || l.silent || l.frozen {
		return wait, nil
	}
	wait = soonest(wait, e.sayStart())
	wait = soonest(wait, e.sayStorm(l))
	wait = soonest(wait, e.sayIdle())
	e.sayLines()
	e.sayRegistration()
	e.fill(l.fill)
	wait = soonest(wait, e.receive())
	for _, at := range []time.Time{e.st.readyAt, e.st.busy} {
		if d := time.Until(at); d > 0 {
			wait = soonest(wait, d)
		}
	}
	return wait, nil
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
	case e.st.functional != 1 || e.cardState() == "NOT INSERTED" || e.st.failed:
		return 0
	case e.st.locked || l.unregistered:
		return searching
	}
	return l.registration
}

// epsRegistration is the +CEREG state as it is now.
func (e *engine) epsRegistration() int {
	now := e.registration()
	if l := e.m.look(); l.eps >= 0 && now == l.registration {
		return l.eps
	}
	return now
}

// inNetwork says whether messages get through: in one service or the other.
func (e *engine) inNetwork() bool {
	return registered(e.registration()) || registered(e.epsRegistration())
}

// found says whether it has been in a network since its start, where its
// family waits for that.
func (e *engine) found() bool {
	if e.m.fam.netFirst && !e.st.found {
		e.st.found = e.inNetwork()
		return e.st.found
	}
	return true
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
	now, eps := e.registration(), e.epsRegistration()
	if now == e.st.regSaid && eps == e.st.epsSaid {
		return
	}
	said := map[string]bool{"+CREG": now == e.st.regSaid, "+CGREG": now == e.st.regSaid, "+CEREG": eps == e.st.epsSaid}
	e.st.regSaid, e.st.epsSaid = now, eps
	for _, name := range []string{"+CREG", "+CGREG", "+CEREG"} {
		if said[name] {
			continue
		}
		if name == "+CEREG" {
			now = eps
		}
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
		if name != "MT" { // the others' slots
			used += e.st.memories[name].usedSlots()
		}
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
	l := e.m.look()
	return e.inNetwork() && l.netLoss == 0 && e.cardState() == "READY" && !time.Now().Before(e.st.readyAt)
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
		if f := e.m.fam; !e.st.full && f.full != "" && (f.fullAsked == "" || e.st.asked[f.fullAsked]) {
			e.say(f.full)
		}
		e.st.full = true
		e.m.net.untake(e.m.cfg.Name, p)
		return false
	}
	e.st.full = false
	e.recount()
	if word != "" && !e.m.look().noNews {
		name := mem.name
		if said := e.m.fam.reportsSaid; p.report && said != "" {
			name = said
		}
		e.indicate(fmt.Sprintf("%s: %q,%d", word, name, index))
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
		return fmt.Sprintf("+CDS: %s%d\r\n%s", e.m.fam.cds, p.length, data)
	}
	t := readTPDU(p.pdu)
	return "+CDS: " + reportFields(t)
}

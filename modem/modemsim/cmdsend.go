package modemsim

import (
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// maxTPDU is the most octets of a SUBMIT's TPDU, 3GPP TS 23.040 §9.2.2.2, with
// some to spare for what must be refused.
const maxTPDU = 200

// cmgs sends a message, 3GPP TS 27.005 §3.5.1 and §4.3.
func (e *engine) cmgs(c call) error {
	if c.verb == test {
		return nil
	}
	args := arguments(c.args)
	if c.verb != set || len(args) == 0 || len(args) > 2 {
		return errSMSOperation
	}
	if e.m.spend(func(f *faults) *int { return &f.promptURC }) {
		if err := e.pause(e.m.look().prompt, false); err != nil {
			return err
		}
		e.say(fmt.Sprintf("+CMTI: %q,1", e.st.mem[2]))
		if e.m.fam.wantsText {
			e.m.change(func(l *live) { l.stuck = true })
		}
		return errMute
	}
	pdu, err := e.message(args)
	if err != nil || pdu == nil {
		return err
	}
	return e.send("+CMGS", pdu)
}

// message asks for a message and reads it: a PDU, or a text for the number in
// args. It is nil where the host has cancelled.
func (e *engine) message(args []argument) (pdu []byte, err error) {
	if e.st.textMode {
		to, err := e.dialled(args)
		if err != nil || to == "" {
			return nil, errSMSText
		}
		body, ok, err := e.prompt()
		if err != nil || !ok {
			return nil, err
		}
		return e.compose(to, body)
	}
	length := 0
	if !numbers(args[:1], []int{maxTPDU}, &length) || length < 7 {
		return nil, errSMSParameter
	}
	body, ok, err := e.prompt()
	if err != nil || !ok {
		return nil, err
	}
	digits := strings.Join(strings.Fields(body), "")
	if _, err := ParseSubmit(digits, length); err != nil {
		return nil, errSMSParameter
	}
	return hex.DecodeString(digits)
}

// prompt shows the prompt and reads up to Ctrl-Z; ok is false after ESC. What
// is unasked waits meanwhile.
func (e *engine) prompt() (body string, ok bool, err error) {
	const ctrlZ, esc, backspace = 0x1A, 0x1B, 0x08
	if err := e.pause(e.m.look().prompt, false); err != nil {
		return "", false, err
	}
	if !e.m.spend(func(f *faults) *int { return &f.noPrompt }) {
		e.put("\r\n> ")
	}
	if e.m.spend(func(f *faults) *int { return &f.promptFail }) {
		return "", false, errPlain
	}
	if e.m.spend(func(f *faults) *int { return &f.midPDU }) {
		e.say(e.m.fam.chatter)
	}
	e.typing = true
	defer func() { e.typing = false }()
	var b []byte
	for {
		c, err := e.next()
		if err != nil {
			return "", false, err
		}
		switch c {
		case ctrlZ:
			e.echo(c)
			return string(b), true, nil
		case esc:
			return "", false, nil
		case backspace:
			b = b[:max(len(b)-1, 0)]
		default:
			e.echo(c)
			if len(b) < maxBody {
				b = append(b, c)
			}
		}
	}
}

// compose writes a text as a SUBMIT by +CSMP and +CSCS.
func (e *engine) compose(to, body string) ([]byte, error) {
	text, err := e.decoded(body)
	if err != nil {
		return nil, errSMSText
	}
	asked := readCoding(byte(e.st.coding))
	u, err := split(text, textFormat{
		forced: true, alphabet: asked.alphabet, class: asked.class, protocol: byte(e.st.protocol),
	}, 0)
	if err != nil || len(u) > 1 {
		return nil, errSMSText
	}
	return putSubmit(byte(e.st.first), to, byte(e.st.validity), u[0]), nil
}

// send gives a SUBMIT to the network, with the modem's own TP-MR in it, 3GPP TS
// 23.040 §9.2.3.6, and its service centre where none is named.
func (e *engine) send(word string, pdu []byte) error {
	if err := e.pause(e.m.look().latency, false); err != nil {
		return err
	}
	l := e.m.look()
	if e.m.spend(func(f *faults) *int { return &f.refusals }) {
		e.m.count(func(c *Counts) { c.Refused++ })
		if l.code == 0 {
			return errPlain
		}
		return cms(l.code)
	}
	if !e.inNetwork() {
		return errSMSNetwork
	}
	if l.refusing > 0 {
		e.m.count(func(c *Counts) { c.Refused++ })
		return cms(l.refusing)
	}
	if l.netLoss > 0 {
		e.m.count(func(c *Counts) { c.Refused++ })
		return cms(l.netLoss)
	}
	_, tpdu, err := takeCentre(pdu)
	if err != nil {
		return errSMSParameter
	}
	tpdu[1] = e.st.mr
	s, err := parseSubmit(tpdu)
	if err != nil {
		return errSMSParameter
	}
	if s.Centre, _, _ = takeCentre(pdu); s.Centre == "" {
		if s.Centre = e.st.centre; s.Centre == "" {
			return errSMSCentre
		}
	}
	cause := e.m.net.submit(e.m.cfg.Name, pdu, s)
	if cause > 0 {
		e.m.count(func(c *Counts) { c.Refused++ })
		return cms(cause)
	}
	e.m.count(func(c *Counts) { c.Sent++ })
	e.st.mr++
	if e.m.spend(func(f *faults) *int { return &f.sendLates }) {
		if err := e.pause(l.sendLate, false); err != nil {
			return err
		}
	}
	if e.m.spend(func(f *faults) *int { return &f.mute }) {
		return errMute
	}
	if e.m.spend(func(f *faults) *int { return &f.vanish }) {
		e.m.change(func(l *live) { l.back = time.Now().Add(time.Second) })
		return ErrHangup
	}
	e.info(fmt.Sprintf("%s: %d", word, s.Reference))
	if e.m.spend(func(f *faults) *int { return &f.lostFinal }) {
		e.sayAnswer()
		e.answer = nil
		return errMute
	}
	return nil
}

// cmgw stores a message to send later, 3GPP TS 27.005 §3.5.3.
func (e *engine) cmgw(c call) error {
	if c.verb == test {
		return nil
	}
	args := arguments(c.args)
	if c.verb != set || len(args) == 0 {
		return errSMSOperation
	}
	pdu, err := e.message(args)
	if err != nil || pdu == nil {
		return err
	}
	index, ok := 0, false
	if !e.m.look().full {
		_, tpdu, _ := takeCentre(pdu)
		index, ok = e.st.memories[e.st.mem[1]].put(slot{stat: unsent, pdu: pdu, length: len(tpdu)})
	}
	if !ok {
		return errSMSFull
	}
	e.recount()
	e.info(fmt.Sprintf("+CMGW: %d", index))
	return nil
}

// cmss sends a stored message, 3GPP TS 27.005 §3.5.2.
func (e *engine) cmss(c call) error {
	if c.verb == test {
		return nil
	}
	s, err := e.slotOf(c)
	if err != nil {
		return err
	}
	if s.stat != unsent && s.stat != stored {
		return errSMSOperation
	}
	if err := e.send("+CMSS", append([]byte(nil), s.pdu...)); err != nil {
		return err
	}
	s.stat = stored
	return nil
}

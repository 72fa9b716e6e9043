package modemsim

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// cpms chooses the memories to read from, to write to and for what comes in,
// 3GPP TS 27.005 §3.2.2.
func (e *engine) cpms(c call) error {
	switch c.verb {
	case test:
		f := e.m.fam
		lists := []string{`("` + strings.Join(f.memories, `","`) + `")`}
		for range f.arguments - 1 {
			lists = append(lists, `("`+strings.Join(f.others, `","`)+`")`)
		}
		all := strings.Join(lists, ",")
		if f.arguments == 2 {
			all = "(" + all + ")" // Wavecom's own way
		}
		e.info("+CPMS: " + all)
	case query:
		var out []string
		for _, name := range e.st.mem[:e.m.fam.arguments] {
			used, size := e.usage(name)
			out = append(out, fmt.Sprintf("%q,%d,%d", name, used, size))
		}
		e.info("+CPMS: " + strings.Join(out, ","))
	case set:
		args := arguments(c.args)
		if len(args) == 0 || len(args) > e.m.fam.arguments {
			return errSMSParameter
		}
		if err := e.pause(e.m.cfg.StorageTime, false); err != nil {
			return err
		}
		mem := e.st.mem
		for i, a := range args {
			name := a.text()
			if name == "" {
				continue
			}
			have := e.m.fam.memories
			if i > 0 {
				have = e.m.fam.others
			}
			if !slices.Contains(have, name) {
				return errSMSOperation
			}
			mem[i] = name
		}
		if e.m.fam.arguments == 2 {
			mem[2] = mem[1] // new messages go where they are written
		}
		e.st.mem = mem
		var out []string
		for _, name := range mem[:e.m.fam.arguments] {
			used, size := e.usage(name)
			out = append(out, fmt.Sprintf("%d,%d", used, size))
		}
		e.info("+CPMS: " + strings.Join(out, ","))
	default:
		return errSMSOperation
	}
	return nil
}

// usage is how full a memory is; wholly, where the fault says so.
func (e *engine) usage(name string) (used, size int) {
	m := e.st.memories[name]
	if e.m.look().full {
		return len(m.slots), len(m.slots)
	}
	return m.usedSlots(), len(m.slots)
}

// reading is the memory +CPMS has chosen to read and delete from.
func (e *engine) reading() *memory { return e.st.memories[e.st.mem[0]] }

// cmgl lists messages, 3GPP TS 27.005 §3.4.2 and §4.1, and makes unread ones
// read.
func (e *engine) cmgl(c call) error {
	if c.verb == test {
		if e.st.textMode {
			e.info(`+CMGL: ("` + strings.Join(stateNames[:], `","`) + `")`)
		} else {
			e.info("+CMGL: (0-4)")
		}
		return nil
	}
	want, err := e.wanted(c)
	if err != nil {
		return err
	}
	var lines []string
	m, hidden := e.reading(), e.m.look().unlisted
	for i := range m.slots {
		s := m.slots[i]
		if !s.used || want != allStates && s.stat != want || hidden {
			continue
		}
		lines = append(lines, e.listed(m.base+i, s))
		if s.stat == unread {
			s.stat = read
		}
	}
	if len(lines) > 0 {
		e.info(strings.Join(lines, "\r\n"))
	}
	return nil
}

// wanted reads the state +CMGL asks for; without one, unread.
func (e *engine) wanted(c call) (int, error) {
	if c.verb == execute {
		return unread, nil
	}
	args := arguments(c.args)
	if c.verb != set || len(args) != 1 {
		return 0, errSMSOperation
	}
	if e.st.textMode {
		if i := slices.Index(stateNames[:], args[0].text()); i >= 0 {
			return i, nil
		}
		return 0, errSMSText
	}
	want := unread
	if !numbers(args, []int{allStates}, &want) {
		return 0, errSMSParameter
	}
	return want, nil
}

func (e *engine) listed(index int, s *slot) string {
	if !e.st.textMode {
		switch pdu := pduDigits(s); e.m.fam.listing {
		case nameless:
			return fmt.Sprintf("+CMGL: %d,%d,%d\r\n%s", index, s.stat, s.length, pdu)
		case stateless:
			return fmt.Sprintf("+CMGL: %d,,%d %s", index, s.length, pdu)
		case worded:
			return fmt.Sprintf("+CMGL: %d,%q,,%d\r\n%s", index, stateNames[s.stat], s.length, pdu)
		default:
			return fmt.Sprintf("+CMGL: %d,%d,,%d\r\n%s", index, s.stat, s.length, pdu)
		}
	}
	t := readTPDU(s.pdu)
	return fmt.Sprintf("+CMGL: %d,%q,%s\r\n%s", index, stateNames[s.stat], e.textFields(t, false), e.coded(t))
}

func pduDigits(s *slot) string { return strings.ToUpper(hex.EncodeToString(s.pdu)) }

// cmgr reads a message, 3GPP TS 27.005 §3.4.3, and makes an unread one read.
func (e *engine) cmgr(c call) error {
	if c.verb == test {
		return nil
	}
	s, err := e.slotOf(c)
	if err == errSMSIndex && e.m.fam.emptyOK {
		return nil
	}
	if err != nil {
		return err
	}
	if e.st.textMode {
		t := readTPDU(s.pdu)
		e.info(fmt.Sprintf("+CMGR: %q,%s\r\n%s", stateNames[s.stat], e.textFields(t, true), e.coded(t)))
	} else {
		e.info(fmt.Sprintf("+CMGR: %d,,%d\r\n%s", s.stat, s.length, pduDigits(s)))
	}
	if s.stat == unread {
		s.stat = read
	}
	return nil
}

// slotOf is the used slot a command's first argument names.
func (e *engine) slotOf(c call) (*slot, error) {
	index := 0
	args := arguments(c.args)
	if c.verb != set || !numbers(args[:min(1, len(args))], []int{65535}, &index) {
		return nil, errSMSParameter
	}
	if s := e.reading().at(index); s != nil && s.used {
		return s, nil
	}
	return nil, errSMSIndex
}

// cmgd deletes one message, or by its flag all of some states, 3GPP TS 27.005
// §3.5.4. What waits in the network for room may come then.
func (e *engine) cmgd(c call) error {
	m := e.reading()
	switch c.verb {
	case test:
		var used []string
		for i, s := range m.slots {
			if s.used {
				used = append(used, fmt.Sprint(m.base+i))
			}
		}
		e.info("+CMGD: (" + strings.Join(used, ",") + "),(0-4)")
		return nil
	case set:
	default:
		return errSMSOperation
	}
	index, flag := 0, 0
	if !numbers(arguments(c.args), []int{65535, 4}, &index, &flag) {
		return errSMSParameter
	}
	switch flag {
	case 0:
		s := m.at(index)
		if s == nil {
			return errSMSIndex
		}
		*s = slot{}
		if e.m.fam.renumbers && index == m.base {
			m.shift()
		}
	case 1:
		m.clear(read)
	case 2:
		m.clear(read, stored)
	case 3:
		m.clear(read, stored, unsent)
	case 4:
		m.clear(read, stored, unsent, unread)
	}
	e.recount()
	e.m.net.roomAgain(e.m.cfg.Name)
	return nil
}

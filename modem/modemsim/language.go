package modemsim

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A word is one command of the control language.
type word struct {
	args, help string
	// each is run for every modem a command is meant for; whole, where it is
	// not nil, once for the network and with the first of those modems.
	each  func(m *Modem, rest string) (string, error)
	whole func(s *Sim, m *Modem, rest string) (string, error)
}

// words is the whole language, see the package comment.
var words = map[string]word{
	"fault": {args: "NAME [ARGUMENTS]", help: "goes wrong from now on; see the list below",
		each: func(m *Modem, rest string) (string, error) { return "", m.Fault(rest) }},
	"clear": {help: "ends every fault",
		each: func(m *Modem, _ string) (string, error) { m.ClearFaults(); return "", nil }},
	"power": {args: "on|off", help: "restores or cuts the supply",
		each: (*Modem).power},
	"key": {args: "D", help: "holds PWRKEY for a time D",
		each: func(m *Modem, rest string) (string, error) {
			d, err := time.ParseDuration(rest)
			if err != nil || d < 0 {
				return "", errUsage
			}
			m.Key(d)
			return "", nil
		}},
	"set": {args: "signal N | registration N | eps N | operator NAME | latency D | sim in|out|failed|busy D|pin|puk",
		help: "changes what the modem finds", each: (*Modem).set},
	"say": {args: "LINE", help: "says a line unasked",
		each: func(m *Modem, rest string) (string, error) { m.Say(rest); return "", nil }},
	"fill": {args: "N", help: "stores N messages that count as sent",
		each: func(m *Modem, rest string) (string, error) {
			n, err := strconv.Atoi(rest)
			if err != nil || n < 1 {
				return "", errUsage
			}
			m.Fill(n)
			return "", nil
		}},
	"status": {help: "tells how each modem is", each: func(m *Modem, _ string) (string, error) { return m.status(), nil }},

	"deliver": {args: "[OPTIONS] FROM TEXT", help: "lets a text come in; see the options below", whole: (*Sim).deliver},
	"pdu": {args: "HEX", help: "lets a TPDU come in as it stands, service centre before it",
		whole: func(s *Sim, m *Modem, rest string) (string, error) { return "", s.net.DeliverPDU(m.Name(), rest) }},
	"reports": {args: "D", help: "lets status reports take a time D",
		whole: func(s *Sim, _ *Modem, rest string) (string, error) {
			d, err := time.ParseDuration(rest)
			if err != nil || d < 0 {
				return "", errUsage
			}
			s.net.SetReportDelay(d)
			return "", nil
		}},
	"rule": {args: "SUFFIX refuse CODE | never | report ST[,ST…] [D] ; or: clear",
		help: "sets what becomes of what is sent to numbers that end so; * for all", whole: (*Sim).rule},
	"messages": {help: "lists what the network has whole: modem, number, parts, copies, text",
		whole: func(s *Sim, _ *Modem, _ string) (string, error) { return s.messages(), nil }},
}

// Command runs one line of the control language and returns its reply, of any
// number of lines. An empty line and one that begins with # do nothing.
func (s *Sim) Command(line string) (reply string, err error) {
	line = strings.TrimSpace(line)
	if line == "" || line[0] == '#' {
		return "", nil
	}
	modems, line, err := s.meant(line)
	if err != nil {
		return "", err
	}
	name, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	if name == "help" {
		return help(), nil
	}
	w, known := words[name]
	if !known {
		return "", fmt.Errorf("no command is called %q; help lists them", name)
	}
	if w.whole != nil {
		reply, err = w.whole(s, modems[0], rest)
	} else {
		var replies []string
		for _, m := range modems {
			r, e := w.each(m, rest)
			if r != "" {
				replies = append(replies, r)
			}
			err = errors.Join(err, e)
			if e != nil {
				break
			}
		}
		reply = strings.Join(replies, "\n")
	}
	if errors.Is(err, errUsage) {
		err = fmt.Errorf("it is: %s", strings.TrimSpace(name+" "+w.args))
	}
	return reply, err
}

// meant is which modems a line is for: the one it names first, or all.
func (s *Sim) meant(line string) ([]*Modem, string, error) {
	first, rest, _ := strings.Cut(line, " ")
	name, named := strings.CutSuffix(first, ":")
	if !named {
		return s.modems, line, nil
	}
	for _, m := range s.modems {
		if m.Name() == name {
			return []*Modem{m}, strings.TrimSpace(rest), nil
		}
	}
	return nil, "", fmt.Errorf("no modem is called %q", name)
}

func (m *Modem) status() string {
	l := m.look()
	return fmt.Sprintf("%s number=%s signal=%d registration=%d operator=%q latency=%v stored=%d waiting=%d commands=%d sent=%d refused=%d received=%d dropped=%d family=%s port=%s on=%t",
		m.Name(), m.Number(), l.signal, l.registration, l.operator, l.latency, l.counts.Used, m.net.Pending(m.Name()),
		l.counts.Commands, l.counts.Sent, l.counts.Refused, l.counts.Received, l.counts.Dropped, m.cfg.Family, m.Port(), l.on())
}

// deliveryOptions are the options of deliver, each NAME or NAME=VALUE.
var deliveryOptions = map[string]func(d *Delivery, value string) error{
	"flash":    func(d *Delivery, _ string) error { d.Flash = true; return nil },
	"wide":     func(d *Delivery, _ string) error { d.Wide = true; return nil },
	"class":    func(d *Delivery, v string) error { return setInt(&d.Class, v, 1, 3) },
	"copies":   func(d *Delivery, v string) error { return setInt(&d.Copies, v, 1, 100) },
	"port":     func(d *Delivery, v string) error { return setInt(&d.Port, v, 1, 65535) },
	"alphabet": func(d *Delivery, v string) error { return oneOf(&d.Alphabet, v, "auto", "gsm7", "ucs2") },
	"after":    func(d *Delivery, v string) (err error) { d.After, err = time.ParseDuration(v); return err },
	"gap":      func(d *Delivery, v string) (err error) { d.Gap, err = time.ParseDuration(v); return err },
	"shuffle":  func(d *Delivery, v string) (err error) { d.Shuffle, err = strconv.ParseUint(v, 10, 64); return err },
	"data":     func(d *Delivery, v string) (err error) { d.Data, err = hex.DecodeString(v); return err },
	"protocol": func(d *Delivery, v string) error {
		n := 0
		err := setInt(&n, v, 0, 255)
		d.Protocol = byte(n)
		return err
	},
	"language": func(d *Delivery, v string) error {
		l, ok := map[string]Language{"turkish": Turkish, "spanish": Spanish, "portuguese": Portuguese}[v]
		if !ok {
			return errUsage
		}
		d.Language = l
		return nil
	},
	"missing": func(d *Delivery, v string) error {
		n := 0
		err := setInt(&n, v, 1, 255)
		d.Missing = append(d.Missing, n)
		return err
	},
}

func setInt(to *int, v string, low, high int) error {
	n, err := strconv.Atoi(v)
	if err != nil || n < low || n > high {
		return fmt.Errorf("%q is not %d to %d", v, low, high)
	}
	*to = n
	return nil
}

func oneOf(to *string, v string, from ...string) error {
	if !slices.Contains(from, v) {
		return fmt.Errorf("%q is none of %s", v, strings.Join(from, ", "))
	}
	*to = v
	return nil
}

// deliver takes options, each with a dash before it, the sender, and the text
// with \n for a new line. The text may be left out.
func (s *Sim) deliver(m *Modem, rest string) (string, error) {
	var d Delivery
	for strings.HasPrefix(rest, "-") {
		var option string
		option, rest, _ = strings.Cut(rest, " ")
		rest = strings.TrimSpace(rest)
		name, value, _ := strings.Cut(option[1:], "=")
		set, known := deliveryOptions[name]
		if !known {
			return "", fmt.Errorf("deliver has no option %q", name)
		}
		if err := set(&d, value); err != nil {
			return "", fmt.Errorf("option %s: %w", name, err)
		}
	}
	from, text, _ := strings.Cut(rest, " ")
	if from == "" {
		return "", errUsage
	}
	parts, err := s.net.Deliver(m.Name(), from, strings.ReplaceAll(text, `\n`, "\n"), d)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("parts=%d", parts), nil
}

func (s *Sim) rule(_ *Modem, rest string) (string, error) {
	w := strings.Fields(rest)
	if len(w) == 1 && w[0] == "clear" {
		s.net.ClearRules()
		return "", nil
	}
	if len(w) < 2 {
		return "", errUsage
	}
	r := Rule{Suffix: strings.TrimPrefix(w[0], "*")}
	switch {
	case w[1] == "refuse" && len(w) == 3:
		if err := setInt(&r.Cause, w[2], 1, 65535); err != nil {
			return "", err
		}
	case w[1] == "never" && len(w) == 2:
		r.Never = true
	case w[1] == "report" && (len(w) == 3 || len(w) == 4):
		for _, v := range strings.Split(w[2], ",") {
			st, err := strconv.ParseUint(v, 0, 8)
			if err != nil {
				return "", fmt.Errorf("%q is no TP-ST such as 0x46", v)
			}
			r.Status = append(r.Status, byte(st))
		}
		if len(w) == 4 {
			d, err := time.ParseDuration(w[3])
			if err != nil || d < 0 {
				return "", errUsage
			}
			r.Delay = d
		}
	default:
		return "", errUsage
	}
	s.net.AddRule(r)
	return "", nil
}

func (s *Sim) messages() string {
	var lines []string
	for _, m := range s.net.Messages() {
		text := strconv.Quote(m.Text)
		if m.Data != nil {
			text = "data=" + hex.EncodeToString(m.Data)
		}
		lines = append(lines, fmt.Sprintf("%s to=%s parts=%d copies=%d %s", m.Modem, m.To, m.Parts, m.Copies, text))
	}
	return strings.Join(lines, "\n")
}

func help() string {
	var out []string
	list := func(name, args, help string) {
		out = append(out, fmt.Sprintf("  %-44s %s", strings.TrimSpace(name+" "+args), help))
	}
	var names []string
	for name := range words {
		names = append(names, name)
	}
	slices.Sort(names)
	out = append(out, "[MODEM:] COMMAND, for all modems where none is named (deliver, pdu: the first)")
	for _, name := range names {
		list(name, words[name].args, words[name].help)
	}
	out = append(out, "faults:")
	for _, name := range faultNames() {
		list(name, faultKinds[name].args, faultKinds[name].help)
	}
	names = nil
	for name := range deliveryOptions {
		names = append(names, "-"+name)
	}
	slices.Sort(names)
	return strings.Join(append(out, "options of deliver: "+strings.Join(names, " ")), "\n")
}

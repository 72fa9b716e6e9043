package modem

import (
	"slices"
	"strings"
)

// A memory is one place where texts lie, with what is in it; used and total
// are -1 where the modem does not tell.
type memory struct {
	name        string
	used, total int
}

// memories reads an answer to +CPMS? or +CPMS=: up to three memories, with
// names in the first form, without in the second, and with fields left out in
// either. Some modems print the line twice.
func memories(lines []string) []memory {
	it, ok := find(lines, "+CPMS")
	if !ok {
		return nil
	}
	var out []memory
	count := func(i int) int {
		if i < len(it) {
			if n, ok := it[i].number(); ok {
				return n
			}
		}
		return -1
	}
	isName := func(i int) bool {
		if i >= len(it) || it[i].text == "" {
			return false
		}
		_, num := it[i].number()
		return !num
	}
	for i := 0; i < len(it) && len(out) < 3; {
		m := memory{used: -1, total: -1}
		if isName(i) {
			m.name = strings.ToUpper(fromUCS2(it[i].text))
			i++
			if isName(i) { // names alone, without counts
				out = append(out, m)
				continue
			}
		}
		m.used, m.total = count(i), count(i+1)
		i += 2
		out = append(out, m)
	}
	return out
}

// offered reads the answer to +CPMS=?: for each of the modem's two or three
// memories the names that may stand there.
func offered(lines []string) [][]string {
	var out [][]string
	for _, l := range lines {
		rest, ok := cutPrefixFold(strings.TrimSpace(l), "+CPMS")
		if !ok {
			continue
		}
		for {
			_, after, ok := strings.Cut(rest, "(")
			if !ok {
				return out
			}
			// Wavecom wraps the whole in one more pair.
			list, next, ok := strings.Cut(strings.TrimLeft(after, "( "), ")")
			if !ok {
				return out
			}
			names := []string{}
			for _, it := range split(list) {
				if n := strings.ToUpper(fromUCS2(it.text)); n != "" && !slices.Contains(names, n) {
					names = append(names, n)
				}
			}
			out, rest = append(out, names), next
		}
	}
	return out
}

// The states in which a text lies in a memory, 3GPP TS 27.005 §3.1.
const (
	statUnread = 0
	statRead   = 1
	statUnsent = 2
	statSent   = 3
	statNone   = -1 // the modem left it out
)

// A stored is one text as +CMGL or +CMGR shows it.
type stored struct {
	index  int // -1 from +CMGR, which does not repeat it
	stat   int
	length int    // octets of the TPDU; 0 where it cannot be read
	pdu    string // hexadecimal, with the service centre in front
}

// list reads the answer to +CMGL=4: pairs of a header and a PDU. Headers come
// without the name ("17,3,35"), without the state ("0,"",50"), with the PDU on
// the same line ("1,,147 0791…").
func list(lines []string) []stored {
	var out []stored
	for i := 0; i < len(lines); i++ {
		it, ok := items(lines[i], "+CMGL")
		if !ok {
			continue
		}
		n, ok := it[0].number()
		if !ok || len(it) < 2 {
			continue
		}
		s := header(it[1:])
		s.index = n
		if s.pdu == "" && i+1 < len(lines) {
			if next := strings.TrimSpace(lines[i+1]); !strings.HasPrefix(next, "+") {
				s.pdu = trimPDU(next)
				i++
			}
		}
		out = append(out, s)
	}
	return out
}

// read reads the answer to +CMGR, and returns false for an empty place, which
// many answer with OK alone. Headers come as "0,,24", ",,92" and "24".
func read(lines []string) (stored, bool) {
	for i, l := range lines {
		it, ok := items(l, "+CMGR")
		if !ok {
			continue
		}
		s := header(it)
		s.index = -1
		for _, next := range lines[i+1:] {
			if s.pdu != "" {
				break
			}
			s.pdu = trimPDU(next)
		}
		return s, s.pdu != ""
	}
	return stored{}, false
}

// header reads the fields before the PDU: state, name, length, of which the
// first two may be missing.
func header(it []item) stored {
	s := stored{stat: statNone}
	last := it[len(it)-1].text
	length, pdu, _ := strings.Cut(last, " ")
	s.pdu = trimPDU(pdu)
	if n, ok := (item{text: length}).number(); ok {
		s.length = n
	}
	if len(it) > 1 && !it[0].quoted {
		if n, ok := it[0].number(); ok && n <= statSent {
			s.stat = n
		}
	}
	return s
}

// trimPDU takes off the quotes and spaces some modems put around a PDU.
func trimPDU(s string) string { return strings.Trim(s, "\" \t\r") }

// place reads an indication that a text lies somewhere: +CMTI: "SM",3.
func place(line, prefix string) (mem string, index int, ok bool) {
	it, ok := items(line, prefix)
	if !ok || len(it) < 2 {
		return "", 0, false
	}
	if mem = strings.ToUpper(fromUCS2(it[0].text)); mem == "" || len(mem) > 4 {
		return "", 0, false
	}
	index, ok = it[1].number()
	return mem, index, ok
}

// tail reads the length in the header of a PDU that follows unasked: "25",
// ",25", ""name",25"; 0 where there is none.
func tail(line, prefix string) int {
	it, ok := items(line, prefix)
	if !ok {
		return 0
	}
	n, _ := it[len(it)-1].number()
	return n
}

// reference reads the number the network's answer gave a segment: "+CMGS: 42",
// which may be followed by an acknowledgement PDU.
func reference(lines []string) (mr int, taken bool) {
	it, ok := find(lines, "+CMGS")
	if !ok {
		return -1, false
	}
	if n, ok := it[0].number(); ok && n <= 255 {
		return n, true
	}
	return -1, true
}

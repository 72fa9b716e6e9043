package modemsim

import (
	"bytes"
	"slices"
	"strings"
	"time"
)

// A Message is one the network has whole, joined from its segments by the
// receiving phone's rules.
type Message struct {
	Modem  string // who sent it
	From   string // that modem's own number
	To     string
	Text   string
	Data   []byte // octets in place of text
	Port   int    // destination port, -1 where none is named
	Class  int    // 0 to 3, or NoClass
	Time   time.Time
	Parts  int
	Copies int // how often the part that came most has come
}

// assembler joins segments. A segment belongs to the latest message with its
// sender, destination, reference and total, unless other user data came for
// its place: then it begins another message.
type assembler struct {
	open  map[assemblyKey]*assembly // the latest of each key, whole or not
	order []*assembly               // as they were begun
	whole []*assembly
}

type assemblyKey struct {
	modem, to string
	ref       uint16
	wide      bool
	total     int
}

type assembly struct {
	key    assemblyKey
	parts  []Segment // by place; the zero Segment where none came
	counts []int
	have   int
	at     time.Time // when it became whole
}

func (a *assembler) add(s Segment, keep int) {
	place := Concat{Total: 1, Seq: 1}
	if s.Concat != nil {
		place = *s.Concat
	}
	key := assemblyKey{s.Modem, s.To, place.Ref, place.Wide, place.Total}
	if a.open == nil {
		a.open = map[assemblyKey]*assembly{}
	}
	m := a.open[key]
	i := place.Seq - 1
	if m == nil || s.Concat == nil || m.counts[i] > 0 && !sameBody(m.parts[i], s) {
		m = &assembly{key: key, parts: make([]Segment, place.Total), counts: make([]int, place.Total)}
		if s.Concat != nil {
			a.open[key] = m
		}
		a.order = append(a.order, m)
	}
	m.counts[i]++
	if m.counts[i] > 1 {
		return
	}
	m.parts[i] = s
	if m.have++; m.have == len(m.parts) {
		m.at = s.Time
		a.whole = trim(append(a.whole, m), keep)
	}
	if len(a.order) > keep {
		for _, old := range a.order[:len(a.order)-keep*3/4] {
			if a.open[old.key] == old {
				delete(a.open, old.key)
			}
		}
		a.order = trim(a.order, keep)
	}
}

func sameBody(a, b Segment) bool {
	return a.Coding == b.Coding && bytes.Equal(a.Septets, b.Septets) && bytes.Equal(a.Data, b.Data)
}

func (a *assembler) messages() []Message {
	out := make([]Message, len(a.whole))
	for i, m := range a.whole {
		out[i] = m.message()
	}
	return out
}

func (a *assembler) incomplete() (count int) {
	for _, m := range a.order {
		if m.have < len(m.parts) {
			count++
		}
	}
	return count
}

// message joins the parts. Octets are joined before UCS-2 is read, as a phone
// does whose peer has cut a surrogate pair; the segment's Faults tell of that.
func (m *assembly) message() Message {
	first := m.parts[0]
	out := Message{
		Modem: first.Modem, From: first.Number, To: first.To, Port: first.Port, Class: first.Class,
		Time: m.at, Parts: len(m.parts), Copies: slices.Max(m.counts),
	}
	var text strings.Builder
	var run []byte // UCS-2 octets that are not read yet
	flush := func() {
		s, _ := ucs2Text(run)
		text.WriteString(s)
		run = nil
	}
	for _, p := range m.parts {
		switch p.Alphabet {
		case UCS2:
			run = append(run, p.Data...)
		case Octets:
			out.Data = append(out.Data, p.Data...)
		default:
			flush()
			text.WriteString(p.Text)
		}
	}
	flush()
	out.Text = text.String()
	return out
}

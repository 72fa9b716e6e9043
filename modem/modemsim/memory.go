package modemsim

// Message states, 3GPP TS 27.005 §3.1 <stat>.
const (
	unread = iota
	read
	unsent
	stored
	allStates
)

// stateNames are the text mode's words for them.
var stateNames = [...]string{"REC UNREAD", "REC READ", "STO UNSENT", "STO SENT", "ALL"}

// A slot holds one message of a memory.
type slot struct {
	used   bool
	stat   int
	pdu    []byte // service centre's address and TPDU
	length int    // octets of the TPDU
}

// A memory is a store of messages with fixed slots. It belongs to the engine.
type memory struct {
	name  string
	base  int // index of the first slot
	slots []*slot
	first int // how many of them are its own, or those of the first it is joined of
}

func newMemory(name string, base, size int) *memory {
	m := &memory{name: name, base: base, slots: make([]*slot, size), first: size}
	for i := range m.slots {
		m.slots[i] = &slot{}
	}
	return m
}

// joinMemories makes one memory of others, whose slots it shares.
func joinMemories(name string, base int, of ...*memory) *memory {
	m := &memory{name: name, base: base}
	for _, o := range of {
		m.slots = append(m.slots, o.slots...)
		if m.first == 0 {
			m.first = o.first
		}
	}
	return m
}

// put stores a message in the first free slot.
func (m *memory) put(s slot) (index int, ok bool) {
	s.used = true
	for i := range m.slots {
		if !m.slots[i].used {
			*m.slots[i] = s
			return m.base + i, true
		}
	}
	return 0, false
}

// at returns a slot by its index, nil where the index is none.
func (m *memory) at(index int) *slot {
	if i := index - m.base; i >= 0 && i < len(m.slots) {
		return m.slots[i]
	}
	return nil
}

// shift moves what lies behind the first slot down by one. What a memory that
// is joined of others shows moves within the first of them only.
func (m *memory) shift() {
	of := m.slots[:m.first]
	for i := range of[1:] {
		*of[i] = *of[i+1]
	}
	*of[len(of)-1] = slot{}
}

func (m *memory) usedSlots() (n int) {
	for _, s := range m.slots {
		if s.used {
			n++
		}
	}
	return n
}

// clear empties every slot whose state is among stats.
func (m *memory) clear(stats ...int) {
	for i := range m.slots {
		for _, st := range stats {
			if m.slots[i].used && m.slots[i].stat == st {
				*m.slots[i] = slot{}
			}
		}
	}
}

// reportSlots is how many stored status reports a modem keeps.
const reportSlots = 23

// newMemories makes the memories of a family's modem.
func newMemories(f family, cfg ModemConfig) map[string]*memory {
	m := map[string]*memory{
		"SM": newMemory("SM", 1, cfg.SM),
		"ME": newMemory("ME", f.base, cfg.ME),
		"SR": newMemory("SR", f.base, reportSlots),
		"BM": newMemory("BM", f.base, reportSlots),
	}
	var of []*memory
	for _, name := range f.joined {
		of = append(of, m[name])
	}
	m["MT"] = joinMemories("MT", f.base, of...)
	return m
}

package modemsim

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// NetworkConfig sets up a simulated network.
type NetworkConfig struct {
	Centre      string        // its service centre's number; default +447700900999
	ReportDelay time.Duration // from taking a segment to its first status report; default 0
	Loopback    bool          // what is sent to another modem's number is delivered there
	Rules       []Rule        // first match counts
	Keep        int           // segments and messages it remembers; default 100000
}

// A Rule says what becomes of segments to destinations that end in Suffix.
type Rule struct {
	Suffix string        // of the destination's digits; empty matches all
	Cause  int           // above 0: refused, with this +CMS ERROR
	Never  bool          // no status report ever comes
	Status []byte        // TP-ST of the reports that come, one after the other; nil: 0, delivered
	Delay  time.Duration // before each report; 0: the network's delay
}

// A Segment is one SUBMIT the network took.
type Segment struct {
	Modem  string // who sent it
	Number string // that modem's own number
	Time   time.Time
	PDU    string // as it went out: service centre's address and TPDU, in hexadecimal digits
	Submit
}

// maxPending is the most parcels the network keeps for one modem.
const maxPending = 20000

// A Network is the simulated mobile network with its service centre, shared by
// any number of modems. It runs no goroutine: what is due later is fetched by
// the modem it is for. Its methods may be called from anywhere.
type Network struct {
	mu        sync.Mutex
	cfg       NetworkConfig
	members   map[string]*member // by the modem's name
	segments  []Segment
	assembler assembler
	changed   chan struct{} // closed and replaced when a segment is taken
	reference uint16        // of the last long message it delivered
	posted    uint64        // parcels so far
}

// A member is one modem, as the network sees it.
type member struct {
	name, number string
	poke         func() // tells the modem to look again; does not block
	pending      []parcel
}

// NewNetwork makes a network without members.
func NewNetwork(cfg NetworkConfig) *Network {
	if cfg.Centre == "" {
		cfg.Centre = "+447700900999"
	}
	if cfg.Keep <= 0 {
		cfg.Keep = 100000
	}
	cfg.Rules = slices.Clone(cfg.Rules)
	return &Network{cfg: cfg, members: map[string]*member{}, changed: make(chan struct{})}
}

// join makes a modem known under its name and number.
func (n *Network) join(name, number string, poke func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.members[name] = &member{name: name, number: number, poke: poke}
}

// Segments returns every SUBMIT the network took, in the order it took them.
func (n *Network) Segments() []Segment {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.segments)
}

// Messages returns every message the network has whole, in the order they
// became so.
func (n *Network) Messages() []Message {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.assembler.messages()
}

// Incomplete returns how many concatenated messages lack a segment.
func (n *Network) Incomplete() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.assembler.incomplete()
}

// Copies returns how many times a text was taken for a destination. Of a long
// one whose segments came unequally often, the segment that came most counts.
func (n *Network) Copies(to, text string) int {
	count := 0
	for _, m := range n.Messages() {
		if m.To == to && m.Text == text {
			count += m.Copies
		}
	}
	return count
}

// Changed returns a channel that is closed when the next segment is taken.
func (n *Network) Changed() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.changed
}

// Wait returns when done says so of the messages the network has whole, or
// with the cause of ctx. It asks again after each segment that is taken.
func (n *Network) Wait(ctx context.Context, done func([]Message) bool) error {
	for {
		changed := n.Changed()
		if done(n.Messages()) {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// SetReportDelay changes how long the next reports take.
func (n *Network) SetReportDelay(d time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.cfg.ReportDelay = d
}

// AddRule puts a rule before all others.
func (n *Network) AddRule(r Rule) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.cfg.Rules = append([]Rule{r}, n.cfg.Rules...)
}

// ClearRules removes every rule.
func (n *Network) ClearRules() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.cfg.Rules = nil
}

// rule returns the first rule for a destination, an empty one where there is
// none. n.mu is held.
func (n *Network) rule(to string) Rule {
	for _, r := range n.cfg.Rules {
		if strings.HasSuffix(to, r.Suffix) {
			return r
		}
	}
	return Rule{}
}

// submit takes a segment from a modem. cause is above 0 where the network
// refuses it.
func (n *Network) submit(name string, raw []byte, s *Submit) (cause int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	m := n.members[name]
	r := n.rule(s.To)
	if r.Cause > 0 {
		return r.Cause
	}
	now := time.Now()
	seg := Segment{Modem: name, Number: m.number, Time: now, PDU: strings.ToUpper(hex.EncodeToString(raw)), Submit: *s}
	n.segments = trim(append(n.segments, seg), n.cfg.Keep)
	n.assembler.add(seg, n.cfg.Keep)
	if s.Report && !r.Never {
		n.scheduleReports(m, s, r, now)
	}
	if n.cfg.Loopback {
		n.loop(m, s, now)
	}
	close(n.changed)
	n.changed = make(chan struct{})
	return 0
}

// scheduleReports lets the status reports of a segment come, one delay apart.
// n.mu is held.
func (n *Network) scheduleReports(m *member, s *Submit, r Rule, now time.Time) {
	status, delay := r.Status, r.Delay
	if status == nil {
		status = []byte{0}
	}
	if delay == 0 {
		delay = n.cfg.ReportDelay
	}
	for i, st := range status {
		due := now.Add(time.Duration(i+1) * delay)
		pdu, length := putReport(n.cfg.Centre, s.Reference, s.To, now, due, st)
		n.post(m, parcel{due: due, report: true, pdu: pdu, length: length, class: NoClass})
	}
}

// loop delivers a segment to the modem whose number it names. n.mu is held.
func (n *Network) loop(from *member, s *Submit, now time.Time) {
	for _, m := range n.members {
		if m.number != s.To {
			continue
		}
		units := s.Data
		if s.Alphabet == GSM7 {
			units = s.Septets
		}
		pdu, length := putDeliver(n.cfg.Centre, from.number, now,
			userData{coding: s.Coding, protocol: s.Protocol, elements: s.Header, units: units})
		n.post(m, parcel{due: now, pdu: pdu, length: length, class: s.Class})
	}
}

// A parcel is one TPDU on its way to a modem.
type parcel struct {
	due    time.Time
	number uint64 // in the order they were posted
	report bool
	pdu    []byte // service centre's address and TPDU
	length int    // octets of the TPDU
	class  int
	failed bool // a modem without room has refused it since it last had room
}

var errPending = errors.New("too many messages wait for this modem")

// post keeps a parcel for a modem, after those that are due before it. n.mu is
// held.
func (n *Network) post(m *member, p parcel) bool {
	if len(m.pending) >= maxPending {
		return false
	}
	n.posted++
	p.number = n.posted
	m.queue(p)
	m.poke()
	return true
}

// queue puts a parcel after those that were due, or posted, before it.
func (m *member) queue(p parcel) {
	i, _ := slices.BinarySearchFunc(m.pending, p, func(a, b parcel) int {
		return cmp.Or(a.due.Compare(b.due), cmp.Compare(a.number, b.number))
	})
	m.pending = slices.Insert(m.pending, i, p)
}

// take removes and returns the first parcel that is due and that a modem may
// try; where none is, wait is the time until one will be, below 0 for never.
func (n *Network) take(name string) (p parcel, ok bool, wait time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	m := n.members[name]
	now := time.Now()
	for i, p := range m.pending {
		if d := p.due.Sub(now); d > 0 {
			return parcel{}, false, d
		}
		if !p.failed {
			m.pending = slices.Delete(m.pending, i, i+1)
			return p, true, 0
		}
	}
	return parcel{}, false, -1
}

// untake gives back a parcel that a modem could not keep. It waits until
// roomAgain.
func (n *Network) untake(name string, p parcel) {
	n.mu.Lock()
	defer n.mu.Unlock()
	p.failed = true
	n.members[name].queue(p)
}

// roomAgain says that a modem has room where it had none.
func (n *Network) roomAgain(name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	m := n.members[name]
	for i := range m.pending {
		m.pending[i].failed = false
	}
}

// Pending returns how many TPDUs wait for a modem, reports included.
func (n *Network) Pending(modem string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	if m := n.members[modem]; m != nil {
		return len(m.pending)
	}
	return 0
}

// find returns the member with a name or number. n.mu is held.
func (n *Network) find(modem string) (*member, error) {
	if m := n.members[modem]; m != nil {
		return m, nil
	}
	for _, m := range n.members {
		if m.number == modem {
			return m, nil
		}
	}
	return nil, fmt.Errorf("no modem has the name or number %q", modem)
}

// trim forgets the oldest quarter where more than keep are remembered.
func trim[T any](s []T, keep int) []T {
	if len(s) > keep {
		return slices.Clone(s[len(s)-keep*3/4:])
	}
	return s
}

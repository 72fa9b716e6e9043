package store_test

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/store"
)

// A model is the store as one would write it without a disk: slices, searched
// from end to end. TestModel compares the two.
type model struct {
	messages []*modelMessage // by number
	requests map[string][]*modelMessage
	journal  []string
	early    []modelEarly
	sets     []*modelSet
	slots    map[string]string // net and slot to octets
	received []string
	cursors  map[string]uint64
	nums     uint64
	concat   uint16
	spent    map[string][]sms.Begin // by SIM
	stirred  bool                   // Doubts may find something
	sticky   map[sms.Number]sms.Stick
}

type modelMessage struct {
	sms.Message
	state   sms.State
	final   bool
	attempt int
	tried   int // attempts before it was sent again on request
	time    time.Time
	refs    []sms.Ref
	gone    map[sms.Ref]bool // refs that Trim has dropped
	lost    []sms.Ref        // of segments that were sent anew
	reports []sms.State
	doubts  []sms.Doubt
	old     map[uint64]bool // doubts that Trim has dropped
	way     string
	net     string
	await   time.Time
	due     time.Time
	trimmed bool
}

type modelEarly struct {
	line int
	r    *sms.Report
}

type modelSet struct {
	parts []*sms.Part
}

func newModel() *model {
	return &model{requests: map[string][]*modelMessage{}, slots: map[string]string{}, cursors: map[string]uint64{}, sticky: map[sms.Number]sms.Stick{}}
}

func (m *model) say(mm *modelMessage) {
	m.journal = append(m.journal, fmt.Sprintf("%d %s %s", len(m.journal)+1, mm.ID, mm.state))
}

func (m *model) alive(id string) *modelMessage {
	for _, mm := range m.messages {
		if mm.ID == id && !mm.trimmed {
			return mm
		}
	}
	return nil
}

// known returns the messages a request is known by.
func (m *model) known(ms []*sms.Message, key sms.RequestKey) (known []*modelMessage) {
	of := func(name string) (alive []*modelMessage) {
		for _, mm := range m.requests[name] {
			if !mm.trimmed {
				alive = append(alive, mm)
			}
		}
		return alive
	}
	if known = of("id " + key.ID); len(known) > 0 {
		return known
	}
	if mm := m.alive(key.ID); mm != nil {
		return []*modelMessage{mm}
	}
	for _, x := range ms {
		if mm := m.alive(x.ID); mm != nil {
			known = append(known, mm)
		}
	}
	if len(known) == 0 && key.Redelivered {
		return of("print " + key.Fingerprint)
	}
	return known
}

func (m *model) accept(ms []*sms.Message, key sms.RequestKey) {
	var all []*modelMessage
	for _, x := range ms {
		m.nums++
		mm := &modelMessage{Message: *x, state: sms.Queued, time: x.Accepted, due: x.SendAt, gone: map[sms.Ref]bool{}, old: map[uint64]bool{}}
		mm.Num = m.nums
		if mm.Segments > 1 {
			m.concat++
			mm.Concat = m.concat
		}
		m.messages = append(m.messages, mm)
		all = append(all, mm)
		m.say(mm)
	}
	if m.alive(key.ID) == nil {
		m.requests["id "+key.ID] = all
	}
	if key.Fingerprint != "" {
		m.requests["print "+key.Fingerprint] = all
	}
}

func (m *model) begin(mm *modelMessage, b sms.Begin) {
	mm.lose(func(r sms.Ref) bool { return r.Segment >= b.First })
	mm.reports = mm.reports[:min(len(mm.reports), b.First)]
	mm.state, mm.time, mm.due = sms.Sending, b.Time, time.Time{}
	mm.way, mm.net = b.Way, b.Net
	mm.attempt++
	if b.Net != "" {
		if m.spent == nil {
			m.spent = map[string][]sms.Begin{}
		}
		m.spent[b.Net] = append(m.spent[b.Net], b)
		m.stick(b.Stick, b.Net, b.Time)
	}
	m.say(mm)
}

// stick notes a SIM, and its day when that is later or the SIM another.
func (m *model) stick(who sms.Number, net string, at time.Time) {
	day := at.Unix() / 86400
	if was, ok := m.sticky[who]; who != "" && net != "" && (!ok || was.Net != net || was.Day < day) {
		m.sticky[who] = sms.Stick{Net: net, Day: day}
	}
}

func (m *model) become(mm *modelMessage, o sms.Outcome) {
	for _, ref := range o.Refs {
		mm.lose(func(r sms.Ref) bool { return r.Segment == ref.Segment })
		mm.refs = append(mm.refs, ref)
	}
	mm.state, mm.final, mm.time, mm.due = o.State, o.Final, o.Time, time.Time{}
	if o.State == sms.Queued {
		mm.due = o.Due
	}
	if o.State != sms.Sent || o.Final {
		mm.await = time.Time{}
	} else if !o.Await.IsZero() {
		mm.await = o.Await
	}
	m.say(mm)
}

// lose moves refs to those that are lost.
func (mm *modelMessage) lose(which func(sms.Ref) bool) {
	for _, ref := range mm.refs {
		if which(ref) {
			mm.lost = append(mm.lost, ref)
		}
	}
	mm.refs = slices.DeleteFunc(slices.Clone(mm.refs), which)
}

func (m *model) finish(mm *modelMessage, o sms.Outcome) {
	begun := 0
	for i, line := range m.journal {
		if line == fmt.Sprintf("%d %s %s", i+1, mm.ID, sms.Sending) {
			begun = i + 1
		}
	}
	m.become(mm, o)
	if d := o.Doubt; d != nil {
		m.stirred = true
		if d.Net != "" {
			mm.doubts = append(slices.Clone(mm.doubts), *d)
			mm.doubts[len(mm.doubts)-1].Seq = uint64(begun)
			mm.doubts = mm.doubts[max(0, len(mm.doubts)-store.DoubtsMost):]
		}
	}
	for _, ref := range o.Refs {
		if !slices.ContainsFunc(m.waiting(ref.Net, ref.ID), func(w modelRef) bool { return w.mm == mm && w.ref.Segment == ref.Segment }) {
			continue
		}
		m.early = slices.DeleteFunc(m.early, func(e modelEarly) bool {
			if e.r.Net != ref.Net || e.r.ID != ref.ID || e.line < begun || !same(mm.To, e.r.To) {
				return false
			}
			m.enter(mm, ref.Segment, e.r)
			return true
		})
	}
}

func same(to, said sms.Number) bool { return said == "" || sms.SameNumber(to, said) }

// A modelRef is a ref that a report may come for.
type modelRef struct {
	mm  *modelMessage
	ref sms.Ref
}

// waiting lists the refs by one name, the one taken first at the front.
func (m *model) waiting(net, id string) (all []modelRef) {
	for _, mm := range m.messages {
		if mm.trimmed || !mm.Receipt || !mm.state.CanBecome(sms.Delivered) {
			continue
		}
		for _, ref := range mm.refs {
			open := ref.Segment >= len(mm.reports) || mm.reports[ref.Segment] == "" || mm.reports[ref.Segment] == sms.Sent
			if open && ref.Net == net && ref.ID == id && !mm.gone[ref] {
				all = append(all, modelRef{mm, ref})
			}
		}
	}
	slices.SortFunc(all, func(a, b modelRef) int {
		return cmp.Or(a.ref.Time.Compare(b.ref.Time), cmp.Compare(a.mm.Num, b.mm.Num), cmp.Compare(a.ref.Segment, b.ref.Segment))
	})
	return all
}

// report returns the message it is news of, or nil.
func (m *model) report(r *sms.Report) *modelMessage {
	all := slices.DeleteFunc(m.waiting(r.Net, r.ID), func(w modelRef) bool { return !same(w.mm.To, r.To) })
	if len(all) == 0 {
		taken, early, news := m.claim(r, len(m.journal))
		m.stirred = m.stirred || taken || early
		if taken {
			return news
		}
		m.early = slices.DeleteFunc(m.early, func(e modelEarly) bool { return e.r.Time.Before(r.Time.Add(-store.EarlyAge)) })
		m.early = append(m.early, modelEarly{len(m.journal), r})
		return nil
	}
	hit := all[len(all)-1]
	if i := slices.IndexFunc(all, func(w modelRef) bool { return !w.mm.final }); i >= 0 {
		hit = all[i]
	}
	if !r.SentAt.IsZero() {
		hit = slices.MinFunc(all, func(a, b modelRef) int {
			return cmp.Compare(a.ref.Time.Sub(r.SentAt).Abs(), b.ref.Time.Sub(r.SentAt).Abs())
		})
	}
	if m.enter(hit.mm, hit.ref.Segment, r) {
		return hit.mm
	}
	return nil
}

func (m *model) enter(mm *modelMessage, segment int, r *sms.Report) (news bool) {
	reports := make([]sms.State, mm.Segments)
	copy(reports, mm.reports)
	if reports[segment] == r.State {
		return false
	}
	reports[segment] = r.State
	mm.reports = reports
	o, news := settle(&mm.Message, &sms.Status{Event: sms.Event{State: mm.state, Final: mm.final}, Reports: reports, Refs: mm.refs}, r)
	if !news || !mm.state.CanBecome(o.State) {
		return false
	}
	m.become(mm, o)
	return true
}

// keep returns the text that was given out, or "".
func (m *model) keep(p *sms.Part) string {
	slot := p.Net + " " + p.Slot
	if raw, ok := m.slots[slot]; ok && raw == p.Raw && !p.Emptied {
		return ""
	}
	m.slots[slot] = p.Raw
	if p.Concat.Alone() {
		return m.receive([]*sms.Part{p}, "")
	}
	var best *modelSet
	var least time.Duration
	for _, s := range m.sets {
		if c := s.parts[0].Concat; s.parts[0].From != p.From || c.Ref != p.Concat.Ref || c.Total != p.Concat.Total {
			continue
		}
		lacks := true
		for _, q := range s.parts {
			if q.Concat.Seq == p.Concat.Seq {
				lacks = false
				if q.Raw == p.Raw {
					return ""
				}
			}
		}
		for _, q := range s.parts {
			if d := q.SentAt.Sub(p.SentAt).Abs(); lacks && (best == nil || d < least) {
				best, least = s, d
			}
		}
	}
	if best == nil {
		best = &modelSet{}
		m.sets = append(m.sets, best)
	}
	best.parts = append(best.parts, p)
	if len(best.parts) < p.Concat.Total {
		return ""
	}
	m.sets = slices.DeleteFunc(m.sets, func(s *modelSet) bool { return s == best })
	return m.receive(best.parts, "")
}

func (m *model) receive(parts []*sms.Part, mark string) string {
	var ps []sms.Part
	for _, p := range parts {
		ps = append(ps, *p)
	}
	text := sms.Join(ps).Text + mark
	m.journal = append(m.journal, fmt.Sprintf("%d received %s", len(m.journal)+1, sms.Join(ps).Text))
	m.received = append(m.received, text)
	return text
}

func (m *model) trim(keep sms.Retention, now time.Time) {
	excess := 0
	for _, mm := range m.messages {
		if !mm.trimmed {
			excess++
		}
	}
	if excess -= keep.Count; keep.Count == 0 {
		excess = 0
	}
	for who, s := range m.sticky {
		if s.Day+sms.StickDays < now.Unix()/86400 {
			delete(m.sticky, who)
		}
	}
	for _, mm := range m.messages {
		if mm.trimmed || !mm.final {
			continue
		}
		if excess > 0 || keep.Age > 0 && now.Sub(mm.time) > keep.Age {
			mm.trimmed = true
		}
		excess--
		for _, ref := range mm.refs {
			if now.Sub(ref.Time) > store.RefAge {
				mm.gone[ref] = true
			}
		}
		for _, d := range mm.doubts {
			if now.Sub(mm.time) > store.RefAge {
				mm.old[d.Seq] = true
			}
		}
	}
}

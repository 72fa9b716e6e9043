package gateway

import (
	"slices"
	"strings"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// A queue is the dispatcher's picture of what has not been sent: small entries
// in memory, one for each message, in step with the store's.
//
//	later ──due──▶ line ──pick──▶ flying ──▶ gone, or later again
//
// Messages of one priority that may take the same ways stand in one line, by
// number, so that a free way looks at the head of a few lines and never through
// a crowd that cannot use it. A limit holds a line by its head, so that
// what is longer is not overtaken for ever; only those whose recipient is one
// too many for a SIM stand in a line of their own, out of the others' way. It
// has no lock: the dispatcher owns it.
type queue struct {
	table  []Route
	held   func(sms.Way, *entry) sms.Held // nil: there are no limits
	ageing time.Duration                  // how long low waits to become normal; not above 0: for ever
	gates  map[string]gate                // by row, as look has found them

	at      view          // the clock by which times of day were reckoned
	views   int32         // how often that was another
	epoch   time.Time     // what entries count steady time from
	longest time.Duration // pause between two attempts; 0: any

	byNum  map[uint64]*entry
	lines  map[string]*line
	named  map[string]*Route // rows that messages made by naming a way
	later  *pile[*entry]     // by due
	expiry *pile[*entry]     // by expiry
	vigils []vigil           // of messages a stop left in doubt; see afterstop.go

	turns  map[turnKey]*entry        // who goes first; see turn.go
	crowds map[turnKey]*pile[*entry] // who stands behind

	// What holds messages to the SIM their recipient is used to; see cling.go.
	sticks *sticks             // nil: no row is sticky
	wait   time.Duration       // how long one waits for its SIM
	busy   func(sms.Way) int   // attempts in progress; nil: none
	people map[sms.Mark]*entry // first of those for a recipient
	lapses *pile[lapse]        // by when they stop waiting
}

// An entry is one message that has not been sent. There may be a million: see
// TestEntrySize before adding to it.
type entry struct {
	num      uint64
	since    steady // when it began to wait
	due      steady
	expires  steady
	sendAt   wall   // what it waits for, until it has been tried
	moment   wall   // when it expires
	life     steady // in place of that, where it was given a lifetime
	to       sms.Number
	route    *Route // shared
	line     *line
	barred   *barred      // ways it may not take; nil: none
	tie      *tie         // to its recipient's SIM; nil: its row is not sticky
	claim    chan *flight // of one who would have it begun before it is accepted
	viewed   int32        // of the queue, when due and expires were reckoned
	tries    int32        // attempts that were not passed on to another way
	segments uint8
	priority sms.Priority
	where    where
	vigil    bool // it rests, since a stop left it in doubt, and has not flown
	settled  bool // while it was flying a report came: it is not to be sent
}

// A barred is the ways an entry may not take. Most have none.
type barred struct {
	aside []string // set aside
	apart []string // whose SIM may not be given this recipient
}

func (e *entry) aside() []string {
	if e.barred == nil {
		return nil
	}
	return e.barred.aside
}

func (e *entry) apart() []string {
	if e.barred == nil {
		return nil
	}
	return e.barred.apart
}

func (e *entry) bar(aside, apart []string) {
	e.barred = nil
	if len(aside)+len(apart) > 0 {
		e.barred = &barred{aside, apart}
	}
}

type where uint8

const (
	inLine where = iota
	inLater
	behind // waits for its turn, see turn.go
	flying
	gone
)

// A line is the messages of one priority that may take the same ways.
type line struct {
	priority sms.Priority

	route Route
	aside []string
	apart []string
	stick string // the SIM all of them are held to
	pile  *pile[*entry]
	fresh []*entry // of one with a SIM: those that have not been held back
}

func newQueue(table []Route) *queue {
	return &queue{
		table:  table,
		gates:  map[string]gate{},
		epoch:  time.Unix(0, 0),
		byNum:  map[uint64]*entry{},
		lines:  map[string]*line{},
		named:  map[string]*Route{},
		later:  newPile(func(a, b *entry) bool { return a.due < b.due }),
		expiry: newPile(func(a, b *entry) bool { return a.expires < b.expires }),
		turns:  map[turnKey]*entry{},
		crowds: map[turnKey]*pile[*entry]{},
		people: map[sms.Mark]*entry{},
		lapses: newPile(func(a, b lapse) bool { return a.at.Before(b.at) }),
	}
}

// add takes a message in, unless it is in already.
func (q *queue) add(w *sms.Waiting, now time.Time) {
	if q.byNum[w.Num] != nil {
		return
	}
	e := q.entry(w, now)
	q.enter(e)
	q.place(e, now)
}

// entry is a message as the queue sees it.
func (q *queue) entry(w *sms.Waiting, now time.Time) *entry {
	e := &entry{
		num: w.Num, priority: w.Priority, since: q.steady(q.at.steadyAt(w.Since)), moment: wallOf(w.Expires),
		tries: int32(w.Attempt), segments: uint8(w.Segments), to: w.To, route: q.rule(w),
	}
	if w.Attempt > 0 {
		e.due = q.steady(q.again(w.Due, now))
	} else {
		e.sendAt = wallOf(w.Due)
	}
	if w.Lifetime > 0 {
		e.life = q.steady(now.Add(w.Lifetime))
	}
	q.anchor(e)
	if q.sticks != nil && e.route.Sticky {
		e.tie = &tie{mark: e.to.Mark()}
	}
	return e
}

// rule is the row for a message, the same for all that have the same.
func (q *queue) rule(w *sms.Waiting) *Route {
	if r := q.named[w.Route]; r != nil {
		return r
	}
	r := rule(q.table, w)
	if w.Route != "" {
		q.named[w.Route] = r
	}
	return r
}

// enter takes an entry into the lists that all messages stand in.
func (q *queue) enter(e *entry) {
	q.byNum[e.num] = e
	if e.tie != nil {
		q.enlist(e)
	}
	if e.expires != 0 {
		q.expiry.push(e)
	}
}

// empty reports whether nothing stands in any line that is not shut.
func (q *queue) empty() bool {
	for _, l := range q.lines {
		if l.skim(); l.pile.len() > 0 && q.shut(l).until.IsZero() {
			return false
		}
	}
	return true
}

// place puts an entry where it waits: until its time, or in its line.
func (q *queue) place(e *entry, now time.Time) {
	if e.due > q.steady(now) {
		if e.tries > 0 {
			q.keepsTurn(e)
		}
		e.where = inLater
		q.later.push(e)
		return
	}
	if !q.takesTurn(e) {
		return
	}
	e.bar(e.aside(), nil)
	q.cling(e, now)
	q.line(e)
}

// line puts an entry in its line.
func (q *queue) line(e *entry) {
	aside, apart, stick := e.aside(), e.apart(), e.stick()
	key := string('0'+rune(e.priority)) + e.route.Name + "\x01" + strings.Join(e.route.Via, "\x01") + "\x00" + strings.Join(aside, "\x00") + "\x02" + strings.Join(apart, "\x00") + "\x03" + stick
	l := q.lines[key]
	if l == nil {
		l = &line{priority: e.priority, route: *e.route, aside: slices.Clone(aside), apart: slices.Clone(apart), stick: stick, pile: newPile(before)}
		q.lines[key] = l
	}
	e.where, e.line = inLine, l
	l.pile.push(e)
	l.newcomer(e)
}

// before orders a line: as they were accepted.
func before(a, b *entry) bool { return a.num < b.num }

// ripen moves what has become due into its line.
func (q *queue) ripen(now time.Time) {
	for q.later.len() > 0 && q.later.top().due <= q.steady(now) {
		if e := q.later.pop(); e.where == inLater {
			q.place(e, now)
		}
	}
}

// expired takes out what has passed its expiry and is not being sent.
func (q *queue) expired(now time.Time) []*entry {
	var out []*entry
	for q.expiry.len() > 0 && q.expiry.top().expires <= q.steady(now) {
		switch e := q.expiry.pop(); e.where {
		case inLine, inLater, behind:
			q.remove(e)
			out = append(out, e)
		}
	}
	return out
}

// pick takes out the first message that a way may carry: of the heads of all
// lines open to it, the one that comes first. Where one that comes before waits
// for room on this way alone, nothing is picked: what is shorter, from another
// line, would take that room for ever.
func (q *queue) pick(way string, ways []sms.Way) *entry {
	var heads [sms.Urgent + 1]struct {
		line  *line
		waits bool
	}
	q.sift(way, ways)
	for _, l := range q.lines {
		if !q.shut(l).until.IsZero() {
			continue
		}
		some := q.open(l, ways)
		open := choose(l.route, l.aside, seen(some, l.pile.top(), q.held)).open
		here := slices.Contains(open, way)
		if !here && (len(open) > 0 || !q.waits(l, way, some)) {
			continue
		}
		if h := &heads[l.priority]; h.line == nil || before(l.pile.top(), h.line.pile.top()) {
			h.line, h.waits = l, !here
		}
	}
	best := heads[sms.Urgent]
	for _, h := range heads[:sms.Urgent] {
		if h.line != nil && (best.line == nil || q.sooner(h.line.pile.top(), best.line.pile.top())) {
			best = h
		}
	}
	if best.line == nil || best.waits {
		return nil
	}
	e := best.line.pile.pop()
	e.where, e.line, e.vigil = flying, nil, false
	return e
}

// sift skims and parts all lines for a way, before any head is looked at: what is
// parted may become the head of another line. None is empty afterwards.
func (q *queue) sift(way string, ways []sms.Way) {
	for key, l := range q.lines {
		if l.skim(); l.pile.len() > 0 {
			q.part(l, way, q.open(l, ways))
		}
		if l.pile.len() == 0 {
			delete(q.lines, key)
		}
	}
}

// waits reports whether the head of a line waits for room on a way.
func (q *queue) waits(l *line, way string, ways []sms.Way) bool {
	i := l.takes(way, ways)
	if q.held == nil || i < 0 || !ways[i].Ready {
		return false
	}
	h := q.held(ways[i], l.pile.top())
	return !h.Until.IsZero() && !h.Person
}

// takes is where among ways the one by a name is, or -1 where the line may not
// take it.
func (l *line) takes(way string, ways []sms.Way) int {
	if slices.Contains(l.aside, way) {
		return -1
	}
	return slices.IndexFunc(ways, func(w sms.Way) bool { return w.Name == way && l.route.offers(w) })
}

// part skims a line and takes from its head, to a line of their own, those whose
// recipient the SIM of a way may not be given.
func (q *queue) part(l *line, way string, ways []sms.Way) {
	l.skim()
	i := l.takes(way, ways)
	if q.held == nil || i < 0 || slices.Contains(l.apart, way) {
		return
	}
	for ; l.pile.len() > 0 && q.held(ways[i], l.pile.top()).Person; l.skim() {
		e := l.pile.pop()
		apart := append(slices.Clone(e.apart()), way)
		slices.Sort(apart)
		e.bar(e.aside(), apart)
		q.line(e)
	}
}

// admitted puts back among the others those for a recipient who has been written
// to since they were parted: by an urgent message, which passes all limits.
func (q *queue) admitted(to sms.Number) {
	var some []*entry
	for _, l := range q.lines {
		if len(l.apart) == 0 {
			continue
		}
		for _, e := range l.pile.items {
			if e.to == to && e.where == inLine && e.line == l {
				some = append(some, e)
			}
		}
	}
	for _, e := range some {
		e.bar(e.aside(), nil)
		q.line(e)
	}
}

// skim drops from the head of a line what has left the queue otherwise.
func (l *line) skim() {
	for l.pile.len() > 0 && (l.pile.top().where != inLine || l.pile.top().line != l) {
		l.pile.pop()
	}
}

// back returns an entry to the queue after an attempt, unless that is settled.
func (q *queue) back(e *entry, due time.Time, aside []string, now time.Time) {
	if e.settled {
		q.remove(e)
		return
	}
	e.due = q.steady(due)
	e.bar(aside, e.apart())
	if e.viewed != q.views {
		if q.anchor(e); e.expires > q.steady(now) {
			q.expiry.push(e) // the pile was built while it was flying
		}
	}
	if e.expires != 0 && e.expires <= q.steady(now) {
		q.expiry.push(e) // its turn came while it was flying
	}
	q.place(e, now)
}

// remove takes an entry out for good.
func (q *queue) remove(e *entry) {
	e.where = gone
	delete(q.byNum, e.num)
	q.strike(e)
	q.passTurn(e)
	if most := slack + 2*len(q.byNum); q.expiry.len() > most || q.later.len() > most || q.lapses.len() > most {
		q.tidy()
	}
}

// slack is how many entries that have gone the piles may hold, beside as many
// as there are live ones.
const slack = 1024

// tidy builds the piles anew without what has gone, which would otherwise lie
// there until its time comes.
func (q *queue) tidy() {
	old := q.expiry
	q.expiry = newPile(old.less)
	for _, e := range old.items {
		if e.where != gone {
			q.expiry.push(e)
		}
	}
	later := q.later
	q.later = newPile(later.less)
	for _, e := range later.items {
		if e.where == inLater {
			q.later.push(e)
		}
	}
	lapses := q.lapses
	q.lapses = newPile(lapses.less)
	for _, x := range lapses.items {
		if x.e.where != gone && x.at.Equal(x.e.tie.until) {
			q.lapses.push(x)
		}
	}
}

// wake is when the queue next changes by itself; zero when it will not.
func (q *queue) wake() time.Time {
	var at time.Time
	if q.later.len() > 0 {
		at = q.time(q.later.top().due)
	}
	if q.expiry.len() > 0 {
		at = earlier(at, q.time(q.expiry.top().expires))
	}
	if q.lapses.len() > 0 {
		at = earlier(at, q.lapses.top().at)
	}
	return at
}

// earlier is the earlier of two times, the first of which may be none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// forgive gives back to the messages of lines with no open way the ways that
// were set aside for them, after a pause, so that none waits for ever for a
// way that is not there while the one that refused it may have recovered.
func (q *queue) forgive(ways []sms.Way, pause func(attempt int) time.Duration, now time.Time) {
	for key, l := range q.lines {
		if l.skim(); len(l.aside) == 0 || l.pile.len() == 0 || !q.shut(l).until.IsZero() || len(choose(l.route, l.aside, seen(ways, l.pile.top(), q.held)).open) > 0 {
			continue
		}
		for l.skim(); l.pile.len() > 0; l.skim() {
			e := l.pile.pop()
			e.bar(nil, e.apart())
			e.due, e.line = q.steady(now.Add(pause(max(1, int(e.tries))))), nil
			q.place(e, now)
		}
		delete(q.lines, key)
	}
}

// why says what a message waits for; empty when it does not wait.
func (q *queue) why(num uint64, ways []sms.Way, now view) string {
	e := q.byNum[num]
	switch {
	case e == nil || e.where == flying:
		return ""
	case e.where == inLater && e.vigil:
		return "in doubt: waits for its modem and then for a report, until " + q.at.wallAt(q.time(e.due)).Format(time.RFC3339) + " at most"
	case e.where == inLater && e.sendAt != 0 && q.at.unset:
		return untilSet
	case e.where == inLater && e.sendAt != 0:
		return "not to be sent before " + e.sendAt.time().Format(time.RFC3339)
	case e.where == inLater:
		return "will be tried again at " + q.at.wallAt(q.time(e.due)).Format(time.RFC3339)
	}
	if g := gateOf(*e.route, now); e.priority != sms.Urgent && g.why != "" {
		return g.why
	}
	if e.where == behind {
		return "waits for an earlier message to the same number"
	}
	own := ways
	if e.priority != sms.Urgent {
		own = bound(*e.route, e.aside(), e.stick(), ways)
	}
	own = seen(own, e, q.held)
	c := choose(*e.route, e.aside(), own)
	switch {
	case len(c.open) > 0:
		return "waits for its turn on " + strings.Join(c.open, ", ")
	case e.stick() != "" && len(own) < len(ways):
		return clingWhy(own, e.tie.until, q.wait)
	}
	return c.why
}

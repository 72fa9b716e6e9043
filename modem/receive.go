package modem

import (
	"cmp"
	"context"
	"fmt"
	"hash/maphash"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pigeon-sms/pigeon/modem/tpdu"
)

// A round is one passage through what lies in the modem: all of it is read,
// all of it is committed, and only then it is deleted, from the highest index
// down. Until the last is deleted no other place is read, so that a modem which
// renumbers cannot make us delete what we have not seen.
type round struct {
	todo   []found
	flying int    // at the courier
	done   []spot // on disk: to be deleted
}

// found is a place to look at; listed says that its text is here already.
type found struct {
	spot
	text   stored
	report bool // announced as one
	listed bool
	walked bool // nobody said that anything lies there
}

func (r *round) empty() bool { return len(r.todo) == 0 && r.flying == 0 && len(r.done) == 0 }

// A slot is what is remembered of a place that held something.
type slot struct {
	print    uint64 // fingerprint of what it held; 0: unknown
	safe     bool   // that is on disk, or needs not be
	emptied  bool   // that was deleted, and the modem said OK
	fresh    bool   // that came after this process had emptied the place
	failures int    // to read, to commit or to delete it, in a row
	due      time.Time
}

var seed = maphash.MakeSeed()

func fingerprint(pdu string) uint64 { return maphash.String(seed, pdu) | 1 }

// slotName is Part.Slot: "sim/SM/3".
func (s *session) slotName(at spot) string {
	net, _ := s.m.identity()
	return net + "/" + at.mem + "/" + strconv.Itoa(at.index)
}

// slot returns what is remembered of a place.
func (s *session) slot(at spot) *slot {
	name := s.slotName(at)
	p := s.m.slots[name]
	if p == nil {
		if len(s.m.slots) >= slotsLimit {
			clear(s.m.slots) // what is on disk is known by its octets as well
			clear(s.walked)
		}
		p = &slot{}
		s.m.slots[name] = p
	}
	return p
}

// failed puts a place off, longer with each time, so that what cannot be read
// or deleted does not take the modem's time.
func (s *session) failed(p *slot) {
	pause := min(retryPause<<min(p.failures, 16), lastRetry)
	p.failures++
	p.due = time.Now().Add(pause)
	s.soon(p.due)
}

// soon has the memories swept no later than at t.
func (s *session) soon(t time.Time) {
	if t.Before(s.sweepAt) {
		s.sweepAt = t
	}
}

// toRead reports whether there is anything to do about received texts now.
func (s *session) toRead(now time.Time) bool {
	r := s.round
	switch {
	case len(r.todo) > 0:
		return s.m.out < flightLimit
	case r.flying > 0:
		return false
	case len(r.done) > 0:
		return true
	}
	return len(s.sweeping) > 0 || s.news.announced() || !now.Before(s.sweepAt)
}

// read does the next thing about received texts: one or two commands.
func (s *session) read(ctx context.Context, now time.Time) error {
	r := s.round
	switch {
	case len(r.todo) > 0:
		f := r.todo[0]
		r.todo = r.todo[1:]
		return s.look(ctx, f)
	case len(r.done) > 0:
		return s.remove(ctx)
	case s.news.announced():
		for n := range s.news.takePlaces() {
			s.heard[n.mem] = true
			r.todo = append(r.todo, found{spot: n.spot, report: n.report})
		}
		slices.SortFunc(r.todo, func(a, b found) int { return byPlace(s.mem, a.spot, b.spot) })
		return nil
	case len(s.sweeping) == 0:
		s.sweepAt = now.Add(sweepPause)
		s.sweeps++
		for _, mem := range s.everywhere() {
			if mem == s.home || mem == s.mem && s.home == "" || s.heard[mem] && s.sweeps%otherSweeps == 0 {
				s.sweeping = append(s.sweeping, mem)
			}
		}
		return s.verify(ctx)
	}
	mem := s.sweeping[0]
	s.sweeping = s.sweeping[1:]
	return s.sweep(ctx, mem)
}

// verify finds out whether the modem still announces texts and hands reports
// over. One that has started again without a word does not, nor does one that
// took a missing acknowledgement ill.
func (s *session) verify(ctx context.Context) error {
	if s.cnmi == "" {
		return nil
	}
	info, err := s.ask(ctx, "+CNMI?", askLimit)
	it, ok := find(info, "+CNMI")
	switch {
	case s.over(ctx, err):
		return err
	case err != nil || !ok || len(it) < 4:
		if refused(err) {
			s.cnmi = "" // it does not know the question
		}
		return nil
	}
	want := strings.Split(s.cnmi, ",")
	for _, i := range []int{1, 3} { // mt and ds
		n, ok := it[i].number()
		if ok && strconv.Itoa(n) != want[i] {
			return errReboot
		}
	}
	return nil
}

// byPlace orders places by memory, the one in use first, then by index.
func byPlace(inUse string, a, b spot) int {
	rank := func(m string) int {
		if m == inUse {
			return 0
		}
		return 1
	}
	return cmp.Or(cmp.Compare(rank(a.mem), rank(b.mem)), cmp.Compare(a.mem, b.mem), cmp.Compare(a.index, b.index))
}

// look reads a place and hands what lies there to the courier.
func (s *session) look(ctx context.Context, f found) error {
	p := s.slot(f.spot)
	if time.Now().Before(p.due) {
		return nil
	}
	if !f.listed {
		ok, err := s.fetch(ctx, &f)
		switch {
		case f.walked && (err == nil && !ok || refused(err) && !passing(err)):
			s.vacant(p)
			return err
		case refused(err):
			s.failed(p)
			return err
		case err != nil:
			delete(s.walked, f.mem)
			return err
		}
		if !ok {
			// Read already, renumbered, or never there: a list tells.
			s.soon(time.Now().Add(missPause))
			return nil
		}
		p = s.slot(f.spot)
	}
	print := fingerprint(f.text.pdu)
	same := p.print == print
	if same && (p.safe && !p.emptied || p.emptied && f.text.stat != statUnread) {
		// On disk already, and the modem did not let go of it.
		if p.emptied {
			p.emptied = false
			s.failed(p)
			return nil
		}
		s.round.done = append(s.round.done, f.spot)
		return nil
	}
	d, err := tpdu.Decode(f.text.pdu, f.text.length)
	if err != nil {
		if p.failures == 0 {
			s.m.log.Warn("a stored text cannot be read and stays where it is", "place", s.slotName(f.spot), "err", err)
		}
		s.failed(p)
		return nil
	}
	*p = slot{print: print, fresh: p.emptied || same && p.fresh, failures: p.failures}
	switch {
	case d.Part == nil && d.Report == nil:
		// A submit of another program's.
		if s.full() {
			s.m.log.Warn("a submit another program left is deleted: the memory is nearly full", "place", s.slotName(f.spot))
			s.keep(f.spot, p)
		}
		return nil
	case d.Part != nil && d.Silent:
		s.keep(f.spot, p)
		return nil
	}
	net, own := s.m.identity()
	c := address(d, net, s.m.cfg.Name, own, time.Now())
	c.round, c.spot, c.slot = s.round, f.spot, p
	if c.part != nil {
		c.part.Slot, c.part.Emptied = s.slotName(f.spot), p.fresh
	}
	s.round.flying++
	s.m.out++
	s.m.courier.parcels <- c // has room: no more than flightLimit are out
	return nil
}

// keep marks a place as safe and to be deleted.
func (s *session) keep(at spot, p *slot) {
	p.safe = true
	s.round.done = append(s.round.done, at)
}

// fetch reads an announced place. Some firmware (EC25, E353) announces a report
// in SM that lies in SR. Where the family is known for it, SR goes first, since
// another text may lie at that place in SM.
func (s *session) fetch(ctx context.Context, f *found) (bool, error) {
	mems := []string{f.mem}
	if f.report {
		mems = []string{s.profile.Load().ReportStore, f.mem, "SR"}
	}
	for i, mem := range mems {
		if mem != f.mem && !slices.Contains(s.mems, mem) || slices.Contains(mems[:i], mem) {
			continue
		}
		ok, err := s.fetchFrom(ctx, f, mem)
		if err != nil {
			return false, err
		}
		if ok {
			f.mem = mem
			s.heard[mem] = true
			return true, nil
		}
	}
	return false, nil
}

func (s *session) fetchFrom(ctx context.Context, f *found, mem string) (bool, error) {
	if err := s.use(ctx, mem); err != nil {
		return false, err
	}
	info, err := s.ask(ctx, "+CMGR="+strconv.Itoa(f.index), simLimit)
	if nothingThere(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var ok bool
	f.text, ok = read(info)
	return ok, nil
}

// collect takes what the courier has settled.
func (s *session) collect() {
	for {
		select {
		case r := <-s.m.courier.back:
			s.settle(r)
		default:
			return
		}
	}
}

// settle notes whether a text is on disk. Results for a round of a lost
// session still tell that.
func (s *session) settle(r result) {
	s.m.out--
	p := r.slot
	if r.err != nil {
		s.failed(p)
		s.m.log.Error("a received text is not on disk yet and stays in the modem", "memory", r.spot.mem, "index", r.spot.index, "err", r.err, "again", p.due)
	} else {
		p.safe, p.failures = true, 0
	}
	if r.round != s.round {
		return
	}
	s.round.flying--
	if r.err == nil {
		s.round.done = append(s.round.done, r.spot)
	}
}

// unchanged reads a place that was announced again before it could be deleted:
// a text may have taken the place of the one it replaces. That one goes the way
// of the others in this round. What was only announced late is the same still,
// and must not be left behind: a modem that renumbers would give it a new place.
func (s *session) unchanged(ctx context.Context, at spot, p *slot) (bool, error) {
	f := found{spot: at, listed: true}
	ok, err := s.fetchFrom(ctx, &f, at.mem)
	switch {
	case err != nil:
		s.soon(time.Now().Add(missPause))
		return false, err
	case !ok:
		return false, nil
	case fingerprint(f.text.pdu) == p.print:
		return true, nil
	}
	s.round.todo = append(s.round.todo, f)
	return false, nil
}

// remove deletes the last place of what is on disk.
func (s *session) remove(ctx context.Context) error {
	r := s.round
	slices.SortFunc(r.done, func(a, b spot) int { return -byPlace(s.mem, a, b) })
	// The memory in use sorts last here; indexes count within a memory only.
	i := 0
	if n := slices.IndexFunc(r.done, func(a spot) bool { return a.mem == s.mem }); n >= 0 {
		i = n
	}
	at := r.done[i]
	r.done = slices.Delete(r.done, i, i+1)
	p := s.slot(at)
	if s.news.retract(at) {
		if same, err := s.unchanged(ctx, at, p); !same || err != nil {
			return err
		}
	}
	err := s.use(ctx, at.mem)
	if err == nil {
		_, err = s.ask(ctx, "+CMGD="+strconv.Itoa(at.index), s.profile.Load().DeleteLimit)
	}
	switch {
	case err == nil:
		p.emptied, p.failures = true, 0
		delete(s.walked, at.mem) // another may take its place
		if at.mem == s.home && s.free >= 0 {
			s.free++
		}
		return nil
	case nothingThere(err):
		return nil
	case s.over(ctx, err):
		return err
	}
	if p.failures == 0 {
		s.m.log.Warn("a text that is on disk cannot be deleted from the modem", "place", s.slotName(at), "err", err)
	}
	s.failed(p)
	return fmt.Errorf("delete %s %d: %w", at.mem, at.index, err)
}

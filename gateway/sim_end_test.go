package gateway_test

import (
	"os"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// heal lets everything be well, and sees that what may leave leaves.
func (s *sim) heal() {
	s.crash = false
	s.net.healed.Store(true)
	s.living().disk.left.Store(0)
	s.living().disk.full.Store(false)
	for i := range s.net.ways {
		s.net.change(i, func(w *simWay) { w.ready, w.there = true, true })
	}
	healed := time.Now()
	grace := s.cfg.RetryMost*5/4 + s.cfg.DoubtWait + s.cfg.StickyWait + 5*time.Minute + time.Duration(len(s.books.stories))*30*time.Second
	s.pass(healed.Add(grace))
	if len(s.cfg.Limits) > 0 {
		return
	}
	waiting, err := s.gateway().Messages(s.ctx, sms.Filter{})
	if err != nil {
		s.books.fault("look: %v", err)
	}
	for _, v := range waiting {
		if v.Status.State.Waiting() && v.Message.SendAt.Before(healed) {
			s.books.fault("%s waits %v after everything has healed: %+v", v.Message.ID, grace, v.Status)
		}
	}
}

// end lets what is left come to its end, and looks at what is left of it.
func (s *sim) end() {
	for range 60 {
		h, err := s.gateway().Health(s.ctx)
		if err != nil {
			s.books.fault("health: %v", err)
			break
		}
		if h.Queue == (sms.Queue{}) && h.Last == s.heardAll() {
			break
		}
		s.pass(time.Now().Add(5 * time.Minute))
	}
	left, err := s.gateway().Left(s.ctx)
	for what, n := range left {
		if n != 0 {
			s.books.fault("%d %s are held on to", n, what)
		}
	}
	if err != nil {
		s.books.fault("left: %v", err)
	}
	s.mu.Lock()
	s.agenda = nil // reports on what has ended may still be to come
	s.mu.Unlock()
	s.ops.Wait()
	s.halt()
	s.start()
	s.pass(time.Now().Add(time.Minute))
	last := s.gateway().Last() // a report that was kept may have settled a doubt
	s.halt()
	s.books.final(s.cfg.Attempts, last)
	s.net.limits()
	if s.t.Failed() && os.Getenv("SEED") != "" {
		s.books.dump()
	}
	s.sum()
}

func (s *sim) heardAll() uint64 {
	s.books.mu.Lock()
	defer s.books.mu.Unlock()
	return uint64(len(s.books.journal))
}

// sum tells what the run was made of.
func (s *sim) sum() {
	b := s.books
	b.mu.Lock()
	defer b.mu.Unlock()
	s.sums.hours = int(time.Since(s.until)/time.Hour) + 1
	s.sums.texts = len(b.texts)
	for _, st := range b.stories {
		if len(st.events) == 0 {
			continue
		}
		s.sums.messages++
		s.sums.attempts += len(st.attempts)
		if st.doubt {
			s.sums.doubts++
		}
		seen := map[int]bool{}
		for _, c := range st.copies {
			if seen[c.segment] {
				s.sums.twice++
				break
			}
			seen[c.segment] = true
		}
		switch st.events[len(st.events)-1].State {
		case sms.Delivered:
			s.sums.delivered++
		case sms.Failed:
			s.sums.failed++
		case sms.Expired:
			s.sums.expired++
		}
	}
}

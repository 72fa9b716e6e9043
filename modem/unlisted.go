package modem

import (
	"context"
	"time"
)

const (
	// mostWalked bounds how many places are looked at one by one: the largest
	// memory of the field has 255.
	mostWalked = 512

	// wipePause lies between two times that memories are emptied: where that
	// does not help, it is not done over and over.
	wipePause = time.Hour
)

// unlisted looks after a memory that counts texts and lists none: some leave
// out what another program or the network has put there. Each place is read
// once by its index, and again when the count has changed or something was
// deleted; what had to be put off is read when its time has come. What cannot be
// read that way either takes up room until all of it is deleted, which is done
// where the family is known for it and no place is left: no text can have come
// since the places were read.
func (s *session) unlisted(ctx context.Context, mem string, used, total int, silent bool) error {
	places := min(max(used, total), mostWalked) + 1 // some count from 0, some from 1
	if s.walked[mem] != used {
		s.walked[mem] = used
		for i := range places {
			s.round.todo = append(s.round.todo, found{spot: spot{mem, i}, walked: true})
		}
		s.sweeping = append(s.sweeping, mem) // when these are read
		return nil
	}
	held := false // by what can be read, and is not on disk
	for i := range places {
		p := s.m.slots[s.slotName(spot{mem, i})]
		switch {
		case p == nil:
		case p.failures > 0:
			held = true
			s.round.todo = append(s.round.todo, found{spot: spot{mem, i}, walked: true})
		case p.print != 0 && !p.safe:
			held = true
		}
	}
	hides := silent && !held && s.profile.Load().Unlisted
	full := total > 0 && total <= mostWalked && used >= total
	now := time.Now()
	if !hides || !full || now.Before(s.wipeAt) || s.news.announced() {
		return nil
	}
	s.wipeAt = now.Add(wipePause)
	s.m.log.Warn("a memory is full of what can be neither listed nor read: all of it is deleted", "memory", mem, "count", used)
	_, err := s.ask(ctx, "+CMGD=1,4", max(listLimit, s.profile.Load().DeleteLimit))
	if err == nil {
		delete(s.walked, mem)
		if mem == s.home {
			s.free = total
		}
	}
	return err
}

// vacant notes that nothing can be read at a place.
func (s *session) vacant(p *slot) {
	p.failures, p.due = 0, time.Time{}
	if !p.safe {
		*p = slot{}
	}
}

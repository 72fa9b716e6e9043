package modem

import (
	"context"
	"fmt"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// serve carries texts both ways until the port is lost. Each turn of the loop
// is at most one command, or one question to the network.
func (s *session) serve(ctx context.Context) error {
	s.watchAt, s.sweepAt = time.Now(), time.Now().Add(sweepPause) // the first sweep is in s.sweeping
	s.spoke.Store(false)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		t := s.news.take()
		if err := s.heed(t); err != nil {
			return err
		}
		s.stray()
		s.collect()
		s.knock()

		var err error
		now := time.Now()
		read := s.toRead(now)
		switch {
		case s.talk != nil:
			err = s.converse(ctx)
		case s.rung && !s.sick:
			err = s.decline(ctx)
		case !s.menuEnd.IsZero() && !now.Before(s.menuEnd) && !s.sick:
			err = s.endMenu(ctx)
		case !now.Before(s.watchAt) && (s.job == nil || s.sick || t.watch || now.Sub(s.watched) >= busyWatch):
			err = s.watch(ctx)
		case s.job != nil && !s.sick && (!read || s.turn && !now.Before(s.readUntil) && !s.full()):
			err = s.segment(ctx)
			s.turn, s.readUntil = false, time.Now().Add(min(time.Since(now), mostReading))
		case read && !s.sick:
			s.turn = true
			err = s.read(ctx, now)
		default:
			err = s.idle(ctx, now)
		}
		if s.over(ctx, err) {
			return err
		}
		if err != nil && !refused(err) {
			s.fallSick(err)
		}
	}
}

// heed takes up what a modem has said; an error ends the session.
func (s *session) heed(t taken) error {
	if t.reboot {
		return errReboot
	}
	if t.sweep {
		s.sweepAt = time.Now()
	}
	if t.full {
		s.sweepAll()
	}
	if t.watch {
		s.watchAt = time.Now()
	}
	s.rung = s.rung || t.ring
	if t.caller != "" {
		s.caller = t.caller
	}
	return nil
}

// full reports whether so little room is left that reading goes before
// sending.
func (s *session) full() bool { return s.free >= 0 && s.free < keepFree }

// fallSick stops taking messages until the modem has answered again.
func (s *session) fallSick(err error) {
	if !s.sick {
		s.sick, s.sickSince, s.sickness = true, time.Now(), err.Error()
	}
	s.watchAt = time.Now().Add(missPause)
	s.soon(s.watchAt)
	s.m.become(Sick, err.Error())
	if s.job != nil {
		s.refuseJob(err)
	}
}

// stand gives the modem the state it is in.
func (s *session) stand(why string) {
	switch {
	case s.sick:
	case !s.registered:
		s.m.become(Registering, why)
	case s.job != nil || s.talk != nil:
		s.m.become(Busy, "")
	case time.Now().Before(s.m.breaker.aside):
		s.m.become(Sick, "set aside: "+s.m.ladder.reason)
	case s.m.breaker.trial:
		s.m.become(Ready, "on trial: "+s.m.ladder.reason)
	default:
		s.m.become(Ready, "")
	}
}

// knock takes a message or a code that waits at the door, if the modem is
// free.
func (s *session) knock() {
	if s.job != nil || s.talk != nil {
		return
	}
	if d := s.m.theDoor(); d != nil {
		select {
		case j := <-d.asks:
			s.begin(j)
		case s.talk = <-d.talks:
		default:
		}
	}
}

// idle waits for something to do.
func (s *session) idle(ctx context.Context, now time.Time) error {
	due := s.watchAt
	if !s.sick && s.sweepAt.Before(due) && s.round.empty() {
		due = s.sweepAt
	}
	if !s.menuEnd.IsZero() && !s.sick && s.menuEnd.Before(due) {
		due = s.menuEnd
	}
	t := time.NewTimer(max(0, due.Sub(now)))
	defer t.Stop()
	var asks chan *job
	var talks chan *talk
	if d := s.m.theDoor(); d != nil && s.job == nil {
		asks, talks = d.asks, d.talks
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case j := <-asks:
		s.begin(j)
	case s.talk = <-talks:
	case r := <-s.m.courier.back:
		s.settle(r)
	case <-s.news.wake:
	case <-t.C:
	}
	return nil
}

// hangUp leaves no caller waiting when the session ends.
func (s *session) hangUp(ctx context.Context, err error) {
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	if k := s.talk; k != nil {
		s.talk = nil
		k.reply <- said{err: &sms.FieldError{Field: "modem", Text: fmt.Sprintf("%s: %v", s.m.cfg.Name, err)}}
	}
	if s.job == nil {
		return
	}
	s.m.become(Sick, err.Error())
	s.refuseJob(err)
}

package modem

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pigeon-sms/pigeon/modem/line"
	"github.com/pigeon-sms/pigeon/sms"
)

// watch asks how the modem is: its signal, its SIM where there is reason to
// doubt it, its network. A modem that answers is well.
func (s *session) watch(ctx context.Context) error {
	now := time.Now()
	if next := s.watched.Add(newsLeast); now.Before(next) {
		s.watchAt = next // its own answers may make the news that is the reason
		return nil
	}
	s.watched = now
	info, err := s.ask(ctx, "+CSQ", askLimit)
	if err != nil && !refused(err) {
		return err
	}
	dbm := signal(info)
	for _, cmd := range s.profile.Load().Signal {
		if dbm != nil {
			break
		}
		// On LTE the other says 99 while all is well.
		info, _, err := s.offer(ctx, cmd, askLimit)
		if err != nil {
			return err
		}
		dbm = strength(info)
	}
	s.m.update(func(i *sms.Modem) { i.Signal = dbm })

	was := s.registered
	r, err := s.registration(ctx)
	if err != nil {
		return err
	}
	if !r.texts() {
		if lost, err := s.simLost(ctx); err != nil || lost {
			return errors.Join(err, errIf(lost, errSIM))
		}
	}
	s.registered = r.texts() && !s.m.banned(r)
	if s.registered && (!was || s.sick) {
		if err := s.network(ctx, r); err != nil {
			return err
		}
	}
	if s.sick {
		s.sick = false
		s.m.tell(Step{Time: s.sickSince, Step: StepResync, Reason: s.sickness, Took: time.Since(s.sickSince), Worked: true})
	}
	s.watchAt = time.Now().Add(watchPause)
	if !s.registered {
		s.watchAt = time.Now().Add(pollFast)
		if was {
			s.seeking = time.Now()
		} else if time.Since(s.seeking) > s.profile.Load().ReadyWait {
			s.watchAt = time.Now().Add(pollSlow)
		}
		if s.job != nil {
			s.finish(notReady(s.m.cfg.Name, Registering, s.m.waiting(r)))
		}
	}
	s.m.recovered(ctx, s.registered)
	s.stand(s.m.waiting(r))
	if r.refused && time.Since(s.seeking) > 2*s.profile.Load().ReadyWait+s.m.eased {
		return fmt.Errorf("%w: it will not say whether it has a network", errUnready)
	}
	limit := seekLimit
	if s.m.ladder.trouble == unregistered {
		limit = startLimit // to see whether the last step has helped
	}
	if r.seeks() && time.Since(s.seeking) > limit+s.m.eased {
		return fmt.Errorf("%w in %v: %s", errUnregistered, time.Since(s.seeking).Round(time.Second), r)
	}
	return s.stale(s.watched)
}

// banned reports whether the configuration keeps a modem from sending in a
// network it has.
func (m *modem) banned(r registration) bool { return r.roams() && m.cfg.Roaming == RoamingDeny }

func errIf(cond bool, err error) error {
	if cond {
		return err
	}
	return nil
}

// waiting says what a modem without a network waits for.
func (m *modem) waiting(r registration) string {
	if m.banned(r) {
		return `roaming, which roaming = "deny" does not allow`
	}
	switch r.status {
	case 3:
		return "the network denies this SIM"
	case 8, 11:
		return "the network allows emergency calls only"
	case 0:
		return "no network, and it is not searching"
	}
	return "searching for a network"
}

// registration asks the network commands this modem knows: one of them is
// enough, since LTE modems may be registered by +CEREG alone. The one that said
// yes is asked first the next time, and the others only when it says no.
func (s *session) registration(ctx context.Context) (registration, error) {
	best := noRegistration
	best.refused = true
	for _, cmd := range slices.Clone(s.regs) {
		info, err := s.ask(ctx, cmd+"?", askLimit)
		var e *line.Error
		switch {
		case errors.As(err, &e):
			// Bare ERROR, "not allowed", "not supported", "unknown": not this
			// modem's command. Others, SIM busy say, pass.
			if e.Code < 0 || e.Kind == "CME" && (e.Code == 3 || e.Code == 4 || e.Code == 100) {
				s.regs = slices.DeleteFunc(s.regs, func(c string) bool { return c == cmd })
			}
			continue
		case err != nil:
			return best, err
		}
		best.refused = false
		r, ok := readRegistration(info, cmd)
		if r.texts() {
			i := slices.Index(s.regs, cmd)
			s.regs = slices.Insert(slices.Delete(s.regs, i, i+1), 0, cmd)
			s.tell(r)
			return r, nil
		}
		// "Denied" and "searching" say more than "unknown" and "not searching".
		if ok && (best.status == 4 || best.status == 0) {
			best = r
		}
	}
	if len(s.regs) == 0 {
		// A modem that knows none of the commands cannot be waited for.
		best = registration{status: 1, technology: -1}
	}
	s.tell(best)
	return best, nil
}

func (s *session) tell(r registration) {
	s.m.update(func(i *sms.Modem) {
		i.Registration = r.String()
		if t := technology(r.technology); t != "" {
			i.Technology = t
		}
	})
}

// network asks whose network it is.
func (s *session) network(ctx context.Context, r registration) error {
	if _, _, err := s.offer(ctx, "+COPS=3,0", askLimit); err != nil { // names, not numbers
		return err
	}
	info, ok, err := s.offer(ctx, "+COPS?", askLimit)
	if err != nil || !ok {
		return err
	}
	name, act := operator(info)
	s.m.update(func(i *sms.Modem) {
		i.Operator = name
		if t := technology(act); t != "" && r.technology < 0 {
			i.Technology = t
		}
	})
	return nil
}

// simLost reports whether the SIM is no longer there or open.
func (s *session) simLost(ctx context.Context) (bool, error) {
	state, err := s.pinState(ctx)
	if err != nil {
		return false, err
	}
	switch state {
	case simReady, simBusy, simUnknown:
		return false, nil
	}
	return true, nil
}

package modem

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pigeon-sms/pigeon/modem/line"
	"github.com/pigeon-sms/pigeon/sms"
)

// What +CPIN? may come to, beside the standard's own words ("SIM PIN", "SIM
// PUK", "PH-NET PIN"), 3GPP TS 27.007 §8.3.
const (
	simReady   = "READY"
	simBusy    = "BUSY"    // CME 14, "NOT READY": in a few seconds
	simNone    = "NONE"    // no SIM
	simFailed  = "FAILURE" // it is there and does not work
	simUnknown = "UNKNOWN" // the modem gives no answer that means anything
)

// pinState asks what the SIM waits for.
func (s *session) pinState(ctx context.Context) (string, error) {
	info, err := s.ask(ctx, "+CPIN?", simLimit)
	if s.over(ctx, err) {
		return "", err
	}
	var e *line.Error
	if state := pinState(info); state != "" {
		// Wavecom ends this answer without OK.
		switch state {
		case "SIM PIN2", "SIM PUK2":
			return simReady, nil // they guard settings, not texts
		case "NOT INSERTED", "SIM REMOVED", "NOT AVAILABLE":
			return simNone, nil
		case "NOT READY":
			return simBusy, nil
		}
		return state, nil
	}
	if !errors.As(err, &e) || e.Code < 0 {
		return simUnknown, nil
	}
	switch e.Code {
	case 10, 310:
		return simNone, nil
	case 11, 311:
		return "SIM PIN", nil
	case 12, 316:
		return "SIM PUK", nil
	case 13, 15, 313, 315:
		return simFailed, nil
	case 3, 4:
		return simReady, nil // a modem that does not know the question
	}
	return simBusy, nil
}

// unlock waits for a SIM that is open, and opens it when that is safe. A modem
// that only a person can help is parked, and looked at now and then.
func (s *session) unlock(ctx context.Context) error {
	s.m.become(SIM, "")
	since, began := time.Now(), time.Now()
	for {
		state, err := s.pinState(ctx)
		if err != nil {
			return err
		}
		why := ""
		switch state {
		case simReady:
			if s.m.now() == Parked {
				s.m.become(SIM, "")
			}
			return nil
		case "SIM PIN":
			var entered bool
			if entered, why, err = s.enterPIN(ctx); err != nil {
				return err
			}
			if entered {
				continue
			}
		case "SIM PUK":
			why = "the SIM is locked and wants its PUK: put it in a phone"
		case simNone:
			why = "no SIM inserted"
		case simFailed:
			why = "the SIM does not work"
		case simBusy, simUnknown:
			if time.Since(since) < s.profile.Load().ReadyWait {
				s.m.become(SIM, "the SIM is not ready yet")
				if err := s.wait(ctx, pollFast); err != nil {
					return err
				}
				continue
			}
			why = "the SIM does not get ready"
		default:
			why = "locked (" + state + "): this modem does not take this SIM"
		}
		pause := parkedPoll
		switch state {
		case simFailed, simBusy, simUnknown:
			pause = pollSlow
			if time.Since(began) > s.m.starting() {
				return fmt.Errorf("%w: %s", errUnready, why)
			}
		}
		s.m.become(Parked, why)
		since = time.Time{}
		if err := s.wait(ctx, pause); err != nil {
			return err
		}
		if s.news.take().reboot {
			return errReboot
		}
	}
}

// triesLeft asks how many PIN tries are left.
func (s *session) triesLeft(ctx context.Context) (int, bool, error) {
	t := s.profile.Load().Tries
	for _, cmd := range []string{t.Cmd, "+CPINR"} {
		if cmd == "" {
			continue
		}
		info, ok, err := s.offer(ctx, cmd, askLimit)
		if err != nil {
			return 0, false, err
		}
		if n, known := pinTries(info, t); ok && known {
			return n, true, nil
		}
	}
	return 0, false, nil
}

// readICCID asks for the SIM's serial number, which many tell before the PIN.
func (s *session) readICCID(ctx context.Context) (string, error) {
	for _, cmd := range s.profile.Load().ICCID {
		info, ok, err := s.offer(ctx, cmd, simLimit)
		if err != nil {
			return "", err
		}
		if id := iccid(info); ok && id != "" {
			return id, nil
		}
	}
	return "", nil
}

// readSIM asks an open SIM who it is.
func (s *session) readSIM(ctx context.Context) error {
	var imsi string
	for range 5 { // just after the PIN it may be busy
		info, ok, err := s.offer(ctx, "+CIMI", simLimit)
		if err != nil {
			return err
		}
		if imsi = digits(info, 6, 15); ok && imsi != "" {
			break
		}
		if err := rest(ctx, pollFast); err != nil {
			return err
		}
	}
	id, err := s.readICCID(ctx)
	if err != nil {
		return err
	}
	info, _, err := s.offer(ctx, "+CNUM", simLimit)
	if err != nil {
		return err
	}
	country, _ := sms.CountryOfIMSI(imsi)
	s.m.mu.Lock()
	s.m.country = country.Code
	imei := s.m.info.IMEI
	s.m.net = s.m.cfg.Name
	for _, n := range []string{id, imsi, imei} {
		if n != "" {
			s.m.net = n
			break
		}
	}
	s.m.mu.Unlock()
	s.m.update(func(i *sms.Modem) { i.IMSI, i.ICCID, i.Number = imsi, id, ownNumber(info) })
	if want := s.m.cfg.ICCID; want != "" && id != "" && id != want {
		return fmt.Errorf("%w: ICCID %s", errStranger, id)
	}
	return nil
}

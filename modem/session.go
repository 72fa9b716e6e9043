package modem

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/pigeon-sms/pigeon/modem/line"
	"github.com/pigeon-sms/pigeon/modem/profile"
)

// A session is one opened port, from the first AT to its loss. Everything in
// it belongs to the modem's owner, but for what hear touches.
type session struct {
	m       *modem
	port    *line.Port
	abandon context.CancelFunc // ends the port, whatever it waits for
	news    *news
	profile atomic.Pointer[profile.Profile] // hear reads it

	misses     int  // commands in a row that were not answered
	sick       bool // the last one was not
	sickSince  time.Time
	sickness   string
	registered bool
	seeking    time.Time // since when it has not been
	regs       []string  // registration commands this modem knows, the telling one first
	linkless   bool      // +CMMS was refused

	mem      string          // which memory is read and deleted in now
	home     string          // where new texts are stored
	mems     []string        // memories that can be read
	heard    map[string]bool // memories to sweep besides home
	walked   map[string]int  // memories that listed nothing, and how many texts they counted
	wipeAt   time.Time       // not before
	free     int             // places left in home; -1: not known
	sweeps   int
	cnmi     string   // the value of +CNMI that was taken; empty: not to be verified
	sweeping []string // memories the sweep still has to list
	round    *round

	supply string // what it last said of its power; hear's own

	job  *job  // the message being sent
	talk *talk // the USSD code being answered
	// menuEnd is when a menu is ended that nobody answers; zero: there is none.
	menuEnd time.Time

	spoke   atomic.Bool // the modem has said something unasked since it was set up; hear writes it
	unheard int         // which of the profile's commands comes next, where it has not

	rung     bool      // a call is to be rejected
	caller   string    // whose, where it was said
	rang     time.Time // when it rang last
	hungUp   time.Time // when a call was rejected last
	declined bool      // in both ways

	turn bool // reading has had its turn since the last segment
	// readUntil is how long reading keeps its turn: as long as the last
	// segment took.
	readUntil time.Time
	sweepAt   time.Time // not before
	watchAt   time.Time
	watched   time.Time // the last time
}

func newSession(m *modem) *session {
	s := &session{m: m, news: newNews()}
	s.profile.Store(profile.Generic())
	s.reset()
	return s
}

// reset forgets what a reboot of the modem makes untrue.
func (s *session) reset() {
	s.misses, s.sick, s.registered, s.linkless = 0, false, false, false
	s.regs = allRegs()
	s.mem, s.home, s.mems, s.heard, s.free = "", "", nil, map[string]bool{}, -1
	s.walked = map[string]int{}
	s.menuEnd, s.rung, s.caller = time.Time{}, false, ""
	s.sweeping, s.round, s.turn, s.cnmi = nil, &round{}, false, ""
}

func allRegs() []string { return []string{"+CREG", "+CEREG", "+CGREG"} }

var (
	errSilent = errors.New("it does not answer")
	errMute   = errors.New("it answers nothing at all")
	errReboot = errors.New("it has started again by itself")
	errSIM    = errors.New("the SIM has changed")
)

// run brings the modem up and works with it until the port is lost.
func (s *session) run(ctx context.Context) error {
	for {
		s.news.take()
		s.reset()
		s.seeking = time.Now()
		err := s.start(ctx)
		if err == nil {
			err = s.serve(ctx)
		}
		s.hangUp(ctx, err)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, errReboot), errors.Is(err, errSIM):
			s.m.log.Warn("setting up again", "why", err)
			continue
		}
		return err
	}
}

// ask runs a command that a healthy modem answers. Several in a row without an
// answer end the session. A refusal comes back as *line.Error.
func (s *session) ask(ctx context.Context, cmd string, limit time.Duration) ([]string, error) {
	info, err := s.port.Do(ctx, cmd, limit)
	if !errors.Is(err, line.ErrTimeout) {
		if err == nil || refused(err) {
			s.misses = 0
		}
		return info, err
	}
	s.misses++
	if s.misses >= missLimit {
		return nil, fmt.Errorf("%w: AT%s and %d before it: %w", errSilent, masked(cmd), s.misses-1, err)
	}
	return info, err
}

// offer runs a command that this modem may not know, and says whether it was
// taken. Only a lost port is an error.
func (s *session) offer(ctx context.Context, cmd string, limit time.Duration) ([]string, bool, error) {
	info, err := s.port.Do(ctx, cmd, limit)
	if s.over(ctx, err) {
		return nil, false, err
	}
	return info, err == nil, nil
}

// refused reports whether err is the modem's own answer.
func refused(err error) bool {
	var e *line.Error
	return errors.As(err, &e)
}

// over reports whether err ends the session.
func (s *session) over(ctx context.Context, err error) bool {
	return err != nil && (ctx.Err() != nil ||
		errors.Is(err, line.ErrLost) || errors.Is(err, line.ErrClosed) || errors.Is(err, line.ErrStuck) ||
		errors.Is(err, errSilent) || errors.Is(err, errSIM) || errors.Is(err, errReboot) || errors.Is(err, errStale) ||
		errors.Is(err, errRefusing) || errors.Is(err, errRefused) || errors.Is(err, errUnready) || errors.Is(err, errUnregistered))
}

// masked is a command without the PIN in it.
func masked(cmd string) string {
	if len(cmd) > len("+CPIN=") && cmd[:len("+CPIN=")] == "+CPIN=" {
		return "+CPIN=•••"
	}
	return cmd
}

// wait rests until d has passed or the modem has something to say.
func (s *session) wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
	case <-s.news.wake:
	}
	return nil
}

// rest waits until d has passed.
func rest(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

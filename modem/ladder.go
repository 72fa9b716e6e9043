package modem

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/pigeon-sms/pigeon/modem/line"
)

// A ladder is what is done about a modem in trouble: one step after the other,
// until it works. It belongs to the modem's owner.
//
//	resync ─▶ reinitialise ─▶ radio ─▶ reset ─▶ usb ─▶ port ─▶ power ─▶ rest ─┐
//	               ▲                                                         │
//	               └──────────────────────── longer each time ───────────────┘
//
// The step that helped this modem before comes right after reinitialise. Steps
// that take commands are left out for a modem that hears none.
type ladder struct {
	trouble trouble // the zero value: none
	reason  string
	since   time.Time
	left    []string // steps of this round
	tried   []string
	now     *attempt
	helped  string    // the last step that worked
	well    time.Time // since when it works again; zero: it does not
	rest    time.Duration
	givenUp bool
	cut     time.Time // when a power line was cycled for it
}

// An attempt is a step whose outcome is not known yet.
type attempt struct {
	step   string
	reason string
	began  time.Time
	grace  time.Duration // silence so long is the modem's start
	back   time.Duration // absence so long as well
}

// A trouble is a kind of sickness, and how high it is worth climbing for it.
type trouble struct {
	name string
	top  string // the last step
}

var (
	noTrouble    = trouble{}
	asked        = trouble{"asked", StepPower}    // somebody wants it
	silent       = trouble{"silent", StepPower}   // it does not answer
	unready      = trouble{"unready", StepPower}  // it answers, and texts never work
	refusing     = trouble{"refusing", StepPower} // it fails messages that others send
	netRefused   = trouble{"refused", StepReset}  // the network does: power cannot change its mind
	unregistered = trouble{"unregistered", StepReset}
	lost         = trouble{"lost", StepPower}  // its device has not come back
	stale        = trouble{"stale", StepRadio} // nothing has come in for long
)

var (
	errUnready      = errors.New("it does not get ready")
	errUnregistered = errors.New("it finds no network")
	errLost         = errors.New("its device has not come back")
)

// troubleOf says what kind of trouble ended a session.
func troubleOf(err error) trouble {
	for _, t := range []struct {
		err error
		trouble
	}{{errUnready, unready}, {errRefusing, refusing}, {errRefused, netRefused}, {errUnregistered, unregistered}, {errLost, lost}} {
		if errors.Is(err, t.err) {
			return t.trouble
		}
	}
	return silent
}

// mute reports whether a modem that ended a session so hears no commands.
func mute(err error) bool {
	return errors.Is(err, errMute) || errors.Is(err, line.ErrLost) || errors.Is(err, line.ErrStuck)
}

// climbing lists the steps to climb: those there are, up to top, the one that
// helped before second. A shared power line keeps its place, since cycling it
// costs others.
func climbing(has func(step string) bool, top, helped string, shared bool) []string {
	var out []string
	for _, s := range ladderSteps {
		if has(s) {
			out = append(out, s)
		}
		if s == top {
			break
		}
	}
	if i := slices.Index(out, helped); i > 1 && !(shared && helped == StepPower) {
		out = slices.Insert(slices.Delete(out, i, i+1), 1, helped)
	}
	return out
}

// relapse lists the steps to climb for a modem that has worked in between: what
// is left, then all of a new round. What helped comes first where it is higher
// than what is left, which has helped less often.
func relapse(left, round []string, helped string) []string {
	height := func(s string) int { return slices.Index(ladderSteps, s) }
	higher := func(s string) bool { return height(s) > height(helped) }
	if helped != StepReinitialise && slices.Contains(round, helped) && !slices.ContainsFunc(left, higher) {
		return round
	}
	out := slices.Clone(left)
	for _, s := range round {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// suffer takes the end of a session in trouble, or the end of a wait for a
// device, and takes the next step, until one could be taken.
func (m *modem) suffer(ctx context.Context, err error) {
	l := &m.ladder
	t := troubleOf(err)
	if a := l.now; a != nil && l.well.IsZero() && (t == silent || t == unready) && time.Since(a.began) < a.grace {
		m.become(Recovering, "starts after "+a.step)
		m.pause(ctx, bootPause)
		return
	}
	m.conclude(err)
	relapsed := !l.well.IsZero()
	l.well = time.Time{}
	if l.trouble == noTrouble || l.trouble == asked {
		*l = ladder{trouble: t, since: time.Now(), cut: l.cut}
		l.left = m.round(ctx)
	} else if t != l.trouble {
		l.trouble = t
		l.left = slices.DeleteFunc(m.round(ctx), func(s string) bool { return slices.Contains(l.tried, s) })
	}
	if relapsed {
		l.left, l.tried, l.since = relapse(l.left, m.round(ctx), l.helped), nil, time.Now()
	} else if len(l.left) == 0 && l.helped == StepPower && l.mayCut() && !slices.Contains(l.tried, StepPower) {
		l.left = []string{StepPower} // others share the line, and it was too soon before
	}
	l.reason = err.Error()
	for len(l.left) > 0 && ctx.Err() == nil {
		step := l.left[0]
		l.left = l.left[1:]
		if (step == StepRadio || step == StepReset) && mute(err) {
			continue
		}
		l.tried = append(l.tried, step)
		m.become(m.down(), l.reason+"; next: "+step)
		if err = m.take(ctx, step, l.reason); err == nil {
			if step == StepReinitialise {
				m.pause(ctx, m.back())
			}
			return
		}
		if m.held() != "" || m.hasOrder() {
			return
		}
	}
	if ctx.Err() == nil {
		m.exhausted(ctx)
	}
}

// starting returns how long texts may not work before that is trouble. One that
// was started anew because of it shows sooner whether that has helped.
func (m *modem) starting() time.Duration {
	if m.ladder.trouble == unready {
		return 2*m.family.ReadyWait + m.eased
	}
	return startLimit + m.eased
}

// down is the state of a modem between two sessions.
func (m *modem) down() State {
	if m.now() == Absent {
		return Absent
	}
	return Recovering
}

// round lists the steps of a round.
func (m *modem) round(ctx context.Context) []string {
	shared := m.cfg.Power != nil && m.pool.shares(m)
	has := func(step string) bool {
		switch {
		case m.can(step) != nil, step == StepPower && shared && !m.ladder.mayCut():
			return false
		case m.ladder.trouble == lost:
			// Nothing hears. That a port is empty may be somebody's wish, unless
			// it was us who emptied it.
			return step == StepPower || step == StepPort && len(m.ladder.tried) > 0
		}
		return true
	}
	helped := map[string]string{}
	if err := m.pool.recall(ctx, m.memoryKey(), &helped); err != nil {
		m.log.Warn("what helped before cannot be recalled", "err", err)
	}
	return climbing(has, m.ladder.trouble.top, cmp.Or(m.ladder.helped, helped[m.ladder.trouble.name]), shared)
}

// mayCut reports whether a power line that others share may be cycled: once in a
// trouble, and again now and then where that has helped, and not for long.
func (l *ladder) mayCut() bool {
	return l.cut.IsZero() || l.helped == StepPower && time.Since(l.cut) >= cutAgain
}

// memoryKey is where the steps that helped are remembered: they belong to the
// device, not to its place.
func (m *modem) memoryKey() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.info.IMEI != "" {
		return "recovery/" + m.info.IMEI
	}
	return "recovery/" + m.cfg.Name
}

// take takes a step. An error says that it could not be taken.
func (m *modem) take(ctx context.Context, step, reason string) error {
	p := m.family
	a := &attempt{step: step, reason: reason, began: time.Now()}
	switch step {
	case StepReinitialise, StepRadio:
	default:
		a.grace = max(p.Boot, bootLeast)
		a.back = max(p.Away+a.grace, comeback)
	}
	m.ladder.now = a
	if step == StepPower {
		m.ladder.cut = time.Now()
	}
	err := m.act(ctx, step)
	if err != nil {
		a.grace = 0
		m.conclude(err)
		return err
	}
	if a.grace > 0 {
		a.grace += time.Since(a.began) // from when it was done
		a.back += time.Since(a.began)
	}
	return nil
}

// conclude says what came of the step that was under way: nil when it worked.
func (m *modem) conclude(err error) {
	a := m.ladder.now
	if a == nil {
		return
	}
	m.ladder.now = nil
	s := Step{Time: a.began, Step: a.step, Reason: a.reason, Took: time.Since(a.began), Worked: err == nil}
	if err != nil {
		s.Failed = err.Error()
	} else {
		m.ladder.helped = a.step
	}
	m.tell(s)
}

// recovered is called when the modem has answered the watch's questions, or
// sent a message: it may be well again.
func (m *modem) recovered(ctx context.Context, registered bool) {
	l := &m.ladder
	switch {
	case l.trouble == noTrouble,
		(l.trouble == unregistered || l.trouble == stale) && !registered,
		m.breaker.trial:
		return
	case l.well.IsZero():
		l.well = time.Now()
		m.conclude(nil)
	case time.Since(l.well) >= proven:
		m.proved(ctx)
	}
}

// proved ends the trouble: what helped is remembered.
func (m *modem) proved(ctx context.Context) {
	l := m.ladder
	m.ladder, m.eased = ladder{}, 0
	m.rest = firstRest
	if l.helped == "" || l.trouble == asked || l.trouble == stale || l.helped == StepReinitialise {
		return
	}
	helped := map[string]string{}
	key := m.memoryKey()
	err := m.pool.recall(ctx, key, &helped)
	if err == nil && helped[l.trouble.name] != l.helped {
		helped[l.trouble.name] = l.helped
		err = m.pool.remember(ctx, key, helped)
	}
	if err != nil {
		m.log.Warn("what helped cannot be remembered", "step", l.helped, "err", err)
	}
}

// exhausted rests when every step has been tried. A modem that answers is let
// work meanwhile as far as it can: it may still receive.
func (m *modem) exhausted(ctx context.Context) {
	l := &m.ladder
	answers := l.trouble != silent
	switch {
	case l.trouble == lost:
		if !l.givenUp {
			l.givenUp = true
			m.log.Error("given up until it is plugged in", "why", l.reason, "tried", l.tried)
			m.dump(l.reason)
		}
		m.become(Absent, l.reason)
		return
	case !answers && time.Since(l.since) < patience:
		m.become(Recovering, l.reason)
		m.pause(ctx, m.back())
		return
	}
	if !l.givenUp {
		l.givenUp = true
		l.rest = firstEase
		m.log.Error("given up for now", "why", l.reason, "tried", l.tried)
		m.dump(l.reason)
	}
	d := l.rest
	m.tell(Step{Time: time.Now(), Step: StepRest, Reason: l.reason, Failed: "nothing helped; again in " + d.String()})
	l.rest = min(2*l.rest, longestRest)
	// Now and then all of it again; not for what the next message tells as well.
	if d >= againRest && l.trouble != refusing && l.trouble != netRefused {
		l.left, l.tried = m.round(ctx), nil
	}
	if answers {
		m.ease(d)
		return
	}
	m.become(Parked, l.reason+"; nothing has helped, it is tried again every "+d.String())
	m.pause(ctx, d)
}

// ease lets a modem that answers go on for a while before it counts as being
// in trouble again.
func (m *modem) ease(d time.Duration) {
	switch m.ladder.trouble {
	case refusing, netRefused:
		m.breaker.aside = time.Now().Add(d)
	default:
		m.eased = d
	}
}

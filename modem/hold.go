package modem

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pigeon-sms/pigeon/modem/profile"
	"github.com/pigeon-sms/pigeon/sms"
)

// Power is what a modem is fed by. Modems configured with the same value share
// it; it must be comparable, as a pointer is.
type Power interface {
	// Cycle cuts the power, restores it, and returns when it is back.
	Cycle(ctx context.Context) error
}

// A Keyed is a Power that presses a module's keys, which each family wants held
// for times of its own.
type Keyed interface {
	Power
	// Press is Cycle with a family's times, where its own were left open.
	Press(ctx context.Context, k profile.Key) error
}

// Missing is a Power that may not be there: a line somebody else holds, say. A
// modem goes on without it, and says so.
type Missing interface {
	Power
	// Missing says why it is not there, nil when it is.
	Missing() error
}

// errNoPower is why a modem does not step on its power line.
var errNoPower = errors.New("it has no power line")

// powerless says why the modem's power cannot be cycled, nil when it can.
func (m *modem) powerless() error {
	if m.cfg.Power == nil {
		return errNoPower
	}
	if p, ok := m.cfg.Power.(Missing); ok {
		if err := p.Missing(); err != nil {
			return fmt.Errorf("its power line is missing: %w", err)
		}
	}
	return nil
}

// errHeld ends the session of a modem whose power is about to go; errOrdered
// that of one somebody wants restarted.
var (
	errHeld    = errors.New("its power line is cycled for another modem")
	errOrdered = errors.New("a restart was asked for")
)

// An order is a step somebody asked for.
type order struct {
	step string
	done chan error // room for one
}

// hold makes the modem take no message until it is released. What it is
// sending goes on to the end of the segment.
func (m *modem) hold(why string) {
	m.mu.Lock()
	m.holds = append(m.holds, why)
	if m.door != nil {
		close(m.door.shut)
		m.door = nil
	}
	m.mu.Unlock()
	m.gateway.Changed()
}

// release takes one hold back.
func (m *modem) release(why string) {
	m.mu.Lock()
	if i := slices.Index(m.holds, why); i >= 0 {
		m.holds = slices.Delete(m.holds, i, i+1)
	}
	m.openDoor()
	stir := m.stir
	m.mu.Unlock()
	if stir != nil {
		stir()
	}
	m.wake()
	m.gateway.Changed()
}

// held returns why the modem is held, empty where it is not.
func (m *modem) held() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.heldWhy()
}

// heldWhy is held for those who have mu.
func (m *modem) heldWhy() string {
	if len(m.holds) == 0 {
		return ""
	}
	return m.holds[len(m.holds)-1]
}

// wake ends a pause of the owner.
func (m *modem) wake() {
	select {
	case m.nudge <- struct{}{}:
	default:
	}
}

// drained waits until no segment of a modem that is held is on its way, or
// ctx is done: the rest is told as doubt.
func (m *modem) drained(ctx context.Context) {
	m.mu.Lock()
	if m.sending && m.idle == nil {
		m.idle = make(chan struct{})
	}
	idle := m.idle
	m.mu.Unlock()
	if idle == nil {
		return
	}
	select {
	case <-idle:
	case <-ctx.Done():
	}
}

// part ends the modem's session, if it has one, and waits until its port is
// closed.
func (m *modem) part(ctx context.Context, why error) {
	m.mu.Lock()
	closed := m.closed
	if m.hangUp != nil {
		m.hangUp(why)
	}
	m.mu.Unlock()
	if closed != nil {
		select {
		case <-closed:
		case <-ctx.Done():
		}
	}
}

// drainLimit bounds the wait for a segment on its way. Texts take 2 to 15 s on
// most networks, and up to 60 s on slow ones.
const drainLimit = 60 * time.Second

// Restart makes a modem take a step of the recovery ladder, Reinitialise where
// none is named. A segment on its way is finished, the rest of its message goes
// to another. Restart returns when the step has been taken; what came of it is
// told as a Step.
func (p *Pool) Restart(ctx context.Context, way, step string) error {
	m, err := p.named(way)
	if err != nil {
		return err
	}
	if step == "" {
		step = StepReinitialise
	}
	if !slices.Contains(ladderSteps, step) {
		return &sms.FieldError{Field: "step", Text: fmt.Sprintf("there is no step %q; there are: %s", step, strings.Join(ladderSteps, ", "))}
	}
	why := "a restart was asked for: " + step
	m.hold(why)
	defer m.release(why)
	dctx, cancel := context.WithTimeout(ctx, drainLimit)
	defer cancel()
	m.drained(dctx)
	if err := ctx.Err(); err != nil {
		return err
	}
	o := &order{step: step, done: make(chan error, 1)}
	m.mu.Lock()
	busy := m.order != nil
	if !busy {
		m.order = o
	}
	if m.hangUp != nil {
		m.hangUp(errOrdered)
	}
	m.mu.Unlock()
	if busy {
		return fmt.Errorf("modem %s is being restarted already", way)
	}
	m.wake()
	select {
	case err := <-o.done:
		return err
	case <-m.ended:
		return fmt.Errorf("modem %s has stopped", way)
	case <-ctx.Done():
		m.takeOrder() // unless it was taken
		return ctx.Err()
	}
}

// takeOrder returns what was asked for, and nil the next time.
func (m *modem) takeOrder() *order {
	m.mu.Lock()
	defer m.mu.Unlock()
	o := m.order
	m.order = nil
	return o
}

// hasOrder reports whether something was asked for.
func (m *modem) hasOrder() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.order != nil
}

// cycleAgain is how old a cycle of a shared line may be and still stand for
// one that another modem wants: both fell ill together.
const cycleAgain = 30 * time.Second

// cycle cuts the power of a modem, and of those that share its line, which are
// drained and parted from their ports before.
func (p *Pool) cycle(ctx context.Context, m *modem) error {
	line, asked := m.cfg.Power, time.Now()
	select {
	case p.cycling <- struct{}{}: // one line at a time: modems that start draw 2 A
		defer func() { <-p.cycling }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if last, ok := p.cycled[line]; ok && last.After(asked.Add(-cycleAgain)) {
		return nil
	}
	why := "its power line is cycled for " + m.cfg.Name
	var others []*modem
	for _, o := range p.all() {
		if o != m && o.cfg.Power == line {
			o.hold(why)
			defer o.release(why)
			others = append(others, o)
		}
	}
	dctx, cancel := context.WithTimeout(ctx, drainLimit)
	defer cancel()
	for _, o := range others {
		o.drained(dctx)
	}
	for _, o := range others {
		o.part(ctx, errHeld)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := press(ctx, line, m.family.Key); err != nil {
		return err
	}
	p.cycled[line] = time.Now()
	return nil
}

// press cycles a line, a key as the modem's family wants it.
func press(ctx context.Context, line Power, k profile.Key) error {
	if keyed, ok := line.(Keyed); ok && k != (profile.Key{}) {
		return keyed.Press(ctx, k)
	}
	return line.Cycle(ctx)
}

// shares reports whether another modem hangs on the same power line.
func (p *Pool) shares(m *modem) bool {
	return slices.ContainsFunc(p.all(), func(o *modem) bool { return o != m && o.cfg.Power == m.cfg.Power })
}

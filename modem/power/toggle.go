package power

import (
	"context"
	"errors"
	"time"
)

// ErrOn says that the key was pressed to switch a modem off and it stayed on.
var ErrOn = errors.New("the modem stays on: is the line its key, is pulse_off long enough?")

// ErrDead says that the key was pressed over and over and no modem came.
var ErrDead = errors.New("no sign of the modem after three pulses: has it power, is the line its key, are pulse and settle long enough?")

// How a sign of life is waited for.
const (
	askEvery = time.Second
	askLimit = 5 * time.Second // for one question
	asks     = 3               // noes in a row that count: one answer may get lost
)

// Alive says whether there is any sign that the modem is switched on: its USB
// device is there, or on a UART it answers AT. A question should be over in a
// second or two; its context ends after 5 s. Questions come one at a time, once
// a second, from the goroutine that called for them.
type Alive func(ctx context.Context) bool

// Restart takes the modem through a restart whatever state it is in. Without a
// toggle it is Cycle. A toggle it presses only knowing, or finding out, what
// the press does:
//
//	sign of life ──▶ press PulseOff ──▶ gone within Gone ──▶ Off ─┐
//	     │                                  └── no: ErrOn         │
//	     └─ none ───────────────────────────────────────────────┐ │
//	                                                            ▼ ▼
//	  back ◀── sign within Settle ◀── press Pulse, then PulseOff, then Pulse
//	                                            └── none: ErrDead
//
// A modem without a sign is off, or on and hung. If the first press does not
// bring it, that press has switched a hung one off, or was too short for it;
// then the second switches it on, or off, and in the last case the third on.
// Three, and not two, also means that a modem that was off and boots slower
// than Settle is left on. A toggle is back with nil when the modem has shown a
// sign, so Settle is over by then; there must be one modem on the key.
//
// The line comes back as in Cycle; where ctx ends in the middle the key is
// released and the modem may be on or off, which the next call sorts out.
func (l *Line) Restart(ctx context.Context, alive Alive) error {
	return l.RestartWith(ctx, alive, Times{})
}

// RestartWith is Restart with the times of the modem's kind.
func (l *Line) RestartWith(ctx context.Context, alive Alive, t Times) error {
	c := l.timed(t)
	if err := l.begin(); err != nil {
		return err
	}
	defer l.end()
	if !l.cfg.Toggle {
		return l.cycle(ctx, c)
	}
	on, err := signs(ctx, alive)
	if err != nil {
		return err
	}
	if on {
		if err := l.switchOff(ctx, alive, c); err != nil {
			return err
		}
	}
	return l.switchOn(ctx, alive, c)
}

// CycleIfDead leaves a modem that shows a sign of life alone, and otherwise does
// what Restart does with one that shows none. It is how a modem on PWRKEY is
// switched on when the gateway starts.
func (l *Line) CycleIfDead(ctx context.Context, alive Alive) error {
	if err := l.begin(); err != nil {
		return err
	}
	defer l.end()
	on, err := signs(ctx, alive)
	switch {
	case err != nil || on:
		return err
	case !l.cfg.Toggle:
		return l.cycle(ctx, l.cfg)
	}
	return l.switchOn(ctx, alive, l.cfg)
}

// switchOff presses the key of a modem that is on, and returns Off after its
// last sign of life.
func (l *Line) switchOff(ctx context.Context, alive Alive, c Config) error {
	if err := l.leave(ctx, c.PulseOff); err != nil {
		return err
	}
	for late := time.Now().Add(c.Gone); ; {
		on, err := signs(ctx, alive)
		switch {
		case err != nil:
			return err
		case !on:
			return wait(ctx, c.Off)
		case !time.Now().Before(late):
			return l.wrap(ErrOn)
		}
		if err := wait(ctx, askEvery); err != nil {
			return err
		}
	}
}

// switchOn presses the key of a modem that is off or hung until it comes.
func (l *Line) switchOn(ctx context.Context, alive Alive, c Config) error {
	for _, d := range []time.Duration{c.Pulse, c.PulseOff, c.Pulse} {
		if err := l.leave(ctx, d); err != nil {
			return err
		}
		if came, err := comes(ctx, alive, c.Settle); came || err != nil {
			return err
		}
	}
	return l.wrap(ErrDead)
}

// comes waits for a sign of life, at most for limit and one question.
func comes(ctx context.Context, alive Alive, limit time.Duration) (bool, error) {
	for late := time.Now().Add(limit); time.Now().Before(late); {
		if err := wait(ctx, askEvery); err != nil {
			return false, err
		}
		if on, err := ask(ctx, alive); on || err != nil {
			return on, err
		}
	}
	return false, nil
}

// signs asks until there is a yes or enough noes.
func signs(ctx context.Context, alive Alive) (bool, error) {
	for n := 1; ; n++ {
		on, err := ask(ctx, alive)
		if on || err != nil || n == asks {
			return on, err
		}
		if err := wait(ctx, askEvery); err != nil {
			return false, err
		}
	}
}

// ask asks once. A no from a context that has ended is not one.
func ask(ctx context.Context, alive Alive) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	limited, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	on := alive(limited)
	return on, ctx.Err()
}

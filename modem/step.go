package modem

import (
	"fmt"
	"slices"
	"time"
)

// The steps of the recovery ladder, gentlest first.
const (
	StepResync       = "resync"       // find the modem's place in the conversation again
	StepReinitialise = "reinitialise" // close the port, open it, set everything up
	StepRadio        = "radio"        // leave the network and join it: the profile's RadioOff and RadioOn
	StepReset        = "reset"        // the family's soft reset
	StepUSB          = "usb"          // take the device off the USB bus and let it on again
	StepPort         = "port"         // cut the USB port's power
	StepPower        = "power"        // cut the modem's power line
	StepRest         = "rest"         // nothing has helped: wait, and begin again
)

// ladderSteps are climbed, and can be ordered.
var ladderSteps = []string{StepReinitialise, StepRadio, StepReset, StepUSB, StepPort, StepPower}

// Steps lists the steps that Restart takes, gentlest first.
func Steps() []string { return slices.Clone(ladderSteps) }

// A Step is one step of a modem's recovery, and what came of it.
type Step struct {
	Time   time.Time // when it was begun
	Modem  string
	Step   string        // one of the constants
	Reason string        // what was wrong
	Took   time.Duration // until the modem worked, or the step was known to have failed
	Worked bool
	Failed string // why it did not work; empty where it did
}

// String returns the step as a sentence for a log.
func (s Step) String() string {
	if s.Worked {
		return fmt.Sprintf("%s helped after %v (%s)", s.Step, s.Took.Round(time.Millisecond), s.Reason)
	}
	return fmt.Sprintf("%s did not help, %v (%s): %s", s.Step, s.Took.Round(time.Millisecond), s.Reason, s.Failed)
}

// A Recoverer is a Gateway that also wants to hear of each step of a recovery.
// Recovered must not block.
type Recoverer interface{ Recovered(Step) }

// stepsKept is how many steps are remembered of each modem.
const stepsKept = 32

// Recoveries returns the last steps of a modem's recoveries, the oldest first.
func (p *Pool) Recoveries(way string) ([]Step, error) {
	m, err := p.named(way)
	if err != nil {
		return nil, err
	}
	return m.taken(), nil
}

func (m *modem) taken() []Step {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.steps)
}

// tell keeps a step and passes it on.
func (m *modem) tell(s Step) {
	s.Modem = m.cfg.Name
	m.mu.Lock()
	if len(m.steps) >= stepsKept {
		m.steps = slices.Delete(m.steps, 0, 1)
	}
	m.steps = append(m.steps, s)
	m.mu.Unlock()
	m.record.note(s.String())
	log := m.log.Warn
	if s.Worked {
		log = m.log.Info
	}
	log("recovery", "step", s.Step, "why", s.Reason, "took", s.Took, "worked", s.Worked, "err", s.Failed)
	if g, ok := m.gateway.(Recoverer); ok {
		g.Recovered(s)
	}
}

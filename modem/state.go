package modem

import "slices"

// State is where a modem stands.
//
//	            ┌───────────────────────────────────────────────────────┐
//	            ▼                                                       │
//	absent ─▶ opening ─▶ probing ─▶ sim ─▶ registering ─▶ ready ⇄ busy  │
//	            ▲                   ▲ │         ▲           │      │    │
//	            │                   │ ▼         └── lost ───┤      │    │
//	            │                 parked                    ▼      │    │
//	            │                                 answers ─ sick ◀─┘    │
//	            │                                           │           │
//	            └───────────── rested ───── recovering ◀────┘           │
//	                                                        rebooted ───┘
//
// A recovering modem is parked when nothing has helped, and opened again after
// each rest. A sick one may be ready again without more: it was set aside.
// From every state a modem becomes absent when its port goes, and every state
// with an open port becomes recovering when the port has to be closed and
// opened again.
type State string

const (
	Absent      State = "absent"      // there is no port to open
	Opening     State = "opening"     // the port is being opened
	Probing     State = "probing"     // does it answer, and who is it?
	SIM         State = "sim"         // the SIM is asked, unlocked and read
	Registering State = "registering" // waits for the network and for texts to work
	Ready       State = "ready"       // would take a message now
	Busy        State = "busy"        // is sending one
	Sick        State = "sick"        // did not answer, and is asked again, or is set aside
	Recovering  State = "recovering"  // closed; a step of the ladder is taken, or it rests
	Parked      State = "parked"      // only a person can help: PIN, PUK, no SIM, nothing helped
)

// next lists, for each state, the states a modem may go to from there.
var next = map[State][]State{
	Absent:      {Opening},
	Opening:     {Probing, Recovering, Absent},
	Probing:     {SIM, Recovering, Absent},
	SIM:         {Registering, Parked, Probing, Sick, Recovering, Absent},
	Registering: {Ready, Probing, SIM, Sick, Recovering, Absent},
	Ready:       {Busy, Registering, Probing, SIM, Sick, Recovering, Absent},
	Busy:        {Ready, Registering, Sick, Recovering, Absent},
	Sick:        {Registering, Ready, Probing, SIM, Recovering, Absent},
	Recovering:  {Opening, Parked, Absent},
	Parked:      {SIM, Opening, Probing, Sick, Recovering, Absent},
}

// CanBecome reports whether a modem in state s may go to t.
func (s State) CanBecome(t State) bool { return slices.Contains(next[s], t) }

// States lists every state in the order of a modem's life.
func States() []State {
	return []State{Absent, Opening, Probing, SIM, Registering, Ready, Busy, Sick, Recovering, Parked}
}

// carries reports whether a modem in state s is a working way out.
func (s State) carries() bool { return s == Ready || s == Busy }

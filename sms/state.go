package sms

import (
	"slices"
	"strings"
)

// State is where a message stands.
//
//	           ┌──────────◀─ refused, may try again ──┐
//	           ▼                                      │
//	accept ─▶ queued ─────▶ sending ─────────────────┤
//	           │               │                      │
//	           │               ├─▶ sent ─┬─▶ delivered
//	           │               │         └─▶ undelivered
//	           │               ├─▶ failed
//	           │               └─▶ doubtful ─▶ delivered, undelivered
//	           ├─▶ sent, delivered, undelivered: a report says that the network has it
//	           ├─▶ expired
//	           ├─▶ cancelled
//	           └─▶ failed
//
// A store that had to be made anew, or comes from a backup, begins with messages
// that waited as doubtful ones: nobody knows whether they were sent since.
//
// A sent message is final when no report was asked for, or when the wait for
// one is over; a report that comes after that still counts. Rejected is the
// answer to a request that never became a message; it has no row.
//
// Nothing ends twice by itself: out of a final state only a report leads, and
// never back to queued. A person may ask for a message to be sent again, and
// then, if they want it under the same id, what has ended begins anew; see
// CanResend. An event says so.
type State string

const (
	Queued      State = "queued"      // waits: for its time, a way, a retry
	Sending     State = "sending"     // one way is at it now
	Sent        State = "sent"        // a network took every segment
	Delivered   State = "delivered"   // the network says every segment arrived
	Undelivered State = "undelivered" // the network says it will not arrive
	Failed      State = "failed"      // no network would take it
	Expired     State = "expired"     // its time passed before a network took it
	Cancelled   State = "cancelled"   // somebody asked for it not to be sent
	Doubtful    State = "doubtful"    // nobody knows whether a network took it, and it is held
	Rejected    State = "rejected"    // never became a message
)

// next lists, for each state, the states a message may go to from there. Sent
// to sent is the end of the wait for a report; queued to queued is news of a
// message that waits, such as doubt after a restart.
var next = map[State][]State{
	Queued:      {Queued, Sending, Sent, Expired, Cancelled, Failed, Delivered, Undelivered},
	Sending:     {Queued, Sent, Failed, Doubtful, Cancelled, Expired, Delivered, Undelivered},
	Sent:        {Sent, Delivered, Undelivered},
	Delivered:   {},
	Undelivered: {},
	Failed:      {},
	Expired:     {},
	Cancelled:   {},
	Doubtful:    {Delivered, Undelivered},
}

// CanBecome reports whether a message in state s may go to t.
func (s State) CanBecome(t State) bool { return slices.Contains(next[s], t) }

// resendable lists the states from which a person may have a message sent again.
var resendable = []State{Undelivered, Failed, Expired, Cancelled, Doubtful}

// Resendable lists the states from which a person may have a message sent again.
func Resendable() []State { return slices.Clone(resendable) }

// CanResend reports whether a person may have a message in state s sent again.
func (s State) CanResend() bool { return s.among(resendable) }

func (s State) among(states []State) bool { return slices.Contains(states, s) }

// list names states for a sentence.
func list(states []State) string {
	names := make([]string, len(states))
	for i, s := range states {
		names[i] = string(s)
	}
	return strings.Join(names, ", ")
}

// Known reports whether s is a state a message can be in.
func (s State) Known() bool { _, ok := next[s]; return ok }

// Waiting reports whether a message in state s still has to be sent.
func (s State) Waiting() bool { return s == Queued || s == Sending }

// States lists every state a message can be in, in the order of its life.
func States() []State {
	return []State{Queued, Sending, Sent, Delivered, Undelivered, Failed, Expired, Cancelled, Doubtful}
}

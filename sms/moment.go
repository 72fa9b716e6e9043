package sms

import "time"

// The moments of a message's life, as the core tells them to the store. Each
// is one transaction; what it says was decided before it was written.

// A RequestKey is what a repeat of a request is known by.
type RequestKey struct {
	ID string // the caller's id for the whole request

	// Fingerprint tells a redelivery of the very same publication from a new
	// one, for requests without an id of their own. It is remembered for
	// every request that has one and compared only when Redelivered says that
	// the transport marked this one as a repeat.
	Fingerprint string
	Redelivered bool
}

// A Begin is the moment before the first octet of an attempt leaves.
type Begin struct {
	Way   string
	Route string
	First int // segments before this one are taken already: their refs stay
	Time  time.Time
	Clock string // of Time, as in an Event

	// What is counted against the limits of a SIM, at Time.
	Net       string // the SIM; empty: nothing is counted
	Segments  int    // how many are to be sent
	Recipient Number // to be remembered until the month is over; empty: not

	Stick Number // whose next messages are to leave from Net too; empty: nobody's
}

// A Start says how the next attempt at a queued message begins, or false when
// there is none to make. It is pure.
type Start func(m *Message, st *Status) (Begin, bool)

// An Outcome is what a message becomes.
type Outcome struct {
	State State
	Final bool
	Time  time.Time
	Clock string // of Time, as in an Event

	Refs  []Ref     // of the segments taken on this attempt
	Due   time.Time // of a queued message: not before
	Await time.Time // of a sent message: until when a report is waited for
	Fault *Fault
	Why   string
	Doubt *Doubt // what the network may have taken beside Refs; nil: nothing
}

// A Settle says what a message becomes when a report has been entered in its
// status, or false when that is no news. It is pure.
type Settle func(m *Message, st *Status, r *Report) (Outcome, bool)

// A Waiting is what the core keeps in memory of a message that has not been
// sent.
type Waiting struct {
	Num      uint64
	State    State // Queued or Sending
	Priority Priority
	Since    time.Time     // when it began to wait
	Due      time.Time     // not before; zero: now
	Expires  time.Time     // not after; zero: never
	Lifetime time.Duration // in place of Expires, where it was accepted by a clock that may have been wrong; 0: Expires counts
	Attempt  int           // attempts that count against the most allowed
	Segments int           // how many it takes

	// What the routing table reads.
	To     Number
	From   string
	Route  string
	Origin string
}

// Retention says how long finished things are kept.
type Retention struct {
	Age   time.Duration
	Count int
}

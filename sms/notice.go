package sms

import "time"

// A Notice is news of a way rather than of a message: a modem that was reset, a
// SIM that asks for its PUK, a network's answer to a USSD code. It stands in
// the journal and reaches whoever follows it.
type Notice struct {
	Seq    uint64    `json:"seq,omitempty"`
	Time   time.Time `json:"time"`
	Clock  string    `json:"clock,omitempty"` // as in an Event
	Way    string    `json:"way"`
	Kind   string    `json:"kind"`             // "recovery", "ussd", "balance", "call", "limit"
	Step   string    `json:"step,omitempty"`   // of a recovery: what was tried; of a limit: which
	Reason string    `json:"reason,omitempty"` // why
	Took   float64   `json:"took,omitempty"`   // seconds
	Worked *bool     `json:"worked,omitempty"` // of a recovery: whether it helped
	Text   string    `json:"text,omitempty"`   // what the network or the modem said
}

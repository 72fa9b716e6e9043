package sms

import "time"

// A Status is where a message stands: the small record that changes, kept
// beside the Message that does not.
type Status struct {
	Num     uint64    `json:"-"`                 // the message's
	Event   Event     `json:"event"`             // the latest
	Due     time.Time `json:"due,omitzero"`      // queued: not before
	Tried   int       `json:"tried,omitempty"`   // attempts before somebody had it sent again, which count no more against the most allowed
	Route   string    `json:"route,omitempty"`   // the rule that chose the way of the current or last attempt
	Way     string    `json:"way,omitempty"`     // the way of the current or last attempt
	Refs    []Ref     `json:"refs,omitempty"`    // of the segments taken, by the last way
	Gone    []Ref     `json:"gone,omitempty"`    // of segments taken and then sent anew: reports may come on those copies too
	Reports []State   `json:"reports,omitempty"` // for each segment, the latest report; empty where none came
	Net     string    `json:"net,omitempty"`     // the SIM of the current or last attempt, where it is counted
	Doubt   bool      `json:"doubt,omitempty"`   // some attempt ended in doubt
	Doubts  []Doubt   `json:"doubts,omitempty"`  // those no report has settled, the oldest first
	Await   time.Time `json:"await,omitzero"`    // sent: until when a report is waited for
}

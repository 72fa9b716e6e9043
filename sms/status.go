package sms

import "time"

// A Status is where a message stands: the small record that changes, kept
// beside the Message that does not.
type Status struct {
	Event   Event     `json:"event"`             // the latest
	Due     time.Time `json:"due,omitzero"`      // queued: not before
	Route   string    `json:"route,omitempty"`   // the rule that chose the way of the current or last attempt
	Way     string    `json:"way,omitempty"`     // the way of the current or last attempt
	Refs    []Ref     `json:"refs,omitempty"`    // of the segments taken, by the last way
	Reports []State   `json:"reports,omitempty"` // for each segment, the latest report; empty where none came
	Doubt   bool      `json:"doubt,omitempty"`   // some attempt ended in doubt
	Await   time.Time `json:"await,omitzero"`    // sent: until when a report is waited for
}

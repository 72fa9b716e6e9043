package sms

import "time"

// An Answer is what became of a request that was taken.
type Answer struct {
	Known  bool    // the id was known: nothing was queued, Events say where it stands
	Events []Event // one for each recipient: the latest event of its message
}

// A Filter chooses messages from the newest back.
type Filter struct {
	State  State  // empty: any
	To     Number // messages: the recipient; received: the sender; empty: any
	Before uint64 // only those whose Num (Seq for received) is less; 0: from the newest
	Limit  int    // at most so many
}

// A Link is a connection that is not a way out: the broker, say.
type Link struct {
	Name  string `json:"name"`
	Up    bool   `json:"up"`
	State string `json:"state"` // "connected", "connecting"
	Why   string `json:"why,omitempty"`
	Peer  string `json:"peer,omitempty"` // its address, without secrets
}

// Health is the daemon at a glance.
type Health struct {
	Name    string    `json:"name"` // of the gateway
	Version string    `json:"version"`
	Started time.Time `json:"started"`

	Queue   Queue             `json:"queue"`
	Today   Counts            `json:"today"` // since the daemon started or midnight UTC, whichever is later
	Ways    []Way             `json:"ways"`
	Links   []Link            `json:"links"`
	Last    uint64            `json:"last,omitempty"` // number of the journal's latest entry
	Behind  map[string]uint64 `json:"behind"`         // follower to the journal entries it has not passed
	Size    int64             `json:"size"`           // bytes of the state file in use
	Disk    uint64            `json:"disk_free"`      // bytes free where it lies
	Warning []string          `json:"warning,omitempty"`
}

// Queue counts what is on its way.
type Queue struct {
	Queued  int `json:"queued"`
	Sending int `json:"sending"`
	Awaited int `json:"awaited"` // sent, and a report is due
	Parts   int `json:"parts"`   // of received messages not yet whole
}

// Counts are of messages.
type Counts struct {
	Accepted    uint64 `json:"accepted"`
	Rejected    uint64 `json:"rejected"`
	Sent        uint64 `json:"sent"`
	Delivered   uint64 `json:"delivered"`
	Undelivered uint64 `json:"undelivered"`
	Failed      uint64 `json:"failed"`
	Received    uint64 `json:"received"`
}

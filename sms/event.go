package sms

import (
	"encoding/json"
	"time"
)

// An Event is one change of a message's state, as it stands in the journal and
// as followers publish it.
type Event struct {
	Seq      uint64          `json:"seq,omitempty"`  // place in the journal; 0 for a rejected request, which has none
	Prev     uint64          `json:"prev,omitempty"` // place of the event of this message before this one; 0 for its first
	Time     time.Time       `json:"time"`
	Clock    string          `json:"clock,omitempty"` // how far Time can be trusted: ClockUnset, ClockUnsure; empty: it is right
	ID       string          `json:"id"`
	Of       string          `json:"of,omitempty"` // the id of the message that this one sends again
	State    State           `json:"state"`
	Final    bool            `json:"final"`
	To       Number          `json:"to,omitempty"`
	Route    string          `json:"route,omitempty"`
	Modem    string          `json:"modem,omitempty"`
	Attempt  int             `json:"attempt,omitempty"`
	Segments int             `json:"segments,omitempty"` // how many the message takes
	Sent     int             `json:"sent,omitempty"`     // how many a network has taken
	Why      string          `json:"why,omitempty"`      // what a waiting message waits for, or what settled it
	Error    *Fault          `json:"error,omitempty"`
	Meta     json.RawMessage `json:"meta,omitempty"`
}

// How far the clock of a board can be trusted.
const (
	ClockUnset  = "unset"  // it is wrong, or not known to be right yet
	ClockUnsure = "unsure" // nobody has said that it is right
)

// A Fault is what went wrong with an attempt or a request, for users.
type Fault struct {
	Code    string    `json:"code,omitempty"`  // the network's own: "+CMS 38", "ESME_RTHROTTLED"
	Field   string    `json:"field,omitempty"` // of a rejected request
	Text    string    `json:"text"`
	RetryAt time.Time `json:"retry_at,omitzero"`
}

// A Received is a whole message that came in, as it stands in the journal.
type Received struct {
	ID         string    `json:"id"`
	Seq        uint64    `json:"seq"`
	Time       time.Time `json:"time"`             // when the last part arrived here
	Clock      string    `json:"clock,omitempty"`  // as in an Event
	SentAt     time.Time `json:"sent_at,omitzero"` // the service centre's time stamp, where it can be read
	From       Number    `json:"from"`
	To         Number    `json:"to,omitempty"` // the SIM's own number, where known
	Text       string    `json:"text"`
	Data       []byte    `json:"data,omitempty"` // octets in place of text
	Port       uint16    `json:"port,omitempty"`
	SourcePort uint16    `json:"source_port,omitempty"`
	Modem      string    `json:"modem,omitempty"`
	Parts      int       `json:"parts"`                // how many it came in
	Incomplete bool      `json:"incomplete,omitempty"` // some parts never came
	Class      *int      `json:"class,omitempty"`      // message class 0 to 3, where one was given
	Kind       Kind      `json:"kind,omitempty"`       // what waits elsewhere: "voicemail", "mms"; absent for texts and octets
	Waiting    *int      `json:"waiting,omitempty"`    // how much of that, where the network tells; 0: nothing any more
	Replaces   int       `json:"replaces,omitempty"`   // 1 to 7: it stands in for the sender's last one of that number
	Raw        []string  `json:"raw,omitempty"`        // the PDUs as the modem gave them, hexadecimal
}

// An Entry is one line of the journal: an event, a received message, or a
// notice.
type Entry struct {
	Seq      uint64    `json:"seq"`
	Event    *Event    `json:"event,omitempty"`
	Received *Received `json:"received,omitempty"`
	Notice   *Notice   `json:"notice,omitempty"`
}

// A View is a message together with where it stands: what show prints and
// GET /messages/{id} answers.
type View struct {
	Message Message `json:"message"`
	Status  Event   `json:"status"` // its latest event
}

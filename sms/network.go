package sms

import (
	"fmt"
	"time"
)

// A Way is one way out and in, a modem or an SMSC, as its edge last saw it.
type Way struct {
	Name    string `json:"name"`
	Kind    string `json:"kind"`  // "modem" or "smsc"
	State   string `json:"state"` // the edge's own word: "ready", "registering", "absent"
	Ready   bool   `json:"ready"` // it would take a message now
	Why     string `json:"why,omitempty"`
	Window  int    `json:"-"` // messages it carries at a time; 1 for a modem
	Country string `json:"country,omitempty"`
	Modem   *Modem `json:"modem,omitempty"`

	Limits []Allowance `json:"limits,omitempty"` // of the SIM in it, and what is left of each
}

// WayGone is the State of a way that is no more, where its followers are told.
const WayGone = "gone"

// A Modem is what is known of a modem beside its state.
type Modem struct {
	Port         string `json:"port,omitempty"`
	IMEI         string `json:"imei,omitempty"`
	IMSI         string `json:"imsi,omitempty"`
	ICCID        string `json:"iccid,omitempty"`
	Number       Number `json:"number,omitempty"` // the SIM's own, where it tells
	Manufacturer string `json:"manufacturer,omitempty"`
	Model        string `json:"model,omitempty"`
	Revision     string `json:"revision,omitempty"`
	Profile      string `json:"profile,omitempty"`
	Operator     string `json:"operator,omitempty"`
	Technology   string `json:"technology,omitempty"`
	Registration string `json:"registration,omitempty"` // "home", "roaming", "searching", "denied", …
	Signal       *int   `json:"signal,omitempty"`       // dBm
	SMSC         Number `json:"smsc,omitempty"`

	Balance *Balance `json:"balance,omitempty"` // of its SIM; nil: not asked for

	Sent     uint64 `json:"sent"`     // segments taken since the daemon started
	Refused  uint64 `json:"refused"`  // segments refused
	Received uint64 `json:"received"` // parts received
	Reports  uint64 `json:"reports"`
	Restarts uint64 `json:"restarts"` // times the port was opened again
}

// A Ref is what a network calls a segment it has taken.
type Ref struct {
	Net     string    `json:"net"`     // whose number it is: the SIM, the SMSC account
	ID      string    `json:"id"`      // TP-MR in decimal, SMPP message_id
	Segment int       `json:"segment"` // which, from 0
	Time    time.Time `json:"time"`
}

// A Report is a network's later word on a segment.
type Report struct {
	Net    string    `json:"net"`
	ID     string    `json:"id"`
	To     Number    `json:"to,omitempty"` // the recipient as the network writes it
	State  State     `json:"state"`        // Delivered, Undelivered, or Sent for one that is not final
	Code   string    `json:"code"`         // "TP-ST 0x46"
	Text   string    `json:"text,omitempty"`
	Time   time.Time `json:"time"` // when it arrived here
	DoneAt time.Time `json:"done_at,omitzero"`
	SentAt time.Time `json:"sent_at,omitzero"` // when the service centre took the segment, by its own clock
	Way    string    `json:"way,omitempty"`
	Raw    string    `json:"raw,omitempty"`
}

// A Part is a piece of a message that came in.
type Part struct {
	From   Number    `json:"from"`
	To     Number    `json:"to,omitempty"`
	SentAt time.Time `json:"sent_at,omitzero"`
	Time   time.Time `json:"time"` // when it arrived here
	Way    string    `json:"way"`
	Net    string    `json:"net"`            // the SIM or account it came to
	SMSC   Number    `json:"smsc,omitempty"` // the service centre it came through

	Coding     Coding `json:"coding"`
	Text       string `json:"text,omitempty"`   // this part's own text, decoded
	Octets     []byte `json:"octets,omitempty"` // user data without header: UCS-2 and 8-bit parts are joined as octets
	Port       uint16 `json:"port,omitempty"`
	SourcePort uint16 `json:"source_port,omitempty"`
	HasPort    bool   `json:"has_port,omitempty"`
	Class      *int   `json:"class,omitempty"`

	Kind     Kind `json:"kind,omitempty"`     // what waits elsewhere; empty for what is itself the message
	Waiting  *int `json:"waiting,omitempty"`  // how much of that, where it is told; 0: nothing any more
	Replaces int  `json:"replaces,omitempty"` // 1 to 7: it stands in for the sender's last one of that number

	Concat Concat `json:"concat,omitzero"`
	Raw    string `json:"raw,omitempty"` // the PDU as it came, hexadecimal

	// Slot names the place the part lies in until it is deleted ("sim/SM/3").
	// A part met again at the same slot with the same Raw is the same part,
	// unless Emptied says that this process has emptied the slot since.
	Slot    string `json:"slot,omitempty"`
	Emptied bool   `json:"-"`

	Stick Number `json:"-"` // whose messages are to leave from Net from now on; empty: nobody's
}

// Coding says what the octets of a part are.
type Coding string

const (
	CodingGSM7 Coding = "gsm7"
	CodingUCS2 Coding = "ucs2"
	CodingData Coding = "data" // 8-bit
)

// Concat is a part's place among its like, 3GPP TS 23.040 §9.2.3.24.1 and .8.
// Its zero value is a message of one part.
type Concat struct {
	Ref   uint16 `json:"ref"`
	Wide  bool   `json:"wide"`  // the reference is 16 bits
	Total int    `json:"total"` // 0 or 1: alone
	Seq   int    `json:"seq"`   // from 1
}

// Alone reports whether the part is a whole message. A header whose numbers
// make no sense makes its part a message of its own rather than a lost one.
func (c Concat) Alone() bool { return c.Total <= 1 || c.Seq < 1 || c.Seq > c.Total }

// A Verdict says what may be done with a message that was refused.
type Verdict uint8

const (
	Retry   Verdict = iota // the same way may take it later
	Reroute                // another way may take it now
	Reject                 // no way will ever take it
)

// String returns the verdict's name for logs.
func (v Verdict) String() string {
	switch v {
	case Retry:
		return "retry"
	case Reroute:
		return "reroute"
	case Reject:
		return "reject"
	}
	return fmt.Sprintf("verdict(%d)", uint8(v))
}

// A SendError is one network's refusal, with the network's own code. An error
// of Send that is not a SendError counts as a Retry.
type SendError struct {
	Verdict Verdict
	Code    string // "+CMS 38", "ESME_RTHROTTLED"; empty where there is none
	Doubt   bool   // the last octet had left: the network may have taken the segment
	Err     error  // a sentence for the operator
}

// Error returns the code and the cause.
func (e *SendError) Error() string {
	switch {
	case e.Err == nil:
		return e.Code
	case e.Code == "":
		return e.Err.Error()
	}
	return e.Code + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *SendError) Unwrap() error { return e.Err }

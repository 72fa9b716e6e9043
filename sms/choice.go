package sms

import "time"

// ActMost is how many messages one act on many changes at a time, in one
// commit. Who asks for more goes on with Acted.After.
const ActMost = 500

// A Choice says which messages an act on many is for: those that meet all that
// is given.
type Choice struct {
	State  State     `json:"state,omitempty"`
	To     Number    `json:"to,omitempty"`
	Route  string    `json:"route,omitempty"`          // asked for, or of the latest attempt: a rule or a way
	Before time.Time `json:"accepted_before,omitzero"` // accepted earlier
	All    bool      `json:"all,omitempty"`            // really all, where nothing else is given

	After  uint64 `json:"after,omitempty"`   // only those whose Num is more
	Limit  int    `json:"limit,omitempty"`   // at most so many; 0: ActMost
	DryRun bool   `json:"dry_run,omitempty"` // change nothing, and tell what would be
}

// Acted is what an act on many messages did.
type Acted struct {
	Messages []Event `json:"messages"`        // where each now stands; in a dry run, where each that would be changed stands
	Late     []Event `json:"late,omitempty"`  // those that are being sent and cannot be called back
	Known    []Event `json:"known,omitempty"` // where those stand that were sent again before
	After    uint64  `json:"after,omitempty"` // there may be more: go on with this
}

// Check says what is wrong with a choice for an act on messages in some states.
// The error is a *FieldError.
func (c Choice) Check(states ...State) error {
	if c.State == "" && c.To == "" && c.Route == "" && c.Before.IsZero() && !c.All {
		return &FieldError{"all", "nothing chooses the messages: give state, to, route or accepted_before, or say that all are meant"}
	}
	if c.State != "" && !c.State.among(states) {
		return &FieldError{"state", quote(string(c.State)) + " cannot be; there are: " + list(states)}
	}
	if c.Limit < 0 || c.Limit > ActMost {
		return &FieldError{"limit", "has to be a number from 1 to 500"}
	}
	return nil
}

// Takes reports whether a message is among those chosen, its place apart.
func (c Choice) Takes(m *Message, st *Status) bool {
	return (c.State == "" || st.Event.State == c.State) &&
		(c.To == "" || SameNumber(m.To, c.To)) &&
		(c.Route == "" || c.Route == m.Route || c.Route == st.Route || c.Route == st.Way) &&
		(c.Before.IsZero() || m.Accepted.Before(c.Before))
}

package sms

import (
	"math"
	"time"
)

// A Stick says which SIM a person's messages leave from: the one that carried
// the last message to them, or received the last from them.
type Stick struct {
	Net string // the SIM, as in Ref and Part
	Day int64  // when that was last written down: days since 1970, UTC
}

const (
	// SticksMost bounds how many people are remembered, in memory and on disk:
	// about 1 MiB of the file. The ones longest unheard of go first.
	SticksMost = 10_000
	// StickDays is how long one is remembered who is not heard of.
	StickDays = 90
)

// StickTo is a Stick written down at a time.
func StickTo(net string, at time.Time) Stick {
	return Stick{Net: net, Day: min(max(0, at.Unix()/daySeconds), math.MaxUint32)}
}

// Over reports whether it is too old to be held to.
func (s Stick) Over(now time.Time) bool { return now.Unix()/daySeconds-s.Day > StickDays }

// Renews reports whether s has to be written down where was is: a SIM that is
// another, or a day that is later. So the same SIM costs a write a day at most.
func (s Stick) Renews(was Stick) bool { return s.Net != was.Net || s.Day > was.Day }

package sms

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// An Again says how a message that has ended is sent again.
type Again struct {
	// SameID has the message itself queued anew: its attempts go on counting, and
	// it ends a second time. Otherwise a new message is made that names the old
	// one, which stays as it ended: each id is answered with one final state.
	SameID bool
	ID     string // of the new message; empty: see AgainID. For one message only
}

// Check says what is wrong with how. The error is a *FieldError.
func (a Again) Check() error {
	switch {
	case a.ID == "":
		return nil
	case a.SameID:
		return &FieldError{"id", "names a new message, and same_id wants none: give one of them"}
	}
	if text := badID(a.ID); text != "" {
		return &FieldError{"id", text}
	}
	return nil
}

// AgainID is the id of the message that sends the one with an id again, unless
// the caller gives one: gate-1 is sent again as gate-1:r1, and that as gate-1:r2.
// Who asks twice is answered with the message there is. Of an id too long for that
// a part is replaced by its hash.
func AgainID(id string) string {
	base, n := id, uint64(1)
	if i := strings.LastIndex(id, ":r"); i > 0 {
		if last, err := strconv.ParseUint(id[i+2:], 10, 32); err == nil && last > 0 {
			base, n = id[:i], last+1
		}
	}
	suffix := fmt.Sprintf(":r%d", n)
	if len(base)+len(suffix) > maxID {
		hash := sha256.Sum256([]byte(base))
		mark := "." + hex.EncodeToString(hash[:8])
		base = base[:maxID-len(suffix)-len(mark)] + mark
	}
	return base + suffix
}

// Renew makes of a message that has ended the one that sends it again, as of
// now: with as long to go as it had, where its time is over.
func (m *Message) Renew(how Again, now time.Time) *Message {
	next := *m
	if !how.SameID {
		next.Num, next.Concat = 0, 0
		next.ID, next.Of, next.Request = how.ID, m.ID, ""
		next.Accepted = now
		if next.ID == "" {
			next.ID = AgainID(m.ID)
		}
	}
	begins := m.Accepted
	if m.SendAt.After(begins) {
		begins = m.SendAt
	}
	if !m.SendAt.After(now) {
		next.SendAt = time.Time{}
	}
	if !m.Expires.IsZero() && !m.Expires.After(now) {
		next.Expires = now.Add(max(m.Expires.Sub(begins), time.Minute))
	}
	return &next
}

// A Renew makes the message that sends another one again. It is pure.
type Renew func(m *Message) *Message

// A Renewed is a message that is sent again, and where it stands.
type Renewed struct {
	Message *Message
	Status  *Status
	Known   bool // it was there already
}

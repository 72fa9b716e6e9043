package sms

import (
	"errors"
	"strconv"
)

// A FieldError says which field of what a user sent cannot be taken, and why.
type FieldError struct {
	Field string // as the user writes it: "to", "send_at"
	Text  string // a sentence without the field's name, lower case, no full stop
}

// Error returns the field and the sentence.
func (e *FieldError) Error() string {
	if e.Field == "" {
		return e.Text
	}
	return e.Field + ": " + e.Text
}

var (
	// ErrFull is returned for a request that finds no room: the queue or the
	// disk is full. The caller may try again later.
	ErrFull = errors.New("there is no room")
	// ErrNotFound is returned where no message has the id.
	ErrNotFound = errors.New("no such message")
	// ErrBroken is returned when nothing may be written any more: what is on
	// disk is the truth, and only a restart finds it again.
	ErrBroken = errors.New("the state file could not be written: restart")
	// ErrClosed is returned by what has been stopped.
	ErrClosed = errors.New("closed")
)

// quote puts a user's words in an error, shortened, with what cannot be
// printed escaped.
func quote(s string) string {
	const most = 40 // runes: enough to recognise one's own words
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return strconv.Quote(s)
}

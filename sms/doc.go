// Package sms holds the words every part of Pigeon shares: the message and its
// states, what goes out (a segment, a ref, a report), what comes in (a part, a
// received text), the event in the journal, and the verdict on a refusal. It
// also turns text into segments and back, and reads telephone numbers.
//
// The words are these, and each means one thing everywhere:
//
//	message   what a person wrote, whole
//	segment   a piece of it going out
//	part      a piece of one coming in
//	ref       what a network calls a segment it has taken
//	report    a network's later word on that segment
//	way       one way out: a modem or an SMSC, by name
//	route     the rule that chooses ways for a message
//	verdict   what may be done after a refusal: retry, reroute, reject
//	event     a line in the journal
//	follower  a reader of the journal, with a cursor of its own
//
// The package runs no goroutine, does no I/O and imports none of its siblings.
package sms

// Package gateway is the core: it accepts messages, chooses a way for each,
// tries, tries again, gives up, puts received parts together and tells
// followers what happened. It makes every decision about a message and speaks
// no protocol; the store remembers, the edges translate.
//
// # How a message goes out
//
//	Accept     any caller    one transaction: message, event; then into the queue
//	claim      any caller    asks for a free way first: then Begin is in that transaction
//	dispatch   one goroutine owns the queue: what is due, which way is free
//	fly        one goroutine for each way at work: Begin, Send, then Turn, which ends one
//	                         attempt and begins the next in one transaction, or Finish
//	settle     pure          what an attempt's end or a report makes of the message
//	Follow     any caller    the journal after a cursor
//
// # Trying again
//
// A way's refusal carries a verdict. Retry waits and tries the same ways, with
// a pause that doubles from Config.RetryFirst to Config.RetryMost and is
// spread by a quarter either way. Reroute sets that way aside for this message
// and tries another at once; when none is left all are forgiven and the
// message waits as for Retry. Reject ends it. Whatever is not known to be
// lasting counts as temporary, up to Config.Attempts attempts. Time in which
// no way is ready costs no attempt.
//
// # Order, and hours
//
// Messages of one priority leave in the order they were accepted; between
// priorities what waits rises, see age.go. A row may have hours in which its
// messages wait: a gate closes the row's lines, see hours.go.
//
// # Time
//
// Memory waits by steady time, which no setting of the clock changes. What was
// given as a time of day is reckoned anew when the clock jumps, and waits until it
// is trusted, see clock.go.
//
// # Limits and load
//
// Config.Limits holds the SIM in a way to what it may send; what it has sent
// is counted by the store, in the transaction of Begin, and so survives a
// restart and follows the SIM into another modem. What is begun is counted,
// whether a network took it or not. A way at its limit takes no message; others
// take over, and where there is none messages wait, without that costing an
// attempt, until the first limit frees: the dispatcher sets its alarm to that. An
// urgent message passes all limits and is counted. A message of more segments
// than a limit allows goes when the minute, the hour, the day is empty. One
// whose recipient would be one too many for a SIM lets others pass.
//
// Of ways that a row prefers alike, the next message goes to the one with the
// least in progress and the fewest recent failures, each weighing as long as the
// way takes over a segment. Of those free alike they take turns, each as often
// as it is fast and as its SIM has a share of its day or month left: one of
// 200 ms ten times for each time of one of 2 s. See rank.go.
//
// # Sticky rows
//
// In a sticky row a message is held to the SIM that carried the last message to
// its recipient or received the last from them; the store remembers that in the
// transactions of Begin and Keep. A message whose SIM takes nothing waits for it,
// in a line of that SIM's own, for Config.StickyWait at most. See cling.go.
//
// # Doubt
//
// An attempt is on disk before its first octet leaves. When the process stops,
// or a modem dies, between the last octet and the network's answer, nobody
// knows whether the message went. A message that says resend is sent again after
// Config.DoubtWait, from the segment in doubt where the same way carries on, else
// whole and with the same concatenation reference; one that says hold becomes
// doubtful and is left to a person. A report on it settles the doubt: what the
// network has is not sent again. The core says in which time the service centre
// must have taken it; the store finds the one message that fits, or none.
//
// # Goroutines
//
// Run starts the dispatcher, one housekeeper, and one goroutine for each
// attempt in progress, which carries on with its way's next; it returns when all are gone. Everything else runs on
// its caller's goroutine.
package gateway

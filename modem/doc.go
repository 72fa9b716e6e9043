// Package modem keeps modems alive and carries texts over them: one modem's
// life, and the pool of them.
//
// A modem is known by what does not change (its port, its USB place, its IMEI
// or its SIM), never by ttyUSB3. What families do differently is data in
// package profile; the states a modem goes through are a table in state.go;
// what a network's refusal means is a table in verdict_cms.go and
// verdict_cme.go.
//
// # Sending
//
// Send takes one message at a time and does not queue: a modem that cannot
// start at once refuses. A segment is one +CMGS and nothing else, so one round
// trip. What matters afterwards is whether Ctrl-Z had left: before it a failure
// is a failure, after it only the modem's own answer settles anything, and its
// silence is told as doubt.
//
// # Receiving
//
// Texts are stored by the modem and announced (+CMTI); they are read, given to
// the gateway, and deleted only when the gateway says that they are on disk. A
// sweep finds those never announced; a modem that says it is full has all its
// memories swept, whichever it names. Places are handled in rounds: all that is
// known is read, all of it is committed, and then deleted from the highest index
// down, because E1750-class modems renumber what lies above. Submits that other
// programs left in a memory are not touched, unless fewer than keepFree places
// are left. A memory that counts texts and lists none is read by index
// (unlisted.go). What lies in no memory (+CDS, +CMT) is offered to the gateway until
// it takes it.
//
// Reading and sending take turns of equal time, and of one command at least, so
// that neither starves the other; a nearly full memory goes first.
//
// # Codes and calls
//
// A USSD code is sent and answered between messages, never within one: the
// owner says nothing else meanwhile, and the modem takes no message. A menu
// stays open for menuLimit without holding anybody up. Whoever calls is hung
// up on between two commands (call.go), and told to a Gateway that is a Callee.
//
// What a SIM has left is such a code, and the menus behind it, when the modem
// has nothing else to do (balance.go). What came of it is remembered by ICCID,
// shown in the modem's status, and told to a Gateway that is a Teller when it is
// news.
//
// # Recovery
//
// A modem in trouble climbs a ladder (ladder.go): the port's own resync, a new
// start, the radio off and on, the family's reset, the USB device and its
// port's power, the modem's power line, and rests that grow to an hour. What
// kind of trouble it is decides how high it is worth climbing. Each step is kept,
// logged and told to a Gateway that is a Recoverer; the step that worked is
// remembered by IMEI and comes earlier the next time. A modem that fails in a
// row what others send is set aside by a breaker (breaker.go), climbs the same
// ladder, and is back on trial: its next messages decide. Modems that share a
// power line are drained and parted from their ports before it is cut. That a USB
// device is taken away for a moment is remembered before (away.go): if the process
// is killed then, the next one gives it back.
//
// A modem may be well by all it says and yet hear nothing of the network's. Where
// that is configured, one for which nothing has come in for long takes the step
// radio while it is idle (refresh.go).
//
// What went over the wire last is in a ring of its own for each modem
// (record.go), masked by whoever reads it (mask.go).
//
// # Goroutines
//
// Pool.Run looks for USB modems itself. It starts, and waits for: one that gives
// back what an earlier process left off the USB bus; for each found device that
// nothing is known of, one that asks who it is; for each modem its
// owner (modem.run), which alone speaks to the modem, and its courier, which
// alone waits for the gateway; where a balance is asked for, one more that waits
// for the moment (balancewatch.go) and asks as anybody else would. While a port is open its line.Port runs beside
// them. The pool's other methods may be called from anywhere.
//
// It relies on package line to keep unasked lines and late answers out of an
// answer, and on package tpdu to turn every PDU into something.
package modem

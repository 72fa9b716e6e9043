// Package line tames a real modem's bytes for the AT engine
// (github.com/warthog618/modem/at), which is sound on clean input and trusts
// what it reads. A Port stands between the two:
//
//	modem ─▶ reader ─▶ framer ─▶ sorter ─┬─▶ engine ─▶ Do, Submit
//	                                     ├─▶ Config.URC
//	                                     └─▶ nowhere: echoes, late answers
//	modem ◀─ writer ◀───────────────────────  engine
//
// It promises that
//
//   - an unasked line never reaches a command's answer, and always reaches
//     Config.URC, in order and with the PDU line that belongs to it;
//   - a late answer is never taken for the next command's: after a time-out
//     the port finds the modem's place again, or ends with ErrLost;
//   - a silent, flooding or stuck port blocks nobody for longer than the
//     limits that are named, and costs a bounded amount of memory;
//   - Submit tells whether Ctrl-Z had been handed over when something failed.
//
// # What belongs to a command
//
// Between commands every line is unasked; a final result then is a late one
// and is dropped. While a command runs, a line is its own when
//
//   - it starts with the command's name and a colon ("+CSQ: 12,99"), and the
//     command's form is one that answers with information. Setting a value
//     ("AT+CREG=2") is not, save for the few commands that say so. Of the
//     registration queries only lines with the setting first ("+CREG: 2,1") are
//     answers: a single number, or a quoted area code in second place, is news;
//   - it has no name, nor begins as one ("+PBREADY"), and the command answers
//     with bare text (AT+CGMI, ATI), or it is the PDU behind a +CMGR or +CMGL
//     header;
//   - it is a final result. NO CARRIER and its like end only ATD and ATA.
//
// Whatever else comes is unasked: above all a line with any other name.
//
// # Goroutines
//
// Run owns the stream. It starts a reader, a writer, one that ends the engine
// when Run does, and the engine's own three. Config.URC is called by the
// reader.
package line

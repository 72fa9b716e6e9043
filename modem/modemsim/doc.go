// Package modemsim simulates GSM modems and the network behind them: an AT
// command interface on a stream or a pseudo terminal, a service centre that
// records what it takes and delivers what is sent to the modem, and faults on
// command. It is what `pigeon simulate modem` runs, and what tests put in
// place of a modem.
//
// Its codec for TPDUs (the pdu files) is its own, so that it finds the mistakes
// of the one it is used to test. It follows 3GPP TS 27.005 and 27.007 for
// commands, 23.040 for TPDUs, 23.038 for alphabets, ITU-T V.250 for lines.
//
// # Parts and goroutines
//
// A [Network] runs nothing: what is due is fetched by the modem it is for. A
// [Modem] works in [Modem.Serve]: the caller's goroutine is the engine, who
// alone touches what is inside the modem; one goroutine reads, one writes. A
// [Sim] is a network with its modems on pseudo terminals: [Sim.Run] serves each
// modem in a goroutine, with another that notices hosts who open and close the
// line, and the control socket in one more and one for each connection. Time is
// the time package's, so that Serve over a net.Pipe works in a synctest bubble.
//
// A segment is recorded at the moment the network takes it, which is after the
// latency and before the modem says +CMGS. A modem finishes a segment that it
// has begun, even if the host goes meanwhile.
//
// # Families
//
// ModemConfig.Family names what a modem says it is, and with that its commands
// for the ICCID, the PIN tries, restart and power, its memories, what +CNMI
// takes, how it says that it starts, is ready, is full, how it lists texts, whether
// it renumbers them when one is deleted (huawei, as an E1750 does). Without Lifelike it
// does so at once and in peace; with it, it takes the time real ones take,
// chatters, and leaves the USB bus when it restarts. [Modem.Power] cuts and
// restores its supply, [Modem.Key] presses its PWRKEY; what stands on USB drops
// its line ([ErrHangup]) until [Modem.Back] returns, and after the fault
// renumber it stands under another name ([Modem.Port]).
//
// # Control language
//
// [Sim.Command] and the control socket take one command to a line, for all
// modems, or for one that is named first as in "modem1: fault silence". A
// socket answers each with the reply and a line "OK", or "ERROR" and a sentence.
//
//	help                                    lists all of this
//	status                                  one line for each modem
//	messages                                what the network has whole
//	deliver [-OPTION…] FROM TEXT            a text comes in; \n is a new line
//	pdu HEX                                 a DELIVER or STATUS-REPORT as it stands
//	set signal N | registration N | eps N | operator NAME | latency D
//	set sim in|out|failed|busy D|pin|puk    how the SIM is
//	power on|off                            its supply
//	key D                                   its PWRKEY, a toggle, held for D
//	say LINE                                a line unasked
//	fill N                                  N stored messages that count as sent
//	reports D                               the time status reports take
//	rule SUFFIX refuse CODE                 +CMS ERROR: CODE for such numbers
//	rule SUFFIX never                       no report for them
//	rule SUFFIX report ST[,ST…] [D]         reports with these TP-ST; * is any number
//	rule clear
//	fault NAME [ARGUMENTS]                  see below
//	clear                                   ends every fault
//
// Options of deliver: -flash, -class=1..3, -alphabet=gsm7|ucs2, -language=turkish|
// spanish|portuguese, -wide (a 16-bit reference), -shuffle=N, -gap=D, -after=D,
// -copies=N, -missing=PART, -data=HEX, -port=N, -protocol=N.
//
// Faults that stay: silence, wedged, deaf, full, nonews, otherport, unlisted, split,
// unregistered, weak, netloss [CODE], slow D; until it restarts: hung (the parser is
// wedged), refusing CODE (every segment); until its power is cut: frozen (not a word),
// stuck (all is refused with 515).
// Faults that come N times, once where N is left out, or always: error CODE [N],
// late D [N], sendlate D [N], noprompt, prompturc, promptfail, midpdu, lostfinal,
// takesilent, takegone, midanswer.
// Faults of the moment: urcstorm N, garbage [N], echo, forget, stall [D], reboot,
// hangup [D], unplug [D], renumber [D].
package modemsim

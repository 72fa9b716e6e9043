// Package profile holds what each family of modems does differently, as data:
// how to know one, which of its USB interfaces takes commands, what to say at
// start, where it keeps texts, how it counts PIN tries, how long it takes over
// things, how it is reset and switched.
//
// Nothing here runs, waits or speaks to a modem. A row is a reading of vendor
// manuals, of other software's workarounds and of traces from the field, as
// docs/hardware.md lists them; an unknown modem gets Generic, which asks for
// nothing that is not in 3GPP TS 27.005 and 27.007.
//
// A row says only what differs: the rest is filled in from the defaults, so
// that every field of every Profile that is handed out can be used as it is.
package profile

import "time"

// A Profile is one family of modems. Commands stand without "AT".
type Profile struct {
	Name string // lower case, as it stands in statuses and in made-up modem names

	// How the family is known.
	Layouts []Layout // USB products in modem mode
	Vendors []string // USB vendor ids whose other products are tried too, by probing
	Class   []string // USB class/subclass/protocol of the command port, "ff/01/02", where numbers vary
	Avoid   []string // the same of ports that take no commands, or carry PPP
	Brands  []string // beginnings of what +CGMI answers, lower case
	Models  []string // beginnings of what +CGMM answers, lower case; none: any of the brand

	// What is said at start, after the identity is known. A refusal of Init is
	// no fault: firmware of one family differs.
	Init    []string
	CNMI    []string // values of +CNMI=, tried in turn until one is taken
	Unheard []string // what may bring unasked lines to the port in use, tried in turn where texts come and nothing says so

	// Where texts are kept.
	Storage     []string // names for +CPMS in order of preference
	Memories    int      // how many names +CPMS= takes, 2 or 3, where it does not say so itself
	Unlisted    bool     // counts texts in +CPMS that can be neither listed nor read: only deleting all makes room
	ReportStore string   // the memory of stored reports, whatever +CDSI says; empty: where +CDSI says

	// When texts work, which is later than when AT answers.
	Ready     []string      // beginnings of unasked lines that say so; none: only asking tells
	ReadyWait time.Duration // from the first answer to AT; from then on "not yet" is no longer normal
	Settle    time.Duration // after the PIN was taken, before the SIM is asked anything

	Tries  Tries    // how many PIN tries are left
	ICCID  []string // commands that may tell the SIM's serial number, best first
	Signal []string // commands that tell the signal where +CSQ does not know it
	USSD   USSD     // how the text of +CUSD is written in a command

	// The longest waits for an answer that are still normal.
	SendLimit    time.Duration // of +CMGS, for its result
	StorageLimit time.Duration // of +CPMS
	DeleteLimit  time.Duration // of +CMGD
	RadioLimit   time.Duration // of RadioOff and RadioOn

	Balks    int  // how often in a row it may prompt and refuse the PDU at once; it is offered again
	KeepLink bool // +CMMS=1 speeds up messages of several segments

	// How it is brought back, gentlest first.
	RadioOff, RadioOn string        // the network left and joined again; +CFUN=0 and 1 where that is safe
	Reset             string        // soft reset
	Away              time.Duration // a reset may take it off the USB bus for so long; 0: a serial line, which stays
	PowerOff          string        // leaves the network and switches off; empty: none is known
	Boot              time.Duration // from power or reset to the first answer to AT, at most, usually
	Key               Key           // a module's PWRKEY; the zero value for sticks, which have none
}

// A Layout is the USB products that share an arrangement of interfaces.
type Layout struct {
	IDs   []string // "vvvv:pppp", lower-case hexadecimal
	AT    []int    // interface numbers that take commands, best first; none: probe
	Leave []int    // interface numbers to leave alone: diagnostics, NMEA, audio, network
}

// Tries is how a family tells the PIN tries that are left.
type Tries struct {
	Cmd   string // without AT; empty: only +CPINR is asked
	Field int    // which of the answer's fields, from 0
}

// USSD is how the text of +CUSD is written in a command.
type USSD uint8

const (
	Plain  USSD = iota // in the character set of +CSCS
	Packed             // seven bits to the character, as hexadecimal digits
)

// A Key is how long a module's PWRKEY is held low, which is a toggle: the
// same key switches a module that runs off. Each time holds for every module
// of the family, with a margin.
type Key struct {
	On    time.Duration // switches on
	Off   time.Duration // switches off; 0: only PowerOff does
	Gone  time.Duration // from Off or PowerOff until it is off, at most
	Rest  time.Duration // from there until On is heeded again, at least
	Reset time.Duration // of the reset pin; 0: there is none
}

// Generic returns the profile of a modem nothing is known of.
func Generic() *Profile { return &all[0] }

package modemsim

import "time"

// A state is what is inside a modem. It belongs to the goroutine that serves
// it.
type state struct {
	settings
	card
	memories map[string]*memory // by name
	mr       byte               // TP-MR of the next segment

	bootAt, readyAt time.Time // answers from, messages work from
	start           []saying  // lines of the start that have not been said
	lost            int       // command lines it will not understand: its speed is not set
	chatterAt       time.Time // the next line of no interest
	chatterNext     int       // which of them
	found           bool      // it has been in a network since its start
	full            bool      // storage had no room for the last message
	regSaid         int       // registration that was last told
	epsSaid         int       // the same of +CEREG
	ack             *parcel   // delivered directly, waits for +CNMA
	ackBy           time.Time
	held            []string // unasked lines, while +CNMI mode is 0
}

// A saying is a line of a start that is due at a time.
type saying struct {
	at   time.Time
	text string
	card int // where above 0, it waits for an open SIM, and comes so many tenths of the time from there
}

// settings are lost at every restart.
type settings struct {
	echo, verbose bool
	errors        int // +CMEE
	textMode      bool
	service       int    // +CSMS
	charset       string // +CSCS
	first         int    // +CSMP: first octet, validity, protocol, coding
	validity      int
	protocol      int
	coding        int
	details       bool   // +CSDH
	indications   [5]int // +CNMI: mode, mt, bm, ds, bfr
	mem           [3]string
	reg           map[string]int // +CREG, +CGREG, +CEREG
	copsFormat    int
	keepLink      int // +CMMS
	cusd          int
	clip, crc     int
	broadcast     int // +CSCB
	attached      int // +CGATT
	ussdOpen      bool
	quiet         bool            // the family's chatter is off
	here          bool            // unasked lines come to this port
	asked         map[string]bool // vendor commands that ask for lines
	functional    int             // +CFUN
}

func newSettings(f family) settings {
	return settings{
		echo: true, verbose: true, charset: "GSM", first: 17, validity: 167, errors: f.errors, textMode: f.textMode,
		mem: [3]string{f.first, f.first, f.first}, reg: map[string]int{}, functional: 1, attached: 1,
		indications: f.cnmi, asked: map[string]bool{},
	}
}

// A card is the SIM; what is on it outlives a restart.
type card struct {
	centre     string // +CSCA
	pin        string
	locked     bool // waits for the PIN, or for the PUK where no tries are left
	tries, puk int  // tries left
	failed     bool // it does not work
	busy       time.Time
}

// Tries a SIM gives, 3GPP TS 31.101 and 27.007 §8.3.
const (
	pinTries = 3
	pukTries = 10
)

// insert makes the card ask for its PIN, as it does after power-up.
func (c *card) insert() { c.locked = c.pin != "" }

// ask is what +CPIN? says.
func (c *card) ask() string {
	switch {
	case !c.locked:
		return "READY"
	case c.tries == 0:
		return "SIM PUK"
	}
	return "SIM PIN"
}

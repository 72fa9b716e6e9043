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
	bootLines       bool      // the lines after a start have not been said
	readyLines      bool      // nor those once messages work
	full            bool      // storage had no room for the last message
	regSaid         int       // registration that was last told
	ack             *parcel   // delivered directly, waits for +CNMA
	ackBy           time.Time
	held            []string // unasked lines, while +CNMI mode is 0
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
	functional    int // +CFUN
}

func newSettings(f family) settings {
	return settings{
		echo: true, verbose: true, charset: "GSM", first: 17, validity: 167,
		mem: [3]string{f.first, f.first, f.first}, reg: map[string]int{}, functional: 1, attached: 1,
		indications: [5]int{2, 0, 0, 0, 0},
	}
}

// A card is the SIM; what is on it outlives a restart.
type card struct {
	centre     string // +CSCA
	pin        string
	locked     bool // waits for the PIN, or for the PUK where no tries are left
	tries, puk int  // tries left
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

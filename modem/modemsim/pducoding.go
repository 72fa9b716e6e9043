package modemsim

// An Alphabet says what the user data of a TPDU is made of.
type Alphabet byte

// The alphabets of 3GPP TS 23.038 §4.
const (
	GSM7 Alphabet = iota
	Octets
	UCS2
)

// String returns the alphabet's usual name.
func (a Alphabet) String() string {
	switch a {
	case Octets:
		return "octets"
	case UCS2:
		return "ucs2"
	}
	return "gsm7"
}

// NoClass is the class of a message that has none.
const NoClass = -1

// A coding is what a data coding scheme says, 3GPP TS 23.038 §4.
type coding struct {
	alphabet   Alphabet
	class      int // 0 to 3, or NoClass
	compressed bool
}

// readCoding reads a data coding scheme. A reserved one is read as the default
// alphabet, as §4 asks.
func readCoding(dcs byte) coding {
	c := coding{class: NoClass}
	switch group := dcs >> 4; {
	case group <= 0x7: // general, and the same marked for automatic deletion
		c.compressed = dcs&0x20 != 0
		if dcs&0x10 != 0 {
			c.class = int(dcs & 3)
		}
		c.alphabet = Alphabet(dcs >> 2 & 3)
		if c.alphabet > UCS2 {
			c.alphabet = GSM7
		}
	case group == 0xE: // message waiting, store, UCS-2
		c.alphabet = UCS2
	case group == 0xF:
		c.class = int(dcs & 3)
		if dcs&4 != 0 {
			c.alphabet = Octets
		}
	}
	return c
}

// writeCoding is the data coding scheme of the general group for c.
func writeCoding(c coding) byte {
	dcs := byte(c.alphabet) << 2
	if c.class != NoClass {
		dcs |= 0x10 | byte(c.class&3)
	}
	return dcs
}

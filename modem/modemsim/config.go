package modemsim

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// ModemConfig sets up one simulated modem. Only Name is needed.
type ModemConfig struct {
	Name   string
	Number string // its own, international; default +4477009000nn, counted by Index
	Index  int    // makes the default number, IMEI, IMSI and ICCID differ
	Family string // one of Families; default simulated

	Manufacturer, Model, Revision string // default: the family's

	IMEI  string // 15 digits
	IMSI  string // 15 digits; default: a British one
	ICCID string // 19 or 20 digits

	PIN string // empty: the SIM asks for none
	PUK string // default 12345678

	PINTries int // tries left; default 3; below 0: none, so that it asks for its PUK

	Operator     string // default "Pigeon"
	Signal       int    // +CSQ, 0 to 31 or 99; default 20
	Registration int    // +CREG state, 3GPP TS 27.007 §7.2; default 1, home

	SM, ME int // slots of the SIM's and the modem's own memory; default 20 and the family's

	// Lifelike takes the times below, where they are 0, from the family, and
	// so does Chatter: it boots, chatters and leaves the USB bus as one does.
	// Without it, what is 0 takes no time and does not happen.
	Lifelike bool

	Latency       time.Duration // from Ctrl-Z to the result of +CMGS
	PromptLatency time.Duration // from AT+CMGS to its prompt
	BootTime      time.Duration // from a restart to the first answer
	SettleTime    time.Duration // from there until messages work
	PINTime       time.Duration // from the PIN until they do
	AwayTime      time.Duration // from a restart, or from power, until it is on the USB bus again
	StorageTime   time.Duration // +CPMS= takes
	Chatter       time.Duration // between unasked lines of no interest; 0: none
	NeedsKey      bool          // once its power is back, it waits for its PWRKEY
	Seed          uint64        // of what is random: garbage
}

// Registration states, 3GPP TS 27.007 §7.2.
const (
	searching = 2
	home      = 1
	roaming   = 5
)

// full returns c with every default in place.
func (c ModemConfig) full() ModemConfig {
	def := func(s *string, v string) {
		if *s == "" {
			*s = v
		}
	}
	def(&c.Family, "simulated")
	f, _ := familyOf(c.Family)
	def(&c.Manufacturer, f.manufacturer)
	def(&c.Model, f.model)
	def(&c.Revision, f.revision)
	def(&c.Number, fmt.Sprintf("+44770090%04d", c.Index%1000))
	def(&c.IMEI, withLuhn(fmt.Sprintf("35693803%06d", c.Index%1000000)))
	def(&c.IMSI, fmt.Sprintf("23415%010d", c.Index))
	def(&c.ICCID, withLuhn(fmt.Sprintf("894415%012d", c.Index)))
	def(&c.PUK, "12345678")
	def(&c.Operator, "Pigeon")
	if c.Signal == 0 {
		c.Signal = 20
	}
	if c.Registration == 0 {
		c.Registration = home
	}
	if c.SM == 0 {
		c.SM = 20
	}
	if c.ME == 0 {
		c.ME = f.me
	}
	if c.PINTries == 0 {
		c.PINTries = pinTries
	}
	if c.Lifelike {
		c.lifelike(f)
	}
	return c
}

// lifelike takes the family's times where the configuration has none.
func (c *ModemConfig) lifelike(f family) {
	def := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	def(&c.Latency, f.times.send)
	def(&c.PromptLatency, f.times.prompt)
	def(&c.BootTime, f.times.boot)
	def(&c.SettleTime, f.times.settle)
	def(&c.PINTime, f.times.pin)
	def(&c.StorageTime, f.times.storage)
	def(&c.Chatter, f.times.idle)
	if !f.serial {
		def(&c.AwayTime, f.times.away)
	}
}

// withLuhn adds the check digit of ISO/IEC 7812-1 annex B.
func withLuhn(digits string) string {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return digits + string(rune('0'+(10-sum%10)%10))
}

// maxSlots keeps a memory's indexes within what hosts can take.
const maxSlots = 255

// Validate returns every fault of the configuration, joined.
func (c ModemConfig) Validate() error {
	var faults []error
	fault := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	digits := func(s string, low, high int) bool {
		return s == "" || len(s) >= low && len(s) <= high && strings.Trim(s, "0123456789") == ""
	}
	_, known := familyOf(c.Family)
	fault(c.Name == "" || strings.ContainsAny(c.Name, "/: \n"), "name: %q is empty or has a slash, colon or space", c.Name)
	fault(c.Family != "" && !known, "family: %q is none of %s", c.Family, strings.Join(Families(), ", "))
	fault(c.Number != "" && !numeric(c.Number), "number: %q is no number", c.Number)
	fault(c.Index < 0, "index: %d is below 0", c.Index)
	fault(!digits(c.IMEI, 15, 15), "imei: %q has not 15 digits", c.IMEI)
	fault(!digits(c.IMSI, 6, 15), "imsi: %q has not 6 to 15 digits", c.IMSI)
	fault(!digits(c.ICCID, 19, 20), "iccid: %q has not 19 or 20 digits", c.ICCID)
	fault(!digits(c.PIN, 4, 8), "pin: not 4 to 8 digits")
	fault(!digits(c.PUK, 8, 8), "puk: not 8 digits")
	fault(!validSignal(c.Signal), "signal: %d is not 0 to 31 or 99", c.Signal)
	fault(c.Registration < 0 || c.Registration > 11, "registration: %d is not 0 to 11", c.Registration)
	fault(c.SM < 0 || c.SM > maxSlots, "sm: %d is not 0 to %d slots", c.SM, maxSlots)
	fault(c.ME < 0 || c.ME > maxSlots, "me: %d is not 0 to %d slots", c.ME, maxSlots)
	fault(c.Latency < 0, "latency: %v is below 0", c.Latency)
	fault(c.PromptLatency < 0, "prompt latency: %v is below 0", c.PromptLatency)
	fault(c.BootTime < 0, "boot time: %v is below 0", c.BootTime)
	fault(c.SettleTime < 0, "settle time: %v is below 0", c.SettleTime)
	fault(c.PINTime < 0, "pin time: %v is below 0", c.PINTime)
	fault(c.AwayTime < 0, "away time: %v is below 0", c.AwayTime)
	fault(c.StorageTime < 0, "storage time: %v is below 0", c.StorageTime)
	fault(c.Chatter < 0, "chatter: %v is below 0", c.Chatter)
	fault(c.PINTries > pinTries, "pin tries: %d is above %d", c.PINTries, pinTries)
	return errors.Join(faults...)
}

func validSignal(n int) bool { return n >= 0 && n <= 31 || n == 99 }

// registered says whether a +CREG state lets messages through.
func registered(state int) bool {
	return slices.Contains([]int{home, roaming, 6, 7, 9, 10}, state)
}

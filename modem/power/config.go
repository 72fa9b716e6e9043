package power

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"periph.io/x/conn/v3/gpio"
)

// Kinds of lines, as written in the configuration.
const (
	Cut   = "cut"   // a relay or load switch: active means that power is on
	Pulse = "pulse" // RESET or PWRKEY: active means pressed
)

// Config describes one line. Durations that are 0 take the default. The
// defaults of a key suit most families in section "Power lines" of
// docs/hardware.md; Times are for those that need others.
type Config struct {
	Name string // for logs and errors; default: the pin's, or "gpiochip0:17"

	// Where the line is: a chip and a line on it, or a line's own name ("GPIO17")
	// on any chip or on the one given. Names are better: a Raspberry Pi 5 counts
	// its chips differently from kernel to kernel.
	Chip string // "gpiochip0"
	Line int    // from 0; taken where Pin is empty
	Pin  string

	Kind      string // Cut or Pulse
	ActiveLow bool   // active is the low level
	Toggle    bool   // the key switches on what is off and off what is on (PWRKEY)

	// Off is how long power stays away: from off to on of a cut, default 5 s;
	// from a toggle's last sign of life to the next pulse, default 3 s.
	Off time.Duration
	// Pulse is how long the key is pressed: to reset, default 300 ms; to switch
	// on, default 1.2 s.
	Pulse time.Duration
	// PulseOff is how long a toggle is pressed to switch off, default 3 s.
	PulseOff time.Duration
	// Gone is how long a modem may take to go after that, default 1 min.
	Gone time.Duration
	// Settle is the longest from power to the modem's first answer, default 30 s.
	// Too long costs a toggle patience; too short switches off a booting modem.
	Settle time.Duration
}

// Times are those of one kind of modem's key. They count where a Config leaves
// its own open; what is 0 in both takes the default.
type Times struct {
	Pulse    time.Duration // to switch on; of a line that is no toggle, to reset
	PulseOff time.Duration
	Gone     time.Duration
	Off      time.Duration
}

const (
	cutOff     = 5 * time.Second        // what uhubctl users settled on: 3 to 5 s
	toggleOff  = 3 * time.Second        // SIM7000, A7670: 2 s or more before the next pulse
	resetPulse = 300 * time.Millisecond // SIM800 105 ms, SIM7000 252 ms, EC2x 150 to 500 ms
	onPulse    = 1200 * time.Millisecond
	offPulse   = 3 * time.Second // A7670, SIM7600, SIM79xx: 2.5 s or more
	goneLimit  = time.Minute     // EC2x logs out of the network first
	settleTime = 30 * time.Second
)

var (
	chipForm = regexp.MustCompile(`^(/dev/)?gpiochip[0-9]+$`)
	nameForm = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,32}$`)
	pinForm  = regexp.MustCompile(`^[!-~]([ -~]{0,29}[!-~])?$`) // the kernel holds 31 octets
)

// Validate returns every fault, joined, each under its key in the file.
func (c Config) Validate() error {
	return errors.Join(append(c.placeFaults(), c.driveFaults()...)...)
}

// placeFaults is what is wrong with where the line is.
func (c Config) placeFaults() []error {
	var faults []error
	fault := func(key, format string, args ...any) {
		faults = append(faults, fmt.Errorf("power.%s: %s", key, fmt.Sprintf(format, args...)))
	}
	if c.Chip != "" && !chipForm.MatchString(c.Chip) {
		fault("chip", `%q is not a chip such as "gpiochip0"`, c.Chip)
	}
	if c.Chip == "" && c.Pin == "" {
		fault("chip", `a chip ("gpiochip0") and a line on it, or a pin by name ("GPIO17"), is needed`)
	}
	switch {
	case c.Line < 0:
		fault("line", "%d is below 0", c.Line)
	case c.Line > 0 && c.Pin != "":
		fault("line", "the pin %q is named already", c.Pin)
	}
	if c.Pin != "" && !pinForm.MatchString(c.Pin) {
		fault("pin", `%q is not a line's name such as "GPIO17"`, c.Pin)
	}
	return faults
}

// driveFaults is what is wrong with how the line is driven.
func (c Config) driveFaults() []error {
	var faults []error
	fault := func(key, format string, args ...any) {
		faults = append(faults, fmt.Errorf("power.%s: %s", key, fmt.Sprintf(format, args...)))
	}
	if c.Name != "" && !nameForm.MatchString(c.Name) {
		fault("name", "1 to 32 letters, digits, dots, colons, dashes or underscores are needed")
	}
	cut, pulse := c.Kind == Cut, c.Kind == Pulse
	if !cut && !pulse {
		fault("kind", `%q is neither "cut" nor "pulse"`, c.Kind)
	}
	if c.Toggle && cut {
		fault("toggle", "a cut has two levels, only a pulse can toggle")
	}
	for _, d := range []struct {
		key         string
		value       time.Duration
		least, most time.Duration
		has         bool   // the kind has this time
		who         string // has it
	}{
		// The longest pulse stays below the 33 s at which SIM800 restarts.
		{"off", c.Off, 100 * time.Millisecond, 10 * time.Minute, cut || c.Toggle, "a cut or a toggle"},
		{"pulse", c.Pulse, 10 * time.Millisecond, 30 * time.Second, pulse, "a pulse"},
		{"pulse_off", c.PulseOff, 10 * time.Millisecond, 30 * time.Second, c.Toggle, "a toggle"},
		{"gone", c.Gone, time.Second, 10 * time.Minute, c.Toggle, "a toggle"},
		{"settle", c.Settle, time.Second, 10 * time.Minute, true, ""},
	} {
		switch {
		case d.value == 0:
		case (cut || pulse) && !d.has:
			fault(d.key, "only %s has it", d.who)
		case d.value < d.least || d.value > d.most:
			fault(d.key, "%s is not from %s to %s", d.value, d.least, d.most)
		}
	}
	return faults
}

// withDefaults fills in what was left to the package. The kind has been checked.
func (c Config) withDefaults() Config {
	if c.Name == "" {
		c.Name = c.place()
	}
	fill := func(d *time.Duration, value time.Duration) {
		if *d == 0 {
			*d = value
		}
	}
	switch {
	case c.Kind == Cut:
		fill(&c.Off, cutOff)
	case c.Toggle:
		fill(&c.Off, toggleOff)
		fill(&c.Pulse, onPulse)
		fill(&c.PulseOff, offPulse)
		fill(&c.Gone, goneLimit)
	default:
		fill(&c.Pulse, resetPulse)
	}
	fill(&c.Settle, settleTime)
	return c
}

// place says where the line is, as far as the configuration tells.
func (c Config) place() string {
	chip := strings.TrimPrefix(c.Chip, "/dev/")
	switch {
	case c.Pin != "":
		return c.Pin
	case chip != "":
		return fmt.Sprintf("%s:%d", chip, c.Line)
	}
	return "line"
}

// rest is the level at which the line spends its life.
func (c Config) rest() gpio.Level {
	return gpio.Level((c.Kind == Cut) != c.ActiveLow)
}

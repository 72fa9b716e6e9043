// Package power drives a power line: one GPIO output that cuts the supply of
// one or several modems, resets a modem, or presses its power key.
//
// A Line rests at one level and leaves it only inside Cycle, Restart and
// CycleIfDead, which bring it back before they return, cancelled or not:
//
//	kind           rests at           a cycle
//	cut            active, power on   inactive for Off
//	pulse          inactive           active for Pulse
//	pulse, toggle  inactive           by the modem's signs of life, see Restart
//
// Open asks the kernel for direction and resting level in one step, so that a
// modem that is on sees no edge when the gateway starts. (A line that is made an
// output first and set afterwards falls low in between, which on a relay is a
// power cut.) The request stays open, and the level with it, until Close or the
// end of the process. What the pin does then is the kernel's and the board's
// affair: the mainline kernel makes it an input again, Raspberry Pi's leaves the
// output as it was unless config.txt says dtparam=strict_gpiod. The first is
// also what a pin is from power-up until Open. So a pull resistor, or the
// switch's own, has to hold the safe level: on for a cut, released for a key.
// The same goes for a process that is killed in the middle of a cycle.
//
// Several modems may hang on one line. The package does not know them: whoever
// calls Cycle drains them first. A Config can be compared with ==, so modems
// with equal ones share a Line.
//
// # Goroutines
//
// It starts none. A cycle runs in its caller; a second one is refused with
// ErrBusy rather than kept waiting, for the one that runs serves its modem too
// and another would cut it off while it boots.
//
// # Standing on
//
// The line is any gpio.PinOut of periph.io; Pin is the one over the kernel's
// GPIO character device (github.com/warthog618/go-gpiocdev, Linux 4.8 or later,
// all models of Raspberry Pi, without root in the group gpio).
package power

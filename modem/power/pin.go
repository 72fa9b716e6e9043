package power

import (
	"errors"
	"fmt"
	"sync/atomic"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
)

// A Pin is one output of a GPIO chip, held, as periph's gpio.PinOut. As the
// contract wants it, High is the high voltage, whatever level is active. Its
// methods may be called from anywhere.
type Pin struct {
	name      string // the kernel's, or "gpiochip0:17"
	line      int
	activeLow bool // in the request; SetValue counts in it
	out       output
	high      atomic.Bool // the level last set
}

var _ gpio.PinOut = (*Pin)(nil)

// Out sets the level.
func (p *Pin) Out(l gpio.Level) error {
	if err := p.out.SetValue(value(l, p.activeLow)); err != nil {
		return fmt.Errorf("set %s %s: %w", p.name, l, err)
	}
	p.high.Store(bool(l))
	return nil
}

// PWM is refused: the character device has none.
func (p *Pin) PWM(gpio.Duty, physic.Frequency) error {
	return fmt.Errorf("pwm on %s: %w", p.name, errors.ErrUnsupported)
}

// Name is the line's own name, or its chip and number where it has none.
func (p *Pin) Name() string { return p.name }

// Number is the line's number on its chip.
func (p *Pin) Number() int { return p.line }

// Function says at which level the line is driven, in periph's words.
func (p *Pin) Function() string {
	if p.high.Load() {
		return string(gpio.OUT_HIGH)
	}
	return string(gpio.OUT_LOW)
}

// Halt does nothing: the pin has no task that could be halted, and its level
// must stay. Close releases it.
func (p *Pin) Halt() error { return nil }

// String is the pin's name and number.
func (p *Pin) String() string { return fmt.Sprintf("%s(%d)", p.name, p.line) }

// Close gives the line back to the kernel. See the package comment for what its
// level does then.
func (p *Pin) Close() error { return p.out.Close() }

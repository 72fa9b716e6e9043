package power

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/warthog618/go-gpiocdev"
	"periph.io/x/conn/v3/gpio"
)

// consumer is the name under which the kernel shows our lines (gpioinfo).
const consumer = "pigeon"

// A board is the machine's GPIO as far as this package uses it.
type board interface {
	Chips() []string // their names, without doubles
	Chip(name string) (chip, error)
}

// A chip is one GPIO controller. Closing it leaves requested lines alone.
type chip interface {
	Lines() int
	LineInfo(line int) (gpiocdev.LineInfo, error)
	// Request makes a line an output at level in one step. The level is the
	// wire's; activeLow is only told to the kernel, which shows it.
	Request(line int, level gpio.Level, activeLow bool) (output, error)
	Close() error
}

// An output is a requested line. Its values are 1 for active, 0 for inactive.
type output interface {
	SetValue(value int) error
	Close() error
}

// cdev is the board behind the kernel's GPIO character devices.
type cdev struct{}

// Chips leaves out links: Raspberry Pi OS gives the one chip of a Pi 5 its older
// name gpiochip4 as well.
func (cdev) Chips() []string {
	var names []string
	for _, name := range gpiocdev.Chips() {
		if fi, err := os.Lstat("/dev/" + name); err == nil && fi.Mode()&os.ModeSymlink == 0 {
			names = append(names, name)
		}
	}
	return names
}

// Chip follows links, which gpiocdev refuses.
func (cdev) Chip(name string) (chip, error) {
	path := "/dev/" + strings.TrimPrefix(name, "/dev/")
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	c, err := gpiocdev.NewChip(path)
	if err != nil {
		return nil, err
	}
	return cdevChip{c}, nil
}

type cdevChip struct{ *gpiocdev.Chip }

func (c cdevChip) Request(line int, level gpio.Level, activeLow bool) (output, error) {
	l, err := c.RequestLine(line,
		gpiocdev.LevelOption(activeLow),
		gpiocdev.AsOutput(value(level, activeLow)),
		gpiocdev.WithConsumer(consumer))
	if err != nil {
		return nil, err // not l: a nil *Line in an interface is not nil
	}
	return l, nil
}

// value is the kernel's word for a level on the wire.
func value(level gpio.Level, activeLow bool) int {
	if bool(level) != activeLow {
		return 1
	}
	return 0
}

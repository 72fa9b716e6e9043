package power

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"

	"github.com/warthog618/go-gpiocdev"
)

// Open takes the line that cfg describes, at its resting level, and holds it
// until Close. It does not glitch.
func Open(cfg Config) (*Line, error) { return open(cdev{}, cfg) }

func open(b board, cfg Config) (*Line, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	p, err := request(b, cfg)
	if err != nil {
		return nil, fmt.Errorf("power %s: %w", cfg.withDefaults().Name, err)
	}
	l, err := NewLine(p, cfg)
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return l, nil
}

// request finds the line and takes it.
func request(b board, cfg Config) (*Pin, error) {
	c, name, info, err := locate(b, cfg)
	if err != nil {
		return nil, err
	}
	defer c.Close() // the line outlives it
	line := info.Offset
	p := &Pin{name: info.Name, line: line, activeLow: cfg.ActiveLow}
	if p.name == "" {
		p.name = fmt.Sprintf("%s:%d", name, line)
	}
	p.high.Store(bool(cfg.rest()))
	p.out, err = c.Request(line, cfg.rest(), cfg.ActiveLow)
	if errors.Is(err, syscall.EBUSY) {
		return nil, held(c, name, line, err)
	}
	if err != nil {
		return nil, fmt.Errorf("%s line %d: %w", name, line, explainAccess(err))
	}
	return p, nil
}

// locate opens the chip of the line cfg describes, and looks at the line. The
// caller closes the chip.
func locate(b board, cfg Config) (chip, string, gpiocdev.LineInfo, error) {
	var info gpiocdev.LineInfo
	name, line, err := find(b, cfg)
	if err != nil {
		return nil, "", info, err
	}
	c, err := b.Chip(name)
	if err != nil {
		return nil, "", info, explain(b, name, err)
	}
	if line >= c.Lines() {
		err = fmt.Errorf("%s has lines 0 to %d, not %d", name, c.Lines()-1, line)
	} else if info, err = c.LineInfo(line); err != nil {
		err = fmt.Errorf("%s line %d: %w", name, line, err)
	}
	if err != nil {
		return nil, "", info, errors.Join(err, c.Close())
	}
	info.Offset = line
	return c, name, info, nil
}

// A Place is where a line is, and who holds it.
type Place struct {
	Chip   string // "gpiochip0"
	Line   int
	Holder string // empty: nobody
}

// Look finds the line that cfg describes, and takes it from nobody: its level
// stays as it is.
func Look(cfg Config) (Place, error) { return look(cdev{}, cfg) }

func look(b board, cfg Config) (Place, error) {
	c, name, info, err := locate(b, cfg)
	if err != nil {
		return Place{}, fmt.Errorf("power %s: %w", cfg.withDefaults().Name, err)
	}
	p := Place{Chip: name, Line: info.Offset, Holder: info.Consumer}
	if info.Used && p.Holder == "" {
		p.Holder = "the kernel"
	}
	return p, c.Close()
}

// Ours reports whether a pigeon holds the line.
func (p Place) Ours() bool { return p.Holder == consumer }

// find returns the chip and the number of the line cfg describes. A name that
// stands for two lines is refused: the wrong one may be anything.
func find(b board, cfg Config) (name string, line int, err error) {
	chip := strings.TrimPrefix(cfg.Chip, "/dev/")
	if cfg.Pin == "" {
		return chip, cfg.Line, nil
	}
	chips := []string{chip}
	if chip == "" {
		chips = b.Chips()
	}
	var found []string
	var closed error // why a chip could not be searched
	for _, at := range chips {
		c, err := b.Chip(at)
		if err != nil {
			closed = explain(b, at, err)
			continue
		}
		for i := range c.Lines() {
			if info, err := c.LineInfo(i); err == nil && info.Name == cfg.Pin {
				name, line = at, i
				found = append(found, fmt.Sprintf("%s line %d", at, i))
			}
		}
		c.Close() // only read from
	}
	switch {
	case len(found) > 1:
		return "", 0, fmt.Errorf("the name %s stands for %s: give chip and line instead", cfg.Pin, strings.Join(found, " and "))
	case len(found) == 1:
		return name, line, nil
	case closed != nil:
		return "", 0, closed
	case chip != "":
		return "", 0, fmt.Errorf("no line of %s is called %s (gpioinfo lists their names): %w", chip, cfg.Pin, gpiocdev.ErrNotFound)
	}
	return "", 0, fmt.Errorf("no line is called %s; %s (gpioinfo lists the names): %w", cfg.Pin, inventory(b), gpiocdev.ErrNotFound)
}

// explain says what to do about a chip that does not open.
func explain(b board, chip string, err error) error {
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, gpiocdev.ErrNotCharacterDevice) {
		return fmt.Errorf("there is no chip %s; %s: %w", chip, inventory(b), err)
	}
	return fmt.Errorf("open %s: %w", chip, explainAccess(err))
}

// explainAccess says what to do about a permission that lacks.
func explainAccess(err error) error {
	if errors.Is(err, os.ErrPermission) {
		return fmt.Errorf("the group gpio is needed (usermod -aG gpio USER, and the udev rules of 60-pigeon.rules): %w", err)
	}
	return err
}

// inventory lists the chips there are.
func inventory(b board) string {
	chips := b.Chips()
	if len(chips) == 0 {
		return "this machine shows no GPIO chip"
	}
	return "this machine has " + strings.Join(chips, ", ")
}

// held says who holds a busy line.
func held(c chip, name string, line int, err error) error {
	info, _ := c.LineInfo(line) // without it the holder is unknown, no more
	switch {
	case info.Consumer == consumer:
		return fmt.Errorf("%s line %d is held by a pigeon already: stop the other one, or give modems on one line equal power settings: %w", name, line, err)
	case info.Consumer != "":
		return fmt.Errorf("%s line %d is held by %q: free it or take another: %w", name, line, info.Consumer, err)
	}
	return fmt.Errorf("%s line %d is in use, the kernel does not say by whom: take another: %w", name, line, err)
}

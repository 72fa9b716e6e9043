package power_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/warthog618/go-gpiocdev"
	"periph.io/x/conn/v3/gpio"

	"github.com/pigeon-sms/pigeon/modem/power"
)

// A fakeBoard holds chips by name and notes what is done to their lines.
type fakeBoard struct {
	names []string
	chips map[string]*fakeChip
	notes []string
	open  int   // chips
	stuck error // why no value can be set
}

type fakeChip struct {
	board  *fakeBoard
	name   string
	lines  []gpiocdev.LineInfo
	closed error // why it does not open
	refuse error // a request
}

type fakeOutput struct {
	board *fakeBoard
	where string
}

func newBoard() *fakeBoard {
	b := &fakeBoard{chips: map[string]*fakeChip{}}
	b.add("gpiochip0", "ID_SDA", "ID_SCL", "GPIO2", "", "GPIO4")
	b.add("gpiochip1", "BT_ON", "GPIO2")
	return b
}

func (b *fakeBoard) add(name string, lines ...string) {
	c := &fakeChip{board: b, name: name}
	for i, line := range lines {
		c.lines = append(c.lines, gpiocdev.LineInfo{Offset: i, Name: line})
	}
	b.names, b.chips[name] = append(b.names, name), c
}

func (b *fakeBoard) note(format string, args ...any) {
	b.notes = append(b.notes, fmt.Sprintf(format, args...))
}

func (b *fakeBoard) Chips() []string { return b.names }

func (b *fakeBoard) Chip(name string) (power.Chip, error) {
	c, ok := b.chips[name]
	if !ok {
		return nil, &os.PathError{Op: "lstat", Path: "/dev/" + name, Err: syscall.ENOENT}
	}
	if c.closed != nil {
		return nil, c.closed
	}
	b.open++
	return c, nil
}

func (c *fakeChip) Lines() int { return len(c.lines) }

func (c *fakeChip) LineInfo(line int) (gpiocdev.LineInfo, error) { return c.lines[line], nil }

func (c *fakeChip) Close() error { c.board.open--; return nil }

func (c *fakeChip) Request(line int, level gpio.Level, activeLow bool) (power.Output, error) {
	where := fmt.Sprintf("%s:%d", c.name, line)
	if c.refuse != nil {
		return nil, c.refuse
	}
	c.board.note("request %s %s active low %t", where, level, activeLow)
	return &fakeOutput{c.board, where}, nil
}

func (o *fakeOutput) SetValue(value int) error {
	o.board.note("%s = %d", o.where, value)
	return o.board.stuck
}

func (o *fakeOutput) Close() error { o.board.note("close %s", o.where); return nil }

// The first thing that happens to a line is a request with its resting level,
// and what is set afterwards is that level: value 1 is active, so on for a cut.
func TestOpenedLineDoesNotGlitch(t *testing.T) {
	for _, tc := range []struct {
		name string
		cfg  power.Config
		want []string
	}{
		{"a cut", power.Config{Chip: "gpiochip0", Line: 3, Kind: power.Cut},
			[]string{"request gpiochip0:3 High active low false", "gpiochip0:3 = 1", "close gpiochip0:3"}},
		{"a cut, active low", power.Config{Chip: "/dev/gpiochip1", Line: 0, Kind: power.Cut, ActiveLow: true},
			[]string{"request gpiochip1:0 Low active low true", "gpiochip1:0 = 1", "close gpiochip1:0"}},
		{"a pulse, by name", power.Config{Pin: "GPIO4", Kind: power.Pulse},
			[]string{"request gpiochip0:4 Low active low false", "gpiochip0:4 = 0", "close gpiochip0:4"}},
		{"a toggle, active low, by name and chip", power.Config{Chip: "gpiochip1", Pin: "GPIO2", Kind: power.Pulse, Toggle: true, ActiveLow: true},
			[]string{"request gpiochip1:1 High active low true", "gpiochip1:1 = 0", "close gpiochip1:1"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBoard()
			l, err := power.OpenOn(b, tc.cfg)
			if err != nil {
				t.Fatal(err)
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(b.notes, tc.want) {
				t.Errorf("got %q, want %q", b.notes, tc.want)
			}
			if b.open != 0 {
				t.Errorf("%d chips are left open", b.open)
			}
		})
	}
}

func TestPinIsAPeriphPin(t *testing.T) {
	for _, activeLow := range []bool{false, true} {
		b := newBoard()
		p, err := power.RequestOn(b, power.Config{Pin: "GPIO4", Kind: power.Pulse, ActiveLow: activeLow})
		if err != nil {
			t.Fatal(err)
		}
		rest := gpio.Level(activeLow) // released
		if got, want := p.Function(), "Out/"+rest.String(); got != want {
			t.Errorf("active low %t: got function %q, want %q", activeLow, got, want)
		}
		b.notes = nil
		for _, l := range []gpio.Level{gpio.High, gpio.Low} {
			if err := p.Out(l); err != nil {
				t.Fatal(err)
			}
			if got, want := p.Function(), "Out/"+l.String(); got != want {
				t.Errorf("active low %t: got function %q, want %q", activeLow, got, want)
			}
		}
		want := []string{"gpiochip0:4 = 1", "gpiochip0:4 = 0"}
		if activeLow { // the kernel turns it round once more
			slices.Reverse(want)
		}
		if !slices.Equal(b.notes, want) {
			t.Errorf("active low %t: got %q, want %q", activeLow, b.notes, want)
		}
		b.notes = nil
		if err := p.PWM(gpio.DutyHalf, 0); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("got PWM error %v, want unsupported", err)
		}
		if err := p.Halt(); err != nil || len(b.notes) > 0 {
			t.Errorf("Halt: got error %v and %q, want nothing", err, b.notes)
		}
		if got, want := fmt.Sprintf("%s %d %s", p.Name(), p.Number(), p), "GPIO4 4 GPIO4(4)"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	p, err := power.RequestOn(newBoard(), power.Config{Chip: "gpiochip0", Line: 3, Kind: power.Pulse})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := p.Name(), "gpiochip0:3"; got != want {
		t.Errorf("got name %q of a nameless line, want %q", got, want)
	}
}

// Each error says where, what, and what to do.
func TestOpenSaysWhatToDo(t *testing.T) {
	denied := &os.PathError{Op: "open", Path: "/dev/gpiochip0", Err: syscall.EACCES}
	for _, tc := range []struct {
		name string
		cfg  power.Config
		set  func(*fakeBoard)
		want []string // in the error
		is   error
	}{
		{"no such chip", power.Config{Chip: "gpiochip7", Line: 3}, nil,
			[]string{"power gpiochip7:3: ", "there is no chip gpiochip7", "has gpiochip0, gpiochip1"}, os.ErrNotExist},
		{"no chip at all", power.Config{Name: "hub", Chip: "gpiochip0"}, func(b *fakeBoard) { b.names, b.chips = nil, nil },
			[]string{"power hub: ", "shows no GPIO chip"}, os.ErrNotExist},
		{"not a chip", power.Config{Chip: "gpiochip0"}, func(b *fakeBoard) { b.chips["gpiochip0"].closed = gpiocdev.ErrNotCharacterDevice },
			[]string{"power gpiochip0:0: ", "there is no chip gpiochip0"}, gpiocdev.ErrNotCharacterDevice},
		{"no right to the chip", power.Config{Chip: "gpiochip0", Line: 3}, func(b *fakeBoard) { b.chips["gpiochip0"].closed = denied },
			[]string{"open gpiochip0: the group gpio is needed"}, os.ErrPermission},
		{"no right to the chip the name is on", power.Config{Pin: "GPIO4"}, func(b *fakeBoard) { b.chips["gpiochip0"].closed = denied },
			[]string{"power GPIO4: ", "the group gpio is needed"}, os.ErrPermission},
		{"no right to the line", power.Config{Pin: "GPIO4"}, func(b *fakeBoard) { b.chips["gpiochip0"].refuse = syscall.EPERM },
			[]string{"gpiochip0 line 4: the group gpio is needed"}, os.ErrPermission},
		{"no such line", power.Config{Chip: "gpiochip1", Line: 2}, nil,
			[]string{"gpiochip1 has lines 0 to 1, not 2"}, nil},
		{"no such name", power.Config{Pin: "GPIO99"}, nil,
			[]string{"no line is called GPIO99", "has gpiochip0, gpiochip1", "gpioinfo"}, gpiocdev.ErrNotFound},
		{"no such name on the chip", power.Config{Pin: "BT_ON", Chip: "gpiochip0"}, nil,
			[]string{"no line of gpiochip0 is called BT_ON", "gpioinfo"}, gpiocdev.ErrNotFound},
		{"two of the name", power.Config{Pin: "GPIO2"}, nil,
			[]string{"GPIO2 stands for gpiochip0 line 2 and gpiochip1 line 1", "give chip and line"}, nil},
		{"held by another", power.Config{Pin: "GPIO4"}, func(b *fakeBoard) {
			b.chips["gpiochip0"].refuse, b.chips["gpiochip0"].lines[4].Consumer = syscall.EBUSY, "spi0 CS0"
		}, []string{`gpiochip0 line 4 is held by "spi0 CS0"`}, syscall.EBUSY},
		{"held by a pigeon", power.Config{Pin: "GPIO4"}, func(b *fakeBoard) {
			b.chips["gpiochip0"].refuse, b.chips["gpiochip0"].lines[4].Consumer = syscall.EBUSY, "pigeon"
		}, []string{"gpiochip0 line 4 is held by a pigeon already", "equal power settings"}, syscall.EBUSY},
		{"held by nobody known", power.Config{Pin: "GPIO4"}, func(b *fakeBoard) { b.chips["gpiochip0"].refuse = syscall.EBUSY },
			[]string{"gpiochip0 line 4 is in use", "take another"}, syscall.EBUSY},
		{"another refusal", power.Config{Pin: "GPIO4"}, func(b *fakeBoard) { b.chips["gpiochip0"].refuse = syscall.EINVAL },
			[]string{"power GPIO4: gpiochip0 line 4: invalid argument"}, syscall.EINVAL},
		{"faults of the configuration", power.Config{Line: -1}, nil, []string{"power.chip: ", "power.line: "}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBoard()
			if tc.set != nil {
				tc.set(b)
			}
			tc.cfg.Kind = power.Cut
			l, err := power.OpenOn(b, tc.cfg)
			if err == nil {
				t.Fatalf("got line %s, want an error", l)
			}
			for _, want := range tc.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got error %q, want %q in it", err, want)
				}
			}
			if tc.is != nil && !errors.Is(err, tc.is) {
				t.Errorf("got error %v, want %v inside", err, tc.is)
			}
			if b.open != 0 || len(b.notes) > 0 {
				t.Errorf("%d chips are left open, and %q was done", b.open, b.notes)
			}
		})
	}
}

// A line that was granted and then refuses its level is given back.
func TestRefusedLineIsGivenBack(t *testing.T) {
	b := newBoard()
	b.stuck = syscall.EIO
	_, err := power.OpenOn(b, power.Config{Pin: "GPIO4", Kind: power.Cut})
	if !errors.Is(err, syscall.EIO) || !strings.Contains(err.Error(), "power GPIO4: set GPIO4 High: ") {
		t.Errorf("got error %v, want that GPIO4 cannot be set", err)
	}
	if want := "close gpiochip0:4"; !slices.Contains(b.notes, want) {
		t.Errorf("got %q, want %q in it", b.notes, want)
	}
}

// On a chip that is not there the real board says the same.
func TestOpenOnThisMachine(t *testing.T) {
	_, err := power.Open(power.Config{Chip: "gpiochip99999", Kind: power.Cut})
	if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "there is no chip gpiochip99999") {
		t.Errorf("got error %v, want that there is no such chip", err)
	}
	_, err = power.Open(power.Config{Pin: "no such line", Kind: power.Cut})
	if err == nil || !errors.Is(err, gpiocdev.ErrNotFound) && !errors.Is(err, os.ErrPermission) {
		t.Errorf("got error %v, want not found, or no permission to look", err)
	}
}

// Looking at a line tells who has it, and requests nothing.
func TestLook(t *testing.T) {
	b := newBoard()
	b.chips["gpiochip0"].lines[4].Used, b.chips["gpiochip0"].lines[4].Consumer = true, "pigeon"
	b.chips["gpiochip1"].lines[0].Used = true
	b.chips["gpiochip1"].lines[1].Consumer = "fan"
	for _, tc := range []struct {
		cfg  power.Config
		want power.Place
		ours bool
		err  string
	}{
		{cfg: power.Config{Chip: "gpiochip0", Line: 3, Kind: power.Cut}, want: power.Place{Chip: "gpiochip0", Line: 3}},
		{cfg: power.Config{Pin: "GPIO4", Kind: power.Cut}, want: power.Place{Chip: "gpiochip0", Line: 4, Holder: "pigeon"}, ours: true},
		{cfg: power.Config{Chip: "/dev/gpiochip1", Kind: power.Cut}, want: power.Place{Chip: "gpiochip1", Line: 0, Holder: "the kernel"}},
		{cfg: power.Config{Chip: "gpiochip1", Pin: "GPIO2", Kind: power.Cut}, want: power.Place{Chip: "gpiochip1", Line: 1, Holder: "fan"}},
		{cfg: power.Config{Chip: "gpiochip1", Line: 2, Kind: power.Cut}, err: "has lines 0 to 1, not 2"},
		{cfg: power.Config{Pin: "GPIO99", Kind: power.Cut}, err: "no line is called GPIO99"},
		{cfg: power.Config{Chip: "gpiochip7", Kind: power.Cut}, err: "there is no chip gpiochip7"},
	} {
		got, err := power.LookOn(b, tc.cfg)
		if got != tc.want || got.Ours() != tc.ours || (err == nil) != (tc.err == "") || err != nil && !strings.Contains(err.Error(), tc.err) {
			t.Errorf("%+v: got %+v and %v, want %+v and %q", tc.cfg, got, err, tc.want, tc.err)
		}
	}
	if len(b.notes) != 0 || b.open != 0 {
		t.Errorf("did %q, left %d chips open", b.notes, b.open)
	}
}

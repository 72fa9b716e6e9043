//go:build interop

package power_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/modem/power"
)

// gpioSim is where the kernel's GPIO simulator is configured
// (Documentation/admin-guide/gpio/gpio-sim.rst, Linux 5.17).
const gpioSim = "/sys/kernel/config/gpio-sim"

// A simChip is a simulated chip of four lines, named PIGEON0 to PIGEON3.
type simChip struct {
	t    *testing.T
	name string // "gpiochip3"
	sys  string // its folder in sysfs
}

func newSimChip(t *testing.T) *simChip {
	t.Helper()
	missing := func(why string) {
		t.Skipf("NOT CHECKED: that a real kernel holds a power line at its level from the first moment, and cuts and pulses it, "+
			"because %s; run make interop as root on a kernel with CONFIG_GPIO_SIM", why)
	}
	if os.Geteuid() != 0 {
		missing("only root may make a simulated GPIO chip")
	}
	if _, err := os.Stat(gpioSim); err != nil {
		if out, err := exec.Command("modprobe", "gpio-sim").CombinedOutput(); err != nil {
			missing(fmt.Sprintf("this kernel has no gpio-sim (modprobe gpio-sim: %v %s)", err, strings.TrimSpace(string(out))))
		}
		if _, err := os.Stat(gpioSim); err != nil {
			missing("configfs is not mounted on /sys/kernel/config")
		}
	}
	dev := filepath.Join(gpioSim, fmt.Sprintf("pigeon-%d", os.Getpid()))
	bank := filepath.Join(dev, "bank0")
	made := []string{dev, bank}
	for i := range 4 {
		made = append(made, filepath.Join(bank, fmt.Sprintf("line%d", i)))
	}
	t.Cleanup(func() {
		if err := os.WriteFile(filepath.Join(dev, "live"), []byte("0"), 0); err != nil {
			t.Error(err)
		}
		for i := len(made) - 1; i >= 0; i-- {
			if err := os.Remove(made[i]); err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Error(err)
			}
		}
	})
	for _, dir := range made {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	c := &simChip{t: t}
	c.write(filepath.Join(bank, "num_lines"), "4")
	for i, dir := range made[2:] {
		c.write(filepath.Join(dir, "name"), fmt.Sprintf("PIGEON%d", i))
	}
	c.write(filepath.Join(dev, "live"), "1")
	c.name = c.read(filepath.Join(bank, "chip_name"))
	c.sys = filepath.Join("/sys/devices/platform", c.read(filepath.Join(dev, "dev_name")), c.name)
	return c
}

func (c *simChip) read(path string) string {
	c.t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		c.t.Fatal(err)
	}
	return strings.TrimSpace(string(b))
}

func (c *simChip) write(path, s string) {
	c.t.Helper()
	if err := os.WriteFile(path, []byte(s), 0); err != nil {
		c.t.Fatal(err)
	}
}

// pull sets what the wire falls to while nobody drives it.
func (c *simChip) pull(line int, to string) {
	c.t.Helper()
	c.write(fmt.Sprintf("%s/sim_gpio%d/pull", c.sys, line), to)
}

// value is the level on the wire, "0" or "1".
func (c *simChip) value(line int) string {
	c.t.Helper()
	return c.read(fmt.Sprintf("%s/sim_gpio%d/value", c.sys, line))
}

// becomes waits for a level.
func (c *simChip) becomes(line int, want string) {
	c.t.Helper()
	limit, tick := time.After(5*time.Second), time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for c.value(line) != want {
		select {
		case <-tick.C:
		case <-limit:
			c.t.Fatalf("line %d stays at %s, want %s", line, c.value(line), want)
		}
	}
}

func TestKernelHoldsAndCyclesTheLine(t *testing.T) {
	c := newSimChip(t)
	for i, tc := range []struct {
		cfg        power.Config
		pull       string // the other level, so that only driving explains the rest
		rest, away string
	}{
		{power.Config{Chip: c.name, Line: 0, Kind: power.Cut, Off: 100 * ms}, "pull-down", "1", "0"},
		{power.Config{Chip: c.name, Line: 1, Kind: power.Cut, Off: 100 * ms, ActiveLow: true}, "pull-up", "0", "1"},
		{power.Config{Pin: "PIGEON2", Kind: power.Pulse, Pulse: 100 * ms}, "pull-up", "0", "1"},
		{power.Config{Pin: "PIGEON3", Chip: c.name, Kind: power.Pulse, Pulse: 100 * ms, ActiveLow: true}, "pull-down", "1", "0"},
	} {
		wants := func(when, want string) {
			t.Helper()
			if got := c.value(i); got != want {
				t.Errorf("%+v: %s: got level %s, want %s", tc.cfg, when, got, want)
			}
		}
		c.pull(i, tc.pull)
		wants("nobody drives it", tc.away)
		l, err := power.Open(tc.cfg)
		if err != nil {
			t.Fatal(err)
		}
		wants("opened", tc.rest)

		done := make(chan error, 1)
		go func() { done <- l.Cycle(context.Background()) }()
		c.becomes(i, tc.away)
		if err := <-done; err != nil {
			t.Error(err)
		}
		wants("after a cycle", tc.rest)

		ctx, cancel := context.WithCancel(context.Background())
		go func() { done <- l.Cycle(ctx) }()
		c.becomes(i, tc.away)
		cancel()
		if err := <-done; err != nil && err != context.Canceled {
			t.Error(err)
		}
		wants("after a cancelled cycle", tc.rest)

		other, err := power.Open(tc.cfg)
		if !errors.Is(err, syscall.EBUSY) || !strings.Contains(err.Error(), "held by a pigeon already") {
			t.Errorf("%+v: opened again: got line %v, error %v; want that a pigeon holds it", tc.cfg, other, err)
		}
		wants("after another tried", tc.rest)

		if err := l.Close(); err != nil {
			t.Error(err)
		}
		if l, err = power.Open(tc.cfg); err != nil {
			t.Fatalf("%+v: a closed line is not free: %v", tc.cfg, err)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A line that was driven at its resting level by whoever had it before keeps
// it: where the wire's level can be followed, it never leaves.
func TestKernelNeverLetsTheLineFall(t *testing.T) {
	c := newSimChip(t)
	c.pull(0, "pull-up")
	stop, seen := make(chan struct{}), make(chan int)
	go func() {
		low := 0
		for {
			select {
			case <-stop:
				seen <- low
				return
			default:
			}
			b, err := os.ReadFile(c.sys + "/sim_gpio0/value")
			if err != nil || strings.TrimSpace(string(b)) != "1" {
				low++
			}
		}
	}()
	for range 2000 {
		l, err := power.Open(power.Config{Chip: c.name, Line: 0, Kind: power.Cut})
		if err != nil {
			t.Error(err)
			break
		}
		if err := l.Close(); err != nil {
			t.Error(err)
			break
		}
	}
	close(stop)
	if low := <-seen; low > 0 {
		t.Errorf("the line was seen low %d times while it was taken and given back at high", low)
	}
}

func TestKernelNamesWhatIsMissing(t *testing.T) {
	c := newSimChip(t)
	_, err := power.Open(power.Config{Chip: c.name, Line: 4, Kind: power.Cut})
	if want := c.name + " has lines 0 to 3, not 4"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got error %v, want %q in it", err, want)
	}
	_, err = power.Open(power.Config{Chip: c.name, Pin: "PIGEON9", Kind: power.Cut})
	if want := "no line of " + c.name + " is called PIGEON9"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got error %v, want %q in it", err, want)
	}
}

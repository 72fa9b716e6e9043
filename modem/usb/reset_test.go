package usb_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/modem/usb"
	"golang.org/x/sys/unix"
)

const bus = "sys/bus/usb/devices/"

// read is what a file of the tree holds.
func (tr tree) read(path string) string {
	tr.t.Helper()
	b, err := os.ReadFile(filepath.Join(tr.root, path))
	if err != nil {
		tr.t.Fatal(err)
	}
	return strings.TrimSpace(string(b))
}

// holds checks what a file of the tree holds.
func (tr tree) holds(path, want string) {
	tr.t.Helper()
	if got := tr.read(path); got != want {
		tr.t.Errorf("%s: got %q, want %q", path, got, want)
	}
}

// authorized adds a device that has its drivers, and returns where it is given
// them. port adds a port that can be switched, and returns where.
func (tr tree) authorized(path string) string {
	dir := tr.device(path, "2c7c:0125", "EC25", "")
	tr.write(dir+"/authorized", "1")
	return bus + path + "/authorized"
}

func (tr tree) port(hub, port string) string {
	file := bus + hub + "/" + port + "/disable"
	tr.write(file, "0")
	return file
}

// outcome runs f beside the test, in its bubble.
func outcome(f func() error) <-chan error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	return done
}

func TestReauthorize(t *testing.T) {
	tr := newTree(t)
	file := tr.authorized("1-1.2")
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		done := outcome(func() error { return usb.Reauthorize(t.Context(), tr.root, "1-1.2") })
		synctest.Wait()
		tr.holds(file, "0")
		if err := <-done; err != nil {
			t.Error(err)
		}
		if took := time.Since(start); took != 2*time.Second {
			t.Errorf("got %v, want 2s", took)
		}
		tr.holds(file, "1")
	})
}

func TestReauthorizeIsInterrupted(t *testing.T) {
	tr := newTree(t)
	file := tr.authorized("1-1.2")
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		done := outcome(func() error { return usb.Reauthorize(ctx, tr.root, "1-1.2") })
		synctest.Wait()
		tr.holds(file, "0")
		cancel()
		is(t, <-done, context.Canceled)
		tr.holds(file, "1")
	})
}

func TestDeviceLeavesWhileUnauthorized(t *testing.T) {
	tr := newTree(t)
	tr.authorized("1-1.2")
	synctest.Test(t, func(t *testing.T) {
		done := outcome(func() error { return usb.Reauthorize(t.Context(), tr.root, "1-1.2") })
		synctest.Wait()
		tr.remove(bus + "1-1.2")
		err := <-done
		is(t, err, fs.ErrNotExist)
		says(t, err, "left the bus")
	})
}

func says(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want it to say %q", err, want)
	}
}

func TestCyclePort(t *testing.T) {
	for _, tc := range []struct{ path, hub, port string }{
		{"1-1.2", "1-1:1.0", "1-1-port2"},
		{"1-1.4.3", "1-1.4:1.0", "1-1.4-port3"},
		{"2-1", "2-0:1.0", "usb2-port1"},
	} {
		tr := newTree(t)
		file, other := tr.port(tc.hub, tc.port), tr.port(tc.hub, "other")
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			done := outcome(func() error { return usb.CyclePort(t.Context(), tr.root, tc.path, 4*time.Second) })
			synctest.Wait()
			tr.holds(file, "1")
			tr.holds(other, "0")
			if err := <-done; err != nil {
				t.Error(err)
			}
			if took := time.Since(start); took != 4*time.Second {
				t.Errorf("got %v, want 4s", took)
			}
			tr.holds(file, "0")
		})
	}
}

// A socket for USB 3 has two ports, and loses its power only with both.
func TestCyclePortTakesBothPortsOfASocket(t *testing.T) {
	tr := newTree(t)
	usb2, usb3 := tr.port("1-1:1.0", "1-1-port2"), tr.port("2-1:1.0", "2-1-port2")
	tr.link(bus+"1-1:1.0/1-1-port2/peer", bus+"2-1:1.0/2-1-port2")
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		done := outcome(func() error { return usb.CyclePort(ctx, tr.root, "1-1.2", time.Minute) })
		synctest.Wait()
		tr.holds(usb2, "1")
		tr.holds(usb3, "1")
		cancel()
		is(t, <-done, context.Canceled)
		tr.holds(usb2, "0")
		tr.holds(usb3, "0")
	})
}

func TestResetsSayWhatIsMissing(t *testing.T) {
	tr := newTree(t)
	tr.mkdir(bus + "1-1:1.0/1-1-port2") // as before Linux 6.0
	err := usb.CyclePort(t.Context(), tr.root, "1-1.2", time.Second)
	is(t, err, fs.ErrNotExist)
	says(t, err, "Linux 6.0")
	err = usb.CyclePort(t.Context(), tr.root, "1-1.4.2", time.Second)
	is(t, err, fs.ErrNotExist)
	says(t, err, "no hub 1-1.4")
	says(t, usb.CyclePort(t.Context(), tr.root, "../1-1", time.Second), "no USB port")

	err = usb.Reauthorize(t.Context(), tr.root, "1-1.2")
	is(t, err, fs.ErrNotExist)
	says(t, err, "no USB device")
	says(t, usb.Reauthorize(t.Context(), tr.root, "../1-1"), "no USB port")
}

func TestResetsSayWhoMay(t *testing.T) {
	tr := newTree(t)
	for _, file := range []string{tr.authorized("1-1.2"), tr.port("1-1:1.0", "1-1-port2")} {
		if err := os.Chmod(filepath.Join(tr.root, file), 0o444); err != nil {
			t.Fatal(err)
		}
	}
	withoutCapabilities(t, 1<<unix.CAP_DAC_OVERRIDE)
	for _, err := range []error{
		usb.Reauthorize(t.Context(), tr.root, "1-1.2"),
		usb.CyclePort(t.Context(), tr.root, "1-1.2", time.Hour),
	} {
		is(t, err, fs.ErrPermission)
		says(t, err, "udev rule")
	}
}

func TestSwitches(t *testing.T) {
	const device, port = bus + "1-1.2/authorized", bus + "1-1:1.0/1-1-port2/disable"
	for _, tc := range []struct {
		name string
		have func(tr tree)
		want []string
	}{
		{"nothing", func(tree) {}, nil},
		{"a device", func(tr tree) { tr.authorized("1-1.2") }, []string{device}},
		{"an empty port", func(tr tree) { tr.port("1-1:1.0", "1-1-port2") }, []string{port}},
		{"both", func(tr tree) { tr.authorized("1-1.2"); tr.port("1-1:1.0", "1-1-port2") }, []string{device, port}},
		{"another's", func(tr tree) { tr.authorized("1-1.3"); tr.port("1-1:1.0", "1-1-port3") }, nil},
		{"ganged", func(tr tree) {
			board(tr, "Raspberry Pi 4 Model B Rev 1.4", "1-1", "2109:3431")
			tr.authorized("1-1.2")
			tr.port("1-1:1.0", "1-1-port2")
		}, []string{device}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tr := newTree(t)
			tc.have(tr)
			var want []string
			for _, file := range tc.want {
				want = append(want, filepath.Join(tr.root, file))
			}
			if got := usb.Switches(tr.root, "1-1.2"); !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

package usb

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestPortIsNamedAfterItsHub(t *testing.T) {
	const devices = "sys/bus/usb/devices/"
	for path, want := range map[string]string{
		"1-1":       devices + "1-0:1.0/usb1-port1",
		"4-12":      devices + "4-0:1.0/usb4-port12",
		"1-1.2":     devices + "1-1:1.0/1-1-port2",
		"1-1.4.10":  devices + "1-1.4:1.0/1-1.4-port10",
		"12-3.1.2":  devices + "12-3.1:1.0/12-3.1-port2",
		"2-1.1.1.4": devices + "2-1.1.1:1.0/2-1.1.1-port4",
	} {
		p, err := parsePlace(path)
		if got := p.portDir(""); got != want || err != nil {
			t.Errorf("%s: got %q, %v, want %q", path, got, err, want)
		}
	}
}

func TestWhatIsNoPortIsRefused(t *testing.T) {
	for _, path := range []string{"", "1", "usb1", "1-", "-1", "1-0", "0-1", "1-1.", "1-.1", "1-1..2", "1-01", "1-+1", "1-1:1.0",
		"1-1/../2", "../1-1", "1-1.2/..", "/dev/ttyUSB0", "1-1 ", "1-1\n", "tcp://a-1"} {
		if p, err := parsePlace(path); err == nil || !strings.Contains(err.Error(), "1-1.2") {
			t.Errorf("%q: got %+v, %v, want an error that shows how one looks", path, p, err)
		}
	}
}

// No path leads out of the folder of the bus.
func FuzzPlace(f *testing.F) {
	for _, path := range []string{"1-1", "1-1.2", "12-3.4.5", "usb1", "1-1/../..", "", "1-1."} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		p, err := parsePlace(path)
		if err != nil {
			return
		}
		dir := p.portDir("/")
		if filepath.Dir(filepath.Dir(dir)) != devices("/") {
			t.Errorf("%q: got %s", path, dir)
		}
		if again := strings.TrimPrefix(p.hub, "usb"+p.bus) + "." + p.port; again != path && p.bus+"-"+p.port != path {
			t.Errorf("%q: got %+v", path, p)
		}
	})
}

package usb

import (
	"strings"
	"testing"
)

// message is one as the kernel makes it.
func message(action, path, subsystem string) string {
	return action + "@" + path + "\x00ACTION=" + action + "\x00DEVPATH=" + path +
		"\x00SUBSYSTEM=" + subsystem + "\x00SEQNUM=4711\x00"
}

const (
	modemPath = "/devices/platform/scb/usb1/1-1/1-1.2"
	ttyPath   = modemPath + "/1-1.2:1.2/ttyUSB2"
)

var uevents = []struct {
	name, message string
	matters       bool
}{
	{"a device comes", message("add", modemPath, "usb"), true},
	{"a driver takes it", message("bind", modemPath+"/1-1.2:1.2", "usb"), true},
	{"a port of it comes", message("add", ttyPath, "usb-serial"), true},
	{"its tty comes", message("add", ttyPath+"/tty/ttyUSB2", "tty"), true},
	{"its tty goes", message("remove", ttyPath+"/tty/ttyUSB2", "tty"), true},
	{"its driver lets go", message("unbind", modemPath, "usb"), true},
	{"a value may hold anything", strings.TrimSuffix(message("add", ttyPath, "tty"), "\x00") + "\x00PRODUCT=a=b@c\x00EMPTY=\x00", true},

	{"nothing came or went", message("change", modemPath, "usb"), false},
	{"a disk", message("add", modemPath+"/1-1.2:1.3/host0", "scsi"), false},
	{"a network card", message("add", "/devices/virtual/net/lo", "net"), false},

	// As udev would send it to group 2, were it to reach us.
	{"from udevd", "libudev\x00\xfe\xed\xca\xfe\x28\x00\x00\x00ACTION=add\x00SUBSYSTEM=tty\x00", false},
	{"nothing", "", false},
	{"no head", "\x00ACTION=add\x00SUBSYSTEM=tty\x00", false},
	{"no action", message("", ttyPath, "tty"), false},
	{"no path", message("add", "", "tty"), false},
	{"a path that is none", message("add", "tty", "tty"), false},
	{"no subsystem", "add@" + ttyPath + "\x00ACTION=add\x00DEVPATH=" + ttyPath + "\x00", false},
	{"no pairs", "add@" + ttyPath + "\x00", false},
	{"cut in a value", strings.TrimSuffix(message("add", ttyPath, "tty"), "\x00"), false},
	{"a pair that is none", message("add", ttyPath, "tty") + "rubbish\x00", false},
	{"no key", message("add", ttyPath, "tty") + "=x\x00", false},
	{"another action inside", strings.Replace(message("add", ttyPath, "tty"), "ACTION=add", "ACTION=bind", 1), false},
	{"another path inside", strings.Replace(message("add", ttyPath, "tty"), "DEVPATH=/", "DEVPATH=/x", 1), false},
}

func TestUeventsThatMatter(t *testing.T) {
	for _, tc := range uevents {
		e, ok := parseUevent([]byte(tc.message))
		if got := ok && e.matters(); got != tc.matters {
			t.Errorf("%s: got %v (%+v, %v), want %v", tc.name, got, e, ok, tc.matters)
		}
	}
}

func TestUeventIsRead(t *testing.T) {
	got, ok := parseUevent([]byte(message("remove", ttyPath, "usb-serial")))
	if want := (uevent{"remove", ttyPath, "usb-serial"}); got != want || !ok {
		t.Errorf("got %+v, %v, want %+v", got, ok, want)
	}
}

// What is read is what was there, and nothing that is cut short is read.
func FuzzUevent(f *testing.F) {
	for _, tc := range uevents {
		f.Add([]byte(tc.message))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		e, ok := parseUevent(b)
		if !ok {
			return
		}
		for _, want := range []string{e.action + "@" + e.path + "\x00", "\x00SUBSYSTEM=" + e.subsystem + "\x00"} {
			if !strings.Contains(string(b), want) {
				t.Errorf("got %+v out of %q, which has no %q", e, b, want)
			}
		}
		if _, ok := parseUevent(b[:len(b)-1]); ok {
			t.Errorf("got %q read without its end", b)
		}
	})
}

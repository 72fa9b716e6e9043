package usb_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/pigeon-sms/pigeon/modem/usb"
)

// What a process that was killed left away is given back by the next.
func TestRestore(t *testing.T) {
	for _, tc := range []struct {
		name string
		have func(tr tree) []string // what holds 1 or 0 afterwards: file, value, …
		want bool
	}{
		{"nothing is there", func(tree) []string { return nil }, false},
		{"all is well", func(tr tree) []string {
			return []string{tr.authorized("1-1.2"), "1", tr.port("1-1:1.0", "1-1-port2"), "0"}
		}, false},
		{"a device without its drivers", func(tr tree) []string {
			file := tr.authorized("1-1.2")
			tr.write(file, "0")
			return []string{file, "1"}
		}, true},
		{"a port without its power", func(tr tree) []string {
			file := tr.port("1-1:1.0", "1-1-port2")
			tr.write(file, "1")
			return []string{file, "0"}
		}, true},
		{"both ports of a socket", func(tr tree) []string {
			usb2, usb3 := tr.port("1-1:1.0", "1-1-port2"), tr.port("2-1:1.0", "2-1-port2")
			tr.link(bus+"1-1:1.0/1-1-port2/peer", bus+"2-1:1.0/2-1-port2")
			tr.write(usb2, "1")
			tr.write(usb3, "1")
			return []string{usb2, "0", usb3, "0"}
		}, true},
		{"another's", func(tr tree) []string {
			device, port := tr.authorized("1-1.3"), tr.port("1-1:1.0", "1-1-port3")
			tr.write(device, "0")
			tr.write(port, "1")
			return []string{device, "0", port, "1"}
		}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tr := newTree(t)
			files := tc.have(tr)
			got, err := usb.Restore(tr.root, "1-1.2")
			if err != nil || got != tc.want {
				t.Errorf("got %v and %v, want %v", got, err, tc.want)
			}
			for i := 0; i < len(files); i += 2 {
				tr.holds(files[i], files[i+1])
			}
		})
	}
}

func TestRestoreSaysWhatIsWrong(t *testing.T) {
	tr := newTree(t)
	_, err := usb.Restore(tr.root, "../1-1")
	says(t, err, "no USB port")

	file := tr.authorized("1-1.2")
	tr.write(file, "0")
	if err := os.Chmod(filepath.Join(tr.root, file), 0o444); err != nil {
		t.Fatal(err)
	}
	withoutCapabilities(t, 1<<unix.CAP_DAC_OVERRIDE)
	_, err = usb.Restore(tr.root, "1-1.2")
	is(t, err, fs.ErrPermission)
	says(t, err, "udev rule")
}

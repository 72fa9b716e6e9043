package usb

import (
	"path/filepath"
	"regexp"
	"strings"
)

// Key names the physical port a device hangs on. It stays the same when the
// device comes back, as another product or under other ttys, and when the next
// start of the system counts its buses in another order, which changes Path.
// Two devices that are plugged in never have the same. It is to be compared, not
// taken apart.
//
// A socket for USB 3 is two ports: a modem that comes up at the other speed has
// another key.
func (d Device) Key() string {
	_, ports, ok := strings.Cut(d.Path, "-")
	if d.Controller == "" || !ok {
		return d.Path
	}
	return d.Controller + "-" + ports
}

// numbered are controllers that the kernel has counted as it met them:
// "xhci-hcd.1", "xhci-hcd.0.auto". Others are named for where they are:
// "0000:01:00.0", "3f980000.usb".
var (
	numbered  = regexp.MustCompile(`^[a-zA-Z_-]+\.\d+(\.auto)?$`)
	addressed = regexp.MustCompile(`^[0-9a-f]{5,}\.`)
)

// controller names the controller above a device, and which of its buses it is:
// one for USB 3 has two, and counts their ports apart. dir is like
//
//	/sys/devices/platform/scb/fd500000.pcie/pci0000:00/0000:00:00.0/0000:01:00.0/usb1/1-1/1-1.2
//	/sys/devices/platform/axi/1000120000.pcie/1f00200000.usb/xhci-hcd.0/usb1/1-2
func controller(dir string) string {
	bus, _, ok := strings.Cut(filepath.Base(dir), "-")
	if !ok {
		return ""
	}
	hub := filepath.Dir(dir)
	for filepath.Base(hub) != "usb"+bus {
		if hub == filepath.Dir(hub) {
			return ""
		}
		hub = filepath.Dir(hub)
	}
	parent := filepath.Dir(hub)
	name := filepath.Base(parent)
	// On a Raspberry Pi 5 the number follows the order of the start, and what
	// stands above has the address. Elsewhere the number may be all there is.
	if above := filepath.Base(filepath.Dir(parent)); numbered.MatchString(name) && addressed.MatchString(above) {
		name = above
	}
	kind, _, _ := strings.Cut(text(hub, "version"), ".") // bcdUSB of the root hub, "2.00"
	return name + "-usb" + kind
}

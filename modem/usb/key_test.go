package usb_test

import (
	"path/filepath"
	"testing"

	"github.com/pigeon-sms/pigeon/modem/usb"
)

// deep adds a device where the kernel would: below its hub, which is below its
// controller.
func (tr tree) deep(controller, version, path, id string) {
	tr.t.Helper()
	bus := "sys/devices/" + controller + "/usb" + path[:1]
	tr.write(bus+"/version", version)
	dir := bus + "/" + path[:3] // the hub, or the device itself
	if path != path[:3] {
		dir += "/" + path
	}
	tr.write(dir+"/idVendor", id[:4])
	tr.write(dir+"/idProduct", id[5:])
	tr.link("sys/bus/usb/devices/"+filepath.Base(dir), dir)
	tr.serialTTY(tr.face(dir, 2, "ff/00/00", "option"), "ttyUSB"+path)
}

func TestKeyNamesThePhysicalPort(t *testing.T) {
	const (
		pi3   = "platform/soc/3f980000.usb"
		pi4   = "platform/scb/fd500000.pcie/pci0000:00/0000:00:00.0/0000:01:00.0"
		pi5   = "platform/axi/1000120000.pcie/1f00200000.usb/xhci-hcd.0"
		usbip = "platform/vhci_hcd.0"
	)
	for _, tc := range []struct{ name, controller, version, path, want string }{
		{"Pi 3", pi3, " 2.00", "1-1.2", "3f980000.usb-usb2-1.2"},
		{"Pi 4", pi4, " 2.00", "1-1.2", "0000:01:00.0-usb2-1.2"},
		{"Pi 4, a USB 3 port", pi4, " 3.00", "2-1", "0000:01:00.0-usb3-1"},
		{"Pi 5", pi5, " 2.00", "1-2", "1f00200000.usb-usb2-2"},
		{"Pi 5, counted otherwise", "platform/axi/1000120000.pcie/1f00200000.usb/xhci-hcd.1", " 2.00", "3-2", "1f00200000.usb-usb2-2"},
		{"only counted", usbip, " 2.00", "3-1", "vhci_hcd.0-usb2-1"},
		{"counted on a bus", "platform/soc/xhci-hcd.1.auto", " 2.00", "3-1", "xhci-hcd.1.auto-usb2-1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tr := newTree(t)
			tr.deep(tc.controller, tc.version, tc.path, "2c7c:0125")
			d := one(t, tr)
			if got := d.Key(); got != tc.want || d.Path != tc.path {
				t.Errorf("got %q at %q, want %q at %q", got, d.Path, tc.want, tc.path)
			}
		})
	}
}

// A stick that comes back as a modem, or under another tty, hangs on the same
// port. Its twin with the same serial does not.
func TestKeyOutlivesReenumeration(t *testing.T) {
	tr := newTree(t)
	tr.device("1-1.2", "12d1:1446", "HUAWEI Mobile", "0123456789ABCDEF")
	cd := one(t, tr)
	tr.remove("sys/bus/usb/devices/1-1.2")
	tr.remove("sys/devices/platform/scb/usb1/1-1.2")
	for i, port := range []string{"1-1.2", "1-1.3"} {
		dir := tr.device(port, "12d1:1506", "HUAWEI Mobile", "0123456789ABCDEF")
		tr.serialTTY(tr.face(dir, 1, "ff/02/02", "option"), []string{"ttyUSB7", "ttyUSB4"}[i])
	}
	got := scan(t, tr)
	if len(got) != 2 {
		t.Fatalf("got %d devices, want 2", len(got))
	}
	equal(t, got[0].Key(), cd.Key())
	if got[0].Key() == got[1].Key() {
		t.Errorf("got %q for two devices", got[0].Key())
	}
}

func TestKeyOfADeviceWithoutController(t *testing.T) {
	equal(t, usb.Device{Path: "1-1.2"}.Key(), "1-1.2")
}

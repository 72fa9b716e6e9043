package usb_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/pigeon-sms/pigeon/modem/usb"
)

func scan(t *testing.T, tr tree) []usb.Device {
	t.Helper()
	got, err := usb.Scan(tr.root)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// one scans a tree that holds one device of interest.
func one(t *testing.T, tr tree) usb.Device {
	t.Helper()
	got := scan(t, tr)
	if len(got) != 1 {
		t.Fatalf("got %d devices %+v, want 1", len(got), got)
	}
	return got[0]
}

func equal(t *testing.T, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestHuaweiPortsAreToldByClass(t *testing.T) {
	tr := newTree(t)
	dir := tr.device("1-1.2", "12d1:1506", "HUAWEI Mobile", "")
	// The numbers of the ttys say nothing: the device came back once.
	tr.serialTTY(tr.face(dir, 0, "ff/02/01", "option"), "ttyUSB10")
	tr.serialTTY(tr.face(dir, 1, "ff/02/02", "option"), "ttyUSB2")
	tr.serialTTY(tr.face(dir, 2, "ff/06/14", "option"), "ttyUSB9")
	tr.face(dir, 3, "08/06/50", "usb-storage")

	equal(t, one(t, tr), usb.Device{
		Path: "1-1.2", Controller: "scb-usb2", Vendor: 0x12d1, Product: 0x1506, Manufacturer: "Maker", Name: "HUAWEI Mobile",
		Interfaces: []usb.Interface{
			{Number: 0, Class: 0xff, Subclass: 2, Protocol: 1, TTY: "/dev/ttyUSB10", Driver: "option"},
			{Number: 1, Class: 0xff, Subclass: 2, Protocol: 2, TTY: "/dev/ttyUSB2", Driver: "option"},
			{Number: 2, Class: 0xff, Subclass: 6, Protocol: 0x14, TTY: "/dev/ttyUSB9", Driver: "option"},
			{Number: 3, Class: 8, Subclass: 6, Protocol: 0x50, Driver: "usb-storage"},
		},
	})
}

func TestInterfacesComeByNumber(t *testing.T) {
	tr := newTree(t)
	dir := tr.device("2-1", "2c7c:0125", "EC25", "0123456789")
	for i, name := range []string{"ttyUSB3", "ttyUSB1", "ttyUSB0", "ttyUSB2"} {
		tr.serialTTY(tr.face(dir, i, "ff/00/00", "option"), name)
	}
	tr.face(dir, 16, "ff/ff/ff", "") // listed before 2 by its name, and hexadecimal in its file
	d := one(t, tr)
	equal(t, d.Serial, "0123456789")
	var numbers []int
	var ttys []string
	for _, i := range d.Interfaces {
		numbers = append(numbers, i.Number)
		ttys = append(ttys, i.TTY)
	}
	equal(t, numbers, []int{0, 1, 2, 3, 16})
	equal(t, ttys, []string{"/dev/ttyUSB3", "/dev/ttyUSB1", "/dev/ttyUSB0", "/dev/ttyUSB2", ""})
}

func TestACMDeviceIsFound(t *testing.T) {
	tr := newTree(t)
	dir := tr.device("1-1.4.1", "1546:1102", "LISA-U2", "")
	tr.acmTTY(tr.face(dir, 0, "02/02/01", "cdc_acm"), "ttyACM0")
	tr.face(dir, 1, "0a/00/00", "cdc_acm")
	equal(t, one(t, tr), usb.Device{
		Path: "1-1.4.1", Controller: "scb-usb2", Vendor: 0x1546, Product: 0x1102, Manufacturer: "Maker", Name: "LISA-U2",
		Interfaces: []usb.Interface{
			{Number: 0, Class: 2, Subclass: 2, Protocol: 1, TTY: "/dev/ttyACM0", Driver: "cdc_acm"},
			{Number: 1, Class: 0x0a, Driver: "cdc_acm"},
		},
	})
}

func TestAdaptorIsFound(t *testing.T) {
	tr := newTree(t)
	dir := tr.device("1-1", "10c4:ea60", "CP2102 USB to UART\x00\x1b Bridge", "0001")
	tr.serialTTY(tr.face(dir, 0, "ff/00/00", "cp210x"), "ttyUSB0")
	d := one(t, tr)
	equal(t, d.Name, "CP2102 USB to UART Bridge") // what a device says of itself may not reach a terminal as it is
	equal(t, d.Note, "")
	equal(t, d.Interfaces, []usb.Interface{{Class: 0xff, TTY: "/dev/ttyUSB0", Driver: "cp210x"}})
}

func TestInterfaceWithSeveralTTYs(t *testing.T) {
	tr := newTree(t)
	face := tr.face(tr.device("1-1", "9710:7840", "MCS7840", ""), 0, "ff/00/ff", "mos7840")
	tr.serialTTY(face, "ttyUSB10")
	tr.serialTTY(face, "ttyUSB9")
	equal(t, one(t, tr).Interfaces, []usb.Interface{
		{Class: 0xff, Protocol: 0xff, TTY: "/dev/ttyUSB9", Driver: "mos7840"},
		{Class: 0xff, Protocol: 0xff, TTY: "/dev/ttyUSB10", Driver: "mos7840"},
	})
}

func TestOthersAreLeftOut(t *testing.T) {
	tr := newTree(t)
	tr.acmTTY(tr.face(tr.device("1-1", "1546:01a8", "u-blox GNSS receiver", ""), 0, "02/02/01", "cdc_acm"), "ttyACM0")
	tr.face(tr.device("1-2", "046d:c31c", "Keyboard", ""), 0, "03/01/01", "usbhid")
	tr.face(tr.device("1-3", "0781:5567", "Cruzer Blade", ""), 0, "08/06/50", "usb-storage")
	equal(t, scan(t, tr), []usb.Device(nil))
}

func TestEqualSticksAreToldByPort(t *testing.T) {
	tr := newTree(t)
	for port, tty := range map[string]string{"1-1.10": "ttyUSB0", "1-1.2": "ttyUSB1"} {
		dir := tr.device(port, "12d1:1001", "HUAWEI Mobile", "0123456789ABCDEF")
		tr.serialTTY(tr.face(dir, 0, "ff/01/02", "option"), tty)
	}
	got := scan(t, tr)
	if len(got) != 2 {
		t.Fatalf("got %+v, want 2 devices", got)
	}
	equal(t, []string{got[0].Path, got[1].Path}, []string{"1-1.2", "1-1.10"})
	equal(t, []string{got[0].Interfaces[0].TTY, got[1].Interfaces[0].TTY}, []string{"/dev/ttyUSB1", "/dev/ttyUSB0"})
	equal(t, []string{got[0].Note, got[1].Note}, []string{"", ""})
}

func TestNotesSayTheCure(t *testing.T) {
	for _, tc := range []struct {
		name, id, triple string
		tty              bool
		want             string
	}{
		{name: "E3372h in storage mode", id: "12d1:1f01", triple: "08/06/50", want: "usb_modeswitch"},
		{name: "HiLink", id: "12d1:14dc", triple: "02/06/00", want: "stick firmware"},
		{name: "older HiLink", id: "12d1:14db", triple: "02/06/00", want: "stick firmware"},
		{name: "Huawei in storage mode", id: "12d1:1446", triple: "08/06/50", want: "usb-modeswitch"},
		{name: "ZTE in storage mode", id: "19d2:2000", triple: "08/06/50", want: "usb-modeswitch"},
		{name: "same id in storage mode", id: "12d1:1001", triple: "08/06/50", want: "usb-modeswitch"},
		{name: "ZTE network card", id: "19d2:1405", triple: "02/06/00", want: "modem mode"},
		{name: "download mode", id: "05c6:9008", triple: "ff/ff/ff", tty: true, want: "power"},
		{name: "no firmware", id: "06e0:f108", triple: "ff/00/00", want: "mts_"},
		{name: "ZTE with a port", id: "19d2:1405", triple: "ff/00/00", tty: true, want: ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tr := newTree(t)
			face := tr.face(tr.device("1-1.3", tc.id, "", ""), 0, tc.triple, "")
			if tc.tty {
				tr.serialTTY(face, "ttyUSB0")
			}
			d := one(t, tr)
			equal(t, d.Path, "1-1.3")
			if (tc.want == "") != (d.Note == "") || !strings.Contains(d.Note, tc.want) {
				t.Errorf("got note %q, want one with %q", d.Note, tc.want)
			}
		})
	}
}

func TestDeviceThatVanishesIsLeftOut(t *testing.T) {
	const dir = "sys/devices/platform/scb/usb1/1-1"
	for _, tc := range []struct {
		name, gone string
		want       []string // the ttys still found
	}{
		{name: "nothing", gone: "sys/none", want: []string{"/dev/ttyUSB0", "/dev/ttyUSB1", "/dev/ttyACM0"}},
		{name: "all of it", gone: dir, want: []string{"/dev/ttyACM0"}},
		{name: "its identity", gone: dir + "/idVendor", want: []string{"/dev/ttyACM0"}},
		{name: "half its identity", gone: dir + "/idProduct", want: []string{"/dev/ttyACM0"}},
		{name: "one interface", gone: dir + "/1-1:1.1", want: []string{"/dev/ttyUSB0", "/dev/ttyACM0"}},
		{name: "one interface's class", gone: dir + "/1-1:1.1/bInterfaceClass", want: []string{"/dev/ttyUSB0", "/dev/ttyACM0"}},
		{name: "one interface's number", gone: dir + "/1-1:1.0/bInterfaceNumber", want: []string{"/dev/ttyUSB1", "/dev/ttyACM0"}},
		{name: "one tty", gone: dir + "/1-1:1.0/ttyUSB0", want: []string{"/dev/ttyUSB1", "/dev/ttyACM0"}},
		{name: "the bus's link", gone: "sys/bus/usb/devices/1-1", want: []string{"/dev/ttyUSB0", "/dev/ttyUSB1", "/dev/ttyACM0"}},
		{name: "the bus", gone: "sys/bus", want: []string{"/dev/ttyUSB0", "/dev/ttyUSB1", "/dev/ttyACM0"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tr := newTree(t)
			tr.device("1-1", "12d1:1001", "going", "")
			tr.serialTTY(tr.face(dir, 0, "ff/01/01", "option"), "ttyUSB0")
			tr.serialTTY(tr.face(dir, 1, "ff/01/02", "option"), "ttyUSB1")
			tr.acmTTY(tr.face(tr.device("1-2", "1e0e:9001", "staying", ""), 0, "02/02/01", "cdc_acm"), "ttyACM0")
			tr.remove(tc.gone)
			var got []string
			for _, d := range scan(t, tr) {
				for _, i := range d.Interfaces {
					if i.TTY != "" {
						got = append(got, i.TTY)
					}
				}
			}
			equal(t, got, tc.want)
		})
	}
}

// A device is pulled out over and over while others look.
func TestScanWhileDevicesComeAndGo(t *testing.T) {
	tr := newTree(t)
	tr.acmTTY(tr.face(tr.device("1-2", "1e0e:9001", "staying", ""), 0, "02/02/01", "cdc_acm"), "ttyACM0")
	var dir string
	plug := func() {
		dir = tr.device("1-1", "12d1:1001", "going", "")
		tr.serialTTY(tr.face(dir, 0, "ff/01/01", "option"), "ttyUSB0")
	}
	unplug := func() {
		for _, gone := range []string{dir, "sys/class/tty/ttyUSB0", "sys/bus/usb/devices/1-1", "sys/bus/usb/devices/1-1:1.0"} {
			tr.remove(gone)
		}
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			got, err := usb.Scan(tr.root)
			if n := len(got); err != nil || n == 0 || got[n-1].Path != "1-2" {
				t.Errorf("got %+v, %v, want the device that stays", got, err)
				return
			}
			select {
			case <-stop:
				return
			default:
			}
		}
	}()
	defer func() {
		close(stop)
		<-stopped
		equal(t, one(t, tr).Path, "1-2")
	}()
	for range 50 {
		plug()
		unplug()
	}
}

func TestScanWithoutSysfs(t *testing.T) {
	if _, err := usb.Scan(t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want an error that says what is missing", err)
	}
}

func TestScanOfThisMachine(t *testing.T) {
	if _, err := os.Stat(filepath.FromSlash("/sys/class/tty")); err != nil {
		t.Skip(err)
	}
	if _, err := usb.Scan("/"); err != nil {
		t.Error(err)
	}
}

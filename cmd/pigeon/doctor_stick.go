package main

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/pigeon-sms/pigeon/modem"
	"github.com/pigeon-sms/pigeon/modem/profile"
	"github.com/pigeon-sms/pigeon/modem/usb"
)

// stick looks for modems on the USB bus.
func (x *exam) stick(context.Context) {
	all, err := usb.Scan(x.e.root)
	if err != nil {
		x.unknown(err.Error())
		return
	}
	for _, d := range all {
		if modem.Excluded(x.cfg.modem.Exclude, d, x.resolved) {
			x.left = append(x.left, d.Path)
			x.fine(named(d) + " is left alone, as gateway.exclude says")
		} else {
			x.usb = append(x.usb, d)
		}
	}
	for _, d := range x.usb {
		if d.Note == "" {
			x.fine(named(d) + " is a modem, or may be one")
			continue
		}
		text, cure := cured(d.Note, "use another one")
		x.fails(named(d), text, cure, d.Path)
	}
	wanted := x.misplaced()
	others := len(x.driverless()) + len(x.unauthorized()) + x.elsewhere()
	switch {
	case len(x.usb) > 0 || wanted > 0:
	case others > 0 || x.anyReady():
		x.fine("no USB modem that it knows, and there are other ways")
	case x.hidden:
		x.unknown("there is no USB modem, and the daemon cannot be asked whether it has others")
	case !x.loaded && len(x.cfg.modem.Modems) == 0:
		x.unknown("there is no USB modem, and the configuration cannot be read, which may have others")
	case len(x.left) > 0:
		x.fails("", "no USB modem is plugged in that gateway.exclude does not name", "take yours out of that list, or plug in another")
	default:
		x.fails("", "no USB modem is plugged in", `plug one in, best into a hub with its own supply, and see that "lsusb" lists it`)
	}
}

// misplaced counts the modems that the configuration expects at a USB port that
// is empty.
func (x *exam) misplaced() int {
	n := 0
	for _, m := range x.cfg.modem.Modems {
		if m.USB == "" || slices.ContainsFunc(x.usb, func(d usb.Device) bool { return d.Path == m.USB }) ||
			slices.ContainsFunc(append(x.driverless(), x.unauthorized()...), func(s silent) bool { return s.path == m.USB }) {
			continue
		}
		n++
		x.fails(m.Name, "there is no modem at USB port "+m.USB, "plug it in there, or correct its usb in the configuration", m.USB, m.Name)
	}
	return n
}

// elsewhere counts the modems of the configuration that are not on USB as far as
// that tells.
func (x *exam) elsewhere() int {
	n := 0
	for _, m := range x.cfg.modem.Modems {
		if m.Port != "" {
			n++
		}
	}
	return n
}

// anyReady reports whether the daemon has a way that works.
func (x *exam) anyReady() bool {
	if x.health == nil {
		return false
	}
	for _, w := range x.health.Ways {
		if w.Ready {
			return true
		}
	}
	return false
}

// named is a device as a person would find it.
func named(d usb.Device) string {
	name := d.Name
	if name == "" {
		name = productOf(d)
	}
	return name + " at USB port " + d.Path
}

func productOf(d usb.Device) string { return fmt.Sprintf("%04x:%04x", d.Vendor, d.Product) }

// A silent is a device of a modem maker's with no tty, and nothing known of it
// that says why.
type silent struct{ path, vendor, product, name string }

// driverless lists them.
func (x *exam) driverless() []silent {
	var all []silent
	for _, file := range x.glob("sys/bus/usb/devices/*/idVendor") {
		dir := path.Dir(file)
		vendor, err := x.read(file)
		product, bad := x.read(dir + "/idProduct")
		if err != nil || bad != nil || slices.Contains(x.left, path.Base(dir)) || slices.ContainsFunc(x.usb, func(d usb.Device) bool { return d.Path == path.Base(dir) }) {
			continue
		}
		if _, _, ok := profile.ByUSB(vendor + ":" + product); !ok || !x.forDriver(dir) {
			continue
		}
		name, _ := x.read(dir + "/product") // some have none
		all = append(all, silent{path.Base(dir), vendor, product, name})
	}
	return all
}

// forDriver reports whether a device has an interface as ports of modems are,
// vendor-specific or a communication device, that no driver has taken.
func (x *exam) forDriver(dir string) bool {
	for _, face := range x.glob(dir + "/*/bInterfaceClass") {
		class, err := x.read(face)
		if err == nil && (class == "ff" || class == "02") && len(x.glob(path.Dir(face)+"/driver")) == 0 {
			return true
		}
	}
	return false
}

// driver looks for modems whose ports the kernel has given no tty.
func (x *exam) driver(context.Context) {
	list := x.driverless()
	for _, s := range list {
		name := s.name
		if name == "" {
			name = s.vendor + ":" + s.product
		}
		x.fails(name+" at USB port "+s.path, "no driver has taken its ports, so there is no tty",
			fmt.Sprintf("run \"sudo modprobe option\" and, where that is not enough, \"echo %s %s | sudo tee /sys/bus/usb-serial/drivers/option1/new_id\"", s.vendor, s.product),
			s.path)
	}
	ttys := 0
	for _, d := range x.usb {
		ttys += len(ttysOf(d))
	}
	switch {
	case len(list) > 0:
	case ttys > 0:
		x.fine(fmt.Sprintf("the drivers made %s", count(ttys, "port")))
	default:
		x.unknown("there is no modem to have a driver")
	}
}

// sleeping looks for modems that the kernel may put to sleep.
func (x *exam) sleeping(context.Context) {
	checked := 0
	for _, d := range x.usb {
		control, err := x.read("sys/bus/usb/devices/" + d.Path + "/power/control")
		if d.Note != "" || err != nil {
			continue
		}
		checked++
		if control == "auto" {
			x.warns(named(d), "the kernel may put it to sleep, and some modems do not wake up (power/control is auto)",
				fmt.Sprintf("give it a udev rule with ATTR{idVendor}==\"%04x\", ATTR{idProduct}==\"%04x\", ATTR{power/control}=\"on\" and plug it in again", d.Vendor, d.Product))
		} else {
			x.fine(named(d) + " is kept awake")
		}
	}
	if checked == 0 {
		x.unknown("there is no USB modem that works, or the kernel does not tell")
	}
}

// ttysOf lists the ports of a device.
func ttysOf(d usb.Device) []string {
	var all []string
	for _, i := range d.Interfaces {
		if i.TTY != "" && !slices.Contains(all, i.TTY) {
			all = append(all, i.TTY)
		}
	}
	return all
}

// commandPorts lists the ports of a device that may take commands, the
// likeliest first.
func commandPorts(d usb.Device) []string {
	_, at, _ := profile.ByUSB(productOf(d))
	var first []string
	for _, n := range at {
		for _, i := range d.Interfaces {
			if i.Number == n && i.TTY != "" {
				first = append(first, i.TTY)
			}
		}
	}
	if len(first) > 0 {
		return first
	}
	return ttysOf(d)
}

// isTTY reports whether the port of a modem is a tty of this machine.
func isTTY(port string) bool { return !strings.Contains(port, "://") }

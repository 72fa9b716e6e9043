package main

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/pigeon-sms/pigeon/modem/profile"
	"github.com/pigeon-sms/pigeon/modem/usb"
)

// resets finds the modems that are off the USB bus, and looks whether the daemon
// may take the others off it and back.
func (x *exam) resets(context.Context) {
	for _, s := range x.unauthorized() {
		x.fails(s.name+" at USB port "+s.path, "it is not authorized, and so has no drivers",
			fmt.Sprintf("give them back with \"echo 1 | sudo tee /sys/bus/usb/devices/%s/authorized\"", s.path), s.path)
	}
	x.switchedOff()
	var refused []string
	checked := 0
	for _, d := range x.usb {
		files := usb.Switches(x.e.root, d.Path)
		if d.Note != "" || len(files) == 0 {
			continue
		}
		checked++
		for _, file := range files {
			if o, err := x.stat(file); err == nil && !x.runner.may(o, 2) {
				refused = append(refused, named(d))
				break
			}
		}
	}
	switch {
	case checked == 0:
		x.unknown("there is no USB modem that can be reset from outside")
	case len(refused) > 0:
		x.warns("", fmt.Sprintf("the user %s may not reset %s on the USB bus when it hangs", x.runner.name, strings.Join(refused, ", ")),
			`install systemd/60-pigeon.rules as /usr/lib/udev/rules.d/60-pigeon.rules and run "sudo udevadm control --reload && sudo udevadm trigger"`)
	case x.shut():
		x.warns("", "the service sees /sys/devices read-only, and cannot reset a USB modem that hangs",
			`add ReadWritePaths=/sys/devices to its unit with "sudo systemctl edit pigeon", and start it again`)
	default:
		x.fine(fmt.Sprintf("%s can be reset on the USB bus", count(checked, "modem")))
	}
}

// shut reports whether the daemon that runs sees /sys/devices read-only, by its
// own list of mounts, proc_pid_mountinfo(5).
func (x *exam) shut() bool {
	if x.health == nil {
		return false
	}
	list, err := x.read(fmt.Sprintf("proc/%d/mountinfo", x.daemonPID()))
	if err != nil {
		return false
	}
	deepest, readOnly := "", false
	for line := range strings.Lines(list) {
		f := strings.Fields(line)
		if len(f) < 6 || f[4] != "/" && f[4] != "/sys" && f[4] != "/sys/devices" || len(f[4]) < len(deepest) {
			continue
		}
		deepest, readOnly = f[4], strings.HasPrefix(f[5]+",", "ro,")
	}
	return readOnly
}

// unauthorized lists the modems that have no leave to have drivers.
func (x *exam) unauthorized() []silent {
	var all []silent
	for _, file := range x.glob("sys/bus/usb/devices/*/authorized") {
		dir := path.Dir(file)
		value, err := x.read(file)
		vendor, bad := x.read(dir + "/idVendor") // an interface has none
		product, worse := x.read(dir + "/idProduct")
		if err != nil || bad != nil || worse != nil || value != "0" || slices.Contains(x.left, path.Base(dir)) {
			continue
		}
		id := vendor + ":" + product
		if _, _, ok := profile.ByUSB(id); !ok {
			continue
		}
		name, err := x.read(dir + "/product")
		if err != nil {
			name = id
		}
		all = append(all, silent{path.Base(dir), vendor, product, name})
	}
	return all
}

// switchedOff looks for ports of hubs that have no power.
func (x *exam) switchedOff() {
	for _, file := range x.glob("sys/bus/usb/devices/*/*-port*/disable") {
		value, err := x.read(file)
		hub, port, ok := strings.Cut(path.Base(path.Dir(file)), "-port")
		if err != nil || value != "1" || !ok {
			continue
		}
		at := hub + "." + port
		if bus, root := strings.CutPrefix(hub, "usb"); root {
			at = bus + "-" + port
		}
		x.warns("USB port "+at, "it is switched off", fmt.Sprintf("switch it on with \"echo 0 | sudo tee /%s\"", file))
	}
}

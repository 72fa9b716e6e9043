package modem

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pigeon-sms/pigeon/modem/profile"
	"github.com/pigeon-sms/pigeon/modem/usb"
)

// left reports whether a device is none of ours: excluded, or a port of it is
// configured by its path.
func (w *walker) left(d usb.Device) bool {
	if Excluded(w.p.cfg.Exclude, d, resolve) {
		return true
	}
	for _, m := range w.p.all() {
		port := resolve(m.cfg.Port)
		if m.cfg.Port != "" && slices.ContainsFunc(d.Interfaces, func(i usb.Interface) bool { return i.TTY == port }) {
			if m.now() == Absent {
				m.offer(m.cfg.Port) // it is back: no need to wait
			}
			return true
		}
	}
	return false
}

// Excluded reports whether a list as in Config.Exclude has a device in it, by its
// USB port, its product or one of its ttys. resolve follows the links of a tty's
// path.
func Excluded(list []string, d usb.Device, resolve func(path string) string) bool {
	return slices.ContainsFunc(list, func(x string) bool {
		if strings.HasPrefix(x, "/") {
			tty := resolve(x)
			return slices.ContainsFunc(d.Interfaces, func(i usb.Interface) bool { return i.TTY == tty })
		}
		return x == d.Path || strings.EqualFold(x, productID(d))
	})
}

// resolve follows the links of a tty's path, "/dev/serial/by-path/…".
func resolve(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return path
}

func productID(d usb.Device) string { return fmt.Sprintf("%04x:%04x", d.Vendor, d.Product) }

// candidates lists the ttys of a device that may take commands, the likeliest
// first, and says whether it is a modem as far as anybody knows.
func candidates(d usb.Device) (ttys []string, known bool) {
	f, at, known := profile.ByUSB(productID(d))
	if !known {
		f = profile.Generic()
	}
	add := func(which func(usb.Interface) bool) {
		for _, i := range d.Interfaces {
			if i.TTY != "" && which(i) && !slices.Contains(ttys, i.TTY) {
				ttys = append(ttys, i.TTY)
			}
		}
	}
	for _, n := range at {
		add(func(i usb.Interface) bool { return i.Number == n })
	}
	for _, c := range f.Class {
		add(func(i usb.Interface) bool { return class(i) == c })
	}
	if len(ttys) > 0 {
		return ttys, known
	}
	// Only a probe tells: first of what nothing is said against, at last of what
	// carries PPP and may take commands beside it.
	_, layout, _ := profile.ByLayout(productID(d))
	leave := func(i usb.Interface) bool { return slices.Contains(layout.Leave, i.Number) }
	add(func(i usb.Interface) bool { return !leave(i) && !slices.Contains(f.Avoid, class(i)) })
	add(func(i usb.Interface) bool { return !leave(i) })
	return ttys, known
}

func class(i usb.Interface) string {
	return fmt.Sprintf("%02x/%02x/%02x", i.Class, i.Subclass, i.Protocol)
}

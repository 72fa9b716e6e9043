package usb

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Scan lists the devices below root ("/" or a tree that looks like it) that
// have a tty on USB, and those that are modems known to be in a state without
// one. They come in the order of their paths, the interfaces in the order of
// their numbers.
//
// What vanishes while Scan looks is left out, and is not an error.
func Scan(root string) ([]Device, error) {
	ttys, err := ttysOfUSB(filepath.Join(root, "sys/class/tty"))
	if err != nil {
		return nil, fmt.Errorf("scan usb: %w", err)
	}
	dirs, err := deviceDirs(filepath.Join(root, "sys/bus/usb/devices"), ttys)
	if err != nil {
		return nil, fmt.Errorf("scan usb: %w", err)
	}
	var all []Device
	for _, dir := range dirs {
		if d, ok := readDevice(dir, ttys); ok {
			all = append(all, d)
		}
	}
	slices.SortFunc(all, func(a, b Device) int { return natural(a.Path, b.Path) })
	return all, nil
}

// ttysOfUSB maps the directory of each USB interface to the names of its ttys.
// The link class/tty/NAME/device leads
//
//	usb-serial  .../1-1.2/1-1.2:1.3/ttyUSB3
//	cdc-acm     .../1-1.2/1-1.2:1.0
//
// and for anything else to a place that is no interface.
func ttysOfUSB(class string) (map[string][]string, error) {
	entries, err := os.ReadDir(class)
	if err != nil {
		return nil, err
	}
	ttys := make(map[string][]string)
	for _, e := range entries {
		dir, err := filepath.EvalSymlinks(filepath.Join(class, e.Name(), "device"))
		if err != nil {
			continue // virtual, or gone
		}
		if filepath.Base(dir) == e.Name() {
			dir = filepath.Dir(dir)
		}
		if _, err := os.Lstat(filepath.Join(dir, "bInterfaceNumber")); err != nil {
			continue
		}
		ttys[dir] = append(ttys[dir], e.Name())
	}
	return ttys, nil
}

// deviceDirs lists the directories of all USB devices, and of those that own
// ttys even if the bus no longer lists them.
func deviceDirs(bus string, ttys map[string][]string) ([]string, error) {
	entries, err := os.ReadDir(bus)
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // a board without USB has no such bus
		return nil, err
	}
	var dirs []string
	for _, e := range entries {
		if strings.Contains(e.Name(), ":") {
			continue // an interface
		}
		if dir, err := filepath.EvalSymlinks(filepath.Join(bus, e.Name())); err == nil {
			dirs = append(dirs, dir)
		}
	}
	for dir := range ttys {
		dirs = append(dirs, filepath.Dir(dir))
	}
	slices.Sort(dirs)
	return slices.Compact(dirs), nil
}

// readDevice reads one device. It is not ok if the device is none of ours, or
// has gone.
func readDevice(dir string, ttys map[string][]string) (Device, bool) {
	vendor, err := hex(dir, "idVendor", 16)
	if err != nil {
		return Device{}, false
	}
	product, err := hex(dir, "idProduct", 16)
	if err != nil {
		return Device{}, false
	}
	id := identity(vendor<<16 | product)
	if ignored[id] {
		return Device{}, false
	}
	d := Device{
		Path:         filepath.Base(dir),
		Controller:   controller(dir),
		Vendor:       uint16(vendor),
		Product:      uint16(product),
		Serial:       text(dir, "serial"),
		Manufacturer: text(dir, "manufacturer"),
		Name:         text(dir, "product"),
		Interfaces:   readInterfaces(dir, ttys),
	}
	tty := slices.ContainsFunc(d.Interfaces, func(i Interface) bool { return i.TTY != "" })
	var known bool
	d.Note, known = note(id, tty)
	return d, tty || known
}

// readInterfaces reads the interfaces of the device in dir: its entries that
// are called 1-1.2:1.0, after device, configuration and number.
func readInterfaces(dir string, ttys map[string][]string) []Interface {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var all []Interface
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), filepath.Base(dir)+":") {
			continue
		}
		path := filepath.Join(dir, e.Name())
		i, err := readInterface(path)
		if err != nil {
			continue
		}
		if len(ttys[path]) == 0 {
			all = append(all, i)
		}
		for _, name := range ttys[path] {
			i.TTY = "/dev/" + name
			all = append(all, i)
		}
	}
	slices.SortFunc(all, func(a, b Interface) int {
		return cmp.Or(cmp.Compare(a.Number, b.Number), natural(a.TTY, b.TTY))
	})
	return all
}

func readInterface(dir string) (Interface, error) {
	var v [4]uint64
	for i, name := range []string{"bInterfaceNumber", "bInterfaceClass", "bInterfaceSubClass", "bInterfaceProtocol"} {
		n, err := hex(dir, name, 8)
		if err != nil {
			return Interface{}, err
		}
		v[i] = n
	}
	i := Interface{Number: int(v[0]), Class: byte(v[1]), Subclass: byte(v[2]), Protocol: byte(v[3])}
	if link, err := os.Readlink(filepath.Join(dir, "driver")); err == nil {
		i.Driver = filepath.Base(link)
	}
	return i, nil
}

// hex reads an attribute that is a hexadecimal number of at most so many bits.
func hex(dir, name string, bits int) (uint64, error) {
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return 0, err
	}
	return strconv.ParseUint(strings.TrimSpace(string(b)), 16, bits)
}

// text reads an attribute that the device chose itself, or "" if it has none.
// What does not print is dropped.
func text(dir, name string) string {
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, string(b)))
}

// natural compares names with numbers in them as a person would: 1-1.2 stands
// before 1-1.10.
func natural(a, b string) int {
	for a != "" && b != "" {
		na, nb := digits(a), digits(b)
		if na == 0 || nb == 0 {
			if a[0] != b[0] {
				return cmp.Compare(a[0], b[0])
			}
			a, b = a[1:], b[1:]
			continue
		}
		// Of two numbers without leading zeros the longer is the greater.
		if c := cmp.Or(cmp.Compare(na, nb), cmp.Compare(a[:na], b[:nb])); c != 0 {
			return c
		}
		a, b = a[na:], b[nb:]
	}
	return cmp.Compare(len(a), len(b))
}

// digits counts the digits s starts with.
func digits(s string) int {
	return len(s) - len(strings.TrimLeft(s, "0123456789"))
}

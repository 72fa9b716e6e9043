package usb

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
)

// A place is a physical port, by the hub it belongs to.
type place struct {
	bus  string // "1"
	hub  string // the hub's path: "1-1", "usb1" for a root hub
	port string // counted from 1
}

// parsePlace reads the path of a device, "1-1.2". Nothing else is taken: paths
// end up in the names of files that are written to.
func parsePlace(path string) (place, error) {
	bus, ports, ok := strings.Cut(path, "-")
	for _, number := range append(strings.Split(ports, "."), bus) {
		n, err := strconv.ParseUint(number, 10, 16)
		ok = ok && err == nil && n > 0 && strconv.FormatUint(n, 10) == number
	}
	if !ok {
		return place{}, fmt.Errorf("%q is no USB port, want one like 1-1.2", path)
	}
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		return place{bus, path[:i], path[i+1:]}, nil
	}
	return place{bus, "usb" + bus, ports}, nil
}

// devices is where the bus lists all its devices and their interfaces.
func devices(root string) string { return filepath.Join(root, "sys/bus/usb/devices") }

// hubDir is the interface under which the hub's ports stand.
func (p place) hubDir(root string) string {
	if strings.HasPrefix(p.hub, "usb") {
		return filepath.Join(devices(root), p.bus+"-0:1.0")
	}
	return filepath.Join(devices(root), p.hub+":1.0")
}

func (p place) portDir(root string) string {
	return filepath.Join(p.hubDir(root), p.hub+"-port"+p.port)
}

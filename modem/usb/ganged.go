package usb

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// ErrGanged is returned by CyclePort for a port that shares its power switch
// with others.
var ErrGanged = errors.New("a Raspberry Pi switches the power of all its USB ports together, and whatever else is plugged in would lose it: " +
	"use a hub that switches each port by itself, or a GPIO power line")

// Ganged reports whether the board is a Raspberry Pi. The ports of every model
// share one power switch.
func Ganged(root string) bool {
	return strings.HasPrefix(model(root), "Raspberry Pi")
}

// model is what the device tree calls the board, empty on one without.
func model(root string) string {
	b, err := os.ReadFile(filepath.Join(root, "proc/device-tree/model"))
	if err != nil {
		return ""
	}
	return strings.TrimRight(string(b), "\x00\n")
}

// soldered are the hubs on the boards, with what is in the names of their
// models. The same chips are in hubs one can buy.
var soldered = map[identity]string{
	0x0424_9512: "Raspberry Pi",   // 1 B: Ethernet and a hub in one
	0x0424_9514: "Raspberry Pi",   // 1 B+, 2 B, 3 B
	0x0424_2514: "3 Model B Plus", // two of them, one behind the other
	0x2109_3431: "Raspberry Pi 4",
}

// ganged reports whether a port is one of the board's own and shares its switch.
// The ports of a hub that was plugged in are its own affair.
func ganged(root string, p place) bool {
	if !Ganged(root) {
		return false
	}
	if p.hub == "usb"+p.bus {
		return true
	}
	if p.hub != p.bus+"-1" && p.hub != p.bus+"-1.1" {
		return false
	}
	dir := filepath.Join(devices(root), p.hub)
	vendor, err := hex(dir, "idVendor", 16)
	if err != nil {
		return false
	}
	product, err := hex(dir, "idProduct", 16)
	if err != nil {
		return false
	}
	board, ok := soldered[identity(vendor<<16|product)]
	return ok && strings.Contains(model(root), board)
}

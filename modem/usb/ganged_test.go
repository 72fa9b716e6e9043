package usb_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/modem/usb"
)

// board makes the tree one of a board, with a hub on it.
func board(tr tree, model, hub, id string) {
	tr.t.Helper()
	tr.mkdir("proc/device-tree")
	if err := os.WriteFile(filepath.Join(tr.root, "proc/device-tree/model"), []byte(model+"\x00"), 0o644); err != nil {
		tr.t.Fatal(err)
	}
	if hub != "" {
		tr.device(hub, id, "USB2.0 Hub", "")
	}
}

func TestGangedBoards(t *testing.T) {
	for model, want := range map[string]bool{
		"Raspberry Pi Model B Plus Rev 1.2":      true,
		"Raspberry Pi 3 Model B Plus Rev 1.3":    true,
		"Raspberry Pi Zero 2 W Rev 1.0":          true,
		"Raspberry Pi Compute Module 4 Rev 1.0":  true,
		"Raspberry Pi 5 Model B Rev 1.0":         true,
		"Xunlong Orange Pi Zero":                 false,
		"Not a Raspberry Pi, but something else": false,
		"":                                       false,
	} {
		tr := newTree(t)
		board(tr, model, "", "")
		if got := usb.Ganged(tr.root); got != want {
			t.Errorf("%s: got %v, want %v", model, got, want)
		}
	}
	if usb.Ganged(newTree(t).root) {
		t.Error("a board without a device tree: got ganged")
	}
}

// The board's own ports are left alone, those of a hub that was plugged in are
// not.
func TestOnlyTheBoardsOwnPortsAreGanged(t *testing.T) {
	const (
		pi3     = "Raspberry Pi 3 Model B Rev 1.2"
		pi3plus = "Raspberry Pi 3 Model B Plus Rev 1.3"
		pi4     = "Raspberry Pi 4 Model B Rev 1.4"
		pi5     = "Raspberry Pi 5 Model B Rev 1.0"
		zero    = "Raspberry Pi Zero W Rev 1.1"
		other   = "Xunlong Orange Pi Zero"
	)
	for _, tc := range []struct {
		name, model, hub, id, path, folder, port string
		ganged                                   bool
	}{
		{"3", pi3, "1-1", "0424:9514", "1-1.2", "1-1:1.0", "1-1-port2", true},
		{"3, a hub in port 2", pi3, "1-1.2", "05e3:0608", "1-1.2.1", "1-1.2:1.0", "1-1.2-port1", false},
		{"3+", pi3plus, "1-1", "0424:2514", "1-1.3", "1-1:1.0", "1-1-port3", true},
		{"3+, its second hub", pi3plus, "1-1.1", "0424:2514", "1-1.1.2", "1-1.1:1.0", "1-1.1-port2", true},
		{"3+, a hub in port 2", pi3plus, "1-1.2", "0424:2514", "1-1.2.1", "1-1.2:1.0", "1-1.2-port1", false},
		{"4", pi4, "1-1", "2109:3431", "1-1.2", "1-1:1.0", "1-1-port2", true},
		{"4, a USB 3 port", pi4, "2-2", "05e3:0610", "2-1", "2-0:1.0", "usb2-port1", true},
		{"5", pi5, "", "", "3-2", "3-0:1.0", "usb3-port2", true},
		{"5, a hub with the chip of the 4", pi5, "1-1", "2109:3431", "1-1.2", "1-1:1.0", "1-1-port2", false},
		{"Zero, a hub with the chip of the 3+", zero, "1-1", "0424:2514", "1-1.2", "1-1:1.0", "1-1-port2", false},
		{"another board", other, "1-1", "0424:9514", "1-1.2", "1-1:1.0", "1-1-port2", false},
		{"another board's root hub", other, "", "", "3-2", "3-0:1.0", "usb3-port2", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tr := newTree(t)
			board(tr, tc.model, tc.hub, tc.id)
			file := tr.port(tc.folder, tc.port)
			synctest.Test(t, func(t *testing.T) {
				done := outcome(func() error { return usb.CyclePort(t.Context(), tr.root, tc.path, time.Second) })
				synctest.Wait()
				want := "1"
				if tc.ganged {
					want = "0"
				}
				tr.holds(file, want)
				err := <-done
				if errors.Is(err, usb.ErrGanged) != tc.ganged || (err != nil) != tc.ganged {
					t.Errorf("got %v, want ganged %v", err, tc.ganged)
				}
				tr.holds(file, "0")
			})
		})
	}
}

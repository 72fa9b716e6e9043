package usb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// unauthorized is how long Reauthorize leaves a device without its drivers.
const unauthorized = 2 * time.Second

// Reauthorize takes the drivers from the device at a path, "1-1.2", and gives
// them back two seconds later: its ttys vanish and return, maybe under other
// names. The modem keeps its power, and its firmware runs on.
//
// The device is never left without, also when ctx ends: Reauthorize then gives
// back at once and returns the error of ctx. A stuck modem may hold it for some
// seconds more.
func Reauthorize(ctx context.Context, root, path string) error {
	if err := reauthorize(ctx, root, path, writeAttribute); err != nil {
		return fmt.Errorf("reauthorize %s: %w", path, err)
	}
	return nil
}

func reauthorize(ctx context.Context, root, path string, write func(file, value string) error) error {
	file, err := authorizedFile(root, path)
	if err != nil {
		return err
	}
	err = flip{files: []string{file}, away: "0", back: "1", pause: unauthorized, write: write}.run(ctx)
	return explainWrite(err)
}

// CyclePort switches off the port at a path, "1-1.2", and on again after off,
// three to five seconds for most modems. It needs a kernel from 6.0 on, and
// takes the power away only if the hub can switch it for each port: with others
// the modem is just disconnected, and no one can tell.
//
// The error wraps ErrGanged for the ports of a Raspberry Pi itself, and then
// nothing has been done.
//
// The port is never left off, also when ctx ends: CyclePort then switches on at
// once and returns the error of ctx. A stuck hub may hold it for some seconds
// more.
func CyclePort(ctx context.Context, root, path string, off time.Duration) error {
	if err := cyclePort(ctx, root, path, off, writeAttribute); err != nil {
		return fmt.Errorf("cycle the power of port %s: %w", path, err)
	}
	return nil
}

func cyclePort(ctx context.Context, root, path string, off time.Duration, write func(file, value string) error) error {
	files, err := portFiles(root, path)
	if err != nil {
		return err
	}
	err = flip{files: files, away: "1", back: "0", pause: off, write: write}.run(ctx)
	return explainWrite(err)
}

// Switches lists the files that Reauthorize and CyclePort write for the device at
// a path, in that order, as far as they are there.
func Switches(root, path string) []string {
	var files []string
	if file, err := authorizedFile(root, path); err == nil {
		files = append(files, file)
	}
	ports, err := portFiles(root, path)
	if err != nil {
		return files
	}
	return append(files, ports...)
}

// authorizedFile is where a device is given its drivers.
func authorizedFile(root, path string) (string, error) {
	if _, err := parsePlace(path); err != nil {
		return "", err
	}
	file := filepath.Join(devices(root), path, "authorized")
	if _, err := os.Stat(file); err != nil {
		return "", fmt.Errorf("%w: no USB device is plugged in there", err)
	}
	return file, nil
}

// portFiles are where a port is switched. A socket for USB 3 is two ports of two
// hubs, and has power as long as one of them gives it.
func portFiles(root, path string) ([]string, error) {
	p, err := parsePlace(path)
	if err != nil {
		return nil, err
	}
	if ganged(root, p) {
		return nil, ErrGanged
	}
	if _, err := os.Stat(p.hubDir(root)); err != nil {
		return nil, fmt.Errorf("%w: there is no hub %s", err, p.hub)
	}
	file := filepath.Join(p.portDir(root), "disable")
	if _, err := os.Stat(file); err != nil {
		return nil, fmt.Errorf("%w: the kernel has no such switch, it takes Linux 6.0: update the system, or use a GPIO power line", err)
	}
	files := []string{file}
	// The link is resolved now: it goes away with the device it belongs to.
	if peer, err := filepath.EvalSymlinks(filepath.Join(p.portDir(root), "peer", "disable")); err == nil {
		files = append(files, peer)
	}
	return files, nil
}

// explainWrite adds the cure to the errors an operator can do something about.
func explainWrite(err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w: only root may write it: install the udev rules of 60-pigeon.rules", err)
	case errors.Is(err, unix.EROFS):
		return fmt.Errorf("%w: the service must not write to /sys: add ReadWritePaths=/sys/devices to its unit", err)
	}
	return err
}

package usb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// A stuck modem may refuse to be given back its driver or its power, and take it
// a moment later.
const (
	restoreTries = 3
	restorePause = time.Second
)

// A flip puts a few attributes of sysfs away for a while, in order, and then
// back, in the opposite order.
type flip struct {
	files      []string
	away, back string
	pause      time.Duration
	write      func(file, value string) error
}

// run puts back what it has put away whatever happens, also when ctx ends, which
// ends only the pause.
func (f flip) run(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var err error
	var touched []string
	for _, file := range f.files {
		err = f.write(file, f.away)
		if untouched(err) {
			break
		}
		touched = append(touched, file) // a write that failed may have had its effect
		if err != nil {
			break
		}
	}
	if err == nil {
		err = pause(ctx, f.pause)
	}
	for _, file := range slices.Backward(touched) {
		err = errors.Join(err, f.restore(file))
	}
	return err
}

// restore is not interruptible: it is what an interruption must wait for. It
// takes restoreTries writes and the pauses between them, and how long a write
// takes the modem says, a few seconds at worst.
func (f flip) restore(file string) error {
	for try := 1; ; try++ {
		err := f.write(file, f.back)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, unix.ENODEV):
			return fmt.Errorf("%w: it has left the bus meanwhile and comes back by itself, or is plugged in again", err)
		case try == restoreTries, errors.Is(err, fs.ErrPermission):
			return fmt.Errorf("%w: it stays off until it is plugged in again or the power is cut", err)
		}
		<-time.After(restorePause)
	}
}

// pause waits, unless ctx ends it.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// writeAttribute writes to a file of sysfs, which must be there.
func writeAttribute(file, value string) error {
	f, err := os.OpenFile(file, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(value)
	return errors.Join(err, f.Close())
}

// untouched reports whether a write has failed before it could do anything.
func untouched(err error) bool {
	pe := (*fs.PathError)(nil)
	return errors.As(err, &pe) && pe.Op == "open"
}

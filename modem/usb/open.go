package usb

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"time"

	"go.bug.st/serial"
	"golang.org/x/sys/unix"
)

// silence is how long Read waits for a byte. Neither Close nor Wake waits for it,
// nor a modem that is pulled out. It is longer than an idle modem is left unasked,
// so that it wakes no idle board; tests shorten it.
var silence = 2 * time.Minute

// opening has room for the one who opens a port. Only while nobody else does
// can the descriptors the library made be told from others.
var opening = make(chan struct{}, 1)

// Open opens a tty, by its path or that of a symlink to it, or the modem behind
// a serial server, by tcp://host:port.
//
// A tty is set to 115200 8N1, raw, without flow control and for this process
// alone, with DTR and RTS raised where the device has them. A serial server has
// settings of its own, and must speak raw TCP: RFC 2217 is not spoken.
//
// The error wraps fs.ErrNotExist, fs.ErrPermission, unix.EBUSY or
// unix.ECONNREFUSED where that is the cause, and says the cure.
func Open(ctx context.Context, path string) (Port, error) {
	if address, ok := strings.CutPrefix(path, tcpScheme); ok {
		return openTCP(ctx, path, address)
	}
	return openTTY(ctx, path)
}

// openTTY opens a tty. ctx ends the wait for another Open. The opening itself
// cannot be interrupted; it does not hang on a line without carrier, for the
// library opens with O_NONBLOCK, but a modem that has stopped answering its bus
// may hold it for the seconds of a USB control transfer.
func openTTY(ctx context.Context, path string) (Port, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	select {
	case opening <- struct{}{}:
		defer func() { <-opening }()
	case <-ctx.Done():
		return nil, fmt.Errorf("open %s: %w", path, ctx.Err())
	}
	s, fd, err := openPrivate(path)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, explain(err))
	}
	in, err := reading(fd, path)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), s.Close())
	}
	p := &tty{gate: gate{path: path}, serial: s, fd: fd, in: in}
	if err := p.prepare(); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, explain(err)), p.Close())
	}
	return p, nil
}

// openPrivate opens the tty so that no child inherits it. The library opens
// without O_CLOEXEC. Until adopt has set it, ForkLock makes whoever starts a
// child wait, which is what it is for.
func openPrivate(path string) (serial.Port, int, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	before, err := inheritable()
	if err != nil {
		return nil, 0, err
	}
	s, err := serial.Open(path, &serial.Mode{
		BaudRate: 115200,
		DataBits: 8,
		Parity:   serial.NoParity,
		StopBits: serial.OneStopBit,
	})
	if err != nil {
		return nil, 0, err
	}
	fd, err := adopt(before)
	if err != nil {
		return nil, 0, errors.Join(err, s.Close())
	}
	return s, fd, nil
}

// prepare raises DTR and RTS: several modems are deaf, or hang up, without DTR.
func (p *tty) prepare() error {
	for _, raise := range []func(bool) error{p.serial.SetDTR, p.serial.SetRTS} {
		err := raise(true)
		switch {
		case errors.Is(err, unix.ENOTTY), errors.Is(err, unix.EINVAL): // a pty, or a driver without modem bits
		case errors.Is(err, unix.EPIPE): // the modem refuses the request, and may be well without
		case err != nil:
			return fmt.Errorf("raise DTR and RTS: %w", err)
		}
	}
	return nil
}

// explain adds the cure to the errors an operator can do something about.
func explain(err error) error {
	if pe := (*serial.PortError)(nil); errors.As(err, &pe) {
		switch pe.Code() {
		case serial.PermissionDenied:
			err = unix.EACCES
		case serial.PortBusy:
			err = unix.EBUSY
		case serial.InvalidSerialPort: // the cause is inside, out of reach
			return fmt.Errorf("%w: this is not a serial port, or its modem has just gone", err)
		}
	}
	switch {
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		return fmt.Errorf("%w: add the user to the group dialout and start again", err)
	case errors.Is(err, unix.EBUSY):
		return fmt.Errorf("%w: another program holds the port, often ModemManager: stop it, or set ID_MM_DEVICE_IGNORE for the modem in a udev rule", err)
	case errors.Is(err, unix.ENOENT):
		return fmt.Errorf("%w: is the modem plugged in, powered and switched to modem mode?", err)
	case hungUp(err):
		return fmt.Errorf("%w: the modem has gone, or its driver has stopped: plug it in again", err)
	}
	return err
}

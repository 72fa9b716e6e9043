package usb

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"go.bug.st/serial"
	"golang.org/x/sys/unix"
)

// writeTick is how often, in milliseconds, a Write that waits for room looks
// whether it was flushed or closed.
const writeTick = 50

// A tty is one open serial port.
//
// It stands between its callers and go.bug.st/serial v1.8.0, which closes the
// descriptor under a reader's feet, so that the reader takes bytes from
// whatever is opened next under the same number; whose Write nothing can
// release; whose Read keeps a thread for each port, and wakes several when its
// time is up; and which takes a hang-up for a Close. So what is read comes
// through a second descriptor, for which the Go runtime waits.
type tty struct {
	gate
	serial  serial.Port
	fd      int // belongs to serial, and is good while a call is inside the gate
	in      *os.File
	flushes atomic.Uint32

	close    sync.Once
	closeErr error
}

func (p *tty) Read(b []byte) (int, error) {
	if err := p.enter("read"); err != nil {
		return 0, err
	}
	defer p.leave()
	if len(b) == 0 {
		return 0, nil // os.File would call it the end
	}
	if err := p.in.SetReadDeadline(time.Now().Add(silence)); err != nil {
		return 0, fmt.Errorf("read %s: %w", p.path, err)
	}
	// A Close that came before has had its deadline overwritten.
	if p.isClosed() {
		return 0, fmt.Errorf("read %s: %w", p.path, os.ErrClosed)
	}
	n, err := p.in.Read(b)
	switch {
	case err == nil, n > 0:
		return n, nil
	case errors.Is(err, os.ErrDeadlineExceeded) && p.isClosed():
		return 0, fmt.Errorf("read %s: %w", p.path, os.ErrClosed)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return 0, nil
	case errors.Is(err, io.EOF), hungUp(err):
		return 0, fmt.Errorf("read %s: hung up: %w", p.path, io.EOF)
	}
	return 0, fmt.Errorf("read %s: %w", p.path, err)
}

// Write waits as long as it takes, until Flush or Close release it.
//
// The tty is in non-blocking mode. A blocking write could be released only by
// the driver, and that of usb-serial cannot drop what it holds.
func (p *tty) Write(b []byte) (int, error) {
	if err := p.enter("write"); err != nil {
		return 0, err
	}
	defer p.leave()
	flushes := p.flushes.Load()
	for sent := 0; ; {
		n, err := p.serial.Write(b[sent:])
		sent += n
		switch {
		case p.flushes.Load() != flushes:
			// The flush may have come in the midst of serial.Write, which then
			// filled the room it made. An error here the next call meets too.
			_ = p.serial.ResetOutputBuffer()
			return sent, fmt.Errorf("write %s: %w", p.path, ErrFlushed)
		case err == nil && sent == len(b):
			return sent, nil
		case p.isClosed():
			return sent, fmt.Errorf("write %s: %w", p.path, os.ErrClosed)
		case err == nil && n > 0, errors.Is(err, unix.EINTR):
		case err == nil, errors.Is(err, unix.EAGAIN):
			if err := p.awaitRoom(); err != nil {
				return sent, fmt.Errorf("write %s: wait for room: %w", p.path, err)
			}
		case hungUp(err):
			return sent, fmt.Errorf("write %s: hung up: %w", p.path, io.EOF)
		default:
			return sent, fmt.Errorf("write %s: %w", p.path, err)
		}
	}
}

// awaitRoom waits a tick for the tty to take more.
func (p *tty) awaitRoom() error {
	_, err := unix.Poll([]unix.PollFd{{Fd: int32(p.fd), Events: unix.POLLOUT}}, writeTick)
	if err != nil && !errors.Is(err, unix.EINTR) {
		return err
	}
	return nil
}

// wakeAt is a deadline that is over.
var wakeAt = time.Unix(1, 0)

func (p *tty) Wake() {
	if p.enter("wake") == nil {
		defer p.leave()
		_ = p.in.SetReadDeadline(wakeAt) // a descriptor that has none is closed
	}
}

func (p *tty) Flush() error {
	if err := p.enter("flush"); err != nil {
		return err
	}
	defer p.leave()
	p.flushes.Add(1)
	if err := p.serial.ResetOutputBuffer(); err != nil {
		if hungUp(err) {
			err = io.EOF
		}
		return fmt.Errorf("flush %s: %w", p.path, err)
	}
	return nil
}

// Close releases readers and writers, and waits for them to leave. A driver that cannot drop its output may hold it until that is sent, for at most
// 30 seconds (closing_wait).
func (p *tty) Close() error {
	p.close.Do(func() {
		p.shut()
		// That it cannot be dropped, on a tty that hung up, does not matter.
		_ = p.serial.ResetOutputBuffer()
		err := p.in.SetReadDeadline(wakeAt)
		p.wait()
		if err = errors.Join(err, p.in.Close(), p.serial.Close()); err != nil {
			p.closeErr = fmt.Errorf("close %s: %w", p.path, err)
		}
	})
	return p.closeErr
}

package usb_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/pigeon-sms/pigeon/modem/usb"
)

// A lane opens and closes one pty over and over. Its modem says only its own
// letter.
type lane struct {
	master *os.File
	path   string
	letter byte
}

// cycle opens the port, lets a reader loose, and closes the port under it. What
// is opened right after gets the same number, and holds bytes no port may see.
func (l lane) cycle(t *testing.T, talk bool) error {
	p, err := usb.Open(t.Context(), l.path)
	if err != nil {
		return err
	}
	heard, left := make(chan struct{}), make(chan error, 1)
	go func() { left <- l.read(p, heard) }()
	if talk {
		if _, err := l.master.Write(bytes.Repeat([]byte{l.letter}, 16)); err != nil {
			return err
		}
		<-heard
	}
	if err := p.Close(); err != nil {
		return err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer r.Close()
	defer w.Close()
	if _, err := w.WriteString("foreign"); err != nil {
		return err
	}
	return <-left
}

// read reads until the port is closed, and says when it has got the first byte.
func (l lane) read(p usb.Port, heard chan<- struct{}) error {
	b := make([]byte, 8)
	for first := true; ; {
		n, err := p.Read(b)
		if i := bytes.IndexFunc(b[:n], func(r rune) bool { return r != rune(l.letter) }); i >= 0 {
			err = fmt.Errorf("%s: got %q, want only %q", l.path, b[:n], l.letter)
		}
		if first && (n > 0 || err != nil) {
			first = false
			close(heard)
		}
		if errors.Is(err, os.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func TestPortsAreReopenedForEver(t *testing.T) {
	const lanes, cycles = 30, 10
	done := make(chan error, lanes) // one for each
	for i := range lanes {
		master, slave := newPTY(t)
		l := lane{master, slave.Name(), byte('a' + i)}
		go func() {
			for n := range cycles {
				// Each port but a few is once closed before its modem has spoken.
				if err := l.cycle(t, n != i); err != nil {
					done <- fmt.Errorf("cycle %d: %w", n, err)
					return
				}
			}
			done <- nil
		}()
	}
	for range lanes {
		if err := await(t, done); err != nil {
			t.Error(err)
		}
	}
}

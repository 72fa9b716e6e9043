package usb_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/pigeon-sms/pigeon/modem/usb"
	"golang.org/x/sys/unix"
)

// waiting is how many bytes the master could read.
func waiting(t *testing.T, master *os.File) int {
	t.Helper()
	c, err := master.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var n int
	var ioctlErr error
	if err := c.Control(func(fd uintptr) { n, ioctlErr = unix.IoctlGetInt(int(fd), unix.TIOCINQ) }); err != nil {
		t.Fatal(err)
	}
	if ioctlErr != nil {
		t.Fatal(ioctlErr)
	}
	return n
}

type written struct {
	n   int
	err error
}

// stick starts a Write that cannot end by itself: it is longer than a pty
// holds, and nobody reads.
func stick(t *testing.T, p usb.Port, master *os.File) (<-chan written, int) {
	t.Helper()
	b := bytes.Repeat([]byte("x"), 1<<20)
	done := make(chan written, 1)
	go func() {
		n, err := p.Write(b)
		done <- written{n, err}
	}()
	until(t, "write", func() bool { return waiting(t, master) > 0 })
	return done, len(b)
}

func TestFlushReleasesStuckWrite(t *testing.T) {
	master, slave := newPTY(t)
	p := open(t, slave.Name())
	done, size := stick(t, p, master)
	if err := p.Flush(); err != nil {
		t.Fatal(err)
	}
	got := await(t, done)
	is(t, got.err, usb.ErrFlushed)
	if got.n >= size {
		t.Errorf("got %d octets written, want fewer than %d", got.n, size)
	}
	// The port lives on, has room at once, and what was not written does not
	// come later.
	const next = "AT\r"
	after := make(chan written, 1)
	go func() {
		n, err := p.Write([]byte(next))
		after <- written{n, err}
	}()
	if w := await(t, after); w.n != len(next) || w.err != nil {
		t.Fatalf("after the flush: got %d, %v, want %d", w.n, w.err, len(next))
	}
	arrived := make(chan []byte, 1)
	go func() {
		var all []byte
		b := make([]byte, 4096)
		for !bytes.HasSuffix(all, []byte(next)) {
			n, err := master.Read(b)
			if err != nil {
				break
			}
			all = append(all, b[:n]...)
		}
		arrived <- all
	}()
	all := await(t, arrived)
	if len(all) > got.n+len(next) {
		t.Errorf("the modem got %d octets, want no more than %d", len(all), got.n+len(next))
	}
}

func TestCloseReleasesStuckWrite(t *testing.T) {
	master, slave := newPTY(t)
	p := open(t, slave.Name())
	done, _ := stick(t, p, master)
	closed := make(chan error, 1)
	go func() { closed <- p.Close() }()
	if err := await(t, closed); err != nil {
		t.Error(err)
	}
	is(t, await(t, done).err, os.ErrClosed)
}

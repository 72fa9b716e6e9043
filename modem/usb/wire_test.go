package usb

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// dialled is a port to a server that never reads.
func dialled(t *testing.T) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	p, err := Open(t.Context(), tcpScheme+l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p.(*wire)
}

func TestWriteToAStuckServerEnds(t *testing.T) {
	p := dialled(t)
	p.writeLimit = 50 * time.Millisecond
	const size = 64 << 20
	n, err := p.Write(make([]byte, size))
	if !errors.Is(err, os.ErrDeadlineExceeded) || n == size {
		t.Errorf("got %d, %v, want an end before %d", n, err, size)
	}
	if err := p.Flush(); err != nil {
		t.Errorf("the port did not live on: %v", err)
	}
}

// A server that has vanished is asked for and given up in a minute, whether
// anything was written to it or not.
func TestVanishedServerIsGivenUp(t *testing.T) {
	p := dialled(t)
	raw, err := p.conn.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	option := func(level, name int) int {
		v := 0
		if err := raw.Control(func(fd uintptr) {
			if v, err = unix.GetsockoptInt(int(fd), level, name); err != nil {
				t.Error(err)
			}
		}); err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, tc := range []struct {
		name          string
		level, option int
		want          int
	}{
		{"keep-alive", unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1},
		{"seconds to the first question", unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, 15},
		{"seconds between questions", unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, 15},
		{"questions", unix.IPPROTO_TCP, unix.TCP_KEEPCNT, 3},
		{"milliseconds without an acknowledgement", unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, 60_000},
	} {
		if got := option(tc.level, tc.option); got != tc.want {
			t.Errorf("%s: got %d, want %d", tc.name, got, tc.want)
		}
	}
}

func TestDialErrorsSayTheCure(t *testing.T) {
	for _, tc := range []struct {
		err  error
		cure string
	}{
		{&net.DNSError{Err: "no such host", Name: "rack", IsNotFound: true}, "address instead"},
		{&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", unix.ECONNREFUSED)}, "raw TCP"},
		{&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", unix.EHOSTUNREACH)}, "no way"},
		{&net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}, "no answer within 10s"},
		{&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", unix.ETIMEDOUT)}, "no answer within"},
	} {
		err := explainDial(context.Background(), tc.err)
		if !errors.Is(err, tc.err) || !strings.Contains(err.Error(), tc.cure) {
			t.Errorf("got %v, want it to say %q", err, tc.cure)
		}
	}
}

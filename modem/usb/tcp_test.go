package usb_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/modem/usb"
	"golang.org/x/sys/unix"
)

// A server is a serial server whose modem is the test.
type server struct {
	*net.TCPListener
	t *testing.T
}

func serve(t *testing.T, address string) server {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return server{l.(*net.TCPListener), t}
}

func (s server) path() string { return "tcp://" + s.Addr().String() }

// connect opens the server's port, and gives the modem's end too.
func (s server) connect() (usb.Port, *net.TCPConn) {
	s.t.Helper()
	p := open(s.t, s.path())
	if err := s.SetDeadline(time.Now().Add(patience)); err != nil {
		s.t.Fatal(err)
	}
	modem, err := s.AcceptTCP()
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { modem.Close() })
	if err := modem.SetDeadline(time.Now().Add(patience)); err != nil {
		s.t.Fatal(err)
	}
	return p, modem
}

func TestServerIsSpokenTo(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		p, modem := serve(t, address).connect()
		// Nothing is taken for a command of Telnet.
		const out, in = "AT\r\x1a\x1b\x00\xff\xfb\x2c", "\r\nOK\r\n> \xff\xff\xfd\x00"
		if n, err := p.Write([]byte(out)); n != len(out) || err != nil {
			t.Fatalf("got %d, %v, want %d", n, err, len(out))
		}
		b := make([]byte, len(out))
		if _, err := io.ReadFull(modem, b); err != nil || string(b) != out {
			t.Errorf("the modem got %q, %v, want %q", b, err, out)
		}
		if _, err := modem.Write([]byte(in)); err != nil {
			t.Fatal(err)
		}
		if got, err := readFull(p, len(in)); err != nil || got != in {
			t.Errorf("got %q, %v, want %q", got, err, in)
		}
	}
}

func TestServerIsSilent(t *testing.T) {
	t.Parallel()
	p, _ := serve(t, "127.0.0.1:0").connect()
	for range 2 {
		start := time.Now()
		n, err := p.Read(make([]byte, 1))
		if took := time.Since(start); n != 0 || err != nil || took < time.Second {
			t.Errorf("got %d, %v after %v, want 0 and no error after four seconds", n, err, took)
		}
	}
	if n, err := p.Read(nil); n != 0 || err != nil {
		t.Errorf("read of nothing: got %d, %v, want 0 and no error", n, err)
	}
}

func TestServerHangsUp(t *testing.T) {
	for name, linger := range map[string]int{"in order": -1, "at once": 0} {
		t.Run(name, func(t *testing.T) {
			p, modem := serve(t, "127.0.0.1:0").connect()
			const last = "\r\nNO CARRIER\r\n"
			if _, err := modem.Write([]byte(last)); err != nil {
				t.Fatal(err)
			}
			if got, err := readFull(p, len(last)); got != last || err != nil {
				t.Errorf("got %q, %v, want %q", got, err, last)
			}
			if err := modem.SetLinger(linger); err != nil {
				t.Fatal(err)
			}
			reader := refused(func() (int, error) { return p.Read(make([]byte, 1)) })
			if err := modem.Close(); err != nil {
				t.Fatal(err)
			}
			is(t, await(t, reader), io.EOF)
			is(t, await(t, refused(func() (int, error) { return p.Write([]byte("AT\r")) })), io.EOF)
		})
	}
}

// The server lost its power and has come back: it knows nothing of the
// connection, and has not said so.
func TestServerForgets(t *testing.T) {
	p, modem := serve(t, "127.0.0.1:0").connect()
	raw, err := modem.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var repair error
	if err := raw.Control(func(fd uintptr) { repair = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_REPAIR, 1) }); err != nil {
		t.Fatal(err)
	}
	if repair != nil {
		t.Skipf("NOT TESTED: a connection that ends without a word: TCP_REPAIR: %v: run as root", repair)
	}
	if err := modem.Close(); err != nil { // says nothing in this mode
		t.Fatal(err)
	}
	if n, err := p.Read(make([]byte, 1)); n != 0 || err != nil {
		t.Errorf("got %d, %v, want silence", n, err)
	}
	reader := refused(func() (int, error) { return p.Read(make([]byte, 1)) })
	if _, err := p.Write([]byte("AT\r")); err != nil {
		t.Errorf("got %v, want it sent off", err)
	}
	is(t, await(t, reader), io.EOF)
}

// stickTCP starts a Write that cannot end by itself: nobody reads.
func stickTCP(t *testing.T, p usb.Port, modem *net.TCPConn) <-chan error {
	t.Helper()
	done := refused(func() (int, error) { return p.Write(make([]byte, 64<<20)) })
	if _, err := io.ReadFull(modem, make([]byte, 1)); err != nil { // it has begun
		t.Fatal(err)
	}
	return done
}

func TestFlushReleasesStuckServer(t *testing.T) {
	p, modem := serve(t, "127.0.0.1:0").connect()
	done := stickTCP(t, p, modem)
	if err := p.Flush(); err != nil {
		t.Fatal(err)
	}
	is(t, await(t, done), usb.ErrFlushed)
	go func() { _, _ = io.Copy(io.Discard, modem) }() // ends with the test's connections
	if n, err := p.Write([]byte("AT\r")); n != 3 || err != nil {
		t.Errorf("after the flush: got %d, %v, want 3", n, err)
	}
}

func TestCloseReleasesStuckServer(t *testing.T) {
	p, modem := serve(t, "127.0.0.1:0").connect()
	reader := refused(func() (int, error) { return p.Read(make([]byte, 1)) })
	writer := stickTCP(t, p, modem)
	closed := make(chan error, 2)
	for range 2 {
		go func() { closed <- p.Close() }()
	}
	for range 2 {
		if err := await(t, closed); err != nil {
			t.Error(err)
		}
	}
	is(t, await(t, reader), os.ErrClosed)
	is(t, await(t, writer), os.ErrClosed)
	is(t, p.Flush(), os.ErrClosed)
	// What had not been sent is dropped, and the server is told.
	if n, err := io.Copy(io.Discard, modem); !errors.Is(err, unix.ECONNRESET) {
		t.Errorf("the modem got %d octets more, %v, want the connection reset", n, err)
	}
}

func TestServerIsReopened(t *testing.T) {
	s := serve(t, "127.0.0.1:0")
	path := s.path()
	for range 3 {
		p, modem := s.connect()
		if err := s.Close(); err != nil { // the server restarts
			t.Fatal(err)
		}
		if err := modem.Close(); err != nil {
			t.Fatal(err)
		}
		is(t, await(t, refused(func() (int, error) { return p.Read(make([]byte, 1)) })), io.EOF)
		if err := p.Close(); err != nil {
			t.Error(err)
		}
		failsWith(t, path, unix.ECONNREFUSED, "start the serial server")
		s = serve(t, s.Addr().String())
	}
}

func TestServersThatCannotBeOpened(t *testing.T) {
	for _, path := range []string{"tcp://", "tcp://host", "tcp://:2000", "tcp://host:", "tcp://::1:2000", "tcp://host:2000/ttyUSB0", "tcp://me@host:2000"} {
		failsWith(t, path, nil, "want tcp://host:port")
	}
	failsWith(t, "tcp://127.0.0.1:70000", nil, "invalid port")
	s := serve(t, "127.0.0.1:0")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := usb.Open(ctx, s.path())
	is(t, err, context.Canceled)
}

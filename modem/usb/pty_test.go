package usb_test

import (
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/pigeon-sms/pigeon/modem/usb"
)

// patience is when a test gives up. Nothing waits that long unless it hangs.
const patience = 20 * time.Second

// newPTY makes a pty. The slave stays open, so that the master sees no hang-up
// between two opens of it.
func newPTY(t *testing.T) (master, slave *os.File) {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		master.Close()
		slave.Close()
	})
	return master, slave
}

func open(t *testing.T, path string) usb.Port {
	t.Helper()
	p, err := usb.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// await is what a goroutine of a test has to say.
func await[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(patience):
	}
	t.Fatalf("nothing within %v", patience)
	panic("unreachable")
}

// until asks again and again, until done says so.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); !done(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %v", what, patience)
		}
	}
}

// readFull reads past silences.
func readFull(p usb.Port, n int) (string, error) {
	b := make([]byte, n)
	deadline := time.Now().Add(patience)
	for got := 0; got < n; {
		if time.Now().After(deadline) {
			return string(b[:got]), os.ErrDeadlineExceeded
		}
		k, err := p.Read(b[got:])
		got += k
		if err != nil {
			return string(b[:got]), err
		}
	}
	return string(b), nil
}

// refused runs f until it gives an error, and returns that.
func refused(f func() (int, error)) <-chan error {
	got := make(chan error, 1)
	go func() {
		for {
			if _, err := f(); err != nil {
				got <- err
				return
			}
		}
	}()
	return got
}

func is(t *testing.T, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("got %v, want an error that is %v", got, want)
	}
}

func TestBytesGoBothWays(t *testing.T) {
	master, slave := newPTY(t)
	p := open(t, slave.Name())
	// Bytes a tty that is not raw would keep or change.
	const out, in = "AT\r\x1a\x1b\x03\x00\xff", "\r\nOK\r\n> \x04\x11\x13\x7f\xff\x00"
	if n, err := p.Write([]byte(out)); n != len(out) || err != nil {
		t.Fatalf("got %d, %v, want %d", n, err, len(out))
	}
	b := make([]byte, len(out))
	if _, err := io.ReadFull(master, b); err != nil || string(b) != out {
		t.Errorf("the modem got %q, %v, want %q", b, err, out)
	}
	if _, err := master.WriteString(in); err != nil {
		t.Fatal(err)
	}
	if got, err := readFull(p, len(in)); err != nil || got != in {
		t.Errorf("got %q, %v, want %q", got, err, in)
	}
}

func TestSilenceIsNoError(t *testing.T) {
	t.Parallel()
	_, slave := newPTY(t)
	p := open(t, slave.Name())
	start := time.Now()
	n, err := p.Read(make([]byte, 1))
	if took := time.Since(start); n != 0 || err != nil || took < time.Second {
		t.Errorf("got %d, %v after %v, want 0 and no error after four seconds", n, err, took)
	}
	if n, err := p.Read(nil); n != 0 || err != nil {
		t.Errorf("read of nothing: got %d, %v, want 0 and no error", n, err)
	}
	if n, err := p.Write(nil); n != 0 || err != nil {
		t.Errorf("write of nothing: got %d, %v, want 0 and no error", n, err)
	}
}

func TestHangUpEndsReadAndWrite(t *testing.T) {
	master, slave := newPTY(t)
	p := open(t, slave.Name())
	b := make([]byte, 1)
	reader := refused(func() (int, error) { return p.Read(b) })
	writer := refused(func() (int, error) { return p.Write(make([]byte, 1<<20)) })
	until(t, "write", func() bool { return waiting(t, master) > 0 })
	if err := master.Close(); err != nil {
		t.Fatal(err)
	}
	is(t, await(t, reader), io.EOF)
	is(t, await(t, writer), io.EOF)
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

func TestClosedPortRefuses(t *testing.T) {
	_, slave := newPTY(t)
	p := open(t, slave.Name())
	reader := refused(func() (int, error) { return p.Read(make([]byte, 1)) })
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
	_, err := p.Read(make([]byte, 1))
	is(t, err, os.ErrClosed)
	_, err = p.Write([]byte("AT\r"))
	is(t, err, os.ErrClosed)
	is(t, p.Flush(), os.ErrClosed)
}

func TestLongWriteArrivesWhole(t *testing.T) {
	master, slave := newPTY(t)
	p := open(t, slave.Name())
	want := make([]byte, 300_000) // many times what a pty holds
	for i := range want {
		want[i] = byte(i ^ i>>8)
	}
	wrote := make(chan error, 1)
	go func() {
		n, err := p.Write(want)
		if err == nil && n != len(want) {
			err = io.ErrShortWrite
		}
		wrote <- err
	}()
	got := make([]byte, len(want))
	if _, err := io.ReadFull(master, got); err != nil {
		t.Fatal(err)
	}
	if err := await(t, wrote); err != nil {
		t.Error(err)
	}
	if string(got) != string(want) {
		t.Error("the modem got other bytes than were written")
	}
}

// Whoever wants to leave does not wait for silence.
func TestWakeAndCloseReleaseARead(t *testing.T) {
	_, slave := newPTY(t)
	server := serve(t, "127.0.0.1:0")
	tcp, _ := server.connect()
	for name, p := range map[string]usb.Port{"tty": open(t, slave.Name()), "tcp": tcp} {
		for _, how := range []string{"wake", "close"} {
			start := time.Now()
			type read struct {
				n   int
				err error
			}
			done := make(chan read)
			go func() {
				n, err := p.Read(make([]byte, 1))
				done <- read{n, err}
			}()
			var r read
			if how == "close" {
				if err := p.Close(); err != nil {
					t.Error(err)
				}
				r = <-done
			}
			for tick := time.NewTicker(10 * time.Millisecond); how == "wake"; {
				select {
				case <-tick.C:
					p.Wake() // again, as the Read may not have begun
					continue
				case r = <-done:
					tick.Stop()
				}
				break
			}
			if took := time.Since(start); r.n != 0 || took > time.Second || (how == "wake") != (r.err == nil) {
				t.Errorf("%s, %s: got %d, %v after %v", name, how, r.n, r.err, took)
			}
			if how == "close" {
				is(t, r.err, os.ErrClosed)
			}
		}
	}
}

package usb_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// held counts the descriptors of this process that lead to path, or did before
// that went away.
func held(t *testing.T, path string) int {
	t.Helper()
	links, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, link := range links {
		if to, err := os.Readlink(link); err == nil && strings.TrimSuffix(to, " (deleted)") == path {
			n++
		}
	}
	return n
}

// Until the last descriptor of a lost tty is closed, the modem that comes back
// cannot have its name.
func TestLostPortIsLetGoAtOnce(t *testing.T) {
	for _, tc := range []struct {
		name      string
		readFirst bool // whether the loss is seen before the port is closed
	}{
		{"when Read has told", true},
		{"before anyone has told", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			master, slave := newPTY(t)
			before := held(t, slave.Name())
			p := open(t, slave.Name())
			if got := held(t, slave.Name()); got != before+2 { // to write, and to read
				t.Fatalf("got %d descriptors, want %d", got, before+2)
			}
			reader := refused(func() (int, error) { return p.Read(make([]byte, 1)) })
			writer, _ := stick(t, p, master)
			if err := master.Close(); err != nil {
				t.Fatal(err)
			}
			if tc.readFirst {
				is(t, await(t, reader), io.EOF)
			}
			start := time.Now()
			if err := p.Close(); err != nil {
				t.Error(err)
			}
			// At once, on a slow machine.
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("got closed after %v, want at once", took)
			}
			if got := held(t, slave.Name()); got != before {
				t.Errorf("got %d descriptors after Close, want %d", got, before)
			}
			if w := await(t, writer); w.err == nil {
				t.Error("got a Write without an error to a modem that has gone")
			}
		})
	}
}

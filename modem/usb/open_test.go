package usb_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/pigeon-sms/pigeon/modem/usb"
	"golang.org/x/sys/unix"
)

func TestSymlinkIsOpened(t *testing.T) {
	master, slave := newPTY(t)
	link := filepath.Join(t.TempDir(), "usb-HUAWEI-if01-port0")
	if err := os.Symlink(slave.Name(), link); err != nil {
		t.Fatal(err)
	}
	p := open(t, link)
	if _, err := master.WriteString("OK"); err != nil {
		t.Fatal(err)
	}
	if got, err := readFull(p, 2); got != "OK" || err != nil {
		t.Errorf("got %q, %v, want OK", got, err)
	}
}

// failsWith opens path and checks what the error is, if want says so, and that
// it names the path and the cure.
func failsWith(t *testing.T, path string, want error, cure string) {
	t.Helper()
	p, err := usb.Open(t.Context(), path)
	if err == nil {
		p.Close()
		t.Fatalf("got %s open, want an error", path)
	}
	if want != nil {
		is(t, err, want)
	}
	for _, w := range []string{path, cure} {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("got %q, want it to say %q", err, w)
		}
	}
}

func TestErrorsSayTheCure(t *testing.T) {
	file := func(t *testing.T, mode fs.FileMode) string {
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, nil, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	t.Run("not there", func(t *testing.T) {
		failsWith(t, filepath.Join(t.TempDir(), "none"), fs.ErrNotExist, "plugged in")
	})
	t.Run("a directory", func(t *testing.T) { failsWith(t, t.TempDir(), unix.EISDIR, "directory") })
	t.Run("no tty", func(t *testing.T) { failsWith(t, file(t, 0o600), nil, "not a serial port") })
	t.Run("not allowed", func(t *testing.T) {
		path := file(t, 0)
		withoutCapabilities(t, 1<<unix.CAP_DAC_OVERRIDE)
		failsWith(t, path, fs.ErrPermission, "dialout")
	})
	t.Run("busy", func(t *testing.T) {
		_, slave := newPTY(t)
		open(t, slave.Name())
		withoutCapabilities(t, 1<<unix.CAP_SYS_ADMIN)
		failsWith(t, slave.Name(), unix.EBUSY, "ModemManager")
	})
	t.Run("cancelled", func(t *testing.T) {
		_, slave := newPTY(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := usb.Open(ctx, slave.Name())
		is(t, err, context.Canceled)
	})
}

// withoutCapabilities takes away what makes root different from others, from
// this goroutine's thread alone, until the test ends. The thread ends with it.
func withoutCapabilities(t *testing.T, drop uint32) {
	t.Helper()
	runtime.LockOSThread()
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&head, &data[0]); err != nil {
		t.Fatal(err)
	}
	data[0].Effective &^= drop
	if err := unix.Capset(&head, &data[0]); err != nil {
		t.Fatal(err)
	}
}

// descriptors lists what a child started now gets.
func descriptors(t *testing.T) []byte {
	t.Helper()
	out, err := exec.Command("ls", "-l", "/proc/self/fd").Output()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestChildrenInheritNothing(t *testing.T) {
	_, slave := newPTY(t)
	before := descriptors(t)
	open(t, slave.Name())
	after := descriptors(t)
	if bytes.Contains(after, []byte(slave.Name())) {
		t.Errorf("a child holds %s:\n%s", slave.Name(), after)
	}
	if got, want := bytes.Count(after, []byte("\n")), bytes.Count(before, []byte("\n")); got != want {
		t.Errorf("a child has\n%safter the open, want as many as\n%s", after, before)
	}
}

// Ports are opened while children are started: there is no moment at which one
// could inherit.
func TestChildrenInheritNothingWhileOpening(t *testing.T) {
	_, slave := newPTY(t)
	want := bytes.Count(descriptors(t), []byte("\n"))
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
			}
			p, err := usb.Open(context.Background(), slave.Name())
			if err != nil {
				t.Error(err)
				return
			}
			if err := p.Close(); err != nil {
				t.Error(err)
			}
		}
	}()
	defer func() {
		close(stop)
		<-stopped
	}()
	for range 30 {
		if got := descriptors(t); bytes.Count(got, []byte("\n")) != want {
			t.Fatalf("a child got\n%s, want %d lines", got, want)
		}
	}
}

// Descriptors above 1023 do not fit select(2), by which the library reads.
func TestTooManyFilesAreRefused(t *testing.T) {
	_, slave := newPTY(t)
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	if limit.Cur < unix.FD_SETSIZE+100 {
		t.Skipf("the process may only open %d files", limit.Cur)
	}
	var files []*os.File
	defer func() {
		for _, f := range files {
			f.Close()
		}
	}()
	take := func() {
		f, err := os.Open(os.DevNull)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	for len(files) == 0 || files[len(files)-1].Fd() < unix.FD_SETSIZE-1 {
		take()
	}
	open := func() error {
		p, err := usb.Open(t.Context(), slave.Name())
		if err != nil {
			return err
		}
		if n, err := p.Read(make([]byte, 1)); n != 0 || err != nil {
			t.Errorf("got %d, %v, want silence", n, err)
		}
		return p.Close()
	}
	is(t, open(), unix.EMFILE)
	// One low number more: first the tty gets it and the library's pipe does
	// not, then all three fit.
	for _, want := range []error{unix.EMFILE, unix.EMFILE, nil} {
		i := len(files) - 500
		if err := files[i].Close(); err != nil {
			t.Fatal(err)
		}
		files = append(files[:i], files[i+1:]...)
		if err := open(); !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
	}
}

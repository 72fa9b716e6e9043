package modemsim_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/modem/modemsim"
	"golang.org/x/sys/unix"
)

// ptyLimit ends a test whose other side does not move.
const ptyLimit = 10 * time.Second

// runSim runs a simulator on pseudo terminals for as long as the test takes.
func runSim(t *testing.T, cfg modemsim.Config) *modemsim.Sim {
	t.Helper()
	if cfg.Dir == "" {
		cfg.Dir = t.TempDir()
	}
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	s := modemsim.New(cfg, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-ran:
			if err != nil {
				t.Errorf("Run: %v", err)
			}
		case <-time.After(ptyLimit):
			t.Error("Run does not end")
		}
	})
	select {
	case <-s.Ready():
	case err := <-ran:
		ran <- err
		t.Fatalf("Run ended: %v", err)
	}
	return s
}

// eventually asks until ok.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(ptyLimit)
	for !ok() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("after %v still not: %s", ptyLimit, what)
		}
	}
}

// open opens a modem's line as a host does.
func open(t *testing.T, link string) *os.File {
	t.Helper()
	f, err := os.OpenFile(link, os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// control runs f on a file's descriptor, which stays with the runtime's poller.
func control(t *testing.T, file *os.File, f func(fd int) error) {
	t.Helper()
	raw, err := file.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	if e := raw.Control(func(fd uintptr) { err = f(int(fd)) }); e != nil || err != nil {
		t.Fatal(e, err)
	}
}

// ask types a command and reads until its result.
func ask(t *testing.T, f *os.File, cmd string) string {
	t.Helper()
	f.SetDeadline(time.Now().Add(ptyLimit))
	if _, err := f.WriteString(cmd + "\r"); err != nil {
		t.Fatalf("write %s: %v", cmd, err)
	}
	var got strings.Builder
	b := make([]byte, 256)
	for !strings.HasSuffix(got.String(), "OK\r\n") && !strings.Contains(got.String(), "ERROR") {
		n, err := f.Read(b)
		if err != nil {
			t.Fatalf("%s: read %q, then %v", cmd, got.String(), err)
		}
		got.Write(b[:n])
	}
	return got.String()
}

func TestPTYSurvivesHosts(t *testing.T) {
	s := runSim(t, modemsim.Config{Count: 1})
	link := s.Links()[0]
	for i := range 20 {
		f := open(t, link)
		if got := ask(t, f, "ATE0"); !strings.HasSuffix(got, "\r\nOK\r\n") {
			t.Fatalf("host %d: %q", i, got)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	// The settings outlive the host, as they do in a modem on its own supply.
	f := open(t, link)
	defer f.Close()
	if got, want := ask(t, f, "AT"), "\r\nOK\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPTYIsRaw(t *testing.T) {
	s := runSim(t, modemsim.Config{Count: 1})
	f := open(t, s.Links()[0])
	defer f.Close()
	if got, want := ask(t, f, "AT"), "AT\r\r\nOK\r\n"; got != want {
		t.Errorf("got %q, want %q: each byte as it was", got, want)
	}
}

func TestPTYForgetsWhatNobodyRead(t *testing.T) {
	link := filepath.Join(t.TempDir(), "port")
	p, err := modemsim.OpenPTY(link)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	ctx, cancel := context.WithCancel(context.Background())
	watched := make(chan error, 1)
	go func() { watched <- p.Watch(ctx) }()
	defer func() {
		cancel()
		if err := <-watched; err != nil {
			t.Errorf("Watch: %v", err)
		}
	}()

	f := open(t, link)
	eventually(t, "the host is noticed", func() bool { return p.Hosts() == 1 })
	if _, err := p.Write([]byte("for the first host")); err != nil {
		t.Fatal(err)
	}
	control(t, f, func(fd int) error { return unix.IoctlSetInt(fd, unix.TIOCEXCL, 0) })
	f.Close()
	eventually(t, "its going is noticed", func() bool { return p.Hosts() == 0 })
	if _, err := p.Write([]byte("for nobody")); err != nil {
		t.Fatal(err)
	}
	f = open(t, link)
	defer f.Close()
	eventually(t, "the next host is noticed", func() bool { return p.Hosts() == 1 })
	control(t, f, func(fd int) error {
		if excl, err := unix.IoctlGetInt(fd, unix.TIOCGEXCL); err != nil || excl != 0 {
			t.Errorf("the line is still in exclusive use: %d, %v", excl, err)
		}
		return nil
	})
	if _, err := p.Write([]byte("now")); err != nil {
		t.Fatal(err)
	}
	f.SetReadDeadline(time.Now().Add(ptyLimit))
	b := make([]byte, 100)
	if n, err := f.Read(b); err != nil || string(b[:n]) != "now" {
		t.Errorf("the next host read %q, %v", b[:n], err)
	}
}

func TestPTYWithAHostThatDoesNotRead(t *testing.T) {
	s := runSim(t, modemsim.Config{Count: 2})
	f := open(t, s.Links()[0])
	defer f.Close()
	m := s.Modems()[0]
	if err := m.Fault("urcstorm 20000"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the modem has dropped something", func() bool { return m.Counts().Dropped > 0 })
	g := open(t, s.Links()[1])
	defer g.Close()
	if got := ask(t, g, "AT+CSQ"); !strings.Contains(got, "+CSQ: 20,99") {
		t.Errorf("the other modem: %q", got)
	}
}

func TestHangupMakesANewPTY(t *testing.T) {
	s := runSim(t, modemsim.Config{Count: 1})
	link := s.Links()[0]
	f := open(t, link)
	defer f.Close()
	ask(t, f, "AT")
	if _, err := s.Command("fault unplug 50ms"); err != nil {
		t.Fatal(err)
	}
	f.SetReadDeadline(time.Now().Add(ptyLimit))
	if n, err := f.Read(make([]byte, 10)); err == nil {
		t.Errorf("read %d bytes from a line that was dropped", n)
	}
	var g *os.File
	eventually(t, "the line is back", func() bool {
		var err error
		g, err = os.OpenFile(link, os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
		return err == nil
	})
	defer g.Close()
	if got := ask(t, g, "AT"); !strings.HasSuffix(got, "OK\r\n") {
		t.Errorf("the new line: %q", got)
	}
}

// A stick that was renumbered stands under another link, and the old one is
// gone.
func TestRenumberedPTY(t *testing.T) {
	s := runSim(t, modemsim.Config{Count: 1})
	old := s.Links()[0]
	f := open(t, old)
	defer f.Close()
	ask(t, f, "AT")
	if _, err := s.Command("fault renumber 20ms"); err != nil {
		t.Fatal(err)
	}
	link := s.Links()[0]
	if link != old+".1" {
		t.Errorf("link %s, want %s.1", link, old)
	}
	var g *os.File
	eventually(t, "the new line", func() bool {
		var err error
		g, err = os.OpenFile(link, os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
		return err == nil
	})
	defer g.Close()
	if got := ask(t, g, "AT"); !strings.HasSuffix(got, "OK\r\n") {
		t.Errorf("the new line: %q", got)
	}
	if _, err := os.Lstat(old); !os.IsNotExist(err) {
		t.Errorf("the old link is there still: %v", err)
	}
}

// A modem without power has no line, and has one again with it.
func TestPowerOfAPTY(t *testing.T) {
	s := runSim(t, modemsim.Config{Count: 1})
	link := s.Links()[0]
	f := open(t, link)
	defer f.Close()
	ask(t, f, "AT")
	if _, err := s.Command("power off"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the line is gone", func() bool { _, err := os.Lstat(link); return os.IsNotExist(err) })
	if _, err := s.Command("power on"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the line is back", func() bool { _, err := os.Stat(link); return err == nil })
}

func TestRunLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	t.Run("run", func(t *testing.T) {
		runSim(t, modemsim.Config{Count: 3, Dir: dir, Control: filepath.Join(dir, "control")})
		if n, _ := os.ReadDir(dir); len(n) != 4 {
			t.Errorf("%d names, want 3 links and a socket", len(n))
		}
	})
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestOpenPTYReplacesOnlyLinks(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := os.WriteFile(file, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if p, err := modemsim.OpenPTY(file); err == nil {
		p.Close()
		t.Error("a file was replaced")
	}
	if err := os.Symlink("/dev/pts/none", link); err != nil {
		t.Fatal(err)
	}
	p, err := modemsim.OpenPTY(link)
	if err != nil {
		t.Fatal(err)
	}
	other, err := modemsim.OpenPTY(link)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(link); err != nil {
		t.Errorf("closing the first took the second's link: %v", err)
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestControlSocket(t *testing.T) {
	dir := t.TempDir()
	socket := filepath.Join(dir, "control")
	if l, err := net.Listen("unix", socket); err != nil { // a dead simulator's
		t.Fatal(err)
	} else {
		l.(*net.UnixListener).SetUnlinkOnClose(false)
		l.Close()
	}
	runSim(t, modemsim.Config{Count: 2, Dir: dir, Control: socket})
	c, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(ptyLimit))
	r := bufio.NewReader(c)
	fmt.Fprintf(c, "modem1: set signal 3\nnonsense\nstatus\n")
	var got []string
	for len(got) < 5 {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, strings.TrimSpace(line))
	}
	if got[0] != "OK" || !strings.HasPrefix(got[1], "ERROR no command") || got[4] != "OK" ||
		!strings.Contains(got[2], "modem0 number=+447700900000 signal=20") ||
		!strings.Contains(got[3], "modem1 number=+447700900001 signal=3") {
		t.Errorf("got %q", got)
	}
	other := modemsim.New(modemsim.Config{Count: 1, Dir: t.TempDir(), Control: socket}, slog.New(slog.DiscardHandler))
	if err := other.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "another simulator") {
		t.Errorf("a second simulator on the same socket: %v", err)
	}
}

package usb

import (
	"context"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// ear is a socket that is being watched.
type ear struct {
	changed <-chan struct{}
	left    <-chan error
}

// hear watches s until the test ends, and checks that it then leaves at once.
func hear(t *testing.T, s *socket) ear {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	changed, left := make(chan struct{}, 1000), make(chan error, 1) // no test makes more
	go func() {
		left <- s.watch(ctx, func() { changed <- struct{}{} })
		close(left)
	}()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-left:
			if err != nil {
				t.Errorf("got %v at the end, want nil", err)
			}
		case <-time.After(20 * time.Second):
			t.Error("watching goes on after its context")
		}
		if err := s.file.Close(); err == nil {
			t.Error("the socket was left open")
		}
	})
	return ear{changed, left}
}

// hears waits for a call.
func (e ear) hears(t *testing.T, what string) {
	t.Helper()
	select {
	case <-e.changed:
	case err := <-e.left:
		t.Fatalf("%s: watching ended: %v", what, err)
	case <-time.After(20 * time.Second):
		t.Fatalf("%s: not heard", what)
	}
}

// pair is a watched socket whose other end is in the test.
func pair(t *testing.T, trusted func(unix.Sockaddr, []byte) bool) (*socket, func(string)) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	far := os.NewFile(uintptr(fds[1]), "far end")
	t.Cleanup(func() { far.Close() })
	s, err := newSocket(fds[0], trusted)
	if err != nil {
		t.Fatal(err)
	}
	return s, func(message string) {
		t.Helper()
		if _, err := far.WriteString(message); err != nil {
			t.Fatal(err)
		}
	}
}

// next is what the socket makes of the next message.
func next(t *testing.T, s *socket) bool {
	t.Helper()
	matters, err := s.next(time.Now().Add(20 * time.Second))
	if err != nil {
		t.Fatal(err)
	}
	return matters
}

func anyone(unix.Sockaddr, []byte) bool { return true }

func TestSocketTellsWhatMatters(t *testing.T) {
	s, send := pair(t, anyone)
	defer s.file.Close()
	for _, tc := range uevents {
		send(tc.message)
		if got := next(t, s); got != tc.matters {
			t.Errorf("%s: got %v, want %v", tc.name, got, tc.matters)
		}
	}
}

// The longest message that fits is read. What is left of one that does not may
// look like it.
func TestOversizedMessageIsIgnored(t *testing.T) {
	s, send := pair(t, anyone)
	defer s.file.Close()
	m := message("add", ttyPath, "tty") + "X="
	m += strings.Repeat("x", maxUevent-len(m)-1) + "\x00"
	send(m)
	if !next(t, s) {
		t.Errorf("%d octets: got nothing told", len(m))
	}
	send(m + "Y=\x00")
	if next(t, s) {
		t.Errorf("%d octets: got them told", len(m)+3)
	}
}

func TestSocketIgnoresStrangers(t *testing.T) {
	s, send := pair(t, fromKernel)
	defer s.file.Close()
	send(message("add", ttyPath, "tty"))
	if next(t, s) {
		t.Error("got a local socket taken for the kernel")
	}
}

func TestWatchedSocketIsFollowed(t *testing.T) {
	s, send := pair(t, anyone)
	e := hear(t, s)
	for _, action := range []string{"add", "remove"} {
		send(message(action, ttyPath, "tty"))
		e.hears(t, action)
	}
}

func TestKernelIsRecognised(t *testing.T) {
	root := credentials(0)
	for _, tc := range []struct {
		name    string
		from    unix.Sockaddr
		control []byte
		want    bool
	}{
		{"the kernel", &unix.SockaddrNetlink{Groups: 1}, root, true},
		{"a process", &unix.SockaddrNetlink{Pid: 4711, Groups: 1}, root, false},
		{"to us alone", &unix.SockaddrNetlink{}, root, false},
		{"udevd's group", &unix.SockaddrNetlink{Groups: 2}, root, false},
		{"another user", &unix.SockaddrNetlink{Groups: 1}, credentials(1000), false},
		{"nobody", &unix.SockaddrNetlink{Groups: 1}, nil, false},
		{"half a header", &unix.SockaddrNetlink{Groups: 1}, root[:7], false},
		{"credentials cut short", &unix.SockaddrNetlink{Groups: 1}, root[:len(root)-8], false},
		{"two senders", &unix.SockaddrNetlink{Groups: 1}, append(credentials(0), credentials(0)...), false},
		{"a descriptor", &unix.SockaddrNetlink{Groups: 1}, unix.UnixRights(0), false},
		{"another socket", &unix.SockaddrUnix{}, root, false},
		{"no address", nil, root, false},
	} {
		if got := fromKernel(tc.from, tc.control); got != tc.want {
			t.Errorf("%s: got %v, want %v", tc.name, got, tc.want)
		}
	}
}

func credentials(uid uint32) []byte {
	return unix.UnixCredentials(&unix.Ucred{Pid: 0, Uid: uid})
}

// subscribed is a socket to the real kernel, and a way to make it repeat that a
// tty which every machine has has come.
func subscribed(t *testing.T) (*socket, func(action string)) {
	t.Helper()
	const tty = "/sys/class/tty/tty0/uevent"
	s, err := listen()
	if err != nil {
		t.Skipf("NOT TESTED: the kernel's own events: %v", err)
	}
	if err := unix.Access(tty, unix.W_OK); err != nil {
		s.file.Close()
		t.Skipf("NOT TESTED: the kernel's own events: %s: %v: run as root", tty, err)
	}
	return s, func(action string) {
		t.Helper()
		if err := os.WriteFile(tty, []byte(action), 0); err != nil {
			t.Fatal(err)
		}
	}
}

func TestKernelIsHeard(t *testing.T) {
	s, kernel := subscribed(t)
	e := hear(t, s)
	kernel("add")
	e.hears(t, "a tty")
}

// Only what was lost mattered: what is left in the socket does not.
func TestLostEventsAreAChange(t *testing.T) {
	s, kernel := subscribed(t)
	if err := s.raw.Control(func(fd uintptr) {
		if err := unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, 0); err != nil { // the least there is
			t.Error(err)
		}
	}); err != nil {
		t.Fatal(err)
	}
	for range 100 {
		kernel("change")
	}
	e := hear(t, s)
	e.hears(t, "an overrun")
}

// Another process of root may send to the group, but not as the kernel.
func TestImpostorIsIgnored(t *testing.T) {
	s, _ := subscribed(t)
	defer s.file.Close()
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, unix.NETLINK_KOBJECT_UEVENT)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	impostor := false
	s.trusted = func(from unix.Sockaddr, control []byte) bool {
		impostor = !fromKernel(from, control)
		return !impostor
	}
	to := &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: kernelGroup}
	if err := unix.Sendto(fd, []byte(message("add", ttyPath, "tty")), 0, to); err != nil {
		t.Fatal(err)
	}
	for !impostor {
		if matters := next(t, s); impostor && matters {
			t.Error("got an impostor's message told")
		}
	}
}

func TestWatchEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s, _ := subscribed(t)
	defer s.file.Close()
	if err := Watch(ctx, func() {}); err != nil {
		t.Errorf("got %v, want nil", err)
	}
}

// Where netlink is not allowed, the caller learns it at once.
func TestWatchSaysWhenItMayNot(t *testing.T) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	none := limit
	none.Cur = 0 // no socket can be opened
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &none); err != nil {
		t.Fatal(err)
	}
	left := make(chan error, 1)
	go func() { left <- Watch(t.Context(), func() {}) }()
	var err error
	select {
	case err = <-left:
	case <-time.After(20 * time.Second):
		t.Error("nothing is said")
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	if err == nil || !strings.Contains(err.Error(), "watch usb: open netlink: ") {
		t.Errorf("got %v, want it to name what could not be opened", err)
	}
}

package usb

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// kernelGroup is the multicast group in which the kernel itself speaks. In the
// next one udevd does.
const kernelGroup = 1

// maxUevent is more than the kernel sends: an environment of 2048 octets
// (UEVENT_BUFFER_SIZE) behind a path of at most 4096.
const maxUevent = 8192

// A socket hears uevents.
type socket struct {
	file    *os.File
	raw     syscall.RawConn
	trusted func(from unix.Sockaddr, control []byte) bool

	message [maxUevent]byte
	control [64]byte // has room for one struct ucred with its header
}

// listen subscribes to the kernel's uevents.
func listen() (*socket, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_KOBJECT_UEVENT)
	if err != nil {
		return nil, fmt.Errorf("open netlink: %w", err)
	}
	s, err := newSocket(fd, fromKernel)
	if err != nil {
		return nil, err
	}
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: kernelGroup}); err != nil {
		return nil, errors.Join(fmt.Errorf("subscribe to uevents: %w", err), s.file.Close())
	}
	return s, nil
}

// newSocket takes over a socket of datagrams in non-blocking mode. If it cannot,
// it closes it.
func newSocket(fd int, trusted func(unix.Sockaddr, []byte) bool) (*socket, error) {
	file := os.NewFile(uintptr(fd), "uevents")
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_PASSCRED, 1); err != nil {
		return nil, errors.Join(fmt.Errorf("ask for credentials: %w", err), file.Close())
	}
	raw, err := file.SyscallConn()
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &socket{file: file, raw: raw, trusted: trusted}, nil
}

// next waits for a message and reports whether it matters. After limit, unless
// that is zero, the error is os.ErrDeadlineExceeded.
func (s *socket) next(limit time.Time) (bool, error) {
	if err := s.file.SetReadDeadline(limit); err != nil {
		return false, err
	}
	var (
		n, controls, flags int
		from               unix.Sockaddr
		err                error
	)
	if waitErr := s.raw.Read(func(fd uintptr) bool {
		n, controls, flags, from, err = unix.Recvmsg(int(fd), s.message[:], s.control[:], 0)
		return !errors.Is(err, unix.EAGAIN)
	}); waitErr != nil {
		return false, waitErr
	}
	switch {
	case errors.Is(err, unix.ENOBUFS):
		return true, nil // messages were lost, and any of them may have mattered
	case errors.Is(err, unix.EINTR):
		return false, nil
	case err != nil:
		return false, err
	case flags&(unix.MSG_TRUNC|unix.MSG_CTRUNC) != 0, !s.trusted(from, s.control[:controls]):
		return false, nil
	}
	e, ok := parseUevent(s.message[:n])
	return ok && e.matters(), nil
}

// fromKernel tells the kernel's messages from those any process with the right
// capability may send to the group.
func fromKernel(from unix.Sockaddr, control []byte) bool {
	sender, ok := from.(*unix.SockaddrNetlink)
	if !ok || sender.Pid != 0 || sender.Groups != kernelGroup {
		return false
	}
	messages, err := unix.ParseSocketControlMessage(control)
	if err != nil || len(messages) != 1 {
		return false
	}
	cred, err := unix.ParseUnixCredentials(&messages[0])
	return err == nil && cred.Uid == 0
}

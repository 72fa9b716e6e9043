package usb

import (
	"errors"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// A descriptor is an open file that a child would inherit.
type descriptor struct {
	fd   int
	kind uint32 // S_IFCHR, S_IFIFO, …
	dev  uint64
	ino  uint64
}

// inheritable lists the descriptors of the process without close-on-exec. Go
// opens everything with it, so these are what the process was started with,
// and what go.bug.st/serial has just opened.
func inheritable() (map[descriptor]bool, error) {
	dir, err := os.Open("/proc/self/fd")
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	all := make(map[descriptor]bool)
	for _, name := range names {
		fd, err := strconv.Atoi(name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", dir.Name(), err)
		}
		flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
		if err != nil || flags&unix.FD_CLOEXEC != 0 {
			continue // closed since the list was read, or not of interest
		}
		var st unix.Stat_t
		if err := unix.Fstat(fd, &st); err != nil {
			continue
		}
		all[descriptor{fd, st.Mode & unix.S_IFMT, uint64(st.Dev), st.Ino}] = true
	}
	return all, nil
}

// adopt takes over what serial.Open has opened since before was listed: it sets
// close-on-exec on the tty and on both ends of the library's pipe, puts the tty
// in non-blocking mode, and returns the tty's number.
//
// A number that select(2) cannot hold is refused: the library's Read would
// panic. The numbers never change, so one look is enough.
func adopt(before map[descriptor]bool) (int, error) {
	after, err := inheritable()
	if err != nil {
		return 0, err
	}
	var ttys, pipes []int
	for d := range after {
		if before[d] {
			continue
		}
		switch d.kind {
		case unix.S_IFCHR:
			ttys = append(ttys, d.fd)
		case unix.S_IFIFO:
			pipes = append(pipes, d.fd)
		}
	}
	if len(ttys) != 1 || len(pipes) != 2 {
		return 0, fmt.Errorf("found %d ttys and %d pipe ends of its own in /proc/self/fd, want 1 and 2", len(ttys), len(pipes))
	}
	for _, fd := range append(pipes, ttys[0]) {
		if fd >= unix.FD_SETSIZE {
			return 0, fmt.Errorf("descriptor %d is too high: the process has too many files open, it must stay below %d: %w",
				fd, unix.FD_SETSIZE, unix.EMFILE)
		}
		unix.CloseOnExec(fd)
	}
	if err := unix.SetNonblock(ttys[0], true); err != nil {
		return 0, err
	}
	return ttys[0], nil
}

// reading makes a second descriptor of an open tty that is in non-blocking mode,
// for the runtime to wait for.
func reading(fd int, path string) (*os.File, error) {
	second, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("fcntl F_DUPFD_CLOEXEC", err)
	}
	return os.NewFile(uintptr(second), path), nil
}

// hungUp tells the errors of a tty whose modem has gone.
func hungUp(err error) bool {
	return errors.Is(err, unix.EIO) || errors.Is(err, unix.ENXIO) || errors.Is(err, unix.ENODEV)
}

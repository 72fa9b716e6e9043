package modemsim

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// A PTY is the modem's end of a pseudo terminal that a host opens under a
// stable name. The host may close it and open it again, by name or at once,
// as often as it likes.
type PTY struct {
	master *os.File
	host   *os.File // the host's end, held open: else the master would fail whenever no host has it
	link   string
	notes  *os.File // inotify, of openings and closings of the host's end

	mu       sync.Mutex
	watched  bool // Watch runs, so hosts is known
	hosts    int
	heard    bool // something was read since the last host left
	closed   bool
	closeErr error
}

// OpenPTY makes a pseudo terminal in raw mode and lets the symbolic link point
// to the host's end. A link that is there is replaced in one step; anything
// else of that name is an error.
func OpenPTY(link string) (*PTY, error) {
	m, h, err := pty.Open()
	if err != nil {
		return nil, fmt.Errorf("open a pseudo terminal: %w", err)
	}
	p := &PTY{host: h, link: link}
	if p.master, err = pollable(m); err == nil {
		err = p.setUp()
	}
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// pollable moves a file to the runtime's poller, which pty.Open has taken it
// from: only then does Close end a Read or a Write.
func pollable(f *os.File) (*os.File, error) {
	defer f.Close()
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("duplicate %s: %w", f.Name(), err)
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		return nil, errors.Join(err, unix.Close(fd))
	}
	return os.NewFile(uintptr(fd), f.Name()), nil
}

func (p *PTY) setUp() error {
	if err := makeRaw(int(p.host.Fd())); err != nil {
		return fmt.Errorf("set %s raw: %w", p.host.Name(), err)
	}
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return fmt.Errorf("watch %s: %w", p.host.Name(), err)
	}
	p.notes = os.NewFile(uintptr(fd), "inotify")
	if _, err := unix.InotifyAddWatch(fd, p.host.Name(), unix.IN_OPEN|unix.IN_CLOSE); err != nil {
		return fmt.Errorf("watch %s: %w", p.host.Name(), err)
	}
	return p.publish()
}

// publish makes the link under another name first, so that hosts always find
// one.
func (p *PTY) publish() error {
	if fi, err := os.Lstat(p.link); err == nil && fi.Mode()&os.ModeSymlink == 0 {
		return fmt.Errorf("%s is there already and no link", p.link)
	}
	dir, name := filepath.Split(p.link)
	next := filepath.Join(dir, "."+name+".new")
	if err := os.Remove(next); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.Symlink(p.host.Name(), next); err != nil {
		return err
	}
	return os.Rename(next, p.link)
}

// makeRaw is cfmakeraw(3): no echo, no line editing, eight bits.
func makeRaw(fd int) error {
	t, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return err
	}
	t.Iflag &^= unix.IGNBRK | unix.BRKINT | unix.PARMRK | unix.ISTRIP | unix.INLCR | unix.IGNCR | unix.ICRNL | unix.IXON
	t.Oflag &^= unix.OPOST
	t.Lflag &^= unix.ECHO | unix.ECHONL | unix.ICANON | unix.ISIG | unix.IEXTEN
	t.Cflag = t.Cflag&^(unix.CSIZE|unix.PARENB) | unix.CS8
	t.Cc[unix.VMIN], t.Cc[unix.VTIME] = 1, 0
	return unix.IoctlSetTermios(fd, unix.TCSETS, t)
}

// Link returns the name hosts open.
func (p *PTY) Link() string { return p.link }

// Read returns what hosts write. It waits over their comings and goings.
func (p *PTY) Read(b []byte) (int, error) {
	n, err := p.master.Read(b)
	if n > 0 {
		p.mu.Lock()
		p.heard = true
		p.mu.Unlock()
	}
	return n, err
}

// Write gives b to the host. Where Watch runs and no host is there, b is lost,
// as on a serial line.
func (p *PTY) Write(b []byte) (int, error) {
	p.mu.Lock()
	nobody := p.watched && p.hosts <= 0 && !p.heard
	p.mu.Unlock()
	if nobody {
		return len(b), nil
	}
	return p.master.Write(b)
}

// Watch notices hosts that open and close their end, until ctx is done or the
// PTY closed. When the last one leaves, what it has not read is dropped, and
// with it the exclusive use that a killed host could not give back.
func (p *PTY) Watch(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { p.notes.Close() })
	defer stop()
	p.mu.Lock()
	p.watched = true
	p.mu.Unlock()
	b := make([]byte, 64*unix.SizeofInotifyEvent)
	for {
		n, err := p.notes.Read(b)
		if err != nil {
			if ctx.Err() != nil || errors.Is(err, os.ErrClosed) {
				return nil
			}
			return fmt.Errorf("watch %s: %w", p.host.Name(), err)
		}
		p.noted(b[:n])
	}
}

// noted counts hosts by inotify's events, inotify(7).
func (p *PTY) noted(b []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	left := false
	for len(b) >= unix.SizeofInotifyEvent {
		mask, length := binary.NativeEndian.Uint32(b[4:]), binary.NativeEndian.Uint32(b[12:])
		b = b[min(len(b), unix.SizeofInotifyEvent+int(length)):]
		if mask&unix.IN_OPEN != 0 {
			p.hosts++
		}
		if mask&unix.IN_CLOSE != 0 {
			p.hosts--
			left = true
		}
	}
	// The next host may be here already. What it was answered must stay: it has
	// typed, so it was heard, so its opening is noted, though not read yet. One
	// that types from here on is heard when mu is free again.
	if left && p.hosts <= 0 && !p.closed && !p.moreNotes() {
		p.heard = false
		fd := int(p.host.Fd())
		// Neither is worth more than a try: the next host sees to itself too.
		_ = unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCIFLUSH)
		_ = unix.IoctlSetInt(fd, unix.TIOCNXCL, 0)
	}
}

// moreNotes says whether notes wait to be read, or cannot be read any more.
func (p *PTY) moreNotes() (more bool) {
	raw, err := p.notes.SyscallConn()
	if err != nil {
		return true
	}
	err = raw.Control(func(fd uintptr) {
		n, err := unix.IoctlGetInt(int(fd), unix.TIOCINQ) // FIONREAD by its other name
		more = err != nil || n > 0
	})
	return more || err != nil
}

// Hosts returns how many hosts have the line open, as far as Watch knows.
func (p *PTY) Hosts() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.hosts
}

// Close drops the line: a host sees the end of it. The link is removed if it
// still points here.
func (p *PTY) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return p.closeErr
	}
	p.closed = true
	var errs []error
	if to, err := os.Readlink(p.link); err == nil && to == p.host.Name() && strings.HasPrefix(to, "/dev/") {
		errs = append(errs, os.Remove(p.link))
	}
	for _, f := range []*os.File{p.notes, p.host, p.master} {
		if f == nil {
			continue
		}
		if err := f.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
			errs = append(errs, err)
		}
	}
	p.closeErr = errors.Join(errs...)
	return p.closeErr
}

package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// pidFile stands beside the state file, is locked while the store is open, and
// names the process that has it. It is a file of its own because pigeon.db is
// renamed into place, and a lock on a file does not survive that. It is never
// removed: two processes would then lock two files of one name. It is empty after
// a clean stop: one that names a process which has gone tells of another stop.
const pidFile = "pigeon.pid"

// hold takes the directory for this process. The lock goes when the file is
// closed, at the latest when the process ends. clean reports whether the one who
// had it before has said that it stopped.
func hold(dir string) (f *os.File, clean bool, err error) {
	f, err = os.OpenFile(filepath.Join(dir, pidFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, false, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = heldBy(dir, f)
	}
	if err == nil {
		var info os.FileInfo
		if info, err = f.Stat(); err == nil {
			clean = info.Size() == 0
			err = sign(f)
		}
	}
	if err != nil {
		return nil, false, errors.Join(err, f.Close())
	}
	return f, clean, nil
}

// sign names this process. The file is empty at no moment, and on disk before the
// store is opened: a cut that left it empty would pass for a clean stop.
func sign(f *os.File) error {
	pid := []byte(strconv.Itoa(os.Getpid()) + "\n")
	if _, err := f.WriteAt(pid, 0); err != nil {
		return err
	}
	if err := f.Truncate(int64(len(pid))); err != nil {
		return err
	}
	return f.Sync()
}

// stopped says that the store was closed in order.
func stopped(f *os.File) error { return f.Truncate(0) }

func heldBy(dir string, f *os.File) error {
	b, err := io.ReadAll(io.LimitReader(f, 32))
	pid, bad := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil || bad != nil {
		return fmt.Errorf("%w: another pigeon has %s open: stop it first", ErrHeld, dir)
	}
	return fmt.Errorf("%w: the pigeon with process number %d has %s open: stop it first", ErrHeld, pid, dir)
}

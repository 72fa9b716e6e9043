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
// removed: two processes would then lock two files of one name.
const pidFile = "pigeon.pid"

// hold takes the directory for this process. The lock goes when the file is
// closed, at the latest when the process ends.
func hold(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, pidFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = heldBy(dir, f)
	}
	if err == nil {
		err = f.Truncate(0)
	}
	if err == nil {
		_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func heldBy(dir string, f *os.File) error {
	b, err := io.ReadAll(io.LimitReader(f, 32))
	pid, bad := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil || bad != nil {
		return fmt.Errorf("%w: another pigeon has %s open: stop it first", ErrHeld, dir)
	}
	return fmt.Errorf("%w: the pigeon with process number %d has %s open: stop it first", ErrHeld, pid, dir)
}

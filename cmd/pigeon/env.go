package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// env is all that a command sees of the process it runs in.
type env struct {
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
	getenv func(string) string
	now    func() time.Time
	zone   *time.Location // in which times are shown and read
	tty    bool           // stdout is a terminal
	width  int            // of that terminal, in columns; 0: not known
	root   string         // "/", or a tree that stands for it
}

// processEnv is the env of this process.
func processEnv() *env {
	e := &env{
		stdin:  os.Stdin,
		stdout: os.Stdout,
		stderr: os.Stderr,
		getenv: os.Getenv,
		now:    time.Now,
		zone:   time.Local,
		root:   "/",
	}
	if size, err := unix.IoctlGetWinsize(int(os.Stdout.Fd()), unix.TIOCGWINSZ); err == nil {
		e.tty, e.width = true, int(size.Col)
	}
	return e
}

// stateDir returns the directory that holds the daemon's state and its socket:
// the one given, else the one systemd made, else the user's own.
func (e *env) stateDir(given string) (string, error) {
	if given != "" {
		return given, nil
	}
	// systemd puts several directories between colons; ours is the first.
	if dir, _, _ := strings.Cut(e.getenv("STATE_DIRECTORY"), ":"); dir != "" {
		return dir, nil
	}
	if dir := e.getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "pigeon"), nil
	}
	if home := e.getenv("HOME"); home != "" {
		return filepath.Join(home, ".local", "state", "pigeon"), nil
	}
	return "", errors.New("no home directory to keep the state in: name one with --state DIR")
}

// firstError remembers the first error of a writer. Several goroutines may write.
type firstError struct {
	w io.Writer

	mu  sync.Mutex // guards err, and keeps writes apart
	err error
}

// first returns the first error there was.
func (f *firstError) first() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// Write writes to the writer below, and nothing after its first error.
func (f *firstError) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return 0, f.err
	}
	n, err := f.w.Write(p)
	f.err = err
	return n, err
}

package cutfs

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fuse"
)

// Serve serves a disk and returns true when whoever asked for it has left. In a
// process that is no server it returns false at once.
func Serve() bool {
	dir := os.Getenv(environ)
	if dir == "" {
		return false
	}
	// A file that is written without an end must not take the machine with it.
	// Where the limit is lower already, so much the better.
	_ = syscall.Setrlimit(syscall.RLIMIT_DATA, &syscall.Rlimit{Cur: memoryMost, Max: memoryMost})
	debug.SetMemoryLimit(memoryMost / 4) // each mount leaves much to collect
	// The tests end at one, or by force; the server then takes its mount away first.
	signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGPIPE)
	p := &process{dir: dir, out: os.NewFile(1, "replies")}
	for lines := bufio.NewScanner(os.NewFile(0, "questions")); lines.Scan(); {
		p.say("%s", p.answer(lines.Text()))
	}
	p.end()
	return true
}

// memoryMost bounds a server, in octets: its disk lies in its memory.
const memoryMost = 4 << 30

// A process is the server's side of a Disk.
type process struct {
	dir   string
	v     *volume // nil before the first
	mount *fuse.Server
	life  int

	mu  sync.Mutex // guards out
	out io.Writer
}

func (p *process) say(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, _ = fmt.Fprintf(p.out, format+"\n", args...) // to nobody, if nobody is left
}

// answer does what a line asks for.
func (p *process) answer(line string) string {
	var verb string
	var n uint64
	if _, err := fmt.Sscan(line, &verb, &n); verb == "" {
		return fmt.Sprintf("cannot be read: %v", err)
	}
	switch verb {
	case "mount":
		switch err := p.begin(n); {
		case errors.Is(err, syscall.EPERM), errors.Is(err, syscall.ENODEV), errors.Is(err, syscall.ENOSYS):
			return "unsupported mount: " + err.Error()
		case err != nil:
			return err.Error()
		}
		return "ok "
	case "unmount":
		p.v.mu.Lock()
		p.v.cut()
		p.v.mu.Unlock()
		if err := p.mount.Unmount(); err != nil {
			return err.Error()
		}
		return "ok "
	}
	return p.v.answer(verb, line)
}

// begin mounts what the disk holds.
func (p *process) begin(seed uint64) error {
	chance := rand.New(rand.NewPCG(seed, 0xc07))
	if p.v == nil {
		p.v = newVolume(chance)
	} else {
		p.v = p.v.after(chance)
		p.life++
	}
	m, err := mount(p.v, p.dir)
	if err != nil {
		return err
	}
	p.mount = m
	go func(v *volume, life int) {
		<-v.down
		p.say("down %d", life)
	}(p.v, p.life)
	return nil
}

// end takes the mount away, from under whoever still uses it.
func (p *process) end() {
	if p.mount == nil {
		return
	}
	p.v.mu.Lock()
	p.v.cut()
	p.v.mu.Unlock()
	if p.mount.Unmount() != nil {
		_ = syscall.Unmount(p.dir, syscall.MNT_DETACH) // the last that can be done
	}
}

// answer sets a fault, or counts.
func (v *volume) answer(verb, line string) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	var n int64 // a time has no room in an int of 32 bits
	if verb != "cut" && verb != "tally" {
		if _, err := fmt.Sscan(line, &verb, &n); err != nil {
			return err.Error()
		}
	}
	switch verb {
	case "cut":
		v.cut()
	case "cutafter":
		v.until = int(n)
	case "room":
		if v.room = int(n / block); n < 0 {
			v.room = -1
		}
	case "failwrite":
		v.badWrite = int(n)
	case "failsync":
		v.badSync = int(n)
	case "slowsync":
		v.slow = time.Duration(n)
	case "tally":
		return fmt.Sprintf("ok %d %d %d", v.tally.Changes, v.tally.Syncs, v.tally.Written)
	default:
		return "nobody knows how to " + verb
	}
	return "ok "
}

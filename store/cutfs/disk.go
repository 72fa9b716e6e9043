package cutfs

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// A Disk is a mounted disk and the process that serves it. Its methods may be
// called from several goroutines.
type Disk struct {
	Dir string // where it is mounted

	cmd     *exec.Cmd
	in      io.WriteCloser
	words   bytes.Buffer // its last ones; read when it has ended
	replies chan string  // closed when the server is gone

	asking sync.Mutex // held from a question to its reply

	mu   sync.Mutex // guards what follows
	life int
	down chan struct{}
}

// A Tally counts what a disk has taken since Start, over all cuts.
type Tally struct {
	Changes int // writes, changes of length and of names, syncs
	Syncs   int
	Written int64 // octets
}

// environ names the mount point to the server, and so tells it that it is one.
const environ = "PIGEON_CUTFS_SERVES"

// Start mounts an empty disk at a directory that is there. What chance decides
// follows from seed. The error is errors.ErrUnsupported where this machine, or
// this user, cannot mount it. Close has to be called.
func Start(dir string, seed uint64) (*Disk, error) {
	fuse, err := os.OpenFile("/dev/fuse", os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("%w: FUSE: %w", errors.ErrUnsupported, err)
	}
	fuse.Close()
	if os.Geteuid() != 0 {
		return nil, fmt.Errorf("%w: only root may mount", errors.ErrUnsupported)
	}
	d := &Disk{Dir: dir, replies: make(chan string), down: make(chan struct{})}
	d.cmd = exec.Command("/proc/self/exe")
	// The race detector would have each server linger for a second.
	d.cmd.Env = append(os.Environ(), environ+"="+dir, "GORACE=atexit_sleep_ms=0")
	d.cmd.Stderr = &d.words
	if d.in, err = d.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := d.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := d.cmd.Start(); err != nil {
		return nil, err
	}
	go d.listen(out)
	if _, err := d.ask("mount %d", seed); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// listen sorts the lines of the server: a cut comes unasked.
func (d *Disk) listen(r io.Reader) {
	defer close(d.replies)
	for lines := bufio.NewScanner(r); lines.Scan(); {
		var life int
		if n, err := fmt.Sscanf(lines.Text(), "down %d", &life); n == 1 && err == nil {
			d.mu.Lock()
			if life == d.life {
				close(d.down)
			}
			d.mu.Unlock()
			continue
		}
		d.replies <- lines.Text()
	}
}

// ask asks the server and waits for its answer.
func (d *Disk) ask(format string, args ...any) (string, error) {
	d.asking.Lock()
	defer d.asking.Unlock()
	question := fmt.Sprintf(format, args...)
	if _, err := fmt.Fprintln(d.in, question); err != nil {
		return "", fmt.Errorf("cutfs: %s: the server is gone: %w", question, err)
	}
	line := <-d.replies
	if text, ok := strings.CutPrefix(line, "ok "); ok {
		return text, nil
	}
	if text, ok := strings.CutPrefix(line, "unsupported "); ok {
		return "", fmt.Errorf("%w: %s", errors.ErrUnsupported, text)
	}
	return "", fmt.Errorf("cutfs: %s: %s", question, line)
}

// CutAfter sets the power to go in the n-th change from now: a write, a change
// of length or of a name, or a sync. 0 takes that back.
func (d *Disk) CutAfter(n int) error { return d.tell("cutafter %d", n) }

// Cut takes the power away.
func (d *Disk) Cut() error { return d.tell("cut") }

// Down is closed when the power has gone. It is another one after a Reboot.
func (d *Disk) Down() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.down
}

// Reboot takes the power away, if it is still there, lets chance decide what is
// on the disk, mounts that, and heals all faults. Whoever has a file open on the
// disk has to close it before.
func (d *Disk) Reboot(seed uint64) error {
	if err := d.tell("unmount"); err != nil {
		return err
	}
	d.mu.Lock()
	d.life++
	d.down = make(chan struct{})
	d.mu.Unlock()
	return d.tell("mount %d", seed)
}

// Room sets how many more octets the disk takes, in blocks of 4096; below 0: any
// number.
func (d *Disk) Room(octets int) error { return d.tell("room %d", octets) }

// FailWrite has the n-th write from now fail with EIO.
func (d *Disk) FailWrite(n int) error { return d.tell("failwrite %d", n) }

// FailSync has the n-th sync from now fail with EIO.
func (d *Disk) FailSync(n int) error { return d.tell("failsync %d", n) }

// SlowSync has each sync take a time drawn from nothing to most.
func (d *Disk) SlowSync(most time.Duration) error { return d.tell("slowsync %d", most) }

// Tally returns what the disk has taken.
func (d *Disk) Tally() (t Tally, err error) {
	line, err := d.ask("tally")
	if err == nil {
		_, err = fmt.Sscan(line, &t.Changes, &t.Syncs, &t.Written)
	}
	return t, err
}

func (d *Disk) tell(format string, args ...any) error {
	_, err := d.ask(format, args...)
	return err
}

// Close takes the disk away, and what is on it.
func (d *Disk) Close() error {
	err := d.in.Close()
	for range d.replies { // until it is gone
	}
	if ended := d.cmd.Wait(); ended != nil {
		err = errors.Join(err, fmt.Errorf("cutfs: the server ended with %w: %s", ended, d.words.String()))
	}
	return err
}

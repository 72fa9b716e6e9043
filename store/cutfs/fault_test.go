package cutfs_test

import (
	"bytes"
	"errors"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestFullDisk(t *testing.T) {
	d := disk(t, 1)
	path := filepath.Join(d.Dir, "a")
	write(t, path, 0, make([]byte, 8192), true)
	must(t, d.Room(4096))
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	must(t, err)
	defer f.Close()
	at := func(off int64) error { return second(f.WriteAt(make([]byte, 4096), off)) }
	must(t, f.Truncate(1<<20)) // holes take no room
	must(t, at(4096))          // nor does what is there already
	must(t, at(8192))
	if err := at(12288); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("a block too many: got %v, want ENOSPC", err)
	}
	var s unix.Statfs_t
	must(t, unix.Statfs(d.Dir, &s))
	if s.Bavail != 0 {
		t.Errorf("a full disk has %d free blocks", s.Bavail)
	}
	must(t, f.Truncate(4096)) // two blocks are free again
	must(t, at(12288))
	must(t, at(16384))
	if err := at(20480); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("a block too many: got %v, want ENOSPC", err)
	}
	must(t, d.Room(-1))
	must(t, at(20480))
}

func TestWriteFails(t *testing.T) {
	d := disk(t, 1)
	path := filepath.Join(d.Dir, "a")
	write(t, path, 0, []byte("old"), true)
	must(t, d.FailWrite(2))
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	must(t, err)
	defer f.Close()
	for i, want := range []error{nil, syscall.EIO, nil} {
		if err := second(f.WriteAt([]byte{byte('1' + i)}, int64(i))); !errors.Is(err, want) {
			t.Errorf("write %d: got %v, want %v", i+1, err, want)
		}
	}
	if got := read(t, path); string(got) != "1l3" {
		t.Errorf("got %q", got)
	}
}

// After a sync that failed, what is read is what was written, a second sync
// succeeds, and the disk has what chance left: so it is with ext4.
func TestSyncFailsOnce(t *testing.T) {
	old, wrote := bytes.Repeat([]byte{'o'}, 4096), bytes.Repeat([]byte{'n'}, 4096)
	lost := 0
	d := disk(t, 1)
	for range 30 {
		path := filepath.Join(d.Dir, "a")
		write(t, path, 0, old, true)
		syncDir(t, d.Dir)
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		must(t, err)
		must(t, d.FailSync(1))
		must(t, second(f.WriteAt(wrote, 0)))
		if err := f.Sync(); !errors.Is(err, syscall.EIO) {
			t.Fatalf("got %v, want EIO", err)
		}
		must(t, f.Sync())
		if got := read(t, path); !bytes.Equal(got, wrote) {
			t.Error("the cache does not have what was written")
		}
		must(t, unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED))
		seen := read(t, path)
		must(t, f.Close())
		must(t, d.Reboot(1))
		if left := read(t, path); !bytes.Equal(left, seen) {
			t.Error("the disk does not have what is read without the cache")
		} else if !bytes.Equal(left, wrote) {
			lost++
		}
	}
	if lost == 0 {
		t.Error("nothing was lost")
	}
}

func TestSyncTakesTimeAndThePowerGoesMeanwhile(t *testing.T) {
	d := disk(t, 1)
	path := filepath.Join(d.Dir, "a")
	must(t, d.SlowSync(time.Hour))
	f, err := os.Create(path)
	must(t, err)
	must(t, second(f.WriteAt([]byte("x"), 0)))
	synced := make(chan error, 1)
	go func() { synced <- f.Sync() }()
	for { // until the sync has begun
		tally, err := d.Tally()
		must(t, err)
		if tally.Syncs == 1 {
			break
		}
	}
	must(t, d.Cut())
	if err := <-synced; !errors.Is(err, syscall.EIO) {
		t.Errorf("got %v, want EIO", err)
	}
	must(t, f.Close())
}

func TestSocketStandsOnTheDisk(t *testing.T) {
	d := disk(t, 1)
	path := filepath.Join(d.Dir, "s")
	l, err := net.Listen("unix", path)
	must(t, err)
	must(t, os.Chmod(path, 0o600))
	c, err := net.Dial("unix", path)
	must(t, err)
	must(t, errors.Join(c.Close(), l.Close()))
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want it gone with its listener", err)
	}
}

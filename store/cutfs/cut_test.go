package cutfs_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// write writes octets to a file, which is made if need be.
func write(t *testing.T, path string, off int64, p []byte, sync bool) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	must(t, err)
	_, err = f.WriteAt(p, off)
	must(t, err)
	if sync {
		must(t, f.Sync())
	}
	must(t, f.Close())
}

func syncDir(t *testing.T, dir string) {
	t.Helper()
	f, err := os.Open(dir)
	must(t, err)
	must(t, errors.Join(f.Sync(), f.Close()))
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	must(t, err)
	return b
}

// outcomes cuts the power after do, for many seeds, and counts what see makes of
// the disk afterwards.
func outcomes(t *testing.T, do func(dir string), see func(dir string) string) map[string]int {
	t.Helper()
	seen := map[string]int{}
	d := disk(t, 1)
	for seed := range uint64(60) {
		dir := filepath.Join(d.Dir, fmt.Sprint(seed))
		must(t, os.Mkdir(dir, 0o700))
		syncDir(t, d.Dir)
		do(dir)
		must(t, d.Reboot(seed))
		seen[see(dir)]++
	}
	return seen
}

func TestWhatIsSyncedStays(t *testing.T) {
	want := bytes.Repeat([]byte("synced "), 3000)
	seen := outcomes(t, func(dir string) {
		write(t, filepath.Join(dir, "a"), 0, want, true)
		syncDir(t, dir)
	}, func(dir string) string {
		return fmt.Sprint(bytes.Equal(read(t, filepath.Join(dir, "a")), want))
	})
	if seen["true"] != 60 {
		t.Errorf("what was synced stayed: %v", seen)
	}
}

func TestWhatIsNotSyncedMayStayGoOrTear(t *testing.T) {
	const sectors = 16
	seen := outcomes(t, func(dir string) {
		path := filepath.Join(dir, "a")
		write(t, path, 0, bytes.Repeat([]byte{'o'}, 512*sectors), true)
		syncDir(t, dir)
		write(t, path, 0, bytes.Repeat([]byte{'n'}, 512*sectors), false)
	}, func(dir string) string {
		b := read(t, filepath.Join(dir, "a"))
		if len(b) != 512*sectors {
			t.Fatalf("%d octets", len(b))
		}
		news := 0
		for i := range sectors {
			s := b[512*i : 512*(i+1)]
			if bytes.Count(s, s[:1]) != 512 {
				t.Fatalf("sector %d is torn", i)
			}
			if s[0] == 'n' {
				news++
			}
		}
		switch news {
		case 0:
			return "gone"
		case sectors:
			return "there"
		}
		return "torn"
	})
	for _, what := range []string{"gone", "there", "torn"} {
		if seen[what] < 5 {
			t.Errorf("of 60 cuts too few left it %s: %v", what, seen)
		}
	}
}

func TestWritesHappenInAnyOrder(t *testing.T) {
	seen := outcomes(t, func(dir string) {
		path := filepath.Join(dir, "a")
		write(t, path, 0, []byte("....."), true)
		syncDir(t, dir)
		must(t, os.Truncate(path, 1024))
		syncFile(t, path)
		write(t, path, 0, []byte("1"), false)
		write(t, path, 512, []byte("2"), false)
	}, func(dir string) string {
		b := read(t, filepath.Join(dir, "a"))
		return fmt.Sprintf("%c%d", b[0], b[512])
	})
	for _, what := range []string{".0", "10", ".50", "150"} {
		if seen[what] == 0 {
			t.Errorf("never %s: %v", what, seen)
		}
	}
}

func syncFile(t *testing.T, path string) { syncDir(t, path) }

func TestNamesAreTheDirectorys(t *testing.T) {
	state := func(dir string) string {
		names := ""
		for _, name := range []string{"old", "new"} {
			b, err := os.ReadFile(filepath.Join(dir, name))
			if err == nil {
				names += fmt.Sprintf("%s=%s ", name, b)
			} else if !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
		}
		return names
	}
	t.Run("a new file", func(t *testing.T) {
		seen := outcomes(t, func(dir string) { write(t, filepath.Join(dir, "new"), 0, []byte("1"), true) }, state)
		if seen[""] == 0 || seen["new=1 "] == 0 || len(seen) != 2 {
			t.Errorf("with its octets on the disk and its name not: %v", seen)
		}
	})
	replace := func(sync bool) func(dir string) {
		return func(dir string) {
			write(t, filepath.Join(dir, "old"), 0, []byte("1"), true)
			syncDir(t, dir)
			write(t, filepath.Join(dir, "new"), 0, []byte("2"), true)
			must(t, os.Rename(filepath.Join(dir, "new"), filepath.Join(dir, "old")))
			if sync {
				syncDir(t, dir)
			}
		}
	}
	t.Run("a renamed file", func(t *testing.T) {
		seen := outcomes(t, replace(false), state)
		if seen["old=1 "] == 0 || seen["old=1 new=2 "] == 0 || seen["old=2 "] == 0 || len(seen) != 3 {
			t.Errorf("a rename without a sync: %v", seen)
		}
	})
	t.Run("a renamed file, synced", func(t *testing.T) {
		if seen := outcomes(t, replace(true), state); seen["old=2 "] != 60 {
			t.Errorf("a rename with a sync: %v", seen)
		}
	})
	t.Run("a removed file", func(t *testing.T) {
		seen := outcomes(t, func(dir string) {
			write(t, filepath.Join(dir, "old"), 0, []byte("1"), true)
			syncDir(t, dir)
			must(t, os.Remove(filepath.Join(dir, "old")))
		}, state)
		if seen[""] == 0 || seen["old=1 "] == 0 || len(seen) != 2 {
			t.Errorf("a removal without a sync: %v", seen)
		}
	})
}

func TestNothingIsWrittenAfterTheCut(t *testing.T) {
	d := disk(t, 1)
	path := filepath.Join(d.Dir, "a")
	write(t, path, 0, []byte("before"), true)
	syncDir(t, d.Dir)
	must(t, d.CutAfter(3)) // a write, a sync, and this write
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	must(t, err)
	_, err = f.WriteAt([]byte("synced"), 0)
	must(t, errors.Join(err, f.Sync()))
	select {
	case <-d.Down():
		t.Fatal("the power went too early")
	default:
	}
	_, err = f.WriteAt([]byte("lost  "), 512)
	if !errors.Is(err, syscall.EIO) {
		t.Errorf("the write in which the power went: got %v, want EIO", err)
	}
	<-d.Down()
	for what, err := range map[string]error{
		"write":  second(f.WriteAt([]byte("x"), 0)),
		"sync":   f.Sync(),
		"create": os.WriteFile(filepath.Join(d.Dir, "b"), nil, 0o600),
		"rename": os.Rename(path, path+"2"),
		"remove": os.Remove(path),
		"mkdir":  os.Mkdir(path+"3", 0o700),
		"resize": f.Truncate(0),
	} {
		if !errors.Is(err, syscall.EIO) {
			t.Errorf("%s: got %v, want EIO", what, err)
		}
	}
	must(t, f.Close())
	must(t, d.Reboot(2))
	if got := read(t, path); !bytes.HasPrefix(got, []byte("synced")) {
		t.Errorf("got %q", got)
	}
}

func second(_ int, err error) error { return err }

func TestEqualSeedsLeaveEqualDisks(t *testing.T) {
	left := func(seed uint64) (all []byte) {
		d := disk(t, seed)
		path := filepath.Join(d.Dir, "a")
		write(t, path, 0, make([]byte, 1<<16), true)
		syncDir(t, d.Dir)
		for i := range 50 {
			write(t, path, int64(i*1000), bytes.Repeat([]byte{byte(i)}, 1500), false)
		}
		must(t, d.Reboot(seed))
		return read(t, path)
	}
	if !bytes.Equal(left(9), left(9)) {
		t.Error("the same seed left another disk")
	}
	if bytes.Equal(left(9), left(10)) {
		t.Error("another seed left the same disk")
	}
}

// What reads through a map sees what was written, and a cut kills nobody.
func TestMapAgreesWithWrites(t *testing.T) {
	d := disk(t, 1)
	path := filepath.Join(d.Dir, "a")
	write(t, path, 0, bytes.Repeat([]byte{'a'}, 8192), true)
	syncDir(t, d.Dir)
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	must(t, err)
	m, err := syscall.Mmap(int(f.Fd()), 0, 8192, syscall.PROT_READ, syscall.MAP_SHARED)
	must(t, err)
	_, err = f.WriteAt(bytes.Repeat([]byte{'b'}, 4096), 4096)
	must(t, err)
	must(t, d.Cut())
	if m[0] != 'a' || m[4096] != 'b' || m[8191] != 'b' {
		t.Errorf("the map has %c%c%c", m[0], m[4096], m[8191])
	}
	must(t, errors.Join(syscall.Munmap(m), f.Close()))
}

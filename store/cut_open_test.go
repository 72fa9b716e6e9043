package store_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/store"
	"github.com/pigeon-sms/pigeon/store/cutfs"
)

// The directories above the file are new too, and must not take it with them.
func TestNewStateDirectoryOutlivesACut(t *testing.T) {
	d := cutDisk(t, 1)
	for seed := range uint64(20) {
		b := &box{t: t, dir: filepath.Join(d.Dir, fmt.Sprint(seed), "lib", "pigeon")}
		b.reopen()
		b.accept(message("a", 1))
		b.cut(d, seed)
		b.reopen()
		if got := b.journal(); len(got) != 1 {
			t.Errorf("seed %d: the journal has %q", seed, got)
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// cut cuts the power of an open store.
func (b *box) cut(d *cutfs.Disk, seed uint64) {
	b.t.Helper()
	if err := d.Cut(); err != nil {
		b.t.Fatal(err)
	}
	_ = b.Close() // nothing can be written any more
	b.DB = nil
	if err := d.Reboot(seed); err != nil {
		b.t.Fatal(err)
	}
}

// The next start must know that the last stop was no clean one: it then looks at
// the file before it works with it. The second start meets the first one's mark.
func TestCutIsNoCleanStop(t *testing.T) {
	d := cutDisk(t, 1)
	for seed := range uint64(30) {
		b := &box{t: t, dir: filepath.Join(d.Dir, fmt.Sprint(seed))}
		for start := range 2 {
			b.reopen()
			b.cut(d, seed)
			if mark, err := os.ReadFile(filepath.Join(b.dir, "pigeon.pid")); err != nil || len(mark) == 0 {
				t.Errorf("seed %d, start %d: the mark of a process is %q, %v", seed, start, mark, err)
			}
		}
	}
}

// A file of the first schema is brought up to the newest with the power going in
// each change on the way, and again on the way from there: at every moment it is
// of one schema or the next.
func TestCutsWhileMigrating(t *testing.T) {
	plain, seed := oldFile(t), cutSeed(t)
	d := cutDisk(t, seed)
	cuts, at := 0, 0
	for round := range uint64(1 + cutsOf(t, 200)/50) {
		n := -1
		for at = 1; n != 0; at++ { // until there are no more changes than this
			b := &box{t: t, dir: filepath.Join(d.Dir, fmt.Sprint(round, "-", at))}
			putOld(t, b.dir, plain)
			n = b.openThroughCuts(d, at, seed+round<<32+uint64(at))
			cuts += n
			b.audit()
			for num, s := range map[uint64]sms.State{1: sms.Queued, 2: sms.Sending, 3: sms.Sent, 4: sms.Delivered, 5: sms.Queued} {
				want(t, fmt.Sprintf("CUTSEED=%d, cut in change %d: state of %d", seed, at, num), b.state(num), s)
			}
			b.accept(message("new", 1))
			b.audit()
			if err := errors.Join(b.Close(), os.RemoveAll(b.dir)); err != nil { // the disk lies in memory
				t.Fatal(err)
			}
		}
		if err := d.Reboot(round); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("CUTSEED=%d: %d cuts, in each of %d changes", seed, cuts, at-2)
}

// openThroughCuts opens the store with the power going in a change on the way,
// then in one half as far, and so on, then not at all. It returns how often the
// power went.
func (b *box) openThroughCuts(d *cutfs.Disk, at int, seed uint64) (cuts int) {
	b.t.Helper()
	for {
		if err := d.CutAfter(at); err != nil {
			b.t.Fatal(err)
		}
		db, err := store.Open(store.Config{Dir: b.dir})
		if err == nil {
			b.DB = db
			if err := d.CutAfter(0); err != nil {
				b.t.Fatal(err)
			}
			return cuts
		}
		fell(b.t, d, err)
		cuts++
		if err := d.Reboot(seed); err != nil {
			b.t.Fatal(err)
		}
		at /= 2 // and 0 is never
	}
}

// putOld puts the old file where a store would find it, on the disk.
func putOld(t *testing.T, dir string, plain []byte) {
	t.Helper()
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "pigeon.db")
	if err := os.WriteFile(path, plain, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{path, dir, filepath.Dir(dir)} {
		f, err := os.Open(p)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

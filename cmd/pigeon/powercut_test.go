//go:build interop

package main

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/store/cutfs"
)

func TestMain(m *testing.M) {
	if cutfs.Serve() {
		return
	}
	os.Exit(m.Run())
}

// onDisk gives the daemon a disk whose power can be cut, and its state directory
// on it.
func (w *e2e) onDisk(seed uint64) *cutfs.Disk {
	w.t.Helper()
	dir := filepath.Join(w.dir, "disk")
	if err := os.Mkdir(dir, 0o700); err != nil {
		w.t.Fatal(err)
	}
	d, err := cutfs.Start(dir, seed)
	if errors.Is(err, errors.ErrUnsupported) {
		w.t.Skipf("NOT TESTED: the daemon when the power is cut: %v", err)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		if err := d.Close(); err != nil {
			w.t.Error(err)
		}
	})
	w.state = filepath.Join(dir, "state")
	return d
}

// cut waits for the power to go, at most so long, and takes the daemon with it.
// What the daemon makes of a disk that has no power is no matter: it is killed,
// if it has not gone by itself already.
func (w *e2e) cut(d *cutfs.Disk, most time.Duration, seed uint64) {
	w.t.Helper()
	select {
	case <-d.Down():
	case <-time.After(most):
		if err := d.Cut(); err != nil {
			w.t.Fatal(err)
		}
	}
	if err := w.daemon.Process.Signal(syscall.SIGKILL); err != nil && !errors.Is(err, os.ErrProcessDone) {
		w.t.Fatal(err)
	}
	_ = w.daemon.Wait() // it was killed
	if err := d.Reboot(seed); err != nil {
		w.t.Fatalf("%v\n%s", err, w.log)
	}
}

// cutsWanted is how often the power is cut: CUTS, or so many.
func cutsWanted(t *testing.T, otherwise int) int {
	s := os.Getenv("CUTS")
	if s == "" {
		return otherwise
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		t.Fatalf("CUTS is %q, and not a number from 1", s)
	}
	return n
}

// TestPowerCut cuts the power in the middle of random writes and syncs of a
// daemon with four modems and traffic both ways: what no sync had brought to the
// disk is there, or not, or torn. After each cut the file opens and its audit is
// clean, and in the end what TestKilled asks for holds. CUTS is how many,
// KILLSEED which.
func TestPowerCut(t *testing.T) {
	cuts, seed := cutsWanted(t, 60), seedOf(t)
	t.Logf("KILLSEED=%d", seed)
	r := rand.New(rand.NewPCG(seed, 3))
	w := newE2E(t, 4, 10*time.Millisecond)
	d := w.onDisk(seed)
	w.startBroker()
	defer w.stopBroker()
	w.startDaemon()
	w.connect()
	defer w.client.Disconnect(100)

	l := &load{w: w, r: r}
	for i := range cuts {
		if err := errors.Join(d.SlowSync(5*time.Millisecond), d.CutAfter(1+r.IntN(150))); err != nil {
			t.Fatal(err)
		}
		l.more()
		w.cut(d, 3*time.Second, r.Uint64())
		if w.audit(); t.Failed() {
			t.Fatalf("after cut %d", i+1)
		}
		w.startDaemon()
	}
	l.end()
	tally, err := d.Tally()
	if err != nil {
		t.Fatal(err)
	}
	w.stop()
	t.Logf("%d cuts, %s; the disk took %d changes, %d of them syncs", cuts, l.prove(), tally.Changes, tally.Syncs)
}

// TestPowerCutWhileMigrating cuts the power while the daemon brings a file of the
// first schema up to the newest.
func TestPowerCutWhileMigrating(t *testing.T) {
	w := newE2E(t, 1, 0)
	d := w.onDisk(1)
	w.startBroker()
	defer w.stopBroker()
	for at := 1; at <= 20; at++ {
		w.state = filepath.Join(d.Dir, fmt.Sprint(at))
		putFirstSchema(t, w.state)
		if err := d.CutAfter(at); err != nil {
			t.Fatal(err)
		}
		w.startDaemon()
		w.cut(d, 3*time.Second, uint64(at))
		if w.audit(); t.Failed() {
			t.Fatalf("cut in change %d", at)
		}
	}
}

// putFirstSchema puts a store of the first schema on the disk.
func putFirstSchema(t *testing.T, dir string) {
	t.Helper()
	packed, err := os.Open("../../store/testdata/schema1.db.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	r, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "pigeon.db"), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(f, r)
	if err := errors.Join(err, f.Sync(), f.Close(), syncDir(dir), syncDir(filepath.Dir(dir))); err != nil {
		t.Fatal(err)
	}
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

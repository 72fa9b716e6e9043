package store_test

import (
	"errors"
	"os"
	"strconv"
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

// cutDisk mounts a disk whose power can be cut.
func cutDisk(t *testing.T, seed uint64) *cutfs.Disk {
	t.Helper()
	d, err := cutfs.Start(t.TempDir(), seed)
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skipf("NOT TESTED: the store when the power is cut: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// fell checks that what failed did so because the power went.
func fell(t testing.TB, d *cutfs.Disk, err error) {
	t.Helper()
	select {
	case <-d.Down():
	case <-time.After(10 * time.Second):
		t.Fatalf("with the power on: %v", err)
	}
}

// cutsOf is how many cuts a test makes: so many, or STORECUTS.
func cutsOf(t *testing.T, cuts int) int { return int(number(t, "STORECUTS", uint64(cuts))) }

// cutSeed is what the cuts are drawn from: CUTSEED, or 1.
func cutSeed(t *testing.T) uint64 { return number(t, "CUTSEED", 1) }

func number(t *testing.T, name string, otherwise uint64) uint64 {
	t.Helper()
	s := os.Getenv(name)
	if s == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

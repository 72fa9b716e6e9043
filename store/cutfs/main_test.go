package cutfs_test

import (
	"errors"
	"os"
	"testing"

	"github.com/pigeon-sms/pigeon/store/cutfs"
)

func TestMain(m *testing.M) {
	if cutfs.Serve() {
		return
	}
	os.Exit(m.Run())
}

// disk mounts a disk for a test.
func disk(t *testing.T, seed uint64) *cutfs.Disk {
	t.Helper()
	d, err := cutfs.Start(t.TempDir(), seed)
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skipf("NOT TESTED: a disk whose power is cut: %v", err)
	}
	must(t, err)
	t.Cleanup(func() { must(t, d.Close()) })
	return d
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

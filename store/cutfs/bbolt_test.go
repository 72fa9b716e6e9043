package cutfs_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/pigeon-sms/pigeon/store/cutfs"
)

// cutBolt puts into a bbolt file until the power goes, and returns what is wrong
// with it after the cut; "" is nothing. The file is made, and synced, before.
func cutBolt(t *testing.T, d *cutfs.Disk, seed uint64, noSync bool) (wrong string) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 0))
	path := filepath.Join(d.Dir, fmt.Sprint(seed))
	name := []byte("b")
	db, err := bbolt.Open(path, 0o600, nil)
	must(t, err)
	must(t, db.Update(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket(name); return err }))
	syncDir(t, d.Dir)

	db.NoSync = noSync
	must(t, d.CutAfter(1+r.IntN(100)))
	put := map[string]string{}
	for {
		k, v := fmt.Sprint(r.IntN(200)), fmt.Sprintf("%0*d", r.IntN(500), r.Uint64())
		if err := db.Update(func(tx *bbolt.Tx) error { return tx.Bucket(name).Put([]byte(k), []byte(v)) }); err != nil {
			delete(put, k) // the old one or the new one
			break
		}
		put[k] = v
	}
	must(t, db.Close())
	must(t, d.Reboot(seed))

	// A damaged file sends bbolt past its end, or to its own panics, and it then
	// keeps the file: it gets a copy.
	copied := filepath.Join(t.TempDir(), "copy")
	must(t, os.WriteFile(copied, read(t, path), 0o600))
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			wrong = fmt.Sprint(p)
		}
	}()
	db, err = bbolt.Open(copied, 0o600, nil)
	if err != nil {
		return err.Error()
	}
	defer db.Close()
	err = db.View(func(tx *bbolt.Tx) error {
		b := tx.Bucket(name)
		for k, v := range put {
			if got := b.Get([]byte(k)); string(got) != v {
				return fmt.Errorf("key %s has another value than the last one that was put", k)
			}
		}
		return nil
	})
	if err != nil {
		return err.Error()
	}
	return ""
}

func TestBoltOutlivesCuts(t *testing.T) {
	d := disk(t, 1)
	for seed := range uint64(100) {
		if wrong := cutBolt(t, d, seed, false); wrong != "" {
			t.Errorf("seed %d: %s", seed, wrong)
		}
	}
}

// A disk that loses nothing would let everybody pass: bbolt without its syncs
// has to fail.
func TestBoltWithoutSyncsDoesNot(t *testing.T) {
	d := disk(t, 1)
	failed := 0
	for seed := range uint64(100) {
		if cutBolt(t, d, seed, true) != "" {
			failed++
		}
	}
	t.Logf("of 100 cuts %d lost something", failed)
	if failed < 50 {
		t.Errorf("of 100 cuts only %d lost something", failed)
	}
}

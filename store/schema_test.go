package store_test

import (
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/store"
)

// old is a store in a file of the first schema, as a version that knew only
// that one left it: four messages of one request, two of them sending, one
// sent, one delivered; one message waiting for its second attempt; a text, a
// part and an early report.
func old(t *testing.T, damage func(*bbolt.Tx) error) *box {
	t.Helper()
	b := firstSchema(t, damage)
	b.reopen()
	t.Cleanup(func() { _ = b.Close() })
	return b
}

// firstSchema is old, not yet opened.
func firstSchema(t *testing.T, damage func(*bbolt.Tx) error) *box {
	t.Helper()
	b := &box{t: t, dir: t.TempDir()}
	path := filepath.Join(b.dir, "pigeon.db")
	if err := os.WriteFile(path, oldFile(t), 0o600); err != nil {
		t.Fatal(err)
	}
	if damage != nil {
		file, err := bbolt.Open(path, 0o600, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := file.Update(damage); err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// oldFile reads the file of the first schema.
func oldFile(t *testing.T) []byte {
	t.Helper()
	packed, err := os.Open("testdata/schema1.db.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	r, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// A stop between two steps, or within one, leaves a file at one schema or the
// next, and the next start goes on from there.
func TestInterruptedMigrationGoesOn(t *testing.T) {
	killed := errors.New("killed")
	for from := uint64(1); from < store.Schema; from++ {
		b := firstSchema(t, nil)
		undo := store.FailStep(from, killed)
		if _, err := store.Open(store.Config{Dir: b.dir}); !errors.Is(err, killed) {
			t.Errorf("from schema %d: got %v, want the step's error", from, err)
		}
		_, _, err := store.Recover(t.Context(), store.Config{Dir: b.dir}, at(1), store.RestoredKnown)
		if !errors.Is(err, killed) {
			t.Errorf("from schema %d, looked at first: got %v, want the step's error", from, err)
		}
		undo()
		if left := store.Aside(b.dir); len(left) > 0 {
			t.Errorf("from schema %d: set aside: %v", from, left)
		}
		db, r, err := store.Recover(t.Context(), store.Config{Dir: b.dir}, at(1), store.RestoredKnown)
		if err != nil || r.Aside != "" {
			t.Fatalf("from schema %d: %+v, %v", from, r, err)
		}
		b.DB = db
		want(t, "state", b.state(2), sms.Sending)
		b.audit()
		b.Close()
	}
}

// What a file of the first schema holds is kept when it is damaged too.
func TestDamagedFileOfTheFirstSchemaIsMended(t *testing.T) {
	b := firstSchema(t, func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte("slots")) })
	path := filepath.Join(b.dir, "pigeon.db")
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	copy(file, make([]byte, 2*4096))
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	db, r, err := store.Recover(t.Context(), store.Config{Dir: b.dir}, at(1), store.RestoredKnown)
	if err != nil || r.Aside == "" {
		t.Fatalf("%+v, %v", r, err)
	}
	b.DB = db
	defer b.Close()
	want(t, "what was queued", b.state(1), sms.Doubtful)
	want(t, "what was delivered", b.state(4), sms.Delivered)
	b.accept(message("new", 1))
	want(t, "number of a new message", b.state(6), sms.Queued)
	b.audit()
}

func TestFileOfTheFirstSchemaIsBroughtUp(t *testing.T) {
	for name, damage := range map[string]func(*bbolt.Tx) error{
		"whole":         nil,
		"without spent": func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte("spent")) },
	} {
		t.Run(name, func(t *testing.T) {
			b := old(t, damage)
			b.audit()
			for num, s := range map[uint64]sms.State{1: sms.Queued, 2: sms.Sending, 3: sms.Sent, 4: sms.Delivered, 5: sms.Queued} {
				want(t, "state", b.state(num), s)
			}
			var waiting []uint64
			if err := b.Pending(t.Context(), func(w sms.Waiting) error { waiting = append(waiting, w.Num); return nil }); err != nil {
				t.Fatal(err)
			}
			want(t, "waiting", waiting, []uint64{1, 2, 5})
			lines := len(b.journal())
			b.accept(message("new", 1))
			want(t, "number of a new message", b.state(6), sms.Queued)
			want(t, "lines", len(b.journal()), lines+1)
			want(t, "last line", b.Last(), uint64(lines+1))
			b.audit()
			b.reopen() // it is not brought up twice
			want(t, "last line", b.Last(), uint64(lines+1))
			b.audit()
		})
	}
}

// What waits in a file of the fourth schema may lie in the front, and does not
// say since when.
func TestFileThatSaysNotSinceWhenIsBroughtUp(t *testing.T) {
	b := open(t)
	m := message("a", 1)
	b.accept(m)
	err := b.Inside().Update(func(tx *bbolt.Tx) error {
		front, packed := tx.Bucket([]byte("front")), map[string][]byte{}
		for c, k, v := cursor(front); k != nil; k, v = c.Next() {
			if k[8] == 'p' {
				packed[string(k)] = v[:len(v)-9] // one segment, and when
			}
		}
		if len(packed) != 1 {
			t.Errorf("%d messages wait in the front, want 1", len(packed))
		}
		for k, v := range packed {
			if err := front.Put([]byte(k), v); err != nil {
				return err
			}
		}
		return tx.Bucket([]byte("meta")).Put([]byte("schema"), []byte{0, 0, 0, 0, 0, 0, 0, 4})
	})
	if err != nil {
		t.Fatal(err)
	}
	b.reopen()
	b.audit()
	var since []time.Time
	if err := b.Pending(t.Context(), func(w sms.Waiting) error { since = append(since, w.Since); return nil }); err != nil {
		t.Fatal(err)
	}
	want(t, "since", since, []time.Time{m.Accepted})
}

func cursor(b *bbolt.Bucket) (c *bbolt.Cursor, k, v []byte) {
	c = b.Cursor()
	k, v = c.First()
	return c, k, v
}

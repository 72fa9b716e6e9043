package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/store"
)

func TestSecondOpenIsRefusedAndNamesTheHolder(t *testing.T) {
	b := open(t)
	_, err := store.Open(store.Config{Dir: b.dir})
	if !errors.Is(err, store.ErrHeld) || !strings.Contains(err.Error(), fmt.Sprint(os.Getpid())) {
		t.Errorf("second open: got %v, want ErrHeld with process number %d", err, os.Getpid())
	}
	b.accept(message("a", 1)) // the holder is not disturbed
	b.reopen()
}

func TestStateIsForItsOwnerOnly(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	db, err := store.Open(store.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for name, mode := range map[string]os.FileMode{"": 0o700, "pigeon.db": 0o600, "pigeon.pid": 0o600} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		want(t, "mode of "+name, info.Mode().Perm(), mode)
	}
}

func TestFirstFileCutShortIsMadeAgain(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "pigeon.db.new"), bytes.Repeat([]byte{0xee}, 5000), 0o600); err != nil {
		t.Fatal(err)
	}
	b := &box{t: t, dir: dir}
	b.reopen()
	defer b.Close()
	b.accept(message("a", 1))
	b.audit()
	if _, err := os.Stat(filepath.Join(dir, "pigeon.db.new")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file cut short: got %v, want it gone", err)
	}
}

func TestFileThatIsNotOursIsRefused(t *testing.T) {
	edit := func(f func(tx *bbolt.Tx) error) func(string) error {
		return func(path string) error {
			db, err := bbolt.Open(path, 0o600, nil)
			if err != nil {
				return err
			}
			return errors.Join(db.Update(f), db.Close())
		}
	}
	number := func(n byte) []byte { return []byte{0, 0, 0, 0, 0, 0, 0, n} }
	for _, tc := range []struct {
		name   string
		damage func(path string) error
		want   string
		is     error
	}{
		{"newer schema", edit(func(tx *bbolt.Tx) error {
			return tx.Bucket([]byte("meta")).Put([]byte("schema"), number(store.Schema+1))
		}), "install the newer program again", store.ErrNewer},
		{"no schema", edit(func(tx *bbolt.Tx) error {
			return tx.Bucket([]byte("meta")).Delete([]byte("schema"))
		}), "meta schema", nil},
		{"schema nobody wrote", edit(func(tx *bbolt.Tx) error {
			return tx.Bucket([]byte("meta")).Put([]byte("schema"), number(0))
		}), "no version had schema 0", nil},
		{"bucket gone", edit(func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte("ids")) }), "ids", nil},
		{"empty", func(path string) error { return os.Truncate(path, 0) }, "restore a backup", nil},
		{"not a database", func(path string) error {
			return os.WriteFile(path, bytes.Repeat([]byte("x"), 1<<15), 0o600)
		}, "pigeon.db", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			db, err := store.Open(store.Config{Dir: dir})
			if err != nil {
				t.Fatal(err)
			}
			db.Close()
			if err := tc.damage(filepath.Join(dir, "pigeon.db")); err != nil {
				t.Fatal(err)
			}
			_, err = store.Open(store.Config{Dir: dir})
			if err == nil || !strings.Contains(err.Error(), tc.want) || tc.is != nil && !errors.Is(err, tc.is) {
				t.Errorf("got %v, want an error with %q", err, tc.want)
			}
			_, err = store.Open(store.Config{Dir: dir}) // refused for the same reason, not because it is held
			if errors.Is(err, store.ErrHeld) {
				t.Errorf("opened again: got %v", err)
			}
		})
	}
}

func TestConfigFaultsAreAllTold(t *testing.T) {
	err := store.Config{MaxSize: 1}.Validate()
	for _, key := range []string{"store.dir", "store.max_size"} {
		if err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("got %v, want a fault of %s", err, key)
		}
	}
	if _, err := store.Open(store.Config{}); err == nil {
		t.Error("open without a directory: got no error")
	}
	want(t, "a plain one", store.Config{Dir: "x"}.Validate(), nil)
}

func TestClosedStoreSaysSo(t *testing.T) {
	ctx := context.Background()
	b := &box{t: t, dir: t.TempDir()}
	b.reopen()
	grown := b.Grown()
	if err := errors.Join(b.Close(), b.Close()); err != nil {
		t.Fatal(err)
	}
	select {
	case <-grown:
	default:
		t.Error("who waits for the journal is not woken")
	}
	_, _, accepting := b.Accept(ctx, []*sms.Message{message("a", 1)}, sms.RequestKey{}, "", nil)
	_, entries := b.Entries(ctx, 0, 1)
	_, auditing := b.Audit(ctx)
	for _, err := range []error{accepting, entries, auditing, b.Backup(ctx, &bytes.Buffer{})} {
		if !errors.Is(err, sms.ErrClosed) {
			t.Errorf("got %v, want ErrClosed", err)
		}
	}
}

func TestBackupIsAWholeStore(t *testing.T) {
	ctx := context.Background()
	b := open(t)
	b.accept(message("a", 1))
	dir := t.TempDir()
	f, err := os.OpenFile(filepath.Join(dir, "pigeon.db"), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(b.Backup(ctx, f), f.Close()); err != nil {
		t.Fatal(err)
	}
	b.accept(message("later", 1))
	copied := &box{t: t, dir: dir}
	copied.reopen()
	defer copied.Close()
	want(t, "journal of the copy", copied.journal(), []string{"1 a queued"})
	copied.audit()

	left, cancel := context.WithCancel(ctx)
	if err := b.Backup(left, writeFunc(func(p []byte) (int, error) { cancel(); return len(p), nil })); !errors.Is(err, context.Canceled) {
		t.Errorf("a backup nobody waits for: got %v, want Canceled", err)
	}
}

type writeFunc func([]byte) (int, error)

func (f writeFunc) Write(p []byte) (int, error) { return f(p) }

func TestDiskIsMeasured(t *testing.T) {
	b := open(t)
	if b.Size() < 4*4096 || b.Free() == 0 {
		t.Errorf("size %d, free %d", b.Size(), b.Free())
	}
}

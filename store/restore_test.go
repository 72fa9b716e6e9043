package store_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/store"
)

// backedUp is a backup with message 1 queued and message 2 delivered.
func backedUp(t *testing.T) []byte {
	t.Helper()
	b := open(t)
	b.accept(message("waits", 1))
	b.accept(message("done", 1))
	b.begin(2, "north", 0)
	b.finish(2, sent("sim", "7"))
	b.report("sim", "7", "", sms.Delivered)
	var out bytes.Buffer
	if err := b.Backup(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func restore(t *testing.T, dir string, what store.Restored) (*box, *store.Recovery) {
	t.Helper()
	db, r, err := store.Recover(context.Background(), store.Config{Dir: dir}, at(5000), what)
	if err != nil {
		t.Fatal(err)
	}
	return &box{DB: db, t: t, dir: dir}, r
}

func TestRestoredMessagesAreHeldOnce(t *testing.T) {
	file := backedUp(t)
	for _, tc := range []struct {
		name  string
		what  store.Restored
		held  int
		state sms.State
	}{
		{"known by its mark", store.RestoredKnown, 1, sms.Doubtful},
		{"asked to hold", store.RestoredHold, 1, sms.Doubtful},
		{"asked to send", store.RestoredResend, 0, sms.Queued},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "pigeon.db"), file, 0o600); err != nil {
				t.Fatal(err)
			}
			b, r := restore(t, dir, tc.what)
			want(t, "held", r.Held, tc.held)
			want(t, "what waited", b.state(1), tc.state)
			want(t, "what was done", b.state(2), sms.Delivered)
			b.accept(message("later", 1))
			b.audit()
			if err := b.Close(); err != nil {
				t.Fatal(err)
			}
			b, r = restore(t, dir, store.RestoredKnown) // what came since is no old news
			defer b.Close()
			want(t, "held again", r.Held, 0)
			want(t, "what came later", b.state(3), sms.Queued)
		})
	}
}

func TestBackupOfARestoredStoreIsAnotherOne(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "pigeon.db"), backedUp(t), 0o600); err != nil {
		t.Fatal(err)
	}
	b, _ := restore(t, dir, store.RestoredKnown)
	b.accept(message("later", 1))
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "pigeon.db")
	size, err := store.SaveBackup(path, false, func(w io.Writer) error { return store.BackupFile(context.Background(), dir, w) })
	if err != nil || size == 0 {
		t.Fatalf("%d octets, %v", size, err)
	}
	b, r := restore(t, filepath.Dir(path), store.RestoredKnown)
	defer b.Close()
	want(t, "held", r.Held, 1)
	want(t, "the new one", b.state(3), sms.Doubtful)
	b.audit()
}

func TestBackupReplacesAFileOnlyByForce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "copy")
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	say := func(w io.Writer) error { _, err := w.Write([]byte("new")); return err }
	if _, err := store.SaveBackup(path, false, say); err == nil || !strings.Contains(err.Error(), "--force") {
		t.Errorf("got %v, want a word of --force", err)
	}
	if _, err := store.SaveBackup(path, true, func(io.Writer) error { return os.ErrClosed }); err == nil {
		t.Error("a copy that failed: got no error")
	}
	got, _ := os.ReadFile(path)
	want(t, "after both", string(got), "mine")
	if _, err := store.SaveBackup(path, true, say); err != nil {
		t.Error(err)
	}
	got, _ = os.ReadFile(path)
	want(t, "after force", string(got), "new")
	if left, _ := filepath.Glob(path + ".*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

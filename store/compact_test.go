package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/store"
)

// history fills a store with final messages until it is as full as a share says,
// in hundredths of its largest size, and returns how many there are.
func (b *box) history(full int64) int {
	b.t.Helper()
	ctx := context.Background()
	for n := 0; ; {
		used, most, err := b.Used(ctx)
		if err != nil {
			b.t.Fatal(err)
		}
		if used >= most/100*full {
			return n
		}
		var ms []*sms.Message
		for range 100 {
			m := message(fmt.Sprint("old", n), 1)
			m.Text, m.Receipt = strings.Repeat("x", 500), false
			ms, n = append(ms, m), n+1
		}
		b.accept(ms...)
		for _, m := range ms {
			b.begin(m.Num, "north", 0)
			b.finish(m.Num, sms.Outcome{State: sms.Sent, Final: true})
		}
	}
}

// small is a store that may not grow large.
func small(t *testing.T, most int64) *box {
	t.Helper()
	db, err := store.Open(store.Config{Dir: t.TempDir(), MaxSize: most})
	if err != nil {
		t.Fatal(err)
	}
	db.NoSync()
	return &box{t: t, DB: db}
}

func TestHistoryGoesFirstWhenTheFileIsFull(t *testing.T) {
	ctx := context.Background()
	b := small(t, 8<<20)
	defer b.Close()
	b.accept(message("waits", 1))
	for i := range 300 {
		b.keep(part(0, 0, 0, fmt.Sprint("in ", i, strings.Repeat("y", 300)), at(i)))
	}
	if _, err := b.Cursor(ctx, "mqtt"); err != nil { // the journal stays for it
		t.Fatal(err)
	}
	n := b.history(80)
	if _, err := b.Trim(ctx, sms.Retention{}, at(100)); err != nil {
		t.Fatal(err)
	}
	used, most, err := b.Used(ctx)
	if err != nil || used > most/4*3 {
		t.Errorf("used %d of %d (%v), want at most three quarters", used, most, err)
	}
	if _, st, err := b.Message(ctx, "waits"); err != nil || st.Event.State != sms.Queued {
		t.Errorf("what waits: %v", err)
	}
	if _, _, err := b.Message(ctx, "old0"); !errors.Is(err, sms.ErrNotFound) {
		t.Errorf("the oldest: got %v, want it gone", err)
	}
	if _, _, err := b.Message(ctx, fmt.Sprint("old", n-1)); err != nil {
		t.Errorf("the latest: %v", err)
	}
	if found, err := b.Audit(ctx); err != nil || len(found) > 0 {
		t.Errorf("audit: %v, %q", err, found)
	}
}

func TestWhatWaitsIsNeverTrimmedForRoom(t *testing.T) {
	ctx := context.Background()
	b := small(t, 4<<20)
	defer b.Close()
	n := 0
	for ; ; n++ {
		m := message(fmt.Sprint(n), 1)
		m.Text = strings.Repeat("x", 900)
		_, _, err := b.Accept(ctx, []*sms.Message{m}, sms.RequestKey{}, "", nil)
		if errors.Is(err, sms.ErrFull) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.Trim(ctx, sms.Retention{}, at(100)); err != nil {
		t.Fatal(err)
	}
	q, err := b.Counts(ctx)
	want(t, "queued", fmt.Sprint(q.Queued, err), fmt.Sprint(n, nil))
}

func TestFreeFileIsCompactedUnderReadersAndWriters(t *testing.T) {
	ctx := context.Background()
	b := open(t)
	b.NoSync()
	b.accept(message("waits", 1))
	b.history(25)
	if n, err := b.Compact(ctx); n != 0 || err != nil {
		t.Errorf("a full one: got %d, %v, want it left alone", n, err)
	}
	if _, err := b.Trim(ctx, sms.Retention{Count: 10}, at(100)); err != nil {
		t.Fatal(err)
	}
	var busy sync.WaitGroup
	stop := make(chan struct{})
	for w := range 4 {
		busy.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				id := fmt.Sprint("new", w, ".", i)
				if _, _, err := b.Accept(ctx, []*sms.Message{message(id, 1)}, sms.RequestKey{}, "", nil); err != nil {
					t.Error(err)
					return
				}
				if _, _, err := b.Message(ctx, id); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	before := b.Size()
	saved, err := b.Compact(ctx)
	close(stop)
	busy.Wait()
	if err != nil || saved < before/2 || b.Size() > before/2 {
		t.Errorf("saved %d of %d: %v", saved, before, err)
	}
	if _, err := store.Open(store.Config{Dir: b.dir}); !errors.Is(err, store.ErrHeld) {
		t.Errorf("another open: got %v, want ErrHeld still", err)
	}
	var out bytes.Buffer
	if err := b.Backup(ctx, &out); err != nil || out.Len() == 0 {
		t.Errorf("a backup of the new one: %d octets, %v", out.Len(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(b.dir, "*.new")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	b.reopen()
	if _, st, err := b.Message(ctx, "waits"); err != nil || st.Event.State != sms.Queued {
		t.Errorf("what waits: %v", err)
	}
}

func TestCompactingGivesWayToABackup(t *testing.T) {
	ctx := context.Background()
	b := open(t)
	b.NoSync()
	b.history(25)
	if _, err := b.Trim(ctx, sms.Retention{Count: 10}, at(100)); err != nil {
		t.Fatal(err)
	}
	once := sync.OnceFunc(func() {
		if n, err := b.Compact(ctx); n != 0 || err != nil {
			t.Errorf("got %d, %v, want it put off", n, err)
		}
	})
	if err := b.Backup(ctx, writeFunc(func(p []byte) (int, error) { once(); return len(p), nil })); err != nil {
		t.Fatal(err)
	}
	if n, err := b.Compact(ctx); n == 0 || err != nil {
		t.Errorf("afterwards: got %d, %v", n, err)
	}
}

// A file cannot take its place when something stands there that it cannot
// replace; the store goes on with the old one.
func TestCopyThatCannotBeMadeLeavesTheFile(t *testing.T) {
	ctx := context.Background()
	b := open(t)
	b.NoSync()
	b.history(25)
	if _, err := b.Trim(ctx, sms.Retention{Count: 10}, at(100)); err != nil {
		t.Fatal(err)
	}
	stranger := filepath.Join(b.dir, "pigeon.db.new")
	if err := os.Mkdir(stranger, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Compact(ctx); err == nil {
		t.Error("got no error")
	}
	b.accept(message("after", 1))
	_ = os.Remove(stranger) // Compact may have done that
}

// What a 32-bit process can open: its whole address space is 4 GiB, of which
// the file is mapped.
func TestLargestFileCanBeOpened(t *testing.T) {
	for _, most := range []int64{64 << 20, 256 << 20} {
		b := small(t, most)
		b.accept(message("a", 1))
		if found, err := b.Audit(context.Background()); err != nil || len(found) > 0 {
			t.Errorf("%d: %v, %q", most, err, found)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
}

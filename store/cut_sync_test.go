package store_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/store"
)

// A sync fails, the store is broken and opened again, without a cut: what the
// kernel still has in its cache is not what is on the disk, and no later sync
// will bring it there. The next cut must not find a file built on it.
func TestSyncFailsAndThePowerGoesLater(t *testing.T) {
	seed := cutSeed(t)
	d := cutDisk(t, seed)
	r := rand.New(rand.NewPCG(seed, 4))
	for round := range cutsOf(t, 60) {
		b := &box{t: t, dir: filepath.Join(d.Dir, fmt.Sprint(round))}
		b.reopen()
		var answered []string
		until := func() error {
			for {
				id := fmt.Sprint("m", len(answered))
				if _, _, err := b.Accept(t.Context(), []*sms.Message{message(id, 1)}, sms.RequestKey{ID: id}, "", nil); err != nil {
					return err
				}
				answered = append(answered, id)
			}
		}
		if err := d.FailSync(2 + r.IntN(8)); err != nil {
			t.Fatal(err)
		}
		if err := until(); !errors.Is(err, store.ErrBroken) {
			t.Fatalf("got %v, want ErrBroken", err)
		}
		if err := errors.Join(b.Close(), d.CutAfter(1+r.IntN(16))); err != nil {
			t.Fatal(err)
		}
		db, err := store.Open(store.Config{Dir: b.dir})
		if err == nil {
			b.DB = db
			// The moment of the failure may have happened, and is then known.
			if events, err := b.Known(t.Context(), sms.RequestKey{ID: fmt.Sprint("m", len(answered))}); err == nil && len(events) > 0 {
				answered = append(answered, events[0].ID)
			}
			err = until()
			_ = b.Close() // nothing can be written any more
		}
		fell(t, d, err)
		if err := d.Reboot(r.Uint64()); err != nil {
			t.Fatal(err)
		}
		b.DB = nil
		b.reopen()
		b.audit()
		for _, id := range answered {
			if _, _, err := b.Message(t.Context(), id); err != nil {
				t.Errorf("%s: %v", id, err)
			}
		}
		if err := b.Close(); err != nil || t.Failed() {
			t.Fatalf("CUTSEED=%d, round %d: %v", seed, round, err)
		}
		if err := os.RemoveAll(b.dir); err != nil { // each cut copies what there is
			t.Fatal(err)
		}
	}
}

// A full disk refuses what is new, keeps what there is, over a cut too, and is
// got over.
func TestDiskFillsUpAndIsEmptied(t *testing.T) {
	d := cutDisk(t, 1)
	for _, room := range []int{0, 4096, 3 * 4096, 50 * 4096} {
		t.Run(fmt.Sprint(room), func(t *testing.T) {
			b := &box{t: t, dir: filepath.Join(d.Dir, fmt.Sprint(room))}
			b.reopen()
			b.accept(message("first", 1))
			if err := d.Room(room); err != nil {
				t.Fatal(err)
			}
			n := 1
			for refused := 0; refused < 3; {
				m := message(fmt.Sprint("m", n), 1)
				switch _, _, err := b.Accept(t.Context(), []*sms.Message{m}, sms.RequestKey{ID: m.ID}, "", nil); {
				case err == nil:
					n++
				case errors.Is(err, sms.ErrFull):
					refused++
				default:
					t.Fatal(err)
				}
			}
			want(t, "lines in the journal", len(b.journal()), n)
			b.audit()
			if room > 0 {
				if err := d.Room(-1); err != nil {
					t.Fatal(err)
				}
				b.accept(message("room", 1))
				n++
			}
			b.cut(d, uint64(room))
			b.reopen()
			b.audit()
			want(t, "lines after the cut", len(b.journal()), n)
			if err := b.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// Nobody is told of what is not on disk yet, or will never be: it would be told
// again, as something else, after the cut.
func TestWhatIsReadIsOnDisk(t *testing.T) {
	d := cutDisk(t, 1)
	b := &box{t: t, dir: filepath.Join(d.Dir, "state")}
	b.reopen()
	b.accept(message("first", 1))
	if err := d.SlowSync(4 * time.Millisecond); err != nil {
		t.Fatal(err)
	}
	accepted := make(chan struct{})
	go func() {
		defer close(accepted)
		for i := range 30 {
			b.accept(message(fmt.Sprint("m", i), 1))
		}
	}()
	for reading := true; reading; {
		select {
		case <-accepted:
			reading = false
		default:
		}
		if line, last := len(b.journal()), b.Last(); uint64(line) > last {
			t.Fatalf("line %d was read while line %d was the last on disk", line, last)
		}
	}

	if err := d.FailSync(2); err != nil { // of the page that makes a commit visible
		t.Fatal(err)
	}
	m := message("lost", 1)
	if _, _, err := b.Accept(t.Context(), []*sms.Message{m}, sms.RequestKey{ID: m.ID}, "", nil); !errors.Is(err, store.ErrBroken) {
		t.Fatalf("got %v, want ErrBroken", err)
	}
	if lines, err := b.Entries(t.Context(), 31, 10); !errors.Is(err, store.ErrBroken) {
		t.Errorf("read %d lines more, %v; want ErrBroken", len(lines), err)
	}
	if _, _, err := b.Message(t.Context(), "lost"); !errors.Is(err, store.ErrBroken) {
		t.Errorf("read what was lost: %v; want ErrBroken", err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
}

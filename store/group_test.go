package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/store"
)

// stall has something queue up behind a commit: while the function it is given
// runs, the leader is held inside a transaction.
func (b *box) stall(during func()) {
	b.t.Helper()
	held, release := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		_, err := b.Keep(context.Background(), &sms.Part{From: "1", Raw: "stall", Time: epoch}, func(p []sms.Part) sms.Received {
			close(held)
			<-release
			return sms.Join(p)
		})
		done <- err
	}()
	<-held
	during()
	close(release)
	if err := <-done; err != nil {
		b.t.Fatal(err)
	}
}

func TestBurstSharesCommits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t)
		errs := make(chan error, 100)
		before := b.Commits()
		b.stall(func() {
			for i := range cap(errs) {
				go func() {
					_, _, err := b.Accept(t.Context(), []*sms.Message{message(fmt.Sprint("m", i), 1)}, sms.RequestKey{}, "", nil)
					errs <- err
				}()
			}
			synctest.Wait() // all of them stand in the queue
		})
		for range cap(errs) {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		if got := b.Commits() - before; got != 2 {
			t.Errorf("one, and 100 behind it: got %d commits, want 2", got)
		}
		q, _ := b.Counts(t.Context())
		want(t, "queued", q.Queued, 100)
	})
}

func TestCrowdLargerThanABatchIsServedWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t)
		errs := make(chan error, store.MaxBatch+10)
		before := b.Commits()
		b.stall(func() {
			for i := range cap(errs) {
				go func() { errs <- b.Passed(t.Context(), fmt.Sprint("f", i), 0) }()
			}
			synctest.Wait()
		})
		for range cap(errs) {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		want(t, "commits", b.Commits()-before, 3)
	})
}

// An op that fails, before or after it has written, takes no other of its batch
// with it.
func TestFailureInABatchHarmsNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t)
		good, bad := make(chan error, 20), make(chan error, 20)
		before := b.Commits()
		b.stall(func() {
			for i := range 10 {
				go func() {
					_, _, err := b.Accept(t.Context(), []*sms.Message{message(fmt.Sprint("m", i), 2)}, sms.RequestKey{}, "", nil)
					good <- err
				}()
				go func() {
					m := message(fmt.Sprint("bad", i), 2)
					m.Meta = json.RawMessage(`{`) // found out when a number has been drawn
					_, _, err := b.Accept(t.Context(), []*sms.Message{m}, sms.RequestKey{}, "", nil)
					bad <- err
				}()
				go func() {
					_, err := b.Begin(t.Context(), 999, sms.Begin{}) // found out at once
					bad <- err
				}()
			}
			synctest.Wait()
		})
		for range 10 {
			if err := <-good; err != nil {
				t.Errorf("a good one: %v", err)
			}
		}
		for range 20 {
			if err := <-bad; err == nil {
				t.Error("a bad one: got no error")
			}
		}
		want(t, "commits", b.Commits()-before, 2)
		for i, v := range b.journal() {
			if strings.Contains(v, "bad") {
				t.Errorf("line %d: %s", i+1, v)
			}
		}
		want(t, "last", b.Last(), 11) // no number was lost
		views, err := b.Messages(t.Context(), sms.Filter{})
		want(t, "error", err, nil)
		want(t, "the highest number", views[0].Message.Num, 10)
	})
}

func TestCallerWhoLeavesTheQueueHasWrittenNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		left, stayed := make(chan error, 1), make(chan error, 1)
		b.stall(func() {
			go func() { left <- b.Passed(ctx, "left", 0) }()
			synctest.Wait()
			go func() { stayed <- b.Passed(t.Context(), "stayed", 0) }()
			if err := <-left; !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v, want DeadlineExceeded", err)
			}
			synctest.Wait()
		})
		if err := <-stayed; err != nil {
			t.Errorf("the one behind: %v", err)
		}
		commits := b.Commits()
		if _, err := b.Cursor(t.Context(), "stayed"); err != nil {
			t.Error(err)
		}
		want(t, "commits to find the one who stayed", b.Commits()-commits, 0)
		if _, err := b.Cursor(t.Context(), "left"); err != nil {
			t.Error(err)
		}
		want(t, "commits to find the one who left", b.Commits()-commits, 1)
		if err := b.Passed(ctx, "late", 0); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a context that has ended: got %v", err)
		}
	})
}

func TestCloseServesThoseInTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &box{t: t, dir: t.TempDir()}
		b.reopen()
		queued, closed := make(chan error, 1), make(chan error, 1)
		b.stall(func() {
			go func() { queued <- b.Passed(t.Context(), "a", 0) }()
			synctest.Wait()
			go func() { closed <- b.Close() }()
			synctest.Wait()
			if err := b.Passed(t.Context(), "b", 0); !errors.Is(err, sms.ErrClosed) {
				t.Errorf("after close: got %v, want ErrClosed", err)
			}
		})
		if err := errors.Join(<-queued, <-closed); err != nil {
			t.Error(err)
		}
	})
}

// A panic in what a caller passes in must not leave others waiting for ever,
// nor let them go on.
func TestPanicInABatchStopsTheStore(t *testing.T) {
	b := &box{t: t, dir: t.TempDir()}
	b.reopen()
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_, _ = b.Keep(context.Background(), &sms.Part{From: "1", Time: epoch}, func([]sms.Part) sms.Received { panic("bug") })
	}()
	if err := b.Passed(context.Background(), "a", 0); !errors.Is(err, store.ErrBroken) {
		t.Errorf("after a panic: got %v, want ErrBroken", err)
	}
	b.reopen()
	b.audit()
	want(t, "journal", b.journal(), []string(nil))
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}

func TestDiskThatFailsStopsTheStore(t *testing.T) {
	var file *os.File
	undo := store.OnOpen(func(f *os.File) { file = f })
	b := &box{t: t, dir: t.TempDir()}
	b.reopen()
	undo()
	b.accept(message("a", 1))
	file.Close() // as a card does that has been pulled out
	_, _, err := b.Accept(context.Background(), []*sms.Message{message("b", 1)}, sms.RequestKey{}, "", nil)
	if !errors.Is(err, store.ErrBroken) {
		t.Errorf("write to a disk that fails: got %v, want ErrBroken", err)
	}
	if err := b.Passed(context.Background(), "a", 0); !errors.Is(err, store.ErrBroken) {
		t.Errorf("the next write: got %v, want ErrBroken", err)
	}
	if _, _, err := b.Message(context.Background(), "a"); err != nil {
		t.Errorf("a read: %v", err)
	}
	_ = b.Close() // what it could not close it says
	b.DB = nil
	b.reopen()
	b.audit()
	want(t, "journal", b.journal(), []string{"1 a queued"})
	b.Close()
}

// A full store refuses what is new and finishes what it has.
func TestFullStoreKeepsWhatItHas(t *testing.T) {
	for _, octets := range []int{600, 1 << 15} {
		t.Run(fmt.Sprint(octets), func(t *testing.T) { fillAndFinish(t, octets) })
	}
}

func fillAndFinish(t *testing.T, octets int) {
	ctx := context.Background()
	b := &box{t: t, dir: t.TempDir()}
	db, err := store.Open(store.Config{Dir: b.dir, MaxSize: 4 << 20})
	if err != nil {
		t.Fatal(err)
	}
	b.DB = db
	b.NoSync()
	defer b.Close()
	n := 0
	for ; ; n++ {
		m := message(fmt.Sprint("m", n), 1)
		m.Text = strings.Repeat("x", octets)
		_, _, err := b.Accept(ctx, []*sms.Message{m}, sms.RequestKey{ID: m.ID}, "", nil)
		if errors.Is(err, sms.ErrFull) {
			break
		}
		if err != nil || n > 1e4 {
			t.Fatalf("after %d messages: %v", n, err)
		}
	}
	if n*octets < 1<<19 {
		t.Errorf("full after %d messages of %d octets in 4 MiB", n, octets)
	}
	for num := range uint64(50) { // the first fifty may leave, and be reported on
		b.begin(num+1, "north", 0)
		b.finish(num+1, sent("sim", fmt.Sprint(num)))
		b.report("sim", fmt.Sprint(num), "", sms.Delivered)
	}
	if _, err := b.Keep(ctx, &sms.Part{From: "1", Text: "hi", Raw: "00", Time: epoch}, sms.Join); err != nil {
		t.Errorf("a received part: %v", err)
	}
	b.audit()
	if _, err := b.Trim(ctx, sms.Retention{Age: time.Second}, at(100)); err != nil {
		t.Fatal(err)
	}
	for num := uint64(51); num <= uint64(n); num++ {
		if _, err := b.End(ctx, num, sms.Outcome{State: sms.Cancelled, Final: true, Time: at(100)}); err != nil {
			t.Fatalf("cancel %d of %d: %v", num, n, err)
		}
		if num%50 == 0 {
			if _, err := b.Trim(ctx, sms.Retention{Age: time.Second}, at(200)); err != nil {
				t.Fatal(err)
			}
		}
	}
	b.accept(message("again", 1))
	b.audit()
	if b.Size() > 4<<20 {
		t.Errorf("size: got %d, want at most 4 MiB", b.Size())
	}
}

// One that finds no room at the commit takes no other with it.
func TestTooLargeForTheFileHarmsNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &box{t: t, dir: t.TempDir()}
		db, err := store.Open(store.Config{Dir: b.dir, MaxSize: 4 << 20})
		if err != nil {
			t.Fatal(err)
		}
		b.DB = db
		defer b.Close()
		large, small := make(chan error, 1), make(chan error, 1)
		b.stall(func() {
			go func() {
				m := message("large", 1)
				m.Text = strings.Repeat("x", 5<<20)
				_, _, err := b.Accept(t.Context(), []*sms.Message{m}, sms.RequestKey{}, "", nil)
				large <- err
			}()
			synctest.Wait()
			go func() { small <- b.Passed(t.Context(), "mqtt", 0) }()
			synctest.Wait()
		})
		if err := <-large; !errors.Is(err, sms.ErrFull) {
			t.Errorf("the large one: got %v, want ErrFull", err)
		}
		if err := <-small; err != nil {
			t.Errorf("the small one: %v", err)
		}
		b.accept(message("next", 1))
		b.audit()
	})
}

package gateway_test

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/gateway"
	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/store"
)

// A sim is one seed's world: a gateway that lives and dies, the network, the
// clients, and an agenda of what is to happen.
type sim struct {
	t     *testing.T
	ctx   context.Context
	seed  uint64
	rand  *rand.Rand // of the script alone
	cfg   gateway.Config
	dir   string
	books *simBooks
	net   *simNetwork
	sums  simSums
	until time.Time // when everything heals

	ops    sync.WaitGroup // what the agenda has begun
	poke   chan struct{}
	life   atomic.Pointer[simLife]
	crash  bool // lives may end between two commits
	lives  int  // how many have ended
	cuts   int  // how many of them not in order: each leaves a file to the next
	mu     sync.Mutex
	agenda simAgenda
	seq    int
}

// A simLife is one process.
type simLife struct {
	*gateway.Gateway
	n     int
	disk  *simDisk
	stop  context.CancelFunc
	done  chan error
	tasks sync.WaitGroup // its follower
}

// A simEvent is an entry of the agenda.
type simEvent struct {
	at    time.Time
	n     int
	f     func()
	alone bool // it is done by itself, when all that was begun is over
}

type simAgenda []*simEvent

func (a simAgenda) Len() int      { return len(a) }
func (a simAgenda) Swap(i, k int) { a[i], a[k] = a[k], a[i] }
func (a simAgenda) Less(i, k int) bool {
	return a[i].at.Before(a[k].at) || a[i].at.Equal(a[k].at) && a[i].n < a[k].n
}
func (a *simAgenda) Push(x any) { *a = append(*a, x.(*simEvent)) }
func (a *simAgenda) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}

// simSums tells what a run was made of: one that met nothing proves nothing.
type simSums struct {
	hours, messages, attempts, doubts, lives, crashes, twice, texts, delivered, failed, expired int
}

var simSumsLock sync.Mutex

func (s *simSums) add(o simSums) {
	simSumsLock.Lock()
	defer simSumsLock.Unlock()
	s.hours, s.messages, s.attempts, s.doubts = s.hours+o.hours, s.messages+o.messages, s.attempts+o.attempts, s.doubts+o.doubts
	s.lives, s.crashes, s.twice, s.texts = s.lives+o.lives, s.crashes+o.crashes, s.twice+o.twice, s.texts+o.texts
	s.delivered, s.failed, s.expired = s.delivered+o.delivered, s.failed+o.failed, s.expired+o.expired
}

func (s *simSums) String() string {
	return fmt.Sprintf("%d hours, %d messages in %d attempts, %d in doubt, %d sent twice, %d delivered, %d failed, %d expired; %d texts in; %d starts, %d after a crash",
		s.hours, s.messages, s.attempts, s.doubts, s.twice, s.delivered, s.failed, s.expired, s.texts, s.lives, s.crashes)
}

func newSim(t *testing.T, seed uint64) *sim {
	base := "" // where nothing has to be written to a disk
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		base = "/dev/shm"
	}
	dir, err := os.MkdirTemp(base, "pigeon-sim")
	if err != nil {
		t.Fatal(err)
	}
	s := &sim{t: t, ctx: t.Context(), seed: seed, rand: rand.New(rand.NewPCG(seed, 0)), dir: dir,
		books: newSimBooks(t, seed), poke: make(chan struct{}, 1)}
	s.net = &simNetwork{sim: s, books: s.books, refs: map[string]int{}, spends: map[string][]simSpend{}}
	return s
}

func (s *sim) remove() {
	if err := os.RemoveAll(s.dir); err != nil {
		s.t.Error(err)
	}
}

// chance is what hangs on the seed and some words alone.
func (s *sim) chance(words ...any) *rand.Rand {
	h := fnv.New64a()
	fmt.Fprintln(h, words...)
	return rand.New(rand.NewPCG(s.seed, h.Sum64()))
}

func (s *sim) gateway() *gateway.Gateway { return s.life.Load().Gateway }
func (s *sim) living() *simLife          { return s.life.Load() }

// after puts something on the agenda.
func (s *sim) after(d time.Duration, f func()) { s.plan(&simEvent{at: time.Now().Add(d), f: f}) }

func (s *sim) plan(e *simEvent) {
	s.mu.Lock()
	s.seq++
	e.n = s.seq
	heap.Push(&s.agenda, e)
	s.mu.Unlock()
	select {
	case s.poke <- struct{}{}:
	default:
	}
}

// next takes what is due off the agenda, or says when something will be.
func (s *sim) next() (e *simEvent, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.agenda) == 0 {
		return nil, time.Time{}
	}
	if at = s.agenda[0].at; at.After(time.Now()) {
		return nil, at
	}
	return heap.Pop(&s.agenda).(*simEvent), at
}

// pass does what is on the agenda until a time.
func (s *sim) pass(until time.Time) {
	for {
		e, at := s.next()
		switch {
		case e != nil && e.alone:
			e.f()
			continue
		case e != nil:
			s.ops.Go(e.f)
			continue
		}
		if at.IsZero() || at.After(until) {
			at = until
		}
		if !time.Now().Before(until) {
			return
		}
		alarm := time.NewTimer(time.Until(at))
		select {
		case <-alarm.C:
		case <-s.poke:
		case <-s.living().disk.died:
			s.sums.crashes++
			s.halt()
			s.start()
		}
		alarm.Stop()
	}
}

// deliver hands something to the gateway. What is not taken over is handed again
// later, by one who insists.
func (s *sim) deliver(f func(*simLife) error, insists bool) {
	if err := f(s.living()); err != nil && insists {
		s.after(7*time.Second, func() { s.deliver(f, insists) })
	}
}

// start opens the store as it lies there, and has a gateway run over it.
func (s *sim) start() {
	db, err := store.Open(store.Config{Dir: filepath.Join(s.dir, fmt.Sprint(s.cuts)), MaxSize: 4 << 20})
	if err != nil {
		s.t.Fatalf("seed %d: open: %v", s.seed, err)
	}
	if faults, err := db.Audit(s.ctx); err != nil || len(faults) > 0 {
		s.books.fault("audit: %q, %v", faults, err)
	}
	commits := int64(0)
	if s.crash {
		commits = int64(s.chance("life", s.lives).IntN(120)) - 20
	}
	l := &simLife{n: s.lives, disk: newSimDisk(db, s.books, commits), done: make(chan error, 1)}
	l.Gateway = gateway.New(s.cfg, l.disk, []gateway.Sender{s.net}, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(s.ctx)
	l.stop = stop
	s.life.Store(l)
	s.sums.lives++
	l.tasks.Go(func() { s.follow(ctx, l) })
	go func() { l.done <- l.Run(ctx) }()
}

// halt ends a life: in order, or as the power does. What lies on the disk then is
// copied, so that nothing that closes the dead store reaches the next.
func (s *sim) halt() {
	l := s.living()
	l.stop()
	if err := <-l.done; err != nil && (!l.disk.dead.Load() || !errors.Is(err, sms.ErrBroken)) {
		s.books.fault("run ended with %v", err)
	}
	l.tasks.Wait()
	s.ops.Wait()
	s.lives++
	if !l.disk.dead.Load() {
		s.shut(l)
		return
	}
	from := filepath.Join(s.dir, fmt.Sprint(s.cuts))
	s.cuts++
	to := filepath.Join(s.dir, fmt.Sprint(s.cuts))
	if err := copyFile(from, to, "pigeon.db"); err != nil {
		s.t.Fatal(err)
	}
	s.shut(l)
	if err := os.RemoveAll(from); err != nil {
		s.t.Fatal(err)
	}
}

func (s *sim) shut(l *simLife) {
	if err := l.disk.Close(); err != nil {
		s.books.fault("close: %v", err)
	}
}

func copyFile(from, to, name string) (err error) {
	if err := os.Mkdir(to, 0o700); err != nil {
		return err
	}
	in, err := os.Open(filepath.Join(from, name))
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(filepath.Join(to, name))
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// follow reads the journal as an edge does, and passes some of it.
func (s *sim) follow(ctx context.Context, l *simLife) {
	const name = "follower"
	pause := func() bool {
		select {
		case <-time.After(5 * time.Second):
			return true
		case <-ctx.Done():
			return false
		}
	}
	at, err := l.Cursor(ctx, name)
	for err != nil {
		if !pause() {
			return
		}
		at, err = l.Cursor(ctx, name)
	}
	chance := s.chance("follower", l.n)
	for {
		lines, err := l.Next(ctx, at, 1+chance.IntN(8))
		if err != nil {
			return
		}
		for _, e := range lines {
			if e.Seq != at+1 {
				s.books.fault("line %d follows on %d", e.Seq, at)
			}
			s.books.heard(e)
			at = e.Seq
		}
		if chance.IntN(3) == 0 {
			if err := l.Passed(ctx, name, at); err != nil && ctx.Err() == nil && !errors.Is(err, sms.ErrFull) && !errors.Is(err, sms.ErrBroken) {
				s.books.fault("passed: %v", err)
			}
		}
		if chance.IntN(8) == 0 && !pause() {
			return
		}
	}
}

// play does what the script says.
func (s *sim) play() {
	s.start()
	s.pass(s.until)
}

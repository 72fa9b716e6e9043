package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/store"
	"github.com/pigeon-sms/pigeon/store/cutfs"
)

// A cutter has a store on a disk whose power goes, and one beside it that goes
// through the same.
type cutter struct {
	t      *testing.T
	d      *cutfs.Disk
	r      *rand.Rand
	b      *box
	mirror *box
	noSync bool
	cuts   int
}

// reboot cuts the power, if it is still there.
func (c *cutter) reboot() {
	c.t.Helper()
	if c.b.DB != nil {
		_ = c.b.Close() // nothing can be written any more
		c.b.DB = nil
	}
	if err := c.d.Reboot(c.r.Uint64()); err != nil {
		c.t.Fatal(err)
	}
	c.cuts++
}

// open opens the store with the power to go within so many changes, which may
// be while it is being opened.
func (c *cutter) open(most int) {
	c.t.Helper()
	for {
		if err := c.d.CutAfter(1 + c.r.IntN(most)); err != nil {
			c.t.Fatal(err)
		}
		db, err := store.Open(store.Config{Dir: c.b.dir})
		if err == nil {
			c.b.DB = db
			if c.noSync {
				db.NoSync()
			}
			return
		}
		fell(c.t, c.d, err)
		c.reboot()
	}
}

// TestCuts cuts the power at random moments. What has been answered is there
// afterwards, what had been asked is there whole or not at all, and every
// invariant holds. CUTSEED and STORECUTS choose.
func TestCuts(t *testing.T) {
	seed, cuts := cutSeed(t), cutsOf(t, 200)
	c := &cutter{t: t, d: cutDisk(t, seed), r: rand.New(rand.NewPCG(seed, 1)), noSync: os.Getenv("STORENOSYNC") != ""}
	moments := 0
	for life := 0; c.cuts < cuts; life++ {
		n, wrong := c.life(life, min(cuts, c.cuts+50))
		if moments += n; wrong != "" {
			t.Fatalf("CUTSEED=%d, cut %d: %s", seed, c.cuts, wrong)
		}
	}
	t.Logf("CUTSEED=%d: %d cuts, %d moments", seed, c.cuts, moments)
}

// A store that does not sync has to fail the same test. It may take its whole
// process with it, so it has one of its own.
func TestCutsFindAStoreThatDoesNotSync(t *testing.T) {
	cutDisk(t, 1) // or skips
	cmd := exec.Command("/proc/self/exe", "-test.run", "^TestCuts$", "-test.timeout", "60s")
	cmd.Env = append(os.Environ(), "STORENOSYNC=1")
	out, err := cmd.CombinedOutput()
	t.Logf("%v: %.200s", err, out)
	if err == nil {
		t.Error("nothing was lost")
	}
}

// life goes from a new store through cuts up to a number, and says what is wrong
// after one.
func (c *cutter) life(life, cuts int) (moments int, wrong string) {
	c.t.Helper()
	s := &script{r: c.r}
	c.b = &box{t: c.t, dir: filepath.Join(c.d.Dir, fmt.Sprint(life), "state")}
	c.mirror = &box{t: c.t, dir: c.t.TempDir()}
	c.mirror.reopen()
	c.mirror.NoSync()
	defer c.mirror.Close()
	c.open(80)
	for c.cuts < cuts {
		before := c.mirror.Last()
		next := s.next()
		if err := next(c.mirror.DB); err != nil {
			c.t.Fatal(err)
		}
		moments++
		err := next(c.b.DB)
		if err == nil {
			continue
		}
		fell(c.t, c.d, err)
		if !errors.Is(err, store.ErrBroken) {
			return moments, fmt.Sprintf("got %v, want ErrBroken", err)
		}
		c.reboot()
		c.open(80)
		// The power may go while this is read: reading needs none.
		after := c.mirror.journal()
		switch got := c.b.journal(); {
		case slices.Equal(got, after):
		case !slices.Equal(got, after[:before]):
			return moments, fmt.Sprintf("the journal has %d lines, and not the %d before the moment of the cut or the %d after it", len(got), before, len(after))
		}
		if found, err := c.b.Audit(context.Background()); err != nil || len(found) > 0 {
			return moments, fmt.Sprintf("audit: %v %q", err, found)
		}
		if wrong := c.catchUp(next, after); wrong != "" {
			return moments, wrong
		}
	}
	c.reboot()
	return moments, ""
}

// catchUp runs the moment of the cut again where it has not happened, until it
// has.
func (c *cutter) catchUp(next step, after []string) (wrong string) {
	for !c.caughtUp(after) {
		err := next(c.b.DB)
		if err == nil {
			continue
		}
		if !errors.Is(err, store.ErrBroken) {
			return err.Error()
		}
		fell(c.t, c.d, err)
		c.reboot()
		c.open(80)
	}
	return ""
}

// caughtUp compares all that can be asked of both.
func (c *cutter) caughtUp(after []string) bool {
	if !slices.Equal(c.b.journal(), after) {
		return false
	}
	ctx := context.Background()
	here, err := c.b.Counts(ctx)
	if err != nil {
		c.t.Fatal(err)
	}
	there, err := c.mirror.Counts(ctx)
	if err != nil {
		c.t.Fatal(err)
	}
	return fmt.Sprintf("%+v", here) == fmt.Sprintf("%+v", there)
}

// TestCutsUnderManyCallers cuts the power while callers share commits: each one
// that was answered finds its message.
func TestCutsUnderManyCallers(t *testing.T) {
	const callers = 8
	seed, cuts := cutSeed(t), cutsOf(t, 40)
	r := rand.New(rand.NewPCG(seed, 2))
	c := &cutter{t: t, d: cutDisk(t, seed), r: r}
	var mu sync.Mutex
	var answered map[string]bool
	messages := 0
	for round := 0; c.cuts < cuts; round++ {
		if round%20 == 0 { // a store anew: its audit takes longer with each message
			c.b = &box{t: t, dir: filepath.Join(c.d.Dir, fmt.Sprint(round))}
			answered = map[string]bool{}
		}
		c.open(60)
		var wg sync.WaitGroup
		for caller := range callers {
			wg.Go(func() {
				for i := 0; ; i++ {
					id := fmt.Sprintf("m%d.%d.%d", round, caller, i)
					if _, _, err := c.b.Accept(t.Context(), []*sms.Message{message(id, 1)}, sms.RequestKey{ID: id}, "", nil); err != nil {
						return
					}
					mu.Lock()
					answered[id] = true
					messages++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		c.reboot()
		c.open(1e6)
		for id := range answered {
			if _, _, err := c.b.Message(t.Context(), id); err != nil {
				t.Fatalf("CUTSEED=%d, cut %d: %s: %v", seed, c.cuts, id, err)
			}
		}
		c.b.audit()
		_ = c.b.Close()
		c.b.DB = nil
	}
	t.Logf("CUTSEED=%d: %d cuts, %d messages", seed, c.cuts, messages)
}

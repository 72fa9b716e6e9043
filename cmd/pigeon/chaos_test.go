package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/modem/modemsim"
	"github.com/pigeon-sms/pigeon/sms"
)

// TestChaos lets every fault a modem is known to have strike eight of them at
// random, while messages go out, texts come in and the disk refuses a part now
// and then, and checks afterwards, by
// what the simulated network has taken, that
//
//   - every accepted message has reached one final state, and the network took
//     what is called sent or delivered;
//   - the network took it once for each attempt that ended well, and once more
//     only where an attempt ended in doubt; never twice where on_doubt is hold;
//   - every text that came in was announced once;
//   - every modem is ready again that is not dead, and nothing waits;
//   - the store's audit finds nothing;
//   - the goals for recovery are met (see goals).
//
// CHAOSSEED and CHAOSMESSAGES choose one run, CHAOSLOG a file for its log; "make
// chaos" is the long one.
func TestChaos(t *testing.T) {
	seeds, messages := []uint64{1, 2, 3}, 700
	if testing.Short() {
		seeds = seeds[:1]
	}
	if s := os.Getenv("CHAOSSEED"); s != "" {
		seeds = []uint64{chaosNumber(t, "CHAOSSEED", s)}
	}
	if s := os.Getenv("CHAOSMESSAGES"); s != "" {
		messages = int(chaosNumber(t, "CHAOSMESSAGES", s))
	}
	var all tally
	for _, seed := range seeds {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			begun := time.Now()
			synctest.Test(t, func(t *testing.T) {
				w := newChaos(t, seed)
				w.play(messages)
				w.check(&all)
				if t.Failed() {
					t.Logf("again: CHAOSSEED=%d CHAOSMESSAGES=%d go test -timeout 20m -run 'TestChaos$' ./cmd/pigeon", seed, messages)
				}
			})
			t.Logf("%d messages, %v", messages, time.Since(begun).Round(time.Second/10))
		})
	}
	if testing.Verbose() {
		fmt.Print(all.table())
	}
}

func chaosNumber(t *testing.T, name, s string) uint64 {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

const (
	// chaosReportWait is how long reports are waited for: many are lost with
	// the modem that should have told them.
	chaosReportWait = time.Hour
	// chaosAssembleWait is how long the rest of a long text is waited for. A
	// modem that is dead never brings it; no other may take so long.
	chaosAssembleWait = 6 * time.Hour
	// chaosPause lies between a modem's recovery and its next fault, on average.
	chaosPause = 90 * time.Second
	// chaosQueue is about how many messages wait at a time.
	chaosQueue = 64
	// chaosHeal is how long the pool is given to bring everything back.
	chaosHeal = 3 * time.Hour
)

// The last digits of a recipient say what its network does.
const (
	refusedEnd = "99" // refuses it: the number is not assigned
	silentEnd  = "98" // never reports
	failedEnd  = "97" // reports that it will not arrive
)

var chaosRules = []modemsim.Rule{
	{Suffix: refusedEnd, Cause: 1}, {Suffix: silentEnd, Never: true}, {Suffix: failedEnd, Status: []byte{0x46}},
}

// A letter is a message that was accepted.
type letter struct {
	id, to, text string
	hold         bool
	receipt      bool
	attempts     []attempted
	last         sms.Event
	finals       int // events that were final and another state than the one before
}

// posted is a text that was sent to a modem.
type posted struct{ modem, from, text string }

// play runs the whole story and stops everything but the store.
func (w *chaos) play(messages int) {
	stop := w.run()
	w.await(5*time.Minute, "every modem ready at first", w.allReady)
	done := make(chan struct{})
	var haunting sync.WaitGroup
	for i, y := range w.toys {
		r := rand.New(rand.NewPCG(w.seed, uint64(i+1)))
		haunting.Go(func() { y.haunt(r, chaosPause, done) })
	}
	haunting.Go(func() { w.post(rand.New(rand.NewPCG(w.seed, 100)), done) })
	w.feed(messages, func(n int) {
		if n == messages*9/10 {
			w.toys[w.seed%6].die() // one without a neighbour on its power line
		}
	})
	close(done)
	haunting.Wait()
	w.await(chaosHeal, "every modem that is not dead ready again", w.allReady)
	w.await(24*time.Hour, "every message sent or given up", func() bool { return w.queue().Queued+w.queue().Sending == 0 })
	w.idle()
	w.await(2*chaosAssembleWait, "nothing waits for a report or a part", func() bool {
		q := w.queue()
		return q.Awaited+q.Parts+q.Queued+q.Sending == 0
	})
	w.await(chaosHeal, "every text fetched", func() bool {
		return !slices.ContainsFunc(w.toys, func(y *toy) bool { return !y.isDead() && w.net.Pending(y.name) > 0 })
	})
	stop()
}

// idle strikes every modem dumb that is idle, to see how soon the watch finds
// out.
func (w *chaos) idle() {
	var striking sync.WaitGroup
	for i, y := range w.toys {
		if y.isDead() || y.serial() { // those two share a power line: one cut would heal both
			continue
		}
		r := rand.New(rand.NewPCG(w.seed, uint64(200+i)))
		striking.Go(func() {
			for k := range mischiefs {
				if mischiefs[k].mute && pass(w.ctx, 2*time.Minute+time.Duration(r.Int64N(int64(time.Minute)))) == nil {
					y.strike(&mischiefs[k], r, true)
					w.await(chaosHeal, y.name+" ready after it was struck dumb", y.works)
				}
			}
		})
	}
	striking.Wait()
}

// works reports whether the modem has been struck and is ready again.
func (y *toy) works() bool {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.w.mu.Lock()
	defer y.w.mu.Unlock()
	n := len(y.ready)
	var at time.Time
	for _, s := range y.w.strikes {
		if s.toy == y {
			at = s.set
		}
	}
	return n > 0 && y.ready[n-1].ready && y.ready[n-1].at.After(at)
}

func (w *chaos) allReady() bool {
	for _, y := range w.toys {
		y.mu.Lock()
		n := len(y.ready)
		ok := y.dead || n > 0 && y.ready[n-1].ready
		y.mu.Unlock()
		if !ok {
			return false
		}
	}
	return true
}

func (w *chaos) queue() sms.Queue {
	q, err := w.db.Counts(w.ctx)
	if err != nil {
		w.t.Error(err)
	}
	return q
}

// await waits for something in false time; what does not come is an error, and
// the story goes on.
func (w *chaos) await(limit time.Duration, what string, holds func() bool) {
	for begun := time.Now(); !holds(); {
		if time.Since(begun) > limit {
			w.t.Errorf("not after %v: %s: queue %+v\n%s", limit, what, w.queue(), w.describe())
			return
		}
		if pass(w.ctx, time.Second) != nil {
			return
		}
	}
}

func (w *chaos) describe() string {
	var b strings.Builder
	for i, way := range w.pool.Ways() {
		fmt.Fprintf(&b, "%s %s ready=%t %q, %d TPDUs wait in the network, %+v; lately\n",
			way.Name, way.State, way.Ready, way.Why, w.net.Pending(way.Name), w.toys[i].sim.Counts())
		if w.toys[i].isDead() {
			continue
		}
		w.mu.Lock()
		for _, s := range w.strikes {
			if s.toy.name == way.Name && time.Since(s.set) < 6*time.Hour {
				fmt.Fprintf(&b, "  struck at %s: %s\n", s.set.Format(time.TimeOnly), s.words)
			}
		}
		w.mu.Unlock()
		if !way.Ready {
			fmt.Fprintf(&b, "%s\n", w.words(way.Name, 15))
		}
	}
	return b.String()
}

// feed has messages accepted, so many at a time that some always wait.
func (w *chaos) feed(messages int, at func(int)) {
	for n := 0; n < messages; {
		if q := w.queue(); q.Queued >= chaosQueue {
			if pass(w.ctx, 2*time.Second) != nil {
				return
			}
			continue
		}
		var accepting sync.WaitGroup
		for range min(chaosQueue, messages-n) {
			l, r := w.letter(n)
			n++
			at(n)
			accepting.Go(func() {
				if _, err := w.gw.Accept(w.ctx, r); err != nil {
					w.t.Errorf("%s: not accepted: %v", l.id, err)
				}
			})
		}
		accepting.Wait()
	}
}

// letter writes the nth message: to a number of its own, so that the network's
// record tells it from all others, mostly short, half of them held in doubt.
func (w *chaos) letter(n int) (*letter, *sms.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	l := &letter{
		id: fmt.Sprintf("c%d", n), to: fmt.Sprintf("+4477%08d", n),
		hold: w.rand.IntN(2) == 0, receipt: w.rand.IntN(2) == 0,
	}
	l.text = "No. " + l.id
	switch d := w.rand.IntN(20); {
	case d < 3:
		l.text += " " + strings.Repeat("long ", 20+w.rand.IntN(70))
	case d < 5:
		l.text += " " + strings.Repeat("日本 🙂 ", 1+w.rand.IntN(25))
	case d < 7:
		l.text += " [€] Grüße"
	}
	l.text = strings.TrimSpace(l.text)
	w.sent[l.to] = l
	r := &sms.Request{ID: l.id, To: []string{l.to}, Text: l.text, Receipt: &l.receipt, Origin: "command"}
	if l.hold {
		r.OnDoubt = sms.Hold
	}
	return l, r
}

// post sends texts to the modems until done is closed.
func (w *chaos) post(r *rand.Rand, done <-chan struct{}) {
	for n := 0; ; n++ {
		select {
		case <-done:
			return
		case <-time.After(time.Duration(r.ExpFloat64() * float64(15*time.Second))):
		}
		y := w.toys[r.IntN(len(w.toys))]
		if y.isDead() || w.net.Pending(y.name) > 100 {
			continue
		}
		p := posted{y.name, fmt.Sprintf("+4478%08d", n), fmt.Sprintf("in %d", n)}
		d := modemsim.Delivery{Gap: time.Duration(r.IntN(3)) * time.Second}
		switch r.IntN(5) {
		case 0:
			p.text += " " + strings.Repeat("and so on ", 15+r.IntN(30))
			d.Shuffle = r.Uint64()
		case 1:
			p.text += " " + strings.Repeat("Ωß ", 1+r.IntN(60))
		}
		p.text = strings.TrimSpace(p.text)
		if _, err := w.net.Deliver(p.modem, p.from, p.text, d); err != nil {
			w.t.Errorf("deliver: %v", err)
			continue
		}
		w.mu.Lock()
		w.posted = append(w.posted, p)
		w.mu.Unlock()
	}
}

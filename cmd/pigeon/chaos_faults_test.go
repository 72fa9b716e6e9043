package main

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// A mischief is a kind of fault that strikes a modem.
type mischief struct {
	name string
	do   func(y *toy, r *rand.Rand) (words string, lasts time.Duration)
	// ends says that the fault ends by itself after its time; otherwise the world
	// ends it then, and where it lasts no time, only a recovery does.
	ends bool
	// gone says that the device is off its bus meanwhile.
	gone bool
	// mute says that the modem answers nothing, until it is brought back.
	mute bool
	// passes says that the modem answers the next command well: what is left is
	// to find its place in the conversation.
	passes bool
}

// faultFor makes a fault of fixed words.
func faultFor(words ...string) func(*toy, *rand.Rand) (string, time.Duration) {
	return func(_ *toy, r *rand.Rand) (string, time.Duration) { return words[r.IntN(len(words))], 0 }
}

// between makes a fault of words and a time.
func between(words string, least, most time.Duration) func(*toy, *rand.Rand) (string, time.Duration) {
	return func(_ *toy, r *rand.Rand) (string, time.Duration) {
		return words, (least + time.Duration(r.Int64N(int64(most-least)))).Round(time.Second)
	}
}

// timed is between with the time among the words.
func timed(word string, least, most time.Duration) func(*toy, *rand.Rand) (string, time.Duration) {
	f := between("", least, most)
	return func(y *toy, r *rand.Rand) (string, time.Duration) {
		_, d := f(y, r)
		return word + " " + d.String(), d
	}
}

const simBusy = "sim busy" // not a fault of the modem's but of its SIM

// mischiefs are every kind there is.
var mischiefs = []mischief{
	{name: "parser wedged until it restarts", do: faultFor("hung"), mute: true},
	{name: "silent until its power is cut", do: faultFor("frozen"), mute: true},
	{name: "answers all with 515 until its power is cut", do: faultFor("stuck")},
	{name: "endless +CMS errors until it restarts", do: faultFor("refusing 38", "refusing 41", "refusing 500", "refusing 512")},
	{name: "starts by itself: chatter, settings lost", do: faultFor("reboot")},
	{name: "settings lost without a word", do: faultFor("forget")},
	{name: "unasked line within +CMGS", do: faultFor("midpdu"), passes: true},
	{name: "prompt lost to a +CMTI", do: faultFor("prompturc"), passes: true},
	{name: "no prompt", do: faultFor("noprompt"), passes: true},
	{name: "ERROR after the prompt", do: faultFor("promptfail"), passes: true},
	{name: "OK lost after +CMGS", do: faultFor("lostfinal"), passes: true},
	{name: "unasked line within an answer", do: faultFor("midanswer"), passes: true},
	{name: "answer after 135 s", do: faultFor("sendlate 135s")},
	{name: "answer never comes", do: faultFor("takesilent")},
	{name: "line drops in place of the answer", do: faultFor("takegone")},
	{name: "a few +CMS errors", do: faultFor("error 42 2", "error 500", "error 512 3", "error 0", "error 331")},
	{name: "line drops", do: timed("hangup", 2*time.Second, 40*time.Second), ends: true, gone: true},
	{name: "unplugged, and plugged in again", do: timed("unplug", 2*time.Second, 3*time.Minute), ends: true, gone: true},
	{name: "returns as another tty", do: timed("renumber", 2*time.Second, 40*time.Second), ends: true, gone: true},
	{name: "reads nothing, writes get stuck", do: timed("stall", 8*time.Second, 90*time.Second), ends: true},
	{name: "begins each command late", do: between("slow 12s", 20*time.Second, time.Minute)},
	{name: "SIM busy", do: timed(simBusy, 5*time.Second, time.Minute), ends: true},
	{name: "registration lost", do: between("unregistered", 10*time.Second, 5*time.Minute)},
	{name: "network takes nothing", do: between("netloss 38", 10*time.Second, 2*time.Minute)},
	{name: "storage full, texts wait in the network", do: between("full", 20*time.Second, 3*time.Minute)},
	{name: "storage filled with others' messages", do: faultFor("fill")},
	{name: "garbage and echo", do: faultFor("garbage 300", "echo", "urcstorm 300")},
}

// A strike is one fault of one modem.
type strike struct {
	kind  *mischief
	toy   *toy
	words string
	lasts time.Duration
	set   time.Time
	at    time.Time // when it came about; zero: it did not
	idle  bool      // nothing was being sent
}

// over is when the modem could work again as far as the fault goes.
func (s *strike) over() time.Time { return s.at.Add(s.lasts) }

// strike lets a fault of a kind strike, and waits until it has come about.
func (y *toy) strike(k *mischief, r *rand.Rand, idle bool) *strike {
	words, lasts := k.do(y, r)
	s := &strike{kind: k, toy: y, words: words, lasts: lasts, set: time.Now(), idle: idle}
	var err error
	switch {
	case words == "fill":
		y.sim.Fill(100)
	case k.name == "SIM busy":
		err = y.sim.SetSIMState(fmt.Sprintf("busy %v", lasts))
	default:
		err = y.sim.Fault(words)
	}
	if err != nil {
		y.w.t.Errorf("fault %s: %v", words, err)
		return s
	}
	if words == "fill" || k.name == "SIM busy" {
		s.at = s.set
	}
	for s.at.IsZero() && time.Since(s.set) < strikeLimit {
		if s.at = y.sim.Struck(); s.at.IsZero() && pass(y.w.ctx, 100*time.Millisecond) != nil {
			break
		}
	}
	y.w.said.Info("STRUCK", "modem", y.name, "by", words, "lasts", lasts, "at", s.at)
	y.w.mu.Lock()
	y.w.strikes = append(y.w.strikes, s)
	y.w.mu.Unlock()
	if lasts > 0 && !k.ends {
		if pass(y.w.ctx, time.Until(s.over())) != nil {
			return s
		}
		y.sim.ClearFaults()
		if y.isDead() {
			y.die()
		}
	}
	return s
}

// strikeLimit is how long a fault that comes with a segment is waited for.
const strikeLimit = 10 * time.Minute

// haunt lets faults strike a modem, one after the other has been survived, until
// done is closed. Now and then the next does not wait for that.
func (y *toy) haunt(r *rand.Rand, pause time.Duration, done <-chan struct{}) {
	for {
		select {
		case <-done:
			return
		case <-time.After(time.Duration(r.ExpFloat64() * float64(pause))):
		}
		if y.isDead() {
			return
		}
		sent := y.sim.Counts().Sent
		y.strike(&mischiefs[r.IntN(len(mischiefs))], r, false)
		for begun := time.Now(); !y.survived(sent) && time.Since(begun) < survivalLimit; {
			select {
			case <-done:
				return
			case <-time.After(500 * time.Millisecond):
			}
			if r.IntN(2000) == 0 {
				break // while it is still ill
			}
		}
	}
}

// survivalLimit is how long a modem is left in peace to recover.
const survivalLimit = 4 * time.Hour

// survived reports whether the modem works and has sent since a count.
func (y *toy) survived(sent int) bool {
	y.mu.Lock()
	defer y.mu.Unlock()
	n := len(y.ready)
	return n > 0 && y.ready[n-1].ready && y.sim.Counts().Sent > sent+2
}

func (y *toy) isDead() bool {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.dead
}

// die lets the modem fall silent for good, whatever is done about it.
func (y *toy) die() {
	y.mu.Lock()
	y.dead = true
	y.mu.Unlock()
	if err := y.sim.Fault("silence"); err != nil {
		y.w.t.Error(err)
	}
}

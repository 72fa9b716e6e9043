package modem_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/modem"
	"github.com/pigeon-sms/pigeon/modem/modemsim"
	"github.com/pigeon-sms/pigeon/sms"
)

// mains is a power line of several modems.
type mains struct {
	mu     sync.Mutex
	cycles int
	during func()
}

func (p *mains) Cycle(context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cycles++
	if p.during != nil {
		p.during()
	}
	return nil
}

func (p *mains) on(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.during = f
}

func (p *mains) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cycles
}

func TestSharedPowerLineIsDrainedFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		line := &mains{}
		cfg := modem.Config{Modems: []modem.ModemConfig{
			{Name: "m1", Port: "m1", Power: line}, {Name: "m2", Port: "m2", Power: line}, {Name: "m3", Port: "m3"},
		}}
		r := newRig(t, cfg, modemsim.ModemConfig{Name: "m1"},
			modemsim.ModemConfig{Name: "m2", Latency: 20 * time.Second}, modemsim.ModemConfig{Name: "m3"})
		defer r.end()
		r.ready("m1", "m2", "m3")
		line.on(func() {
			if w := r.way("m2"); w.Ready || w.State != "recovering" || !strings.Contains(w.Why, "power line") {
				t.Errorf("while the power is cut: %+v", w)
			}
			if n := len(r.net.Segments()); n != 1 {
				t.Errorf("%d segments at the network when the power is cut, want the one on its way", n)
			}
			for _, name := range []string{"m1", "m2"} {
				r.modems[name].ClearFaults()
				if err := r.modems[name].Fault("reboot"); err != nil {
					t.Error(err)
				}
			}
		})
		r.fault("m1", "silence")
		r.until(time.Minute, "recovering", func() bool { return !r.way("m1").Ready })
		// A long message is on its way through the other when it happens.
		type result struct {
			refs []sms.Ref
			err  error
		}
		done := make(chan result, 1)
		go func() {
			refs, err := r.send("m2", long(3))
			done <- result{refs, err}
		}()
		got := <-done
		var e *sms.SendError
		if len(got.refs) != 1 || !errors.As(got.err, &e) || e.Verdict != sms.Reroute || e.Doubt {
			t.Errorf("Send = %d refs, %v; want the first segment, and the rest for another way", len(got.refs), got.err)
		}
		r.ready("m1", "m2")
		if n := line.count(); n != 1 {
			t.Errorf("cycled %d times, want once", n)
		}
		if w := r.way("m3"); !w.Ready || w.Modem.Restarts != 0 {
			t.Errorf("a modem on no power line was disturbed: %+v", w)
		}
		r.wantSteps("m2")
	})
}

// While one of several drained modems still sends, those that are done take
// nothing new.
func TestDrainedModemStaysShut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		line := &mains{}
		r := newRig(t, modem.Config{Modems: []modem.ModemConfig{
			{Name: "m1", Port: "m1", Power: line}, {Name: "m2", Port: "m2", Power: line}, {Name: "m3", Port: "m3", Power: line},
		}}, modemsim.ModemConfig{Name: "m1"}, modemsim.ModemConfig{Name: "m2", Latency: 5 * time.Second},
			modemsim.ModemConfig{Name: "m3", Latency: 25 * time.Second})
		defer r.end()
		r.ready("m1", "m2", "m3")
		done := make(chan error, 3)
		for _, name := range []string{"m2", "m3"} {
			go func() { _, err := r.send(name, "hello"); done <- err }()
		}
		synctest.Wait()
		go func() { done <- r.pool.Restart(t.Context(), "m1", "power") }()
		r.rest(15 * time.Second)
		if w := r.way("m2"); w.State != "ready" || w.Ready || w.Why == "" {
			t.Errorf("way = %+v, want done and shut", w)
		}
		if _, err := r.send("m2", "more"); err == nil {
			t.Error("a drained modem took a message")
		}
		if n := line.count(); n != 0 {
			t.Error("the power was cut under a segment")
		}
		for range 3 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		r.ready("m1", "m2", "m3")
	})
}

// A cause that power does not cure costs the neighbours one cut, not one an
// hour.
func TestSharedPowerLineIsCutOnceForALostCause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		line := &mains{}
		r := newRig(t, modem.Config{Modems: []modem.ModemConfig{
			{Name: "m1", Port: "m1", Power: line}, {Name: "m2", Port: "m2", Power: line},
		}}, modemsim.ModemConfig{Name: "m1"}, modemsim.ModemConfig{Name: "m2"})
		defer r.end()
		r.ready("m1", "m2")
		r.fault("m1", "silence")
		r.rest(24 * time.Hour)
		if n := line.count(); n != 1 {
			t.Errorf("cycled %d times in a day, want once", n)
		}
		if w := r.way("m2"); !w.Ready {
			t.Errorf("way = %+v", w)
		}
		// Both fall ill together: one cut heals both.
		r.modems["m1"].ClearFaults()
		r.until(2*time.Hour, "well", func() bool { return r.way("m1").Ready })
		r.rest(5 * time.Minute)
		line.on(func() { r.modems["m1"].ClearFaults(); r.modems["m2"].ClearFaults() })
		r.fault("m1", "silence")
		r.fault("m2", "silence")
		r.until(2*time.Minute, "ill", func() bool { return !r.way("m1").Ready && !r.way("m2").Ready })
		r.ready("m1", "m2")
		if n := line.count(); n != 2 {
			t.Errorf("cycled %d times, want once more", n)
		}
	})
}

// Two that want their common line cut at the same time get one cut.
func TestTwoWishesAreOneCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		line := &mains{}
		r := newRig(t, modem.Config{Modems: []modem.ModemConfig{
			{Name: "m1", Port: "m1", Power: line}, {Name: "m2", Port: "m2", Power: line},
		}}, modemsim.ModemConfig{Name: "m1"}, modemsim.ModemConfig{Name: "m2"})
		defer r.end()
		r.ready("m1", "m2")
		line.on(func() { <-time.After(10 * time.Second) })
		done := make(chan error, 2)
		for _, name := range []string{"m1", "m2"} {
			go func() { done <- r.pool.Restart(t.Context(), name, "power") }()
		}
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if n := line.count(); n != 1 {
			t.Errorf("cycled %d times, want once", n)
		}
		r.ready("m1", "m2")
	})
}

func TestRestart(t *testing.T) {
	for _, step := range append([]string{""}, modem.Steps()...) {
		t.Run(step, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, l := levered(t, modemsim.ModemConfig{Family: "quectel", BootTime: 5 * time.Second, SettleTime: 3 * time.Second})
				defer r.end()
				r.ready("m1")
				r.rest(time.Minute)
				r.wires["m1"].forget()
				start := time.Now()
				if err := r.pool.Restart(t.Context(), "m1", step); err != nil {
					t.Fatal(err)
				}
				if d := time.Since(start); step == "reset" && d < 10*time.Second {
					t.Errorf("%v after the reset it is spoken to again: it may not have begun", d)
				}
				r.until(2*time.Minute, "worked", func() bool { return len(r.steps("m1")) > 0 })
				r.ready("m1")
				name := step
				if name == "" {
					name = "reinitialise"
				}
				r.wantSteps("m1", name+"+")
				w := r.wires["m1"]
				for write, want := range map[string]bool{"AT+CFUN=0\r\n": name == "radio", "AT+CFUN=1,1\r\n": name == "reset"} {
					if got := w.count(write) > 0; got != want {
						t.Errorf("%q written: %t, want %t", write, got, want)
					}
				}
				outside := map[string][]string{"usb": {"usb 1-1.2"}, "port": {"port 1-1.2"}, "power": {"power"}}[name]
				if got := l.pulled(); !slices.Equal(got, outside) {
					t.Errorf("pulled %q, want %q", got, outside)
				}
				if _, err := r.send("m1", "hello"); err != nil {
					t.Errorf("Send = %v", err)
				}
			})
		})
	}
}

func TestRestartThatCannotBe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{})
		defer r.end()
		r.ready("m1")
		for _, tc := range []struct{ way, step, want string }{
			{"m9", "", `no modem "m9"`}, {"m1", "prayer", "there are: reinitialise, radio"}, {"m1", "power", "no power line"}, {"m1", "usb", "no USB port"},
		} {
			if err := r.pool.Restart(t.Context(), tc.way, tc.step); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("Restart(%s, %s) = %v, want %q", tc.way, tc.step, err, tc.want)
			}
		}
		r.ready("m1")
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := r.pool.Restart(ctx, "m1", ""); !errors.Is(err, context.Canceled) {
			t.Errorf("Restart = %v", err)
		}
		if w := r.way("m1"); !w.Ready {
			t.Errorf("way = %+v", w)
		}
		if _, err := r.send("m1", "hello"); err != nil {
			t.Errorf("Send = %v", err)
		}
	})
}

func TestRestartFinishesTheSegment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{Latency: 30 * time.Second})
		defer r.end()
		r.ready("m1")
		done := make(chan error, 1)
		go func() {
			refs, err := r.send("m1", long(2))
			var e *sms.SendError
			if len(refs) != 1 || !errors.As(err, &e) || e.Doubt || e.Verdict != sms.Reroute {
				done <- fmt.Errorf("%d refs, %w", len(refs), err)
				return
			}
			done <- nil
		}()
		r.rest(2 * time.Second)
		if err := r.pool.Restart(t.Context(), "m1", ""); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		if n := len(r.net.Segments()); n != 1 {
			t.Errorf("%d segments at the network", n)
		}
		r.ready("m1")
	})
}

func TestRestartOfAParkedModem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := pinRig(t, modemsim.ModemConfig{PIN: "1234"}, "")
		defer r.end()
		r.parked()
		opened := r.wires["m1"].times()
		if err := r.pool.Restart(t.Context(), "m1", ""); err != nil {
			t.Error(err)
		}
		r.parked()
		if n := r.wires["m1"].times(); n != opened+1 {
			t.Errorf("opened %d times, want %d", n, opened+1)
		}
	})
}

// Whatever befalls a modem, and however often it is restarted, each segment the
// caller holds a reference of is at the network once, and none is there that
// nobody knows of but for those told as doubt.
func TestNothingIsLostOrDoubledThroughRecoveries(t *testing.T) {
	const seed = 20261120
	synctest.Test(t, func(t *testing.T) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		r, l := levered(t, modemsim.ModemConfig{Family: "quectel", Latency: 3 * time.Second, BootTime: 4 * time.Second})
		defer r.end()
		r.ready("m1")
		sim := r.modems["m1"]
		l.on(func(string) { sim.ClearFaults() })
		stop, stopped := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(stopped)
			faults := []string{"silence", "wedged", "deaf", "reboot", "hangup 3s", "unplug 8s", "late 20s", "lostfinal", "noprompt", "error 515 3", "takegone", "takesilent"}
			for {
				select {
				case <-stop:
					return
				case <-time.After(time.Duration(20+rnd.IntN(120)) * time.Second):
				}
				if rnd.IntN(3) == 0 {
					_ = r.pool.Restart(t.Context(), "m1", modem.Steps()[rnd.IntN(len(modem.Steps()))])
					continue
				}
				f := faults[rnd.IntN(len(faults))]
				if err := sim.Fault(f); err != nil {
					t.Errorf("%s: %v", f, err)
				}
			}
		}()
		known, doubts := 0, 0
		for n := 0; n < 400; {
			r.until(3*time.Hour, "ready", func() bool { return r.way("m1").Ready })
			text := fmt.Sprintf("message %d", n)
			a := attempt(text)
			a.To = sms.Number(fmt.Sprintf("+44770090%04d", n))
			refs, err := r.pool.Send(t.Context(), "m1", a)
			var e *sms.SendError
			switch {
			case err == nil:
				known += len(refs)
				if c := r.net.Copies(string(a.To), text); c != 1 {
					t.Errorf("seed %d: %s: %d copies at the network of a message that was taken", seed, text, c)
				}
				n++
			case errors.As(err, &e) && e.Doubt:
				doubts++
				n++
			default:
				if c := r.net.Copies(string(a.To), text); c != 0 {
					t.Errorf("seed %d: %s: at the network though %v", seed, text, err)
				}
				r.rest(time.Second)
			}
		}
		close(stop)
		<-stopped
		sim.ClearFaults()
		r.until(3*time.Hour, "ready", func() bool { return r.way("m1").Ready })
		if n := len(r.net.Segments()); n < known || n > known+doubts {
			t.Errorf("seed %d: %d segments at the network, %d known and %d in doubt", seed, n, known, doubts)
		}
		if doubts > 60 {
			t.Errorf("seed %d: %d doubts", seed, doubts)
		}
	})
}

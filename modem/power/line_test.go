package power_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpiotest"

	"github.com/pigeon-sms/pigeon/modem/power"
)

// kinds are the lines without a toggle, each with the levels of a cycle.
var kinds = []struct {
	name       string
	cfg        power.Config
	rest, away gpio.Level
	takes      time.Duration
}{
	{"a relay", power.Config{Kind: power.Cut}, gpio.High, gpio.Low, 5 * time.Second},
	{"a relay, active low", power.Config{Kind: power.Cut, ActiveLow: true}, gpio.Low, gpio.High, 5 * time.Second},
	{"a relay with its time", power.Config{Kind: power.Cut, Off: 7 * time.Second}, gpio.High, gpio.Low, 7 * time.Second},
	{"a reset", power.Config{Kind: power.Pulse}, gpio.Low, gpio.High, 300 * time.Millisecond},
	{"a reset, active low", power.Config{Kind: power.Pulse, ActiveLow: true}, gpio.High, gpio.Low, 300 * time.Millisecond},
	{"a reset with its time", power.Config{Kind: power.Pulse, Pulse: 2500 * time.Millisecond}, gpio.Low, gpio.High, 2500 * time.Millisecond},
}

func TestCycleLeavesAndComesBack(t *testing.T) {
	for _, tc := range kinds {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				pin := newRecorder()
				l := newLine(t, pin, tc.cfg)
				pin.wants(t, fmt.Sprint("0s ", tc.rest)) // nothing but the resting level at start
				if err := l.Cycle(t.Context()); err != nil {
					t.Fatal(err)
				}
				pin.wants(t, fmt.Sprint("0s ", tc.rest), fmt.Sprint("0s ", tc.away), fmt.Sprint(tc.takes, " ", tc.rest))
				if got, want := l.Settle(), 30*time.Second; got != want {
					t.Errorf("got settle %s, want %s", got, want)
				}
			})
		})
	}
}

// Without a toggle, Restart asks nobody, and CycleIfDead spares the living.
func TestRestartWithoutToggleIsACycle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pin := newRecorder()
		l := newLine(t, pin, power.Config{Kind: power.Cut, Off: 2 * time.Second})
		if err := l.Restart(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if err := l.CycleIfDead(t.Context(), func(context.Context) bool { return true }); err != nil {
			t.Fatal(err)
		}
		pin.wants(t, "0s High", "0s Low", "2s High")
		if err := l.CycleIfDead(t.Context(), func(context.Context) bool { return false }); err != nil {
			t.Fatal(err)
		}
		pin.wants(t, "0s High", "0s Low", "2s High", "4s Low", "6s High") // 2 s of questions
	})
}

func TestCancelledCycleComesBackFirst(t *testing.T) {
	for _, tc := range kinds {
		for _, after := range []time.Duration{0, 1, time.Millisecond, tc.takes / 2, tc.takes - 1} {
			t.Run(fmt.Sprint(tc.name, " after ", after), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					pin := newRecorder()
					l := newLine(t, pin, tc.cfg)
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					want := []string{fmt.Sprint("0s ", tc.rest)}
					if after == 0 {
						cancel() // before it began: nothing moves
					} else {
						time.AfterFunc(after, cancel)
						want = append(want, fmt.Sprint("0s ", tc.away), fmt.Sprint(after, " ", tc.rest))
					}
					if err := l.Cycle(ctx); err != context.Canceled {
						t.Errorf("got error %v, want %v", err, context.Canceled)
					}
					pin.wants(t, want...)
					if err := l.Cycle(t.Context()); err != nil {
						t.Errorf("the next cycle: %v", err)
					}
				})
			})
		}
	}
}

func TestDeadlineEndsACycle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pin := newRecorder()
		l := newLine(t, pin, power.Config{Kind: power.Cut})
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		if err := l.Cycle(ctx); err != context.DeadlineExceeded {
			t.Errorf("got error %v, want %v", err, context.DeadlineExceeded)
		}
		pin.wants(t, "0s High", "0s Low", "1.5s High")
	})
}

func TestSecondCycleIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pin := newRecorder()
		l := newLine(t, pin, power.Config{Kind: power.Cut, Name: "hub"})
		first := make(chan error)
		go func() { first <- l.Cycle(context.Background()) }()
		synctest.Wait()
		never := func(context.Context) bool { t.Error("asked while busy"); return true }
		for what, err := range map[string]error{
			"Cycle": l.Cycle(t.Context()), "Restart": l.Restart(t.Context(), never),
			"CycleIfDead": l.CycleIfDead(t.Context(), never), "Close": l.Close(),
		} {
			if !errors.Is(err, power.ErrBusy) || !strings.Contains(err.Error(), "power hub: ") {
				t.Errorf("%s: got error %v, want busy, of power hub", what, err)
			}
		}
		if err := <-first; err != nil {
			t.Fatal(err)
		}
		pin.wants(t, "0s High", "0s Low", "5s High")
		if pin.closed != 0 {
			t.Error("a busy line was closed")
		}
	})
}

func TestClosedLineMovesNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pin := newRecorder()
		l := newLine(t, pin, power.Config{Kind: power.Pulse, Toggle: true})
		for range 2 {
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if pin.closed != 1 {
			t.Errorf("got %d closes, want 1", pin.closed)
		}
		dead := func(context.Context) bool { return false }
		if err := l.Restart(t.Context(), dead); !errors.Is(err, power.ErrClosed) {
			t.Errorf("got error %v, want closed", err)
		}
		pin.wants(t, "0s Low")
	})
}

func TestRefusedLevels(t *testing.T) {
	no := errors.New("remote I/O error")
	for _, tc := range []struct {
		name   string
		refuse func(try int) bool
		cancel time.Duration
		want   []string
		errs   []error
	}{
		{"the way out, so it is put back", func(try int) bool { return try == 2 }, 0,
			[]string{"0s High", "0s refused Low", "0s High"}, []error{no}},
		{"the way back, twice", func(try int) bool { return try == 3 || try == 4 }, 0,
			[]string{"0s High", "0s Low", "5s refused High", "5.1s refused High", "5.2s High"}, nil},
		{"the way back, twice, cancelled", func(try int) bool { return try == 3 || try == 4 }, time.Second,
			[]string{"0s High", "0s Low", "1s refused High", "1.1s refused High", "1.2s High"}, []error{context.Canceled}},
		{"the way back, for good", func(try int) bool { return try > 2 }, 0,
			[]string{"0s High", "0s Low", "5s refused High", "5.1s refused High", "5.2s refused High"}, []error{no}},
		{"the way back, for good, cancelled", func(try int) bool { return try > 2 }, time.Second,
			[]string{"0s High", "0s Low", "1s refused High", "1.1s refused High", "1.2s refused High"}, []error{no, context.Canceled}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				pin := newRecorder()
				pin.refuse = func(try int) error {
					if tc.refuse(try) {
						return no
					}
					return nil
				}
				l := newLine(t, pin, power.Config{Kind: power.Cut})
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if tc.cancel > 0 {
					time.AfterFunc(tc.cancel, cancel)
				}
				err := l.Cycle(ctx)
				if len(tc.errs) == 0 && err != nil {
					t.Errorf("got error %v, want none", err)
				}
				for _, want := range tc.errs {
					if !errors.Is(err, want) {
						t.Errorf("got error %v, want %v in it", err, want)
					}
				}
				pin.wants(t, tc.want...)
			})
		})
	}
}

func TestLineThatCannotRestIsNoLine(t *testing.T) {
	no := errors.New("remote I/O error")
	pin := newRecorder()
	pin.refuse = func(int) error { return no }
	if _, err := power.NewLine(pin, power.Config{Kind: power.Cut}); !errors.Is(err, no) || !strings.Contains(err.Error(), "power GPIO17: ") {
		t.Errorf("got error %v, want %v, of power GPIO17", err, no)
	}
	if _, err := power.NewLine(pin, power.Config{Kind: "relay"}); err == nil || !strings.Contains(err.Error(), "power.kind") {
		t.Errorf("got error %v, want one of power.kind", err)
	}
}

// Any pin of periph's will do, also one that cannot be closed.
func TestForeignPin(t *testing.T) {
	pin := &gpiotest.Pin{N: "P1_11", Num: 17}
	l := newLine(t, pin, power.Config{Kind: power.Cut})
	if got, want := pin.Read(), gpio.High; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := l.String(), "P1_11"; got != want {
		t.Errorf("got name %s, want %s", got, want)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if got, want := pin.Read(), gpio.High; got != want {
		t.Errorf("closed: got %s, want %s", got, want)
	}
}

// A line gets other settings while its pin stays held, and leaves its level only
// where they say so.
func TestLineWithOtherSettings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pin := newRecorder()
		old := newLine(t, pin, power.Config{Kind: power.Cut})
		l, err := old.With(power.Config{Kind: power.Cut, Off: 7 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		if err := old.Cycle(t.Context()); !errors.Is(err, power.ErrClosed) {
			t.Errorf("the old line: got %v, want ErrClosed", err)
		}
		if err := l.Cycle(t.Context()); err != nil {
			t.Fatal(err)
		}
		pin.wants(t, "0s High", "0s High", "0s Low", "7s High")
		if _, err := l.With(power.Config{Kind: "lever"}); err == nil {
			t.Error("impossible settings were taken")
		}
		done := make(chan error)
		go func() { done <- l.Cycle(t.Context()) }()
		synctest.Wait()
		if _, err := l.With(power.Config{Kind: power.Cut}); !errors.Is(err, power.ErrBusy) {
			t.Errorf("in the middle of a cycle: got %v, want ErrBusy", err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

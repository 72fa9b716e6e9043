package power_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpiotest"

	"github.com/pigeon-sms/pigeon/modem/power"
)

// A recorder is a pin that notes each level it is given, and when. A level the
// line has already is noted as well.
type recorder struct {
	gpiotest.Pin
	start  time.Time
	refuse func(try int) error // may refuse the try-th call, counted from 1

	mu     sync.Mutex
	tries  int
	levels []string // "0s High"
	last   gpio.Level
	closed int
}

func newRecorder() *recorder {
	return &recorder{Pin: gpiotest.Pin{N: "GPIO17", Num: 17}, start: time.Now()}
}

func (r *recorder) Out(l gpio.Level) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tries++
	if r.refuse != nil {
		if err := r.refuse(r.tries); err != nil {
			r.levels = append(r.levels, fmt.Sprintf("%s refused %s", time.Since(r.start), l))
			return err
		}
	}
	r.last = l
	r.levels = append(r.levels, fmt.Sprintf("%s %s", time.Since(r.start), l))
	return r.Pin.Out(l)
}

func (r *recorder) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed++
	return nil
}

// wants compares what was noted.
func (r *recorder) wants(t *testing.T, want ...string) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Equal(r.levels, want) {
		t.Errorf("got levels %q, want %q", r.levels, want)
	}
}

func (r *recorder) level() gpio.Level {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last
}

func newLine(t *testing.T, pin gpio.PinOut, cfg power.Config) *power.Line {
	t.Helper()
	l, err := power.NewLine(pin, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

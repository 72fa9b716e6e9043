package modem_test

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/modem"
	"github.com/pigeon-sms/pigeon/modem/modemsim"
)

const awayKey = "usb/away"

// copied is the memory as a process that starts now would find it.
func (f *remembering) copied() *remembering {
	f.mu.Lock()
	defer f.mu.Unlock()
	return &remembering{m: maps.Clone(f.m)}
}

// A process is killed while a device is away: the next one, which knows no
// more than what is on disk, gives it back.
func TestDeviceLeftAwayIsGivenBack(t *testing.T) {
	for _, step := range []string{modem.StepUSB, modem.StepPort} {
		t.Run(step, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mem := &remembering{}
				var killed *remembering // as it was in that moment
				l := &levers{}
				l.on(func(string) { killed = mem.copied() })
				cfg := l.config()
				cfg.Memory = mem
				r := newRig(t, cfg, modemsim.ModemConfig{Name: "m1"})
				r.plug(stick("1-1.2", "x0", "x1", "m1"))
				r.ready("m1")
				if err := r.pool.Restart(t.Context(), "m1", step); err != nil {
					t.Fatal(err)
				}
				if got := killed.get(awayKey); got != `["1-1.2"]` {
					t.Errorf("remembered %q while it was away", got)
				}
				if got := mem.get(awayKey); got != "" {
					t.Errorf("remembered %q when it was back", got)
				}
				r.end()

				var given []string
				cfg.Memory = killed
				cfg.Restore = func(path string) (bool, error) {
					given = append(given, path)
					return true, nil
				}
				r.begin(cfg)
				r.ready("m1")
				r.end()
				if strings.Join(given, " ") != "1-1.2" || killed.get(awayKey) != "" {
					t.Errorf("given back %q, still remembered %q", given, killed.get(awayKey))
				}
				if !strings.Contains(r.log(), "was away when the gateway was killed") {
					t.Error("the log does not tell")
				}
			})
		})
	}
}

// What could not be given back is tried again at the next start.
func TestDeviceThatCannotBeGivenBackIsNotForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mem := &remembering{m: map[string][]byte{awayKey: []byte(`["1-1.2","1-1.3"]`)}}
		r := newRig(t, modem.Config{Memory: mem, Restore: func(path string) (bool, error) {
			if path == "1-1.2" {
				return false, errors.New("stuck")
			}
			return false, nil
		}})
		r.rest(time.Second)
		r.end()
		if got := mem.get(awayKey); got != `["1-1.2"]` {
			t.Errorf("remembered %q, want the one that is stuck", got)
		}
		if !strings.Contains(r.log(), "stuck") || strings.Contains(r.log(), "was killed") {
			t.Errorf("the log says %s", r.log())
		}
	})
}

// What cannot be remembered is not done: nobody would give the device back.
func TestDeviceIsNotTakenAwayUnnoted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mem, l := &remembering{}, &levers{}
		cfg := l.config()
		cfg.Memory = mem
		r := newRig(t, cfg, modemsim.ModemConfig{Name: "m1"})
		defer r.end()
		r.plug(stick("1-1.2", "x0", "x1", "m1"))
		r.ready("m1")
		mem.mu.Lock()
		mem.fail = errors.New("disk full")
		mem.mu.Unlock()
		err := r.pool.Restart(context.Background(), "m1", modem.StepUSB)
		if err == nil || !strings.Contains(err.Error(), "disk full") || len(l.pulled()) != 0 {
			t.Errorf("Restart = %v, done %q", err, l.pulled())
		}
	})
}

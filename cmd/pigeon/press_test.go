package main

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/gpio"

	"github.com/pigeon-sms/pigeon/modem"
	"github.com/pigeon-sms/pigeon/modem/modemsim"
	"github.com/pigeon-sms/pigeon/modem/power"
	"github.com/pigeon-sms/pigeon/modem/profile"
	"github.com/pigeon-sms/pigeon/modem/usb"
)

// A presses is a pin that notes for how long it was high, and since when it had
// been low.
type presses struct {
	gpio.PinOut
	since       time.Time
	high        bool
	held, apart []time.Duration
}

func (p *presses) Out(l gpio.Level) error {
	d := time.Since(p.since)
	switch {
	case bool(l) && !p.high:
		p.apart = append(p.apart, d)
	case !bool(l) && p.high:
		p.held = append(p.held, d)
	}
	p.high, p.since = bool(l), time.Now()
	return nil
}

func (p *presses) Name() string { return "GPIO4" }

func pressed(t *testing.T, cfg power.Config) (*presses, *power.Line) {
	t.Helper()
	p := &presses{PinOut: gpio.INVALID, since: time.Now()}
	l, err := power.NewLine(p, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return p, l
}

func TestKeyIsPressedAsTheFamilyWants(t *testing.T) {
	k := profile.Key{On: 500 * time.Millisecond, Off: 700 * time.Millisecond, Gone: 20 * time.Second, Rest: time.Second, Reset: 2600 * time.Millisecond}
	for _, tc := range []struct {
		serial bool
		apart  time.Duration // from the release to the next press: two more noes, and off
	}{
		{false, 2*time.Second + 3*time.Second},
		{true, 2*time.Second + 23*time.Second}, // silent long before it is off
	} {
		synctest.Test(t, func(t *testing.T) {
			p, l := pressed(t, power.Config{Kind: power.Pulse, Toggle: true})
			alive := func(context.Context) bool { return len(p.held) != 1 }
			if err := (&toggle{l, alive, tc.serial}).Press(t.Context(), k); err != nil {
				t.Fatal(err)
			}
			if want := []time.Duration{k.Off, k.On}; !slices.Equal(p.held, want) || p.apart[1] != tc.apart {
				t.Errorf("serial %t: held %v, want %v; apart %v, want %v", tc.serial, p.held, want, p.apart[1], tc.apart)
			}
		})
		synctest.Test(t, func(t *testing.T) {
			p, l := pressed(t, power.Config{Kind: power.Pulse, Toggle: true})
			start := time.Now()
			stays := func(context.Context) bool { return true }
			if err := (&toggle{l, stays, tc.serial}).Press(t.Context(), k); !errors.Is(err, power.ErrOn) {
				t.Errorf("got %v, want %v", err, power.ErrOn)
			}
			if d := time.Since(start); d < k.Gone || d > k.Gone+20*time.Second || len(p.held) != 1 {
				t.Errorf("given up after %v and %d presses", d, len(p.held))
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		p, l := pressed(t, power.Config{Kind: power.Pulse})
		if err := (reset{l}).Press(t.Context(), k); err != nil || !slices.Equal(p.held, []time.Duration{k.Reset}) {
			t.Errorf("held %v, %v; want %v", p.held, err, k.Reset)
		}
	})
	var _ modem.Keyed = reset{}
	var _ modem.Keyed = &toggle{}
}

// A serial line is there whether the modem is on or off.
func TestSignOfLife(t *testing.T) {
	scan := func() ([]usb.Device, error) { return []usb.Device{{Path: "1-1.2"}}, nil }
	file := filepath.Join(t.TempDir(), "ttyAMA0") // exists, and answers nothing
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		m    modem.ModemConfig
		want bool
	}{
		{modem.ModemConfig{USB: "1-1.2"}, true},
		{modem.ModemConfig{USB: "1-1.3"}, false},
		{modem.ModemConfig{Port: file}, false},
		{modem.ModemConfig{Port: "/dev/ttyUSB-none"}, false},
		{modem.ModemConfig{Port: server(t, true)}, true},
		{modem.ModemConfig{Port: server(t, false)}, false},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		if got := there(tc.m, scan)(ctx); got != tc.want {
			t.Errorf("%+v: got %t, want %t", tc.m, got, tc.want)
		}
		cancel()
	}
	for port, want := range map[string]bool{
		"/dev/ttyUSB2": true, "/dev/ttyACM0": true, "/dev/serial/by-path/x": true, "/dev/ttyAMA0": false, "/dev/serial0": false, "tcp://h:1": false, "": false,
	} {
		if onBus(port) != want {
			t.Errorf("%q is on the bus: %t", port, !want)
		}
	}
}

// server is a serial server with a modem behind it, which is on or off.
func server(t *testing.T, on bool) (port string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	sim := modemsim.NewModem(modemsim.ModemConfig{Name: "m"}, modemsim.NewNetwork(modemsim.NetworkConfig{}))
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { c.Close() })
			if on {
				go sim.Serve(t.Context(), c)
			}
		}
	}()
	return "tcp://" + l.Addr().String()
}

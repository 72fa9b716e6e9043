package modem_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/modem"
	"github.com/pigeon-sms/pigeon/modem/modemsim"
	"github.com/pigeon-sms/pigeon/modem/usb"
	"github.com/pigeon-sms/pigeon/sms"
)

// A rig is a pool over simulated modems, in a bubble. Ports are the modems'
// names.
type rig struct {
	t      *testing.T
	net    *modemsim.Network
	modems map[string]*modemsim.Modem
	wires  map[string]*wire
	core   *core
	pool   *modem.Pool
	dial   func() io.ReadWriteCloser // in place of the simulated modems
	callee modem.Gateway             // in place of core

	mu      sync.Mutex
	logged  bytes.Buffer
	devices []usb.Device
	stop    func()
}

// wire is what went through the ports of one modem.
type wire struct {
	mu     sync.Mutex
	writes []string // each write of the host's
	hook   func(write string)
	opened int
}

func (w *wire) note(b []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writes = append(w.writes, string(b))
	if w.hook != nil {
		w.hook(string(b))
	}
}

// on has f called with each write from now on.
func (w *wire) on(f func(write string)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hook = f
}

// count returns how many writes so far begin with a prefix.
func (w *wire) count(prefix string) (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.writes {
		if strings.HasPrefix(s, prefix) {
			n++
		}
	}
	return n
}

func (w *wire) all() int { return len(w.lines()) }

func (w *wire) lines() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.writes)
}

// times returns how often the port was opened.
func (w *wire) times() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.opened
}

// forget starts the counting again.
func (w *wire) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writes = nil
}

// newRig makes modems, and the pool over them that cfg describes. Modems that
// cfg does not name are plugged in nowhere.
func newRig(t *testing.T, cfg modem.Config, modems ...modemsim.ModemConfig) *rig {
	r := &rig{
		t: t, net: modemsim.NewNetwork(modemsim.NetworkConfig{}), modems: map[string]*modemsim.Modem{},
		wires: map[string]*wire{}, core: newCore(),
	}
	for i, m := range modems {
		if m.Index == 0 {
			m.Index = i + 1
		}
		r.modems[m.Name] = modemsim.NewModem(m, r.net)
		r.wires[m.Name] = &wire{}
	}
	r.begin(cfg)
	return r
}

// one is a rig of one modem, "m1", on a port of its own.
func one(t *testing.T, sim modemsim.ModemConfig) *rig {
	sim.Name = "m1"
	return newRig(t, modem.Config{Modems: []modem.ModemConfig{{Name: "m1", Port: "m1"}}}, sim)
}

// begin starts a pool; after end, another process.
func (r *rig) begin(cfg modem.Config) {
	r.t.Helper()
	if err := cfg.Validate(); err != nil {
		r.t.Fatalf("config: %v", err)
	}
	cfg.Open, cfg.Scan = r.open, r.scan
	r.pool = modem.New(cfg, slog.New(slog.NewTextHandler(logWriter{r}, &slog.HandlerOptions{Level: slog.LevelDebug})))
	r.pool.Gateway = r.core
	if r.callee != nil {
		r.pool.Gateway = r.callee
	}
	ctx, cancel := context.WithCancel(r.t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := r.pool.Run(ctx); err != nil {
			r.t.Errorf("Run: %v", err)
		}
	}()
	r.stop = func() { cancel(); <-done }
}

// end stops the pool.
func (r *rig) end() { r.stop() }

// logWriter keeps the log, and fails the test for what must never happen.
type logWriter struct{ r *rig }

func (w logWriter) Write(b []byte) (int, error) {
	w.r.mu.Lock()
	defer w.r.mu.Unlock()
	if bytes.Contains(b, []byte("state out of order")) {
		w.r.t.Errorf("%s", b)
	}
	return w.r.logged.Write(b)
}

func (r *rig) log() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.logged.String()
}

// openSim opens a pipe with a simulated modem at its end.
func (r *rig) openSim(_ context.Context, path string) (io.ReadWriteCloser, error) {
	m, w := r.modems[path], r.wires[path]
	if m == nil {
		return nil, fmt.Errorf("open %s: %w", path, fs.ErrNotExist)
	}
	back, cancel := context.WithTimeout(r.t.Context(), time.Nanosecond)
	defer cancel()
	if m.Back(back) != nil {
		return nil, fmt.Errorf("open %s: %w", path, fs.ErrNotExist)
	}
	host, line := net.Pipe()
	w.mu.Lock()
	w.opened++
	w.mu.Unlock()
	go m.Serve(r.t.Context(), line)
	return &tapped{host, w}, nil
}

func (r *rig) scan() ([]usb.Device, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.devices, nil
}

func (r *rig) plug(devices ...usb.Device) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.devices = devices
}

type tapped struct {
	net.Conn
	w *wire
}

func (t *tapped) Write(b []byte) (int, error) {
	t.w.note(b)
	return t.Conn.Write(b)
}

// way returns a way by name.
func (r *rig) way(name string) sms.Way {
	for _, w := range r.pool.Ways() {
		if w.Name == name {
			return w
		}
	}
	return sms.Way{State: "none"}
}

// until polls for cond; false time makes that cheap.
func (r *rig) until(within time.Duration, what string, cond func() bool) {
	r.t.Helper()
	end := time.Now().Add(within)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		synctest.Wait()
		if cond() {
			return
		}
		if time.Now().After(end) {
			r.t.Fatalf("%s: not in %v; ways %s\nlog:\n%s", what, within, r.describe(), tail(r.log(), 4000))
		}
		<-tick.C
	}
}

func tail(s string, n int) string { return s[max(0, len(s)-n):] }

func (r *rig) describe() string {
	s := ""
	for _, w := range r.pool.Ways() {
		s += fmt.Sprintf("[%s %s %q]", w.Name, w.State, w.Why)
	}
	return s
}

func (r *rig) ready(names ...string) {
	r.t.Helper()
	for _, name := range names {
		r.until(2*time.Minute, name+" ready", func() bool { return r.way(name).State == "ready" })
	}
}

// rest lets time pass.
func (r *rig) rest(d time.Duration) {
	t := time.NewTimer(d)
	<-t.C
	synctest.Wait()
}

// send sends a text through a modem.
func (r *rig) send(way, text string) ([]sms.Ref, error) {
	return r.pool.Send(r.t.Context(), way, attempt(text))
}

func attempt(text string) *sms.Attempt {
	return &sms.Attempt{Message: &sms.Message{
		ID: "t", To: "+447700900123", Text: text, Encoding: sms.EncodingAuto, Receipt: true, Concat: 7,
	}, N: 1}
}

// long is a text of n segments of GSM 7-bit characters.
func long(n int) string { return strings.Repeat("x", 153*n-10) }

func (r *rig) deliver(to, from, text string) {
	r.t.Helper()
	if _, err := r.net.Deliver(to, from, text, modemsim.Delivery{}); err != nil {
		r.t.Fatalf("deliver: %v", err)
	}
}

func (r *rig) fault(name, words string) {
	r.t.Helper()
	if err := r.modems[name].Fault(words); err != nil {
		r.t.Fatalf("fault: %v", err)
	}
}

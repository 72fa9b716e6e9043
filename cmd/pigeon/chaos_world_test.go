package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/gateway"
	"github.com/pigeon-sms/pigeon/modem"
	"github.com/pigeon-sms/pigeon/modem/modemsim"
	"github.com/pigeon-sms/pigeon/modem/profile"
	"github.com/pigeon-sms/pigeon/modem/usb"
	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/store"
)

// A chaos is eight simulated modems on a bus that loses them, with the real
// store, core and pool over them, in a bubble of false time.
type chaos struct {
	t    *testing.T
	seed uint64
	net  *modemsim.Network
	toys []*toy
	db   *store.DB
	gw   *gateway.Gateway
	pool *modem.Pool
	said *slog.Logger
	ctx  context.Context
	busy sync.WaitGroup // what the world has begun

	hotplug chan struct{} // room for one: a device came or went
	stir    chan struct{} // room for one: some way is other than it was

	mu      sync.Mutex
	rand    *rand.Rand // of what is sent
	disk    *rand.Rand // of when it is in trouble
	strikes []*strike
	steps   []modem.Step
	sent    map[string]*letter // by recipient
	posted  []posted
	log     strings.Builder
}

// A toy is one simulated modem, as the world around it sees it.
type toy struct {
	w    *chaos
	name string
	path string // its USB port; empty: it stands on a serial line
	sim  *modemsim.Modem
	cfg  modemsim.ModemConfig
	id   usb.Device

	mu     sync.Mutex
	opened []time.Time
	writes []written
	cuts   []time.Time // of its power
	ready  []turning   // of its way
	dead   bool        // for good
}

// written is a write of the host's.
type written struct {
	at    time.Time
	pdu   bool      // it ended with Ctrl-Z
	heard time.Time // when something was read after it; zero: nothing was
}

type turning struct {
	at    time.Time
	ready bool
	state string
}

// families are one modem of each kind of trouble: sticks whose USB port can be
// switched, modules with a power line of their own, and two on serial lines that
// share one.
var chaosFamilies = []string{"huawei", "huawei-lte", "zte", "quectel", "simcom-lte", "sierra", "simcom-2g", "wavecom"}

func newChaos(t *testing.T, seed uint64) *chaos {
	w := &chaos{
		t: t, seed: seed, rand: rand.New(rand.NewPCG(seed, 0)), disk: rand.New(rand.NewPCG(seed, 300)),
		net:     modemsim.NewNetwork(modemsim.NetworkConfig{ReportDelay: 4 * time.Second, Rules: chaosRules}),
		hotplug: make(chan struct{}, 1), stir: make(chan struct{}, 1), sent: map[string]*letter{},
	}
	for i, family := range chaosFamilies {
		y := &toy{w: w, name: fmt.Sprintf("m%d", i)}
		cfg := modemsim.ModemConfig{Name: y.name, Index: i + 1, Family: family, Lifelike: true, Seed: seed}
		y.sim = modemsim.NewModem(cfg, w.net)
		y.cfg = y.sim.Config()
		y.id = usb.Device{Path: fmt.Sprintf("1-1.%d", i+1), Vendor: 0x0403, Product: 0x6001, Interfaces: []usb.Interface{{Driver: "ftdi_sio"}}}
		if p := profile.ByIdentity(y.cfg.Manufacturer, y.cfg.Model); y.serial() {
			y.path = ""
		} else {
			y.path = y.id.Path
			l := p.Layouts[0]
			vendor, product, _ := strings.Cut(l.IDs[0], ":")
			y.id.Vendor, y.id.Product = hex16(vendor), hex16(product)
			y.id.Interfaces = []usb.Interface{{Driver: "option"}}
			if len(l.AT) > 0 {
				y.id.Interfaces[0].Number = l.AT[0]
			}
		}
		w.toys = append(w.toys, y)
	}
	return w
}

func hex16(s string) uint16 {
	n, err := strconv.ParseUint(s, 16, 16)
	if err != nil {
		panic(err)
	}
	return uint16(n)
}

func (y *toy) serial() bool { return y.cfg.Family == "simcom-2g" || y.cfg.Family == "wavecom" }

// tty is the name the modem stands under now.
func (y *toy) tty() string { return "/chaos/" + y.sim.Port() }

// A socket is a power line with the modems on it.
type socket struct{ toys []*toy }

// Cycle cuts the power, restores it, and returns when it is back.
func (s *socket) Cycle(ctx context.Context) error {
	for _, y := range s.toys {
		y.sim.Power(false)
		y.mu.Lock()
		y.cuts = append(y.cuts, time.Now())
		y.mu.Unlock()
	}
	err := pass(ctx, 2*time.Second)
	for _, y := range s.toys {
		y.sim.Power(true)
		y.w.begin(func() {
			if y.sim.Back(y.w.ctx) == nil {
				y.w.plugged()
			}
		})
	}
	return err
}

// run starts the real parts over the world. What it returns stops them in order
// and closes the store.
func (w *chaos) run() (stop func()) {
	w.t.Helper()
	var err error
	if w.db, err = store.Open(store.Config{Dir: w.t.TempDir(), MaxSize: 256 << 20}); err != nil {
		w.t.Fatal(err)
	}
	// A follower who has passed nothing keeps the journal whole.
	if err := w.db.Passed(w.t.Context(), "chaos", 0); err != nil {
		w.t.Fatal(err)
	}
	cfg := modem.Config{
		Open: w.open, Scan: w.scan, Watch: w.watch, Reset: w.reset, CyclePort: w.cyclePort, Memory: w.db,
	}
	shared := &socket{}
	for _, y := range w.toys {
		c := modem.ModemConfig{Name: y.name, USB: y.path}
		switch {
		case y.serial():
			c.Port = y.tty()
			shared.toys = append(shared.toys, y)
			c.Power = shared
		case !y.stick():
			c.Power = &socket{[]*toy{y}}
		}
		cfg.Modems = append(cfg.Modems, c)
	}
	if err := cfg.Validate(); err != nil {
		w.t.Fatal(err)
	}
	gcfg := gateway.Config{Name: "chaos", Country: "GB", ReportWait: chaosReportWait, AssembleWait: chaosAssembleWait, Keep: sms.Retention{Count: 1 << 20, Age: 1000 * time.Hour}}
	if err := gcfg.Validate(); err != nil {
		w.t.Fatal(err)
	}
	said := &chaosLog{w: w}
	if name := os.Getenv("CHAOSLOG"); name != "" {
		f, err := os.Create(name)
		if err != nil {
			w.t.Fatal(err)
		}
		w.t.Cleanup(func() { f.Close() })
		said.file = f
	}
	log := slog.New(slog.NewTextHandler(said, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w.said = log
	w.pool = modem.New(cfg, log)
	w.gw = gateway.New(gcfg, w.db, []gateway.Sender{w.pool}, log)
	w.pool.Gateway = chaosCore{core{w.gw}, w}

	world, endWorld := context.WithCancel(w.t.Context())
	w.ctx = world
	above, endAbove := context.WithCancel(world)
	below, endBelow := context.WithCancel(world)
	var gone, pooled sync.WaitGroup
	gone.Go(func() {
		if err := w.gw.Run(above); err != nil {
			w.t.Errorf("gateway: %v", err)
		}
	})
	pooled.Go(func() {
		if err := w.pool.Run(below); err != nil {
			w.t.Errorf("pool: %v", err)
		}
	})
	w.begin(func() { w.sample(world) })
	return func() {
		endAbove()
		gone.Wait()
		endBelow()
		pooled.Wait()
		endWorld()
		w.busy.Wait()
	}
}

// begin has the world do something in the background.
func (w *chaos) begin(f func()) { w.busy.Go(f) }

// stick reports whether the modem has no power line, and a USB port that can be
// switched.
func (y *toy) stick() bool {
	return strings.HasPrefix(y.cfg.Family, "huawei") || strings.HasPrefix(y.cfg.Family, "zte")
}

// chaosCore is the core as the pool sees it, with an ear in between.
type chaosCore struct {
	core
	w *chaos
}

// Changed tells the core and the world.
func (c chaosCore) Changed() {
	select {
	case c.w.stir <- struct{}{}:
	default:
	}
	c.core.Changed()
}

// Recovered tells the core and the world.
func (c chaosCore) Recovered(s modem.Step) {
	c.w.mu.Lock()
	c.w.steps = append(c.w.steps, s)
	c.w.mu.Unlock()
	c.core.Recovered(s)
}

// Receive keeps a part, unless the disk is in trouble at the moment: then it
// must be offered again.
func (c chaosCore) Receive(ctx context.Context, p *sms.Part) error {
	if c.w.troubled() {
		return errChaosDisk
	}
	return c.core.Receive(ctx, p)
}

// Report enters a report, as Receive keeps a part.
func (c chaosCore) Report(ctx context.Context, r *sms.Report) error {
	if c.w.troubled() {
		return errChaosDisk
	}
	return c.core.Report(ctx, r)
}

var errChaosDisk = errors.New("the disk takes nothing now")

// troubled says, once in twenty times, that the disk is in trouble.
func (w *chaos) troubled() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.disk.IntN(20) == 0
}

// sample notes when ways become ready and stop being so.
func (w *chaos) sample(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.stir:
		}
		for _, way := range w.pool.Ways() {
			for _, y := range w.toys {
				if y.name == way.Name {
					y.note(way)
				}
			}
		}
	}
}

func (y *toy) note(way sms.Way) {
	works := way.State == "ready" || way.State == "busy"
	y.mu.Lock()
	defer y.mu.Unlock()
	if n := len(y.ready); n == 0 || y.ready[n-1].ready != works {
		y.ready = append(y.ready, turning{time.Now(), works, way.State})
	}
}

// here reports whether the modem stands on its bus now.
func (y *toy) here() bool {
	ctx, cancel := context.WithTimeout(y.w.ctx, time.Nanosecond)
	defer cancel()
	return y.sim.Back(ctx) == nil
}

func (w *chaos) scan() ([]usb.Device, error) {
	var all []usb.Device
	for _, y := range w.toys {
		if y.here() {
			d := y.id
			d.Interfaces = []usb.Interface{d.Interfaces[0]}
			d.Interfaces[0].TTY = y.tty()
			if y.serial() {
				d.Interfaces[0].TTY = "/chaos/" + y.name
			}
			all = append(all, d)
		}
	}
	return all, nil
}

// watch is the kernel's word that something was plugged in or out.
func (w *chaos) watch(ctx context.Context, changed func()) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-w.hotplug:
			changed()
		}
	}
}

func (w *chaos) plugged() {
	select {
	case w.hotplug <- struct{}{}:
	default:
	}
}

func (w *chaos) open(_ context.Context, path string) (io.ReadWriteCloser, error) {
	for _, y := range w.toys {
		if path != y.tty() && !(y.serial() && path == "/chaos/"+y.name) {
			continue
		}
		if !y.here() {
			break
		}
		host, line := net.Pipe()
		y.mu.Lock()
		y.opened = append(y.opened, time.Now())
		y.mu.Unlock()
		w.begin(func() { y.serve(line) })
		return &wiretap{host, y}, nil
	}
	return nil, fmt.Errorf("open %s: %w", path, fs.ErrNotExist)
}

// serve is the modem at one line, and what the kernel says when that is lost.
func (y *toy) serve(line net.Conn) {
	if err := y.sim.Serve(y.w.ctx, line); !errors.Is(err, modemsim.ErrHangup) {
		return
	}
	y.w.plugged()
	if y.sim.Back(y.w.ctx) == nil {
		y.w.plugged()
	}
}

func (w *chaos) at(path string) *toy {
	for _, y := range w.toys {
		if y.path == path && path != "" {
			return y
		}
	}
	return nil
}

// reset takes the device off the bus and lets it on again: it starts anew.
func (w *chaos) reset(ctx context.Context, path string) error {
	y := w.at(path)
	if y == nil {
		return fmt.Errorf("%s: %w", path, fs.ErrNotExist)
	}
	for _, words := range []string{"hangup 3s", "reboot"} {
		if err := y.sim.Fault(words); err != nil {
			return err
		}
	}
	return pass(ctx, 3*time.Second)
}

func (w *chaos) cyclePort(ctx context.Context, path string) error {
	y := w.at(path)
	if y == nil || !y.stick() {
		return errors.New("this hub cannot switch its ports")
	}
	return (&socket{[]*toy{y}}).Cycle(ctx)
}

// A wiretap is the host's end of a line.
type wiretap struct {
	net.Conn
	y *toy
}

// Read notes that the modem was heard.
func (t *wiretap) Read(b []byte) (int, error) {
	n, err := t.Conn.Read(b)
	if n > 0 {
		t.y.mu.Lock()
		if k := len(t.y.writes); k > 0 && t.y.writes[k-1].heard.IsZero() {
			t.y.writes[k-1].heard = time.Now()
		}
		t.y.mu.Unlock()
	}
	return n, err
}

// Write notes what was asked.
func (t *wiretap) Write(b []byte) (int, error) {
	t.y.mu.Lock()
	t.y.writes = append(t.y.writes, written{at: time.Now(), pdu: len(b) > 0 && b[len(b)-1] == 0x1A})
	t.y.mu.Unlock()
	return t.Conn.Write(b)
}

// pass lets time pass.
func pass(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// chaosLog keeps the end of the log, and fails the test for what must never
// happen.
type chaosLog struct {
	w    *chaos
	file *os.File // nil: none
}

// Write takes a line.
func (l *chaosLog) Write(b []byte) (int, error) {
	if strings.Contains(string(b), "state out of order") || strings.Contains(string(b), "message left as it is") {
		l.w.t.Errorf("log: %s", b)
	}
	l.w.mu.Lock()
	defer l.w.mu.Unlock()
	if l.file != nil {
		if _, err := l.file.Write(b); err != nil {
			return 0, err
		}
	}
	if l.w.log.Len() > 4<<20 {
		l.w.log.Reset()
	}
	return l.w.log.Write(b)
}

// words returns the last lines of the log about a modem; empty: about all.
func (w *chaos) words(name string, n int) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []string
	for _, s := range strings.Split(w.log.String(), "\n") {
		if name == "" || strings.Contains(s, "modem="+name+" ") {
			out = append(out, s)
		}
	}
	return strings.Join(out[max(0, len(out)-n):], "\n")
}

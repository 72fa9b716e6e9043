package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/pigeon-sms/pigeon/gateway"
	"github.com/pigeon-sms/pigeon/modem"
	"github.com/pigeon-sms/pigeon/modem/modemsim"
	"github.com/pigeon-sms/pigeon/modem/usb"
	"github.com/pigeon-sms/pigeon/mqtt"
	"github.com/pigeon-sms/pigeon/store"
	"github.com/pigeon-sms/pigeon/web"
)

const helpRun = `Runs the daemon until it is interrupted. Without a configuration it takes every
USB modem it finds, runs its own MQTT broker and serves HTTP, both on loopback,
and keeps its state in $STATE_DIRECTORY, else $XDG_STATE_HOME/pigeon, else
~/.local/state/pigeon. It prints what it found and how to send the first message.

The configuration is the file named by --config, else /etc/pigeon/pigeon.toml
where that is there; see "pigeon config example". On SIGHUP it is read again: a
good one is applied, a wrong one is refused whole and the old one stays.

--simulate adds modems without a radio on a simulated network, which delivers
what is sent to one of their numbers to that modem; "auto" adds two, and only
where no USB modem is found.

Before it starts it looks at the state file: at all of its structure each time, and
at every record too after a power cut or a kill. A damaged file is kept beside as
pigeon.db.damaged-…, what can be read of it goes into a new one, and the log,
"pigeon status" and the journal say what was lost.

A state file that was restored from a backup begins with what waited in it held as
doubtful: it may have been sent since. --restored resend sends it instead, and
--restored hold holds it in a file that was copied by other means.

The log goes to stderr. The first interrupt stops the daemon in order: what is
being sent is finished first, which takes at most gateway.stop_wait. The second
ends it at once; what was accepted is on disk either way.`

// cmdRun runs the daemon.
func cmdRun(ctx context.Context, e *env, args []string) error {
	f := newFlags("run")
	path := f.String("config", "", "the configuration `FILE`")
	dir := f.String("state", "", "the state `DIR`ectory")
	simulate := f.String("simulate", "0", "add `N` simulated modems, or \"auto\"")
	restored := ""
	f.choice(&restored, "restored", "what waited in a restored backup is held as doubtful, or sent again", "hold", "resend")
	verbose := f.Bool("verbose", false, "log what a developer wants to know")
	if _, err := f.parse(args, 0, 0); err != nil {
		return err
	}
	sims, err := simulated(*simulate, e.root)
	if err != nil {
		return err
	}
	state, err := e.stateDir(*dir)
	if err != nil {
		return err
	}
	if *path == "" {
		*path = e.configFile()
	}
	host, err := os.Hostname()
	if err != nil || host == "" {
		host = "pigeon"
	}
	load := func() (config, error) { return loadConfig(*path, state, host) }
	cfg, err := load()
	if err != nil {
		return err
	}
	if *simulate == "auto" && len(cfg.modem.Modems) > 0 {
		sims = 0 // somebody has said which modems there are
	}
	holdDescriptors()
	log := newLog(e, *verbose)

	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	d := daemon{cfg: cfg, sims: sims, state: state, log: log, root: e.root, lines: &powerLines{}, scan: func() ([]usb.Device, error) { return usb.Scan(e.root) }}
	d.restored = map[string]store.Restored{"hold": store.RestoredHold, "resend": store.RestoredResend}[restored]
	d.greet = func(f found) { greet(e, os.Args[0], f) }
	return errors.Join(d.serve(ctx, hup, load), d.lines.close())
}

// simulated reads the value of --simulate.
func simulated(s, root string) (int, error) {
	if s == "auto" {
		devices, _ := usb.Scan(root) // where the bus cannot be looked at, no modem is found
		for _, d := range devices {
			if d.Note == "" {
				return 0, nil
			}
		}
		return 2, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 16 {
		return 0, usagef("--simulate takes a number from 0 to 16, or auto, and not %q", s)
	}
	return n, nil
}

// holdDescriptors keeps every descriptor of the process below 1024: the serial
// library waits with select(2), which knows no higher ones. The Go runtime
// raises the limit at start.
func holdDescriptors() {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) == nil && limit.Cur > 1024 {
		limit.Cur = 1024
		_ = unix.Setrlimit(unix.RLIMIT_NOFILE, &limit) // package usb refuses a port that comes out too high
	}
}

// A daemon is one run of the daemon with one configuration.
type daemon struct {
	cfg   config
	sims  int // simulated modems to add
	state string
	log   *slog.Logger
	root  string // of the machine's files
	lines *powerLines
	scan  func() ([]usb.Device, error)
	greet func(found) // called once everything listens

	restored store.Restored // for the first opening of the store
}

// serve runs the daemon until ctx is done, with the configuration load brings
// at each SIGHUP. One that cannot be run is left for the one before it.
func (d daemon) serve(ctx context.Context, hup <-chan os.Signal, load func() (config, error)) error {
	greet := d.greet
	var old *config // to go back to when this one cannot be run; nil for none
	greeted := false
	for {
		up := false // everything listened
		d.greet = func(f found) {
			up = true
			if !greeted {
				greet(f)
			} else {
				d.log.Info("configuration applied")
			}
			greeted = true
		}
		next, err := d.runUntilReload(ctx, hup, load)
		d.restored = store.RestoredKnown
		switch {
		case err == nil && next != nil:
			cfg := d.cfg
			d.cfg, old = *next, &cfg
		case err != nil && !up && old != nil && ctx.Err() == nil:
			d.log.Error("configuration refused, the old one is back", "err", err)
			d.cfg, old = *old, nil // if that fails too, the supervisor's turn has come
		default:
			return err
		}
	}
}

// runUntilReload runs the daemon. It returns the new configuration when SIGHUP
// brought a good one, and nil when ctx is done or the daemon failed.
func (d daemon) runUntilReload(ctx context.Context, hup <-chan os.Signal, load func() (config, error)) (*config, error) {
	run, stop := context.WithCancel(ctx)
	defer stop()
	var next *config
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		for {
			select {
			case <-hup:
			case <-run.Done():
				return
			}
			cfg, err := load()
			if err != nil {
				d.log.Error("configuration refused, the old one stays", "err", err)
				continue
			}
			if reflect.DeepEqual(cfg, d.cfg) {
				d.log.Info("configuration read again, nothing has changed")
				continue
			}
			next = &cfg
			stop()
		}
	}()
	err := d.run(run)
	stop()
	<-watched
	if ctx.Err() != nil {
		next = nil
	}
	return next, err
}

// run builds the parts, joins them, runs them and stops them in order: first
// what lets work in, then what decides, then what carries, then the disk.
func (d daemon) run(ctx context.Context) (err error) {
	cfg, log := d.cfg, d.log
	db, found, err := store.Recover(ctx, cfg.store, time.Now(), d.restored)
	if err != nil {
		return err
	}
	tellRecovery(log, found)
	defer func() { err = errors.Join(err, db.Close()) }()

	var sim *modemsim.Sim
	if d.sims > 0 {
		if sim, err = simulator(d.sims, filepath.Join(d.state, "simulated")); err != nil {
			return err
		}
		cfg.modem.Modems = slices.Clip(cfg.modem.Modems) // d.cfg is left as it is
		for i, link := range sim.Links() {
			cfg.modem.Modems = append(cfg.modem.Modems, modem.ModemConfig{Name: fmt.Sprintf("sim%d", i), Port: link})
		}
		if err := cfg.modem.Validate(); err != nil {
			return fmt.Errorf("add the simulated modems: %w", err)
		}
	}
	d.lines.join(&cfg, d.scan, log)
	cfg.modem.Scan, cfg.modem.Memory = d.scan, db
	resets(&cfg.modem, d.root)

	if cfg.trustClock == trustAuto {
		root := d.root
		cfg.gateway.Synced = func() bool { return clockSynced(root) }
	}

	pool := modem.New(cfg.modem, log)
	gw := gateway.New(cfg.gateway, db, []gateway.Sender{pool}, log)
	pool.Gateway = core{gw}
	bus := mqtt.New(cfg.mqtt, log)
	bus.Gateway = gw
	page := web.New(cfg.web, log)
	page.Gateway, page.Links = gw, bus.Links
	page.Restart, page.Trace, page.USSD, page.CancelUSSD = pool.Restart, trace(pool), pool.USSD, pool.CancelUSSD
	page.Tap, bus.Trace = wire(pool), trace(pool)
	page.Balance, bus.Balance = pool.Balance, pool.Balance
	bus.Restart, bus.USSD, bus.CancelUSSD = pool.Restart, pool.USSD, pool.CancelUSSD

	hello := greeter{page.Ready(), bus.Ready(), cfg.mqtt.URL != "", func() { d.greet(d.found(bus, page, cfg, sim)) }}
	edges := []runner{bus, page, hello}
	lines := lineKeeper{d.lines, cfg.power, gw.Changed, log}
	stages := [][]runner{edges, {gw}, {pool, lines}}
	if sim != nil {
		stages[2] = []runner{after{sim.Ready(), pool}, lines}
		stages = append(stages, []runner{sim})
	}
	defer context.AfterFunc(ctx, func() { log.Info("stopping") })()
	err = runStages(ctx, stages...)
	log.Info("stopped")
	return err
}

// simulator builds n simulated modems on a network that takes a moment over
// everything, so that a person sees the states go by.
func simulator(n int, dir string) (*modemsim.Sim, error) {
	cfg := modemsim.Config{
		Count: n, Dir: dir,
		Modem:   modemsim.ModemConfig{Latency: simLatency},
		Network: modemsim.NetworkConfig{Loopback: true, ReportDelay: simReport},
	}
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return modemsim.New(cfg, slog.New(slog.DiscardHandler)), nil
}

// An after is a runner that starts when something is ready.
type after struct {
	ready <-chan struct{}
	runner
}

// Run waits, then runs.
func (a after) Run(ctx context.Context) error {
	select {
	case <-a.ready:
		return a.runner.Run(ctx)
	case <-ctx.Done():
		return nil
	}
}

// A greeter says once that everything listens.
type greeter struct {
	page, bus <-chan struct{}
	patient   bool // the bus is somebody else's, and may be away
	say       func()
}

// greetWait is how long a greeting waits for a broker that is not ours.
const greetWait = 3 * time.Second

// Run waits for what there is to say, says it, and stays.
func (g greeter) Run(ctx context.Context) error {
	select {
	case <-g.page:
	case <-ctx.Done():
		return nil
	}
	var late <-chan time.Time
	if g.patient {
		late = time.After(greetWait)
	}
	select {
	case <-g.bus:
	case <-late:
	case <-ctx.Done():
		return nil
	}
	g.say()
	<-ctx.Done()
	return nil
}

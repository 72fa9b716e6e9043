package modemsim

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
)

// Config sets up simulated modems on pseudo terminals.
type Config struct {
	Count   int           // modems; default 2
	Dir     string        // where their links stand: modem0, modem1, …; made where absent
	Control string        // a unix socket for the control language; empty: none
	Modem   ModemConfig   // what they have in common; Name is made for each, Index counts up from it
	Network NetworkConfig // the network they share
}

// maxCount is how many modems one simulator holds: their numbers must differ.
const maxCount = 100

func (c Config) count() int {
	if c.Count == 0 {
		return 2
	}
	return c.Count
}

// modem is the configuration of modem i.
func (c Config) modem(i int) ModemConfig {
	m := c.Modem
	m.Name, m.Index = fmt.Sprintf("modem%d", i), c.Modem.Index+i
	m.Seed += uint64(i)
	return m
}

// Validate returns every fault of the configuration, joined.
func (c Config) Validate() error {
	var faults []error
	if c.Count < 0 || c.Count > maxCount {
		faults = append(faults, fmt.Errorf("count: %d is not 1 to %d", c.Count, maxCount))
	}
	if m := c.Modem; c.count() > 1 && m.Number+m.IMEI+m.IMSI+m.ICCID != "" {
		faults = append(faults, errors.New("number, imei, imsi, iccid: one cannot be that of several modems"))
	}
	if c.Dir == "" {
		faults = append(faults, errors.New("dir: no directory is named for the links"))
	}
	if c.Network.Centre != "" && !numeric(c.Network.Centre) {
		faults = append(faults, fmt.Errorf("centre: %q is no number", c.Network.Centre))
	}
	if c.Network.ReportDelay < 0 {
		faults = append(faults, fmt.Errorf("report delay: %v is below 0", c.Network.ReportDelay))
	}
	return errors.Join(append(faults, c.modem(0).Validate())...)
}

// A Sim is a network and its modems, each on a pseudo terminal.
type Sim struct {
	cfg    Config
	log    *slog.Logger
	net    *Network
	modems []*Modem
	ready  chan struct{} // closed by Run once every link is there
}

// New makes a simulator. The configuration is valid.
func New(cfg Config, log *slog.Logger) *Sim {
	s := &Sim{cfg: cfg, log: log, net: NewNetwork(cfg.Network), ready: make(chan struct{})}
	for i := range cfg.count() {
		s.modems = append(s.modems, NewModem(cfg.modem(i), s.net))
	}
	return s
}

// Network returns the network the modems share.
func (s *Sim) Network() *Network { return s.net }

// Modems returns the modems in the order of their links.
func (s *Sim) Modems() []*Modem { return s.modems }

// Links returns the names hosts open, which the fault renumber changes. They
// are there once Ready is closed.
func (s *Sim) Links() []string {
	var links []string
	for _, m := range s.modems {
		links = append(links, filepath.Join(s.cfg.Dir, m.Port()))
	}
	return links
}

// Ready is closed when every modem can be opened for the first time.
func (s *Sim) Ready() <-chan struct{} { return s.ready }

// Run serves every modem, and the control socket where one is named, until ctx
// is done or one of them cannot go on. It removes the links and the socket, and
// returns when nothing it started is left. It may be called once.
func (s *Sim) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := os.MkdirAll(s.cfg.Dir, 0o755); err != nil {
		return fmt.Errorf("make the directory of the links: %w", err)
	}
	lines := make([]*PTY, len(s.modems))
	var err error
	for i, link := range s.Links() {
		if lines[i], err = OpenPTY(link); err != nil {
			break
		}
	}
	var control *control
	if err == nil && s.cfg.Control != "" {
		control, err = s.listen(s.cfg.Control)
	}
	if err != nil {
		for _, p := range lines {
			if p != nil {
				err = errors.Join(err, p.Close())
			}
		}
		return err
	}
	close(s.ready)

	var wg sync.WaitGroup
	errs := make([]error, len(s.modems)+1)
	start := func(i int, run func() error) {
		wg.Go(func() {
			defer cancel()
			errs[i] = run()
		})
	}
	for i, m := range s.modems {
		start(i, func() error { return s.serve(ctx, m, lines[i]) })
	}
	if control != nil {
		start(len(s.modems), func() error { return control.run(ctx) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// serve keeps one modem on a line, on a new one whenever that was dropped.
func (s *Sim) serve(ctx context.Context, m *Modem, p *PTY) error {
	for {
		err := s.serveLine(ctx, m, p)
		if ctx.Err() != nil {
			return nil
		}
		if !errors.Is(err, ErrHangup) {
			return fmt.Errorf("%s: %w", m.Name(), err)
		}
		s.log.Info("line dropped", "modem", m.Name())
		if m.Back(ctx) != nil {
			return nil
		}
		if p, err = OpenPTY(filepath.Join(s.cfg.Dir, m.Port())); err != nil {
			return fmt.Errorf("%s: %w", m.Name(), err)
		}
		s.log.Info("line is back", "modem", m.Name())
	}
}

// serveLine serves one modem on one line, which it closes.
func (s *Sim) serveLine(ctx context.Context, m *Modem, p *PTY) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	watched := make(chan error, 1)
	go func() { watched <- p.Watch(ctx) }()
	err := m.Serve(ctx, p)
	cancel()
	return errors.Join(err, <-watched)
}

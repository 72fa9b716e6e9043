package modem

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// A stranger is a USB device that looks like a modem and has not said who it
// is. Only the walk changes it.
type stranger struct {
	path  string // of the USB port
	ttys  string // which it has: a device that came back is asked anew
	state State
	why   string
	port  string
}

func (s stranger) way() sms.Way {
	return sms.Way{
		Name: "usb-" + s.path, Kind: "modem", State: string(s.state), Why: s.why, Window: 1,
		Modem: &sms.Modem{Port: s.port},
	}
}

// A finding is what a device said when it was asked who it is.
type finding struct {
	path  string
	id    identity
	ports []string
	err   error
}

// A walker looks at the USB bus again and again. Everything in it belongs to
// the goroutine of walk.
type walker struct {
	p       *Pool
	running *sync.WaitGroup
	owner   map[string]*modem // by USB port path
	last    map[*modem]string // where it was last: clones that share an IMEI keep their places
	ports   map[string]string // the command port of a known device, by USB port path
	asking  map[string]bool
	again   map[string]time.Time // when a stranger is asked again
	tries   map[string]int
	found   chan finding
	scanErr string // the last, so that it is logged once
}

// walks reports whether there is anything to look for on USB.
func (p *Pool) walks() bool {
	return p.cfg.Auto || slices.ContainsFunc(p.cfg.Modems, func(c ModemConfig) bool { return c.Port == "" })
}

// walk looks for USB modems until ctx is done.
func (p *Pool) walk(ctx context.Context, running *sync.WaitGroup) {
	w := &walker{
		p: p, running: running,
		owner: map[string]*modem{}, last: map[*modem]string{}, ports: map[string]string{}, asking: map[string]bool{},
		again: map[string]time.Time{}, tries: map[string]int{},
		found: make(chan finding),
	}
	plugged := make(chan struct{}, 1) // room for one: a look serves for all before it
	if watch := p.cfg.Watch; watch != nil {
		running.Go(func() {
			err := watch(ctx, func() {
				select {
				case plugged <- struct{}{}:
				default:
				}
			})
			if err != nil && ctx.Err() == nil {
				p.log.Info("the kernel does not tell of hot plug: USB is looked at now and then", "every", walkPause, "err", err)
			}
		})
	}
	tick := time.NewTicker(walkPause)
	defer tick.Stop()
	for {
		w.look(ctx)
		select {
		case <-ctx.Done():
			return
		case f := <-w.found:
			w.take(ctx, f)
		case <-plugged:
		case <-tick.C:
		}
	}
}

// look scans once, tells the modems where their devices are, and asks devices
// nobody knows.
func (w *walker) look(ctx context.Context) {
	devices, err := w.p.cfg.Scan()
	if err != nil {
		if err.Error() != w.scanErr {
			w.p.log.Error("USB cannot be searched", "err", err)
		}
		w.scanErr = err.Error()
		return
	}
	w.scanErr = ""
	here := map[string]bool{}
	var strange []stranger
	for _, d := range devices {
		if w.left(d) {
			continue
		}
		here[d.Path] = true
		ports, family := candidates(d)
		switch m := w.bound(d.Path); {
		case m != nil && d.Note == "" && len(ports) > 0:
			w.offer(m, d.Path, ports)
		case m != nil && d.Note != "":
			if m.refuse(d.Note) {
				w.p.log.Warn("a modem's USB device cannot be used", "modem", m.cfg.Name, "usb", d.Path, "why", d.Note)
			}
		case m != nil:
			m.offer("")
		case d.Note != "":
			strange = append(strange, stranger{path: d.Path, state: Parked, why: d.Note})
		case !family || len(ports) == 0:
		default:
			strange = append(strange, w.meet(ctx, d.Path, ports))
		}
	}
	for path, m := range w.owner {
		if !here[path] {
			m.offer("")
			delete(w.owner, path)
			delete(w.ports, path)
		}
	}
	w.publish(strange)
}

// publish shows the strangers that have had their chance to answer.
func (w *walker) publish(strange []stranger) {
	w.p.mu.Lock()
	strange = slices.DeleteFunc(strange, func(s stranger) bool { return s.why == "" })
	same := slices.Equal(strange, w.p.strange)
	old := w.p.strange
	w.p.strange = strange
	w.p.mu.Unlock()
	if same {
		return
	}
	for _, s := range strange {
		if !slices.ContainsFunc(old, func(o stranger) bool { return o.path == s.path && o.why == s.why }) {
			w.p.log.Warn("a USB device cannot be used", "usb", s.path, "why", s.why)
		}
	}
	w.p.Gateway.Changed()
}

// bound returns the modem that a USB port belongs to.
func (w *walker) bound(path string) *modem {
	if m := w.owner[path]; m != nil {
		if m.cfg.USB != "" || !m.disowned() {
			return m
		}
		m.offer("")
		delete(w.owner, path)
		delete(w.ports, path)
	}
	for _, m := range w.p.all() {
		if m.cfg.USB == path {
			w.owner[path] = m
			return m
		}
	}
	return nil
}

// offer tells a modem where its device's command port is now: the one that
// answered when it was asked, else the likeliest.
func (w *walker) offer(m *modem, path string, ports []string) {
	port := w.ports[path]
	if !slices.Contains(ports, port) {
		port = ports[0]
		w.ports[path] = port
	}
	if m.where() != port || m.now() == Absent {
		m.offer(port)
	}
}

// meet asks a device who it is, unless it is being asked.
func (w *walker) meet(ctx context.Context, path string, ports []string) stranger {
	s := stranger{path: path, ttys: strings.Join(ports, " "), state: Probing, port: ports[0]}
	w.p.mu.Lock()
	i := slices.IndexFunc(w.p.strange, func(o stranger) bool { return o.path == path && o.ttys == s.ttys })
	if i >= 0 {
		s = w.p.strange[i]
	}
	w.p.mu.Unlock()
	if w.wanted() && !w.asking[path] && !time.Now().Before(w.again[path]) {
		w.asking[path] = true
		w.running.Go(func() {
			f := finding{path: path, ports: ports}
			f.id, f.err = w.p.introduce(ctx, ports, slices.ContainsFunc(w.p.cfg.Modems, func(c ModemConfig) bool { return c.ICCID != "" }))
			select {
			case w.found <- f:
			case <-ctx.Done():
			}
		})
	}
	return s
}

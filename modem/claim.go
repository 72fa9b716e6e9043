package modem

import (
	"context"
	"slices"
	"strings"
	"time"
)

// wanted reports whether a device nobody knows may be somebody's.
func (w *walker) wanted() bool {
	return w.p.cfg.Auto || slices.ContainsFunc(w.p.all(), func(m *modem) bool {
		return (m.cfg.IMEI != "" || m.cfg.ICCID != "") && !w.taken(m)
	})
}

// taken reports whether a modem's device is known.
func (w *walker) taken(m *modem) bool {
	for _, o := range w.owner {
		if o == m {
			return true
		}
	}
	return false
}

// take binds a device that has said who it is to its modem.
func (w *walker) take(ctx context.Context, f finding) {
	delete(w.asking, f.path)
	w.p.mu.Lock()
	w.p.strange = slices.DeleteFunc(slices.Clone(w.p.strange), func(o stranger) bool { return o.path == f.path })
	if f.err != nil {
		w.p.strange = append(w.p.strange, stranger{
			path: f.path, ttys: strings.Join(f.ports, " "), state: Sick, why: f.err.Error(), port: f.ports[0],
		})
	}
	w.p.mu.Unlock()
	w.p.Gateway.Changed()
	if f.err != nil {
		w.tries[f.path]++
		w.again[f.path] = time.Now().Add(min(firstRest<<min(w.tries[f.path], 5), lastRest))
		w.p.log.Log(ctx, levelOf(w.tries[f.path]), "a USB device does not say who it is", "usb", f.path, "err", f.err)
		return
	}
	delete(w.tries, f.path)
	delete(w.again, f.path)
	m := w.claim(ctx, f)
	if m == nil {
		w.again[f.path] = time.Now().Add(parkedPoll) // another SIM may be put in
		return
	}
	w.owner[f.path], w.last[m], w.ports[f.path] = m, f.path, f.id.port
	m.offer(f.id.port)
}

// claim finds the modem a device belongs to: configured by IMEI or ICCID, one
// that was found before, or a new one.
func (w *walker) claim(ctx context.Context, f finding) *modem {
	var same []*modem
	for _, m := range w.p.all() {
		c := m.cfg
		if w.taken(m) || c.Port != "" || c.USB != "" {
			continue
		}
		if sameIMEI(c.IMEI, f.id.imei) || c.ICCID != "" && c.ICCID == f.id.iccid || c.IMEI == "" && c.ICCID == "" && w.last[m] == f.path {
			same = append(same, m)
		}
	}
	for _, m := range same {
		if w.last[m] == f.path {
			return m
		}
	}
	if len(same) > 0 {
		return same[0]
	}
	if !w.p.cfg.Auto {
		return nil
	}
	name := w.name(f)
	w.p.log.Info("modem found", "modem", name, "usb", f.path, "port", f.id.port, "imei", f.id.imei)
	return w.p.add(ctx, w.running, ModemConfig{Name: name, IMEI: f.id.imei})
}

// sameIMEI compares without the last digit, a check digit or a version.
func sameIMEI(a, b string) bool {
	return len(a) >= 14 && len(b) >= 14 && a[:14] == b[:14]
}

// name makes a modem's name of its family and what stays with it: the end of
// its IMEI, or the USB port where it has none or shares it.
func (w *walker) name(f finding) string {
	at := f.id.family + "-usb" + f.path
	if len(f.id.imei) < 14 {
		return at
	}
	name := f.id.family + "-" + f.id.imei[len(f.id.imei)-4:]
	for _, m := range w.p.all() {
		if m.cfg.Name == name {
			return at
		}
	}
	return name
}

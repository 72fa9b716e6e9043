package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

const helpStatus = `Shows the daemon on one screen: its ways out, its links, the queue, what it did
today, and what needs a person. Exits 0 whenever the daemon answers.`

// cmdStatus shows the daemon at a glance.
func cmdStatus(ctx context.Context, e *env, args []string) error {
	f := newClientFlags("status")
	if _, err := f.parse(args, 0, 0); err != nil {
		return err
	}
	c, err := f.connect(e)
	if err != nil {
		return err
	}
	a, err := c.get(ctx, "/status", nil)
	if err != nil {
		return err
	}
	if f.json {
		return a.print(e.stdout)
	}
	var h sms.Health
	if err := a.read(&h); err != nil {
		return err
	}
	e.printHealth(h)
	return nil
}

func (e *env) printHealth(h sms.Health) {
	fmt.Fprintf(e.stdout, "%s: pigeon %s, up %s\n\n", visible(h.Name), visible(h.Version), up(e.now().Sub(h.Started)))
	s := newSheet(e.stdout)
	for _, w := range h.Ways {
		s.line(firstOf(w.Kind, "way")+" "+w.Name, way(w))
	}
	if len(h.Ways) == 0 {
		s.line("modem", "none: plug one in, or add a [[modem]] to the configuration")
	}
	for _, l := range h.Links {
		s.line("link "+l.Name, join(", ", l.State, l.Peer, l.Why))
	}
	q, t := h.Queue, h.Today
	queue := fmt.Sprintf("%d queued, %d sending, %d waiting for a report", q.Queued, q.Sending, q.Awaited)
	if q.Parts > 0 {
		queue += ", " + count(q.Parts, "part") + " of messages not whole"
	}
	s.line("queue", queue)
	s.line("today", fmt.Sprintf("%d accepted, %d rejected, %d sent, %d delivered, %d undelivered, %d failed, %d received",
		t.Accepted, t.Rejected, t.Sent, t.Delivered, t.Undelivered, t.Failed, t.Received))
	for _, name := range slices.Sorted(maps.Keys(h.Behind)) {
		if n := h.Behind[name]; n > 0 {
			s.line("behind "+name, count(n, "event"))
		}
	}
	s.line("state", fmt.Sprintf("%s, %s free", octets(uint64(max(h.Size, 0))), octets(h.Disk)))
	s.print()
	for _, w := range h.Warning {
		fmt.Fprintf(e.stdout, "\nwarning: %s\n", visible(w))
	}
}

// way tells how a way out is, for one line.
func way(w sms.Way) string {
	m := w.Modem
	if m == nil {
		m = &sms.Modem{}
	}
	return join(", ", w.State, operator(m), m.Technology, strength(m), w.Why)
}

// join puts what is not empty together.
func join(between string, all ...string) string {
	return strings.Join(slices.DeleteFunc(all, func(s string) bool { return s == "" }), between)
}

// up is a long time in its two largest units.
func up(d time.Duration) string {
	d = max(d, 0)
	days, hours, minutes, seconds := d/(24*time.Hour), d/time.Hour%24, d/time.Minute%60, d/time.Second%60
	switch {
	case days > 0:
		return fmt.Sprintf("%d d %d h", days, hours)
	case hours > 0:
		return fmt.Sprintf("%d h %d min", hours, minutes)
	case minutes > 0:
		return fmt.Sprintf("%d min %d s", minutes, seconds)
	}
	return fmt.Sprintf("%d s", seconds)
}

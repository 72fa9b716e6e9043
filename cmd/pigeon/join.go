package main

import (
	"context"
	"time"

	"github.com/pigeon-sms/pigeon/gateway"
	"github.com/pigeon-sms/pigeon/modem"
	"github.com/pigeon-sms/pigeon/modem/usb"
	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/web"
)

// core is the gateway as the pool sees it: what a modem's recovery tried, and
// who called, becomes news in the journal.
type core struct{ *gateway.Gateway }

// Recovered tells of a step of a modem's recovery. It does not block.
func (c core) Recovered(s modem.Step) {
	worked := s.Worked
	c.Tell(sms.Notice{
		Time: s.Time.UTC(), Way: s.Modem, Kind: "recovery", Step: s.Step, Reason: s.Reason,
		Took: s.Took.Seconds(), Worked: &worked, Text: s.Failed,
	})
}

// Called tells of a call that was rejected. It does not block.
func (c core) Called(way string, from sms.Number) {
	c.Tell(sms.Notice{Time: time.Now().UTC(), Way: way, Kind: "call", Text: string(from)})
}

// portOff is how long a USB port stays without power: sticks keep theirs for a
// second or two.
const portOff = 4 * time.Second

// resets gives the pool what the machine tells of USB devices and can do to
// them.
func resets(cfg *modem.Config, root string) {
	cfg.Watch = usb.Watch
	cfg.Reset = func(ctx context.Context, path string) error { return usb.Reauthorize(ctx, root, path) }
	cfg.CyclePort = func(ctx context.Context, path string) error { return usb.CyclePort(ctx, root, path, portOff) }
	cfg.Restore = func(path string) (bool, error) { return usb.Restore(root, path) }
}

// trace is a modem's wire as the page and the command show it.
func trace(pool *modem.Pool) func(way string, clear bool) ([]string, error) {
	return func(way string, clear bool) ([]string, error) {
		lines, err := pool.Trace(way, clear)
		out := make([]string, 0, len(lines))
		for _, l := range lines {
			l.Time = l.Time.Local()
			out = append(out, l.String())
		}
		return out, err
	}
}

// wire is a modem's wire as it goes on.
func wire(pool *modem.Pool) func(way string, clear bool) (func(context.Context) ([]web.TraceLine, error), error) {
	return func(way string, clear bool) (func(context.Context) ([]web.TraceLine, error), error) {
		t, err := pool.Tap(way, clear)
		if err != nil {
			return nil, err
		}
		return func(ctx context.Context) ([]web.TraceLine, error) {
			lines, err := t.Next(ctx)
			out := make([]web.TraceLine, 0, len(lines))
			for _, l := range lines {
				out = append(out, web.TraceLine{Time: l.Time, Dir: string(rune(l.Dir)), Text: l.Text, Lost: l.Lost})
			}
			return out, err
		}, nil
	}
}

package modem

import (
	"context"
	"fmt"
	"slices"
)

// awayKey is where the USB ports are remembered whose device we have taken off
// the bus, or whose power we have cut, and not yet given back.
const awayKey = "usb/away"

// takeAway takes the device at a USB port away and gives it back, by f. That it
// is away is remembered before, so that a process that is killed in between is
// made good by the next.
func (p *Pool) takeAway(ctx context.Context, place string, f func(ctx context.Context, usbPath string) error) error {
	if err := p.noteAway(ctx, place, true); err != nil {
		return fmt.Errorf("not done, as it cannot be noted: %w", err)
	}
	if err := f(ctx, place); err != nil {
		return err // it may still be away: the next start looks
	}
	p.noteBack(ctx, place)
	return nil
}

// giveBack gives back what an earlier process has left away.
func (p *Pool) giveBack(ctx context.Context) {
	var places []string
	if err := p.recall(ctx, awayKey, &places); err != nil {
		p.log.Error("USB devices that were left away cannot be recalled", "err", err)
		return
	}
	for _, place := range places {
		restored, err := p.cfg.Restore(place)
		switch {
		case err != nil:
			p.log.Error("a USB device that was left away cannot be given back", "usb", place, "err", err)
			continue
		case restored:
			p.log.Warn("a USB device is back that was away when the gateway was killed", "usb", place)
		}
		p.noteBack(ctx, place)
	}
}

// noteBack forgets that a device is away. If that fails the next start looks at
// it in vain.
func (p *Pool) noteBack(ctx context.Context, place string) {
	if err := p.noteAway(context.WithoutCancel(ctx), place, false); err != nil {
		p.log.Warn("that a USB device is back cannot be noted", "usb", place, "err", err)
	}
}

func (p *Pool) noteAway(ctx context.Context, place string, away bool) error {
	p.awayMu.Lock()
	defer p.awayMu.Unlock()
	var places []string
	if err := p.recall(ctx, awayKey, &places); err != nil {
		return err
	}
	places = slices.DeleteFunc(places, func(o string) bool { return o == place })
	if away {
		places = append(places, place)
	}
	if len(places) == 0 {
		return p.keep(ctx, awayKey, nil)
	}
	return p.remember(ctx, awayKey, places)
}

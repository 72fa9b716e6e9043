package modem_test

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// core is the gateway.
type core struct {
	mu      sync.Mutex
	parts   []sms.Part // those taken
	asked   []sms.Part // all that were offered
	reports []sms.Report
	fail    error         // of the next calls
	slow    time.Duration // each call takes
	stall   bool          // a part is kept, and the answer never comes
	changes int
	last    map[string]string // slot to the Raw of the part kept from there, as the store has it
}

func newCore() *core { return &core{last: map[string]string{}} }

func (c *core) wait(ctx context.Context) error {
	c.mu.Lock()
	d := c.slow
	c.mu.Unlock()
	if d == 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *core) Receive(ctx context.Context, p *sms.Part) error {
	if err := c.wait(ctx); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, *p)
	if c.fail != nil {
		return c.fail
	}
	if p.Slot != "" {
		if c.last[p.Slot] == p.Raw && !p.Emptied {
			return nil // the same part: it is on disk
		}
		c.last[p.Slot] = p.Raw
	}
	c.parts = append(c.parts, *p)
	if c.stall {
		c.mu.Unlock()
		<-ctx.Done()
		c.mu.Lock()
		return ctx.Err()
	}
	return nil
}

func (c *core) setSlow(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.slow = d
}

func (c *core) setStall(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stall = on
}

func (c *core) Report(ctx context.Context, p *sms.Report) error {
	if err := c.wait(ctx); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fail != nil {
		return c.fail
	}
	c.reports = append(c.reports, *p)
	return nil
}

func (c *core) Changed() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changes++
}

func (c *core) changed() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.changes
}

func (c *core) kept() []sms.Part {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.parts)
}

func (c *core) offered() []sms.Part {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.asked)
}

func (c *core) reported() []sms.Report {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.reports)
}

func (c *core) setFail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fail = err
}

func (c *core) texts() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := []string{}
	for _, p := range c.parts {
		out = append(out, p.Text)
	}
	return out
}

func (c *core) counts() (parts, reports int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.parts), len(c.reports)
}

package modem

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Some modems go deaf in one ear: they are registered, answer everything, may
// even send, and hear no more when the network calls them. Nothing tells but
// that what is expected does not come. Where Refresh is configured, a modem for
// which nothing has come in for so long leaves the network and joins it again,
// when it has nothing else to do.

// errStale ends the session of such a modem.
var errStale = errors.New("nothing has come in")

// refreshApart lies between two modems' refreshes: some always stay in the
// network.
const refreshApart = 2 * time.Minute

// A drought is the time in which nothing has come in. It belongs to the modem's
// owner.
type drought struct {
	since time.Time
	came  uint64 // parts and reports before it
}

// stale returns errStale when the modem is due to be refreshed and idle.
func (s *session) stale(now time.Time) error {
	m := s.m
	m.mu.Lock()
	came, asked := m.info.Received+m.info.Reports, m.sending || m.talks > 0
	m.mu.Unlock()
	if m.drought.since.IsZero() || came != m.drought.came {
		m.drought = drought{now, came}
	}
	limit := m.cfg.Refresh
	idle := !asked && s.menuEnd.IsZero() && s.round.empty() && m.ladder.trouble == noTrouble
	if limit == 0 || now.Sub(m.drought.since) < limit || !idle || !s.registered || !m.pool.refresh(now) {
		return nil
	}
	return fmt.Errorf("%w for %v", errStale, limit)
}

// refresh reports whether a modem may be refreshed now, and counts it as done.
func (p *Pool) refresh(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.refreshed.IsZero() && now.Sub(p.refreshed) < refreshApart {
		return false
	}
	p.refreshed = now
	return true
}

// refresh takes the modem out of the network and into it again. What comes of
// it is told as of any other step.
func (m *modem) refresh(ctx context.Context, why error) {
	m.drought.since = time.Now()
	m.ladder = ladder{trouble: stale, reason: why.Error(), since: time.Now()}
	_ = m.take(ctx, StepRadio, why.Error()) // a failure is told, and leaves the modem no worse than before
}

package modem

import (
	"context"
	"time"
)

const (
	// balanceLull is how long a modem must have had nothing to send before its
	// network is asked for the balance: what comes in a row comes quicker.
	balanceLull = 10 * time.Second

	// balanceAgain is how long a check that could not be begun is put off.
	balanceAgain = time.Minute
)

// watchBalance has the network asked now and then what the SIM has left, when
// the modem has nothing else to do, until ctx is done.
func (m *modem) watchBalance(ctx context.Context) {
	for ctx.Err() == nil {
		wait, idle := m.balanceDue(ctx)
		if idle && wait == 0 {
			if _, err := m.askBalance(ctx); err == nil {
				continue
			}
			m.putOff() // unless a purse says more
			continue
		}
		var due <-chan time.Time
		if idle {
			due = time.After(wait)
		}
		select {
		case <-ctx.Done():
		case <-m.stirred:
		case <-due:
		}
	}
}

// balanceDue returns how long it is until the balance may be asked for, as far
// as can be told; idle is false while only the modem's own life can bring that
// about.
func (m *modem) balanceDue(ctx context.Context) (wait time.Duration, idle bool) {
	sim, _ := m.identity()
	if m.theDoor() == nil {
		return 0, false
	}
	if _, err := m.recallPurse(ctx, sim); err != nil {
		m.log.Error("balance not asked for", "err", err)
		return balanceAgain, true
	}
	m.mu.Lock()
	free := m.door != nil && !m.sending && m.talks == 0
	wait = max(0, time.Until(m.countAt), time.Until(m.lull.Add(balanceLull)), time.Until(m.menu))
	m.mu.Unlock()
	if !free || wait > 0 {
		return wait, free
	}
	if g, ok := m.gateway.(Queuer); ok {
		if waits, err := g.Waits(ctx, m.cfg.Name); waits || err != nil {
			return balanceAgain, true
		}
	}
	return 0, true
}

// putOff makes the next check wait a while, if it would be at once.
func (m *modem) putOff() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if at := time.Now().Add(balanceAgain); m.countAt.Before(at) {
		m.countAt = at
	}
}

// stirCount has watchBalance look again.
func (m *modem) stirCount() {
	select {
	case m.stirred <- struct{}{}:
	default:
	}
}

// menuOpen returns for how long a menu may still be open.
func (m *modem) menuOpen() time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	return time.Until(m.menu)
}

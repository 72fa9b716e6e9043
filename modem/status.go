package modem

import (
	"context"
	"log/slog"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// become moves the modem to another state, or gives the state it is in another
// reason. It is the one place where a state is assigned; only the owner calls it.
func (m *modem) become(to State, why string) {
	m.mu.Lock()
	from, was := m.state, m.why
	m.state, m.why = to, why
	switch {
	case to.carries():
		m.openDoor()
	case !to.carries() && m.door != nil:
		close(m.door.shut)
		m.door = nil
	}
	m.mu.Unlock()
	if from == to && was == why {
		return
	}
	if from != to && !from.CanBecome(to) {
		m.log.Error("state out of order", "from", from, "to", to)
	}
	if to == Ready {
		m.quiet, m.trouble = false, ""
	}
	level := slog.LevelInfo
	if m.quiet || from == to || from.carries() && to.carries() {
		level = slog.LevelDebug
	}
	if why == "" {
		m.log.Log(context.Background(), level, string(to), "from", from)
	} else {
		m.log.Log(context.Background(), level, string(to), "from", from, "why", why)
	}
	m.gateway.Changed()
}

// openDoor lets messages in where nothing speaks against it. The caller holds
// mu.
func (m *modem) openDoor() {
	if m.state.carries() && m.door == nil && len(m.holds) == 0 {
		m.door = &door{asks: make(chan *job), talks: make(chan *talk), shut: make(chan struct{})}
		m.lull = time.Now()
		m.stirCount()
	}
}

func (m *modem) now() State {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.state
}

// update changes what is known of the modem beside its state, and tells the
// gateway when that made a difference.
func (m *modem) update(f func(*sms.Modem)) {
	m.mu.Lock()
	was := m.info
	f(&m.info)
	if a, b := was.Signal, m.info.Signal; a != nil && b != nil && *a == *b {
		m.info.Signal = a
	}
	changed := was != m.info
	m.mu.Unlock()
	if changed {
		m.gateway.Changed()
	}
}

// count changes a counter. Counters change with everything that is sent and
// received, and nobody is told.
func (m *modem) count(f func(*sms.Modem)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f(&m.info)
}

// identity returns whose references and places these are, and the SIM's own
// number where it is known.
func (m *modem) identity() (net string, own sms.Number) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.net, m.info.Number
}

// way is the modem as others see it.
func (m *modem) way() sms.Way {
	m.mu.Lock()
	defer m.mu.Unlock()
	info := m.info
	// Restarts counts openings; the first was none.
	if info.Restarts > 0 {
		info.Restarts--
	}
	if b := m.purse.Balance; m.purseOf == m.net && !m.purse.Tried.IsZero() {
		info.Balance = &b
	}
	why := m.why
	if held := m.heldWhy(); held != "" && m.state.carries() {
		why = held
	}
	if m.talks > 0 && why == "" {
		why = "a USSD code is being answered"
	}
	if err := m.powerless(); why == "" && err != nil && m.cfg.Power != nil {
		why = err.Error()
	}
	return sms.Way{
		Name: m.cfg.Name, Kind: "modem", State: string(m.state), Ready: m.door != nil && m.talks == 0, Why: why,
		Window: 1, Country: m.country, Modem: &info,
	}
}

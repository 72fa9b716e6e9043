package gateway

import (
	"slices"
	"sync"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// A ledger holds messages against the limits of SIMs. What a SIM has spent is
// what the store's Begin has counted, and what is about to be.
type ledger struct {
	limits map[string]sms.Limits // by way

	mu    sync.Mutex
	spent map[string]*sms.Spent // by SIM; guarded by mu
}

// fill takes over what the store has counted.
func (l *ledger) fill(spent map[string]sms.Spent) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for net, s := range spent {
		l.spent[net] = &s
	}
}

// sim names what is counted for a way: the SIM in it, by what is known of it.
func sim(w sms.Way) string {
	if m := w.Modem; m != nil {
		for _, id := range []string{m.ICCID, m.IMSI, m.IMEI} {
			if id != "" {
				return id
			}
		}
	}
	return w.Name
}

// hold says which limit keeps a message from a way now.
func (l *ledger) hold(w sms.Way, e *entry, now time.Time) sms.Held {
	limits := l.limits[w.Name]
	if limits.None() || e.priority == sms.Urgent {
		return sms.Held{}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return limits.Hold(l.of(sim(w)), int(e.segments), e.to, now)
}

// left says what is left of the limits of the SIM in a way.
func (l *ledger) left(w sms.Way, now time.Time) []sms.Allowance {
	limits := l.limits[w.Name]
	if limits.None() {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return limits.Left(l.of(sim(w)), now)
}

// used says how much of its day or month the SIM in a way has spent, from 0 to 1.
func (l *ledger) used(w sms.Way, now time.Time) float64 {
	limits := l.limits[w.Name]
	if limits.None() {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return limits.Used(l.of(sim(w)), now)
}

// of is what a SIM has spent; the caller holds mu and only looks.
func (l *ledger) of(net string) *sms.Spent {
	if s := l.spent[net]; s != nil {
		return s
	}
	return &sms.Spent{}
}

// spend counts a message that a way is given, and returns what Begin is to
// count.
func (l *ledger) spend(w sms.Way, e *entry, now time.Time) sms.Begin {
	b := sms.Begin{Way: w.Name, Route: e.route.Name, Time: now.UTC(), Net: sim(w), Segments: int(e.segments)}
	if l.limits[w.Name].Recipients > 0 {
		b.Recipient = e.to
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.spent[b.Net] == nil {
		l.spent[b.Net] = &sms.Spent{}
	}
	l.spent[b.Net].Add(b.Time, b.Segments, b.Recipient)
	return b
}

// undo takes back segments that spend counted and Begin does not.
func (l *ledger) undo(b sms.Begin, segments int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.spent[b.Net].Undo(b.Time, segments)
}

// atLimit is the state of a way whose SIM may not send a message now.
const atLimit = "at its limit"

// seen is how the ways look to one message: what held keeps it from is not
// ready. Without a limit that is as they are.
func seen(ways []sms.Way, e *entry, held func(sms.Way, *entry) sms.Held) []sms.Way {
	if held == nil {
		return ways
	}
	copied := false
	for i, w := range ways {
		if !w.Ready || !e.route.offers(w) || slices.Contains(e.aside(), w.Name) {
			continue
		}
		h := held(w, e)
		if h.Until.IsZero() {
			continue
		}
		if !copied {
			ways, copied = slices.Clone(ways), true
		}
		ways[i].Ready, ways[i].State = false, atLimit
		ways[i].Why = h.Why + "; goes on at " + h.Until.Format(time.RFC3339)
	}
	return ways
}

package modem

import (
	"errors"
	"fmt"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// A breaker counts the messages a modem fails in a row, though it answers and
// has a network. It belongs to the modem's owner.
type breaker struct {
	fails   int
	since   time.Time // the first of them
	to      sms.Number
	several bool // they were to several numbers
	own     bool // the modem's own words or silence were among them, not only the network's
	trial   bool // set aside before: the next message decides
	aside   time.Time
}

const (
	// breakerLimit is how many messages in a row a modem may fail while another
	// modem of the pool sends. Refusals that a number, a text or a busy cell
	// explains seldom come five in a row, and Qualcomm parts that have begun to
	// answer 41 or 515 go on without an end.
	breakerLimit = 5

	// breakerAlone is the same where no other modem has sent meanwhile: it may
	// be the network's trouble, and every recovery costs a minute.
	breakerAlone = 10

	// breakerWindow is how long failures count: a gateway that tries again
	// with growing pauses brings five in less.
	breakerWindow = 30 * time.Minute

	// trialLimit is how many messages a modem on trial may fail: one may be to
	// a number that fails everywhere.
	trialLimit = 2
)

// errRefusing ends the session of a modem that fails what others send;
// errRefused the same where the words were the network's alone.
var (
	errRefusing = errors.New("it fails messages in a row")
	errRefused  = errors.New("the network refuses its messages in a row")
)

// took notes a message that was taken.
func (b *breaker) took() { *b = breaker{} }

// failed notes a message that was not, and returns a reason to set the modem
// aside. others says whether another modem has sent since a time.
func (b *breaker) failed(to sms.Number, r *sms.SendError, own bool, others func(time.Time) bool) error {
	now := time.Now()
	if b.fails > 0 && now.Sub(b.since) > breakerWindow {
		b.fails = 0
	}
	if b.fails == 0 {
		b.since, b.to, b.several, b.own = now, to, false, false
	}
	b.fails++
	b.several = b.several || to != b.to
	b.own = b.own || own
	limit := breakerAlone
	switch {
	case b.trial:
		limit = trialLimit
	case !b.several:
		return nil // it may be the number
	case others(b.since):
		limit = breakerLimit
	}
	if b.fails < limit {
		return nil
	}
	kind := errRefused
	if b.own {
		kind = errRefusing
	}
	err := fmt.Errorf("%w: %d, the last with %w", kind, b.fails, r)
	*b = breaker{trial: true}
	return err
}

// modemsOwn reports whether a refusal is the modem's word, or its silence: the
// network's are +CMS 1 to 255, 3GPP TS 27.005 §3.2.5.
func modemsOwn(err error) bool {
	kind, code := codeOf(err)
	return kind != "CMS" || code < 0 || code > 255
}

// sentSince reports whether another modem has sent at t or since.
func (p *Pool) sentSince(t time.Time, but *modem) bool {
	for _, m := range p.all() {
		if m == but {
			continue
		}
		m.mu.Lock()
		sent := m.sent
		m.mu.Unlock()
		if !sent.IsZero() && !sent.Before(t) {
			return true
		}
	}
	return false
}

package gateway

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// Accept takes a request in. When it returns without an error the messages are
// on disk, or the request was known and the answer says where its messages
// stand. The error is a *sms.FieldError when the request is at fault,
// sms.ErrFull when there is no room now, and anything else when the store is
// in trouble: the last two are worth another try.
func (g *Gateway) Accept(ctx context.Context, r *sms.Request) (sms.Answer, error) {
	now, mark := g.clock.now(), g.clock.mark()
	ways := g.ways()
	key := sms.RequestKey{ID: r.ID, Fingerprint: r.Fingerprint, Redelivered: r.Redelivered}
	ms, err := r.Messages(now, g.home(ways))
	if err == nil {
		err = g.admit(ms)
	}
	if err != nil {
		// A repeat is answered as the repeat it is, whatever else has become
		// wrong with it since: its expiry may have passed, the queue filled up.
		if events, kerr := g.store.Known(ctx, key); kerr == nil && len(events) > 0 {
			return sms.Answer{Known: true, Events: events}, nil
		}
		g.countRejected()
		g.log.Warn("request refused", "id", r.ID, "origin", r.Origin, "err", err)
		return sms.Answer{}, err
	}
	lifetime := ms[0].Lifetime
	if ms[0].Expires.IsZero() && ms[0].SendAt.IsZero() {
		lifetime = g.cfg.Lifetime
	}
	for _, m := range ms {
		m.Accepted, m.Clock = now, mark
		if m.Expires.IsZero() {
			m.Expires = later(now, m.SendAt).Add(g.cfg.Lifetime)
		}
		// By a clock that is right the expiry says it all, over restarts too.
		if m.Lifetime = lifetime; mark == "" {
			m.Lifetime = 0
		}
	}

	var claim *flight
	var begin *sms.Begin
	if len(ms) == 1 {
		if claim = g.claim(ms[0], now); claim != nil {
			begin = &claim.b
		}
	}
	why := "" // what has a way waits for nothing, and has spent of that SIM's limits already
	if claim == nil {
		why = g.reason(ms[0], ways, g.clock.look())
	}
	events, known, err := g.store.Accept(ctx, ms, key, why, begin)
	if claim != nil && (err != nil || known) {
		g.unclaimed(claim)
	}
	if err != nil {
		g.log.Warn("request not taken", "to", ms[0].To.Short(), "err", err)
		return sms.Answer{}, g.heed(err)
	}
	if known {
		return sms.Answer{Known: true, Events: events}, nil
	}
	g.mu.Lock()
	g.today.at(now).Accepted += uint64(len(ms))
	g.mu.Unlock()
	if claim != nil {
		g.claimed(claim, ms[0], lifetime)
		return g.accepted(ms, events), nil
	}
	came := time.Now()
	g.tell(func(d *dispatcher) {
		for _, m := range ms {
			d.q.add(&sms.Waiting{
				Num: m.Num, State: sms.Queued, Priority: m.Priority, Since: m.Since(), Due: m.SendAt, Expires: g.cfg.believed(m.Expires), Lifetime: lifetime,
				Segments: m.Segments, To: m.To, From: m.From, Route: m.Route, Origin: m.Origin,
			}, came)
		}
	})
	return g.accepted(ms, events), nil
}

func (g *Gateway) accepted(ms []*sms.Message, events []sms.Event) sms.Answer {
	g.log.Info("accepted", "id", ms[0].ID, "to", ms[0].To.Short(), "messages", len(ms), "segments", ms[0].Segments, "origin", ms[0].Origin)
	return sms.Answer{Events: events}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// admit refuses what the gateway has no room for or no way by that name to.
func (g *Gateway) admit(ms []*sms.Message) error {
	if n := ms[0].Route; n != "" {
		if names := g.routeNames(); !slices.Contains(names, n) {
			return &sms.FieldError{Field: "route", Text: fmt.Sprintf("no modem, SMSC or route is called %q; there are: %s", n, strings.Join(names, ", "))}
		}
	}
	if int(g.waiting.Load())+len(ms) > g.cfg.QueueMost {
		return fmt.Errorf("%w: %d messages wait, and gateway.queue_most is %d", sms.ErrFull, g.waiting.Load(), g.cfg.QueueMost)
	}
	return nil
}

// routeNames lists what a message may ask for by name: rows of the table, the
// ways they offer, and the ways met since the start.
func (g *Gateway) routeNames() []string {
	set := map[string]bool{}
	for _, r := range g.cfg.Routes {
		set[r.Name] = true
		for _, v := range r.Via {
			set[v] = true
		}
	}
	g.mu.Lock()
	for n := range g.met {
		set[n] = true
	}
	g.mu.Unlock()
	names := make([]string, 0, len(set))
	for n := range set {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// reason says what a new message waits for, if it cannot leave at once.
func (g *Gateway) reason(m *sms.Message, ways []sms.Way, v view) string {
	now := v.wall
	switch {
	case !m.SendAt.IsZero() && v.unset:
		return untilSet
	case m.SendAt.After(now):
		return "not to be sent before " + m.SendAt.Format(time.RFC3339)
	}
	w := &sms.Waiting{To: m.To, From: m.From, Route: m.Route, Origin: m.Origin}
	e := &entry{priority: m.Priority, segments: uint8(m.Segments), to: m.To, route: rule(g.table, w)}
	if gate := gateOf(*e.route, v); e.priority != sms.Urgent && gate.why != "" {
		return gate.why
	}
	held := func(w sms.Way, e *entry) sms.Held { return g.ledger.hold(w, e, now) }
	ways = seen(ways, e, held)
	if g.sticks != nil && e.route.Sticky && m.Priority != sms.Urgent {
		own := bound(*e.route, nil, g.sticks.sim(m.To.Mark(), now), ways)
		if len(own) < len(ways) && len(choose(*e.route, nil, own).open) == 0 {
			return clingWhy(own, time.Time{}, g.cfg.StickyWait)
		}
	}
	return choose(*e.route, nil, ways).why
}

// home is the country national numbers are read in: the configured one, else
// the one all SIMs that tell theirs agree on, else none.
func (g *Gateway) home(ways []sms.Way) sms.Country {
	if c, ok := sms.CountryOf(g.cfg.Country); ok {
		return c
	}
	var code string
	for _, w := range ways {
		switch {
		case w.Country == "" || w.Country == code:
		case code == "":
			code = w.Country
		default:
			return sms.Country{} // they disagree: each network reads its own
		}
	}
	c, _ := sms.CountryOf(code)
	return c
}

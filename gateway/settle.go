package gateway

import (
	"errors"
	"math/rand/v2"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// An ending is what is known when an attempt is over.
type ending struct {
	m       *sms.Message
	begun   sms.Begin
	n       int       // how often it was tried, from 1; what other ways took over counts once
	refs    []sms.Ref // segments taken on this one
	err     error
	stopped bool // the process is stopping
	other   bool // another way is open to it now
	now     time.Time
	jitter  float64 // 0 to 1
}

// decide says what an attempt's end makes of its message, and whether the way
// is to be set aside for it. It is pure.
func (c Config) decide(a ending) (o sms.Outcome, aside bool) {
	o = sms.Outcome{Time: a.now, Refs: a.refs}
	if a.err == nil {
		o.State = sms.Sent
		if a.m.Receipt {
			o.Await = a.now.Add(c.ReportWait)
		} else {
			o.Final = true
		}
		return o, false
	}

	refusal := refused(a.err)
	if refusal.Doubt {
		o.Doubt = c.doubtOf(a)
	}
	o.Fault = &sms.Fault{Code: refusal.Code, Text: text(refusal)}
	pause := c.pause(a.n, a.jitter)
	var rest time.Duration

	switch {
	case refusal.Doubt && a.m.OnDoubt == sms.Hold:
		o.State, o.Final = sms.Doubtful, true
		o.Why = "nobody knows whether the network took it, and on_doubt is hold"
		return o, false
	case refusal.Doubt:
		rest, o.Why = c.rest(a.m, a.now)
		o.Why = "in doubt: the network may have taken it; " + o.Why
	case a.stopped:
		o.State, o.Due, o.Fault = sms.Queued, a.now, nil
		o.Why = "the gateway stopped before it was sent"
		return o, false
	}

	switch {
	case refusal.Verdict == sms.Reject && !refusal.Doubt:
		o.State, o.Final = sms.Failed, true
		return o, false
	case !a.m.Expires.IsZero() && !a.m.Expires.After(a.now):
		o.State, o.Final = sms.Expired, true
		o.Why = "expired while it was being tried"
		return o, false
	case refusal.Verdict == sms.Reroute && a.other:
		o.State, o.Due = sms.Queued, a.now.Add(rest)
		if o.Why == "" {
			o.Why = "another way takes over"
		}
		return o, true
	case a.n >= c.Attempts:
		o.State, o.Final = sms.Failed, true
		o.Why = "given up after the most attempts allowed"
		return o, false
	}
	o.State, o.Due = sms.Queued, a.now.Add(max(pause, rest))
	o.Fault.RetryAt = o.Due
	if o.Why == "" {
		o.Why = "will be tried again"
	}
	return o, false
}

// refused reads an error of Send: whatever is not a SendError is temporary.
func refused(err error) *sms.SendError {
	var e *sms.SendError
	if errors.As(err, &e) {
		return e
	}
	return &sms.SendError{Verdict: sms.Retry, Err: err}
}

func text(e *sms.SendError) string {
	if e.Err == nil {
		return "the network refused it"
	}
	return e.Err.Error()
}

// pause is how long a message rests after its nth attempt: RetryFirst doubled
// each time up to RetryMost, spread by a quarter either way so that a crowd
// refused together does not return together.
func (c Config) pause(n int, jitter float64) time.Duration {
	d := c.RetryFirst
	for i := 1; i < n && d < c.RetryMost; i++ {
		d *= 2
	}
	d = min(d, c.RetryMost)
	return d*3/4 + time.Duration(jitter*float64(d/2))
}

// jitter is the chance in the pauses.
func jitter() float64 { return rand.Float64() }

// settle is Config.settle with the mark of the clock.
func (g *Gateway) settle(m *sms.Message, st *sms.Status, r *sms.Report) (sms.Outcome, bool) {
	o, news := g.cfg.settle(m, st, r)
	o.Clock = g.clock.mark()
	return o, news
}

// settle says what a report makes of its message, whose status already holds
// it: undelivered with the first segment that will not arrive, delivered with
// the last that did, and sent where it was to be sent again and the network has
// all of it. It is the Settle the store is given.
func (c Config) settle(m *sms.Message, st *sms.Status, r *sms.Report) (sms.Outcome, bool) {
	o := sms.Outcome{Time: r.Time, Final: true}
	waits := st.Event.State == sms.Queued
	switch {
	case st.Event.State == sms.Sent && st.Event.Final:
		return o, false // the wait was over: nothing ends twice
	case st.Event.State == sms.Sent:
	case st.Event.State == sms.Doubtful, waits && len(st.Refs) == m.Segments:
		o.Why = cleared
	default:
		return o, false // being tried again: what is still missing decides
	}
	arrived := 0
	for _, s := range st.Reports {
		switch s {
		case sms.Undelivered:
			o.State = sms.Undelivered
			o.Fault = &sms.Fault{Code: r.Code, Text: r.Text}
			return o, true
		case sms.Delivered:
			arrived++
		}
	}
	switch {
	case arrived == m.Segments:
		o.State = sms.Delivered
		return o, true
	case !waits:
		return o, false
	}
	o.State, o.Final, o.Await = sms.Sent, false, r.Time.Add(c.ReportWait)
	return o, true
}

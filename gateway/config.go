package gateway

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// Config is what the core may be told. The zero value of a field means its
// default.
type Config struct {
	Name    string           // of this gateway; required
	Version string           // of the program, for Health
	Built   time.Time        // of the program: a clock that is earlier is wrong; zero: every clock is believed
	Now     func() time.Time // the time of day; nil: time.Now
	Synced  func() bool      // whether the system says that its clock is right; nil: it always is
	Country string           // calling code or ISO code by which national numbers are read; empty: the SIMs'

	RetryFirst time.Duration // pause after a first refusal; default 5 s
	RetryMost  time.Duration // longest pause; default 15 min
	Attempts   int           // after so many a message has failed; default 30
	Ageing     time.Duration // how long a message of low priority waits to be as good as a new normal one; default 10 min, AgeingOff: for ever
	Lifetime   time.Duration // of a message that names no expiry; default 72 h

	ReportWait   time.Duration // how long a report is waited for; default 72 h
	AssembleWait time.Duration // how long the other parts are waited for; default 24 h
	DoubtWait    time.Duration // how long a message in doubt rests for a report before it is sent again; default 30 s
	StopWait     time.Duration // how long a stop lets attempts in progress end by themselves; default 30 s

	QueueMost int // messages waiting; more are refused; default 100000
	Keep      sms.Retention

	Routes     []Route
	Sticky     bool          // of the row behind the last; see Route
	StickyWait time.Duration // how long a message of a sticky row waits for its SIM; default 5 min

	Limits map[string]sms.Limits // by way; each holds the SIM that is in it
}

// A Route is a row of the routing table: what it matches, and the ways it
// offers in order of preference. The first row that matches is the one.
type Route struct {
	Name   string         // for Message.Route and events
	To     *regexp.Regexp // nil: any recipient
	From   *regexp.Regexp // nil: any sender
	Origin string         // empty: any door
	Via    []string       // names of ways; empty: every modem

	// Sticky has messages leave from the SIM that carried the last message to
	// their recipient, or received the last from them, while it is among the
	// ways offered.
	Sticky bool

	// Hours is when its messages may leave. Urgent ones leave at any time, and so
	// does what asks for a way by its name.
	Hours Hours
}

const (
	defaultRetryFirst   = 5 * time.Second
	defaultRetryMost    = 15 * time.Minute
	defaultAttempts     = 30 // with the pauses above, about six hours of refusals
	defaultLifetime     = 72 * time.Hour
	defaultAgeing       = 10 * time.Minute
	defaultReportWait   = 72 * time.Hour // reports come within 48 h or not at all
	defaultAssembleWait = 24 * time.Hour
	defaultDoubtWait    = 30 * time.Second // most reports come within seconds
	defaultStopWait     = 30 * time.Second
	defaultStickyWait   = 5 * time.Minute // a modem's whole ladder short of its rests
	defaultQueueMost    = 100_000
	defaultKeepAge      = 90 * 24 * time.Hour
	defaultKeepCount    = 20_000 // at about 1 KiB each, a third of the store's default size
)

// table is the rows with the one behind the last.
func (c Config) table() []Route {
	last := defaultRoute
	last.Sticky = c.Sticky
	return append(slices.Clone(c.Routes), last)
}

// withDefaults fills in what was left out.
func (c Config) withDefaults() Config {
	set := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	set(&c.RetryFirst, defaultRetryFirst)
	set(&c.RetryMost, defaultRetryMost)
	set(&c.Lifetime, defaultLifetime)
	set(&c.Ageing, defaultAgeing)
	set(&c.ReportWait, defaultReportWait)
	set(&c.AssembleWait, defaultAssembleWait)
	set(&c.DoubtWait, defaultDoubtWait)
	set(&c.StopWait, defaultStopWait)
	set(&c.StickyWait, defaultStickyWait)
	set(&c.Keep.Age, defaultKeepAge)
	if c.Attempts == 0 {
		c.Attempts = defaultAttempts
	}
	if c.QueueMost == 0 {
		c.QueueMost = defaultQueueMost
	}
	if c.Keep.Count == 0 {
		c.Keep.Count = defaultKeepCount
	}
	return c
}

// Validate returns every fault, each with its key.
func (c Config) Validate() error {
	var errs []error
	fault := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if c.Name == "" {
		fault("gateway.name: is empty")
	}
	if c.Country != "" {
		if _, ok := sms.CountryOf(c.Country); !ok {
			fault("gateway.country: %q is no country calling code (such as 44) and no country (such as GB)", c.Country)
		}
	}
	for _, d := range []struct {
		key string
		d   time.Duration
	}{
		{"retry_first", c.RetryFirst}, {"retry_most", c.RetryMost}, {"lifetime", c.Lifetime},
		{"report_wait", c.ReportWait}, {"assemble_wait", c.AssembleWait}, {"doubt_wait", c.DoubtWait},
		{"stop_wait", c.StopWait}, {"sticky_wait", c.StickyWait},
		{"keep_age", c.Keep.Age},
	} {
		if d.d < 0 {
			fault("gateway.%s: %v is less than nothing", d.key, d.d)
		}
	}
	if c.Ageing < 0 && c.Ageing != AgeingOff {
		fault("gateway.ageing: %v is less than nothing", c.Ageing)
	}
	if f := c.withDefaults(); f.RetryFirst > f.RetryMost {
		fault("gateway.retry_first: %v is more than retry_most, %v", f.RetryFirst, f.RetryMost)
	}
	for _, n := range []struct {
		key string
		n   int
	}{{"attempts", c.Attempts}, {"queue_most", c.QueueMost}, {"keep_count", c.Keep.Count}} {
		if n.n < 0 {
			fault("gateway.%s: %d is less than nothing", n.key, n.n)
		}
	}
	var names []string
	for i, r := range c.Routes {
		if r.Name == "" {
			fault("route[%d].name: is empty", i)
		} else if r.Name == defaultRoute.Name {
			fault("route[%d].name: %q is the name of the row behind the last", i, r.Name)
		} else if slices.Contains(names, r.Name) {
			fault("route[%d].name: %q is there twice", i, r.Name)
		}
		names = append(names, r.Name)
		if err := r.Hours.validate(); err != nil {
			fault("route[%d].quiet, route[%d].days: %v", i, i, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Limits)) {
		if err := c.Limits[name].Validate(); err != nil {
			for _, line := range strings.Split(err.Error(), "\n") {
				fault("modem %s: limits.%s", name, line)
			}
		}
	}
	return errors.Join(errs...)
}

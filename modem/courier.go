package modem

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/pigeon-sms/pigeon/modem/tpdu"
	"github.com/pigeon-sms/pigeon/sms"
)

// A courier waits for the gateway so that the modem's owner need not. What lies
// in a memory (a parcel) is offered once, and the owner hears what came of it.
// What lies nowhere else (a direct report or part) is offered until the gateway
// takes it.
type courier struct {
	gateway Gateway
	log     *slog.Logger
	count   func(func(*sms.Modem))

	parcels chan parcel // from the owner, who never has more than flightLimit out
	back    chan result // room for all of them
	wake    chan struct{}

	mu     sync.Mutex
	direct []direct // oldest first, at most directLimit
}

// A parcel is what was read from a place in a memory.
type parcel struct {
	round  *round
	spot   spot
	slot   *slot
	part   *sms.Part // or
	report *sms.Report
}

// A result says whether a parcel is on disk.
type result struct {
	parcel
	err error
}

// A direct is a PDU that came unasked.
type direct struct {
	pdu    string
	length int
	net    string
	own    sms.Number
	way    string
	time   time.Time
}

func newCourier(gw Gateway, log *slog.Logger) *courier {
	return &courier{
		gateway: gw, log: log,
		parcels: make(chan parcel, flightLimit),
		back:    make(chan result, flightLimit),
		wake:    make(chan struct{}, 1),
	}
}

// push takes a PDU that came unasked. It does not block.
func (c *courier) push(d direct) {
	c.mu.Lock()
	full := len(c.direct) >= directLimit
	if !full {
		c.direct = append(c.direct, d)
	}
	c.mu.Unlock()
	if full {
		c.log.Error("a report or part is lost: too many wait for the disk", "waiting", directLimit)
		return
	}
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *courier) run(ctx context.Context) {
	pause := retryPause
	var retry <-chan time.Time // nil: the gateway takes things
	for {
		if retry == nil {
			if ok, err := c.carry(ctx); err != nil {
				c.log.Error("a report or part is not on disk yet", "err", err, "again_in", pause)
				retry = time.After(pause)
				pause = min(2*pause, time.Minute)
			} else if ok {
				pause = retryPause
				// Parcels have their turn too.
				select {
				case p := <-c.parcels:
					c.back <- result{p, c.deliver(ctx, p)}
				default:
				}
				continue
			}
		}
		select {
		case <-ctx.Done():
			c.last(context.WithoutCancel(ctx))
			return
		case <-retry:
			retry = nil
		case <-c.wake:
		case p := <-c.parcels:
			c.back <- result{p, c.deliver(ctx, p)}
		}
	}
}

// last offers once more what would be lost with the process.
func (c *courier) last(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, commitLimit/10)
	defer cancel()
	for {
		ok, err := c.carry(ctx)
		if err != nil {
			c.mu.Lock()
			n := len(c.direct)
			c.mu.Unlock()
			c.log.Error("reports or parts are lost with the stop", "count", n, "err", err)
		}
		if !ok || err != nil {
			return
		}
	}
}

// carry offers the oldest direct PDU. It returns false when there is none.
func (c *courier) carry(ctx context.Context) (bool, error) {
	c.mu.Lock()
	if len(c.direct) == 0 {
		c.mu.Unlock()
		return false, nil
	}
	d := c.direct[0]
	c.mu.Unlock()

	p, err := tpdu.Decode(d.pdu, d.length)
	switch {
	case err != nil:
		c.log.Warn("unreadable text dropped: it lies in no memory", "err", err, "length", d.length)
	case p.Part != nil && p.Silent:
	case p.Part != nil, p.Report != nil:
		if err := c.deliver(ctx, d.parcel(p)); err != nil {
			return true, err
		}
	}
	c.mu.Lock()
	c.direct = c.direct[1:]
	c.mu.Unlock()
	return true, nil
}

// parcel addresses a decoded PDU.
func (d direct) parcel(p tpdu.PDU) parcel {
	return address(p, d.net, d.way, d.own, d.time)
}

// address fills in what a PDU does not say of itself.
func address(p tpdu.PDU, net, way string, own sms.Number, now time.Time) parcel {
	if r := p.Report; r != nil {
		r.Net, r.Way, r.Time = net, way, now
		return parcel{report: r}
	}
	t := p.Part
	t.Net, t.Way, t.To, t.Time = net, way, own, now
	if t.SMSC == "" {
		t.SMSC = p.SMSC
	}
	return parcel{part: t}
}

// deliver waits until the gateway has put a parcel on disk.
func (c *courier) deliver(ctx context.Context, p parcel) error {
	ctx, cancel := context.WithTimeoutCause(ctx, commitLimit, errCommit)
	defer cancel()
	if p.report != nil {
		if err := c.gateway.Report(ctx, p.report); err != nil {
			return orCause(ctx, err)
		}
		c.count(func(i *sms.Modem) { i.Reports++ })
		return nil
	}
	if err := c.gateway.Receive(ctx, p.part); err != nil {
		return orCause(ctx, err)
	}
	c.count(func(i *sms.Modem) { i.Received++ })
	return nil
}

var errCommit = errors.New("not on disk in " + commitLimit.String())

// orCause names the limit where err only says that a context ended.
func orCause(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil && errors.Is(err, ctx.Err()) {
		return cause
	}
	return err
}

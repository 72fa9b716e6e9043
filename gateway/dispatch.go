package gateway

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// A dispatcher owns the queue and decides which message leaves next by which
// way. One goroutine, Run's, uses it.
type dispatcher struct {
	g    *Gateway
	q    *queue
	load map[string]load // by way
	turn float64         // the moment in the time of turns: that of the way given the latest message
	rest time.Time       // no attempt is begun before: the disk is full
	thaw time.Time       // when the first limit that holds something frees; zero: none does

	send    context.Context // what attempts live under
	flights sync.WaitGroup
	takers  map[string][]chan<- *flight // who waits for a way's next message
	offers  []*entry                    // messages that are not accepted yet
	claims  int                         // of those, how many have a way and are being accepted
}

// Run loads what waits, settles what a stop left in doubt, and dispatches
// until ctx is done. Then it lets the attempts in progress end, for at most
// Config.StopWait, and returns when all it started is gone. It returns an
// error only when the store cannot be relied on any more.
func (g *Gateway) Run(ctx context.Context) error {
	defer close(g.done)
	send, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	d := &dispatcher{
		g: g, q: newQueue(g.table),
		load: map[string]load{},
		send: send, takers: map[string][]chan<- *flight{},
	}
	if len(g.cfg.Limits) > 0 {
		d.q.held = d.held
	}
	d.q.ageing = g.cfg.Ageing
	d.q.longest = max(g.cfg.RetryMost*5/4, g.cfg.DoubtWait, startLimit, diskPause)
	d.q.goBy(g.clock.look())
	d.q.sticks, d.q.wait = g.sticks, g.cfg.StickyWait
	d.q.busy = func(w sms.Way) int { return d.load[w.Name].busy }
	if err := d.fill(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}

	keep, stopKeeping := context.WithCancel(ctx)
	var keeper sync.WaitGroup
	keeper.Go(func() { g.housekeep(keep) })

	err := d.loop(ctx, send)
	g.idle.Store(false)
	close(g.over)
	stopKeeping()
	d.land(cut)
	keeper.Wait()
	return err
}

// fill fills the queue and what stands beside it from the store and settles the
// doubts of a stop.
func (d *dispatcher) fill(ctx context.Context) error {
	spent, err := d.g.store.Spent(ctx)
	if err != nil {
		return err
	}
	d.g.ledger.fill(spent)
	if d.g.sticks != nil {
		sticky, err := d.g.store.Sticky(ctx)
		if err != nil {
			return err
		}
		d.g.sticks.fill(sticky)
	}
	var doubts []uint64
	now := time.Now()
	err = d.g.store.Pending(ctx, func(w sms.Waiting) error {
		if w.State == sms.Sending {
			doubts = append(doubts, w.Num)
			return nil
		}
		w.Expires = d.g.cfg.believed(w.Expires)
		d.q.add(&w, now)
		return nil
	})
	if err != nil {
		return err
	}
	for _, num := range doubts {
		if err := d.surely(ctx, func() error { return d.doubt(ctx, num) }); err != nil {
			if ctx.Err() != nil || errors.Is(err, sms.ErrBroken) {
				return err
			}
			d.g.log.Error("message left as it is", "num", num, "err", err) // an audit names it
		}
	}
	if err := d.surely(ctx, func() error { return d.g.clear(ctx) }); err != nil {
		return err
	}
	if err := d.resume(ctx); err != nil {
		return err
	}
	d.g.log.Info("queue loaded", "waiting", len(d.q.byNum), "in_doubt", len(doubts))
	return nil
}

// waiting is what the queue needs of a message.
func waiting(m *sms.Message, st *sms.Status) *sms.Waiting {
	return &sms.Waiting{
		Num: m.Num, State: st.Event.State, Priority: m.Priority, Since: m.Since(), Due: st.Due, Expires: m.Expires, Lifetime: m.Lifetime,
		Attempt: st.Event.Attempt - st.Tried, Segments: m.Segments, To: m.To, From: m.From, Route: m.Route, Origin: m.Origin,
	}
}

// loop dispatches until ctx is done or the store has failed. Attempts live
// under send, which outlasts ctx.
func (d *dispatcher) loop(ctx, send context.Context) error {
	for {
		v := d.g.clock.look()
		d.q.goBy(v)
		d.read()
		now := time.Now()
		d.q.ripen(now)
		d.q.loosen(now)
		d.expire(send, d.q.expired(now))
		d.q.look(v)
		d.dispatch(send, now)
		d.dismiss()
		d.decline()
		d.g.idle.Store(d.spare(now))
		d.g.waiting.Store(int64(len(d.q.byNum)))

		at := now.Add(idle)
		for _, t := range []time.Time{d.q.wake(), d.q.opens(), d.rest, d.thaw} {
			if t.After(now) && t.Before(at) {
				at = t
			}
		}
		alarm := time.NewTimer(time.Until(at))
		select {
		case <-ctx.Done():
		case err := <-d.g.fault:
			alarm.Stop()
			return err
		case <-d.g.wake:
		case <-alarm.C:
		}
		alarm.Stop()
		if ctx.Err() != nil {
			return nil
		}
	}
}

// idle is how long the dispatcher sleeps at most. A letter, a change of a way
// or a time that comes wakes it before; the rest is for a clock that was set,
// which no timer hears of: what waits for a time of day leaves at most so much
// later for it.
const idle = time.Minute

// read opens the letters that have come.
func (d *dispatcher) read() {
	d.g.mu.Lock()
	mail := d.g.mail
	d.g.mail = nil
	d.g.mu.Unlock()
	for _, f := range mail {
		f(d)
	}
}

// held is the ledger's word on a message and a way. It notes when the dispatcher
// has to look again.
func (d *dispatcher) held(w sms.Way, e *entry) sms.Held {
	h := d.g.ledger.hold(w, e, d.g.clock.now())
	if h.Until.IsZero() {
		return h
	}
	if thaw := d.q.at.steadyAt(h.Until); d.thaw.IsZero() || thaw.Before(d.thaw) {
		d.thaw = thaw
	}
	return h
}

// dispatch gives every free way messages, one at a time to the way that ranks
// first.
func (d *dispatcher) dispatch(send context.Context, now time.Time) {
	d.thaw = time.Time{}
	if len(d.q.lines)+len(d.q.vigils) == 0 || now.Before(d.rest) {
		return
	}
	all := d.g.ways()
	d.q.attend(all, now)
	d.q.forgive(all, func(n int) time.Duration { return d.g.cfg.pause(n, jitter()) }, now)
	d.q.hold(all, now)
	free := slices.DeleteFunc(slices.Clone(all), func(w sms.Way) bool { return !w.Ready })
	for _, w := range free {
		l := d.load[w.Name]
		l.spent = d.g.ledger.used(w, d.g.clock.now())
		d.load[w.Name] = l
	}
	pace := paces(free, d.load)
	for len(free) > 0 {
		rank(free, d.load, pace, now)
		w := free[0]
		l := d.load[w.Name]
		var e *entry
		if l.busy < max(1, w.Window) {
			e = d.q.pick(w.Name, all)
		}
		if e == nil {
			free = free[1:]
			continue
		}
		d.turn = l.given(d.turn, now)
		d.load[w.Name] = l
		b := d.g.ledger.spend(w, e, d.g.clock.now())
		b.Clock = d.g.clock.mark()
		if b.Recipient != "" && e.priority == sms.Urgent {
			d.q.admitted(b.Recipient)
		}
		d.stick(e, &b)
		d.g.spentSome(w)
		d.launch(send, &flight{e: e, b: b, expires: d.q.time(e.expires)})
	}
}

// spare reports whether a way would take a message now, and none waits.
func (d *dispatcher) spare(now time.Time) bool {
	if now.Before(d.rest) || !d.q.empty() {
		return false
	}
	return slices.ContainsFunc(d.g.ways(), func(w sms.Way) bool {
		return w.Ready && d.load[w.Name].busy < max(1, w.Window)
	})
}

// stick notes that a message's recipient is used to the SIM it leaves from,
// here and in what Begin is to write.
func (d *dispatcher) stick(e *entry, b *sms.Begin) {
	if d.g.sticks == nil {
		return
	}
	b.Stick = e.to
	if who := e.to.Mark(); d.g.sticks.put(who, sms.StickTo(b.Net, b.Time)) {
		d.q.moved(who, b.Time)
	}
}

// expire ends messages whose time has passed, some at a time so that they share
// commits without a crowd of goroutines.
func (d *dispatcher) expire(send context.Context, es []*entry) {
	for part := range slices.Chunk(es, len(es)/expirers+1) {
		d.flights.Go(func() {
			for _, e := range part {
				o := sms.Outcome{State: sms.Expired, Final: true, Time: d.g.clock.now(), Clock: d.g.clock.mark(),
					Why: "its time passed before any way could take it"}
				d.write(send, e.num, func() error {
					st, err := d.g.store.End(send, e.num, o)
					if err == nil {
						d.g.count(st.Event)
					}
					return err
				})
			}
		})
	}
}

// expirers is how many messages expire at a time.
const expirers = 32

// write repeats a write until it succeeds, ctx ends, or it is clear that it
// never will: then the message stays as it is on disk, and the run ends if
// that goes for all.
func (d *dispatcher) write(ctx context.Context, num uint64, f func() error) {
	if err := d.surely(ctx, f); err != nil && ctx.Err() == nil {
		d.g.log.Error("message left as it is", "num", num, "err", err)
	}
}

// surely repeats what finds the disk full until there is room.
func (d *dispatcher) surely(ctx context.Context, f func() error) error {
	for {
		err := d.g.heed(f())
		if err == nil || !errors.Is(err, sms.ErrFull) {
			return err
		}
		d.g.log.Error("no room on the disk, trying again", "err", err)
		if !wait(ctx, diskPause) {
			return ctx.Err()
		}
	}
}

// diskPause is between tries of what found the disk full: soon enough to notice
// room, seldom enough not to fill the log.
const diskPause = 10 * time.Second

// wait lets d pass; false when ctx ended first.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// land waits for the attempts in progress; those that take longer than
// StopWait are cut.
func (d *dispatcher) land(cut context.CancelFunc) {
	t := time.NewTimer(d.g.cfg.StopWait)
	defer t.Stop()
	d.settleClaims(t.C)
	landed := make(chan struct{})
	go func() { d.flights.Wait(); close(landed) }()
	select {
	case <-landed:
		return
	case <-t.C:
		d.g.log.Warn("attempts in progress are cut short")
	}
	cut()
	<-landed
}

// settleClaims waits for requests that were promised a way, so that none is left
// begun and not sent. It gives up when the time is over.
func (d *dispatcher) settleClaims(over <-chan time.Time) {
	for d.read(); d.claims > 0; d.read() {
		select {
		case <-d.g.wake:
		case <-over:
			return
		}
	}
}

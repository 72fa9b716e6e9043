package modem

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"time"
	"unicode/utf8"

	"github.com/pigeon-sms/pigeon/sms"
)

// A Balance says how a network is asked what a SIM has left. Its zero value
// asks nothing.
type Balance struct {
	Code     string         // "*100#"
	Replies  []string       // what its menus are answered, in order
	Every    time.Duration  // from one check to the next, give or take a twentieth; 0: balanceEvery
	Pattern  *regexp.Regexp // its first group is the amount; nil: the first number of the reply
	Low      *float64       // what is less is told; nil: nothing is
	Currency string         // shown behind the amount
}

const (
	balanceEvery = 24 * time.Hour
	balanceLeast = 10 * time.Minute // networks bar who asks without a rest
)

// none reports whether nothing is set.
func (b Balance) none() bool {
	return b.Code == "" && len(b.Replies) == 0 && b.Every == 0 && b.Pattern == nil && b.Low == nil && b.Currency == ""
}

// validate tells every fault, with the key below "balance".
func (b Balance) validate(fault func(key, format string, args ...any)) {
	if b.none() {
		return
	}
	for i, code := range append([]string{b.Code}, b.Replies...) {
		if e, ok := errors.AsType[*sms.FieldError](ussdCode(code)); ok {
			key := "code"
			if i > 0 {
				key = fmt.Sprintf("replies[%d]", i-1)
			}
			fault(key, "%s", e.Text)
		}
	}
	if b.Every != 0 && b.Every < balanceLeast {
		fault("every", "%v is less than %v", b.Every, balanceLeast)
	}
	if b.Pattern != nil && b.Pattern.NumSubexp() == 0 {
		fault("pattern", "has no group in round brackets, which is to hold the amount")
	}
	if b.Low != nil && (math.IsNaN(*b.Low) || math.IsInf(*b.Low, 0)) {
		fault("low", "a number is needed")
	}
	if utf8.RuneCountInString(b.Currency) > 8 || clean(b.Currency) != b.Currency {
		fault("currency", "up to 8 characters are needed")
	}
}

// A purse is what is remembered of a SIM's balance, under its ICCID.
type purse struct {
	Balance sms.Balance `json:"balance"`
	Tried   time.Time   `json:"tried"`            // the last check
	Fails   int         `json:"fails,omitempty"`  // checks in a row that gave no amount
	Unread  bool        `json:"unread,omitempty"` // the last reply could not be read
}

const (
	// balanceFails is how many checks in a row give no amount before it is
	// told: a network's USSD centre is often away for a minute.
	balanceFails = 3

	// balanceRetry is how long after a check that failed the next one is,
	// doubled with each failure.
	balanceRetry = 15 * time.Minute

	// balanceText is how much of a reply is kept, in characters: two pages.
	balanceText = 400
)

// take enters what a check has brought, and returns what is to be told.
func (p *purse) take(c Balance, now time.Time, out said) (news []sms.Notice, err error) {
	tell := func(step, reason string) {
		news = append(news, sms.Notice{Time: now, Kind: "balance", Step: step, Reason: reason, Text: p.Balance.Text})
	}
	p.Tried = now
	var amount float64
	if err = out.err; err == nil {
		p.Balance.Text = firstOf(out.text)
		amount, err = readBalance(out.text, c.Pattern)
		if err != nil && !p.Unread {
			p.Unread = true
			tell("unreadable", err.Error()+": correct the pattern of [modem.balance]")
		}
	}
	if err != nil {
		p.Balance.Why = err.Error()
		if p.Fails++; p.Fails == balanceFails {
			tell("failed", fmt.Sprintf("%d checks in a row: %v", p.Fails, err))
		}
		return news, err
	}
	was := p.Balance.Low
	p.Balance = sms.Balance{
		Amount: &amount, Currency: c.Currency, Text: p.Balance.Text, Time: now, Low: c.Low != nil && amount < *c.Low,
	}
	p.Fails, p.Unread = 0, false
	if p.Balance.Low && !was {
		tell("low", fmt.Sprintf("%s is left, less than %s", p.Balance, sms.FormatAmount(*c.Low)))
	}
	return news, nil
}

// next returns when the SIM is to be asked again. A clock that has gone back
// does not put it off for longer than usual.
func (p *purse) next(every time.Duration, now time.Time) time.Time {
	if p.Tried.IsZero() {
		return now.Add(rand.N(time.Minute)) // not every modem at once
	}
	if p.Fails > 0 && !p.Unread {
		every = min(every, balanceRetry<<min(p.Fails-1, 10))
	}
	every += rand.N(every/10) - every/20
	return now.Add(max(0, min(every, p.Tried.Add(every).Sub(now))))
}

// firstOf is as much of a reply as is kept.
func firstOf(reply string) string {
	r := []rune(reply)
	return string(r[:min(len(r), balanceText)])
}

// A Queuer is a Gateway that also tells whether a message waits that a modem
// could be given now or soon. Nobody asks for a balance then.
type Queuer interface {
	Waits(ctx context.Context, way string) (bool, error)
}

// A Teller is a Gateway that also wants news of a modem for its journal. Tell
// must not block.
type Teller interface{ Tell(sms.Notice) }

// Balance has a modem ask its network at once what the SIM has left, as
// [modem.balance] says. What is being sent is finished first. A
// *sms.FieldError says why nothing came of it.
func (p *Pool) Balance(ctx context.Context, way string) (sms.Balance, error) {
	m, err := p.named(way)
	switch {
	case err != nil:
		return sms.Balance{}, err
	case m.cfg.Balance.Code == "":
		return sms.Balance{}, &sms.FieldError{Field: "modem", Text: way + " has no [modem.balance] in the configuration: say there which code asks for it"}
	case m.theDoor() == nil:
		return sms.Balance{}, m.unready()
	}
	return m.askBalance(ctx)
}

// askBalance asks the network for the balance, remembers what came of it and
// tells what is news.
func (m *modem) askBalance(ctx context.Context) (sms.Balance, error) {
	select {
	case m.counting <- struct{}{}:
		defer func() { <-m.counting }()
	case <-ctx.Done():
		return sms.Balance{}, ctx.Err()
	}
	sim, _ := m.identity()
	p, err := m.recallPurse(ctx, sim)
	if err != nil {
		return sms.Balance{}, err
	}
	out := m.dialogue(ctx)
	now := time.Now().UTC()
	if sim2, _ := m.identity(); out.err == nil && sim2 != sim {
		out.err = errSIM
	}
	if ctx.Err() != nil || errors.Is(out.err, errCalledOff) || errors.Is(out.err, errSIM) {
		return sms.Balance{}, out.err
	}
	news, err := p.take(m.cfg.Balance, now, out)
	m.keepPurse(sim, p, false)
	for _, n := range news {
		n.Way = m.cfg.Name
		m.log.Warn("balance check", "news", n.Step, "failed", p.Fails)
		if g, ok := m.gateway.(Teller); ok {
			g.Tell(n)
		}
	}
	if err := m.pool.remember(context.WithoutCancel(ctx), "balance/"+sim, p); err != nil {
		m.log.Error("balance not remembered", "err", err)
	}
	m.gateway.Changed()
	switch _, field := errors.AsType[*sms.FieldError](err); {
	case err == nil, field:
		return p.Balance, err
	}
	return p.Balance, &sms.FieldError{Field: "pattern", Text: fmt.Sprintf("%v: %q", err, p.Balance.Text)}
}

// dialogue sends the code and answers its menus. Nothing is left open, and
// what somebody else has left open is ended before.
func (m *modem) dialogue(ctx context.Context) said {
	if m.menuOpen() > 0 {
		if out := m.talk(ctx, ""); out.err != nil {
			return out
		}
	}
	out := m.talk(ctx, append([]string{m.cfg.Balance.Code}, m.cfg.Balance.Replies...)...)
	if out.err == nil && out.more {
		out.err = m.talk(ctx, "").err
	}
	return out
}

// recallPurse returns what is known of a SIM's balance, from the memory the
// first time.
func (m *modem) recallPurse(ctx context.Context, sim string) (purse, error) {
	m.mu.Lock()
	p, known := m.purse, m.purseOf == sim
	m.mu.Unlock()
	if known {
		return p, nil
	}
	p = purse{}
	if err := m.pool.recall(ctx, "balance/"+sim, &p); err != nil {
		return p, fmt.Errorf("recall the balance: %w", err)
	}
	m.keepPurse(sim, p, true)
	m.gateway.Changed()
	return p, nil
}

// keepPurse makes a purse the modem's; one that was recalled only where the
// SIM's is not there already, which is newer.
func (m *modem) keepPurse(sim string, p purse, recalled bool) {
	at := p.next(m.balanceEvery(), time.Now())
	m.mu.Lock()
	if !recalled || m.purseOf != sim {
		m.purse, m.purseOf, m.countAt = p, sim, at
	}
	m.mu.Unlock()
	m.stirCount()
}

func (m *modem) balanceEvery() time.Duration {
	if every := m.cfg.Balance.Every; every != 0 {
		return every
	}
	return balanceEvery
}

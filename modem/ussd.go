package modem

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/pigeon-sms/pigeon/modem/profile"
	"github.com/pigeon-sms/pigeon/modem/tpdu"
	"github.com/pigeon-sms/pigeon/sms"
)

const (
	// ussdLimit is how long the network may take: 5 to 60 s are usual.
	ussdLimit = 60 * time.Second

	// ussdAccept is how long a modem may take to accept a code. Most do at
	// once; some only when the network has it.
	ussdAccept = 20 * time.Second

	// menuLimit is how long a menu stays open for a person to choose from.
	menuLimit = 3 * time.Minute
)

// errCalledOff ends the wait for a reply that somebody no longer wants.
var errCalledOff = &sms.FieldError{Field: "code", Text: "it was called off"}

// A talk is a USSD code on its way through the owner.
type talk struct {
	ctx   context.Context
	code  string    // empty: end what is open
	reply chan said // room for one
}

type said struct {
	text string
	more bool
	err  error
}

// USSD has a modem send a code (*100#), or the answer to a menu that is open,
// and returns what the network says; more when it waits for an answer, which
// the next USSD is. A menu nobody answers is ended after a while. Texts wait
// meanwhile, and so does a code while a text is sent. A *sms.FieldError says
// what the network or the modem has against it.
func (p *Pool) USSD(ctx context.Context, way, code string) (reply string, more bool, err error) {
	if err := ussdCode(code); err != nil {
		return "", false, err
	}
	m, err := p.named(way)
	if err != nil {
		return "", false, err
	}
	s := m.talk(ctx, code)
	return s.text, s.more, s.err
}

// CancelUSSD ends a modem's dialogue with the network, whether it waits for
// the network or for us. It is no error when there is none.
func (p *Pool) CancelUSSD(ctx context.Context, way string) error {
	m, err := p.named(way)
	if err != nil {
		return err
	}
	m.mu.Lock()
	if m.callOff != nil {
		m.callOff(errCalledOff)
	}
	m.mu.Unlock()
	return m.talk(ctx, "").err
}

// talk gives codes to the owner when no text is on its way, each when the reply
// to the one before wants an answer, and returns the last reply. Nobody else's
// text or code comes between them. An empty code ends what is open.
func (m *modem) talk(ctx context.Context, codes ...string) said {
	tctx, callOff := context.WithCancelCause(ctx)
	defer callOff(nil)
	m.change(func() { m.talks++ })
	m.gateway.Changed()
	defer func() {
		m.change(func() { m.talks-- })
		m.stirCount()
		m.gateway.Changed()
	}()
	d, err := m.engage(tctx)
	if err != nil {
		return said{err: err}
	}
	defer m.letGo()
	if codes[0] != "" {
		m.change(func() { m.callOff = callOff })
		defer m.change(func() { m.callOff = nil })
	}
	var out said
	for i, code := range codes {
		if i > 0 && !out.more {
			break
		}
		if out = m.say(tctx, d, code); out.err != nil {
			break
		}
	}
	m.change(func() {
		if m.menu = (time.Time{}); out.more {
			m.menu = time.Now().Add(menuLimit)
		}
	})
	return out
}

// say gives one code to the owner and waits for the reply.
func (m *modem) say(tctx context.Context, d *door, code string) said {
	k := &talk{ctx: tctx, code: code, reply: make(chan said, 1)}
	select {
	case d.talks <- k:
	case <-d.shut:
		return said{err: m.unready()}
	case <-tctx.Done():
		return said{err: context.Cause(tctx)}
	}
	return <-k.reply // bounded: the owner answers every talk it took
}

// engage waits until nothing is sent through the modem, and takes it.
func (m *modem) engage(ctx context.Context) (*door, error) {
	for {
		m.mu.Lock()
		d, sending := m.door, m.sending
		if d != nil && !sending {
			m.sending = true
		} else if sending && m.idle == nil {
			m.idle = make(chan struct{})
		}
		idle := m.idle
		m.mu.Unlock()
		switch {
		case d == nil:
			return nil, m.unready()
		case !sending:
			return d, nil
		}
		select {
		case <-idle:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// change runs f under mu.
func (m *modem) change(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f()
}

// letGo ends what engage, or a send, began.
func (m *modem) letGo() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sending, m.lull = false, time.Now()
	m.stirCount()
	if m.idle != nil {
		close(m.idle)
		m.idle = nil
	}
}

// unready says why the modem takes nothing.
func (m *modem) unready() error {
	m.mu.Lock()
	state, why := m.state, m.why
	if held := m.heldWhy(); held != "" {
		why = held
	}
	m.mu.Unlock()
	if why != "" {
		why = ": " + why
	}
	return &sms.FieldError{Field: "modem", Text: fmt.Sprintf("%s is %s%s", m.cfg.Name, state, why)}
}

// converse sends the code of a talk, waits for the reply and hands it over.
// Nothing else is said to the modem meanwhile, but to end an incoming call.
func (s *session) converse(ctx context.Context) error {
	k := s.talk
	s.stand("")
	var out said
	var err error
	if k.code == "" {
		err = s.endMenu(ctx)
	} else {
		out, err = s.question(ctx, k)
	}
	if err != nil && out.err == nil {
		why := err
		if cause := context.Cause(ctx); cause != nil {
			why = cause
		}
		out = said{err: &sms.FieldError{Field: "modem", Text: fmt.Sprintf("%s did not carry it: %v", s.m.cfg.Name, why)}}
	}
	s.talk = nil
	if s.over(ctx, err) {
		s.m.become(Sick, err.Error())
	} else {
		s.stand("")
	}
	k.reply <- out
	return err
}

// question is one code and its reply. The error is the modem's trouble.
func (s *session) question(ctx context.Context, k *talk) (said, error) {
	if err := k.ctx.Err(); err != nil {
		return said{err: context.Cause(k.ctx)}, nil
	}
	s.news.takeReplies() // those of nobody
	err := s.dialCode(ctx, k.code)
	if e, ok := errors.AsType[*sms.FieldError](err); ok {
		return said{err: e}, nil
	}
	if err != nil {
		return said{}, err
	}
	return s.awaitReply(ctx, k)
}

// said is a reply as its asker gets it.
func (r ussdReply) said() said {
	refuse := func(text string) said {
		if r.text != "" {
			text += ": " + r.text
		}
		return said{err: &sms.FieldError{Field: "code", Text: text}}
	}
	switch {
	case r.mode == ussdMore:
		return said{text: r.text, more: true}
	case r.mode == ussdEnded && r.text == "":
		return refuse("the network has ended the dialogue")
	case r.mode == ussdElsewhere:
		return refuse("another program on the modem has answered")
	case r.mode == ussdUnsupported:
		return refuse("the network does not know this code")
	case r.mode == ussdTimeout:
		return refuse("the network has waited too long")
	case r.mode == ussdOver, r.mode == ussdEnded, r.text != "":
		return said{text: r.text}
	}
	return refuse("the modem's answer cannot be read")
}

// dialCode hands a code to the modem, in the form its family wants.
func (s *session) dialCode(ctx context.Context, code string) error {
	text, packed := code, s.profile.Load().USSD == profile.Packed
	if packed {
		var err error
		if text, err = tpdu.PackUSSD(code); err != nil {
			return &sms.FieldError{Field: "code", Text: err.Error()}
		}
	} else {
		info, ok, err := s.offer(ctx, "+CSCS?", askLimit)
		if err != nil {
			return err
		}
		if it, found := find(info, "+CSCS"); ok && found && isUCS2(it[0].text) {
			text = ucs2Hex(code) // which a program before us has left
		}
	}
	_, err := s.ask(ctx, `+CUSD=1,"`+text+`",15`, ussdAccept)
	if packed && refused(err) && strings.ContainsAny(code, "*#") {
		// Firmware with ^USSDMODE=0 takes text, and no digits for it.
		_, err = s.ask(ctx, `+CUSD=1,"`+code+`",15`, ussdAccept)
	}
	if refused(err) {
		return &sms.FieldError{Field: "code", Text: fmt.Sprintf("the modem refuses it: %v", err)}
	}
	return err
}

func isUCS2(set string) bool { return strings.EqualFold(set, "UCS2") || set == ucs2Hex("UCS2") }

func ucs2Hex(text string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(text)) {
		b = append(b, byte(u>>8), byte(u))
	}
	return strings.ToUpper(hex.EncodeToString(b))
}

// awaitReply waits for the network. Who leaves or waits in vain ends the
// dialogue.
func (s *session) awaitReply(ctx context.Context, k *talk) (said, error) {
	t := time.NewTimer(ussdLimit)
	defer t.Stop()
	for {
		if all := s.news.takeReplies(); len(all) > 0 {
			r := lastReply(all, s.profile.Load().USSD == profile.Packed)
			s.menuEnd = time.Time{}
			if r.mode == ussdMore {
				s.menuEnd = time.Now().Add(menuLimit)
			}
			return r.said(), nil
		}
		if err := s.heed(s.news.take()); err != nil {
			return said{}, err
		}
		if s.rung {
			if err := s.decline(ctx); err != nil {
				return said{}, err
			}
		}
		select {
		case <-ctx.Done():
			return said{}, ctx.Err()
		case <-k.ctx.Done():
			return said{err: context.Cause(k.ctx)}, s.endMenu(ctx)
		case <-t.C:
			err := &sms.FieldError{Field: "code", Text: fmt.Sprintf("the network has not answered in %v", ussdLimit)}
			return said{err: err}, s.endMenu(ctx)
		case r := <-s.m.courier.back:
			s.settle(r)
		case <-s.news.wake:
		}
	}
}

// lastReply reads the last of several replies that came at once. A release
// without a text, of which some modems say several, does not take the place of
// the text it follows; it ends the menu.
func lastReply(all [][]string, packed bool) ussdReply {
	last := ussdReply{mode: ussdEnded}
	for _, lines := range all {
		r := readUSSD(lines, packed)
		if r.mode == ussdEnded && r.text == "" && last.text != "" {
			if last.mode == ussdMore {
				last.mode = ussdOver
			}
			continue
		}
		last = r
	}
	return last
}

// endMenu ends the dialogue. ERROR is normal where there is none.
func (s *session) endMenu(ctx context.Context) error {
	s.menuEnd = time.Time{}
	_, err := s.ask(ctx, "+CUSD=2", simLimit)
	if refused(err) {
		return nil
	}
	return err
}

// stray takes replies that nobody waits for: one that came too late, or the
// network's own word. A menu nobody asked for is ended, lest it stay open.
func (s *session) stray() {
	for _, lines := range s.news.takeReplies() {
		switch r := readUSSD(lines, false); {
		case r.mode == ussdMore:
			s.menuEnd = time.Now()
		default:
			s.menuEnd = time.Time{}
		}
		s.m.log.Debug("USSD nobody waits for")
	}
}

package line

import (
	"context"
	"strings"
	"time"

	"github.com/warthog618/modem/at"
)

// serve gives a caller its turn. Only Run calls it.
func (p *Port) serve(a ask) {
	if err := a.ctx.Err(); err != nil {
		a.reply <- reply{err: err} // nobody waits: the modem need not know
		return
	}
	if p.stale {
		if err := p.resync(); err != nil {
			p.end(err)
			a.reply <- reply{err: err}
			return
		}
	}
	a.reply <- p.run(a.ctx, parse(a.cmd, a.pdu), a.limit)
}

// run takes one command through the engine.
func (p *Port) run(ctx context.Context, c *command, limit time.Duration) reply {
	t := &turn{command: c, ctx: ctx}
	p.mu.Lock()
	p.turn = t
	if c.submit != "" {
		t.timer = time.AfterFunc(min(promptLimit, limit), func() { t.giveUp(p) })
	}
	p.mu.Unlock()

	var r reply
	if c.submit != "" {
		r.info, r.err = p.engine.SMSCommand(c.text, c.submit, at.WithTimeout(limit))
	} else {
		r.info, r.err = p.engine.Command(c.text, at.WithTimeout(limit))
	}

	p.mu.Lock()
	p.turn = nil
	t.over = true
	if t.timer != nil {
		t.timer.Stop()
	}
	said, forgot, flood, prompted, restart := t.said, t.forgot, t.flood, t.prompted, t.restart
	p.mu.Unlock()

	for i := range r.info {
		r.info[i] = strings.TrimPrefix(r.info[i], " ") // see hear
	}
	r.gone = t.gone.Load()
	r.err = translate(r.err, said)
	if restart {
		r.err = ErrRestarted
	}
	timedOut := r.err == ErrTimeout
	if timedOut || forgot || r.gone && r.err != nil && !strings.HasPrefix(said, "+CMS") {
		// The rest of the answer may still come. A plain ERROR behind a PDU may
		// be that of the command line, and the PDU's own is to follow (Sierra HL6).
		p.stale, p.esc = true, p.esc || !r.gone
	}
	switch {
	case flood:
		r.info, r.err = nil, ErrFlood
	case c.submit == "" || r.gone:
	case forgot && !prompted, timedOut:
		r.err = ErrNoPrompt
		p.stale, p.esc = true, true
	case ctx.Err() != nil:
		r.err = ctx.Err()
		p.stale, p.esc = true, true
	}
	return r
}

// hear passes one of the command's own lines to the engine. The reader calls it.
func (t *turn) hear(p *Port, line string) {
	p.mu.Lock()
	t.size += len(line)
	t.flood = t.flood || t.size > maxAnswer
	pass := !t.over && !t.flood
	if !t.heard && t.grace > 0 {
		if t.timer != nil {
			t.timer.Stop()
		}
		t.timer = time.AfterFunc(t.grace, func() { t.settle(p) })
	}
	t.heard = true
	p.mu.Unlock()
	if pass {
		if line[0] == '>' {
			line = " " + line // the engine takes any line that starts with it for a prompt
		}
		p.toEngine.write(line + "\r\n")
	}
}

// finish passes the command's final result to the engine. The reader calls it.
func (t *turn) finish(p *Port, word, line string) {
	p.mu.Lock()
	late := t.over || t.strict && !t.heard
	if !late {
		t.over, t.said = true, line
	}
	p.mu.Unlock()
	if !late {
		p.toEngine.write(word + "\r\n")
	}
}

// done reports whether the final result has been passed on: what comes now is
// not the command's any more.
func (t *turn) done(p *Port) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return t.over
}

// abort ends a command whose modem will not end it any more.
func (t *turn) abort(p *Port) {
	p.mu.Lock()
	late := t.over
	if !late {
		t.over, t.restart = true, true
	}
	p.mu.Unlock()
	if !late {
		p.toEngine.write("ERROR\r\n")
	}
}

// settle ends a command whose modem has said all but OK.
func (t *turn) settle(p *Port) { t.invent(p, "OK", true) }

// giveUp ends a command whose modem never asked for the PDU.
func (t *turn) giveUp(p *Port) { t.invent(p, "ERROR", false) }

// invent gives the engine the final result the modem forgot, unless a modem
// that was not to be prompted has asked for the PDU after all.
func (t *turn) invent(p *Port, word string, prompted bool) {
	p.mu.Lock()
	late := t.over || t.submit != "" && t.prompted != prompted
	if !late {
		t.over, t.forgot = true, true
	}
	p.mu.Unlock()
	if !late {
		p.toEngine.write(word + "\r\n")
	}
}

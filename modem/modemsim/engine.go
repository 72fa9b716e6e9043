package modemsim

import (
	"context"
	"errors"
	"strings"
	"time"
)

// Limits of what a modem takes in.
const (
	maxInput = 4096 // bytes typed ahead: the buffer of a tty
	maxLine  = 2048 // characters of a command line
	maxBody  = 4096 // characters after a prompt
)

// Ends of a wait or a command that are no answer.
var (
	errInputEnded = errors.New("the host has gone")
	errStopped    = errors.New("stopped")
	errReboot     = errors.New("restarts")
	errMute       = errors.New("says nothing") // the command is over, without a result
)

// An engine speaks AT on one stream. It runs in the goroutine of Serve, which
// also owns the modem's state.
type engine struct {
	m    *Modem
	st   *state
	out  *output
	in   <-chan []byte // closed when the stream has ended
	quit <-chan struct{}

	buf    []byte // typed, not taken yet
	line   []byte // the command line so far
	long   bool   // which is longer than maxLine
	typing bool   // after a prompt: nothing is said unasked
	answer []string
}

func (e *engine) run(ctx context.Context) error {
	e.quit = ctx.Done()
	for {
		b, err := e.next()
		if err == nil {
			err = e.typed(b)
		}
		switch {
		case errors.Is(err, errStopped):
			return nil
		case errors.Is(err, errReboot):
			e.restart()
		case err != nil:
			return err
		}
	}
}

// next returns the next byte the host types to a modem that listens.
func (e *engine) next() (byte, error) {
	for {
		if l := e.m.look(); l.silent || l.frozen || l.wedged || l.hung || !l.on() || time.Now().Before(e.st.bootAt) {
			e.buf, e.line, e.long = nil, nil, false
		}
		if len(e.buf) > 0 {
			b := e.buf[0]
			e.buf = e.buf[1:]
			return b, nil
		}
		if err := e.pause(-1, true); err != nil {
			return 0, err
		}
	}
}

// typed takes one byte outside a prompt.
func (e *engine) typed(b byte) error {
	const backspace, ctrlZ, esc = 0x08, 0x1A, 0x1B
	switch b {
	case '\n', ctrlZ, esc, 0:
		return nil
	case backspace:
		e.line = e.line[:max(len(e.line)-1, 0)]
		return nil
	}
	if e.st.lost == 0 {
		e.echo(b)
	}
	if b != '\r' {
		if len(e.line) < maxLine {
			e.line = append(e.line, b)
		} else {
			e.long = true
		}
		return nil
	}
	line, long := string(e.line), e.long
	e.line, e.long = nil, false
	if e.st.lost > 0 {
		e.st.lost--
		return nil
	}
	return e.command(line, long)
}

func (e *engine) echo(b byte) {
	if e.st.echo {
		e.put(string(b))
	}
}

// command runs a command line and gives its one result. Characters before "AT"
// are no part of it, V.250 §5.2.1; a line without has no result.
func (e *engine) command(line string, long bool) error {
	at := commandStart(line)
	if at < 0 {
		return nil
	}
	e.m.count(func(c *Counts) { c.Commands++ })
	if d := e.m.look().slow; d > 0 {
		if err := e.pause(d, false); err != nil {
			return err
		}
	}
	e.answer = nil
	calls, _ := parseLine(line[at:])
	var err error
	if long {
		err = errPlain
	}
	for _, c := range calls {
		if err != nil {
			break
		}
		err = e.do(c)
	}
	return e.result(err)
}

// result says what a command line has to say, and how it ended.
func (e *engine) result(err error) error {
	final := "OK"
	var f *failure
	switch {
	case errors.As(err, &f):
		final = f.code(e.st.errors)
	case errors.Is(err, errMute):
		final = ""
	case err != nil:
		return err
	}
	if l := e.m.look(); l.lates != 0 {
		e.m.spend(func(f *faults) *int { return &f.lates })
		if err := e.pause(l.late, false); err != nil {
			return err
		}
	}
	e.sayAnswer()
	if final != "" {
		e.put(e.framed(final, true))
	}
	e.answer = nil
	return nil
}

// sayAnswer says the lines of an answer. The fault midanswer puts something
// else after the first of them.
func (e *engine) sayAnswer() {
	for i, text := range e.answer {
		if i > 0 || !e.m.spend(func(f *faults) *int { return &f.midAnswer }) {
			e.put(e.framed(text, false))
			continue
		}
		head, tail, more := strings.Cut(text, "\r\n")
		e.put(e.framed(head, false))
		if !e.receiveOne() {
			e.say(e.m.fam.chatter)
		}
		if more {
			e.put(tail + "\r\n")
		}
	}
}

// framed is a line as V.250 §5.7.1 has it, by what ATV asks for.
func (e *engine) framed(text string, final bool) string {
	if e.st.verbose {
		return "\r\n" + text + "\r\n"
	}
	if !final {
		return text + "\r\n"
	}
	switch text {
	case "OK":
		return "0\r"
	case "ERROR":
		return "4\r"
	}
	return text + "\r"
}

// info adds a line, or a header and its data, to the answer.
func (e *engine) info(text string) { e.answer = append(e.answer, text) }

// say says a line unasked, if it does not go to another port.
func (e *engine) say(text string) {
	if !e.m.look().otherPort || e.st.here {
		e.put("\r\n" + text + "\r\n")
	}
}

func (e *engine) put(s string) {
	if l := e.m.look(); !l.silent && !l.frozen && l.on() {
		e.out.put([]byte(s))
	}
}

// pause waits: for a byte of input, or else for d. What comes over the air
// meanwhile is attended to. A host that goes ends a wait for input only: a
// modem finishes what it has begun.
func (e *engine) pause(d time.Duration, forInput bool) error {
	end := time.Now().Add(d)
	for {
		wait, err := e.attend()
		if err != nil {
			return err
		}
		if forInput && len(e.buf) > 0 {
			return nil
		}
		if !forInput {
			left := time.Until(end)
			if left <= 0 {
				return nil
			}
			if wait < 0 || left < wait {
				wait = left
			}
		}
		if forInput && e.in == nil {
			return errInputEnded
		}
		if err := e.sleep(wait); err != nil {
			return err
		}
	}
}

// sleep waits until something may have happened, at most for d; below 0, for
// as long as it takes.
func (e *engine) sleep(d time.Duration) error {
	var after <-chan time.Time
	if d >= 0 {
		t := time.NewTimer(d)
		defer t.Stop()
		after = t.C
	}
	in := e.in
	if l := e.m.look(); len(e.buf) >= maxInput || l.deaf || time.Now().Before(l.stalled) {
		in = nil
	}
	select {
	case b, more := <-in:
		if !more {
			e.in = nil
		}
		e.buf = append(e.buf, b...)
	case <-e.m.wake:
	case <-after:
	case <-e.quit:
		return errStopped
	}
	return nil
}

package modem

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// Who said a line of a trace.
const (
	FromModem byte = '<'
	FromHost  byte = '>'
	Remark    byte = '#' // neither: what befell the port
)

// A TraceLine is one line of what went over a modem's port.
type TraceLine struct {
	Time time.Time
	Dir  byte // FromModem, FromHost, Remark
	Text string
	Lost int // lines before it that the reader of a Tap was too slow for
}

// String returns the line as it is printed: "19:50:51.004 > AT+CSQ".
func (l TraceLine) String() string {
	lost := ""
	if l.Lost > 0 {
		lost = fmt.Sprintf("… %d lines lost …\n", l.Lost)
	}
	return lost + l.Time.Format("15:04:05.000") + " " + string(rune(l.Dir)) + " " + l.Text
}

// Trace returns the last of what went over a modem's port, the oldest first.
// Texts and numbers are masked unless clear is set; a PIN always is.
func (p *Pool) Trace(way string, clear bool) ([]TraceLine, error) {
	m, err := p.named(way)
	if err != nil {
		return nil, err
	}
	return show(m.record.lines(), &masker{clear: clear}), nil
}

// A Tap gives out what goes over a modem's port, from the oldest line that is
// remembered on. It belongs to one reader.
type Tap struct {
	record *recorder
	mask   masker
	next   uint64 // the line that comes next
}

// Tap taps a modem's port, masked as Trace is. There is nothing to close.
func (p *Pool) Tap(way string, clear bool) (*Tap, error) {
	m, err := p.named(way)
	if err != nil {
		return nil, err
	}
	return &Tap{record: &m.record, mask: masker{clear: clear}, next: m.record.oldest()}, nil
}

// tapMost is how many lines Next returns at most.
const tapMost = 100

// Next returns the lines that have come since the last time, a few at a time,
// and waits for one, but not beyond ctx. The port waits for nobody: what was
// overwritten before it was read is counted in the first line's Lost.
func (t *Tap) Next(ctx context.Context) ([]TraceLine, error) {
	for {
		lines, next, grown := t.record.since(t.next, tapMost)
		if len(lines) > 0 {
			t.next = next
			return show(lines, &t.mask), nil
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// show masks lines and makes them printable.
func show(lines []TraceLine, k *masker) []TraceLine {
	for i := range lines {
		if lines[i].Lost > 0 {
			k.restart()
		}
		lines[i].Text = printable(k.mask(lines[i].Dir, lines[i].Text))
	}
	return lines
}

// printable shows control characters, and what is no UTF-8, as such.
func printable(s string) string {
	switch s {
	case "\x1a":
		return "^Z"
	case "\x1b":
		return "ESC"
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == '\uFFFD' && s[i] != 0xEF, r < ' ', r == 0x7F:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// named returns a modem by its name.
func (p *Pool) named(way string) (*modem, error) {
	names := []string{}
	for _, m := range p.all() {
		if m.cfg.Name == way {
			return m, nil
		}
		names = append(names, m.cfg.Name)
	}
	return nil, &sms.FieldError{Field: "modem", Text: fmt.Sprintf("there is no modem %q; there are: %s", way, strings.Join(names, ", "))}
}

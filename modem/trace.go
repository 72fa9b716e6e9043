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
	Lost int // lines before it that a follower was too slow for
}

// String returns the line as it is printed: "19:50:51.004 > AT+CSQ".
func (l TraceLine) String() string {
	lost := ""
	if l.Lost > 0 {
		lost = fmt.Sprintf("… %d lines lost …\n", l.Lost)
	}
	return lost + l.Time.Format("15:04:05.000") + " " + string(rune(l.Dir)) + " " + l.Text
}

// followRoom is how many lines a follower may be behind: a sweep of a full
// memory without a rest.
const followRoom = 1024

// Trace returns the last of what went over a modem's port, the oldest first.
// Texts and numbers are masked unless clear is set; a PIN always is.
func (p *Pool) Trace(way string, clear bool) ([]TraceLine, error) {
	m, err := p.named(way)
	if err != nil {
		return nil, err
	}
	return show(m.record.lines(), &masker{clear: clear}), nil
}

// Follow calls f with each line that goes over a modem's port from now on,
// masked as by Trace, until ctx is done or f returns an error, which it
// returns. The port never waits for f: a line it is too slow for is counted in
// the next one's Lost.
func (p *Pool) Follow(ctx context.Context, way string, clear bool, f func(TraceLine) error) error {
	m, err := p.named(way)
	if err != nil {
		return err
	}
	lines := make(chan TraceLine, followRoom)
	m.record.follow(lines)
	defer m.record.unfollow(lines)
	k := &masker{clear: clear}
	for {
		select {
		case <-ctx.Done():
			return nil
		case l := <-lines:
			for _, l := range show([]TraceLine{l}, k) {
				if err := f(l); err != nil {
					return err
				}
			}
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

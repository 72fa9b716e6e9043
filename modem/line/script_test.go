package line_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/modem/line"
)

// A modem plays a script over a pipe. Its lines are
//
//	> AT+CSQ       wait until the host has sent this, then a CR (or Ctrl-Z where ^Z ends it)
//	< +CSQ: 12,99  say this, and CR LF
//	<< "\r\n> "    say exactly this, in Go's quoting
//	~ 100ms        let time pass
//	# …            nothing
type modem struct {
	t      *testing.T
	script string
	conn   net.Conn

	mu   sync.Mutex
	got  []byte
	more chan struct{}
}

// play runs the script to its end, then listens until the host hangs up.
func (m *modem) play() {
	var listener sync.WaitGroup
	listener.Go(m.listen)
	defer listener.Wait()
	for i, l := range strings.Split(strings.TrimSpace(m.script), "\n") {
		l = strings.TrimSpace(l)
		if err := m.line(l); err != nil {
			m.t.Logf("script line %d, %s: %v", i+1, l, err)
			return
		}
	}
}

func (m *modem) line(l string) error {
	verb, rest, _ := strings.Cut(l, " ")
	switch verb {
	case ">":
		return m.expect(rest)
	case "<":
		_, err := io.WriteString(m.conn, rest+"\r\n")
		return err
	case "<<":
		s, err := strconv.Unquote(rest)
		if err == nil {
			_, err = io.WriteString(m.conn, s)
		}
		return err
	case "~":
		d, err := time.ParseDuration(rest)
		<-time.After(d)
		return err
	case "#", "":
		return nil
	}
	return fmt.Errorf("unknown verb %q", verb)
}

func (m *modem) listen() {
	buf := make([]byte, 256)
	for {
		n, err := m.conn.Read(buf)
		m.mu.Lock()
		m.got = append(m.got, buf[:n]...)
		close(m.more)
		m.more = make(chan struct{})
		if err != nil {
			m.got = nil
			m.more = nil
		}
		m.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// expect takes the host's next line, which must be the one given.
func (m *modem) expect(want string) error {
	end := byte('\r')
	if s, ok := strings.CutSuffix(want, "^Z"); ok {
		want, end = s, 0x1A
	}
	for {
		m.mu.Lock()
		more := m.more
		if i := bytes.IndexByte(m.got, end); i >= 0 {
			got := strings.Trim(string(m.got[:i]), "\r\n")
			m.got = m.got[i+1:]
			m.mu.Unlock()
			if got != want {
				m.t.Errorf("host sent %q, want %q", got, want)
			}
			return nil
		}
		m.mu.Unlock()
		if more == nil {
			return io.EOF
		}
		<-more
	}
}

// bench is a port over a scripted modem.
type bench struct {
	*line.Port
	mu   sync.Mutex
	urcs [][]string
	err  error
	stop context.CancelFunc
	wg   sync.WaitGroup
}

// placed is how a port finds the modem's place before its first command.
const placed = "> \x1b\n> AT+CMEE?\n< +CMEE: 1\n< OK\n> AT\n< OK\n"

func open(t *testing.T, script string, change ...func(*line.Config)) *bench {
	host, dev := net.Pipe()
	b := &bench{}
	cfg := line.Config{URC: func(lines []string) {
		b.mu.Lock()
		b.urcs = append(b.urcs, lines)
		b.mu.Unlock()
	}}
	for _, f := range change {
		f(&cfg)
	}
	b.Port = line.New(host, cfg)
	ctx, stop := context.WithCancel(t.Context())
	b.stop = stop
	m := &modem{t: t, script: placed + script, conn: dev, more: make(chan struct{})}
	b.wg.Go(m.play)
	b.wg.Go(func() { b.err = b.Run(ctx); dev.Close() })
	if _, err := b.Do(t.Context(), "", 5*time.Second); err != nil {
		t.Fatalf("finding the modem's place: %v", err)
	}
	return b
}

// close ends the port and returns why it ended.
func (b *bench) close() error {
	b.stop()
	b.wg.Wait()
	return b.err
}

// news joins what came unasked: lines of one piece by " | ", pieces by newlines.
func (b *bench) news() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []string
	for _, u := range b.urcs {
		out = append(out, strings.Join(u, " | "))
	}
	return strings.Join(out, "\n")
}

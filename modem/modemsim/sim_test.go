package modemsim_test

import (
	"bufio"
	"context"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/modem/modemsim"
)

// A host talks to a simulated modem over a pipe, inside a bubble.
type host struct {
	t      *testing.T
	conn   net.Conn
	modem  *modemsim.Modem
	net    *modemsim.Network
	said   chan string // what came, in pieces
	served chan error
}

// bubble runs a test with a modem that is served for as long as it takes.
func bubble(t *testing.T, cfg modemsim.ModemConfig, netCfg modemsim.NetworkConfig, test func(h *host)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		if cfg.Name == "" {
			cfg.Name = "modem0"
		}
		if err := cfg.Validate(); err != nil {
			t.Fatalf("the test's configuration: %v", err)
		}
		network := modemsim.NewNetwork(netCfg)
		h := &host{t: t, modem: modemsim.NewModem(cfg, network), net: network}
		stop := h.serve()
		defer func() { stop() }()
		test(h)
	})
}

// serve plugs the modem in; the function it returns unplugs it and waits.
func (h *host) serve() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	a, b := net.Pipe()
	h.conn, h.said, h.served = a, make(chan string), make(chan error, 1)
	go func() { h.served <- h.modem.Serve(ctx, b) }()
	said := h.said
	go func() {
		defer close(said)
		r := bufio.NewReader(a)
		for {
			p := make([]byte, 1024)
			n, err := r.Read(p)
			if n > 0 {
				said <- string(p[:n])
			}
			if err != nil {
				return
			}
		}
	}()
	return func() {
		cancel()
		a.Close()
		for range said {
		}
		synctest.Wait()
	}
}

// write types s.
func (h *host) write(s string) {
	h.t.Helper()
	h.conn.SetWriteDeadline(time.Now().Add(time.Minute))
	if _, err := h.conn.Write([]byte(s)); err != nil {
		h.t.Fatalf("write %q: %v", s, err)
	}
}

// heard returns what has been said since the last call and within d.
func (h *host) heard(d time.Duration) string {
	var out strings.Builder
	t := time.NewTimer(d)
	defer t.Stop()
	for {
		select {
		case s, more := <-h.said:
			if !more {
				return out.String()
			}
			out.WriteString(s)
		case <-t.C:
			return out.String()
		}
	}
}

// until collects what is said until it ends with suffix, at most for d.
func (h *host) until(suffix string, d time.Duration) string {
	h.t.Helper()
	var out strings.Builder
	t := time.NewTimer(d)
	defer t.Stop()
	for !strings.HasSuffix(out.String(), suffix) {
		select {
		case s, more := <-h.said:
			if !more {
				h.t.Fatalf("the line dropped after %q, waiting for %q", out.String(), suffix)
			}
			out.WriteString(s)
		case <-t.C:
			h.t.Fatalf("heard %q in %v, want it to end with %q", out.String(), d, suffix)
		}
	}
	return out.String()
}

// do runs a command and compares what is said within a second.
func (h *host) do(cmd, want string) {
	h.t.Helper()
	h.write(cmd + "\r")
	if got := flat(h.heard(time.Second)); got != want {
		h.t.Errorf("%s: got %q, want %q", cmd, got, want)
	}
}

// init turns the echo off.
func (h *host) init(cmds ...string) {
	h.t.Helper()
	h.write("ATE0\r")
	h.heard(time.Second)
	for _, c := range cmds {
		h.write(c + "\r")
		if got := h.heard(time.Second); !strings.HasSuffix(got, "\r\nOK\r\n") {
			h.t.Fatalf("%s: got %q", c, got)
		}
	}
}

// send sends a PDU and returns what is said within d, prompt included.
func (h *host) send(pdu string, length string, d time.Duration) string {
	h.t.Helper()
	h.write("AT+CMGS=" + length + "\r")
	h.until("\r\n> ", time.Minute)
	h.write(pdu + "\x1a")
	return flat(h.heard(d))
}

// flat joins lines with |, without the empty ones.
func flat(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\r' || r == '\n' }), "|")
}

// list is what +CLAC says, read once; a second reading must equal it.
func (h *host) list() string {
	h.write("AT+CLAC\r")
	return h.heard(time.Second)
}

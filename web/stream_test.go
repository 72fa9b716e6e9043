package web_test

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/web"
)

// A pipe is a listener that gives out one connection, made of memory.
type pipe struct {
	conns chan net.Conn
	done  chan struct{}
}

func (p *pipe) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}
func (p *pipe) Close() error   { close(p.done); return nil }
func (p *pipe) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

// inBubble serves one request in a bubble where time is false.
func inBubble(t *testing.T, request string, change func(*web.Server), test func(t *testing.T, gw *fake, conn net.Conn)) {
	synctest.Test(t, func(t *testing.T) {
		gw := newFake()
		s := web.New(web.Config{}, slog.New(slog.DiscardHandler))
		s.Gateway = gw
		if change != nil {
			change(s)
		}
		life, end := context.WithCancel(t.Context())
		l := &pipe{make(chan net.Conn), make(chan struct{})}
		srv := &http.Server{Handler: s.Handler(life), ReadTimeout: 30 * time.Second, WriteTimeout: time.Minute}
		served := make(chan error)
		go func() { served <- srv.Serve(l) }()
		client, server := net.Pipe()
		l.conns <- server
		if _, err := io.WriteString(client, request+" HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		test(t, gw, client)
		client.Close()
		end()
		srv.Close()
		<-served
	})
}

func TestQuietStreamShowsThatItLives(t *testing.T) {
	inBubble(t, "GET /api/v1/events", nil, func(t *testing.T, _ *fake, conn net.Conn) {
		begin := time.Now()
		lines := bufio.NewScanner(conn)
		seen := 0
		// Longer than any limit of a request: only a stream may last that long.
		for seen < 20 && lines.Scan() {
			if strings.HasPrefix(lines.Text(), ": still here") {
				seen++
				if took := time.Since(begin); took != time.Duration(seen)*15*time.Second {
					t.Fatalf("sign of life %d came after %v, want every 15 s", seen, took)
				}
			}
		}
		if seen < 20 {
			t.Fatalf("the stream ended after %d signs of life: %v", seen, lines.Err())
		}
	})
}

func TestClientThatDoesNotReadIsHungUpOn(t *testing.T) {
	inBubble(t, "GET /api/v1/events", nil, func(t *testing.T, gw *fake, conn net.Conn) {
		lines := bufio.NewReader(conn)
		for line := ""; !strings.HasPrefix(line, ": from now on"); {
			var err error
			if line, err = lines.ReadString('\n'); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := lines.Discard(lines.Buffered()); err != nil {
			t.Fatal(err)
		}
		for synctest.Wait(); gw.waiting() == 0; synctest.Wait() { // what is left of the first chunk
			if _, err := lines.ReadByte(); err != nil {
				t.Fatal(err)
			}
		}
		if err := conn.SetReadDeadline(time.Now().Add(27 * time.Second)); err != nil {
			t.Fatal(err)
		}
		// The next sign of life finds nobody: 15 s until it, 10 s for it.
		<-time.After(24 * time.Second)
		synctest.Wait()
		if gw.waiting() != 0 {
			t.Error("the stream waits for news, though its client did not take the last")
		}
		<-time.After(2 * time.Second)
		if rest, err := io.ReadAll(lines); err != nil || strings.Contains(string(rest), "still here") {
			t.Errorf("after 26 s the client finds %q, %v, want a closed connection", rest, err)
		}
	})
}

// A modem may take longer than the server gives other answers.
func TestPatientAnswerArrives(t *testing.T) {
	slow := func(s *web.Server) {
		s.CancelUSSD = func(ctx context.Context, _ string) error {
			select {
			case <-time.After(170 * time.Second):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	inBubble(t, "DELETE /api/v1/modems/north/ussd", slow, func(t *testing.T, _ *fake, conn net.Conn) {
		line, err := bufio.NewReader(conn).ReadString('\n')
		if !strings.HasPrefix(line, "HTTP/1.1 200") || err != nil {
			t.Errorf("got %q, %v", line, err)
		}
	})
}

func TestTraceIsFollowed(t *testing.T) {
	at := func(s int) time.Time { return noon.Add(time.Duration(s) * time.Second) }
	tap := func(s *web.Server) {
		s.Trace = func(string, bool) ([]string, error) { return nil, nil }
		s.Tap = func(way string, clear bool) (func(context.Context) ([]web.TraceLine, error), error) {
			if way != "north" || !clear {
				t.Errorf("tapped %q, clear %t", way, clear)
			}
			batches := [][]web.TraceLine{
				{{Time: at(1), Dir: ">", Text: "AT"}, {Time: at(2), Dir: "<", Text: "OK"}},
				{{Time: at(3), Dir: "#", Text: `say "hi"`, Lost: 7}},
			}
			return func(ctx context.Context) ([]web.TraceLine, error) {
				if len(batches) == 0 {
					<-ctx.Done()
					return nil, ctx.Err()
				}
				b := batches[0]
				batches = batches[1:]
				return b, nil
			}, nil
		}
	}
	const first = `id: 1772366401000000000
event: line
data: {"time":"2026-03-01T12:00:01Z","dir":">","text":"AT"}

id: 1772366402000000000
event: line
data: {"time":"2026-03-01T12:00:02Z","dir":"<","text":"OK"}

`
	const last = `id: 1772366403000000000
event: line
data: {"time":"2026-03-01T12:00:03Z","dir":"#","text":"say \"hi\"","lost":7}

: still here

`
	const path = "/api/v1/modems/north/trace?follow=1&clear=1"
	inBubble(t, "GET "+path, tap, func(t *testing.T, _ *fake, conn net.Conn) {
		wantStream(t, conn, ": from now on\n\n"+first+last)
	})
	inBubble(t, "GET "+path+" HTTP/1.1\r\nLast-Event-ID: 1772366402000000000\r\nX:", tap, func(t *testing.T, _ *fake, conn net.Conn) {
		wantStream(t, conn, ": from now on\n\n"+last)
	})
	inBubble(t, "GET "+path+" HTTP/1.1\r\nLast-Event-ID: x\r\nX:", tap, func(t *testing.T, _ *fake, conn net.Conn) {
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || resp.StatusCode != http.StatusBadRequest {
			t.Errorf("a bad id: %v, %v", resp, err)
		}
	})
}

// wantStream reads a response that goes on, as far as it is known.
func wantStream(t *testing.T, conn net.Conn, want string) {
	t.Helper()
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(want))
	if n, err := io.ReadFull(resp.Body, got); err != nil || string(got) != want || resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("got %q, %v, %v; want %q", got[:n], err, resp.Header, want)
	}
}

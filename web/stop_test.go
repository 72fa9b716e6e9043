package web_test

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/web"
)

func TestStopLeavesNothingBehind(t *testing.T) {
	before := runtime.NumGoroutine()
	path := filepath.Join(t.TempDir(), "pigeon.sock")
	st := start(t, func(c *web.Config) { c.Socket = path })
	resp, err := st.client.Get(st.base + "/api/v1/events")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	until(t, "a stream waits", func() bool { return st.gw.waiting() == 1 })
	// A connection that has not said anything must not hold up the stop.
	silent, err := net.Dial("tcp", st.server.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	st.do("GET", "/healthz", "")
	begin := time.Now()
	if err := st.stop(); err != nil {
		t.Errorf("Run returned %v, want nil", err)
	}
	if took := time.Since(begin); took > 4*time.Second {
		t.Errorf("the stop took %v", took)
	}
	if rest, err := io.ReadAll(resp.Body); err != nil || string(rest) != ": from now on\n\n" {
		t.Errorf("the stream ended with %q, %v, want the end of a whole answer", rest, err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is still there: %v", err)
	}
	silent.Close()
	until(t, "every goroutine is gone", func() bool { return runtime.NumGoroutine() <= before })
}

func TestAddressInUseIsSaid(t *testing.T) {
	st := start(t, nil)
	socket := filepath.Join(t.TempDir(), "pigeon.sock")
	second := web.New(web.Config{Listen: st.server.Addr().String(), Socket: socket}, slog.New(slog.DiscardHandler))
	if err := second.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "web.listen: ") {
		t.Errorf("Run on a taken address returned %v", err)
	}
	if second.Addr() != nil {
		t.Error("a server that never listened has an address")
	}
}

func TestTooManyConnectionsAreTurnedAway(t *testing.T) {
	st := start(t, nil)
	held := make([]net.Conn, 0, 256)
	for range cap(held) {
		c, err := net.Dial("tcp", st.server.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		held = append(held, c)
	}
	// Connections are counted in the order they come: this one is one too many.
	last, err := net.Dial("tcp", st.server.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer last.Close()
	if err := last.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if n, err := last.Read(make([]byte, 1)); n != 0 || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("connection 257 got %d octets, %v, want its end", n, err)
	}
	held[0].Close()
	until(t, "there is room again", func() bool {
		resp, err := st.client.Get(st.base + "/healthz")
		if err != nil {
			return false
		}
		return resp.Body.Close() == nil && resp.StatusCode == 200
	})
}

package mqtt

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/url"
	"sync"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
)

const (
	dialLimit  = 10 * time.Second // to connect, handshakes included
	writeLimit = 5 * time.Second  // for one write to a broker that does not read
)

// ports are those a URL may leave out.
var ports = map[string]string{
	"tcp": "1883", "mqtt": "1883", "ssl": "8883", "tls": "8883", "mqtts": "8883",
}

// dial opens a connection to the broker named in cfg.
func dial(ctx context.Context, cfg Config) (net.Conn, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil {
		return nil, errors.New("the broker's URL cannot be read")
	}
	secure, err := cfg.tls()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, dialLimit)
	defer cancel()
	switch {
	case u.Scheme == "unix":
		return new(net.Dialer).DialContext(ctx, "unix", u.Host+u.Path)
	case u.Scheme == "ws" || u.Scheme == "wss":
		// The library takes no context here: a stop waits for dialLimit at most.
		u.User = nil
		return paho.NewWebsocket(u.String(), secure, dialLimit, nil, nil)
	}
	host := u.Host
	if u.Port() == "" {
		host = net.JoinHostPort(u.Hostname(), ports[u.Scheme])
	}
	if schemes[u.Scheme] {
		return (&tls.Dialer{Config: secure}).DialContext(ctx, "tcp", host)
	}
	return new(net.Dialer).DialContext(ctx, "tcp", host)
}

// A wire is the connection as the client library sees it.
type wire struct {
	net.Conn
	mu sync.Mutex // guards writing: the library pings beside its writer
}

// Read reads, and calls a connection that we closed broken. The library keeps
// quiet about net.ErrClosed, because it takes it for its own doing, and would
// not notice that the connection is gone.
func (w *wire) Read(b []byte) (int, error) {
	n, err := w.Conn.Read(b)
	return n, broken(err)
}

// Write writes within writeLimit. The library limits publications only, so an
// acknowledgement or a ping could wait for ever.
func (w *wire) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.Conn.SetWriteDeadline(time.Now().Add(writeLimit)); err != nil {
		return 0, broken(err)
	}
	n, err := w.Conn.Write(b)
	if err != nil {
		w.Close()
	}
	return n, broken(err)
}

// SetWriteDeadline leaves the limit to Write.
func (w *wire) SetWriteDeadline(time.Time) error { return nil }

func broken(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return io.ErrClosedPipe
	}
	return err
}

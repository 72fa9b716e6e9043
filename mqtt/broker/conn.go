package broker

import (
	"net"
	"time"
)

const (
	// helloLimit is how long a connection may take to send its CONNECT, for
	// which the library sets no limit.
	helloLimit = 10 * time.Second
	// writeLimit is how long a client may take to read what it is sent. The
	// library holds the client's lock while it writes, and whoever publishes
	// to that client waits for the lock: without a limit one stopped
	// subscriber stops every publisher.
	writeLimit = 5 * time.Second
)

// A conn is a client's connection with a limit on each write.
type conn struct {
	net.Conn
}

// newConn gives c its limits and its first deadline.
func newConn(c net.Conn) (conn, error) {
	return conn{c}, c.SetReadDeadline(time.Now().Add(helloLimit))
}

// Write sends b within writeLimit, or ends the connection: half a packet
// cannot be followed by another.
func (c conn) Write(b []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(writeLimit)); err != nil {
		return 0, err
	}
	n, err := c.Conn.Write(b)
	if err != nil {
		c.Close()
	}
	return n, err
}

// SetDeadline is how the library enforces a client's keep-alive. That is about
// hearing from the client, and must not lift the limit on a write.
func (c conn) SetDeadline(t time.Time) error { return c.SetReadDeadline(t) }

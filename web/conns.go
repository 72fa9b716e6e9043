package web

import (
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
)

// conns keeps count of the connections of all doors: it turns away those above
// a number, and knows when the last is gone, which http.Server does not.
type conns struct {
	most int
	all  sync.WaitGroup

	mu    sync.Mutex
	open  int
	fresh map[net.Conn]struct{} // have not sent a request yet
	stop  bool
}

func newConns(most int) *conns { return &conns{most: most, fresh: make(map[net.Conn]struct{})} }

// changed is the ConnState of every server. A server calls it from Serve for
// a new connection, and last from the connection's own goroutine.
func (c *conns) changed(conn net.Conn, state http.ConnState) {
	if state == http.StateNew {
		c.all.Add(1)
	}
	if c.count(conn, state) {
		_ = conn.Close() // its goroutine finds out by reading
	}
	if state == http.StateClosed {
		c.all.Done()
	}
}

// count keeps the books, and reports whether the connection is one too many.
func (c *conns) count(conn net.Conn, state http.ConnState) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.fresh, conn)
	switch state {
	case http.StateNew:
		c.open++
		c.fresh[conn] = struct{}{}
		return c.stop || c.open > c.most
	case http.StateClosed:
		c.open--
	}
	return false
}

// refuse closes connections that have not sent a request and those to come. A
// server would wait for them at its stop.
func (c *conns) refuse() {
	c.mu.Lock()
	c.stop = true
	fresh := slices.Collect(maps.Keys(c.fresh))
	c.mu.Unlock()
	for _, conn := range fresh {
		_ = conn.Close()
	}
}

// wait returns when every connection's goroutine is at its end. Every Serve has
// returned before.
func (c *conns) wait() { c.all.Wait() }

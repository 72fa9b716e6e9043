package mqtt

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"sync"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
)

const (
	online  = "online"
	offline = "offline"

	subscribeLimit = 10 * time.Second
	pingLimit      = 10 * time.Second
	closeLimit     = time.Second // for the client library to wind up
)

// A connection is one connection to a broker, and the client library's client
// made for it.
type connection struct {
	client paho.Client
	conn   net.Conn
	in     *intake
	lost   chan struct{} // closed when the library has lost it and wound up
	why    error         // set before lost is closed
}

// session holds one connection: it connects, subscribes, serves, and returns
// when the connection and all that served it are gone. The error says why it
// ended; when that was a stop, ctx is done.
func (e *Edge) session(ctx context.Context) error {
	c, err := e.dialUp(ctx)
	if err != nil {
		return err
	}
	why := ""
	if e.broker == nil {
		if why, err = c.subscribe(ctx, e.topics.filters()); err != nil {
			c.drop()
			return err
		}
	}
	if why != "" {
		e.log.Error("broker limits the gateway", "why", why)
	}
	e.log.Info("connected to the broker", "broker", e.Links()[0].Peer)
	e.stands(true, why)
	e.once.Do(func() { close(e.ready) })
	return e.serve(ctx, c)
}

// dialUp connects, or breaks off when ctx is done.
func (e *Edge) dialUp(ctx context.Context) (*connection, error) {
	c := &connection{in: newIntake(e.cfg.ClientID), lost: make(chan struct{})}
	// What open leaves behind is read once the library's token is done.
	var opened error
	whole := func() bool { return true } // reports that ctx has not broken the handshake off
	o := e.options()
	o.SetDefaultPublishHandler(c.in.put)
	o.SetConnectionLostHandler(func(_ paho.Client, why error) {
		c.why = why
		close(c.lost)
	})
	o.SetCustomOpenConnectionFn(func(_ *url.URL, _ paho.ClientOptions) (net.Conn, error) {
		raw, err := e.open(ctx)
		if err != nil {
			opened = err
			return nil, err
		}
		whole = context.AfterFunc(ctx, func() { raw.Close() })
		c.conn = &wire{Conn: raw}
		return c.conn, nil
	})
	c.client = paho.NewClient(o)
	token := c.client.Connect()
	<-token.Done() // within dialLimit
	switch {
	case opened != nil:
		return nil, opened
	case token.Error() != nil:
		return nil, fmt.Errorf("connect: %w", token.Error())
	case !whole():
		c.drop()
		return nil, ctx.Err()
	}
	return c, nil
}

// subscribe asks for the requests. What the broker refuses is in why: the
// gateway can still publish.
func (c *connection) subscribe(ctx context.Context, filters []string) (why string, err error) {
	want := map[string]byte{}
	for _, f := range filters {
		want[f] = 1
	}
	token := c.client.SubscribeMultiple(want, nil)
	limit := time.NewTimer(subscribeLimit)
	defer limit.Stop()
	select {
	case <-token.Done():
	case <-c.lost:
		return "", c.loss()
	case <-ctx.Done():
		return "", ctx.Err()
	case <-limit.C:
		return "", fmt.Errorf("the broker has not answered a subscription for %v", subscribeLimit)
	}
	if token.Error() != nil {
		return "", fmt.Errorf("subscribe: %w", token.Error())
	}
	granted := token.(*paho.SubscribeToken).Result()
	for _, f := range filters {
		if granted[f] > 2 { // 0x80, MQTT 3.1.1 §3.9.3
			return "the broker refuses the subscription to " + f, nil
		}
	}
	return "", nil
}

// serve carries everything over a connection until that or ctx ends.
func (e *Edge) serve(ctx context.Context, c *connection) error {
	sctx, end := context.WithCancelCause(ctx)
	var helpers sync.WaitGroup
	entries, states := make(chan publication), make(chan publication)
	stirred := make(chan struct{}, 1) // the journal has grown
	helpers.Go(func() { e.follow(sctx, entries, stirred) })
	helpers.Go(func() { e.watch(sctx, states) })
	helpers.Go(func() { e.watchInfo(sctx, stirred, states) })
	if e.broker == nil {
		helpers.Go(func() { end(c.in.run(sctx, e.takeSurely)) })
	}
	w := &writer{
		client: c.client, window: e.cfg.Window, log: e.log, lost: c.lost,
		entries: entries, notices: e.notices, states: states,
		passed: func(ctx context.Context, seq uint64) error { return e.Gateway.Passed(ctx, Follower, seq) },
	}
	err := w.send(e.stateTopic(online))
	for _, p := range e.unsaid {
		err = errors.Join(err, w.send(p))
	}
	if err == nil {
		err = w.run(sctx)
	}
	stands := sctx.Err() != nil // it was ended from this side
	end(nil)
	helpers.Wait()

	// The core outlives this edge, so that the cursor can still be moved.
	pctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), partLimit)
	defer cancel()
	if stands {
		w.part(pctx, e.stateTopic(offline))
	}
	w.pass(pctx)
	e.unsaid = w.unsaid()
	switch {
	case stands:
		c.part()
		return context.Cause(sctx)
	case errors.Is(err, errLost):
		err = c.loss()
	}
	c.drop()
	return err
}

// stateTopic is the gateway's own state, retained.
func (e *Edge) stateTopic(s string) publication {
	return publication{topic: e.topics.state(), payload: []byte(s), retained: true}
}

// loss says why the connection was lost.
func (c *connection) loss() error {
	select {
	case <-c.lost:
		return fmt.Errorf("connection lost: %w", c.why)
	default:
		return errLost
	}
}

// part ends the connection with a DISCONNECT, so that the will is not
// published.
func (c *connection) part() {
	c.client.Disconnect(uint(closeLimit / time.Millisecond))
	c.conn.Close()
}

// drop ends the connection as if it had broken.
func (c *connection) drop() {
	c.conn.Close()
	c.client.Disconnect(uint(closeLimit / time.Millisecond))
}

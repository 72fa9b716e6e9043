package broker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"syscall"
	"time"

	mochi "github.com/mochi-mqtt/server/v2"
)

// The bounds. Each client away or slow costs at most mostKept messages, each
// connection twice mostPacket while a packet is read.
const (
	mostPacket   = 2 << 20 // octets; a request of 1 MiB is read, so that it can be refused with a sentence
	mostKept     = 1024    // messages kept for one client that is away, or sent and not acknowledged
	mostWaiting  = 1024    // packets waiting to be written to one client
	mostRetained = 4096    // topics with a retained message
	sessionLife  = 24 * time.Hour
	sysEvery     = time.Minute // $SYS topics; each round stops the world for the memory figures
)

// A Broker is the embedded broker. Run serves it; the other methods may be
// called from anywhere.
type Broker struct {
	cfg   Config
	owner Owner
	log   *slog.Logger
	ready chan struct{} // closed when Run listens

	addr net.Addr // set before ready is closed

	clients sync.WaitGroup // a goroutine of Run's for each connection
	mu      sync.Mutex     // guards what follows
	server  *mochi.Server  // nil before and after Run's time
	conns   map[net.Conn]struct{}
}

// New returns a broker that asks owner what becomes of what is published.
func New(cfg Config, owner Owner, log *slog.Logger) *Broker {
	return &Broker{
		cfg: cfg.WithDefaults(), owner: owner, log: log,
		ready: make(chan struct{}), conns: map[net.Conn]struct{}{},
	}
}

// Ready is closed when the broker listens.
func (b *Broker) Ready() <-chan struct{} { return b.ready }

// Addr is the address the broker listens on, once it is ready.
func (b *Broker) Addr() string {
	select {
	case <-b.ready:
		return b.addr.String()
	default:
		return ""
	}
}

// Run listens and serves until ctx is done. It returns early only when it
// cannot listen.
func (b *Broker) Run(ctx context.Context) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", b.cfg.Listen)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("the embedded broker cannot listen on %s: something else does, perhaps another broker: "+
			"name that one in [mqtt] url, or another address in [mqtt.broker] listen", b.cfg.Listen)
	case err != nil:
		return fmt.Errorf("the embedded broker cannot listen: %w", err)
	}
	server := mochi.New(&mochi.Options{
		Capabilities:           capabilities(b.cfg.MaxClients),
		Logger:                 slog.New(quiet{b.log.Handler()}),
		SysTopicResendInterval: int64(sysEvery / time.Second),
	})
	h := &hook{ctx: ctx, owner: b.owner, accounts: b.cfg.Accounts, sessions: 2 * b.cfg.MaxClients, server: server, log: b.log}
	if err := errors.Join(server.AddHook(h, nil), server.Serve()); err != nil {
		l.Close()
		return fmt.Errorf("start the embedded broker: %w", err)
	}
	b.mu.Lock()
	b.server = server
	b.mu.Unlock()
	b.addr = l.Addr()
	close(b.ready)
	b.log.Info("embedded broker listens", "address", b.addr.String(), "accounts", len(b.cfg.Accounts))

	stop := context.AfterFunc(ctx, func() { l.Close() })
	defer stop()
	b.accept(ctx, l)

	b.mu.Lock()
	b.server = nil
	for c := range b.conns {
		c.Close()
	}
	b.mu.Unlock()
	b.clients.Wait() // before Close, which would wait for those who never said who they are
	return server.Close()
}

// accept serves l until ctx is done.
func (b *Broker) accept(ctx context.Context, l net.Listener) {
	full := false // said already
	for {
		c, err := l.Accept()
		switch {
		case ctx.Err() != nil:
			if err == nil {
				c.Close()
			}
			return
		case err != nil:
			// Out of descriptors, most likely: some will be given back.
			b.log.Warn("broker cannot accept", "err", err)
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		default:
			err := b.serve(outside, c)
			if err != nil {
				c.Close()
			}
			if err != nil && !full {
				b.log.Warn("broker turns connections away", "remote", c.RemoteAddr().String(), "err", err)
			}
			full = err != nil
		}
	}
}

// Join opens a connection for the daemon's own client, which is asked for
// nothing and may speak everywhere. Its client identifier is InsideID.
func (b *Broker) Join() (net.Conn, error) {
	ours, theirs := net.Pipe()
	if err := b.serve(inside, theirs); err != nil {
		ours.Close()
		theirs.Close()
		return nil, err
	}
	return ours, nil
}

// serve starts the goroutine that carries c, which Run waits for.
func (b *Broker) serve(door string, raw net.Conn) error {
	c, err := newConn(raw)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.server == nil:
		return net.ErrClosed
	case door != inside && len(b.conns) >= b.cfg.MaxClients:
		return fmt.Errorf("%d are connected already", len(b.conns))
	}
	b.conns[raw] = struct{}{}
	server := b.server
	b.clients.Add(1)
	go func() {
		defer b.clients.Done()
		if err := server.EstablishConnection(door, c); err != nil {
			b.log.Debug("broker client left", "remote", raw.RemoteAddr().String(), "err", err)
		}
		raw.Close()
		b.mu.Lock()
		delete(b.conns, raw)
		b.mu.Unlock()
	}()
	return nil
}

// capabilities are the library's limits, most of which it leaves open.
func capabilities(clients int) *mochi.Capabilities {
	c := mochi.NewDefaultServerCapabilities()
	c.MaximumClients = int64(clients) + 1 // and the daemon's own
	c.MaximumPacketSize = mostPacket
	c.MaximumInflight = mostKept
	c.MaximumClientWritesPending = mostWaiting
	c.MaximumSessionExpiryInterval = uint32(sessionLife / time.Second)
	c.TopicAliasMaximum = 0
	// Expiry would take the retained state topics away after a day.
	c.MaximumMessageExpiryInterval = 0
	return c
}

package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// What a client may take of the daemon.
const (
	maxConns   = 256              // open connections; a process may hold 1024 files
	maxStreams = 64               // event streams
	maxHeaders = 16 << 10         // octets of a request's head
	headLimit  = 10 * time.Second // for a request's head to arrive
	readLimit  = 30 * time.Second // for a whole request to arrive
	callLimit  = 30 * time.Second // for the gateway to answer
	writeLimit = 60 * time.Second // for request and answer together
	idleLimit  = 2 * time.Minute  // between two requests of a connection
	stopLimit  = 5 * time.Second  // for requests being served when the stop comes
)

// A Gateway is what the web edge asks of the core.
type Gateway interface {
	// Accept takes a request in; nil means that it is on disk. The error is a
	// *sms.FieldError, sms.ErrFull, or a trouble that may pass.
	Accept(ctx context.Context, r *sms.Request) (sms.Answer, error)
	// Next returns at most max journal entries after a number, and waits until
	// there is one.
	Next(ctx context.Context, after uint64, max int) ([]sms.Entry, error)
	// Last is the number of the journal's latest entry.
	Last() uint64
	// Message, Messages and Received look things up; sms.ErrNotFound.
	Message(ctx context.Context, id string) (sms.View, error)
	Messages(ctx context.Context, f sms.Filter) ([]sms.View, error)
	Received(ctx context.Context, f sms.Filter) ([]sms.Received, error)
	// Cancel stops a message that waits: sms.ErrNotFound, or a *sms.FieldError
	// when it is too late.
	Cancel(ctx context.Context, id string) (sms.View, error)
	// Resend has a message sent again that has ended, and says whether it was
	// before; Edit changes one that waits for its first attempt. As Cancel.
	Resend(ctx context.Context, id string, how sms.Again) (v sms.View, known bool, err error)
	Edit(ctx context.Context, id string, e *sms.Edit) (sms.View, error)
	// CancelMany and ResendMany do it to those that are chosen, some at a time; a
	// *sms.FieldError is a fault of the choice.
	CancelMany(ctx context.Context, c sms.Choice) (sms.Acted, error)
	ResendMany(ctx context.Context, c sms.Choice, how sms.Again) (sms.Acted, error)
	// History tells what happened to a message; sms.ErrNotFound.
	History(ctx context.Context, id string) ([]sms.Event, error)
	// Ways, Health and Audit tell how things are.
	Ways() []sms.Way
	// WayNews begins to follow the ways: next waits for those that are other
	// than it told, all of them at first. What is news already it returns though
	// its context is done.
	WayNews() (next func(context.Context) ([]sms.Way, error))
	Health(ctx context.Context) (sms.Health, error)
	Audit(ctx context.Context) ([]string, error)
	// Backup writes one moment's whole state to w.
	Backup(ctx context.Context, w io.Writer) error
}

// A Server serves the API and the page.
type Server struct {
	Gateway Gateway           // set before Run
	Links   func() []sms.Link // connections of other edges, for the status; may be nil

	// Restart makes a modem take a step of its recovery, "" for a new start;
	// Trace shows the last of its wire, masked unless clear. Set before Run, or
	// nil where there are no modems. A *sms.FieldError is the caller's fault.
	Restart func(ctx context.Context, modem, step string) error
	Trace   func(modem string, clear bool) ([]string, error)

	// Tap gives out a modem's wire, the oldest line that is remembered first: next
	// waits for some, but not beyond its context, and never holds the modem up.
	// As Trace.
	Tap func(modem string, clear bool) (next func(context.Context) ([]TraceLine, error), err error)

	// USSD has a modem send a code, and returns the network's reply; more when
	// it waits for an answer, which is the next code. As Restart.
	USSD func(ctx context.Context, modem, code string) (reply string, more bool, err error)

	// CancelUSSD ends a modem's dialogue with the network; where there is none
	// that is no error. As Restart.
	CancelUSSD func(ctx context.Context, modem string) error

	// Balance has a modem ask its network what the SIM has left. As Restart.
	Balance func(ctx context.Context, modem string) (sms.Balance, error)

	cfg     Config
	log     *slog.Logger
	streams chan struct{} // a place for each event stream
	ready   chan struct{} // closed when both doors are open
	addr    net.Addr      // of the TCP door; written before ready is closed
}

// New returns a server for a valid configuration. It opens nothing.
func New(cfg Config, log *slog.Logger) *Server {
	return &Server{cfg: cfg, log: log, streams: make(chan struct{}, maxStreams), ready: make(chan struct{})}
}

// Ready returns a channel that is closed when Run serves. It stays open when
// Run could not listen.
func (s *Server) Ready() <-chan struct{} { return s.ready }

// Addr returns the TCP address once Ready is closed, and nil before that or
// where none is configured.
func (s *Server) Addr() net.Addr {
	select {
	case <-s.ready:
		return s.addr
	default:
		return nil
	}
}

// Run serves until ctx is done, then lets requests being served end, ends the
// event streams, and returns when every connection is gone. It is called once.
func (s *Server) Run(ctx context.Context) error {
	doors, err := s.open(ctx)
	if err != nil {
		return err
	}
	life, end := context.WithCancel(ctx) // of the event streams
	defer end()
	requests, abort := context.WithCancel(context.WithoutCancel(ctx))
	defer abort()
	conns := newConns(maxConns)
	servers := make([]*http.Server, len(doors))
	failed := make(chan error, len(doors)) // room for all: a door never waits for Run
	var serving sync.WaitGroup
	for i, d := range doors {
		servers[i] = &http.Server{
			Handler:           s.handler(life, d),
			ReadHeaderTimeout: headLimit,
			ReadTimeout:       readLimit,
			WriteTimeout:      writeLimit,
			IdleTimeout:       idleLimit,
			MaxHeaderBytes:    maxHeaders,
			ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
			BaseContext:       func(net.Listener) context.Context { return requests },
			ConnState:         conns.changed,
		}
		serving.Go(func() {
			if err := servers[i].Serve(d.Listener); !errors.Is(err, http.ErrServerClosed) {
				failed <- fmt.Errorf("serve %s: %w", d.Addr(), err)
			}
		})
		s.log.Info("listening", "address", d.Addr().String())
	}
	close(s.ready)

	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	end()
	conns.refuse()
	stop, cancel := context.WithTimeout(requests, stopLimit)
	defer cancel()
	var stopping sync.WaitGroup
	for _, srv := range servers {
		stopping.Go(func() {
			if srv.Shutdown(stop) != nil {
				abort()
				_ = srv.Close() // the listener is closed already; connections have no more to say
			}
		})
	}
	stopping.Wait()
	serving.Wait()
	conns.wait()
	return err
}

// A door is a listener, and what is asked of those who come in by it.
type door struct {
	net.Listener
	origin string // of the requests: "http", "command"
	local  bool   // the file system has checked who comes
}

// open opens both doors, or none.
func (s *Server) open(ctx context.Context) ([]door, error) {
	var doors []door
	if s.cfg.Listen != "" {
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", s.cfg.Listen)
		if err != nil {
			return nil, fmt.Errorf("web.listen: %w", err)
		}
		if tcp, ok := l.Addr().(*net.TCPAddr); len(s.cfg.Accounts) == 0 && (!ok || !tcp.IP.IsLoopback()) {
			return nil, errors.Join(fmt.Errorf("web.listen: %s is not loopback, and there is no account", l.Addr()), l.Close())
		}
		s.addr = l.Addr()
		doors = append(doors, door{l, "http", false})
	}
	if s.cfg.Socket != "" {
		l, err := listenUnix(ctx, s.cfg.Socket)
		if err != nil {
			for _, d := range doors {
				err = errors.Join(err, d.Close())
			}
			return nil, err
		}
		doors = append(doors, door{l, "command", true})
	}
	return doors, nil
}

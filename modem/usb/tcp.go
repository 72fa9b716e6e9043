package usb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	tcpScheme = "tcp://"

	// dialLimit bounds the search for the name and the connecting together.
	dialLimit = 10 * time.Second

	// tcpIdle is after how much silence the peer is asked whether it is there,
	// and how often.
	tcpIdle = 15 * time.Second

	// tcpLost is how long the peer may leave a question, or what was written,
	// without an acknowledgement. The kernel's own limit is a quarter of an hour.
	tcpLost = 60 * time.Second

	// tcpWriteLimit bounds one Write. A serial server that has been told to wait
	// by its modem stops taking bytes.
	tcpWriteLimit = 10 * time.Second
)

// A wire is the connection to a serial server.
type wire struct {
	gate
	conn       *net.TCPConn
	writeLimit time.Duration
	flushes    atomic.Uint32

	close    sync.Once
	closeErr error
}

func openTCP(ctx context.Context, path, address string) (Port, error) {
	host, port, err := net.SplitHostPort(strings.TrimSuffix(address, "/"))
	if err != nil || host == "" || port == "" || strings.ContainsAny(host+port, "/?#@") {
		return nil, fmt.Errorf("open %s: want tcp://host:port, an IPv6 address in square brackets", path)
	}
	dialer := net.Dialer{
		Timeout:         dialLimit,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: tcpIdle, Interval: tcpIdle, Count: int(tcpLost/tcpIdle) - 1},
		Control:         limitSilence,
	}
	c, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, explainDial(ctx, err))
	}
	conn := c.(*net.TCPConn) // a dialer for "tcp" makes nothing else
	// What is unsent when the port is closed would reach the modem after the
	// next Open, ahead of what that says.
	if err := conn.SetLinger(0); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), conn.Close())
	}
	return &wire{gate: gate{path: path}, conn: conn, writeLimit: tcpWriteLimit}, nil
}

// limitSilence ends the connection when what was written is not acknowledged.
// The questions of keep-alive are not asked while anything is on its way.
func limitSilence(_, _ string, c syscall.RawConn) error {
	var err error
	if controlErr := c.Control(func(fd uintptr) {
		err = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(tcpLost.Milliseconds()))
	}); controlErr != nil {
		return controlErr
	}
	return os.NewSyscallError("setsockopt TCP_USER_TIMEOUT", err)
}

// explainDial adds the cure to the errors an operator can do something about.
func explainDial(ctx context.Context, err error) error {
	var name *net.DNSError
	var timeout net.Error
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%w: %w", err, ctx.Err())
	case errors.As(err, &name):
		return fmt.Errorf("%w: check the name, or write the address instead", err)
	case errors.Is(err, unix.ECONNREFUSED):
		return fmt.Errorf("%w: nothing listens at this port: start the serial server there, in raw TCP mode", err)
	case errors.Is(err, unix.EHOSTUNREACH), errors.Is(err, unix.ENETUNREACH):
		return fmt.Errorf("%w: there is no way to the serial server: check its power, cable and address", err)
	case errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Errorf("%w: no answer within %v: check the serial server's power, cable and address", err, dialLimit)
	}
	return err
}

func (p *wire) Read(b []byte) (int, error) {
	if err := p.enter("read"); err != nil {
		return 0, err
	}
	defer p.leave()
	if len(b) == 0 {
		return 0, nil
	}
	if err := p.conn.SetReadDeadline(time.Now().Add(silence)); err != nil {
		return 0, p.explain("read", err)
	}
	n, err := p.conn.Read(b)
	if n > 0 || errors.Is(err, os.ErrDeadlineExceeded) {
		return n, nil
	}
	return 0, p.explain("read", err)
}

// Write gives up after the limit, with an error that wraps
// os.ErrDeadlineExceeded.
func (p *wire) Write(b []byte) (int, error) {
	if err := p.enter("write"); err != nil {
		return 0, err
	}
	defer p.leave()
	flushes := p.flushes.Load()
	if err := p.conn.SetWriteDeadline(time.Now().Add(p.writeLimit)); err != nil {
		return 0, p.explain("write", err)
	}
	// A Flush that came before the deadline was set has had its own overwritten.
	if p.flushes.Load() != flushes {
		return 0, fmt.Errorf("write %s: %w", p.path, ErrFlushed)
	}
	n, err := p.conn.Write(b)
	switch {
	case err == nil:
		return n, nil
	case p.flushes.Load() != flushes:
		return n, fmt.Errorf("write %s: %w", p.path, ErrFlushed)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return n, fmt.Errorf("write %s: the serial server did not take it within %v: %w", p.path, p.writeLimit, err)
	}
	return n, p.explain("write", err)
}

func (p *wire) Wake() {
	if p.enter("wake") == nil {
		defer p.leave()
		_ = p.conn.SetReadDeadline(wakeAt) // a connection that is lost tells its Read
	}
}

// Flush releases a Write that waits. What the kernel has taken cannot be dropped
// but by Close.
func (p *wire) Flush() error {
	if err := p.enter("flush"); err != nil {
		return err
	}
	defer p.leave()
	p.flushes.Add(1)
	if err := p.conn.SetWriteDeadline(wakeAt); err != nil {
		return p.explain("flush", err)
	}
	return nil
}

func (p *wire) Close() error {
	p.close.Do(func() {
		p.shut()
		if err := p.conn.Close(); err != nil { // releases who reads and who writes
			p.closeErr = fmt.Errorf("close %s: %w", p.path, err)
		}
		p.wait()
	})
	return p.closeErr
}

// explain tells a loss from a fault.
func (p *wire) explain(op string, err error) error {
	switch {
	case errors.Is(err, net.ErrClosed):
		return fmt.Errorf("%s %s: %w", op, p.path, os.ErrClosed)
	case errors.Is(err, io.EOF):
		return fmt.Errorf("%s %s: the serial server hung up: %w", op, p.path, io.EOF)
	case errors.Is(err, unix.ECONNRESET), errors.Is(err, unix.EPIPE), errors.Is(err, unix.ETIMEDOUT),
		errors.Is(err, unix.EHOSTUNREACH), errors.Is(err, unix.ENETUNREACH):
		return fmt.Errorf("%s %s: the serial server is lost: %w: %w", op, p.path, err, io.EOF)
	}
	return fmt.Errorf("%s %s: %w", op, p.path, err)
}

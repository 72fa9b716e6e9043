package modemsim

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
)

const (
	maxCommand  = 64 << 10 // bytes of a line of the control language
	maxSessions = 16       // at once, on the control socket
)

// Converse takes lines of the control language from r, runs each, and writes
// its reply to w, and after that a line of its own: "OK", or "ERROR" and a
// sentence. It returns at the end of r.
func (s *Sim) Converse(r io.Reader, w io.Writer) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxCommand)
	for lines.Scan() {
		reply, err := s.Command(lines.Text())
		end := "OK"
		if err != nil {
			end = "ERROR " + err.Error()
		}
		if reply != "" {
			reply += "\n"
		}
		if _, err := io.WriteString(w, reply+end+"\n"); err != nil {
			return err
		}
	}
	return lines.Err()
}

// A control is the socket of the control language.
type control struct {
	sim *Sim
	l   net.Listener
}

// listen takes a socket's name over from a simulator that has died, never from
// one that lives.
func (s *Sim) listen(path string) (*control, error) {
	if c, err := net.Dial("unix", path); err == nil {
		c.Close()
		return nil, fmt.Errorf("control socket %s: another simulator answers there", path)
	}
	if fi, err := os.Lstat(path); err == nil && fi.Mode()&os.ModeSocket != 0 {
		if err := os.Remove(path); err != nil {
			return nil, fmt.Errorf("control socket: %w", err)
		}
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	return &control{sim: s, l: l}, nil
}

// run takes connections until ctx is done. It closes them, and returns when
// each has ended.
func (c *control) run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { c.l.Close() })
	defer stop()
	var wg sync.WaitGroup
	defer wg.Wait()
	room := make(chan struct{}, maxSessions)
	for {
		conn, err := c.l.Accept()
		if err != nil {
			if ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
				return nil
			}
			return fmt.Errorf("control socket: %w", err)
		}
		select {
		case room <- struct{}{}:
		default:
			conn.Close()
			continue
		}
		wg.Go(func() {
			defer func() { <-room }()
			defer conn.Close()
			stop := context.AfterFunc(ctx, func() { conn.Close() })
			defer stop()
			if err := c.sim.Converse(conn, conn); err != nil && ctx.Err() == nil {
				c.sim.log.Debug("control session ended", "error", err)
			}
		})
	}
}

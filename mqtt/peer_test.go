package mqtt_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"

	"github.com/pigeon-sms/pigeon/mqtt"
)

// A peer is a broker that does what a test says, at the other end of a pipe
// and in the test's own time.
type peer struct {
	t     *testing.T
	conns chan net.Conn // the broker's ends
	dials atomic.Int64
	away  atomic.Bool // nobody answers

	conn net.Conn
	pubs chan *packets.PublishPacket
	acks chan uint16 // of what the peer published
	gone chan error  // how the connection ended: nil for a DISCONNECT
}

// bubble runs a test of an edge against a peer, in false time, and stops the
// edge at its end.
func bubble(t *testing.T, cfg mqtt.Config, test func(t *testing.T, e *mqtt.Edge, c *core, p *peer)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		cfg.Name, cfg.URL = "office", "tcp://peer"
		c := newCore()
		e := mqtt.New(cfg, slog.New(slog.DiscardHandler))
		e.Gateway = c
		p := &peer{t: t, conns: make(chan net.Conn)}
		e.SetOpen(func(ctx context.Context) (net.Conn, error) {
			p.dials.Add(1)
			if p.away.Load() {
				return nil, errors.New("connection refused")
			}
			ours, theirs := net.Pipe()
			select {
			case p.conns <- theirs:
				return ours, nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- e.Run(ctx) }()
		test(t, e, c, p)
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: got %v, want nil", err)
		}
		if p.conn != nil {
			p.conn.Close()
		}
	})
}

// accept takes the next connection, answers its CONNECT and from then on its
// SUBSCRIBEs and pings.
func (p *peer) accept() *packets.ConnectPacket {
	p.t.Helper()
	conn := <-p.conns
	first, err := packets.ReadPacket(conn)
	if err != nil {
		p.t.Fatal(err)
	}
	connect, is := first.(*packets.ConnectPacket)
	if !is {
		p.t.Fatalf("first packet: got %v, want CONNECT", first)
	}
	pubs, acks, gone := make(chan *packets.PublishPacket, 10000), make(chan uint16, 10000), make(chan error, 1) // more than any test sends
	p.conn, p.pubs, p.acks, p.gone = conn, pubs, acks, gone
	go func() {
		for {
			packet, err := packets.ReadPacket(conn)
			switch m := packet.(type) {
			case nil:
				gone <- err
				close(pubs)
				return
			case *packets.PublishPacket:
				pubs <- m
			case *packets.PubackPacket:
				acks <- m.MessageID
			case *packets.SubscribePacket:
				ack := packets.NewControlPacket(packets.Suback).(*packets.SubackPacket)
				ack.MessageID, ack.ReturnCodes = m.MessageID, slices.Repeat([]byte{1}, len(m.Topics))
				_ = ack.Write(conn)
			case *packets.PingreqPacket:
				_ = packets.NewControlPacket(packets.Pingresp).Write(conn)
			case *packets.DisconnectPacket:
				gone <- nil
				close(pubs)
				return
			}
		}
	}()
	p.write(packets.NewControlPacket(packets.Connack))
	return connect
}

func (p *peer) write(packet packets.ControlPacket) {
	p.t.Helper()
	if err := packet.Write(p.conn); err != nil {
		p.t.Fatal(err)
	}
}

// ack acknowledges publications.
func (p *peer) ack(ids ...uint16) {
	p.t.Helper()
	for _, id := range ids {
		m := packets.NewControlPacket(packets.Puback).(*packets.PubackPacket)
		m.MessageID = id
		p.write(m)
	}
}

// ackAll acknowledges whatever is published on this connection.
func (p *peer) ackAll() {
	conn, pubs := p.conn, p.pubs
	go func() {
		for m := range pubs {
			ack := packets.NewControlPacket(packets.Puback).(*packets.PubackPacket)
			ack.MessageID = m.MessageID
			if ack.Write(conn) != nil {
				return
			}
		}
	}()
}

// publish delivers a publication to the edge.
func (p *peer) publish(id uint16, topic, payload string, dup, retained bool) {
	p.t.Helper()
	m := packets.NewControlPacket(packets.Publish).(*packets.PublishPacket)
	m.MessageID, m.TopicName, m.Payload, m.Qos, m.Dup, m.Retain = id, topic, []byte(payload), 1, dup, retained
	p.write(m)
}

// next returns the next publication of the edge that is not retained state,
// which it acknowledges itself.
func (p *peer) next() *packets.PublishPacket {
	p.t.Helper()
	for {
		m, open := <-p.pubs
		switch {
		case !open:
			p.t.Fatalf("the connection ended: %v", <-p.gone)
		case !m.Retain:
			return m
		}
		p.ack(m.MessageID)
	}
}

// quiet waits until nothing moves, and fails if there was a publication.
func (p *peer) quiet() {
	p.t.Helper()
	for {
		synctest.Wait()
		select {
		case m, open := <-p.pubs:
			if !open {
				p.t.Fatalf("the connection ended: %v", <-p.gone)
			}
			if !m.Retain {
				p.t.Fatalf("published: got %s, want nothing more", m.TopicName)
			}
			p.ack(m.MessageID)
			continue
		default:
			return
		}
	}
}

// after lets time pass.
func after(d time.Duration) { <-time.After(d) }

package mqtt

import (
	"context"
	"net"

	"github.com/pigeon-sms/pigeon/mqtt/broker"
)

// What tests see of the inside.

var (
	Level       = level
	TopicNumber = topicNumber
)

// Overview is what base/info carries.
type Overview = overview

// Limits that tests wait for.
const (
	MostHeld   = mostHeld
	StallLimit = stallLimit
)

// SetOpen makes the edge reach its broker by another way. It is called before
// Run.
func (e *Edge) SetOpen(open func(context.Context) (net.Conn, error)) { e.open = open }

// A Notice is what take had to say.
type Notice struct {
	Topic   string
	Payload []byte
}

// Take settles one publication and returns what was said about it, and whether
// it would be acknowledged.
func (e *Edge) Take(ctx context.Context, p *broker.Publish) (said []Notice, acknowledged bool) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan outcome, 1)
	go func() { done <- e.take(ctx, p) }()
	for {
		select {
		case n := <-e.notices:
			said = append(said, Notice{n.topic, n.payload})
		case o := <-done:
			for {
				select {
				case n := <-e.notices:
					said = append(said, Notice{n.topic, n.payload})
				default:
					return said, o == taken || o == refused
				}
			}
		}
	}
}

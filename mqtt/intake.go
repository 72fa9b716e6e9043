package mqtt

import (
	"context"
	"errors"
	"sync"

	paho "github.com/eclipse/paho.mqtt.golang"

	"github.com/pigeon-sms/pigeon/mqtt/broker"
)

// How much an intake holds that has not been settled. A broker usually sends
// no more than some tens before the first is acknowledged, but in MQTT 3.1.1
// it may, and we have no word to ask it not to.
const (
	mostHeld       = 1024
	mostHeldOctets = 4 << 20
)

// errShed ends a connection whose broker sent more than could be held, once
// what was held is settled: the rest comes again with the next one.
var errShed = errors.New("the broker sent more than could be held; connecting again to get the rest")

// An intake stands between an external broker and take. It holds publications
// in the order they came and acknowledges each when it is settled, in that
// order (MQTT 3.1.1 §4.6).
//
// put must not block: it runs on the goroutine that reads the connection, and
// while that waits nothing is read, neither the answers to pings nor the
// acknowledgements of our own publications. What finds no room is therefore
// left, and with it all that follows, so that the order stays: the broker
// sends it again at the next connection.
type intake struct {
	session string // client identifier: whose packet ids they are
	wake    chan struct{}

	mu     sync.Mutex // guards what follows
	held   []paho.Message
	octets int
	shed   bool // something was left
}

func newIntake(session string) *intake {
	return &intake{session: session, wake: make(chan struct{}, 1)} // room for one: a wake not yet seen is enough
}

// put holds a publication.
func (q *intake) put(_ paho.Client, m paho.Message) {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := len(m.Payload())
	if q.shed || len(q.held) >= mostHeld || len(q.held) > 0 && q.octets+n > mostHeldOctets {
		q.shed = true
		return
	}
	q.held = append(q.held, m)
	q.octets += n
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// next is the oldest publication held, nil when there is none.
func (q *intake) next() (m paho.Message, shed bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.held) == 0 {
		return nil, q.shed
	}
	return q.held[0], false
}

// drop forgets the oldest publication.
func (q *intake) drop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.octets -= len(q.held[0].Payload())
	q.held[0] = nil
	q.held = q.held[1:]
}

// run settles what is held until ctx is done, or until nothing is left but
// what was shed.
func (q *intake) run(ctx context.Context, take func(context.Context, *broker.Publish) outcome) error {
	for {
		m, shed := q.next()
		switch {
		case shed:
			return errShed
		case m == nil:
			select {
			case <-q.wake:
				continue
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if take(ctx, q.publish(m)) == later {
			return ctx.Err() // not acknowledged: it comes again
		}
		m.Ack()
		q.drop()
	}
}

// publish is a publication as take reads it.
func (q *intake) publish(m paho.Message) *broker.Publish {
	return &broker.Publish{
		Client: q.session, ID: m.MessageID(), QoS: m.Qos(), Retain: m.Retained(), Dup: m.Duplicate(),
		Topic: m.Topic(), Payload: m.Payload(),
	}
}

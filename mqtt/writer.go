package mqtt

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
)

const (
	// stallLimit is how long the oldest publication in flight may wait for
	// its acknowledgement before the connection is given up.
	stallLimit = 20 * time.Second
	// partLimit is how long a stop waits for the acknowledgements still due.
	partLimit = 2 * time.Second
)

// A publication is something to publish.
type publication struct {
	topic    string
	payload  []byte
	retained bool
	seq      uint64 // its place in the journal; 0: not from there
}

// A flying publication waits for its acknowledgement.
type flying struct {
	publication
	token paho.Token // nil: nothing had to be sent
}

// A writer is the only one to publish on a connection. Its fields belong to
// the goroutine that calls run and then part.
type writer struct {
	client   paho.Client
	window   int
	log      *slog.Logger
	lost     <-chan struct{} // closed when the connection is gone
	entries  <-chan publication
	notices  <-chan publication
	states   <-chan publication
	passed   func(ctx context.Context, seq uint64) error
	flight   []flying // in order of publication
	acked    uint64   // every entry up to here has been acknowledged
	recorded uint64   // and this has been told to the core
}

var errLost = errors.New("the connection was lost")

// run publishes until ctx is done or the connection fails.
func (w *writer) run(ctx context.Context) error {
	stall := time.NewTimer(stallLimit) // runs while something is in flight
	defer stall.Stop()
	for {
		entries, notices, states := w.entries, w.notices, w.states
		if len(w.flight) >= w.window {
			entries, notices, states = nil, nil, nil
		}
		idle := len(w.flight) == 0
		if idle {
			stall.Stop()
		}
		var err error
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-w.lost:
			return errLost
		case p := <-entries:
			err = w.send(p)
		case p := <-notices:
			err = w.send(p)
		case p := <-states:
			err = w.send(p)
		case <-w.oldest():
			err = w.land()
			stall.Reset(stallLimit)
			w.pass(ctx)
		case <-stall.C:
			return fmt.Errorf("the broker has not acknowledged a publication for %v", stallLimit)
		}
		if err != nil {
			return err
		}
		if idle {
			stall.Reset(stallLimit)
		}
	}
}

// part says what is left to say and last, and waits for what is in flight until
// ctx is done. It is called when the connection stands.
func (w *writer) part(ctx context.Context, last publication) {
	var err error
	for err == nil {
		select {
		case p := <-w.notices:
			err = w.send(p)
			continue
		default:
		}
		err = w.send(last)
		break
	}
	for err == nil && len(w.flight) > 0 {
		select {
		case <-ctx.Done():
			return
		case <-w.lost:
			return
		case <-w.oldest():
			err = w.land()
		}
	}
}

// send publishes p and notes it as in flight.
func (w *writer) send(p publication) error {
	f := flying{publication: p}
	if p.topic != "" {
		// While the connection is down the library would keep it, and send it
		// out of order later.
		if !w.client.IsConnectionOpen() {
			w.flight = append(w.flight, f) // not lost if it was a notice
			return errLost
		}
		f.token = w.client.Publish(p.topic, 1, p.retained, p.payload)
	}
	w.flight = append(w.flight, f)
	return nil
}

// closed is the acknowledgement of what had not to be sent.
var closed = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

// oldest is closed when the oldest publication in flight is acknowledged, and
// nil when there is none.
func (w *writer) oldest() <-chan struct{} {
	switch {
	case len(w.flight) == 0:
		return nil
	case w.flight[0].token == nil:
		return closed
	}
	return w.flight[0].token.Done()
}

// land takes from the flight what has been acknowledged, oldest first, so that
// the cursor never moves past something that has not.
func (w *writer) land() error {
	for len(w.flight) > 0 {
		f := w.flight[0]
		select {
		case <-w.oldest():
		default:
			return nil
		}
		if f.token != nil && f.token.Error() != nil {
			return fmt.Errorf("publish: %w", f.token.Error())
		}
		if f.seq > 0 {
			w.acked = f.seq
		}
		w.flight = w.flight[1:]
	}
	return nil
}

// pass moves the cursor to what has been acknowledged.
func (w *writer) pass(ctx context.Context) {
	if w.acked == w.recorded {
		return
	}
	if err := w.passed(ctx, w.acked); err != nil {
		if ctx.Err() == nil {
			w.log.Warn("journal cursor stays", "err", err)
		}
		return
	}
	w.recorded = w.acked
}

// unsaid are the notices in flight when the connection ended: the journal's
// entries come again by themselves, and the state is told anew.
func (w *writer) unsaid() []publication {
	var left []publication
	for _, f := range w.flight {
		if f.seq == 0 && !f.retained && f.topic != "" {
			left = append(left, f.publication)
		}
	}
	return left
}

package mqtt_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// core is the gateway as these tests need it: it keeps requests and a journal
// in memory, and can be told to fail or to take its time.
type core struct {
	mu       sync.Mutex
	requests []*sms.Request
	known    map[string][]sms.Event
	prints   map[string]string // fingerprint to id
	journal  []sms.Entry
	grown    chan struct{}
	cursor   uint64
	moves    []uint64 // of the cursor
	acts     []string // what was asked of messages
	ways     []sms.Way
	moved    chan struct{} // closed when they change
	health   sms.Health

	before func(ctx context.Context, r *sms.Request) error // called by Accept first; may block
}

func newCore() *core {
	return &core{known: map[string][]sms.Event{}, prints: map[string]string{}, grown: make(chan struct{}), moved: make(chan struct{}),
		health: sms.Health{Name: "office", Version: "test", Started: time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)}}
}

func (c *core) Accept(ctx context.Context, r *sms.Request) (sms.Answer, error) {
	c.mu.Lock()
	before := c.before
	c.mu.Unlock()
	if before != nil {
		if err := before(ctx, r); err != nil {
			return sms.Answer{}, err
		}
	}
	home, _ := sms.CountryOf("44")
	ms, err := r.Messages(time.Now(), home)
	if err != nil {
		return sms.Answer{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	key := r.ID
	if key == "" && r.Redelivered {
		key = c.prints[r.Fingerprint]
	}
	if evs, known := c.known[key]; known && key != "" {
		return sms.Answer{Known: true, Events: evs}, nil
	}
	if key == "" {
		key = ms[0].ID
	}
	c.requests = append(c.requests, r)
	c.prints[r.Fingerprint] = key
	var evs []sms.Event
	for _, m := range ms {
		ev := sms.Event{Time: m.Accepted, ID: m.ID, State: sms.Queued, To: m.To, Segments: m.Segments, Meta: m.Meta}
		evs = append(evs, *c.append(&ev, nil).Event)
	}
	c.known[key] = evs
	return sms.Answer{Events: evs}, nil
}

// append adds a line to the journal; c.mu is held.
func (c *core) append(ev *sms.Event, rx *sms.Received) sms.Entry {
	en := sms.Entry{Seq: uint64(len(c.journal) + 1), Event: ev, Received: rx}
	if ev != nil {
		ev.Seq = en.Seq
	}
	if rx != nil {
		rx.Seq = en.Seq
	}
	c.journal = append(c.journal, en)
	close(c.grown)
	c.grown = make(chan struct{})
	return en
}

// happen adds n events to the journal.
func (c *core) happen(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for range n {
		id := fmt.Sprintf("m%d", len(c.journal)+1)
		c.append(&sms.Event{Time: time.Now().UTC(), ID: id, State: sms.Sent, To: "+447700900123"}, nil)
	}
}

func (c *core) receive(rx sms.Received) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.append(nil, &rx)
}

func (c *core) Cursor(context.Context, string) (uint64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cursor, nil
}

func (c *core) Next(ctx context.Context, after uint64, most int) ([]sms.Entry, error) {
	for {
		c.mu.Lock()
		rest, grown := c.journal[min(after, uint64(len(c.journal))):], c.grown
		c.mu.Unlock()
		if len(rest) > 0 {
			return rest[:min(most, len(rest))], nil
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (c *core) Passed(_ context.Context, _ string, seq uint64) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cursor = seq
	c.moves = append(c.moves, seq)
	return nil
}

func (c *core) Message(_ context.Context, id string) (sms.View, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, evs := range c.known {
		for _, ev := range evs {
			if ev.ID == id {
				return sms.View{Message: sms.Message{ID: id, To: ev.To}, Status: ev}, nil
			}
		}
	}
	return sms.View{}, sms.ErrNotFound
}

func (c *core) Cancel(ctx context.Context, id string) (sms.View, error) {
	v, err := c.Message(ctx, id)
	if err != nil {
		return v, err
	}
	if v.Status.State != sms.Queued {
		return v, &sms.FieldError{Field: "state", Text: "is " + string(v.Status.State) + ": too late"}
	}
	v.Status.State = sms.Cancelled
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known[id] = []sms.Event{v.Status}
	return v, nil
}

// note keeps what was asked of the core as a sentence.
func (c *core) note(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.acts = append(c.acts, fmt.Sprintf(format, args...))
}

func (c *core) CancelMany(_ context.Context, f sms.Choice) (sms.Acted, error) {
	c.note("cancel %+v", f)
	return sms.Acted{Messages: []sms.Event{}}, f.Check(sms.Queued)
}

func (c *core) Resend(ctx context.Context, id string, how sms.Again) (sms.View, bool, error) {
	c.note("resend %s %+v", id, how)
	v, err := c.Message(ctx, id)
	return v, true, err
}

func (c *core) ResendMany(_ context.Context, f sms.Choice, how sms.Again) (sms.Acted, error) {
	c.note("resend %+v %+v", f, how)
	return sms.Acted{Messages: []sms.Event{}}, f.Check(sms.Resendable()...)
}

func (c *core) Edit(ctx context.Context, id string, e *sms.Edit) (sms.View, error) {
	c.note("edit %s %v", id, e.Given())
	return c.Message(ctx, id)
}

func (c *core) History(ctx context.Context, id string) ([]sms.Event, error) {
	v, err := c.Message(ctx, id)
	return []sms.Event{v.Status}, err
}

func (c *core) Ways() []sms.Way {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ways
}

// become changes the ways.
func (c *core) become(ways ...sms.Way) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ways = ways
	close(c.moved)
	c.moved = make(chan struct{})
}

// WayNews tells of all ways at each change.
func (c *core) WayNews() func(context.Context) ([]sms.Way, error) {
	moved := make(chan struct{})
	close(moved)
	return func(ctx context.Context) ([]sms.Way, error) {
		select {
		case <-moved:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		moved = c.moved
		return c.ways, nil
	}
}

func (c *core) Health(context.Context) (sms.Health, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.health, nil
}

// at reads something of the core under its lock.
func at[T any](c *core, read func() T) T {
	c.mu.Lock()
	defer c.mu.Unlock()
	return read()
}

func (c *core) accepted() []*sms.Request {
	return at(c, func() []*sms.Request { return append([]*sms.Request(nil), c.requests...) })
}

// storeTrouble is an Accept that fails while trouble, which c.mu guards, is
// true.
func storeTrouble(c *core, trouble *bool) func(context.Context, *sms.Request) error {
	return func(context.Context, *sms.Request) error {
		c.mu.Lock()
		defer c.mu.Unlock()
		if *trouble {
			return errors.New("disk: input/output error")
		}
		return nil
	}
}

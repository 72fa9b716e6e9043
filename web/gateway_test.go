package web_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// firstSeq is the journal number of the fake's first event.
const firstSeq = 1042

// A fake is a core made of maps: it checks requests with the real words, and
// everything happens at noon.
type fake struct {
	mu        sync.Mutex
	messages  []sms.View
	received  []sms.Received
	journal   []sms.Entry
	grown     chan struct{} // closed when the journal grows
	ways      []sms.Way
	moved     chan struct{} // closed when they change
	faults    []string
	down      error // what every call answers
	following int   // calls of Next that wait
}

func newFake() *fake { return &fake{grown: make(chan struct{}), moved: make(chan struct{})} }

func (f *fake) Accept(_ context.Context, r *sms.Request) (sms.Answer, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.down != nil {
		return sms.Answer{}, f.down
	}
	home, _ := sms.CountryOf("44")
	ms, err := r.Messages(noon, home)
	if err != nil {
		return sms.Answer{}, err
	}
	var a sms.Answer
	for _, m := range ms {
		if v, ok := f.find(m.ID); ok {
			a.Known, a.Events = true, append(a.Events, v.Status)
		}
	}
	if a.Known {
		return a, nil
	}
	for _, m := range ms {
		m.Num, m.Lifetime = uint64(len(f.messages)+1), 0 // this clock is right
		f.messages = append(f.messages, sms.View{Message: *m})
		a.Events = append(a.Events, f.tell(len(f.messages)-1, sms.Queued, ""))
	}
	return a, nil
}

// tell changes a message's state and says so in the journal.
func (f *fake) tell(i int, state sms.State, why string) sms.Event {
	m := f.messages[i].Message
	ev := sms.Event{Seq: firstSeq + uint64(len(f.journal)), Prev: f.messages[i].Status.Seq, Time: noon, ID: m.ID, Of: m.Of, State: state, Final: state == sms.Cancelled,
		To: m.To, Segments: m.Segments, Why: why, Meta: m.Meta}
	f.messages[i].Status = ev
	f.append(sms.Entry{Seq: ev.Seq, Event: &ev})
	return ev
}

func (f *fake) append(e sms.Entry) {
	f.journal = append(f.journal, e)
	close(f.grown)
	f.grown = make(chan struct{})
}

// receive puts a message in the inbox.
func (f *fake) receive(r sms.Received) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r.Seq = firstSeq + uint64(len(f.journal))
	f.received = append(f.received, r)
	f.append(sms.Entry{Seq: r.Seq, Received: &r})
}

func (f *fake) find(id string) (sms.View, bool) {
	for _, v := range f.messages {
		if v.Message.ID == id {
			return v, true
		}
	}
	return sms.View{}, false
}

func (f *fake) Next(ctx context.Context, after uint64, most int) ([]sms.Entry, error) {
	for {
		f.mu.Lock()
		var found []sms.Entry
		for _, e := range f.journal {
			if e.Seq > after && len(found) < most {
				found = append(found, e)
			}
		}
		grown, down := f.grown, f.down
		f.following++
		f.mu.Unlock()
		switch {
		case down != nil:
			return nil, down
		case len(found) > 0:
			f.left()
			return found, nil
		}
		select {
		case <-grown:
			f.left()
		case <-ctx.Done():
			f.left()
			return nil, ctx.Err()
		}
	}
}

func (f *fake) left() {
	f.mu.Lock()
	f.following--
	f.mu.Unlock()
}

func (f *fake) Last() uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return firstSeq + uint64(len(f.journal)) - 1
}

func (f *fake) Message(_ context.Context, id string) (sms.View, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if v, ok := f.find(id); ok {
		return v, f.down
	}
	return sms.View{}, sms.ErrNotFound
}

func (f *fake) Messages(_ context.Context, want sms.Filter) ([]sms.View, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var list []sms.View
	for i := len(f.messages) - 1; i >= 0 && len(list) < want.Limit; i-- {
		v := f.messages[i]
		if (want.State == "" || v.Status.State == want.State) && (want.To == "" || v.Message.To == want.To) &&
			(want.Before == 0 || v.Message.Num < want.Before) {
			list = append(list, v)
		}
	}
	return list, f.down
}

func (f *fake) Received(_ context.Context, want sms.Filter) ([]sms.Received, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var list []sms.Received
	for i := len(f.received) - 1; i >= 0 && len(list) < want.Limit; i-- {
		r := f.received[i]
		if (want.To == "" || r.From == want.To) && (want.Before == 0 || r.Seq < want.Before) {
			list = append(list, r)
		}
	}
	return list, f.down
}

func (f *fake) Cancel(_ context.Context, id string) (sms.View, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, v := range f.messages {
		switch {
		case v.Message.ID != id:
		case v.Status.State != sms.Queued:
			return sms.View{}, &sms.FieldError{Field: "state", Text: "too late to cancel: the message is " + string(v.Status.State)}
		default:
			f.tell(i, sms.Cancelled, "cancelled on request")
			return f.messages[i], f.down
		}
	}
	return sms.View{}, sms.ErrNotFound
}

func (f *fake) CancelMany(_ context.Context, c sms.Choice) (sms.Acted, error) {
	if err := c.Check(sms.Queued); err != nil {
		return sms.Acted{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	done := sms.Acted{Messages: []sms.Event{}}
	for i, v := range f.messages {
		c.State = ""
		switch {
		case !c.Takes(&v.Message, &sms.Status{Event: v.Status}):
		case v.Status.State == sms.Sending:
			done.Late = append(done.Late, v.Status)
		case v.Status.State == sms.Queued && c.DryRun:
			done.Messages = append(done.Messages, v.Status)
		case v.Status.State == sms.Queued:
			done.Messages = append(done.Messages, f.tell(i, sms.Cancelled, "cancelled on request"))
		}
	}
	return done, f.down
}

func (f *fake) Resend(_ context.Context, id string, how sms.Again) (sms.View, bool, error) {
	if err := how.Check(); err != nil {
		return sms.View{}, false, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, v := range f.messages {
		if v.Message.ID != id {
			continue
		}
		if !v.Status.State.CanResend() {
			return sms.View{}, false, &sms.FieldError{Field: "state", Text: "cannot be sent again: the message is " + string(v.Status.State)}
		}
		m := v.Message.Renew(how, noon)
		if was, ok := f.find(m.ID); ok && !how.SameID {
			return was, true, f.down
		}
		if !how.SameID {
			m.Num, i = uint64(len(f.messages)+1), len(f.messages)
			f.messages = append(f.messages, sms.View{})
		}
		f.messages[i].Message = *m
		f.tell(i, sms.Queued, "sends "+id+" again, on request")
		return f.messages[i], false, f.down
	}
	return sms.View{}, false, sms.ErrNotFound
}

func (f *fake) ResendMany(ctx context.Context, c sms.Choice, how sms.Again) (sms.Acted, error) {
	if err := c.Check(sms.Resendable()...); err != nil {
		return sms.Acted{}, err
	}
	done := sms.Acted{Messages: []sms.Event{}}
	f.mu.Lock()
	all := append([]sms.View(nil), f.messages...)
	f.mu.Unlock()
	for _, v := range all {
		if !v.Status.State.CanResend() || !c.Takes(&v.Message, &sms.Status{Event: v.Status}) {
			continue
		}
		again, known, err := f.Resend(ctx, v.Message.ID, how)
		if err != nil {
			return done, err
		}
		if known {
			done.Known = append(done.Known, again.Status)
		} else {
			done.Messages = append(done.Messages, again.Status)
		}
	}
	return done, nil
}

func (f *fake) Edit(_ context.Context, id string, e *sms.Edit) (sms.View, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, v := range f.messages {
		if v.Message.ID != id {
			continue
		}
		if v.Status.State != sms.Queued {
			return sms.View{}, &sms.FieldError{Field: "state", Text: "too late to change: the message is " + string(v.Status.State)}
		}
		home, _ := sms.CountryOf("44")
		m, err := e.Apply(&v.Message, noon, home)
		if err != nil {
			return sms.View{}, err
		}
		f.messages[i].Message = *m
		f.tell(i, sms.Queued, "edited on request: "+strings.Join(e.Given(), ", "))
		return f.messages[i], f.down
	}
	return sms.View{}, sms.ErrNotFound
}

func (f *fake) History(_ context.Context, id string) ([]sms.Event, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []sms.Event
	for _, e := range f.journal {
		if e.Event != nil && e.Event.ID == id {
			all = append(all, *e.Event)
		}
	}
	if len(all) == 0 {
		return nil, sms.ErrNotFound
	}
	return all, f.down
}

func (f *fake) Ways() []sms.Way {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.ways
}

// become changes the ways.
func (f *fake) become(ways ...sms.Way) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ways = ways
	close(f.moved)
	f.moved = make(chan struct{})
}

// WayNews tells of all ways at each change.
func (f *fake) WayNews() func(context.Context) ([]sms.Way, error) {
	moved := make(chan struct{})
	close(moved)
	look := func() []sms.Way {
		f.mu.Lock()
		defer f.mu.Unlock()
		moved = f.moved
		return f.ways
	}
	return func(ctx context.Context) ([]sms.Way, error) {
		for {
			select {
			case <-moved:
				if ways := look(); len(ways) > 0 {
					return ways, nil
				}
				continue
			default:
			}
			select {
			case <-moved:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
	}
}

func (f *fake) Health(context.Context) (sms.Health, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	h := sms.Health{Name: "office", Version: "1.0.0", Started: noon.Add(-time.Hour), Ways: f.ways, Behind: map[string]uint64{"mqtt": 0},
		Size: 1 << 20, Disk: 6 << 30}
	for _, v := range f.messages {
		if v.Status.State == sms.Queued {
			h.Queue.Queued++
		}
	}
	h.Today.Accepted = uint64(len(f.messages))
	h.Today.Received = uint64(len(f.received))
	return h, f.down
}

func (f *fake) Backup(_ context.Context, w io.Writer) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.down != nil {
		return f.down
	}
	_, err := io.WriteString(w, "the whole state")
	return err
}

func (f *fake) Audit(context.Context) ([]string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.faults, f.down
}

func (f *fake) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.down = err
}

// waiting is how many streams wait for news.
func (f *fake) waiting() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.following
}

var errDisk = errors.New("write the journal: input/output error")

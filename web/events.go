package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

const (
	keepAlive   = 15 * time.Second // between two signs of life of a stream
	streamLimit = 10 * time.Second // for a client to take a batch
	batch       = 100              // entries read from the journal at a time
)

// events streams the journal as server-sent events, HTML standard §9.2: from
// after the number the client saw last, or from now on; and between them the
// modems as they are, without a number. It ends with the client, with a client
// that does not read, and with life.
func (s *Server) events(life context.Context, w http.ResponseWriter, r *http.Request) error {
	after, wanted, err := s.resume(r)
	if err != nil {
		return err
	}
	moved := s.Gateway.WayNews()
	return s.stream(life, w, r, "events", func(ctx context.Context) ([]byte, error) {
		entries, ways, err := s.news(ctx, after, moved)
		if err != nil {
			return nil, err
		}
		if len(entries) > 0 {
			after = entries[len(entries)-1].Seq
		}
		if wanted.some() {
			entries, ways = slices.DeleteFunc(entries, func(e sms.Entry) bool { return !wanted.takes(e) }), nil
		}
		var b bytes.Buffer
		encode(&b, entries)
		encodeWays(&b, ways)
		if b.Len() == 0 {
			// How far it has come: the client goes on from there, and hears that
			// the stream lives.
			fmt.Fprintf(&b, "id: %d\n\n", after)
		}
		return b.Bytes(), nil
	})
}

// news waits for entries of the journal, or for ways that moved.
func (s *Server) news(ctx context.Context, after uint64, moved func(context.Context) ([]sms.Way, error)) (entries []sms.Entry, ways []sms.Way, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	looked := make(chan struct{})
	go func() {
		defer close(looked)
		if ways, _ = moved(ctx); len(ways) > 0 { // its error is ctx's
			cancel()
		}
	}()
	entries, err = s.Gateway.Next(ctx, after, batch)
	cancel()
	<-looked
	if len(ways) > 0 && errors.Is(err, context.Canceled) {
		err = nil
	}
	return entries, ways, err
}

// stream sends what next brings, until the client leaves or life ends. A
// comment goes out when next has had nothing for a while; what is the name of
// it for the log.
func (s *Server) stream(life context.Context, w http.ResponseWriter, r *http.Request, what string, next func(context.Context) ([]byte, error)) error {
	select {
	case s.streams <- struct{}{}:
		defer func() { <-s.streams }()
	default:
		return later(fmt.Sprintf("%d clients follow the events, or a trace, already", maxStreams), 30)
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(life, cancel)()

	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	if r.Method == http.MethodHead {
		return nil
	}
	out := http.NewResponseController(w)
	// The status goes out at once, so that a client knows it is connected.
	for b := []byte(": from now on\n\n"); ; {
		if !push(out, w, b) {
			return nil
		}
		wait, stop := context.WithTimeout(ctx, keepAlive)
		news, err := next(wait)
		idle := wait.Err() != nil
		stop()
		switch {
		case err == nil:
			b = news
		case ctx.Err() != nil:
			return nil
		case idle:
			b = []byte(": still here\n\n")
		default:
			if !errors.Is(err, sms.ErrClosed) {
				s.log.Warn("stream ended", "of", what, "err", err)
			}
			return nil
		}
	}
}

// resume says after which number of the journal a stream begins, and what of it
// is wanted. A number from a journal that is no more begins at the end of this
// one.
func (s *Server) resume(r *http.Request) (uint64, wanted, error) {
	q, err := query(r, "after", "id", "state", "to")
	if err != nil {
		return 0, wanted{}, err
	}
	want := wanted{id: q.Get("id"), state: sms.State(q.Get("state")), to: party(q.Get("to"))}
	if want.state != "" && !want.state.Known() {
		return 0, want, badQuery("state", fmt.Sprintf("%q is none of %v", want.state, sms.States()))
	}
	last := s.Gateway.Last()
	after, err := count(q, "after")
	if err != nil {
		return 0, want, err
	}
	if id := r.Header.Get("Last-Event-ID"); id != "" {
		if after, err = strconv.ParseUint(id, 10, 64); err != nil {
			return 0, want, fault(http.StatusBadRequest, "Last-Event-ID", "Last-Event-ID: has to be the number of an event")
		}
	} else if !q.Has("after") {
		return last, want, nil
	}
	return min(after, last), want, nil
}

// wanted chooses lines of the journal; where nothing is given, all of them, and
// else events of messages alone.
type wanted struct {
	id    string
	state sms.State
	to    sms.Number
}

// some reports whether something is left out.
func (w wanted) some() bool { return w != (wanted{}) }

func (w wanted) takes(e sms.Entry) bool {
	return e.Event != nil && (w.id == "" || e.Event.ID == w.id) && (w.state == "" || e.Event.State == w.state) &&
		(w.to == "" || sms.SameNumber(e.Event.To, w.to))
}

// push writes and flushes, and reports whether the client took it in time.
func push(out *http.ResponseController, w http.ResponseWriter, b []byte) bool {
	if err := out.SetWriteDeadline(time.Now().Add(streamLimit)); err != nil {
		return false
	}
	if _, err := w.Write(b); err != nil {
		return false
	}
	return out.Flush() == nil
}

// encode writes entries as events.
func encode(b *bytes.Buffer, entries []sms.Entry) {
	for _, e := range entries {
		kind, v := "message", any(e.Event)
		switch {
		case e.Received != nil:
			kind, v = "received", e.Received
		case e.Notice != nil:
			kind, v = "notice", e.Notice
		case e.Event == nil:
			continue
		}
		data, err := json.Marshal(v)
		if err != nil {
			continue // a date out of range, say; the rest is worth having
		}
		fmt.Fprintf(b, "id: %d\nevent: %s\ndata: %s\n\n", e.Seq, kind, data)
	}
}

// encodeWays writes modems as events. They stand in no journal and have no id: a
// client's Last-Event-ID stays what it is.
func encodeWays(b *bytes.Buffer, ways []sms.Way) {
	for _, w := range ways {
		data, err := json.Marshal(w)
		if err != nil || w.Kind != "modem" {
			continue
		}
		fmt.Fprintf(b, "event: modem\ndata: %s\n\n", data)
	}
}

package mqtt

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

const (
	infoLeast = 5 * time.Second // between two looks at the counts, while the journal grows
	infoMost  = time.Minute     // at rest, for what stands in no journal

	infoSettle = 250 * time.Millisecond // counts are moved right after the journal
)

// An overview is what base/info carries.
type overview struct {
	Name    string     `json:"name"`
	Version string     `json:"version"`
	Started time.Time  `json:"started"`
	Queue   sms.Queue  `json:"queue"`
	Today   sms.Counts `json:"today"`
	Warning []string   `json:"warning,omitempty"`
}

// watch tells the writer of the modems' states until ctx is done: of all of them
// at first, as a connection is new, then of what changes.
func (e *Edge) watch(ctx context.Context, out chan<- publication) {
	w := &watcher{e: e, out: out, states: map[string]string{}}
	next := e.Gateway.WayNews()
	for {
		ways, err := next(ctx)
		if err != nil || ctx.Err() != nil {
			return
		}
		for _, way := range ways {
			if way.Kind == "modem" {
				w.modem(ctx, way)
			}
		}
	}
}

// A watcher knows what has been told of the modems on this connection.
type watcher struct {
	e      *Edge
	out    chan<- publication
	states map[string]string // by name: online or offline
}

// modem tells of one modem.
func (w *watcher) modem(ctx context.Context, way sms.Way) {
	state := offline
	if way.Ready {
		state = online
	}
	var detail []byte // none takes the retained one away
	if way.State != sms.WayGone {
		var err error
		if detail, err = json.Marshal(way); err != nil {
			return
		}
	}
	w.e.tell(ctx, w.out, w.e.topics.modem(way.Name), detail)
	if state != w.states[way.Name] {
		w.e.tell(ctx, w.out, w.e.topics.modemState(way.Name), []byte(state))
		w.states[way.Name] = state
	}
	if way.State == sms.WayGone {
		delete(w.states, way.Name)
	}
}

// watchInfo tells the writer of the counts when they have moved, until ctx is
// done. stirred says that the journal has grown.
func (e *Edge) watchInfo(ctx context.Context, stirred <-chan struct{}, out chan<- publication) {
	var told []byte
	for {
		// The store's trouble is told where it is met.
		if h, err := e.Gateway.Health(ctx); err == nil {
			info, err := json.Marshal(overview{h.Name, h.Version, h.Started, h.Queue, h.Today, h.Warning})
			if err == nil && !bytes.Equal(info, told) {
				told = info
				e.tell(ctx, out, e.topics.info(), info)
			}
		}
		looked := time.Now()
		if !await(ctx, stirred, infoMost) || !await(ctx, nil, max(infoSettle, time.Until(looked.Add(infoLeast)))) {
			return
		}
	}
}

// await waits for c, at most for d; false when ctx is done.
func await(ctx context.Context, c <-chan struct{}, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-c:
	case <-t.C:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}

// tell hands the writer a retained publication.
func (e *Edge) tell(ctx context.Context, out chan<- publication, topic string, payload []byte) {
	select {
	case out <- publication{topic: topic, payload: payload, retained: true}:
	case <-ctx.Done():
	}
}

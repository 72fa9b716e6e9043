package mqtt

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

const (
	watchEvery  = time.Second     // how soon a modem's change of state is seen
	detailEvery = 5 * time.Second // counts, signal: no sooner after the last time
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

// A watcher compares what is with what has been told on this connection.
type watcher struct {
	e      *Edge
	out    chan<- publication
	info   []byte
	infoAt time.Time
	modems map[string]modemTold
}

type modemTold struct {
	state, word string // online or offline; the modem's own word
	detail      []byte
	at          time.Time // detail's
}

// watch tells the writer of changes in the gateway's and its modems' state
// until ctx is done. On a new connection everything is told once.
func (e *Edge) watch(ctx context.Context, out chan<- publication) {
	w := &watcher{e: e, out: out, modems: map[string]modemTold{}}
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		w.look(ctx, time.Now())
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// look compares once.
func (w *watcher) look(ctx context.Context, now time.Time) {
	there := map[string]bool{}
	for _, way := range w.e.Gateway.Ways() {
		if way.Kind == "modem" {
			there[way.Name] = true
			w.modem(ctx, way, now)
		}
	}
	for name, told := range w.modems {
		if there[name] {
			continue
		}
		delete(w.modems, name)
		if told.state != offline {
			w.tell(ctx, w.e.topics.modemState(name), []byte(offline))
		}
		w.tell(ctx, w.e.topics.modem(name), nil) // takes the retained one away
	}
	if now.Sub(w.infoAt) < detailEvery {
		return
	}
	h, err := w.e.Gateway.Health(ctx)
	if err != nil {
		return // the store's trouble is told where it is met
	}
	w.infoAt = now
	info, err := json.Marshal(overview{h.Name, h.Version, h.Started, h.Queue, h.Today, h.Warning})
	if err == nil && !bytes.Equal(info, w.info) {
		w.info = info
		w.tell(ctx, w.e.topics.info(), info)
	}
}

// modem tells of one modem: a change of state at once, anything else when the
// last time is long enough ago.
func (w *watcher) modem(ctx context.Context, way sms.Way, now time.Time) {
	told := w.modems[way.Name]
	state := offline
	if way.Ready {
		state = online
	}
	detail, err := json.Marshal(way)
	if err != nil {
		return
	}
	moved := state != told.state || way.State != told.word
	if !bytes.Equal(detail, told.detail) && (moved || now.Sub(told.at) >= detailEvery) {
		w.tell(ctx, w.e.topics.modem(way.Name), detail)
		told.detail, told.word, told.at = detail, way.State, now
	}
	if state != told.state {
		w.tell(ctx, w.e.topics.modemState(way.Name), []byte(state))
		told.state = state
	}
	w.modems[way.Name] = told
}

// tell hands the writer a retained publication.
func (w *watcher) tell(ctx context.Context, topic string, payload []byte) {
	select {
	case w.out <- publication{topic: topic, payload: payload, retained: true}:
	case <-ctx.Done():
	}
}

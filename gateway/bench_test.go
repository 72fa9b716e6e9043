package gateway_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/gateway"
	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/store"
)

// An edge is a double of the ways out: each send is answered by a function of
// the test's.
type edge struct {
	answer func(ctx context.Context, way string, a *sms.Attempt) ([]sms.Ref, error)

	mu     sync.Mutex
	ways   []sms.Way
	flying map[string]int
	most   int // attempts at the same time on one way
	sends  []string
	next   int
}

func newEdge(names ...string) *edge {
	e := &edge{flying: map[string]int{}}
	for _, n := range names {
		e.ways = append(e.ways, sms.Way{Name: n, Kind: "modem", State: "ready", Ready: true, Window: 1})
	}
	return e
}

func (e *edge) Ways() []sms.Way {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]sms.Way(nil), e.ways...)
}

// set makes a way ready or not.
func (e *edge) set(i int, ready bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ways[i].Ready, e.ways[i].State = ready, map[bool]string{true: "ready", false: "registering"}[ready]
}

func (e *edge) Send(ctx context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
	e.mu.Lock()
	e.flying[way]++
	e.most = max(e.most, e.flying[way])
	e.sends = append(e.sends, fmt.Sprintf("%s %s/%d from %d", way, a.ID, a.N, a.First))
	e.mu.Unlock()
	defer func() {
		e.mu.Lock()
		e.flying[way]--
		e.mu.Unlock()
	}()
	if e.answer != nil {
		return e.answer(ctx, way, a)
	}
	return e.take(way, a, a.Segments), nil
}

// take makes refs for the segments up to one.
func (e *edge) take(way string, a *sms.Attempt, upTo int) []sms.Ref {
	e.mu.Lock()
	defer e.mu.Unlock()
	var refs []sms.Ref
	for s := a.First; s < upTo; s++ {
		e.next++
		refs = append(refs, sms.Ref{Net: way, ID: fmt.Sprint(e.next % 256), Segment: s, Time: time.Now()})
	}
	return refs
}

func (e *edge) sent() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]string(nil), e.sends...)
}

// A world is a gateway over a real store and doubled edges, run in a bubble.
type world struct {
	*gateway.Gateway
	t    *testing.T
	dir  string
	cfg  gateway.Config
	edge *edge
	db   *store.DB
	stop context.CancelFunc
	done chan error
}

func newWorld(t *testing.T, e *edge, change ...func(*gateway.Config)) *world {
	w := &world{t: t, dir: t.TempDir(), edge: e, cfg: gateway.Config{Name: "test", Country: "44"}}
	for _, f := range change {
		f(&w.cfg)
	}
	if err := w.cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	w.open()
	return w
}

// open opens the store and builds the gateway, without running it.
func (w *world) open() {
	db, err := store.Open(store.Config{Dir: w.dir})
	if err != nil {
		w.t.Fatal(err)
	}
	w.db = db
	w.Gateway = gateway.New(w.cfg, db, []gateway.Sender{w.edge}, slog.New(slog.DiscardHandler))
}

func (w *world) run() {
	ctx, stop := context.WithCancel(w.t.Context())
	w.stop, w.done = stop, make(chan error, 1)
	g, done := w.Gateway, w.done
	go func() { done <- g.Run(ctx) }()
}

// halt stops the gateway and closes the store, after its audit.
func (w *world) halt() {
	w.t.Helper()
	if w.stop != nil {
		w.stop()
		if err := <-w.done; err != nil {
			w.t.Errorf("run ended with %v", err)
		}
		w.stop = nil
	}
	w.shut()
}

func (w *world) shut() {
	w.t.Helper()
	faults, err := w.db.Audit(w.t.Context())
	if err != nil || len(faults) > 0 {
		w.t.Errorf("audit: %q, %v", faults, err)
	}
	if err := w.db.Close(); err != nil {
		w.t.Errorf("close: %v", err)
	}
}

func (w *world) accept(json string) sms.Answer {
	w.t.Helper()
	r, err := sms.ParseRequest([]byte(json))
	if err != nil {
		w.t.Fatal(err)
	}
	a, err := w.Accept(w.t.Context(), r)
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

// story is the states a message went through, as the journal tells it.
func (w *world) story(id string) string {
	w.t.Helper()
	entries, err := w.db.Entries(w.t.Context(), 0, 100_000)
	if err != nil {
		w.t.Fatal(err)
	}
	s := ""
	for _, e := range entries {
		if e.Event != nil && e.Event.ID == id {
			if s != "" {
				s += " "
			}
			s += string(e.Event.State)
			if e.Event.Final {
				s += "!"
			}
		}
	}
	return s
}

func refuse(v sms.Verdict, code string) error {
	return &sms.SendError{Verdict: v, Code: code, Err: fmt.Errorf("refused")}
}

package modem_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/modem"
	"github.com/pigeon-sms/pigeon/modem/modemsim"
	"github.com/pigeon-sms/pigeon/sms"
)

// noted is a gateway that says when anything has happened.
type noted struct {
	*core
	mu    sync.Mutex
	event chan struct{} // closed and replaced
}

func (n *noted) ring() {
	n.mu.Lock()
	defer n.mu.Unlock()
	close(n.event)
	n.event = make(chan struct{})
}

func (n *noted) Receive(ctx context.Context, p *sms.Part) error {
	defer n.ring()
	return n.core.Receive(ctx, p)
}

func (n *noted) Report(ctx context.Context, r *sms.Report) error {
	defer n.ring()
	return n.core.Report(ctx, r)
}

func (n *noted) Changed() { n.ring() }

// until waits until cond holds, which is asked after each event.
func (n *noted) until(t testing.TB, ctx context.Context, ways func() []sms.Way, what string, cond func() bool) {
	t.Helper()
	for {
		n.mu.Lock()
		event := n.event
		n.mu.Unlock()
		if cond() {
			return
		}
		select {
		case <-event:
		case <-ctx.Done():
			t.Fatalf("%s: %v; ways %+v", what, context.Cause(ctx), ways())
		}
	}
}

// The whole way down to the kernel: real ptys, the real port.
func TestOverPTY(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	sim := modemsim.New(modemsim.Config{Count: 1, Dir: t.TempDir()}, log)
	gw := &noted{core: newCore(), event: make(chan struct{})}
	pool := modem.New(modem.Config{Modems: []modem.ModemConfig{{Name: "m1", Port: sim.Links()[0]}}}, log)
	pool.Gateway = gw

	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	running.Go(func() {
		if err := sim.Run(ctx); err != nil {
			t.Errorf("sim: %v", err)
		}
	})
	select {
	case <-sim.Ready():
	case <-ctx.Done():
		t.Fatal("the simulator does not start")
	}
	running.Go(func() {
		if err := pool.Run(ctx); err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	state := func(s string) func() bool {
		return func() bool { w := pool.Ways(); return len(w) == 1 && w[0].State == s }
	}
	gw.until(t, ctx, pool.Ways, "ready", state("ready"))

	const messages = 100
	for range messages {
		if refs, err := pool.Send(ctx, "m1", attempt("hello")); err != nil || len(refs) != 1 {
			t.Fatalf("Send = %v, %v", refs, err)
		}
	}
	gw.until(t, ctx, pool.Ways, "reports", func() bool { _, n := gw.counts(); return n == messages })

	if _, err := sim.Network().Deliver("modem0", "+447700900555", "hello", modemsim.Delivery{}); err != nil {
		t.Fatal(err)
	}
	gw.until(t, ctx, pool.Ways, "part", func() bool { n, _ := gw.counts(); return n == 1 })

	if err := sim.Modems()[0].Fault("hangup 300ms"); err != nil {
		t.Fatal(err)
	}
	gw.until(t, ctx, pool.Ways, "absent", state("absent"))
	gw.until(t, ctx, pool.Ways, "ready again", state("ready"))
	if _, err := pool.Send(ctx, "m1", attempt("hello")); err != nil {
		t.Error(err)
	}
}

// BenchmarkSend is one message of one segment over a pty to a modem that
// answers at once.
func BenchmarkSend(b *testing.B) {
	log := slog.New(slog.DiscardHandler)
	sim := modemsim.New(modemsim.Config{Count: 1, Dir: b.TempDir()}, log)
	gw := &noted{core: newCore(), event: make(chan struct{})}
	pool := modem.New(modem.Config{Modems: []modem.ModemConfig{{Name: "m1", Port: sim.Links()[0]}}}, log)
	pool.Gateway = gw
	ctx, cancel := context.WithCancel(b.Context())
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	running.Go(func() { _ = sim.Run(ctx) })
	<-sim.Ready()
	running.Go(func() { _ = pool.Run(ctx) })
	gw.until(b, ctx, pool.Ways, "ready", func() bool { w := pool.Ways(); return len(w) == 1 && w[0].Ready })
	a := attempt("hello")
	a.Receipt = false
	b.ReportAllocs()
	for b.Loop() {
		if _, err := pool.Send(ctx, "m1", a); err != nil {
			b.Fatal(err)
		}
	}
}

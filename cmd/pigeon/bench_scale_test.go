package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/gateway"
	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/store"
)

// scaleSize is how large a state file may grow for a million queued and a million
// in history.
const scaleSize = 4 << 30

// BenchmarkScale measures the same acts on a store and a core with a thousand
// messages queued and a thousand in history, and with a million of each (SCALE
// sets another number), and prints both with their ratio. Half of the queue is
// not due yet, half stands in line for a modem that is not there. The state
// file is in the kernel's cache.
func BenchmarkScale(b *testing.B) {
	most := 1_000_000
	if n, err := strconv.Atoi(os.Getenv("SCALE")); err == nil {
		most = n
	}
	if strconv.IntSize == 32 {
		b.Skip("a million messages need a state file larger than a 32-bit system maps")
	}
	for b.Loop() {
		few, many := scaled(b, 1000), scaled(b, most)
		// The testing package cuts a benchmark's log to ten lines.
		fmt.Printf("\n%-52s %10d %10d %8s\n", "queued, and as many in history", 1000, most, "ratio")
		for i, f := range few {
			fmt.Printf("%-52s %10.4g %10.4g %8.2f\n", f.what, f.value, many[i].value, many[i].value/f.value)
			if many[i].metric != "" {
				b.ReportMetric(many[i].value, many[i].metric)
			}
		}
	}
}

// A figure is one line of the table.
type figure struct {
	what   string
	value  float64
	metric string // its name among the benchmark's metrics, for the larger store
}

// scaled makes a store of this size and measures.
func scaled(b *testing.B, size int) (figures []figure) {
	note := func(what, metric string, value float64) {
		figures = append(figures, figure{what, value, metric})
	}
	// took is the time of one f, in milliseconds, or the mean of several.
	took := func(n int, f func() error) float64 {
		begun := time.Now()
		for range n {
			if err := f(); err != nil {
				b.Fatal(err)
			}
		}
		return milliseconds(time.Since(begun)) / float64(n)
	}
	ctx := context.Background()
	dir := filepath.Join(benchDir(b), "state")
	cfg := store.Config{Dir: dir, MaxSize: scaleSize}
	db := openScale(b, cfg)
	begun := time.Now()
	fillScale(b, db, size)
	b.Logf("%d queued and as many in history: written in %v, %d MiB, %d commits", size, time.Since(begun).Round(time.Second), db.Size()>>20, db.Commits())
	if used, _, err := db.Used(ctx); err == nil {
		note("bytes in use for a message", "B-used/msg", float64(used)/float64(2*size))
	}
	keep := sms.Retention{Age: 90 * 24 * time.Hour, Count: 3 * size}
	note("ms: housekeeping with nothing to delete, first", "", took(1, func() error { _, err := db.Trim(ctx, keep, time.Now()); return err }))
	note("ms: the same, an hour later", "trim-ms", took(1, func() error { _, err := db.Trim(ctx, keep, time.Now()); return err }))
	killed := store.Config{Dir: dir + "-killed", MaxSize: scaleSize}
	copyState(b, dir, killed.Dir)
	note("ms: open after a kill", "open-killed-ms", took(1, func() error { db := openScale(b, killed); b.Cleanup(func() { db.Close() }); return nil }))
	note("ms: close", "", took(1, db.Close))
	note("ms: open after a stop", "open-ms", took(1, func() error { db = openScale(b, cfg); return nil }))

	look := func(what string, f sms.Filter) {
		note("ms: list 50, "+what, "", took(10, func() error { f.Limit = 50; _, err := db.Messages(ctx, f); return err }))
	}
	look("newest", sms.Filter{})
	look("queued", sms.Filter{State: sms.Queued})
	look("failed, of which there are none", sms.Filter{State: sms.Failed})
	look("to one who is not there", sms.Filter{To: "+447999000111"})
	note("ms: counts", "", took(1000, func() error { _, err := db.Counts(ctx); return err }))
	cut := keep
	cut.Count = 2*size - 500
	note("ms: housekeeping that deletes 500", "", took(1, func() error {
		n, err := db.Trim(ctx, cut, time.Now())
		if err == nil && n < 500 {
			err = fmt.Errorf("%d were deleted", n)
		}
		return err
	}))

	scaleCore(b, db, size, note)

	note("ms: audit", "audit-ms", took(1, func() error {
		faults, err := db.Audit(ctx)
		if err == nil && len(faults) > 0 {
			err = fmt.Errorf("%q", faults)
		}
		return err
	}))
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	return figures
}

// copyState copies the state file of a store that is open and at rest: what a kill
// would leave.
func copyState(b *testing.B, from, to string) {
	b.Helper()
	if err := os.MkdirAll(to, 0o700); err != nil {
		b.Fatal(err)
	}
	in, err := os.Open(filepath.Join(from, "pigeon.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(filepath.Join(to, "pigeon.db"))
	if err != nil {
		b.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		b.Fatal(err)
	}
	if err := errors.Join(out.Sync(), out.Close()); err != nil {
		b.Fatal(err)
	}
}

func openScale(b *testing.B, cfg store.Config) *store.DB {
	db, err := store.Open(cfg)
	if err != nil {
		b.Fatal(err)
	}
	return db
}

// fillScale writes history and queue, mixed as they would be: every other message
// is at its end.
func fillScale(b *testing.B, db *store.DB, size int) {
	const writers = 256
	ctx, begun := context.Background(), time.Now().UTC()
	var at atomic.Int64
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for i := at.Add(1) - 1; i < int64(2*size); i = at.Add(1) - 1 {
				m := scaleMessage(fmt.Sprintf("scale-%020d", i), begun)
				m.To = sms.Number(fmt.Sprintf("+44770%07d", i%100_000))
				if i%4 == 1 {
					m.SendAt = begun.Add(24*time.Hour + time.Duration(i)*time.Millisecond)
				}
				key := sms.RequestKey{ID: m.ID, Fingerprint: fmt.Sprintf("scale/%016x", i*7919)}
				if _, _, err := db.Accept(ctx, []*sms.Message{m}, key, "no way is ready", nil); err != nil {
					b.Error(err)
					return
				}
				if i%2 == 1 {
					continue
				}
				o := sms.Outcome{State: sms.Cancelled, Final: true, Time: begun, Why: "cancelled on request"}
				if _, err := db.End(ctx, m.Num, o); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	if b.Failed() {
		b.FailNow()
	}
}

func scaleMessage(id string, now time.Time) *sms.Message {
	return &sms.Message{
		ID: id, To: "+447700900123", Text: benchText, Encoding: sms.EncodingAuto, Priority: sms.Normal,
		Expires: now.Add(72 * time.Hour), Receipt: true, OnDoubt: sms.Resend,
		Origin: "mqtt", Accepted: now, Segments: 1,
	}
}

// A probe is an edge with one way that nothing in the queue may take, and which
// says when it is given a message.
type probe struct{ sent chan time.Time }

func (p probe) Ways() []sms.Way {
	return []sms.Way{{Name: "probe", Kind: "probe", State: "ready", Ready: true, Window: 1}}
}

func (p probe) Send(_ context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
	p.sent <- time.Now()
	return []sms.Ref{{Net: way, ID: "1", Time: time.Now()}}, nil
}

// scaleCore measures a core over the store.
func scaleCore(b *testing.B, db *store.DB, size int, note func(what, metric string, value float64)) {
	heap := func() float64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc)
	}
	before := heap()
	p := probe{make(chan time.Time, 1)}
	g := gateway.New(gateway.Config{Name: "scale", Country: "44", QueueMost: size + 100_000, StopWait: time.Second},
		db, []gateway.Sender{p}, slog.New(slog.NewTextHandler(io.Discard, nil)))
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	begun := time.Now()
	go func() { done <- g.Run(ctx) }()
	defer func() {
		stop()
		if err := <-done; err != nil {
			b.Error(err)
		}
	}()
	for loaded := false; !loaded; {
		_, err := g.Waits(ctx, "probe")
		loaded = err == nil
	}
	note("ms: load the queue", "load-ms", milliseconds(time.Since(begun)))
	note("heap bytes for a queued message", "heap-B/queued", (heap()-before)/float64(size))

	ask := func(send time.Duration) time.Time {
		r := &sms.Request{To: []string{"+447700900123"}, Text: benchText, Route: "probe", Origin: "http"}
		at := time.Now().Add(send)
		if send > 0 {
			r.SendAt = at.Format(time.RFC3339Nano)
		}
		if _, err := g.Accept(ctx, r); err != nil {
			b.Fatal(err)
		}
		return at
	}
	var now, due []time.Duration
	for range 200 {
		begun := time.Now()
		ask(0)
		now = append(now, (<-p.sent).Sub(begun))
	}
	for range 50 {
		at := ask(50 * time.Millisecond)
		due = append(due, (<-p.sent).Sub(at))
	}
	note("ms: accept to send, p50", "", milliseconds(percentile(now, 0.5)))
	note("ms: due to send, p50", "", milliseconds(percentile(due, 0.5)))
	for _, senders := range []int{1, 10, 100} {
		const requests = 3000
		begun := time.Now()
		var wg sync.WaitGroup
		for range senders {
			wg.Go(func() {
				for range requests / senders {
					r := &sms.Request{To: []string{"+447700900124"}, Text: benchText, Origin: "http"}
					if _, err := g.Accept(ctx, r); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		note(fmt.Sprintf("accepts/s, %d at a time", senders), fmt.Sprintf("accepts/s-%d", senders), requests/time.Since(begun).Seconds())
	}
	// The journal is read by nobody here, and one modem's news is what a follower asks for.
	if _, err := db.Entries(ctx, db.Last()-1, 10); err != nil {
		b.Error(err)
	}
}

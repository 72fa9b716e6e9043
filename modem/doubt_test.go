package modem_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/gateway"
	"github.com/pigeon-sms/pigeon/modem"
	"github.com/pigeon-sms/pigeon/modem/modemsim"
	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/store"
)

// A whole is a gateway with its store over the modems of a rig.
type whole struct {
	*gateway.Gateway
	r   *rig
	db  *store.DB
	end func()
}

// edge is the pool of the rig, whichever it has at the time.
type edge struct{ r *rig }

func (e edge) Ways() []sms.Way { return e.r.pool.Ways() }

func (e edge) Send(ctx context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
	return e.r.pool.Send(ctx, way, a)
}

// live starts a gateway on the state in a folder, and the pool under it.
func (r *rig) live(dir string) *whole {
	r.t.Helper()
	db, err := store.Open(store.Config{Dir: dir})
	if err != nil {
		r.t.Fatal(err)
	}
	w := &whole{r: r, db: db}
	w.Gateway = gateway.New(gateway.Config{Name: "test", Country: "44"}, db, []gateway.Sender{edge{r}}, slog.New(slog.DiscardHandler))
	r.callee = w.Gateway
	r.begin(modem.Config{Modems: []modem.ModemConfig{{Name: "m1", Port: "m1"}}})
	ctx, stop := context.WithCancel(r.t.Context())
	done := make(chan error)
	go func() { done <- w.Run(ctx) }()
	w.end = func() {
		stop()
		if err := <-done; err != nil {
			r.t.Errorf("run: %v", err)
		}
		r.end()
		faults, err := db.Audit(r.t.Context())
		if err != nil || len(faults) > 0 {
			r.t.Errorf("audit: %q, %v", faults, err)
		}
		if err := db.Close(); err != nil {
			r.t.Errorf("close: %v", err)
		}
	}
	return w
}

func (w *whole) accept(text string) {
	w.r.t.Helper()
	_, err := w.Accept(w.r.t.Context(), &sms.Request{ID: "m1", To: []string{"+447700900123"}, Text: text})
	if err != nil {
		w.r.t.Fatal(err)
	}
}

// ends waits until the message is final, and checks the states it went through.
func (w *whole) ends(want string) {
	w.r.t.Helper()
	story := func() string {
		entries, err := w.db.Entries(w.r.t.Context(), 0, 1000)
		if err != nil {
			w.r.t.Fatal(err)
		}
		var states []string
		for _, e := range entries {
			if e.Event != nil {
				states = append(states, string(e.Event.State))
			}
		}
		return strings.Join(states, " ")
	}
	w.r.until(10*time.Minute, "final", func() bool {
		v, err := w.Message(w.r.t.Context(), "m1")
		return err == nil && v.Status.Final
	})
	w.r.rest(time.Hour) // nothing comes after it
	if got := story(); got != want {
		w.r.t.Errorf("got %q, want %q", got, want)
	}
}

// The modem dies after Ctrl-Z and comes back, and the report on what the network
// took comes then: nothing is sent twice.
func TestReportAfterTheModemDied(t *testing.T) {
	for _, tc := range []struct {
		name, fault, text string
		segments          int
		want              string
	}{
		{"line drops", "takegone", "hello", 1, "queued sending queued delivered"},
		{"no answer", "takesilent", "hello", 1, "queued sending queued delivered"},
		{"long text", "takegone", strings.Repeat("0123456789", 40), 3, "queued sending queued sending sent delivered"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := one(t, modemsim.ModemConfig{Latency: time.Second})
				r.end()
				w := r.live(t.TempDir())
				defer w.end()
				r.ready("m1")
				r.net.SetReportDelay(10 * time.Second)
				if tc.fault == "takesilent" {
					r.net.SetReportDelay(190 * time.Second) // 180 s are waited for the answer
				}
				r.fault("m1", tc.fault)
				w.accept(tc.text)
				w.ends(tc.want)
				if n := len(r.net.Segments()); n != tc.segments {
					t.Errorf("%d segments went on the air, want %d", n, tc.segments)
				}
				if n := r.net.Copies("+447700900123", tc.text); n != 1 {
					t.Errorf("%d copies, want one", n)
				}
			})
		})
	}
}

// The daemon is killed after Ctrl-Z, and the report comes when the next one is
// up.
func TestReportAfterTheDaemonWasKilled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{Latency: time.Second})
		r.end()
		w := r.live(t.TempDir())
		r.ready("m1")
		r.net.SetReportDelay(40 * time.Second)
		r.fault("m1", "sendlate 20s")
		w.accept("hello")
		r.rest(5 * time.Second) // the network has it, and the modem has not said so
		if n := len(r.net.Segments()); n != 1 {
			t.Fatalf("%d segments went on the air, want one", n)
		}
		var disk bytes.Buffer
		if err := w.db.Backup(t.Context(), &disk); err != nil {
			t.Fatal(err)
		}
		w.end() // whatever it still wrote is not on that disk
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "pigeon.db"), disk.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		w = r.live(dir)
		defer w.end()
		w.ends("queued sending queued delivered")
		if n := len(r.net.Segments()); n != 1 {
			t.Errorf("%d segments went on the air, want one", n)
		}
	})
}

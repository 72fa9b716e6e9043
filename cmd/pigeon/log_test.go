package main

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

// stderrFile is an environment whose stderr is a file, and the value of
// JOURNAL_STREAM that speaks of it.
func stderrFile(t *testing.T) (*env, *os.File, string) {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		t.Fatal(err)
	}
	e := newDesk(t).env
	e.stderr = f
	return &e, f, fmt.Sprintf("%d:%d", st.Dev, st.Ino)
}

func TestJournalLines(t *testing.T) {
	e, f, stream := stderrFile(t)
	e.getenv = func(string) string { return stream }
	log := newLog(e, true)
	log.Debug("looked")
	log.Info("sent", "id", "a b")
	log.With("modem", "north").WithGroup("sim").Warn("weak", "time", "yesterday", "level", 3)
	log.Error("gone\nfor good")
	log.Log(t.Context(), slog.LevelError+4, "worse")
	got, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	want := `<7>msg=looked
<6>msg=sent id="a b"
<4>msg=weak modem=north sim.time=yesterday sim.level=3
<3>msg="gone\nfor good"
<3>msg=worse
`
	if string(got) != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// TestOnlyTheJournalIsTheJournal: the variable is handed down to processes whose
// stderr is another.
func TestOnlyTheJournalIsTheJournal(t *testing.T) {
	e, f, stream := stderrFile(t)
	for _, tc := range []struct {
		name, stream string
		w            io.Writer
		want         bool
	}{
		{"the same", stream, f, true},
		{"none", "", f, false},
		{"another's", "8:1", f, false},
		{"nonsense", "yes", f, false},
		{"no file", stream, &bytes.Buffer{}, false},
	} {
		if got := isJournal(tc.w, tc.stream); got != tc.want {
			t.Errorf("%s: got %v, want %v", tc.name, got, tc.want)
		}
	}
	e.getenv = func(string) string { return "8:1" }
	newLog(e, false).Info("sent")
	got, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(got), "time=") || !strings.Contains(string(got), " level=INFO msg=sent\n") {
		t.Errorf("got %q, want a time and a level", got)
	}
}

func TestDebugIsLoggedWhereAskedFor(t *testing.T) {
	for _, verbose := range []bool{false, true} {
		e, f, stream := stderrFile(t)
		for _, s := range []string{"", stream} {
			e.getenv = func(string) string { return s }
			if err := f.Truncate(0); err != nil {
				t.Fatal(err)
			}
			newLog(e, verbose).Debug("looked")
			st, err := f.Stat()
			if err != nil || (st.Size() > 0) != verbose {
				t.Errorf("verbose %v, journal %q: got %d octets and %v", verbose, s, st.Size(), err)
			}
		}
	}
}

// TestJournalLinesStayWhole writes from many goroutines, through handlers made
// of one another.
func TestJournalLinesStayWhole(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(newJournal(&out, slog.LevelInfo))
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			l := log.With("writer", i)
			for n := range 50 {
				l.Info("line", "n", n)
			}
		})
	}
	wg.Wait()
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(lines) != 400 {
		t.Errorf("got %d lines, want 400", len(lines))
	}
	for _, l := range lines {
		var i, n int
		if _, err := fmt.Sscanf(l, "<6>msg=line writer=%d n=%d", &i, &n); err != nil {
			t.Errorf("a broken line: %q", l)
		}
	}
}

func TestJournalSaysWhenItCannotWrite(t *testing.T) {
	log := newJournal(fullDisk{}, slog.LevelInfo)
	if err := log.Handle(t.Context(), slog.Record{Message: "lost"}); err == nil {
		t.Error("got no error from a full disk")
	}
}

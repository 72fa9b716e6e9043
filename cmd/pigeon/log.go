package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// newLog makes the daemon's log: one line an entry on stderr. Where that leads
// to systemd's journal, each line starts with its level as sd-daemon(3) has it,
// and without a time, which the journal adds.
func newLog(e *env, verbose bool) *slog.Logger {
	level := slog.LevelInfo
	if verbose {
		level = slog.LevelDebug
	}
	if !isJournal(e.stderr, e.getenv("JOURNAL_STREAM")) {
		return slog.New(slog.NewTextHandler(e.stderr, &slog.HandlerOptions{Level: level}))
	}
	return slog.New(newJournal(e.stderr, level))
}

// isJournal reports whether w is the stream JOURNAL_STREAM speaks of, by device
// and inode: systemd.exec(5) asks for the comparison, because the variable is
// handed down to children whose stderr is a terminal or a file.
func isJournal(w io.Writer, stream string) bool {
	f, ok := w.(*os.File)
	if !ok || stream == "" {
		return false
	}
	var st unix.Stat_t
	err := unix.Fstat(int(f.Fd()), &st)
	return err == nil && stream == fmt.Sprintf("%d:%d", st.Dev, st.Ino)
}

// A journalHandler writes for systemd's journal.
type journalHandler struct {
	slog.Handler
	out *journalOut
}

// journalOut is shared by the handlers that With makes of one another.
type journalOut struct {
	mu  sync.Mutex
	w   io.Writer
	buf bytes.Buffer
}

func newJournal(w io.Writer, level slog.Level) *journalHandler {
	out := &journalOut{w: w}
	return &journalHandler{slog.NewTextHandler(&out.buf, &slog.HandlerOptions{
		Level: level,
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey) {
				return slog.Attr{}
			}
			return a
		},
	}), out}
}

// Handle writes one entry behind its level.
func (j *journalHandler) Handle(ctx context.Context, r slog.Record) error {
	j.out.mu.Lock()
	defer j.out.mu.Unlock()
	j.out.buf.Reset()
	switch {
	case r.Level >= slog.LevelError:
		j.out.buf.WriteString("<3>")
	case r.Level >= slog.LevelWarn:
		j.out.buf.WriteString("<4>")
	case r.Level >= slog.LevelInfo:
		j.out.buf.WriteString("<6>")
	default:
		j.out.buf.WriteString("<7>")
	}
	if err := j.Handler.Handle(ctx, r); err != nil {
		return err
	}
	_, err := j.out.w.Write(j.out.buf.Bytes())
	return err
}

// WithAttrs is slog's.
func (j *journalHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &journalHandler{j.Handler.WithAttrs(attrs), j.out}
}

// WithGroup is slog's.
func (j *journalHandler) WithGroup(name string) slog.Handler {
	return &journalHandler{j.Handler.WithGroup(name), j.out}
}

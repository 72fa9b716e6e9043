package broker

import (
	"context"
	"log/slog"
)

// quiet passes on what the library logs as debug lines without the packets in
// them, which hold what people wrote. What an operator should know the broker
// says itself.
type quiet struct{ h slog.Handler }

func (q quiet) Enabled(ctx context.Context, _ slog.Level) bool {
	return q.h.Enabled(ctx, slog.LevelDebug)
}

func (q quiet) Handle(ctx context.Context, r slog.Record) error {
	out := slog.NewRecord(r.Time, slog.LevelDebug, r.Message, r.PC)
	r.Attrs(func(a slog.Attr) bool {
		if !spoken(a.Key) {
			out.AddAttrs(a)
		}
		return true
	})
	return q.h.Handle(ctx, out)
}

func (q quiet) WithAttrs(attrs []slog.Attr) slog.Handler {
	var keep []slog.Attr
	for _, a := range attrs {
		if !spoken(a.Key) {
			keep = append(keep, a)
		}
	}
	return quiet{q.h.WithAttrs(keep)}
}

func (q quiet) WithGroup(name string) slog.Handler { return quiet{q.h.WithGroup(name)} }

// spoken reports whether the library puts a whole packet under this key.
func spoken(key string) bool { return key == "pk" || key == "packet" || key == "will" }

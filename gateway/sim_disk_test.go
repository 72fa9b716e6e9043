package gateway_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/store"
)

// A simDisk is a store that dies behind a commit, and may be full meanwhile.
// Once it is dead nothing more is written, and nobody learns what the last
// writes have come to: as when the power goes. What was committed is noted in
// the books.
type simDisk struct {
	*store.DB
	books *simBooks
	left  atomic.Int64 // commits until it dies; less than 1: it does not
	full  atomic.Bool
	dead  atomic.Bool
	died  chan struct{} // closed when it is dead
}

func newSimDisk(db *store.DB, books *simBooks, commits int64) *simDisk {
	d := &simDisk{DB: db, books: books, died: make(chan struct{})}
	d.left.Store(commits)
	return d
}

func (d *simDisk) die() {
	if !d.dead.Swap(true) {
		close(d.died)
	}
}

var errCut = fmt.Errorf("the power is off: %w", sms.ErrBroken)

func (d *simDisk) write(f func() error) error {
	switch {
	case d.dead.Load():
		return errCut
	case d.full.Load():
		return sms.ErrFull
	}
	err := f()
	if err == nil && d.left.Add(-1) == 0 {
		d.die()
	}
	if d.dead.Load() {
		return errCut
	}
	return err
}

// status is write for what returns where a message stands.
func (d *simDisk) status(f func() (*sms.Status, error)) (st *sms.Status, err error) {
	err = d.write(func() (err error) {
		if st, err = f(); err == nil {
			d.books.committed(st)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return st, nil
}

func (d *simDisk) Accept(ctx context.Context, ms []*sms.Message, key sms.RequestKey, why string, b *sms.Begin) (events []sms.Event, known bool, err error) {
	if b != nil {
		d.books.counts(*b)
	}
	err = d.write(func() (err error) {
		events, known, err = d.DB.Accept(ctx, ms, key, why, b)
		return err
	})
	return events, known, err
}

func (d *simDisk) Begin(ctx context.Context, num uint64, b sms.Begin) (*sms.Status, error) {
	d.books.counts(b)
	return d.status(func() (*sms.Status, error) { return d.DB.Begin(ctx, num, b) })
}

func (d *simDisk) Finish(ctx context.Context, num uint64, o sms.Outcome, settle sms.Settle) (*sms.Status, error) {
	return d.status(func() (*sms.Status, error) {
		st, err := d.DB.Finish(ctx, num, o, settle)
		if err == nil {
			d.books.ended(st, o)
		}
		return st, err
	})
}

func (d *simDisk) Turn(ctx context.Context, num uint64, o sms.Outcome, settle sms.Settle, next uint64, start sms.Start) (st *sms.Status, m *sms.Message, begun *sms.Status, err error) {
	err = d.write(func() (err error) {
		st, m, begun, err = d.DB.Turn(ctx, num, o, settle, next, func(m *sms.Message, st *sms.Status) (sms.Begin, bool) {
			b, ok := start(m, st)
			d.books.counts(b)
			return b, ok
		})
		if err == nil {
			d.books.committed(st)
			d.books.ended(st, o)
			d.books.committed(begun)
		}
		return err
	})
	if err != nil {
		return nil, nil, nil, err
	}
	return st, m, begun, nil
}

func (d *simDisk) End(ctx context.Context, num uint64, o sms.Outcome) (*sms.Status, error) {
	return d.status(func() (*sms.Status, error) { return d.DB.End(ctx, num, o) })
}

func (d *simDisk) Report(ctx context.Context, r *sms.Report, settle sms.Settle) (*sms.Status, error) {
	return d.status(func() (*sms.Status, error) { return d.DB.Report(ctx, r, settle) })
}

func (d *simDisk) Doubts(ctx context.Context, settle sms.Settle) (moved []*sms.Status, err error) {
	err = d.write(func() (err error) {
		moved, err = d.DB.Doubts(ctx, settle)
		for _, st := range moved {
			d.books.committed(st)
		}
		return err
	})
	return moved, err
}

func (d *simDisk) Keep(ctx context.Context, p *sms.Part, join func([]sms.Part) sms.Received) (r *sms.Received, err error) {
	err = d.write(func() (err error) { r, err = d.DB.Keep(ctx, p, join); return err })
	return r, err
}

func (d *simDisk) Incomplete(ctx context.Context, before time.Time, join func([]sms.Part) sms.Received) (all []sms.Received, err error) {
	err = d.write(func() (err error) { all, err = d.DB.Incomplete(ctx, before, join); return err })
	return all, err
}

func (d *simDisk) Notice(ctx context.Context, n *sms.Notice) error {
	return d.write(func() error { return d.DB.Notice(ctx, n) })
}

func (d *simDisk) Remember(ctx context.Context, key string, value []byte) error {
	return d.write(func() error { return d.DB.Remember(ctx, key, value) })
}

func (d *simDisk) Passed(ctx context.Context, follower string, seq uint64) error {
	return d.write(func() error { return d.DB.Passed(ctx, follower, seq) })
}

func (d *simDisk) Flush(ctx context.Context) error {
	return d.write(func() error { return d.DB.Flush(ctx) })
}

func (d *simDisk) Trim(ctx context.Context, keep sms.Retention, now time.Time) (n int, err error) {
	err = d.write(func() (err error) { n, err = d.DB.Trim(ctx, keep, now); return err })
	return n, err
}

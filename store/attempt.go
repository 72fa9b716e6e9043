package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// Begin marks an attempt at a queued message as begun: after it the message is
// Sending, and if the process ends before Finish nobody knows whether a network
// took it. Refs of segments from b.First on are dropped: they will be sent
// again. What b says is spent is counted against the SIM's limits, and b.Stick
// is noted to be the SIM's. It returns where the message stands.
func (db *DB) Begin(ctx context.Context, num uint64, b sms.Begin) (*sms.Status, error) {
	return db.moment(ctx, "begin", num, func(t *txn, r *row) error { return t.begin(r, b) })
}

func (t *txn) begin(r *row, b sms.Begin) error {
	st := r.st
	if st.Event.State != sms.Queued {
		return &StateError{ID: r.m.ID, From: st.Event.State, To: sms.Sending}
	}
	lose(st, func(ref sms.Ref) bool { return ref.Segment >= b.First })
	st.Reports = slices.Clone(st.Reports[:min(b.First, len(st.Reports))])
	st.Way, st.Net, st.Route, st.Due = b.Way, b.Net, b.Route, time.Time{}
	e := st.Event
	e.Time, e.Clock, e.State, e.Final = b.Time, b.Clock, sms.Sending, false
	e.Route, e.Modem, e.Attempt, e.Sent = b.Route, b.Way, e.Attempt+1, b.First
	e.Why, e.Error = "", nil
	if b.Net != "" {
		if err := t.spend(b); err != nil {
			return err
		}
		if err := t.stick(b.Stick, b.Net, b.Time); err != nil {
			return err
		}
	}
	return t.announce(r, e)
}

// Finish ends an attempt: the message, Sending until now, becomes what o says.
// Reports on this attempt's refs that overtook it are settled in the same
// transaction, and each that is news is a line of its own in the journal; the
// status returned is the one after all of them.
func (db *DB) Finish(ctx context.Context, num uint64, o sms.Outcome, settle sms.Settle) (*sms.Status, error) {
	db.stir(o)
	return db.moment(ctx, "finish", num, func(t *txn, r *row) error { return t.finish(r, o, settle) })
}

func (t *txn) finish(r *row, o sms.Outcome, settle sms.Settle) error {
	begun := r.st.Event
	if begun.State != sms.Sending {
		return &StateError{ID: r.m.ID, From: begun.State, To: o.State}
	}
	if err := t.become(r, o); err != nil {
		return err
	}
	return t.overtaken(r, begun.Seq, o.Refs, settle)
}

// Turn is Finish of one message and Begin of the next in one transaction: a way
// goes from the one to the other, and waits for the disk once. It returns where
// the first stands, and the next one as it has begun; nil for both where it is
// queued no longer or start wants none.
func (db *DB) Turn(ctx context.Context, num uint64, o sms.Outcome, settle sms.Settle, next uint64, start sms.Start) (st *sms.Status, m *sms.Message, begun *sms.Status, err error) {
	db.stir(o)
	st, err = db.moment(ctx, "finish", num, func(t *txn, r *row) error {
		m, begun = nil, nil
		if err := t.finish(r, o, settle); err != nil {
			return err
		}
		if next == num {
			return nil // it has just had its turn
		}
		n, err := t.row(next)
		if errors.Is(err, sms.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		b, ok := start(n.m, n.st)
		if !ok || n.st.Event.State != sms.Queued {
			return nil
		}
		if err := t.begin(n, b); err != nil {
			return err
		}
		m, begun = n.m, n.st
		return t.save(n)
	})
	if err != nil {
		return nil, nil, nil, err
	}
	return st, m, begun, nil
}

// End moves a message outside an attempt: expired, cancelled, waiting for
// something else, or waiting for a report no longer.
func (db *DB) End(ctx context.Context, num uint64, o sms.Outcome) (*sms.Status, error) {
	return db.moment(ctx, "end", num, func(t *txn, r *row) error { return t.become(r, o) })
}

// moment changes one message and returns where it stands then. The error is
// sms.ErrNotFound where no message has the number.
func (db *DB) moment(ctx context.Context, name string, num uint64, change func(*txn, *row) error) (*sms.Status, error) {
	var st *sms.Status
	err := db.do(ctx, func(t *txn) error {
		r, err := t.row(num)
		if err != nil {
			return err
		}
		if err := change(t, r); err != nil {
			return err
		}
		st = r.st
		return t.save(r)
	})
	if err != nil {
		return nil, fmt.Errorf("%s message %d: %w", name, num, err)
	}
	return st, nil
}

// become moves a row as an outcome says and announces it.
func (t *txn) become(r *row, o sms.Outcome) error {
	st, from := r.st, r.st.Event.State
	if !from.CanBecome(o.State) || o.State == sms.Sending { // only Begin sends
		return &StateError{ID: r.m.ID, From: from, To: o.State}
	}
	if o.Final && o.State.Waiting() {
		return fmt.Errorf("message %s is %s and cannot be final", r.m.ID, o.State)
	}
	if err := takeRefs(r, o); err != nil {
		return err
	}
	if o.Doubt != nil {
		doubted(st, *o.Doubt)
	}
	st.Due = time.Time{}
	if o.State == sms.Queued {
		st.Due = o.Due
	}
	switch {
	case o.State != sms.Sent || o.Final:
		st.Await = time.Time{}
	case !o.Await.IsZero(): // else a sent message waits on as it did
		st.Await = o.Await
	}

	e := st.Event
	e.Time, e.Clock, e.State, e.Final, e.Why, e.Error = o.Time, o.Clock, o.State, o.Final, o.Why, o.Fault
	e.Sent = len(st.Refs)
	if o.State == sms.Sent || o.State == sms.Delivered {
		e.Sent = r.m.Segments
	}
	return t.announce(r, e)
}

// takeRefs enters the refs of an outcome. A segment that was taken again has
// its new ref only.
func takeRefs(r *row, o sms.Outcome) error {
	for _, ref := range o.Refs {
		if ref.Segment < 0 || ref.Segment >= r.m.Segments {
			return fmt.Errorf("a ref of segment %d, and the message has %d", ref.Segment, r.m.Segments)
		}
		if ref.Time.IsZero() {
			ref.Time = o.Time
		}
		lose(r.st, func(old sms.Ref) bool { return old.Segment == ref.Segment })
		r.st.Refs = append(r.st.Refs, ref)
	}
	return nil
}

// lose drops refs of segments that are sent anew. They are remembered: the
// network may yet report on those copies, and that is on no doubt.
func lose(st *sms.Status, which func(sms.Ref) bool) {
	kept := make([]sms.Ref, 0, len(st.Refs)+1)
	for _, ref := range st.Refs {
		if !which(ref) {
			kept = append(kept, ref)
			continue
		}
		gone(st, ref)
	}
	st.Refs = kept
}

// gone remembers a ref of a copy that is not counted any more.
func gone(st *sms.Status, ref sms.Ref) {
	st.Gone = append(slices.Clone(st.Gone), ref)
	st.Gone = st.Gone[max(0, len(st.Gone)-goneMost):]
}

// goneMost bounds the refs of a message that are remembered so: as many as it can
// have segments. The oldest is forgotten.
const goneMost = maxSegments

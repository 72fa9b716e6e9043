package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// EndMany is End of several queued messages in one transaction. It returns where
// those stand that were queued; the others it passes over.
func (db *DB) EndMany(ctx context.Context, nums []uint64, o sms.Outcome) (ended []*sms.Status, err error) {
	err = db.do(ctx, func(t *txn) error {
		ended = nil
		return t.many(nums, func(r *row) error {
			if r.st.Event.State != sms.Queued {
				return nil
			}
			if err := t.become(r, o); err != nil {
				return err
			}
			ended = append(ended, r.st)
			return t.save(r)
		})
	})
	if err != nil {
		return nil, fmt.Errorf("end %d messages: %w", len(nums), err)
	}
	return ended, nil
}

// Resend has messages that have ended sent again, in one transaction: each as
// renew says, under its own id or as a new message. It returns what became of each
// that had ended; the others it passes over. Where it was sent again under the new
// id before, nothing is written, and Known is true. The error is sms.ErrFull when
// the file has no room, and a *sms.FieldError where the id is another message's.
func (db *DB) Resend(ctx context.Context, nums []uint64, renew sms.Renew, now time.Time) (all []sms.Renewed, err error) {
	err = db.do(ctx, func(t *txn) error {
		all = nil
		if err := t.room(acceptRoom); err != nil {
			return err
		}
		return t.many(nums, func(r *row) error {
			if !r.st.Event.State.CanResend() {
				return nil
			}
			done, err := t.renew(r, renew(r.m), now)
			if err == nil {
				all = append(all, done)
			}
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("resend %d messages: %w", len(nums), err)
	}
	return all, nil
}

// renew writes one message that is sent again.
func (t *txn) renew(r *row, m *sms.Message, now time.Time) (sms.Renewed, error) {
	if m.ID == r.m.ID {
		if err := t.requeue(r, m, now); err != nil {
			return sms.Renewed{}, err
		}
		return sms.Renewed{Message: r.m, Status: r.st}, nil
	}
	num, err := t.number(bIDs, idKey(idMessage, m.ID))
	if err != nil {
		return sms.Renewed{}, err
	}
	if num > 0 {
		was, err := t.row(num)
		if err != nil {
			return sms.Renewed{}, err
		}
		if was.m.Of != r.m.ID {
			return sms.Renewed{}, &sms.FieldError{Field: "id", Text: m.ID + " is another message: give the new one an id of your own"}
		}
		return sms.Renewed{Message: was.m, Status: was.st, Known: true}, nil
	}
	n, err := t.accept(*m, "sends "+r.m.ID+" again, on request")
	if err != nil {
		return sms.Renewed{}, err
	}
	return sms.Renewed{Message: n.m, Status: n.st}, nil
}

// requeue begins a message anew that has ended: all of it is sent again, and what
// came of its attempts until now is told by the journal alone.
func (t *txn) requeue(r *row, m *sms.Message, now time.Time) error {
	st := r.st
	why := "sent again on request, after it was " + string(st.Event.State)
	st.Refs, st.Reports, st.Doubts, st.Doubt = nil, nil, nil, false
	st.Way, st.Net, st.Route, st.Await = "", "", "", time.Time{}
	st.Tried = st.Event.Attempt
	return t.rewrite(r, m, now, why)
}

// Edit changes the body of a message that waits for its first attempt, as change
// says. The error is a *StateError when it is too late, and change's own.
func (db *DB) Edit(ctx context.Context, num uint64, now time.Time, change func(*sms.Message) (*sms.Message, error), why string) (m *sms.Message, st *sms.Status, err error) {
	st, err = db.moment(ctx, "edit", num, func(t *txn, r *row) error {
		if e := r.st.Event; e.State != sms.Queued || e.Attempt > 0 {
			return &StateError{ID: r.m.ID, From: e.State, To: sms.Queued}
		}
		next, err := change(r.m)
		if err != nil {
			return err
		}
		if next.ID != r.m.ID || next.Num != r.m.Num {
			return fmt.Errorf("the edit of %s is another message, %s", r.m.ID, next.ID)
		}
		err = t.rewrite(r, next, now, why)
		m = r.m
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	return m, st, nil
}

// rewrite puts another body in place of a row's and announces it as queued.
func (t *txn) rewrite(r *row, m *sms.Message, at time.Time, why string) error {
	if m.Concat == 0 && m.Segments > 1 {
		c, err := t.concat()
		if err != nil {
			return err
		}
		m.Concat = c
	}
	body, err := encode(m)
	if err != nil {
		return err
	}
	t.near = m.Num
	t.put(bMessages, u64(m.Num), body)
	r.m, r.st.Due = m, m.SendAt
	e := r.st.Event
	e.Time, e.State, e.Final, e.Why, e.Error = at, sms.Queued, false, why, nil
	e.To, e.Segments, e.Sent = m.To, m.Segments, 0
	e.Route, e.Modem = "", ""
	if err := t.announce(r, e); err != nil {
		return err
	}
	return t.save(r)
}

// many does something to each of several messages, in the order of their
// numbers. Those that are gone are passed over.
func (t *txn) many(nums []uint64, f func(*row) error) error {
	if len(nums) >= straightFrom {
		if err := t.straight(); err != nil {
			return err
		}
	}
	for _, num := range slices.Sorted(slices.Values(nums)) {
		if !t.has(bStatus, u64(num)) {
			continue
		}
		r, err := t.row(num)
		if err != nil {
			return err
		}
		if err := f(r); err != nil {
			return err
		}
	}
	return nil
}

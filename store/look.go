package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/pigeon-sms/pigeon/sms"
)

// Message returns a message and where it stands. The error is sms.ErrNotFound
// where no message has the id.
func (db *DB) Message(ctx context.Context, id string) (*sms.Message, *sms.Status, error) {
	var r *row
	err := db.view(ctx, func(t *txn) error {
		key := idKey(idMessage, id)
		num, err := t.number(bIDs, key)
		switch {
		case err != nil:
			return err
		case num == 0:
			return sms.ErrNotFound
		}
		r, err = t.row(num)
		if errors.Is(err, sms.ErrNotFound) {
			err = corrupt(bIDs, key, err)
		}
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	return r.m, r.st, nil
}

// ByNum returns the message with a number, as Message does.
func (db *DB) ByNum(ctx context.Context, num uint64) (*sms.Message, *sms.Status, error) {
	var r *row
	err := db.view(ctx, func(t *txn) (err error) {
		r, err = t.row(num)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	return r.m, r.st, nil
}

// lookMost bounds what Messages and Received return at a time.
const lookMost = 1000

// lookEvery is how many records a search reads between looks at its ctx.
const lookEvery = 256

// Messages returns messages from the newest back, at most f.Limit and never
// more than a thousand: ask again with f.Before for more.
func (db *DB) Messages(ctx context.Context, f sms.Filter) ([]sms.View, error) {
	var views []sms.View
	maybe := sieve(f)
	from := bStatus
	if f.State.Waiting() {
		from = bPending // it names them all, and no others
	}
	err := db.view(ctx, func(t *txn) error {
		return t.back(ctx, from, f, func(k, v []byte) (bool, error) {
			if from == bPending {
				if v = t.get(bStatus, k); v == nil {
					return false, corrupt(bPending, k, sms.ErrNotFound)
				}
			}
			if !maybe(v) {
				return false, nil
			}
			st, err := readStatus(k, v)
			if err != nil {
				return false, err
			}
			if f.State != "" && st.Event.State != f.State || f.To != "" && !sms.SameNumber(st.Event.To, f.To) {
				return false, nil
			}
			m, err := readMessage(k, t.get(bMessages, k))
			if err != nil {
				return false, err
			}
			views = append(views, sms.View{Message: *m, Status: st.Event})
			return true, nil
		})
	})
	return views, err
}

// sieve returns what says of a status, as it is encoded, whether it may pass a
// filter: decoding a million to find none would take ten times as long.
func sieve(f sms.Filter) func(v []byte) bool {
	state, _ := json.Marshal(f.State) // a string can always be encoded
	if f.State == "" {
		state = nil
	}
	// Two ways to write one number differ at the front, and by the signs of a
	// service code.
	var end []byte
	if n := len(f.To); n >= 8 && !strings.ContainsFunc(string(f.To[n-4:]), func(r rune) bool { return r < '0' || r > '9' }) {
		end = []byte(f.To[n-4:])
	}
	return func(v []byte) bool {
		return bytes.Contains(v, state) && (bytes.Contains(v, end) || bytes.ContainsAny(v, "*#"))
	}
}

// Received returns received messages from the newest back, as Messages does.
// f.To is their sender.
func (db *DB) Received(ctx context.Context, f sms.Filter) ([]sms.Received, error) {
	var all []sms.Received
	err := db.view(ctx, func(t *txn) error {
		return t.back(ctx, bReceived, f, func(k, v []byte) (bool, error) {
			r, err := readReceived(k, v)
			if err != nil {
				return false, err
			}
			if f.To != "" && !sms.SameNumber(r.From, f.To) {
				return false, nil
			}
			all = append(all, *r)
			return true, nil
		})
	})
	return all, err
}

// back calls f with records from the newest before filter.Before, until it has
// taken as many as the filter wants.
func (t *txn) back(ctx context.Context, b bucket, filter sms.Filter, f func(k, v []byte) (taken bool, err error)) error {
	want := lookMost
	if filter.Limit > 0 {
		want = min(want, filter.Limit)
	}
	var before []byte
	if filter.Before > 0 {
		before = u64(filter.Before)
	}
	n := 0
	for k, v := range t.descend(b, before) {
		if want == 0 {
			return nil
		}
		if n++; n%lookEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		taken, err := f(k, v)
		if err != nil {
			return err
		}
		if taken {
			want--
		}
	}
	return nil
}

// Counts returns how much is on its way. It looks nothing up but the counts
// themselves.
func (db *DB) Counts(ctx context.Context) (q sms.Queue, err error) {
	err = db.view(ctx, func(t *txn) error {
		c, err := t.counts()
		q = sms.Queue{Queued: int(c.queued), Sending: int(c.sending), Awaited: int(c.awaited), Parts: int(c.parts)}
		return err
	})
	return q, err
}

package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"sync"

	"github.com/pigeon-sms/pigeon/sms"
)

// A bell wakes all who wait for the journal to grow.
type bell struct {
	mu sync.Mutex
	ch chan struct{} // guarded by mu; closed by the next ring
}

func (b *bell) ring() {
	b.mu.Lock()
	if b.ch != nil {
		close(b.ch)
	}
	b.ch = make(chan struct{})
	b.mu.Unlock()
}

// Grown returns a channel that is closed when the journal has grown, or the
// store has been closed. Ask for it before looking with Entries, so that
// nothing slips between.
func (db *DB) Grown() <-chan struct{} {
	db.bell.mu.Lock()
	defer db.bell.mu.Unlock()
	return db.bell.ch
}

// Last returns the number of the journal's latest committed line.
func (db *DB) Last() uint64 { return db.last.Load() }

// announce appends a row's news to the journal.
func (t *txn) announce(r *row, e sms.Event) error {
	t.near = r.m.Num
	e.Seq, e.Prev = t.next(bJournal), r.st.Event.Seq
	v, err := encode(&e)
	if err != nil {
		return err
	}
	r.st.Event = e
	t.line = e.Seq
	t.put(bJournal, u64(e.Seq), append([]byte{lineEvent}, v...))
	return nil
}

// Entries returns the journal's lines after a number, oldest first, at most
// max. None is later than Last.
func (db *DB) Entries(ctx context.Context, after uint64, max int) ([]sms.Entry, error) {
	var entries []sms.Entry
	last := db.last.Load() // readers see a commit before it is entered there
	err := db.view(ctx, func(t *txn) error {
		if after == math.MaxUint64 {
			return nil
		}
		for k, v := range t.ascend(bJournal, u64(after+1)) {
			if len(entries) >= max || bytes.Compare(k, u64(last)) > 0 {
				return nil
			}
			e, err := t.entry(k, v)
			if err != nil {
				return err
			}
			entries = append(entries, e)
		}
		return nil
	})
	return entries, err
}

// entry reads one line.
func (t *txn) entry(k, v []byte) (sms.Entry, error) {
	e, received, err := readLine(k, v)
	if err != nil || !received {
		return e, err
	}
	e.Received, err = t.received(k)
	return e, err
}

// readLine reads a line; received says that its text stands in bReceived.
func readLine(k, v []byte) (e sms.Entry, received bool, err error) {
	if e.Seq, err = readU64(k); err != nil {
		return e, false, corrupt(bJournal, k, err)
	}
	switch {
	case len(v) > 0 && v[0] == lineEvent:
		e.Event = &sms.Event{}
		return e, false, decode(bJournal, k, v[1:], e.Event)
	case len(v) > 0 && v[0] == lineNotice:
		e.Notice = &sms.Notice{}
		return e, false, decode(bJournal, k, v[1:], e.Notice)
	case len(v) == 1 && v[0] == lineReceived:
		return e, true, nil
	}
	return e, false, corrupt(bJournal, k, errors.New("no such kind of line"))
}

func (t *txn) received(key []byte) (*sms.Received, error) {
	v := t.get(bReceived, key)
	if v == nil {
		return nil, corrupt(bReceived, key, errors.New("the journal names it and it is not there"))
	}
	return readReceived(key, v)
}

func readReceived(k, v []byte) (*sms.Received, error) {
	r := &sms.Received{}
	if err := decode(bReceived, k, v, r); err != nil {
		return nil, err
	}
	if seq, err := readU64(k); err != nil || seq != r.Seq {
		return nil, corrupt(bReceived, k, fmt.Errorf("it says it is number %d", r.Seq))
	}
	return r, nil
}

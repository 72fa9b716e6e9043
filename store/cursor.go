package store

import (
	"context"
	"fmt"
	"sync"
)

// A moves is where the cursors are that were asked for since the store was
// opened. A cursor that is behind on disk only has its follower told again what
// it knows, so a move makes no commit of its own: it goes along with the next,
// whoever makes it.
type moves struct {
	mu sync.Mutex
	to map[string]uint64 // guarded by mu
}

// move notes where a cursor is, and never moves it back.
func (m *moves) move(follower string, seq uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.to == nil {
		m.to = map[string]uint64{}
	}
	m.to[follower] = max(seq, m.to[follower])
}

func (m *moves) of(follower string) (seq uint64, known bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	seq, known = m.to[follower]
	return seq, known
}

func (m *moves) forget(follower string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.to, follower)
}

// each calls f with every cursor.
func (m *moves) each(f func(follower string, seq uint64)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for name, seq := range m.to {
		f(name, seq)
	}
}

// Cursor returns the number of the last line a follower has passed. One who is
// new is known from then on, at 0: Trim keeps the journal for those it knows.
func (db *DB) Cursor(ctx context.Context, follower string) (uint64, error) {
	if err := checkFollower(follower); err != nil {
		return 0, err
	}
	seq, known := db.moves.of(follower)
	if known {
		return seq, nil
	}
	err := db.view(ctx, func(t *txn) (err error) {
		known = t.has(bCursors, []byte(follower))
		seq, err = t.number(bCursors, []byte(follower))
		return err
	})
	if err == nil && !known {
		err = db.do(ctx, func(t *txn) error {
			if !t.has(bCursors, []byte(follower)) {
				t.put(bCursors, []byte(follower), u64(0))
			}
			return nil
		})
	}
	if err != nil {
		return 0, err
	}
	db.moves.move(follower, seq)
	return seq, nil
}

// Passed moves a follower's cursor: it need not be told of the lines up to seq
// again. A cursor never moves back. Where it is goes to the disk with the next
// commit, at the latest with Flush or Close: a power cut before has the
// follower told again.
func (db *DB) Passed(ctx context.Context, follower string, seq uint64) error {
	if err := checkFollower(follower); err != nil {
		return err
	}
	if last := db.last.Load(); seq > last {
		return fmt.Errorf("follower %s: passed line %d, and the journal has %d", follower, seq, last)
	}
	if err := db.group.ended(); err != nil {
		return err
	}
	if _, err := db.Cursor(ctx, follower); err != nil { // who is new is made known
		return err
	}
	db.moves.move(follower, seq)
	return nil
}

// Flush writes the cursors that have moved, if any have.
func (db *DB) Flush(ctx context.Context) error {
	return db.do(ctx, func(t *txn) error { return t.moved(&db.moves) })
}

// moved writes the cursors that have moved.
func (t *txn) moved(m *moves) (err error) {
	m.each(func(follower string, seq uint64) {
		at, bad := t.number(bCursors, []byte(follower))
		if bad != nil {
			err = bad
		} else if seq > at {
			t.put(bCursors, []byte(follower), u64(seq))
		}
	})
	return err
}

// DropFollower forgets a follower that will not come back, and with it what the
// journal keeps for it alone.
func (db *DB) DropFollower(ctx context.Context, follower string) error {
	if err := checkFollower(follower); err != nil {
		return err
	}
	db.moves.forget(follower)
	return db.do(ctx, func(t *txn) error {
		if t.has(bCursors, []byte(follower)) {
			t.del(bCursors, []byte(follower))
		}
		return nil
	})
}

func checkFollower(name string) error {
	if name == "" || len(name) > maxStr {
		return fmt.Errorf("follower %q: a name has 1 to %d octets", name, maxStr)
	}
	return nil
}

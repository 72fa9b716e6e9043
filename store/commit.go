package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/pigeon-sms/pigeon/sms"
)

// commit runs the ops of a batch in one transaction and commits it. An op that
// fails takes no other with it: if it had written already, everything is rolled
// back and the rest run again without it.
func (db *DB) commit(batch []*op) {
	db.writing.Lock()
	defer db.writing.Unlock()
	db.commitHeld(batch)
}

// commitHeld is commit for who holds writing.
func (db *DB) commitHeld(batch []*op) {
	for len(batch) > 0 {
		if err := db.group.failed(); err != nil {
			fail(batch, err)
			return
		}
		batch = db.try(batch)
	}
}

// try makes one transaction and returns what is to be tried again.
func (db *DB) try(batch []*op) []*op {
	tx, err := db.file.Begin(true)
	if err != nil {
		fail(batch, closed(err))
		return nil
	}
	// Does nothing after a commit; otherwise it cannot fail.
	defer func() { _ = tx.Rollback() }()

	t := &txn{tx: tx}
	t.full(db)
	if err := t.prepare(len(batch)); err != nil {
		fail(batch, err)
		return nil
	}
	for i, o := range batch {
		writes := t.writes
		if o.err = t.run(o); o.err != nil && t.writes != writes {
			return slices.Concat(batch[:i], batch[i+1:])
		}
	}
	if t.writes == 0 {
		return nil // no news is no write
	}
	if err := t.run(&op{run: func(t *txn) error { return t.moved(&db.moves) }}); err != nil {
		fail(batch, err)
		return nil
	}

	id := tx.ID()
	if err = db.settle(t); err == nil {
		if t.line > 0 {
			db.bell.ring()
		}
		return nil
	}
	switch {
	case !outOfRoom(err) || visible(db.file, id):
		err = fmt.Errorf("%w: %w", ErrBroken, err)
		db.group.fail(err)
	case len(batch) > 1: // the small ones among them may find room
		for _, o := range batch {
			db.commitHeld([]*op{o})
		}
		return nil
	default:
		err = fmt.Errorf("%w: %w", sms.ErrFull, err)
	}
	fail(batch, err)
	return nil
}

// settle commits a transaction and lets readers have it.
func (db *DB) settle(t *txn) error {
	db.committing.Lock()
	defer db.committing.Unlock()
	id := t.tx.ID()
	if err := t.tx.Commit(); err != nil {
		db.lost = id
		return err
	}
	db.lost = 0
	db.commits.Add(1)
	if t.line > 0 {
		db.last.Store(t.line)
	}
	db.onDisk.Store(int64(id))
	return nil
}

// fail gives an error to the ops that have none of their own.
func fail(batch []*op, err error) {
	for _, o := range batch {
		if o.err == nil {
			o.err = err
		}
	}
}

// Commits returns how many transactions have been committed since the store was
// opened.
func (db *DB) Commits() uint64 { return db.commits.Load() }

// do runs a write; see group.do.
func (db *DB) do(ctx context.Context, run func(*txn) error) error {
	return db.group.do(ctx, run)
}

// view runs a read. What it reads is one moment's truth, all of it on disk.
func (db *DB) view(ctx context.Context, read func(*txn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	db.opened.RLock()
	defer db.opened.RUnlock()
	tx, err := db.file.Begin(false)
	if err != nil {
		return closed(err)
	}
	defer func() { _ = tx.Rollback() }() // of a reader: it cannot fail
	if err := db.surely(tx.ID()); err != nil {
		return err
	}
	return read(&txn{tx: tx})
}

// surely waits until a transaction that readers see is on disk. bbolt shows them
// one from when it is written, while its last sync is still to come, or to fail.
func (db *DB) surely(id int) error {
	if int64(id) <= db.onDisk.Load() {
		return nil
	}
	db.committing.Lock() // until it has come out
	defer db.committing.Unlock()
	if db.lost != 0 && id >= db.lost {
		return ErrBroken
	}
	return nil
}

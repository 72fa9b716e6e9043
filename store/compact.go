package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"
)

const (
	// compactFrom is the size in bytes below which a file is left as it is.
	compactFrom = 8 << 20
	// compactShare: a file is compacted when less than one part in so many is in
	// use.
	compactShare = 2
	// compactSpare is the room on the disk, in bytes, that compacting leaves free.
	compactSpare = 16 << 20
	// compactTx bounds what one transaction of the copy holds, in bytes.
	compactTx = 1 << 20
)

// Compact makes the file smaller when most of it is free, and says by how many
// bytes it did; 0 when there was nothing to do, no room on the disk for a second
// file, or somebody is copying or auditing this one.
//
// Writers wait until it is done, a second for some ten megabytes in use; readers
// wait only while the files change places. A cut leaves one good file under the
// name:
//
//	the copy is written as pigeon.db.new    the old one; the next Open removes the copy
//	the copy is synced                      the same
//	the copy is renamed                     the one or the other: both say the same
//	the directory is synced                 the new one
//
// pigeon.pid stays locked throughout: it is a file of its own for that.
func (db *DB) Compact(ctx context.Context) (saved int64, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if !db.still.TryLock() {
		return 0, nil // a long look at the file would hold up all others
	}
	defer db.still.Unlock()
	db.writing.Lock()
	defer db.writing.Unlock()
	if err := db.group.ended(); err != nil {
		return 0, err
	}
	used, _, err := db.Used(ctx)
	size := db.Size()
	if err != nil || size < compactFrom || used > size/compactShare || db.Free() < uint64(used)+compactSpare {
		return 0, err
	}
	path := filepath.Join(db.cfg.Dir, newFile)
	if err := db.copyTo(path, used); err != nil {
		return 0, errors.Join(fmt.Errorf("compact: %w", err), os.Remove(path))
	}
	if err := db.swap(path); err != nil {
		return 0, fmt.Errorf("compact: %w", err)
	}
	return size - db.Size(), nil
}

// copyTo writes what the file holds into a new one, on disk when it returns.
func (db *DB) copyTo(path string, used int64) error {
	o := options(db.cfg)
	o.InitialMmapSize = int(used) // a 32-bit process maps both for a while
	o.NoSync = true
	to, err := bbolt.Open(path, 0o600, o)
	if err != nil {
		return err
	}
	to.AllocSize = allocSize(db.cfg)
	err = bbolt.Compact(to, db.file, compactTx)
	return errors.Join(err, to.Sync(), to.Close())
}

// swap puts the file at path in the place of the one that is open, and opens it.
// The caller holds writing.
func (db *DB) swap(path string) error {
	db.opened.Lock() // readers have ended
	defer db.opened.Unlock()
	old := db.file
	if err := old.Close(); err != nil {
		return db.lose(err)
	}
	err := os.Rename(path, filepath.Join(db.cfg.Dir, dbFile))
	if err == nil {
		err = syncPath(db.cfg.Dir)
	}
	file, bad := openFile(db.cfg) // whichever has the name
	if bad != nil {
		return db.lose(errors.Join(err, bad))
	}
	db.file = file
	db.committing.Lock()
	defer db.committing.Unlock()
	db.lost = 0 // the new file counts its transactions anew
	bad = file.View(func(tx *bbolt.Tx) error { db.onDisk.Store(int64(tx.ID())); return nil })
	return errors.Join(err, bad)
}

// lose ends the store: its file is not open any more.
func (db *DB) lose(err error) error {
	err = fmt.Errorf("%w: %w", ErrBroken, err)
	db.group.fail(err)
	return err
}

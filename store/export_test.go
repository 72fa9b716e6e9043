package store

import (
	"context"
	"os"

	"go.etcd.io/bbolt"
)

// What tests of this package need of its inside.

const (
	SetsMost    = setsMost
	PartsMost   = partsMost
	EarlyMost   = earlyMost
	SlotsMost   = slotsMost
	MaxBatch    = maxBatch
	JournalTail = journalTail
	RefAge      = refAge
	DoubtsMost  = doubtsMost
	EarlyAge    = earlyAge
	Schema      = schema
)

// NoSync makes commits cheap: for tests that make thousands and cut no power.
func (db *DB) NoSync() { db.file.NoSync = true }

// File moves what lies in the front to where it belongs.
func (db *DB) File() error {
	return db.do(context.Background(), func(t *txn) error {
		t.writes++
		return t.file()
	})
}

// Inside gives the file below the store.
func (db *DB) Inside() *bbolt.DB { return db.file }

// OnOpen has f see the file each time bbolt opens one, until undone.
func OnOpen(f func(*os.File)) (undo func()) {
	openHook = func(name string, flag int, perm os.FileMode) (*os.File, error) {
		file, err := os.OpenFile(name, flag, perm)
		if err == nil {
			f(file)
		}
		return file, err
	}
	return func() { openHook = os.OpenFile }
}

package store

import (
	"context"
	"io"
	"os"
	"time"

	"go.etcd.io/bbolt"

	"github.com/pigeon-sms/pigeon/sms"
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

// Stick notes n people in one transaction.
func (db *DB) Stick(n int, each func(i int) (who sms.Number, net string, at time.Time)) error {
	return db.do(context.Background(), func(t *txn) error {
		for i := range n {
			who, net, at := each(i)
			if err := t.stick(who, net, at); err != nil {
				return err
			}
		}
		return nil
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

// Structure walks a file as Recover does before bbolt sees it.
func Structure(ctx context.Context, r io.ReaderAt, size int64) (faults, warnings []string, err error) {
	return structure(ctx, r, size)
}

// FailStep has the step of a migration from a schema fail, until undone.
func FailStep(from uint64, err error) (undo func()) {
	old := steps[from]
	steps[from] = func(*bbolt.Tx) error { return err }
	return func() { steps[from] = old }
}

package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
	"golang.org/x/sys/unix"
)

const (
	dbFile  = "pigeon.db"
	newFile = "pigeon.db.new" // a first file until it is whole

	pageSize = 4096 // also where the kernel's is 16 KiB: a commit writes whole pages
	// lockWait is more than bbolt's own pause between tries. hold has the
	// directory already; only a stranger can have the file.
	lockWait = time.Second
)

// A DB is an open store.
type DB struct {
	cfg  Config
	pid  *os.File
	file *bbolt.DB // changed by Compact under writing and opened; either guards a look
	// Who takes several of these takes them in this order.
	still   sync.RWMutex // held for reading by who looks at the file for long
	writing sync.Mutex   // held while a batch is committed
	opened  sync.RWMutex // held for reading by every reader
	// unseen: the stop before was no clean one, and Recover has not looked yet.
	unseen bool

	group   group
	moves   moves
	trimmed sweeps
	stirred atomic.Bool // Doubts may find something to settle
	bell    bell
	last    atomic.Uint64 // number of the latest line in the journal that is committed
	commits atomic.Uint64

	committing sync.Mutex   // held while a transaction is written and synced
	lost       int          // bbolt's number of one that failed; 0: the latest did not; guarded by committing
	onDisk     atomic.Int64 // its number of the latest that is on disk
}

// Open opens the store in cfg.Dir, and makes it when there is none. The error
// is ErrHeld while another process has it, and ErrNewer when a later version of
// the program has written it.
func Open(cfg Config) (*DB, error) {
	if err := cfg.ready(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	pid, clean, err := hold(cfg.Dir)
	if err != nil {
		return nil, err
	}
	db, err := openHeld(cfg, pid)
	if err != nil {
		return nil, err
	}
	db.unseen = !clean
	return db, nil
}

// ready checks the configuration and sees to it that the directory is there.
func (c Config) ready() error {
	if err := c.Validate(); err != nil {
		return err
	}
	return makeDir(c.Dir)
}

// openHeld opens the store in a directory that is held by pid, which it closes
// when it fails.
func openHeld(cfg Config, pid *os.File) (*DB, error) {
	file, err := openFile(cfg)
	if err != nil {
		return nil, errors.Join(err, pid.Close())
	}
	db := &DB{cfg: cfg, pid: pid, file: file}
	db.group.commit = db.commit
	db.stirred.Store(true)
	db.bell.ring()
	if err := db.file.View(db.begin); err != nil {
		return nil, errors.Join(err, file.Close(), pid.Close())
	}
	return db, nil
}

// begin checks that the file is one of ours and reads what is kept in memory.
func (db *DB) begin(tx *bbolt.Tx) error {
	for _, b := range buckets {
		if tx.Bucket([]byte(b)) == nil {
			return corrupt(b, nil, errNoBucket)
		}
		if b == bMeta {
			if err := checkSchema(tx.Bucket([]byte(b)).Get(keySchema)); err != nil {
				return err
			}
		}
	}
	t := &txn{tx: tx}
	db.last.Store(t.drawn(bJournal))
	db.onDisk.Store(int64(tx.ID()))
	return t.err
}

var errNoBucket = errors.New("the bucket is missing")

func checkSchema(v []byte) error {
	n, err := readU64(v)
	switch {
	case err != nil:
		return corrupt(bMeta, keySchema, err)
	case n > schema:
		return fmt.Errorf("%w: it has schema %d and this program knows up to %d: install the newer program again, or restore a backup", ErrNewer, n, schema)
	case n < schema:
		return corrupt(bMeta, keySchema, fmt.Errorf("no version had schema %d", n))
	}
	return nil
}

// openFile opens the file in cfg.Dir, made first if need be.
func openFile(cfg Config) (*bbolt.DB, error) {
	path := filepath.Join(cfg.Dir, dbFile)
	// What a cut left of a first file was never anybody's.
	if err := os.Remove(filepath.Join(cfg.Dir, newFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	switch info, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		if err := create(cfg); err != nil {
			return nil, fmt.Errorf("make %s: %w", path, err)
		}
	case err != nil:
		return nil, err
	case info.Size() == 0: // bbolt would make it a new one in place, and a cut then would be fatal
		return nil, fmt.Errorf("%s is empty: remove it to start anew, or restore a backup", path)
	}
	file, err := bbolt.Open(path, 0o600, options(cfg))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	if err := migrate(file); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), file.Close())
	}
	// Growing takes a sync of its own, so it is done seldom; and bbolt lets the
	// last such step of MaxSize go unused, so it is small.
	file.AllocSize = allocSize(cfg)
	return file, nil
}

func allocSize(cfg Config) int { return int(cfg.MaxSize / 64) }

func options(cfg Config) *bbolt.Options {
	return &bbolt.Options{
		PageSize:       pageSize,
		Timeout:        lockWait,
		FreelistType:   bbolt.FreelistMapType,
		NoFreelistSync: true, // else each commit writes the list of free pages
		MaxSize:        int(cfg.MaxSize),
		// Mapped whole from the start, the file is never mapped anew, which
		// would have to wait for readers.
		InitialMmapSize: int(cfg.MaxSize),
		OpenFile:        openFresh,
	}
}

// openFresh opens a file so that what is read is what is on the disk. Where a
// sync has failed, the kernel still has what it was to bring there in its cache,
// calls it clean, and may never write it: the program that was told of the
// failure has ended, and this one would build on it. See Rebello et al., "Can
// Applications Recover from fsync Failures?", USENIX ATC 2020.
func openFresh(name string, flag int, perm os.FileMode) (*os.File, error) {
	f, err := openHook(name, flag, perm)
	if err != nil {
		return nil, err
	}
	// What is not written yet has to be, to be let go.
	if err := f.Sync(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	// A file system without such a cache may not know the advice.
	_ = unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED)
	return f, nil
}

// openHook lets tests of this package reach the file below bbolt.
var openHook = os.OpenFile

// create makes the first file beside its place and moves it there when it is
// whole and on disk: bbolt cannot open one whose making was cut short.
func create(cfg Config) (err error) {
	path := filepath.Join(cfg.Dir, newFile)
	file, err := emptyFile(path, cfg)
	if err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	if err := syncPath(path); err != nil {
		return err
	}
	if err := os.Rename(path, filepath.Join(cfg.Dir, dbFile)); err != nil {
		return err
	}
	// The directory's own name must outlive a cut too.
	return errors.Join(syncPath(cfg.Dir), syncPath(filepath.Dir(filepath.Clean(cfg.Dir))))
}

// makeDir makes a directory and those above it that are not there, so that a
// cut takes none of them away again.
func makeDir(dir string) error {
	switch _, err := os.Stat(dir); {
	case err == nil:
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	above := filepath.Dir(filepath.Clean(dir))
	if err := makeDir(above); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncPath(above)
}

func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Close waits for the writes that have been taken and closes the file. Whatever
// is asked of it afterwards is answered with sms.ErrClosed.
func (db *DB) Close() error {
	if !db.group.close() {
		return nil
	}
	// Nobody leads any more. A store that is broken has said so.
	o := &op{run: func(t *txn) error { return t.moved(&db.moves) }}
	if db.commit([]*op{o}); errors.Is(o.err, ErrBroken) {
		o.err = nil
	} else if o.err == nil {
		db.listFree()
	}
	db.bell.ring()
	err := errors.Join(o.err, db.file.Close())
	if err == nil && !db.unseen && db.group.failed() == nil {
		err = stopped(db.pid)
	}
	return errors.Join(err, db.pid.Close())
}

// listFree has bbolt write the list of free pages, which the next start then
// need not look through the whole file for. The first commit after that makes it
// void. Where it cannot be written the next start looks.
func (db *DB) listFree() {
	db.file.NoFreelistSync = false
	_ = db.file.Update(func(*bbolt.Tx) error { return nil })
}

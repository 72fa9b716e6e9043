package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.etcd.io/bbolt"

	"github.com/pigeon-sms/pigeon/sms"
)

const (
	// asidePrefix begins the name of a damaged file that was set aside.
	asidePrefix = dbFile + ".damaged-"
	// asideMost is how many of them stay: the first may be the one with the most
	// in it, the latest tell of what goes on.
	asideMost = 3
	// checkLimit bounds what the records are looked at before a start: 64 MiB of
	// them take a slow board half of it. The pages are always looked at whole.
	checkLimit = 2 * time.Minute
	// faultsMost bounds what a Recovery keeps of what was found.
	faultsMost = 100

	// A notice of the store's own stands under this way.
	noticeWay  = "store"
	noticeKind = "damage"
)

// A Recovery is what was found wrong with the file and what was done about it.
type Recovery struct {
	Faults   []string       // the first of what did not hold
	Warnings []string       // what did not hold and does no harm
	Aside    string         // where the damaged file lies now; empty: nothing had to be done
	Lost     map[string]int // records that could not be read or used, by bucket
	Messages int            // kept
	Received int            // kept
	Doubtful int            // messages of which nobody knows whether they were sent
	Failed   int            // messages whose text is lost before they were sent
	Held     int            // messages that waited in a backup which was restored
	Saved    int64          // bytes by which the file was compacted
	Unsaved  error          // why it could not be
	Partly   bool           // not all records were looked at, for want of time

	copied   uint32          // names the backup the file comes from
	textless map[uint64]bool // messages whose text is lost
}

func newRecovery() *Recovery {
	return &Recovery{Lost: map[string]int{}, textless: map[uint64]bool{}}
}

func (r *Recovery) fault(s string) {
	if len(r.Faults) < faultsMost {
		r.Faults = append(r.Faults, s)
	}
}

func (r *Recovery) lose(b bucket) { r.Lost[string(b)]++ }

// String says in a few sentences what was kept and what was lost.
func (r *Recovery) String() string {
	if r.Aside == "" {
		return "nothing had to be done"
	}
	s := fmt.Sprintf("the state file was damaged and has been made anew from what could be read: %d messages and %d received texts were kept", r.Messages, r.Received)
	if r.Messages+r.Received == 0 {
		s = "the state file was damaged and NOTHING in it could be read: the store is EMPTY now, and all that was queued is lost"
	}
	if r.Doubtful > 0 {
		s += fmt.Sprintf("; %d messages are doubtful: they may have been sent or not", r.Doubtful)
	}
	if r.Failed > 0 {
		s += fmt.Sprintf("; %d messages have failed: their text is lost", r.Failed)
	}
	var lost []string
	for _, b := range slices.Sorted(maps.Keys(r.Lost)) {
		lost = append(lost, fmt.Sprintf("%s %d", b, r.Lost[b]))
	}
	if len(lost) > 0 {
		s += "; records known to be lost: " + strings.Join(lost, ", ")
	}
	return s + "; the damaged file is kept as " + filepath.Base(r.Aside)
}

// Recover opens the store as Open does, and looks at the file first: at every
// page each time, as bbolt panics over one that is damaged, and at every record
// after a stop that was not a clean one. A damaged file is set aside, what can be
// read of it is brought into a new one, and the report says what was found. Where
// the schema is of a later version, nothing is done.
//
// A cut at any line leaves the damaged file in its place or the new one, whole.
//
// A store that was restored from a backup is known by the mark Backup has put in
// it: what waited then is held, as what says.
func Recover(ctx context.Context, cfg Config, now time.Time, what Restored) (*DB, *Recovery, error) {
	if err := cfg.ready(); err != nil {
		return nil, nil, err
	}
	cfg = cfg.withDefaults()
	pid, clean, err := hold(cfg.Dir)
	if err != nil {
		return nil, nil, err
	}
	r := newRecovery()
	if err := r.look(ctx, cfg, clean, now); err != nil {
		return nil, nil, errors.Join(err, pid.Close())
	}
	db, err := openHeld(cfg, pid)
	if err != nil {
		return nil, nil, err
	}
	if err := r.remeta(ctx, db, now); err != nil {
		db.unseen = true
		return nil, nil, errors.Join(err, db.Close())
	}
	if r.Held, err = db.restored(ctx, r.copied, what, now); err != nil {
		db.unseen = true
		return nil, nil, errors.Join(err, db.Close())
	}
	// What cannot be made smaller works all the same; a store that was lost over
	// it says so at the first write.
	r.Saved, r.Unsaved = db.Compact(ctx)
	return db, r, nil
}

// remeta has both meta pages written anew where one was damaged: commits write
// them in turn. The latest commit may be lost with one.
func (r *Recovery) remeta(ctx context.Context, db *DB, now time.Time) error {
	if len(r.Warnings) == 0 || r.Aside != "" {
		return nil
	}
	text := "one of the two pages that the state file begins with was damaged, and is written anew: the latest change before the stop may be lost"
	for range 2 {
		if err := db.Notice(ctx, &sms.Notice{Time: now.UTC(), Way: noticeWay, Kind: noticeKind, Text: text}); err != nil {
			return err
		}
	}
	return nil
}

// look looks at the file and mends it where that is needed.
func (r *Recovery) look(ctx context.Context, cfg Config, clean bool, now time.Time) error {
	path := filepath.Join(cfg.Dir, dbFile)
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	faults, warnings, err := structure(ctx, f, info.Size())
	if err != nil {
		return err
	}
	if good, _ := newWalker(ctx, f, info.Size()).metas(); len(good) > 0 {
		r.copied = good[0].copied
	}
	if r.Warnings = warnings; len(faults) == 0 && !clean {
		if faults, r.Partly, err = records(ctx, cfg); err != nil {
			return err
		}
	}
	if len(faults) == 0 {
		return nil
	}
	r.Faults = faults
	return r.mend(ctx, cfg, f, info.Size(), now)
}

// records looks at every record of a file whose pages hold, for a while.
func records(ctx context.Context, cfg Config) (faults []string, partly bool, err error) {
	file, err := openFile(cfg)
	if err != nil {
		var bad *CorruptError
		if errors.As(err, &bad) {
			return []string{err.Error()}, false, nil // a step of a migration met it
		}
		return nil, false, err
	}
	db := &DB{cfg: cfg, file: file}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := file.View(db.begin); err != nil {
		if errors.Is(err, ErrNewer) {
			return nil, false, err
		}
		return []string{err.Error()}, false, nil
	}
	short, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	faults, err = db.audit(short, false) // its pages have been looked at
	if err != nil && ctx.Err() == nil && short.Err() != nil {
		return faults, true, nil
	}
	return faults, false, err
}

// mend sets the file f aside and makes a new one of what it holds.
func (r *Recovery) mend(ctx context.Context, cfg Config, f io.ReaderAt, size int64, now time.Time) error {
	if n := schemaAt(ctx, f, size); n > schema && n < schema+aheadMost {
		return fmt.Errorf("%w, and damaged: it has schema %d and this program knows up to %d: install the newer program again, or restore a backup", ErrNewer, n, schema)
	}
	r.Aside = filepath.Join(cfg.Dir, asidePrefix+now.UTC().Format("20060102T150405.000000000Z"))
	path := filepath.Join(cfg.Dir, newFile)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := r.rebuild(ctx, cfg, path, f, size, now); err != nil {
		return fmt.Errorf("the state file is damaged (%s), and a new one could not be made: %w", r.Faults[0], err)
	}
	return replace(cfg.Dir, path, r.Aside)
}

// rebuild makes the new file.
func (r *Recovery) rebuild(ctx context.Context, cfg Config, path string, f io.ReaderAt, size int64, now time.Time) (err error) {
	file, err := emptyFile(path, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	file.NoSync = true
	file.AllocSize = allocSize(cfg)
	s := &salvage{ctx: ctx, to: file, report: r}
	if err := s.run(f, size); err != nil {
		return err
	}
	m := &mend{ctx: ctx, file: file, now: now.UTC(), stale: s.stale, report: r}
	if err := m.run(); err != nil {
		return err
	}
	return file.Sync()
}

// emptyFile makes a file with all buckets and nothing in them.
func emptyFile(path string, cfg Config) (*bbolt.DB, error) {
	file, err := bbolt.Open(path, 0o600, options(cfg))
	if err != nil {
		return nil, err
	}
	err = file.Update(func(tx *bbolt.Tx) error {
		for _, b := range buckets {
			if _, err := tx.CreateBucket([]byte(b)); err != nil {
				return err
			}
		}
		return tx.Bucket([]byte(bMeta)).Put(keySchema, u64(schema))
	})
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// replace puts the new file in the place of the state file, which stays as
// aside. At every moment one of the two has the place: until the rename is on
// disk the damaged one, which is found damaged again, and then the new one.
func replace(dir, path, aside string) error {
	if err := syncPath(path); err != nil {
		return err
	}
	old := filepath.Join(dir, dbFile)
	if err := os.Link(old, aside); err != nil { // not every file system has links
		if err := copyFile(old, aside); err != nil {
			return errors.Join(fmt.Errorf("keep the damaged file: %w", err), os.Remove(aside))
		}
	}
	if err := syncPath(dir); err != nil {
		return err
	}
	if err := os.Rename(path, old); err != nil {
		return err
	}
	return errors.Join(syncPath(dir), forgetAside(dir))
}

func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}

// Aside lists the damaged files that were set aside in a state directory, the
// oldest first.
func Aside(dir string) []string {
	all, _ := filepath.Glob(filepath.Join(filepath.Clean(dir), asidePrefix+"*")) // fails on a bad pattern only
	return all
}

// damageNote is the key in bNotes of what the latest Recovery said.
const damageNote = "store damage"

// Damage says what became of a damaged state file, as long as it is kept beside
// the new one; "" where there is none.
func (db *DB) Damage(ctx context.Context) (string, error) {
	kept := Aside(db.cfg.Dir)
	if len(kept) == 0 {
		return "", nil
	}
	said, err := db.Recall(ctx, damageNote)
	if err != nil || len(said) == 0 {
		said = fmt.Appendf(nil, "a damaged state file is kept as %s", filepath.Base(kept[len(kept)-1]))
	}
	return string(said), err
}

// forgetAside keeps the first damaged file and the latest, as many as may stay.
func forgetAside(dir string) error {
	var errs []error
	for all := Aside(dir); len(all) > asideMost; all = slices.Delete(all, 1, 2) {
		errs = append(errs, os.Remove(all[1]))
	}
	return errors.Join(errs...)
}

// schemaAt reads the schema of a file without trust in it; 0 where it cannot be
// read.
func schemaAt(ctx context.Context, r io.ReaderAt, size int64) (n uint64) {
	w := newWalker(ctx, r, size)
	w.record = func(b bucket, k, v []byte) error {
		if b == bMeta && string(k) == string(keySchema) {
			n, _ = readU64(v)
		}
		return nil
	}
	if good, _ := w.metas(); len(good) > 0 {
		w.limit = min(w.limit, good[0].pages)
		_ = w.root(good[0].root) // what it cannot read has no schema
	}
	return n
}

// Check looks at the state file in cfg.Dir, where no daemon has it open, as
// Recover does and at all of it, and changes nothing. It returns what does not
// hold.
func Check(ctx context.Context, cfg Config) (faults []string, err error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	f, err := os.Open(filepath.Join(cfg.Dir, dbFile))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	pid, clean, err := hold(cfg.Dir)
	if err != nil {
		return nil, err
	}
	if faults, _, err = structure(ctx, f, info.Size()); err != nil || len(faults) > 0 {
		return faults, errors.Join(err, pid.Close())
	}
	db, err := openHeld(cfg, pid)
	if err != nil {
		return nil, err
	}
	db.unseen = !clean
	defer func() { err = errors.Join(err, db.Close()) }()
	return db.Audit(ctx)
}

// Repair makes the state file in cfg.Dir anew from what can be read of it, where
// no daemon has it open. The old file is set aside first.
func Repair(ctx context.Context, cfg Config, now time.Time) (r *Recovery, err error) {
	if err := cfg.ready(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	path := filepath.Join(cfg.Dir, dbFile)
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	pid, _, err := hold(cfg.Dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, pid.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	r = newRecovery()
	if r.Faults, r.Warnings, err = structure(ctx, f, info.Size()); err != nil {
		return nil, err
	}
	if len(r.Faults) == 0 {
		if r.Faults, _, err = records(ctx, cfg); err != nil {
			return nil, err
		}
	}
	if len(r.Faults) == 0 {
		return r, nil
	}
	return r, r.mend(ctx, cfg, f, info.Size(), now)
}

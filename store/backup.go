package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"

	"github.com/pigeon-sms/pigeon/sms"
)

// Backup writes a consistent copy of the file: what was committed when it
// began. Writers go on meanwhile, but pages they free are not used again until
// it has ended, so w should be quick.
//
// The copy bears a mark, by which Recover knows it as one: what waited in it may
// have been sent since.
func (db *DB) Backup(ctx context.Context, w io.Writer) error {
	db.still.RLock()
	defer db.still.RUnlock()
	return db.view(ctx, func(t *txn) error { return backup(ctx, t.tx, w) })
}

// BackupFile is Backup of the store in dir, which no daemon has open. It changes
// nothing there. Its error is ErrHeld while one has.
func BackupFile(ctx context.Context, dir string, w io.Writer) (err error) {
	faults, err := Check(ctx, Config{Dir: dir})
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		return fmt.Errorf("the state file is damaged (%s): copy the file as it is, or repair it first", faults[0])
	}
	pid, clean, err := hold(dir) // a daemon that starts meanwhile is told who has it
	if err != nil {
		return err
	}
	defer func() {
		if clean {
			err = errors.Join(err, stopped(pid))
		}
		err = errors.Join(err, pid.Close())
	}()
	file, err := bbolt.Open(filepath.Join(dir, dbFile), 0o600, &bbolt.Options{ReadOnly: true, Timeout: lockWait, PageSize: pageSize})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return file.View(func(tx *bbolt.Tx) error { return backup(ctx, tx, w) })
}

func backup(ctx context.Context, tx *bbolt.Tx, w io.Writer) error {
	out := &backupWriter{ctx: ctx, w: w}
	_, err := tx.WriteTo(out)
	if err == nil && out.err == nil && len(out.head) < 2*pageSize {
		err = errShort
	}
	if out.err != nil {
		err = out.err // bbolt keeps only its text
	}
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return nil
}

// A backupWriter marks the copy, fails when its caller's patience ends, and
// keeps the error.
type backupWriter struct {
	ctx  context.Context
	w    io.Writer
	head []byte // the meta pages, until they are whole
	err  error
}

// Write takes the next octets of the copy.
func (b *backupWriter) Write(p []byte) (n int, err error) {
	if b.err = b.ctx.Err(); b.err != nil {
		return 0, b.err
	}
	rest := p
	if missing := 2*pageSize - len(b.head); missing > 0 {
		missing = min(missing, len(rest))
		b.head, rest = append(b.head, rest[:missing]...), rest[missing:]
		if len(b.head) < 2*pageSize {
			return len(p), nil
		}
		mark(b.head)
		if _, b.err = b.w.Write(b.head); b.err != nil {
			return 0, b.err
		}
	}
	if len(rest) > 0 {
		_, b.err = b.w.Write(rest)
	}
	if b.err != nil {
		return 0, b.err
	}
	return len(p), nil
}

// mark writes a random name of the copy in both meta pages.
func mark(head []byte) {
	name := make([]byte, 4)
	_, _ = rand.Read(name) // never fails
	name[0] |= 1
	for at := pageHeader; at < len(head); at += pageSize {
		m := head[at : at+metaSize]
		copy(m[12:], name)
		machine.PutUint64(m[56:], metaSum(m))
	}
}

// Restored says what becomes of messages that waited in a backup.
type Restored uint8

// What a start can be told. A message that waited when the backup was made may
// have been sent before the file was restored.
const (
	RestoredKnown  Restored = iota // of a copy that Backup made: held
	RestoredHold                   // they are doubtful, and a person decides
	RestoredResend                 // they are sent, perhaps again
)

// keyCopied is the key in bMeta of the latest backup that has been restored.
var keyCopied = []byte("copied")

const whyRestored = "this store was restored from a backup in which the message waited: it may have been sent since"

// restored holds what waits in a store that comes from a backup, and returns
// how many messages these are. A cut has it begin anew.
func (db *DB) restored(ctx context.Context, copied uint32, what Restored, now time.Time) (held int, err error) {
	name := binary.BigEndian.AppendUint32(nil, copied)
	known := copied == 0
	err = db.view(ctx, func(t *txn) error {
		known = known || bytes.Equal(t.get(bMeta, keyCopied), name)
		return nil
	})
	if err != nil || known && what != RestoredHold {
		return 0, err
	}
	var waiting []uint64
	if what != RestoredResend {
		err = db.Pending(ctx, func(w sms.Waiting) error { waiting = append(waiting, w.Num); return nil })
	}
	for ; err == nil && len(waiting) > 0; waiting = waiting[min(len(waiting), mendBatch):] {
		err = db.do(ctx, func(t *txn) error {
			for _, num := range waiting[:min(len(waiting), mendBatch)] {
				if err := t.unsure(num, whyRestored, now); err != nil {
					return err
				}
			}
			return t.straight()
		})
		held += min(len(waiting), mendBatch)
	}
	if err != nil || copied == 0 {
		return held, err
	}
	return held, db.do(ctx, func(t *txn) error {
		t.put(bMeta, keyCopied, name)
		return nil
	})
}

// unsure makes a message that waits doubtful, for good.
func (t *txn) unsure(num uint64, why string, now time.Time) error {
	r, err := t.row(num)
	if err != nil {
		return err
	}
	e := r.st.Event
	e.Time, e.State, e.Final, e.Why, e.Error = now.UTC(), sms.Doubtful, true, why, nil
	r.st.Due, r.st.Doubt = time.Time{}, true
	if err := t.announce(r, e); err != nil {
		return err
	}
	return t.save(r)
}

// SaveBackup has write fill a file beside the place of path and moves it there
// once it is on disk. One that is there already is replaced only by force. At
// every moment path names nothing, the old file or the new one, whole.
func SaveBackup(path string, force bool, write func(io.Writer) error) (size int64, err error) {
	if _, err := os.Lstat(path); err == nil && !force {
		return 0, fmt.Errorf("%s is there already: name another file, or replace it with --force", path)
	}
	tmp := path + ".tmp"
	f, err := os.OpenFile(tmp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if info, bad := f.Stat(); bad == nil {
		size = info.Size()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return 0, errors.Join(err, os.Remove(tmp))
	}
	if err := os.Rename(tmp, path); err != nil {
		return 0, err
	}
	return size, syncPath(filepath.Dir(path))
}

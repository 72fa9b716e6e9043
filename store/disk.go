package store

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

// Size returns how long the state file is, in bytes.
func (db *DB) Size() int64 {
	info, err := os.Stat(filepath.Join(db.cfg.Dir, dbFile))
	if err != nil {
		return 0 // somebody took it away: it has no size
	}
	return info.Size()
}

// Used returns how many bytes of the file hold something, and the most it may
// have. The file itself is larger: it grows in steps and does not shrink.
func (db *DB) Used(ctx context.Context) (used, most int64, err error) {
	err = db.view(ctx, func(t *txn) error {
		t.full(db)
		used, most = t.used, t.most
		return nil
	})
	return used, most, err
}

// Free returns how many bytes of the disk with the state directory are free for
// this process; 0 when the disk does not say.
func (db *DB) Free() uint64 {
	var s syscall.Statfs_t
	if syscall.Statfs(db.cfg.Dir, &s) != nil {
		return 0
	}
	return s.Bavail * uint64(s.Bsize)
}

// Backup writes a consistent copy of the file: what was committed when it
// began. Writers go on meanwhile, but pages they free are not used again until
// it has ended, so w should be quick.
func (db *DB) Backup(ctx context.Context, w io.Writer) error {
	return db.view(ctx, func(t *txn) error {
		out := &backupWriter{ctx: ctx, w: w}
		_, err := t.tx.WriteTo(out)
		if out.err != nil {
			err = out.err // bbolt keeps only its text
		}
		if err != nil {
			return fmt.Errorf("backup: %w", err)
		}
		return nil
	})
}

// A backupWriter fails when its caller's patience ends, and keeps the error.
type backupWriter struct {
	ctx context.Context
	w   io.Writer
	err error
}

func (b *backupWriter) Write(p []byte) (n int, err error) {
	if b.err = b.ctx.Err(); b.err == nil {
		n, b.err = b.w.Write(p)
	}
	return n, b.err
}

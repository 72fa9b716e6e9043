package store

import (
	"context"
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

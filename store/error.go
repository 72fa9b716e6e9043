package store

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/pigeon-sms/pigeon/sms"
)

// Errors of Open.
var (
	// ErrHeld is returned while another process has the store open.
	ErrHeld = errors.New("the state directory is in use")
	// ErrNewer is returned for a file that a later version has written.
	ErrNewer = errors.New("the state file is of a newer version")
)

// ErrBroken is returned by every write after a commit has failed for another
// reason than want of room. That commit may still turn out to have happened, so
// nothing more may be decided on what this process believes: it has to end, and
// what it finds when it opens the file again is the truth.
var ErrBroken = sms.ErrBroken

// A StateError says that a message cannot become what it was told to.
type StateError struct {
	ID       string
	From, To sms.State
}

// Error names the message and both states.
func (e *StateError) Error() string {
	return fmt.Sprintf("message %s is %s and cannot become %s", e.ID, e.From, e.To)
}

// A CorruptError says which record of the file cannot be read.
type CorruptError struct {
	Bucket string
	Key    []byte
	Err    error
}

// Error names bucket, key and fault.
func (e *CorruptError) Error() string {
	return fmt.Sprintf("state file: %s %s: %v", e.Bucket, show(e.Key), e.Err)
}

// Unwrap returns the fault.
func (e *CorruptError) Unwrap() error { return e.Err }

func corrupt(b bucket, key []byte, err error) error {
	return &CorruptError{Bucket: string(b), Key: append([]byte(nil), key...), Err: err}
}

// show writes a key for a person: a number as a number, octets in hexadecimal.
func show(key []byte) string {
	if n, err := readU64(key); err == nil {
		return fmt.Sprint(n)
	}
	for _, c := range key {
		if c < ' ' || c > '~' {
			return fmt.Sprintf("%x", key)
		}
	}
	return string(key)
}

// outOfRoom reports whether a commit failed for want of room: on the disk, in
// the quota, or below Config.MaxSize.
func outOfRoom(err error) bool {
	for _, e := range []error{bolterrors.ErrMaxSizeReached, syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		if errors.Is(err, e) {
			return true
		}
	}
	// bbolt's grow keeps only the text of what went wrong.
	return strings.Contains(err.Error(), syscall.ENOSPC.Error())
}

// closed turns bbolt's word for a closed file into ours.
func closed(err error) error {
	if errors.Is(err, bolterrors.ErrDatabaseNotOpen) || errors.Is(err, os.ErrClosed) {
		return sms.ErrClosed
	}
	return err
}

// visible reports whether readers see the transaction with the number id,
// although its commit has failed.
func visible(file *bbolt.DB, id int) bool {
	tx, err := file.Begin(false)
	if err != nil {
		return true // nobody can tell
	}
	seen := tx.ID() >= id
	_ = tx.Rollback() // of a reader: it cannot fail
	return seen
}

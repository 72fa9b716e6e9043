// Package store keeps what must survive a power cut: the messages on their way
// out and where each stands, the parts that came in, the journal that followers
// read, and their cursors. It keeps every promise and has no opinions: what a
// message becomes is told to it, as a value or as a pure function, and checked
// against sms.State.CanBecome.
//
// Its methods are named for moments. One moment is one transaction: when a
// method returns nil, what it was told is on disk, together with the line in
// the journal that announces it. When it returns an error nothing of it
// happened, with one exception: after an error that is ErrBroken the outcome is
// unknown until the file has been opened again.
//
// The package runs no goroutine. Whoever writes first while nobody else does
// commits for all who have queued up meanwhile, and hands that duty on (see
// group). So a burst shares commits and a single message waits for nobody. All
// methods may be called from any goroutine, except that the functions a caller
// passes in (settle, join, yield) run inside a transaction and must not call
// back.
//
// What is new lies in one small bucket first, and is filed in bulk (see front);
// cursors that move go along with the next commit (see cursor). So a message
// alone costs three commits of some four pages.
//
// It relies on one file in one directory, pigeon.db, in bbolt's format (see
// layout for what is in it), on fdatasync telling the truth, and on pigeon.pid
// beside it, which is locked for as long as the file is open and holds the
// owner's process number.
package store

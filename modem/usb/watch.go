package usb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// settle is how long one event waits for the others of its burst, a stick makes
// some thirty when it is plugged in. It is also how soon Scan is worth its while
// again as long as a burst lasts.
const settle = 100 * time.Millisecond

// Watch calls changed whenever the kernel has said that a USB device or a tty
// came or went, within a tenth of a second, once for all that was said in that
// time. It blocks until ctx is done, and returns nil then. changed is called
// from here and must not block.
//
// It returns an error at once where a process may not listen. Some containers
// allow it and keep the events away, and the kernel drops some under pressure:
// whoever watches must also look by himself now and then.
//
// The kernel speaks before udevd has given the tty its group, so that an Open
// may be too early and be refused with fs.ErrPermission.
func Watch(ctx context.Context, changed func()) error {
	s, err := listen()
	if err != nil {
		return fmt.Errorf("watch usb: %w", err)
	}
	return s.watch(ctx, changed)
}

// watch closes the socket.
func (s *socket) watch(ctx context.Context, changed func()) error {
	closed := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(closed)
		s.file.Close() // ends the wait in next
	})
	err := follow(s.next, changed)
	if !stop() {
		<-closed
		return nil
	}
	return errors.Join(fmt.Errorf("watch usb: %w", err), s.file.Close())
}

// follow calls changed once for all events within settle of the first. next
// waits for an event until the limit, and reports whether it matters.
func follow(next func(limit time.Time) (bool, error), changed func()) error {
	var limit time.Time // zero while nothing is to be told
	for {
		matters, err := next(limit)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			limit = time.Time{}
			changed()
		case err != nil:
			return err
		case matters && limit.IsZero():
			limit = time.Now().Add(settle)
		}
	}
}

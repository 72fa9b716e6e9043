package usb

import (
	"errors"
	"io"
)

// ErrFlushed is returned by a Write whose bytes, some or all, were dropped by
// Flush.
var ErrFlushed = errors.New("flushed")

// A Port is the open stream to one modem. One goroutine may read, one write,
// and any flush or close, all at once.
//
// Read returns what has come, or 0 and no error when nothing has come for four
// seconds.
//
// Write sends all of b. Its error wraps ErrFlushed after a Flush.
//
// Both return an error that wraps io.EOF once the modem has gone, and one that
// wraps os.ErrClosed once the port is closed.
//
// Close drops what is unsent, releases readers and writers at once, and returns
// when they have left and the descriptor is closed. After the first call it does nothing, and returns
// what the first returned.
type Port interface {
	io.ReadWriteCloser

	// Flush drops what has been written and not yet sent, as far as the kernel
	// can, and releases a Write that waits.
	Flush() error

	// Wake has a Read that waits return at once, with 0 and no error. One that
	// begins in that moment may be missed, and waits its time.
	Wake()
}

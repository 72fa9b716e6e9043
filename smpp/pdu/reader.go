package pdu

import (
	"encoding/binary"
	"fmt"
	"io"
)

// Limits on command_length that let everything legal pass: no bind has more
// than some 110 octets, and a full message_payload has 65535.
const (
	LimitUnbound = 4096
	LimitBound   = 66560
)

// A Reader finds the PDUs in a stream. It reads ahead, many PDUs at a time, into
// one buffer that grows with what has arrived, never with what is announced.
type Reader struct {
	r     io.Reader
	buf   []byte
	from  int // first octet that was not returned
	to    int // behind the last octet that was read
	limit int
	err   error // what ended the stream
}

// firstBuffer is what a Reader starts with: room for some twenty messages.
const firstBuffer = 4096

// emptyReads is how often a stream may give nothing and no error.
const emptyReads = 100

// NewReader returns a Reader of PDUs of at most limit octets.
func NewReader(r io.Reader, limit int) *Reader {
	rd := &Reader{r: r}
	rd.SetLimit(limit)
	return rd
}

// SetLimit sets the most octets a PDU may have, from the next one on; at least
// the size of a header.
func (r *Reader) SetLimit(limit int) { r.limit = max(limit, HeaderSize) }

// Partial reports whether octets of a PDU have arrived that is not whole: then a
// stream that waits should not wait for long. It may be asked from within the
// stream's Read.
func (r *Reader) Partial() bool { return r.to > r.from }

// Buffered reports whether Next returns without reading from the stream.
func (r *Reader) Buffered() bool {
	have := r.to - r.from
	return have >= 4 && uint64(have) >= uint64(binary.BigEndian.Uint32(r.buf[r.from:]))
}

// Next returns the next whole PDU, which is valid until the next call. It
// returns io.EOF where the stream ends between two PDUs, io.ErrUnexpectedEOF
// where it ends within one, and a *HeaderError where the borders are lost: that
// one comes again for ever. After an error of the stream that passes, a deadline
// say, Next goes on where it was.
func (r *Reader) Next() ([]byte, error) {
	need := 4
	if r.err != nil {
		return nil, r.err
	}
	for {
		if have := r.to - r.from; have >= need {
			length := binary.BigEndian.Uint32(r.buf[r.from:])
			if length < HeaderSize || uint64(length) > uint64(r.limit) {
				r.err = lost(r.buf[r.from:r.to], r.limit)
				return nil, r.err
			}
			if need = int(length); have >= need {
				b := r.buf[r.from : r.from+need : r.from+need]
				r.from += need
				return b, nil
			}
		}
		if err := r.fill(need); err != nil {
			return nil, err
		}
	}
}

// fill reads once, with room for the PDU that is being read or a part of it.
func (r *Reader) fill(need int) error {
	if r.from == r.to {
		r.from, r.to = 0, 0
	}
	if r.to == len(r.buf) || r.from > 0 && r.from+need > len(r.buf) {
		r.to = copy(r.buf, r.buf[r.from:r.to])
		r.from = 0
	}
	if r.to == len(r.buf) {
		larger := make([]byte, max(firstBuffer, min(2*len(r.buf), r.limit)))
		copy(larger, r.buf)
		r.buf = larger
	}
	for range emptyReads {
		n, err := r.r.Read(r.buf[r.to:])
		if n < 0 || n > len(r.buf)-r.to {
			return fmt.Errorf("read: %d octets where %d fit", n, len(r.buf)-r.to)
		}
		r.to += n
		switch {
		case n > 0: // an error comes again with the next read
			return nil
		case err == io.EOF && r.Partial():
			return io.ErrUnexpectedEOF
		case err != nil:
			return err
		}
	}
	return io.ErrNoProgress
}

// strangers are the first octets of what else connects to a port.
var strangers = []struct{ start, speaks string }{
	{"HTTP", "HTTP"}, {"GET ", "HTTP"}, {"POST", "HTTP"}, {"HEAD", "HTTP"}, {"OPTI", "HTTP"}, {"PUT ", "HTTP"}, {"CONN", "HTTP"},
	{"SSH-", "SSH"}, {"AMQP", "AMQP"},
	{"\x16\x03", "TLS (a client's hello on a port without TLS)"},
	{"\x15\x03", "TLS (an alert: this port wants TLS)"},
	{"\x03\x00\x00", "RDP"}, {"\r\n", "text"},
}

// lost says why the length that b starts with cannot be.
func lost(b []byte, limit int) *HeaderError {
	e := &HeaderError{Length: binary.BigEndian.Uint32(b), Status: StatusInvCmdLen, Reason: "less than a header"}
	if e.Length < HeaderSize {
		return e
	}
	e.Reason = fmt.Sprintf("more than %d", limit)
	for _, s := range strangers {
		if string(b[:min(len(b), len(s.start))]) == s.start {
			e.Peer, e.Status = s.speaks, StatusOK
			return e
		}
	}
	if len(b) >= HeaderSize {
		if _, id, h := PeekHeader(b); id.Known() {
			e.Sequence = h.Sequence
		}
	}
	return e
}

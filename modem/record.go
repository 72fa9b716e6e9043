package modem

import (
	"encoding/binary"
	"sync"
	"time"
)

// recordSize is how much of a port's wire is remembered, with its times, in
// octets: minutes of a busy modem, an hour of an idle one.
const recordSize = 64 << 10

// recordLine bounds one line of the record. The longest PDU is 352 digits; what
// is longer is cut into several.
const recordLine = 1024

// A recorder remembers the last of what went over a modem's port, as lines,
// whole and unmasked; whoever reads it masks it. It belongs to the modem rather
// than to a port, so that what happened before a port was lost is still there.
type recorder struct {
	mu      sync.Mutex
	ring    ring
	in, out []byte        // lines that have not ended yet
	grown   chan struct{} // closed with the next line; nil: nobody waits for it
}

// trace is line.Config.Trace. It does not block.
func (r *recorder) trace(dir byte, b []byte) {
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	half := &r.in
	if dir == FromHost {
		half = &r.out
	}
	for _, c := range b {
		switch {
		case c == '\r' || c == '\n':
			r.end(now, dir, half)
		case c == ctrlZ, c == escape:
			r.end(now, dir, half)
			r.add(now, dir, []byte{c})
		case c == ' ' && dir == FromModem && len(*half) == 1 && (*half)[0] == '>':
			r.end(now, dir, half) // a prompt has no end of line
		case len(*half) >= recordLine:
			r.end(now, dir, half)
			*half = append(*half, c)
		default:
			*half = append(*half, c)
		}
	}
}

const (
	ctrlZ  = 0x1A
	escape = 0x1B
)

// note writes a line of our own among those of the wire: what befell the port.
func (r *recorder) note(text string) {
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.end(now, FromModem, &r.in)
	r.end(now, FromHost, &r.out)
	r.add(now, Remark, []byte(text))
}

// end ends a line, if one has begun. The caller holds mu, as for add.
func (r *recorder) end(now time.Time, dir byte, half *[]byte) {
	if len(*half) > 0 {
		r.add(now, dir, *half)
		*half = (*half)[:0]
	}
}

func (r *recorder) add(now time.Time, dir byte, text []byte) {
	r.ring.add(now, dir, text)
	if r.grown != nil {
		close(r.grown)
		r.grown = nil
	}
}

// lines returns what is remembered, with the lines that have not ended yet.
func (r *recorder) lines() []TraceLine {
	r.mu.Lock()
	defer r.mu.Unlock()
	out, _ := r.ring.from(r.ring.first, int(r.ring.next-r.ring.first))
	for _, half := range []struct {
		dir byte
		b   []byte
	}{{FromModem, r.in}, {FromHost, r.out}} {
		if len(half.b) > 0 {
			out = append(out, TraceLine{Time: time.Now(), Dir: half.dir, Text: string(half.b)})
		}
	}
	return out
}

// oldest returns the number of the oldest line that is remembered.
func (r *recorder) oldest() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ring.first
}

// since returns lines that have ended, at most most, from the nth on, and the
// number of the one behind them; where there are none, grown is closed when
// there is one. Those that are forgotten already are counted in Lost.
func (r *recorder) since(n uint64, most int) (lines []TraceLine, next uint64, grown <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	lines, next = r.ring.from(n, most)
	if len(lines) > 0 {
		return lines, next, nil
	}
	if r.grown == nil {
		r.grown = make(chan struct{})
	}
	return nil, next, r.grown
}

// A ring holds records one behind the other, the oldest first, and drops the
// oldest when there is no room:
//
//	time in ns [8] · direction [1] · length [2] · text
type ring struct {
	buf   []byte // recordSize, made with the first record
	start int
	used  int

	first, next uint64 // numbers of the oldest line and of the one to come
}

const recordHead = 8 + 1 + 2

func (r *ring) add(t time.Time, dir byte, text []byte) {
	if r.buf == nil {
		r.buf = make([]byte, recordSize)
	}
	text = text[:min(len(text), recordLine)]
	for recordSize-r.used < recordHead+len(text) {
		size := r.size(0)
		r.start = (r.start + size) % recordSize
		r.used -= size
		r.first++
	}
	var head [recordHead]byte
	binary.BigEndian.PutUint64(head[:], uint64(t.UnixNano()))
	head[8] = dir
	binary.BigEndian.PutUint16(head[9:], uint16(len(text)))
	r.put(head[:])
	r.put(text)
	r.next++
}

func (r *ring) put(b []byte) {
	at := (r.start + r.used) % recordSize
	n := copy(r.buf[at:], b)
	copy(r.buf, b[n:])
	r.used += len(b)
}

// at returns n octets at an offset from the oldest.
func (r *ring) at(off, n int) []byte {
	from := (r.start + off) % recordSize
	out := append([]byte(nil), r.buf[from:min(from+n, recordSize)]...)
	return append(out, r.buf[:n-len(out)]...)
}

// size returns the length of the record at an offset.
func (r *ring) size(off int) int {
	at := func(i int) int { return int(r.buf[(r.start+off+i)%recordSize]) }
	return recordHead + at(9)<<8 + at(10)
}

// from returns at most most lines from the nth on, and the number of the one
// behind them. What it has forgotten of these stands in the first one's Lost.
func (r *ring) from(n uint64, most int) (out []TraceLine, next uint64) {
	i := r.first
	for off := 0; off < r.used && len(out) < most; i++ {
		size := r.size(off)
		if i >= n {
			b := r.at(off, size)
			out = append(out, TraceLine{
				Time: time.Unix(0, int64(binary.BigEndian.Uint64(b))).UTC(), Dir: b[8], Text: string(b[recordHead:]),
			})
		}
		off += size
	}
	if len(out) > 0 && n < r.first {
		out[0].Lost = int(r.first - n)
	}
	return out, i
}

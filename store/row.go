package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// A row is a message with where it stands, and what the indexes say of it.
type row struct {
	m   *sms.Message
	st  *sms.Status
	was index
}

// An index is what follows from a message and its status.
type index struct {
	state    sms.State
	pending  []byte   // the value in bPending; nil for none
	awaiting []byte   // the key in bAwaiting; nil for none
	refs     [][]byte // the keys in bRefs, sorted
	doubts   []doubt  // the records in bDoubts
}

func indexOf(m *sms.Message, st *sms.Status) index {
	x := index{state: st.Event.State}
	if x.state.Waiting() {
		x.pending = packWaiting(m, st)
	}
	if x.state == sms.Sent && !st.Event.Final && !st.Await.IsZero() {
		x.awaiting = awaitKey(st.Await, m.Num)
	}
	if m.Receipt && x.state.CanBecome(sms.Delivered) {
		for _, ref := range st.Refs {
			if !settled(reported(st, ref.Segment)) {
				x.refs = append(x.refs, refKey(m.Num, ref))
			}
		}
		slices.SortFunc(x.refs, bytes.Compare)
	}
	if m.Receipt {
		for i := range st.Doubts {
			x.doubts = append(x.doubts, doubtOf(m, &st.Doubts[i]))
		}
	}
	return x
}

// settled reports whether a segment's report is the last word on it.
func settled(s sms.State) bool { return s == sms.Delivered || s == sms.Undelivered }

// reported is the latest report on a segment; empty where none came.
func reported(st *sms.Status, segment int) sms.State {
	if segment < len(st.Reports) {
		return st.Reports[segment]
	}
	return ""
}

func awaitKey(until time.Time, num uint64) []byte {
	return binary.BigEndian.AppendUint64(u64(stamp(until)), num)
}

func readAwaitKey(k []byte) (until time.Time, num uint64, err error) {
	if len(k) != 16 {
		return until, 0, errShort
	}
	return unstamp(binary.BigEndian.Uint64(k)), binary.BigEndian.Uint64(k[8:]), nil
}

func refPrefix(net, id string) []byte { return appendStr(appendStr(nil, net), id) }

func refKey(num uint64, ref sms.Ref) []byte {
	k := binary.BigEndian.AppendUint64(refPrefix(ref.Net, ref.ID), stamp(ref.Time))
	k = binary.BigEndian.AppendUint64(k, num)
	return binary.BigEndian.AppendUint16(k, uint16(ref.Segment))
}

// readRefKey reads what stands behind the prefix.
func readRefKey(k []byte) (taken time.Time, num uint64, segment int, err error) {
	for range 2 {
		if k, err = skipStr(k); err != nil {
			return taken, 0, 0, err
		}
	}
	if len(k) != 18 {
		return taken, 0, 0, errShort
	}
	return unstamp(binary.BigEndian.Uint64(k)), binary.BigEndian.Uint64(k[8:]), int(binary.BigEndian.Uint16(k[16:])), nil
}

// row reads a message and its status.
func (t *txn) row(num uint64) (*row, error) {
	key := u64(num)
	st, err := t.status(key)
	if err != nil {
		return nil, err
	}
	v := t.get(bMessages, key)
	if v == nil {
		return nil, corrupt(bMessages, key, errors.New("it has a status and no message"))
	}
	m, err := readMessage(key, v)
	if err != nil {
		return nil, err
	}
	return &row{m: m, st: st, was: indexOf(m, st)}, nil
}

func (t *txn) status(key []byte) (*sms.Status, error) {
	v := t.get(bStatus, key)
	if v == nil {
		return nil, sms.ErrNotFound
	}
	return readStatus(key, v)
}

func readMessage(key, v []byte) (*sms.Message, error) {
	m := &sms.Message{}
	if err := decode(bMessages, key, v, m); err != nil {
		return nil, err
	}
	if num, err := readU64(key); err != nil || num != m.Num {
		return nil, corrupt(bMessages, key, fmt.Errorf("it says it is number %d", m.Num))
	}
	if m.Segments < 1 || m.Segments > maxSegments {
		return nil, corrupt(bMessages, key, fmt.Errorf("it has %d segments", m.Segments))
	}
	return m, nil
}

func readStatus(key, v []byte) (*sms.Status, error) {
	st := &sms.Status{}
	if err := decode(bStatus, key, v, st); err != nil {
		return nil, err
	}
	if num, err := readU64(key); err == nil {
		st.Num = num
	}
	if !st.Event.State.Known() {
		return nil, corrupt(bStatus, key, fmt.Errorf("no state is called %q", st.Event.State))
	}
	for _, ref := range st.Refs {
		if ref.Segment < 0 || ref.Segment >= maxSegments {
			return nil, corrupt(bStatus, key, fmt.Errorf("a ref of segment %d", ref.Segment))
		}
	}
	for _, d := range st.Doubts {
		if d.Segment < 0 || d.Count < 0 || d.Segment+d.Count > maxSegments {
			return nil, corrupt(bStatus, key, fmt.Errorf("a doubt of %d segments from %d on", d.Count, d.Segment))
		}
	}
	return st, nil
}

// maxSegments is what the octet in a concatenation header can count to, 3GPP
// TS 23.040 §9.2.3.24.1.
const maxSegments = 255

// save writes where a row stands now, and what follows from that.
func (t *txn) save(r *row) error {
	key := u64(r.m.Num)
	v, err := encode(r.st)
	if err != nil {
		return err
	}
	now := indexOf(r.m, r.st)
	t.near = r.m.Num
	t.put(bStatus, key, v)
	t.reindex(key, r.was, now)
	if err := t.recount(r.was, now); err != nil {
		return err
	}
	r.was = now
	return nil
}

// reindex writes the difference between two indexes of the message under key.
func (t *txn) reindex(key []byte, was, now index) {
	switch {
	case now.pending == nil && was.pending != nil:
		t.del(bPending, key)
	case !bytes.Equal(was.pending, now.pending):
		t.put(bPending, key, now.pending)
	}
	if !bytes.Equal(was.awaiting, now.awaiting) {
		if was.awaiting != nil {
			t.del(bAwaiting, was.awaiting)
		}
		if now.awaiting != nil {
			t.put(bAwaiting, now.awaiting, nil)
		}
	}
	for _, k := range was.refs {
		if !containsKey(now.refs, k) {
			t.del(bRefs, k)
		}
	}
	for _, k := range now.refs {
		if !containsKey(was.refs, k) {
			t.put(bRefs, k, nil)
		}
	}
	for _, d := range was.doubts {
		if !d.in(now.doubts) {
			t.del(bDoubts, d.key)
		}
	}
	for _, d := range now.doubts {
		if !d.in(was.doubts) {
			t.put(bDoubts, d.key, d.value)
		}
	}
}

func containsKey(sorted [][]byte, k []byte) bool {
	_, ok := slices.BinarySearchFunc(sorted, k, bytes.Compare)
	return ok
}

// recount moves a message in the tally. The zero index is that of a message
// that is not there.
func (t *txn) recount(was, now index) error {
	one := func(b bool) uint64 {
		if b {
			return 1
		}
		return 0
	}
	return t.count(func(c *tally) {
		c.queued += one(now.state == sms.Queued) - one(was.state == sms.Queued)
		c.sending += one(now.state == sms.Sending) - one(was.state == sms.Sending)
		c.awaited += one(now.awaiting != nil) - one(was.awaiting != nil)
		c.messages += one(now.state != "") - one(was.state != "")
	})
}

package store

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/pigeon-sms/pigeon/sms"
)

// acceptRoom is the share of the file that new messages leave free: what is on
// its way has to be written to its end, and reports and received parts too.
const acceptRoom = 8

// Accept commits the messages of one request: each gets its Num and, with more
// than one segment, its Concat, and is announced as queued, with why it waits.
// It returns their events. Where b is given, the one message is begun in the same
// moment, as Begin does it, if it is new.
//
// A request is known by its id, by the id of any of its messages, or, when the
// transport says that it is delivered again, by its fingerprint. Of a known one
// nothing is written; known is true, and the events are the latest of each
// message that is known. The error is sms.ErrFull when the file has no room.
func (db *DB) Accept(ctx context.Context, ms []*sms.Message, key sms.RequestKey, why string, b *sms.Begin) (events []sms.Event, known bool, err error) {
	if err := acceptable(ms); err != nil {
		return nil, false, err
	}
	if b != nil && len(ms) > 1 {
		return nil, false, fmt.Errorf("accept: %d messages cannot be begun as one", len(ms))
	}
	var rows []*row
	err = db.do(ctx, func(t *txn) error {
		rows, events = nil, nil
		nums, err := t.known(ms, key)
		if err != nil {
			return err
		}
		if known = len(nums) > 0; known {
			events, err = t.latest(nums)
			return err
		}
		if err := t.room(acceptRoom); err != nil {
			return err
		}
		if len(ms) >= straightFrom {
			if err := t.straight(); err != nil {
				return err
			}
		}
		for _, m := range ms {
			r, err := t.accept(*m, why)
			if err != nil {
				return err
			}
			rows = append(rows, r)
			events = append(events, r.st.Event)
		}
		t.remember(rows, key)
		if b != nil {
			if err := t.begin(rows[0], *b); err != nil {
				return err
			}
			return t.save(rows[0])
		}
		return nil
	})
	if err != nil {
		return nil, false, err
	}
	for i, r := range rows {
		ms[i].Num, ms[i].Concat = r.m.Num, r.m.Concat
	}
	return events, known, nil
}

// Known answers a request by its key alone: the latest event of each message
// that is known by it. None: the request is new.
func (db *DB) Known(ctx context.Context, key sms.RequestKey) (events []sms.Event, err error) {
	err = db.view(ctx, func(t *txn) error {
		nums, err := t.known(nil, key)
		if err == nil {
			events, err = t.latest(nums)
		}
		return err
	})
	return events, err
}

// acceptable says what of ms no gateway may ask for.
func acceptable(ms []*sms.Message) error {
	ids := map[string]bool{}
	for _, m := range ms {
		switch {
		case m.ID == "" || len(m.ID) > maxStr || ids[m.ID]:
			return fmt.Errorf("accept: the id %q is empty, too long or there twice", m.ID)
		case m.Segments < 1 || m.Segments > maxSegments:
			return fmt.Errorf("accept %s: %d segments", m.ID, m.Segments)
		}
		ids[m.ID] = true
	}
	if len(ms) == 0 {
		return fmt.Errorf("accept: no messages")
	}
	return nil
}

// accept writes one message.
func (t *txn) accept(m sms.Message, why string) (*row, error) {
	m.Num = t.next(bMessages)
	t.near = m.Num
	m.Concat = 0
	if m.Segments > 1 {
		c, err := t.concat()
		if err != nil {
			return nil, err
		}
		m.Concat = c
	}
	body, err := encode(&m)
	if err != nil {
		return nil, err
	}
	t.put(bMessages, u64(m.Num), body)
	t.put(bIDs, idKey(idMessage, m.ID), u64(m.Num))

	r := &row{m: &m, st: &sms.Status{Due: m.SendAt}}
	err = t.announce(r, sms.Event{
		Time: m.Accepted, Clock: m.Clock, ID: m.ID, Of: m.Of, State: sms.Queued, To: m.To,
		Segments: m.Segments, Why: why, Meta: m.Meta,
	})
	if err != nil {
		return nil, err
	}
	return r, t.save(r)
}

// concat draws the next concatenation reference, from 1 to 65535 and round.
func (t *txn) concat() (uint16, error) {
	n, err := t.number(bMeta, keyConcat)
	if err != nil {
		return 0, err
	}
	n = n%math.MaxUint16 + 1
	t.put(bMeta, keyConcat, u64(n))
	return uint16(n), nil
}

func idKey(kind byte, id string) []byte {
	if kind == idFingerprint {
		return appendStr([]byte{kind}, id) // of any length
	}
	return append([]byte{kind}, id...)
}

// known returns the numbers of the messages by which a request is known.
func (t *txn) known(ms []*sms.Message, key sms.RequestKey) ([]uint64, error) {
	if key.ID != "" {
		if nums, err := t.several(idKey(idRequest, key.ID)); err != nil || len(nums) > 0 {
			return nums, err
		}
		if num, err := t.number(bIDs, idKey(idMessage, key.ID)); err != nil || num > 0 {
			return []uint64{num}, err
		}
	}
	var nums []uint64
	for _, m := range ms {
		num, err := t.number(bIDs, idKey(idMessage, m.ID))
		if err != nil {
			return nil, err
		}
		if num > 0 {
			nums = append(nums, num)
		}
	}
	if len(nums) > 0 || key.Fingerprint == "" || !key.Redelivered {
		return nums, nil
	}
	return t.several(idKey(idFingerprint, key.Fingerprint))
}

// several reads the messages that stand under the key of a request or a
// fingerprint, without those that have been trimmed.
func (t *txn) several(key []byte) ([]uint64, error) {
	v := t.get(bIDs, key)
	if v == nil {
		return nil, nil
	}
	first, count, err := readRun(v)
	if err != nil {
		return nil, corrupt(bIDs, key, err)
	}
	var nums []uint64
	for num := first; num < first+count; num++ {
		if t.has(bStatus, u64(num)) {
			nums = append(nums, num)
		}
	}
	return nums, nil
}

// readRun reads the messages of one request: the first number and how many,
// which follow on it because one transaction drew them.
func readRun(v []byte) (first, count uint64, err error) {
	if len(v) != 16 {
		return 0, 0, errShort
	}
	first, count = binary.BigEndian.Uint64(v), binary.BigEndian.Uint64(v[8:])
	if count > maxRun || first > math.MaxUint64-count {
		return 0, 0, fmt.Errorf("%d messages in one request", count)
	}
	return first, count, nil
}

// maxRun is far above what one request can name.
const maxRun = 1 << 20

// remember writes what else the request will be known by: its own id where that
// is not a message's, and its fingerprint.
func (t *txn) remember(rows []*row, key sms.RequestKey) {
	run := append(u64(rows[0].m.Num), u64(uint64(len(rows)))...)
	if key.ID != "" && !t.has(bIDs, idKey(idMessage, key.ID)) {
		t.put(bIDs, idKey(idRequest, key.ID), run)
	}
	if key.Fingerprint != "" {
		t.put(bIDs, idKey(idFingerprint, key.Fingerprint), run)
	}
}

// latest returns the latest event of each message.
func (t *txn) latest(nums []uint64) ([]sms.Event, error) {
	events := make([]sms.Event, 0, len(nums))
	for _, num := range nums {
		key := u64(num)
		st, err := t.status(key)
		if err != nil {
			return nil, corrupt(bStatus, key, err)
		}
		events = append(events, st.Event)
	}
	return events, nil
}

package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"go.etcd.io/bbolt"

	"github.com/pigeon-sms/pigeon/sms"
)

// A mend makes a store of what a salvage has copied: what contradicts is
// settled, what is missing is said, and what follows from the rest is made anew.
//
// A message is not sent twice for it. One whose status is gone becomes what the
// journal says it became at last, if that was its end, and doubtful otherwise;
// where the latest writes are gone, all that waits is doubtful. One whose text is
// gone has failed. Both stay known by their id, so that a repeat is known.
type mend struct {
	ctx    context.Context
	file   *bbolt.DB
	now    time.Time
	stale  bool
	report *Recovery
}

const (
	whyDoubtful = "the state file was damaged, and nobody knows what became of this message"
	whyFailed   = "the state file was damaged, and the text of this message is lost"
	lostLine    = "this line of the journal was lost when the state file was damaged"
)

const (
	// mendBatch is how many records one transaction of a mend looks at.
	mendBatch = 500
	// gapMost is how many lost lines of the journal are replaced one by one;
	// before a larger gap the journal begins anew.
	gapMost = 10_000
	// aheadMost is how far a counter may be ahead of what it counts before it is
	// taken for damaged.
	aheadMost = 1 << 20
)

func (m *mend) run() error {
	for _, step := range []func() error{
		m.received, m.lines, m.bodies, m.statuses, m.numbers, m.ids, m.settleAll, m.gaps, m.unsaid, m.small, m.sticky, m.indexes, m.tell,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// update runs one transaction on the new file.
func (m *mend) update(f func(t *txn) error) error {
	if err := m.ctx.Err(); err != nil {
		return err
	}
	return m.file.Update(func(tx *bbolt.Tx) error {
		t := &txn{tx: tx, direct: true, front: &front{}}
		if err := f(t); err != nil {
			return err
		}
		return t.err
	})
}

// each calls f with every record of a bucket, some to a transaction. f may
// write.
func (m *mend) each(b bucket, f func(t *txn, k, v []byte) error) error {
	var from []byte
	for {
		var keys, values [][]byte
		var next []byte
		err := m.update(func(t *txn) error {
			c := t.bucket(b).Cursor()
			for k, v := c.Seek(from); k != nil; k, v = c.Next() {
				if len(keys) == mendBatch {
					next = bytes.Clone(k)
					break
				}
				keys, values = append(keys, bytes.Clone(k)), append(values, bytes.Clone(v))
			}
			for i, k := range keys {
				if err := f(t, k, values[i]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || next == nil {
			return err
		}
		from = next
	}
}

// drop leaves a record out.
func (m *mend) drop(t *txn, b bucket, k []byte, err error) {
	m.report.fault(err.Error())
	m.report.lose(b)
	t.del(b, k)
}

// numbers sees to it that no number is drawn twice.
func (m *mend) numbers() error {
	return m.update(func(t *txn) error {
		for _, k := range [][]byte{keyConcat, keyDrawn(bMessages), keyDrawn(bJournal), keyDrawn(bParts), keyDrawn(bEarly)} {
			if v := t.get(bMeta, k); v != nil && len(v) != 8 {
				m.drop(t, bMeta, k, corrupt(bMeta, k, errShort))
			}
		}
		if n, err := t.number(bMeta, keyConcat); err != nil || n > math.MaxUint16 {
			m.drop(t, bMeta, keyConcat, corrupt(bMeta, keyConcat, errPage))
		}
		m.drawn(t, bMessages, bMessages, bStatus)
		m.drawn(t, bJournal, bJournal, bReceived)
		return t.err
	})
}

// drawn sets the last number drawn for a bucket by the numbers found in some. A
// record far ahead of all others and of the counter has a damaged number.
func (m *mend) drawn(t *txn, b bucket, in ...bucket) {
	said, most := t.drawn(b), uint64(0)
	for _, from := range in {
		for {
			c := t.bucket(from).Cursor()
			k, _ := c.Last()
			if k == nil {
				break
			}
			n, err := readU64(k)
			before := uint64(0)
			if p, _ := c.Prev(); p != nil {
				before, _ = readU64(p) // 0 where that is damaged too
			}
			if err == nil && (n <= said || n-before <= aheadMost) {
				most = max(most, n)
				break
			}
			m.drop(t, from, bytes.Clone(k), corrupt(from, k, errPage))
		}
	}
	if said < most || said-most > aheadMost {
		t.put(bMeta, keyDrawn(b), u64(most))
	}
}

// received leaves out what cannot be read.
func (m *mend) received() error {
	return m.each(bReceived, func(t *txn, k, v []byte) error {
		r, err := readReceived(k, v)
		if err == nil && r.ID == "" {
			err = corrupt(bReceived, k, errPage)
		}
		if err != nil {
			m.drop(t, bReceived, k, err)
		}
		return nil
	})
}

// lines leaves out lines of the journal that cannot be read; gaps fills in for
// them.
func (m *mend) lines() error {
	return m.each(bJournal, func(t *txn, k, v []byte) error {
		e, received, err := readLine(k, v)
		switch {
		case err != nil:
		case received && !t.contains(bReceived, k):
			err = corrupt(bReceived, k, fmt.Errorf("the journal names it and it is not there"))
		case !received && t.contains(bReceived, k):
			t.del(bReceived, k)
			m.report.lose(bReceived)
		case e.Event != nil && (e.Event.Seq != e.Seq || !e.Event.State.Known()),
			e.Notice != nil && e.Notice.Seq != e.Seq:
			err = corrupt(bJournal, k, errPage)
		}
		if err != nil {
			m.drop(t, bJournal, k, err)
		}
		return nil
	})
}

// bodies leaves out messages that cannot be read, or that are there twice.
func (m *mend) bodies() error {
	return m.each(bMessages, func(t *txn, k, v []byte) error {
		msg, err := readMessage(k, v)
		if err == nil && (msg.ID == "" || len(msg.ID) > maxStr) {
			err = corrupt(bMessages, k, fmt.Errorf("no id"))
		}
		if err != nil {
			m.drop(t, bMessages, k, err)
		}
		return nil
	})
}

// statuses leaves out those that cannot be read or are of another message, and
// gives those whose message is gone one without a text.
func (m *mend) statuses() error {
	return m.each(bStatus, func(t *txn, k, v []byte) error {
		st, err := readStatus(k, v)
		e := sms.Event{}
		if err == nil {
			e = st.Event
			if e.ID == "" || len(e.ID) > maxStr || e.Segments < 1 || e.Segments > maxSegments || e.Final && e.State.Waiting() {
				err = corrupt(bStatus, k, errPage)
			}
		}
		body := t.get(bMessages, k)
		if err == nil && body != nil {
			msg, bad := readMessage(k, body)
			if bad != nil || msg.ID != e.ID || msg.To != e.To || msg.Segments != e.Segments {
				err = corrupt(bStatus, k, fmt.Errorf("it is of another message"))
			}
		}
		if err != nil {
			m.drop(t, bStatus, k, err)
			return nil
		}
		if body != nil {
			return nil
		}
		m.report.lose(bMessages)
		msg := sms.Message{Num: st.Num, ID: e.ID, To: e.To, Segments: e.Segments, Accepted: e.Time, Meta: e.Meta, OnDoubt: sms.Hold}
		return m.stub(t, msg)
	})
}

// stub writes a message without its text.
func (m *mend) stub(t *txn, msg sms.Message) error {
	msg.Encoding, msg.Priority = sms.EncodingAuto, sms.Normal
	body, err := encode(&msg)
	if err != nil {
		msg.Meta = nil
		if body, err = encode(&msg); err != nil {
			return err
		}
	}
	t.put(bMessages, u64(msg.Num), body)
	m.report.textless[msg.Num] = true
	return nil
}

// ids leaves out what leads to nothing, and keeps the ids of messages of which
// nothing else is left.
func (m *mend) ids() error {
	err := m.each(bIDs, func(t *txn, k, v []byte) error {
		num, err := readU64(v)
		switch k[0] {
		case idMessage:
			if err != nil || num == 0 || num > t.drawn(bMessages) || len(k) < 2 || len(k) > maxStr+1 {
				m.drop(t, bIDs, k, corrupt(bIDs, k, errPage))
				return nil
			}
			body := t.get(bMessages, v)
			if body == nil {
				m.report.lose(bMessages)
				return m.stub(t, sms.Message{Num: num, ID: string(k[1:]), Segments: 1, Accepted: m.now, OnDoubt: sms.Hold})
			}
			if msg, err := readMessage(v, body); err != nil || msg.ID != string(k[1:]) {
				m.drop(t, bIDs, k, corrupt(bIDs, k, fmt.Errorf("it leads to another message")))
			}
		case idRequest, idFingerprint:
			first, count, err := readRun(v)
			if err != nil || first == 0 || count == 0 || first+count-1 > t.drawn(bMessages) {
				m.drop(t, bIDs, k, corrupt(bIDs, k, errPage))
			}
		default:
			m.drop(t, bIDs, k, corrupt(bIDs, k, errPage))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return m.each(bMessages, func(t *txn, k, v []byte) error {
		msg, err := readMessage(k, v)
		if err != nil {
			return err
		}
		key := idKey(idMessage, msg.ID)
		if at := t.get(bIDs, key); at != nil && !bytes.Equal(at, k) { // an older one of the same id
			m.drop(t, bMessages, k, corrupt(bMessages, k, fmt.Errorf("another message has its id")))
			t.del(bStatus, k)
			return nil
		}
		t.put(bIDs, key, k)
		return nil
	})
}

// settleAll gives a status to each message that has none, and settles what may
// not be believed.
func (m *mend) settleAll() error {
	last, err := m.lastSaid()
	if err != nil {
		return err
	}
	return m.each(bMessages, func(t *txn, k, v []byte) error {
		msg, err := readMessage(k, v)
		if err != nil {
			return err
		}
		r := &row{m: msg}
		if r.st, err = t.status(k); err != nil {
			said, known := last[msg.Num]
			r.st = &sms.Status{Num: msg.Num, Event: said}
			m.report.lose(bStatus)
			if known && said.Final {
				return m.write(t, r)
			}
			if said.State == sms.Sent {
				said.Time, said.Final, said.Why = m.now, true, "the state file was damaged, and a report on it cannot be told any more"
				return m.say(t, r, said)
			}
			return m.say(t, r, m.doubtful(r))
		}
		switch {
		case !r.st.Event.State.Waiting():
		case m.report.textless[msg.Num]:
			e := r.st.Event
			if e.State == sms.Sending || m.stale {
				return m.say(t, r, m.doubtful(r))
			}
			e.Time, e.State, e.Final, e.Why, e.Error = m.now, sms.Failed, true, whyFailed, nil
			m.report.Failed++
			r.st.Due = time.Time{}
			return m.say(t, r, e)
		case m.stale:
			return m.say(t, r, m.doubtful(r))
		}
		return nil
	})
}

// doubtful is the event of a message that nobody knows the end of.
func (m *mend) doubtful(r *row) sms.Event {
	m.report.Doubtful++
	e := r.st.Event
	e.Time, e.ID, e.To, e.Segments, e.Meta = m.now, r.m.ID, r.m.To, r.m.Segments, r.m.Meta
	e.State, e.Final, e.Why, e.Error = sms.Doubtful, true, whyDoubtful, nil
	r.st.Due, r.st.Doubt = time.Time{}, true
	return e
}

// lastSaid returns the latest event in the journal of each message that has no
// status.
func (m *mend) lastSaid() (map[uint64]sms.Event, error) {
	lost := map[string]uint64{}
	err := m.each(bMessages, func(t *txn, k, v []byte) error {
		if t.has(bStatus, k) {
			return nil
		}
		msg, err := readMessage(k, v)
		if err == nil {
			lost[msg.ID] = msg.Num
		}
		return err
	})
	last := map[uint64]sms.Event{}
	if err != nil || len(lost) == 0 {
		return last, err
	}
	return last, m.each(bJournal, func(t *txn, k, v []byte) error {
		e, _, err := readLine(k, v)
		if err != nil || e.Event == nil {
			return err
		}
		num, ok := lost[e.Event.ID]
		if !ok {
			return nil
		}
		body := t.get(bMessages, u64(num))
		msg, err := readMessage(u64(num), body)
		if err == nil && msg.To == e.Event.To && msg.Segments == e.Event.Segments {
			last[num] = *e.Event
		}
		return nil
	})
}

// say announces an event of a row and writes its status.
func (m *mend) say(t *txn, r *row, e sms.Event) error {
	if err := t.announce(r, e); err != nil {
		return err
	}
	return m.write(t, r)
}

func (m *mend) write(t *txn, r *row) error {
	v, err := encode(r.st)
	if err != nil {
		return err
	}
	t.put(bStatus, u64(r.m.Num), v)
	return nil
}

// gaps makes the journal whole again: with what statuses and received messages
// know of the lines that are gone, and a notice for each of the rest.
func (m *mend) gaps() error {
	first, last := uint64(0), uint64(0)
	missing, before := []uint64(nil), uint64(0)
	err := m.each(bJournal, func(_ *txn, k, _ []byte) error {
		seq, err := readU64(k)
		if err != nil {
			return err
		}
		if first == 0 || seq-before > gapMost {
			first, missing = seq, nil
		} else {
			for n := before + 1; n < seq; n++ {
				missing = append(missing, n)
			}
		}
		if len(missing) > gapMost {
			first, missing = seq, nil
		}
		before, last = seq, seq
		return nil
	})
	if err != nil {
		return err
	}
	err = m.update(func(t *txn) error {
		switch n := t.drawn(bJournal); {
		case first == 0 || n-last > gapMost:
			first, missing = n+1, nil
		default:
			for at := last + 1; at <= n; at++ {
				missing = append(missing, at)
			}
		}
		return t.err
	})
	if err != nil {
		return err
	}
	err = m.each(bJournal, func(t *txn, k, _ []byte) error {
		if n, err := readU64(k); err != nil || n < first {
			t.del(bJournal, k)
		}
		return nil
	})
	if err != nil || len(missing) == 0 {
		return err
	}
	return m.fill(missing)
}

// fill writes the lines of the journal that are missing.
func (m *mend) fill(missing []uint64) error {
	gap := map[uint64]bool{}
	for _, n := range missing {
		gap[n] = true
	}
	err := m.each(bStatus, func(t *txn, k, v []byte) error {
		st, err := readStatus(k, v)
		if err != nil || !gap[st.Event.Seq] {
			return err
		}
		line, err := encode(&st.Event)
		if err != nil {
			return err
		}
		t.put(bJournal, u64(st.Event.Seq), append([]byte{lineEvent}, line...))
		delete(gap, st.Event.Seq)
		return nil
	})
	if err != nil {
		return err
	}
	return m.update(func(t *txn) error {
		for _, n := range missing {
			switch {
			case !gap[n]:
			case t.contains(bReceived, u64(n)):
				t.put(bJournal, u64(n), []byte{lineReceived})
			default:
				m.report.lose(bJournal)
				v, err := encode(&sms.Notice{Seq: n, Time: m.now, Way: noticeWay, Kind: noticeKind, Text: lostLine})
				if err != nil {
					return err
				}
				t.put(bJournal, u64(n), append([]byte{lineNotice}, v...))
			}
		}
		return nil
	})
}

// unsaid announces anew what the journal does not say of where a message stands,
// and says in the journal what has happened.
func (m *mend) unsaid() error {
	first := uint64(0)
	err := m.update(func(t *txn) error {
		k, _ := t.bucket(bJournal).Cursor().First()
		if k == nil {
			first = t.drawn(bJournal) + 1
			return nil
		}
		first = binary.BigEndian.Uint64(k)
		return nil
	})
	if err != nil {
		return err
	}
	err = m.each(bStatus, func(t *txn, k, v []byte) error {
		st, err := readStatus(k, v)
		if err != nil {
			return err
		}
		e := st.Event
		if e.Seq > 0 && e.Seq < first {
			return nil // trimmed
		}
		line, _, err := readLine(u64(e.Seq), t.get(bJournal, u64(e.Seq)))
		if err == nil && line.Event != nil && line.Event.ID == e.ID && line.Event.State == e.State {
			return nil
		}
		msg, err := readMessage(k, t.get(bMessages, k))
		if err != nil {
			return err
		}
		return m.say(t, &row{m: msg, st: st}, e)
	})
	if err != nil {
		return err
	}
	return m.each(bReceived, func(t *txn, k, _ []byte) error {
		n, err := readU64(k)
		if err != nil || n < first {
			return err
		}
		if _, received, err := readLine(k, t.get(bJournal, k)); err != nil || !received {
			t.del(bReceived, k)
			m.report.lose(bReceived)
		}
		return nil
	})
}

// tell says in the journal what has happened.
func (m *mend) tell() error {
	return m.update(func(t *txn) error {
		n := t.next(bJournal)
		v, err := encode(&sms.Notice{Seq: n, Time: m.now, Way: noticeWay, Kind: noticeKind, Text: m.report.String()})
		if err != nil {
			return err
		}
		t.put(bJournal, u64(n), append([]byte{lineNotice}, v...))
		t.put(bNotes, appendStr(nil, damageNote), []byte(m.report.String()))
		return nil
	})
}

package store

import (
	"bytes"
	"fmt"

	"github.com/pigeon-sms/pigeon/sms"
)

// small checks the buckets that nothing else follows from.
func (m *mend) small() error {
	checks := map[bucket]func(t *txn, k, v []byte) error{
		bCursors: func(t *txn, k, v []byte) error {
			seq, err := readU64(v)
			if err == nil && seq > t.drawn(bJournal) {
				err = fmt.Errorf("it has passed line %d", seq)
			}
			return err
		},
		bEarly: func(t *txn, k, v []byte) error {
			line, n, err := readEarlyKey(k)
			if err != nil {
				return err
			}
			_, r, err := readEarly(k, v)
			if err == nil && (line > t.drawn(bJournal) || !bytes.HasPrefix(k, refPrefix(r.Net, r.ID))) {
				err = errPage
			}
			if err == nil && n > t.drawn(bEarly) {
				if n-t.drawn(bEarly) > aheadMost {
					return errPage
				}
				t.put(bMeta, keyDrawn(bEarly), u64(n))
			}
			return err
		},
		bParts: func(t *txn, k, v []byte) error {
			pk, p, err := readPart(k, v)
			if err != nil {
				return err
			}
			if alone(&p) || !bytes.HasPrefix(k, setPrefix(&p)) {
				return errPage
			}
			if n := setNumber(pk.set); n > t.drawn(bParts) {
				if n-t.drawn(bParts) > aheadMost {
					return errPage
				}
				t.put(bMeta, keyDrawn(bParts), u64(n))
			}
			return nil
		},
		bSlots: func(_ *txn, k, v []byte) error {
			rest, err := skipStr(k)
			if err == nil {
				rest, err = skipStr(rest)
			}
			if err == nil && len(rest) > 0 {
				err = errPage
			}
			if err == nil {
				_, _, err = readSlot(v)
			}
			return err
		},
		bSpent: spentHolds,
		bNotes: func(_ *txn, k, _ []byte) error {
			if rest, err := skipStr(k); err != nil || len(rest) > 0 {
				return errPage
			}
			return nil
		},
		bMeta: func(_ *txn, k, v []byte) error {
			if bytes.HasPrefix(k, []byte("last ")) && len(v) != 8 {
				return errShort
			}
			return nil
		},
	}
	// spent twice: its marks stand before the SIMs they are of.
	for _, b := range []bucket{bMeta, bCursors, bEarly, bParts, bSlots, bNotes, bSpent, bSpent} {
		err := m.each(b, func(t *txn, k, v []byte) error {
			if err := checks[b](t, k, v); err != nil {
				m.drop(t, b, k, corrupt(b, k, err))
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// sticky keeps the people whose SIM can be read, and makes their days and their
// number anew.
func (m *mend) sticky() error {
	n := uint64(0)
	err := m.each(bSticky, func(t *txn, k, v []byte) error {
		if k[0] == stickDay || bytes.Equal(k, stickCount) {
			t.del(bSticky, k)
			return nil
		}
		_, err := readStickKey(k)
		if err == nil && (k[0] != stickPerson || n == sms.SticksMost) {
			err = errPage
		}
		if err == nil {
			_, err = unpackStick(k, v)
		}
		if err != nil {
			m.drop(t, bSticky, k, corrupt(bSticky, nil, err))
			return nil
		}
		n++
		return nil
	})
	if err != nil {
		return err
	}
	// What is written now sorts before what is read, or is known already.
	return m.each(bSticky, func(t *txn, k, v []byte) error {
		if k[0] != stickPerson {
			return nil
		}
		mark, err := readStickKey(k)
		if err != nil {
			return err
		}
		s, err := unpackStick(k, v)
		if err != nil {
			return err
		}
		t.put(bSticky, stickDayKey(s.Day, mark), nil)
		t.put(bSticky, stickCount, u64(n))
		return nil
	})
}

// indexes makes anew what follows from the messages, and counts.
func (m *mend) indexes() error {
	var c tally
	err := m.each(bStatus, func(t *txn, k, _ []byte) error {
		num, err := readU64(k)
		if err != nil {
			return err
		}
		r, err := t.row(num)
		if err != nil {
			return err
		}
		t.reindex(k, index{}, r.was)
		c.messages++
		switch r.was.state {
		case sms.Queued:
			c.queued++
		case sms.Sending:
			c.sending++
		}
		if r.was.awaiting != nil {
			c.awaited++
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = m.each(bReceived, func(*txn, []byte, []byte) error { c.received++; return nil })
	if err != nil {
		return err
	}
	return m.update(func(t *txn) error {
		sets, err := t.sets(nil)
		if err != nil {
			return err
		}
		for _, s := range sets {
			c.sets++
			c.parts += uint64(len(s.parts))
		}
		m.report.Messages, m.report.Received = int(c.messages), int(c.received)
		t.put(bMeta, keyCounts, c.encode())
		t.put(bMeta, keySchema, u64(schema))
		return nil
	})
}

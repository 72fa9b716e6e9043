package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// Kinds of key in bSticky. A person is a mark, so that the file names nobody
// twice; the days put them in the order in which they are forgotten.
const (
	stickPerson = 'p'
	stickDay    = 'd'
)

var stickCount = []byte{'n'}

func stickKey(m sms.Mark) []byte { return append([]byte{stickPerson}, m[:]...) }

func stickDayKey(day int64, m sms.Mark) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{stickDay}, uint32(day)), m[:]...)
}

func readStickKey(k []byte) (m sms.Mark, err error) {
	if len(k) != 1+len(m) {
		return m, errShort
	}
	copy(m[:], k[1:])
	return m, nil
}

func readStickDayKey(k []byte) (day int64, m sms.Mark, err error) {
	if len(k) != 5+len(m) {
		return 0, m, errShort
	}
	copy(m[:], k[5:])
	return int64(binary.BigEndian.Uint32(k[1:])), m, nil
}

func packStick(s sms.Stick) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(s.Day)), s.Net...)
}

func unpackStick(key, v []byte) (sms.Stick, error) {
	if len(v) < 5 || len(v) > 4+maxStr {
		return sms.Stick{}, corrupt(bSticky, key, errShort)
	}
	return sms.Stick{Day: int64(binary.BigEndian.Uint32(v)), Net: string(v[4:])}, nil
}

// stick notes that a person's messages leave from a SIM, where that is news.
// It writes in the transaction it is called in, and nothing where nobody is
// named.
func (t *txn) stick(who sms.Number, net string, at time.Time) error {
	if who == "" || net == "" || len(net) > maxStr {
		return nil
	}
	mark := who.Mark()
	key := stickKey(mark)
	s := sms.StickTo(net, at)
	v := t.get(bSticky, key)
	if v == nil {
		if err := t.stickRoom(); err != nil {
			return err
		}
		t.put(bSticky, key, packStick(s))
		t.put(bSticky, stickDayKey(s.Day, mark), nil)
		return nil
	}
	was, err := unpackStick(key, v)
	if err != nil || !s.Renews(was) {
		return err
	}
	t.put(bSticky, key, packStick(s))
	if s.Day != was.Day {
		t.del(bSticky, stickDayKey(was.Day, mark))
		t.put(bSticky, stickDayKey(s.Day, mark), nil)
	}
	return nil
}

// stickRoom counts one more person, at the cost of the one longest unheard of
// where there are too many.
func (t *txn) stickRoom() error {
	n, err := t.number(bSticky, stickCount)
	if err != nil {
		return err
	}
	if n < sms.SticksMost {
		t.put(bSticky, stickCount, u64(n+1))
		return nil
	}
	var k []byte
	err = t.each(bSticky, []byte{stickDay}, func(oldest, _ []byte) (bool, error) {
		k = bytes.Clone(oldest)
		return false, nil
	})
	if err != nil {
		return err
	}
	if k == nil {
		return corrupt(bSticky, stickCount, fmt.Errorf("it says %d, and there is none", n))
	}
	_, mark, err := readStickDayKey(k)
	if err != nil {
		return corrupt(bSticky, k, err)
	}
	t.del(bSticky, k)
	t.del(bSticky, stickKey(mark))
	return nil
}

// Sticky returns which SIM the messages of those who are remembered leave from.
func (db *DB) Sticky(ctx context.Context) (map[sms.Mark]sms.Stick, error) {
	all := map[sms.Mark]sms.Stick{}
	err := db.view(ctx, func(t *txn) error {
		return t.each(bSticky, []byte{stickPerson}, func(k, v []byte) (bool, error) {
			m, err := readStickKey(k)
			if err != nil {
				return false, corrupt(bSticky, k, err)
			}
			all[m], err = unpackStick(k, v)
			return true, err
		})
	})
	return all, err
}

// sticky forgets the people nobody has heard of for long.
func (tr *trimmer) sticky(t *txn) error {
	keys, err := tr.scan(t, bSticky, []byte{stickDay}, func(k, _ []byte) (bool, error) {
		day, _, err := readStickDayKey(k)
		if err != nil {
			return false, corrupt(bSticky, k, err)
		}
		return sms.Stick{Day: day}.Over(tr.now), nil
	})
	if len(keys) < trimBatch {
		tr.next = nil // they are in order: none of the rest is to go
	}
	if err != nil || len(keys) == 0 {
		return err
	}
	n, err := t.number(bSticky, stickCount)
	if err != nil {
		return err
	}
	for _, k := range keys {
		t.del(bSticky, k)
		t.del(bSticky, append([]byte{stickPerson}, k[5:]...))
	}
	t.put(bSticky, stickCount, u64(n-min(n, uint64(len(keys)))))
	return nil
}

// sticky checks that each person has a SIM and a day, one of each, and that
// there are as many as are counted.
func (a *audit) sticky() error {
	people := uint64(0)
	err := a.walk(bSticky, func(k, v []byte) error {
		switch {
		case k[0] == stickPerson:
			people++
			m, err := readStickKey(k)
			if err != nil {
				return corrupt(bSticky, k, err)
			}
			s, err := unpackStick(k, v)
			if err == nil && !a.contains(bSticky, stickDayKey(s.Day, m)) {
				err = corrupt(bSticky, k, errors.New("its day is missing"))
			}
			return err
		case k[0] == stickDay:
			day, m, err := readStickDayKey(k)
			if err != nil {
				return corrupt(bSticky, k, err)
			}
			if s, err := unpackStick(stickKey(m), a.get(bSticky, stickKey(m))); err != nil || s.Day != day || len(v) > 0 {
				return corrupt(bSticky, k, errors.New("it is the day of nobody"))
			}
			return nil
		case bytes.Equal(k, stickCount):
			return nil
		}
		return corrupt(bSticky, k, errors.New("no such kind of key"))
	})
	if err != nil {
		return err
	}
	if n, err := a.number(bSticky, stickCount); err != nil {
		a.say("%v", err)
	} else if n != people || n > sms.SticksMost {
		a.say("sticky: %d people are counted, there are %d, and %d may be", n, people, sms.SticksMost)
	}
	return nil
}

package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/pigeon-sms/pigeon/sms"
)

const (
	// keepRoom is the share of the file that received parts leave free. A part
	// that is refused stays with the modem or the network, and comes again.
	keepRoom = 16
	// setsMost and partsMost bound what waits to become whole. Past them the
	// oldest set is given out as it is.
	setsMost  = 1000
	partsMost = 5000
	// slotsMost bounds the memory of slots: a SIM has up to 255.
	slotsMost = 4096
)

// Keep commits a part, and when it was the last one the message it belongs to,
// with its line in the journal. It returns that message, or nil when parts are
// still missing or the part was kept before.
//
// A part that lies at the slot where the same octets were kept before is the
// same part, unless p.Emptied. A part of a set, sender, reference and total
// being equal, that is there already, octet for octet, is a repeat.
//
// Senders use references again. A part whose number another text's part has
// taken opens a set beside the first, and both stay open; each later part joins
// the set, of those that lack it, whose parts were sent nearest to it in time.
// So nothing is given out in pieces that may yet become whole. When there are
// too many sets, the oldest is given out incomplete, and returned.
//
// With a message that is given out, p.Stick is noted to be the SIM's that p came
// to.
func (db *DB) Keep(ctx context.Context, p *sms.Part, join func([]sms.Part) sms.Received) (*sms.Received, error) {
	var out *sms.Received
	err := db.do(ctx, func(t *txn) (err error) {
		out = nil
		if seen, err := t.seen(p); err != nil || seen {
			return err
		}
		if err := t.room(keepRoom); err != nil {
			return err
		}
		if alone(p) {
			out, err = t.receive(join([]sms.Part{*p}))
		} else {
			out, err = t.joined(p, join)
		}
		if err != nil {
			return err
		}
		if out != nil {
			if err := t.stick(p.Stick, p.Net, p.Time); err != nil {
				return err
			}
		}
		return t.rememberSlot(p)
	})
	if err != nil {
		return nil, fmt.Errorf("keep part: %w", err)
	}
	return out, nil
}

// alone reports whether p is a message of its own; a total that no header can
// hold makes it one too.
func alone(p *sms.Part) bool { return p.Concat.Alone() || p.Concat.Total > maxSegments }

// receive gives a message its id and number and appends it to the journal.
func (t *txn) receive(r sms.Received) (*sms.Received, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	r.ID, r.Seq = id.String(), t.next(bJournal)
	v, err := encode(&r)
	if err != nil {
		return nil, err
	}
	t.line, t.near = r.Seq, nearLine|r.Seq
	t.put(bJournal, u64(r.Seq), []byte{lineReceived})
	t.put(bReceived, u64(r.Seq), v)
	return &r, t.count(func(c *tally) { c.received++ })
}

// joined puts a part to its like.
func (t *txn) joined(p *sms.Part, join func([]sms.Part) sms.Received) (*sms.Received, error) {
	sets, err := t.sets(setPrefix(p))
	if err != nil {
		return nil, err
	}
	for _, s := range sets {
		if i := s.find(p.Concat.Seq); i >= 0 && sameOctets(&s.parts[i], p) {
			return nil, nil
		}
	}
	s := nearest(sets, p)
	if s != nil && len(s.parts)+1 == p.Concat.Total {
		t.drop(s)
		if err := t.count(func(c *tally) { c.sets--; c.parts -= uint64(len(s.parts)) }); err != nil {
			return nil, err
		}
		return t.receive(join(append(s.parts, *p)))
	}
	out, err := t.makeRoom(s, join)
	if err != nil {
		return nil, err
	}
	if s == nil {
		s = &set{key: setKey(p, t.next(bParts))}
		if err := t.count(func(c *tally) { c.sets++ }); err != nil {
			return nil, err
		}
	}
	return out, t.putPart(s.key, p)
}

// makeRoom sees to it that a part may join s, or open a set where s is nil. It
// returns the set that had to go for it, given out as it is: the oldest but s.
func (t *txn) makeRoom(s *set, join func([]sms.Part) sms.Received) (*sms.Received, error) {
	c, err := t.counts()
	if err != nil || c.parts < partsMost && (s != nil || c.sets < setsMost) {
		return nil, err
	}
	sets, err := t.sets(nil)
	if err != nil {
		return nil, err
	}
	sets = slices.DeleteFunc(sets, func(other *set) bool { return s != nil && bytes.Equal(other.key, s.key) })
	if len(sets) == 0 {
		return nil, nil
	}
	oldest := slices.MinFunc(sets, func(a, b *set) int { return a.opened.Compare(b.opened) })
	return t.release(oldest, join)
}

func (t *txn) putPart(set []byte, p *sms.Part) error {
	v, err := encode(p)
	if err != nil {
		return err
	}
	t.put(bParts, append(bytes.Clone(set), byte(p.Concat.Seq)), v)
	return t.count(func(c *tally) { c.parts++ })
}

// nearest is the set that a part belongs to, of those that lack it; nil where
// there is none.
func nearest(sets []*set, p *sms.Part) *set {
	var best *set
	var least time.Duration
	for _, s := range sets {
		if s.find(p.Concat.Seq) >= 0 {
			continue
		}
		for i := range s.parts {
			if d := apart(&s.parts[i], p); best == nil || d < least {
				best, least = s, d
			}
		}
	}
	return best
}

// apart is how long one part was sent after the other, or came after it where
// the service centre's time cannot be read.
func apart(a, b *sms.Part) time.Duration {
	if a.SentAt.IsZero() || b.SentAt.IsZero() {
		return a.Time.Sub(b.Time).Abs()
	}
	return a.SentAt.Sub(b.SentAt).Abs()
}

func sameOctets(a, b *sms.Part) bool {
	if a.Raw != "" || b.Raw != "" {
		return a.Raw == b.Raw
	}
	return a.Text == b.Text && bytes.Equal(a.Octets, b.Octets) && a.SentAt.Equal(b.SentAt)
}

// release gives out a set as it is.
func (t *txn) release(s *set, join func([]sms.Part) sms.Received) (*sms.Received, error) {
	t.drop(s)
	r := join(s.parts)
	r.Incomplete = true
	out, err := t.receive(r)
	if err != nil {
		return nil, err
	}
	return out, t.count(func(c *tally) { c.sets--; c.parts -= uint64(len(s.parts)) })
}

// releaseMost bounds the sets given out in one transaction.
const releaseMost = 50

// Incomplete gives out, marked incomplete, what came of messages whose first
// part arrived before a time. When it returns an error, those it returns with
// it have been given out all the same.
func (db *DB) Incomplete(ctx context.Context, before time.Time, join func([]sms.Part) sms.Received) ([]sms.Received, error) {
	var all []sms.Received
	for {
		var some []sms.Received
		err := db.do(ctx, func(t *txn) error {
			some = nil
			sets, err := t.sets(nil)
			if err != nil {
				return err
			}
			for _, s := range sets {
				if len(some) == releaseMost || !s.opened.Before(before) {
					continue
				}
				r, err := t.release(s, join)
				if err != nil {
					return err
				}
				some = append(some, *r)
			}
			return nil
		})
		if err != nil {
			return all, fmt.Errorf("give out incomplete messages: %w", err)
		}
		all = append(all, some...)
		if len(some) < releaseMost {
			return all, nil
		}
	}
}

// seen reports whether a part has been kept from its slot before.
func (t *txn) seen(p *sms.Part) (bool, error) {
	if p.Slot == "" || p.Emptied {
		return false, nil
	}
	key := slotKey(p)
	v := t.get(bSlots, key)
	if v == nil {
		return false, nil
	}
	hash, _, err := readSlot(v)
	if err != nil {
		return false, corrupt(bSlots, key, err)
	}
	return bytes.Equal(hash, slotHash(p)), nil
}

// rememberSlot notes what lies at a part's slot.
func (t *txn) rememberSlot(p *sms.Part) error {
	if p.Slot == "" {
		return nil
	}
	key := slotKey(p)
	if !t.has(bSlots, key) {
		if err := t.forgetSlot(); err != nil {
			return err
		}
	}
	t.put(bSlots, key, append(slotHash(p), u64(stamp(p.Time))...))
	return nil
}

// forgetSlot makes room for one more, at the cost of the one longest unused.
func (t *txn) forgetSlot() error {
	n := 0
	var oldest []byte
	var least time.Time
	err := t.each(bSlots, nil, func(k, v []byte) (bool, error) {
		_, at, err := readSlot(v)
		if err != nil {
			return false, corrupt(bSlots, k, err)
		}
		if n++; oldest == nil || at.Before(least) {
			oldest, least = bytes.Clone(k), at
		}
		return true, nil
	})
	if err == nil && n >= slotsMost {
		t.del(bSlots, oldest)
	}
	return err
}

func slotKey(p *sms.Part) []byte { return appendStr(appendStr(nil, p.Net), p.Slot) }

// slotHashLen is in octets: enough that no two PDUs share it by chance.
const slotHashLen = 16

func slotHash(p *sms.Part) []byte {
	h := sha256.Sum256([]byte(p.Raw))
	return h[:slotHashLen]
}

func readSlot(v []byte) (hash []byte, at time.Time, err error) {
	if len(v) != slotHashLen+8 {
		return nil, at, errShort
	}
	n, err := readU64(v[slotHashLen:])
	return v[:slotHashLen], unstamp(n), err
}

package store

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// A set is the parts that have come of one message.
type set struct {
	key    []byte // of its parts, without their number
	opened time.Time
	parts  []sms.Part // in order of their number
}

// find returns where the part with a number is among s.parts, or -1.
func (s *set) find(seq int) int {
	return slices.IndexFunc(s.parts, func(p sms.Part) bool { return p.Concat.Seq == seq })
}

// setPrefix is what the keys of all sets have in common that a part may belong
// to.
func setPrefix(p *sms.Part) []byte {
	k := appendStr(nil, string(p.From))
	k = binary.BigEndian.AppendUint16(k, p.Concat.Ref)
	wide := byte(0)
	if p.Concat.Wide {
		wide = 1
	}
	return append(k, wide, byte(p.Concat.Total))
}

// setKey is the key of a set that opens with p; n tells it from its like.
func setKey(p *sms.Part, n uint64) []byte {
	k := binary.BigEndian.AppendUint64(setPrefix(p), stamp(p.Time))
	return binary.BigEndian.AppendUint64(k, n)
}

// setNumber is the number in the key of a set.
func setNumber(key []byte) uint64 { return binary.BigEndian.Uint64(key[len(key)-8:]) }

// A partKey is a key in bParts, read.
type partKey struct {
	set    []byte // the key without the part's number
	total  int
	opened time.Time
	seq    int
}

func readPartKey(k []byte) (p partKey, err error) {
	rest, err := skipStr(k)
	if err != nil {
		return p, err
	}
	if len(rest) != 2+1+1+8+8+1 {
		return p, errShort
	}
	p.set = k[:len(k)-1]
	p.total = int(rest[3])
	p.opened = unstamp(binary.BigEndian.Uint64(rest[4:]))
	p.seq = int(rest[len(rest)-1])
	return p, nil
}

// sets reads the sets whose keys begin with prefix.
func (t *txn) sets(prefix []byte) ([]*set, error) {
	var sets []*set
	err := t.each(bParts, prefix, func(k, v []byte) (bool, error) {
		pk, p, err := readPart(k, v)
		if err != nil {
			return false, err
		}
		if n := len(sets); n == 0 || !bytes.Equal(sets[n-1].key, pk.set) {
			sets = append(sets, &set{key: bytes.Clone(pk.set), opened: pk.opened})
		}
		s := sets[len(sets)-1]
		s.parts = append(s.parts, p)
		return true, nil
	})
	return sets, err
}

func readPart(k, v []byte) (pk partKey, p sms.Part, err error) {
	if pk, err = readPartKey(k); err != nil {
		return pk, p, corrupt(bParts, k, err)
	}
	if err := decode(bParts, k, v, &p); err != nil {
		return pk, p, err
	}
	if p.Concat.Seq != pk.seq || p.Concat.Total != pk.total {
		return pk, p, corrupt(bParts, k, fmt.Errorf("it says it is part %d of %d", p.Concat.Seq, p.Concat.Total))
	}
	return pk, p, nil
}

// drop deletes a set.
func (t *txn) drop(s *set) {
	for _, p := range s.parts {
		t.del(bParts, append(bytes.Clone(s.key), byte(p.Concat.Seq)))
	}
}

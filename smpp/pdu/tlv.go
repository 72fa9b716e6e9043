package pdu

import (
	"encoding/binary"
	"iter"
)

// TLVs are the TLVs of a PDU as they stand in it: known or not, each in its
// place. A view is valid as long as the octets it was read from.
type TLVs []byte

// Append returns t with one more TLV at its end. A value of more than 65535
// octets does not fit its length and is cut; AppendTo refuses far shorter ones.
func (t TLVs) Append(tag Tag, value []byte) TLVs {
	value = value[:min(len(value), 0xFFFF)]
	t = binary.BigEndian.AppendUint16(t, uint16(tag))
	t = binary.BigEndian.AppendUint16(t, uint16(len(value)))
	return append(t, value...)
}

// AppendUint8 appends a TLV of one octet.
func (t TLVs) AppendUint8(tag Tag, v uint8) TLVs { return t.Append(tag, []byte{v}) }

// AppendUint16 appends a TLV of two octets.
func (t TLVs) AppendUint16(tag Tag, v uint16) TLVs {
	return t.Append(tag, []byte{byte(v >> 8), byte(v)})
}

// AppendUint32 appends a TLV of four octets.
func (t TLVs) AppendUint32(tag Tag, v uint32) TLVs {
	return t.Append(tag, []byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)})
}

// AppendString appends a TLV of a C-Octet String: s and its terminator.
func (t TLVs) AppendString(tag Tag, s string) TLVs {
	s = s[:min(len(s), 0xFFFE)]
	t = binary.BigEndian.AppendUint16(t, uint16(tag))
	t = binary.BigEndian.AppendUint16(t, uint16(len(s)+1))
	t = append(t, s...)
	return append(t, 0)
}

// All returns every TLV in its order. A value whose length runs past the end is
// the rest.
func (t TLVs) All() iter.Seq2[Tag, []byte] {
	return func(yield func(Tag, []byte) bool) {
		for len(t) >= 4 {
			tag, value, rest := t.next()
			if !yield(tag, value) {
				return
			}
			t = rest
		}
	}
}

// Get returns the value of the first TLV with the tag, and whether there is one.
func (t TLVs) Get(tag Tag) ([]byte, bool) {
	for len(t) >= 4 {
		got, value, rest := t.next()
		if got == tag {
			return value, true
		}
		t = rest
	}
	return nil, false
}

// Has reports whether there is a TLV with the tag.
func (t TLVs) Has(tag Tag) bool {
	_, ok := t.Get(tag)
	return ok
}

// Uint returns the number in the first TLV with the tag. A value that is too
// long counts where its leading octets are zero, user_message_reference also
// with one octet, as some write it. Any other length is as if it were absent.
func (t TLVs) Uint(tag Tag) (uint32, bool) {
	value, ok := t.Get(tag)
	def := tag.def()
	if !ok || def == nil || def.kind != number || len(value) == 0 {
		return 0, false
	}
	if len(value) < def.least && tag != TagUserMessageReference {
		return 0, false
	}
	var v uint32
	for i, octet := range value {
		if len(value)-i > def.most && octet != 0 {
			return 0, false
		}
		v = v<<8 | uint32(octet)
	}
	return v, true
}

// CString returns the string in the first TLV with the tag, without the NULs at
// its end, be they none, one or many.
func (t TLVs) CString(tag Tag) ([]byte, bool) {
	value, ok := t.Get(tag)
	for len(value) > 0 && value[len(value)-1] == 0 {
		value = value[:len(value)-1]
	}
	return value, ok
}

// next splits the first TLV off; there are at least 4 octets.
func (t TLVs) next() (tag Tag, value []byte, rest TLVs) {
	tag = Tag(binary.BigEndian.Uint16(t))
	n := min(int(binary.BigEndian.Uint16(t[2:])), len(t)-4)
	return tag, t[4 : 4+n : 4+n], t[4+n:]
}

// maxTLVs bounds what a PDU of nothing but TLVs can make a reader do.
const maxTLVs = 256

// scanTLVs returns how much of b, which starts at the offset of the PDU, is
// TLVs, and tells x what is not as it should be where in says.
func scanTLVs(b []byte, offset int, in place, x *Inexact) int {
	var seen [2]uint64 // by place in tagDefs
	at := 0
	for count := 0; at < len(b); count++ {
		if count == maxTLVs {
			x.add(TLVFlood, "TLV", offset+at, StatusInvTLVStream)
			return at
		}
		if len(b)-at < 4 {
			x.add(TrailingOctets, "TLV", offset+at, StatusInvTLVStream)
			return at
		}
		tag := Tag(binary.BigEndian.Uint16(b[at:]))
		n := int(binary.BigEndian.Uint16(b[at+2:]))
		def := tag.def()
		if n > len(b)-at-4 {
			x.add(TLVCut, tag.String(), offset+at+2, StatusInvTLVStream)
			if def != nil && def.kind == cstring {
				return len(b) // the length is that of the field, the value the rest
			}
			return at
		}
		if def != nil {
			i := tagIndex[tag]
			switch bit := uint64(1) << (i & 63); {
			case n < def.least || n > def.most:
				x.add(TLVLength, def.name, offset+at+2, StatusInvTLVLen)
			case (def.v34|def.v50)&in == 0:
				x.add(TLVMisplaced, def.name, offset+at, StatusTLVNotAllwd)
			case seen[i>>6]&bit != 0 && !def.repeats:
				x.add(TLVRepeated, def.name, offset+at, StatusOK)
			default:
				seen[i>>6] |= bit
			}
		}
		at += 4 + n
	}
	return at
}

// afterStrayNUL reports whether b is a NUL that sm_length did not count, and
// then nothing but well-formed TLVs, one of them known.
func afterStrayNUL(b []byte, in place) bool {
	if len(b) < 5 || b[0] != 0 {
		return false
	}
	var x Inexact
	if scanTLVs(b[1:], 0, in, &x) != len(b)-1 || x.Kinds.Has(TLVCut) {
		return false
	}
	for tag := range TLVs(b[1:]).All() {
		if tag.Known() {
			return true
		}
	}
	return false
}

package tpdu

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/warthog618/sms/encoding/gsm7"
	"github.com/warthog618/sms/encoding/semioctet"
	"github.com/warthog618/sms/encoding/tpdu"

	"github.com/pigeon-sms/pigeon/sms"
)

// A reader takes the fields of a TPDU one after another. It never fails: what
// is not there reads as zero, what makes no sense is passed over, and notes
// keeps what was forgiven.
type reader struct {
	b     []byte // the whole TPDU
	at    int    // the next octet
	notes []string
}

// forgive notes what was wrong with a field that begins at the octet.
func (r *reader) forgive(field string, octet int, what string) {
	r.notes = append(r.notes, fmt.Sprintf("%s at octet %d: %s", field, octet, what))
}

// inexact returns what was forgiven as one error, nil where nothing was.
func (r *reader) inexact() error {
	if len(r.notes) == 0 {
		return nil
	}
	return errors.New(strings.Join(r.notes, "; "))
}

// take returns the next n octets, or as many as there are.
func (r *reader) take(field string, n int) []byte {
	left := len(r.b) - r.at
	if left < n {
		if left > 0 || len(r.notes) == 0 { // what follows is missing for the same reason
			r.forgive(field, r.at, fmt.Sprintf("%d octets left of %d", left, n))
		}
		n = left
	}
	r.at += n
	return r.b[r.at-n : r.at]
}

// octet returns the next octet, 0 where there is none.
func (r *reader) octet(field string) byte {
	if b := r.take(field, 1); len(b) == 1 {
		return b[0]
	}
	return 0
}

// address reads an address field, 23.040 §9.1.2.5: its length in semi-octets,
// its type, its digits or letters.
func (r *reader) address(field string) sms.Number {
	if r.at == len(r.b) {
		r.take(field, 2)
		return ""
	}
	start := r.at
	semis := int(r.octet(field))
	toa := r.octet(field)
	b := r.take(field, (semis+1)/2)
	if toa>>4&7 == byte(tpdu.TonAlphanumeric) {
		return letters(b, semis)
	}
	n, whole := digits(toa, b, semis)
	if !whole {
		r.forgive(field, start, "digits and their number differ")
	}
	return n
}

// digits reads semi-octets, §9.1.2.3, and puts a plus before an international
// number. An odd number of digits leaves the last semi-octet over, whatever it
// holds; whole is false where the others are not as many as announced.
func digits(toa byte, b []byte, semis int) (n sms.Number, whole bool) {
	// Asked for an even number, the library has no fault to find with a fill
	// that is none.
	d, _, _ := semioctet.Decode(make([]byte, 2*len(b)), b)
	whole = len(d) == semis
	if len(d) > semis {
		d = d[:semis]
	}
	if len(d) > 0 && toa>>4&7 == byte(tpdu.TonInternational) {
		return sms.Number("+" + string(d)), whole
	}
	return sms.Number(d), whole
}

// letters reads a sender's name, packed septets of the default alphabet. Half a
// semi-octet too many gives one more septet of zeros, which would read as @.
func letters(b []byte, semis int) sms.Number {
	septets := gsm7.Unpack7Bit(b, 0)
	septets = septets[:min(len(septets), semis*4/7)]
	name := sms.DecodeGSM7(bytes.TrimRight(septets, "\x00"), 0, 0)
	return sms.Number(strings.Join(strings.Fields(name), " "))
}

// timestamp reads a time in UTC, §9.2.3.11; one that is no date reads as the
// zero time.
func (r *reader) timestamp(field string) time.Time {
	start := r.at
	b := r.take(field, 7)
	if len(b) < 7 {
		return time.Time{}
	}
	var t tpdu.Timestamp
	if t.UnmarshalBinary(b) == nil {
		// The library makes 31 June into 1 July. Written again, that shows.
		if again, err := t.MarshalBinary(); err == nil && bytes.Equal(again[:6], b[:6]) {
			return t.UTC()
		}
	}
	r.forgive(field, start, fmt.Sprintf("%X is no time", b))
	return time.Time{}
}

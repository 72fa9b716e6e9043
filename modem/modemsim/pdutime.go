package modemsim

import "time"

// putTime writes a service centre's time stamp, 3GPP TS 23.040 §9.2.3.11: seven
// octets of swapped digits, the last one the zone in quarters of an hour with
// its sign in bit 3.
func putTime(t time.Time) []byte {
	_, offset := t.Zone()
	quarters, sign := offset/(15*60), byte(0)
	if quarters < 0 {
		quarters, sign = -quarters, 0x08
	}
	out := make([]byte, 0, 7)
	for _, v := range []int{t.Year() % 100, int(t.Month()), t.Day(), t.Hour(), t.Minute(), t.Second(), quarters} {
		out = append(out, byte(v/10%10)|byte(v%10)<<4)
	}
	out[6] |= sign
	return out
}

// takeTime reads what putTime writes; ok is false where a field is no digit or
// names no moment.
func takeTime(b []byte) (t time.Time, ok bool) {
	if len(b) < 7 {
		return time.Time{}, false
	}
	var v [7]int
	for i := range v {
		lo, hi := b[i]&0x0F, b[i]>>4
		if i == 6 {
			lo &= 0x07
		}
		if lo > 9 || hi > 9 {
			return time.Time{}, false
		}
		v[i] = int(lo)*10 + int(hi)
	}
	offset := v[6] * 15 * 60
	if b[6]&0x08 != 0 {
		offset = -offset
	}
	t = time.Date(2000+v[0], time.Month(v[1]), v[2], v[3], v[4], v[5], 0, time.FixedZone("", offset))
	return t, t.Day() == v[2] && int(t.Month()) == v[1]
}

// relativeValidity reads a validity period of one octet, 3GPP TS 23.040
// §9.2.3.12.1.
func relativeValidity(v byte) time.Duration {
	const day = 24 * time.Hour
	n := time.Duration(v)
	switch {
	case v <= 143:
		return (n + 1) * 5 * time.Minute
	case v <= 167:
		return 12*time.Hour + (n-143)*30*time.Minute
	case v <= 196:
		return (n - 166) * day
	}
	return (n - 192) * 7 * day
}

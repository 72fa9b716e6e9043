package sms

import "crypto/sha256"

// A Mark tells recipients apart without naming them.
type Mark [8]byte

// Mark returns the mark of a number.
func (n Number) Mark() (m Mark) {
	h := sha256.Sum256([]byte(n))
	copy(m[:], h[:])
	return m
}

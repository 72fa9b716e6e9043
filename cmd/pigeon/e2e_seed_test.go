//go:build interop

package main

import (
	"os"
	"strconv"
	"testing"
)

// seedOf is what a run draws its chances from: KILLSEED, or 1.
func seedOf(t *testing.T) uint64 { return number(t, "KILLSEED", 1) }

// number reads a number from the environment.
func number(t *testing.T, key string, otherwise uint64) uint64 {
	t.Helper()
	s := os.Getenv(key)
	if s == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", key, err)
	}
	return n
}

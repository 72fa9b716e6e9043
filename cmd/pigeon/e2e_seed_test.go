//go:build interop

package main

import (
	"os"
	"strconv"
	"testing"
)

// seedOf is what a run draws its chances from: KILLSEED, or 1.
func seedOf(t *testing.T) uint64 {
	s := os.Getenv("KILLSEED")
	if s == "" {
		return 1
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		t.Fatalf("KILLSEED: %v", err)
	}
	return n
}

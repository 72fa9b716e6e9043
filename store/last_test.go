package store_test

import (
	"context"
	"testing"

	"github.com/pigeon-sms/pigeon/sms"
)

// Whoever reads a line the moment it is committed may pass it.
func TestLineThatIsReadCanBePassed(t *testing.T) {
	b := open(t)
	b.NoSync()
	const lines = 300
	done := make(chan error, 1)
	go func() {
		for range lines {
			if err := b.Notice(context.Background(), &sms.Notice{Way: "north", Kind: "state"}); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for at := uint64(0); at < lines; {
		entries, err := b.Entries(t.Context(), at, lines)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if at = e.Seq; at > b.Last() {
				t.Fatalf("line %d is read, and the last is %d", at, b.Last())
			}
		}
		if err := b.Passed(t.Context(), "follower", at); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

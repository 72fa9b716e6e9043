package store_test

import (
	"context"
	"encoding/binary"
	"strings"
	"testing"

	"go.etcd.io/bbolt"
)

func TestFollowersReadTheJournalAtTheirOwnPace(t *testing.T) {
	ctx := context.Background()
	b := open(t)
	grown := b.Grown()
	b.accept(message("a", 1))
	select {
	case <-grown:
	default:
		t.Error("the journal has grown and nobody was woken")
	}
	b.accept(message("b", 1))
	b.keep(part(0, 0, 0, "in", epoch))
	entries, err := b.Entries(ctx, 0, 2)
	want(t, "error", err, nil)
	want(t, "at most two", len(entries), 2)
	entries, _ = b.Entries(ctx, 2, 10)
	want(t, "the third", entries[0].Received.Text, "in")
	entries, _ = b.Entries(ctx, 3, 10)
	want(t, "none", len(entries), 0)
	entries, _ = b.Entries(ctx, ^uint64(0), 10)
	want(t, "none past all numbers", len(entries), 0)

	for _, seq := range []uint64{2, 1, 2} {
		if err := b.Passed(ctx, "mqtt", seq); err != nil {
			t.Error(err)
		}
	}
	cursor, _ := b.Cursor(ctx, "mqtt")
	want(t, "a cursor never moves back", cursor, 2)
	if err := b.Passed(ctx, "mqtt", 4); err == nil {
		t.Error("passed a line that has not been written: got no error")
	}
	for _, name := range []string{"", strings.Repeat("x", 300)} {
		if err := b.Passed(ctx, name, 1); err == nil {
			t.Errorf("follower of %d letters: got no error", len(name))
		}
	}
	if err := b.DropFollower(ctx, "mqtt"); err != nil {
		t.Error(err)
	}
	cursor, _ = b.Cursor(ctx, "mqtt")
	want(t, "one who was dropped", cursor, 0)
}

func TestNoLineIsSeenBeforeItIsCommitted(t *testing.T) {
	b := open(t)
	b.stall(func() {
		want(t, "last", b.Last(), 0)
		want(t, "journal", b.journal(), []string(nil))
	})
	want(t, "last", b.Last(), 1)
}

func TestMoveOfACursorGoesAlongWithTheNextCommit(t *testing.T) {
	ctx := context.Background()
	b := open(t)
	b.accept(message("a", 1))
	if _, err := b.Cursor(ctx, "mqtt"); err != nil {
		t.Fatal(err)
	}
	onDisk := func() (seq uint64) {
		err := b.Inside().View(func(tx *bbolt.Tx) error {
			seq = binary.BigEndian.Uint64(tx.Bucket([]byte("cursors")).Get([]byte("mqtt")))
			return nil
		})
		want(t, "error", err, nil)
		return seq
	}
	before := b.Commits()
	want(t, "passed", b.Passed(ctx, "mqtt", 1), nil)
	want(t, "commits of its own", b.Commits()-before, 0)
	at, _ := b.Cursor(ctx, "mqtt")
	want(t, "cursor", at, 1)
	want(t, "cursor on disk", onDisk(), 0)

	b.accept(message("b", 1))
	want(t, "cursor on disk after the next commit", onDisk(), 1)

	want(t, "passed", b.Passed(ctx, "mqtt", 2), nil)
	before = b.Commits()
	want(t, "flush", b.Flush(ctx), nil)
	want(t, "flush of nothing", b.Flush(ctx), nil)
	want(t, "commits for both", b.Commits()-before, 1)
	want(t, "cursor on disk after a flush", onDisk(), 2)

	b.accept(message("c", 1))
	want(t, "passed", b.Passed(ctx, "mqtt", 3), nil)
	b.reopen()
	want(t, "cursor on disk after a close", onDisk(), 3)
}

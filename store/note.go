package store

import (
	"bytes"
	"context"
	"fmt"

	"github.com/pigeon-sms/pigeon/sms"
)

// maxNote bounds what Remember keeps under one key, in octets: facts, not data.
const maxNote = 4096

// Notice appends news of a way to the journal, and fills in its Seq.
func (db *DB) Notice(ctx context.Context, n *sms.Notice) error {
	return db.do(ctx, func(t *txn) error {
		said := *n
		said.Seq = t.next(bJournal)
		v, err := encode(&said)
		if err != nil {
			return err
		}
		t.line, t.near = said.Seq, nearLine|said.Seq
		t.put(bJournal, u64(said.Seq), append([]byte{lineNotice}, v...))
		n.Seq = said.Seq
		return nil
	})
}

// Remember keeps a fact that must survive a power cut under a key: which rung
// healed a modem, which SIM refused its PIN. An empty value forgets it.
func (db *DB) Remember(ctx context.Context, key string, value []byte) error {
	if key == "" || len(value) > maxNote {
		return fmt.Errorf("remember %q: %d octets, and %d is the most", key, len(value), maxNote)
	}
	k := appendStr(nil, key)
	return db.do(ctx, func(t *txn) error {
		switch had := t.get(bNotes, k); {
		case bytes.Equal(had, value):
		case len(value) == 0:
			t.del(bNotes, k)
		default:
			t.put(bNotes, k, value)
		}
		return nil
	})
}

// Recall returns what is kept under a key; nil when that is nothing.
func (db *DB) Recall(ctx context.Context, key string) (value []byte, err error) {
	err = db.view(ctx, func(t *txn) error {
		value = bytes.Clone(t.get(bNotes, appendStr(nil, key)))
		return nil
	})
	return value, err
}

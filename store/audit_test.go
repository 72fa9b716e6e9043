package store_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/store"
)

// furnished fills a store with something in every bucket: message 1 queued, 2
// sending, 3 sent and awaited, 4 delivered, of request "r"; a text received, a
// part waiting, an early report, a slot, a follower.
func furnished(t testing.TB) *box {
	t.Helper()
	ctx := context.Background()
	b := &box{t: t, dir: t.TempDir()}
	b.reopen()
	t.Cleanup(func() { b.Close() })
	ms := []*sms.Message{message("r.1", 1), message("r.2", 1), message("r.3", 2), message("r.4", 1)}
	if _, _, err := b.Accept(ctx, ms, sms.RequestKey{ID: "r", Fingerprint: "print"}, "", nil); err != nil {
		t.Fatal(err)
	}
	for _, m := range ms[1:] {
		_, err := b.Begin(ctx, m.Num, sms.Begin{Way: "north", Route: "all", Time: at(1), Net: "sim", Segments: m.Segments, Recipient: m.To})
		if err != nil {
			t.Fatal(err)
		}
	}
	b.finish(3, sent("sim", "7", "8"))
	b.finish(4, sent("sim", "9"))
	b.report("sim", "9", "", sms.Delivered)
	b.report("sim", "99", "", sms.Delivered)
	p := part(0, 0, 0, "in", epoch)
	p.Slot = "SM/1"
	b.keep(p)
	b.keep(part(1, 1, 3, "half", epoch))
	if err := b.Passed(ctx, "mqtt", 2); err != nil {
		t.Fatal(err)
	}
	b.audit()
	return b
}

func key(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// Each invariant is broken on purpose, and the audit names it.
func TestAuditNamesWhatIsBroken(t *testing.T) {
	firstKey := func(b *bbolt.Bucket) []byte {
		k, _ := b.Cursor().First()
		return append([]byte(nil), k...)
	}
	for _, tc := range []struct {
		name, bucket string
		damage       func(b *bbolt.Bucket) error
		want         string
	}{
		{"status gone", "status", func(b *bbolt.Bucket) error { return b.Delete(key(1)) }, "message 1: it has no status"},
		{"message gone", "messages", func(b *bbolt.Bucket) error { return b.Delete(key(1)) }, "messages 1: it has a status and no message"},
		{"status of another", "status", func(b *bbolt.Bucket) error { return b.Put(key(1), b.Get(key(2))) }, "message 1: its status is of another message"},
		{"state nobody knows", "status", func(b *bbolt.Bucket) error { return b.Put(key(1), []byte(`{"event":{"state":"lost"}}`)) }, `no state is called "lost"`},
		{"status unreadable", "status", func(b *bbolt.Bucket) error { return b.Put(key(1), []byte(`{`)) }, "state file: status 1"},
		{"id gone", "ids", func(b *bbolt.Bucket) error { return b.Delete([]byte("mr.1")) }, "message 1: its id r.1 does not lead to it"},
		{"id of nobody", "ids", func(b *bbolt.Bucket) error { return b.Put([]byte("mx"), key(2)) }, "id x: it leads to message 2"},
		{"id of no kind", "ids", func(b *bbolt.Bucket) error { return b.Put([]byte("x"), key(2)) }, "no such kind of key"},
		{"request of nobody", "ids", func(b *bbolt.Bucket) error { return b.Put([]byte("rx"), append(key(9), key(1)...)) }, "messages that have not been"},
		{"pending gone", "pending", func(b *bbolt.Bucket) error { return b.Delete(key(1)) }, "message 1: it is queued, and pending does not say so"},
		{"pending of one delivered", "pending", func(b *bbolt.Bucket) error { return b.Put(key(4), b.Get(key(1))) }, "pending: message 4 is not waiting"},
		{"pending says otherwise", "pending", func(b *bbolt.Bucket) error { return b.Put(key(2), b.Get(key(1))) }, "pending: message 2"},
		{"awaiting gone", "awaiting", func(b *bbolt.Bucket) error { return b.Delete(firstKey(b)) }, "message 3: it waits for a report"},
		{"awaiting too many", "awaiting", func(b *bbolt.Bucket) error { return b.Put(append(key(1), key(4)...), nil) }, "awaiting: message 4"},
		{"ref gone", "refs", func(b *bbolt.Bucket) error { return b.Delete(firstKey(b)) }, "message 3: a ref of it is missing"},
		{"ref of one delivered", "refs", func(b *bbolt.Bucket) error {
			k := firstKey(b)
			binary.BigEndian.PutUint64(k[len(k)-10:], 4)
			return b.Put(k, nil)
		}, "refs: segment 0 of message 4"},
		{"line gone", "journal", func(b *bbolt.Bucket) error { return b.Delete(key(5)) }, "journal: line 6 follows line 4"},
		{"last line gone", "journal", func(b *bbolt.Bucket) error { return b.Delete(firstLast(b)) }, "journal: it ends with line"},
		{"line of another", "journal", func(b *bbolt.Bucket) error { return b.Put(key(1), b.Get(key(2))) }, "message 1: its latest event is not line 1"},
		{"all lines gone", "journal", func(b *bbolt.Bucket) error { return clear(b) }, "journal: it is empty"},
		{"journal behind", "meta", drawn("journal", 3), "and the journal's last is 3"},
		{"text gone", "received", func(b *bbolt.Bucket) error { return b.Delete(firstKey(b)) }, "the journal names it and it is not there"},
		{"text not announced", "received", func(b *bbolt.Bucket) error { return b.Put(key(1), []byte(`{"id":"x","seq":1}`)) }, "received 1: the journal does not announce it"},
		{"cursor ahead", "cursors", func(b *bbolt.Bucket) error { return b.Put([]byte("mqtt"), key(999)) }, "follower mqtt: it has passed line 999"},
		{"number given twice", "meta", drawn("messages", 2), "message 3: its number has not been given yet"},
		{"concat out of bounds", "meta", func(b *bbolt.Bucket) error { return b.Put([]byte("concat"), key(70000)) }, "concat: 70000"},
		{"counts wrong", "meta", func(b *bbolt.Bucket) error { return b.Put([]byte("counts"), make([]byte, 56)) }, "counts: they say"},
		{"set whole", "parts", func(b *bbolt.Bucket) error {
			for _, seq := range []byte{2, 3} {
				k := firstKey(b)
				k[len(k)-1] = seq
				v := strings.Replace(string(b.Get(firstKey(b))), `"seq":1`, fmt.Sprintf(`"seq":%d`, seq), 1)
				if err := b.Put(k, []byte(v)); err != nil {
					return err
				}
			}
			return nil
		}, "parts: a set of 3 is whole"},
		{"part in another's set", "parts", func(b *bbolt.Bucket) error {
			k := firstKey(b)
			return b.Put(k, []byte(strings.Replace(string(b.Get(k)), "+447700900456", "+447700900457", 1)))
		}, "lies in the set of another message"},
		{"set not opened", "meta", drawn("parts", 0), "parts: set 1 has not been opened"},
		{"report not come", "meta", drawn("early", 0), "has not come yet"},
		{"report of another", "early", func(b *bbolt.Bucket) error {
			k := firstKey(b)
			return b.Put(k, []byte(strings.Replace(string(b.Get(k)), `"99"`, `"98"`, 1)))
		}, "it is another's report"},
		{"front of nothing", "front", func(b *bbolt.Bucket) error { return b.Put([]byte("12345678x"), []byte{1}) }, "no such kind of record"},
		{"front hides nothing", "front", func(b *bbolt.Bucket) error { return b.Put([]byte("12345678m12345678"), []byte{0}) }, "is marked as deleted, and there is none"},
		{"front twice", "front", func(b *bbolt.Bucket) error {
			return errors.Join(b.Put([]byte("12345678ixx"), []byte{1}), b.Put([]byte("22345678ixx"), []byte{1}))
		}, "lies there twice"},
		{"slot cut short", "slots", func(b *bbolt.Bucket) error { return b.Put(firstKey(b), []byte{1}) }, "state file: slots"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := furnished(t)
			if err := b.File(); err != nil {
				t.Fatal(err)
			}
			err := b.Inside().Update(func(tx *bbolt.Tx) error { return tc.damage(tx.Bucket([]byte(tc.bucket))) })
			if err != nil {
				t.Fatal(err)
			}
			found, err := b.Audit(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			if all := strings.Join(found, "\n"); !strings.Contains(all, tc.want) {
				t.Errorf("got %q, want one with %q", found, tc.want)
			}
		})
	}
}

func firstLast(b *bbolt.Bucket) []byte {
	k, _ := b.Cursor().Last()
	return append([]byte(nil), k...)
}

func clear(b *bbolt.Bucket) error {
	for k := firstLast(b); len(k) > 0; k = firstLast(b) {
		if err := b.Delete(k); err != nil {
			return err
		}
	}
	return nil
}

func TestAuditNamesAStrangeBucketAndStopsInTime(t *testing.T) {
	b := furnished(t)
	err := b.Inside().Update(func(tx *bbolt.Tx) error {
		if _, err := tx.CreateBucket([]byte("strange")); err != nil {
			return err
		}
		for i := range uint64(500) {
			if err := tx.Bucket([]byte("cursors")).Put([]byte(fmt.Sprint(i)), key(1<<40)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	found, err := b.Audit(context.Background())
	want(t, "error", err, nil)
	if len(found) < 2 || len(found) > 110 || !strings.Contains(found[0], "strange") || found[len(found)-1] != "there is more" {
		t.Errorf("got %d findings, from %q to %q", len(found), found[0], found[len(found)-1])
	}
}

// Whatever stands in a record, a method that meets it returns an error that
// names bucket and key, and nothing panics.
func TestUnreadableRecordIsNamed(t *testing.T) {
	ctx := context.Background()
	everything := func(db *store.DB) (errs []error) {
		note := func(err error) {
			if err != nil {
				errs = append(errs, err)
			}
		}
		note(db.Pending(ctx, func(sms.Waiting) error { return nil }))
		_, err := db.Awaiting(ctx, at(1e9), 10)
		note(err)
		_, err = db.Messages(ctx, sms.Filter{})
		note(err)
		_, err = db.Received(ctx, sms.Filter{})
		note(err)
		_, err = db.Entries(ctx, 0, 100)
		note(err)
		_, err = db.Counts(ctx)
		note(err)
		_, err = db.Cursor(ctx, "mqtt")
		note(err)
		_, _, err = db.Message(ctx, "r.1")
		note(err)
		_, _, err = db.Accept(ctx, []*sms.Message{message("n", 2)}, sms.RequestKey{ID: "r", Fingerprint: "print", Redelivered: true}, "", nil)
		note(err)
		_, _, err = db.Accept(ctx, []*sms.Message{message("n", 2)}, sms.RequestKey{Fingerprint: "print", Redelivered: true}, "", nil)
		note(err)
		_, err = db.Spent(ctx)
		note(err)
		_, err = db.Begin(ctx, 1, sms.Begin{Way: "north", Net: "sim", Segments: 1, Recipient: "+447700900123"})
		note(err)
		o := sent("sim", "99")
		_, err = db.Finish(ctx, 1, o, settle)
		note(err)
		for _, id := range []string{"7", "99", "100"} {
			_, err = db.Report(ctx, &sms.Report{Net: "sim", ID: id, State: sms.Delivered, Time: at(9)}, settle)
			note(err)
		}
		p := part(0, 0, 0, "in", epoch)
		p.Slot = "SM/1"
		_, err = db.Keep(ctx, p, sms.Join)
		note(err)
		_, err = db.Keep(ctx, part(1, 2, 3, "half", epoch), sms.Join)
		note(err)
		_, err = db.Incomplete(ctx, at(1e9), sms.Join)
		note(err)
		_, err = db.Trim(ctx, sms.Retention{Age: 1, Count: 1}, at(1e9))
		note(err)
		found, err := db.Audit(ctx)
		note(err)
		for _, f := range found {
			errs = append(errs, fmt.Errorf("%s", f))
		}
		return errs
	}
	for _, name := range []string{"messages", "status", "ids", "journal", "received", "cursors", "pending", "early", "parts", "slots", "meta"} {
		for what, value := range map[string][]byte{"nothing": {}, "one octet": {0xff}, "an object": []byte(`{"num":-1}`), "many": make([]byte, 64)} {
			t.Run(name+" "+what, func(t *testing.T) {
				b := furnished(t)
				if err := b.File(); err != nil {
					t.Fatal(err)
				}
				err := b.Inside().Update(func(tx *bbolt.Tx) error {
					bb := tx.Bucket([]byte(name))
					var keys [][]byte
					if err := bb.ForEach(func(k, _ []byte) error { keys = append(keys, append([]byte(nil), k...)); return nil }); err != nil {
						return err
					}
					for _, k := range keys {
						if err := bb.Put(k, value); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				named := false
				for _, err := range everything(b.DB) {
					named = named || strings.Contains(err.Error(), "state file: "+name+" ")
				}
				if !named {
					t.Errorf("no error names a key of %s", name)
				}
			})
		}
	}
	for _, name := range []string{"awaiting", "refs", "parts", "early", "slots", "spent"} {
		t.Run(name+" with a short key", func(t *testing.T) {
			b := furnished(t)
			if err := b.File(); err != nil {
				t.Fatal(err)
			}
			err := b.Inside().Update(func(tx *bbolt.Tx) error {
				return tx.Bucket([]byte(name)).Put([]byte("\x03sim\x017\x00"), []byte("x"))
			})
			if err != nil {
				t.Fatal(err)
			}
			all := fmt.Sprint(everything(b.DB))
			if !strings.Contains(all, "state file: "+name+" ") {
				t.Errorf("no error names the key: %s", all)
			}
		})
	}
}

// drawn says that another number was the last of a bucket.
func drawn(b string, n byte) func(*bbolt.Bucket) error {
	return func(meta *bbolt.Bucket) error { return meta.Put([]byte("last "+b), []byte{0, 0, 0, 0, 0, 0, 0, n}) }
}

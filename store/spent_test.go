package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"github.com/pigeon-sms/pigeon/sms"
)

// spend begins a message that is counted, and lets it fail.
func (b *box) spend(id, net string, to sms.Number, segments int, at time.Time) {
	b.t.Helper()
	m := message(id, segments)
	b.accept(m)
	_, err := b.Begin(context.Background(), m.Num, sms.Begin{Way: "north", Time: at, Net: net, Segments: segments, Recipient: to})
	if err != nil {
		b.t.Fatal(err)
	}
	b.finish(m.Num, sms.Outcome{State: sms.Failed, Final: true, Time: at})
}

func (b *box) spent() map[string]sms.Spent {
	b.t.Helper()
	all, err := b.Spent(context.Background())
	if err != nil {
		b.t.Fatal(err)
	}
	return all
}

func TestWhatASIMHasSpentSurvivesAReopening(t *testing.T) {
	b := open(t)
	model := map[string]*sms.Spent{"sim1": {}, "sim2": {}}
	for i := range 200 {
		net, to := fmt.Sprintf("sim%d", i%2+1), sms.Number(fmt.Sprintf("+4477009001%02d", i%7))
		when := at(i * 97 * (i % 3))
		b.spend(fmt.Sprintf("m%d", i), net, to, i%3+1, when)
		model[net].Add(when, i%3+1, to)
		if i%50 == 49 {
			b.reopen()
			got := b.spent()
			for net, s := range model {
				want(t, net, got[net], *s)
			}
		}
	}
}

func TestBeginCountsInItsOwnCommit(t *testing.T) {
	b := open(t)
	m := message("m", 2)
	b.accept(m)
	before := b.Commits()
	if _, err := b.Begin(t.Context(), m.Num, sms.Begin{Way: "north", Time: at(1), Net: "sim", Segments: 2, Recipient: m.To}); err != nil {
		t.Fatal(err)
	}
	want(t, "commits", b.Commits()-before, uint64(1))
	if _, err := b.Begin(t.Context(), m.Num, sms.Begin{Way: "north", Time: at(1), Net: "sim", Segments: 2}); err == nil {
		t.Error("a message that is being sent was begun")
	}
	want(t, "segments", b.spent()["sim"].Day.Segments, 2) // what was not begun is not counted
}

func TestTrimForgetsMonthsThatAreOver(t *testing.T) {
	b := open(t)
	for i := range 20 {
		b.spend(fmt.Sprintf("a%d", i), "sim", sms.Number(fmt.Sprintf("+4477009001%02d", i)), 1, at(i))
		b.spend(fmt.Sprintf("b%d", i), "gone", sms.Number(fmt.Sprintf("+4477009001%02d", i)), 1, at(i))
	}
	april := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	b.spend("c", "sim", "+447700900999", 1, april)
	if len(b.spent()["sim"].Known) != 1 || len(b.spent()["gone"].Known) != 20 {
		t.Fatalf("known before: %v", b.spent())
	}
	marks := func() (n int) {
		err := b.Inside().View(func(tx *bbolt.Tx) error {
			n = tx.Bucket([]byte("spent")).Inspect().KeyN
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	want(t, "keys before", marks(), 2+41)
	if _, err := b.Trim(t.Context(), sms.Retention{}, april); err != nil {
		t.Fatal(err)
	}
	want(t, "keys in April", marks(), 2+21)
	b.audit()
	if _, err := b.Trim(t.Context(), sms.Retention{}, april.AddDate(0, 2, 1)); err != nil {
		t.Fatal(err)
	}
	want(t, "keys in June", marks(), 2)
	want(t, "known in June", len(b.spent()["sim"].Known), 1)
}

func TestDamagedSpentIsNamed(t *testing.T) {
	for name, tc := range map[string]struct {
		key, value, want string
	}{
		"record cut short":  {"s\x03sim", "x", "cut short"},
		"record of no name": {"s\x09sim", "", "name cannot be read"},
		"mark of nobody":    {"r\x03abc\x00\x00\x00\x0112345678", "", "its SIM has sent nothing"},
		"mark cut short":    {"r\x03sim\x00\x00", "", "cut short"},
		"mark with a value": {"r\x03sim\x00\x00\x00\x0112345678", "x", "a mark with a value"},
		"stranger":          {"xyz", "", "no such kind of key"},
	} {
		t.Run(name, func(t *testing.T) {
			b := furnished(t)
			b.spend("spent", "sim", "+447700900123", 1, at(1))
			err := b.Inside().Update(func(tx *bbolt.Tx) error {
				return tx.Bucket([]byte("spent")).Put([]byte(tc.key), []byte(tc.value))
			})
			if err != nil {
				t.Fatal(err)
			}
			found, err := b.Audit(t.Context())
			if all := strings.Join(found, "\n"); err != nil || !strings.Contains(all, "state file: spent ") || !strings.Contains(all, tc.want) {
				t.Errorf("got %q, %v; want one with %q", found, err, tc.want)
			}
		})
	}
}

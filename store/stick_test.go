package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"github.com/pigeon-sms/pigeon/sms"
)

func (b *box) sticky() map[sms.Mark]sms.Stick {
	b.t.Helper()
	all, err := b.Sticky(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return all
}

// sticks begins a message to somebody whose messages leave from a SIM.
func (b *box) sticks(id, net string, to sms.Number, at time.Time) {
	b.t.Helper()
	m := message(id, 1)
	m.To = to
	b.accept(m)
	_, err := b.Begin(b.t.Context(), m.Num, sms.Begin{Way: "north", Time: at, Net: net, Segments: 1, Stick: to})
	if err != nil {
		b.t.Fatal(err)
	}
	b.finish(m.Num, sms.Outcome{State: sms.Failed, Final: true, Time: at})
}

func TestStickIsTheLatestSIMOverAReopening(t *testing.T) {
	b := open(t)
	const ann, bob = sms.Number("+447700900123"), sms.Number("+447700900124")
	b.sticks("a", "simA", ann, epoch)
	b.sticks("b", "simB", bob, epoch)
	b.sticks("a2", "simB", ann, epoch)
	p := part(0, 0, 0, "in", epoch)
	p.Net, p.Stick = "simC", bob
	b.keep(p)
	b.reopen()
	want(t, "ann", b.sticky()[ann.Mark()].Net, "simB")
	want(t, "bob", b.sticky()[bob.Mark()].Net, "simC")
}

// It is written inside Begin's own commit, and only when it is news.
func TestStickCostsNoCommitAndNoWriteForTheSameSIM(t *testing.T) {
	b := open(t)
	m := message("x", 1)
	b.accept(m)
	for _, tc := range []struct {
		name, net string
		at        time.Time
		records   int // of sticky that were written
	}{
		{"a stranger", "sim", epoch, 3},
		{"the same SIM", "sim", epoch.Add(time.Minute), 0},
		{"another SIM", "other", epoch.Add(time.Minute), 1},
		{"another day", "other", epoch.Add(25 * time.Hour), 3},
	} {
		if err := b.File(); err != nil {
			t.Fatal(err)
		}
		before := b.Commits()
		if _, err := b.Begin(t.Context(), m.Num, sms.Begin{Way: "north", Time: tc.at, Net: tc.net, Segments: 1, Stick: m.To}); err != nil {
			t.Fatal(err)
		}
		want(t, "commits for "+tc.name, b.Commits()-before, uint64(1))
		n := 0
		if err := b.Inside().View(func(tx *bbolt.Tx) error {
			return tx.Bucket([]byte("front")).ForEach(func(k, _ []byte) error {
				if k[8] == 'k' {
					n++
				}
				return nil
			})
		}); err != nil {
			t.Fatal(err)
		}
		want(t, "records for "+tc.name, n, tc.records)
		b.finish(m.Num, sms.Outcome{State: sms.Queued, Time: tc.at})
	}
}

func TestStickyIsBoundedAndForgetsTheOldest(t *testing.T) {
	b := open(t)
	who := func(i int) sms.Number { return sms.Number(fmt.Sprintf("+447700%06d", i)) }
	err := b.Stick(sms.SticksMost+5, func(i int) (sms.Number, string, time.Time) {
		return who(i), "sim", epoch.Add(time.Duration(i) * time.Minute)
	})
	if err != nil {
		t.Fatal(err)
	}
	all := b.sticky()
	want(t, "people", len(all), sms.SticksMost)
	forgotten := 0
	for i := range 720 { // those of the first day
		if _, ok := all[who(i).Mark()]; !ok {
			forgotten++
		}
	}
	want(t, "forgotten of the first day", forgotten, 5)
	b.audit()
	if _, err := b.Trim(t.Context(), sms.Retention{}, epoch.AddDate(0, 0, sms.StickDays+3)); err != nil {
		t.Fatal(err)
	}
	if n := len(b.sticky()); n != sms.SticksMost+5-720-2*1440 {
		t.Errorf("%d people after three of the days are over, want %d", n, sms.SticksMost+5-720-2*1440)
	}
	b.audit()
}

func TestFileOfTheThirdSchemaGetsSticky(t *testing.T) {
	b := open(t)
	b.accept(message("m", 1))
	err := b.Inside().Update(func(tx *bbolt.Tx) error {
		return errors.Join(tx.DeleteBucket([]byte("sticky")), tx.Bucket([]byte("meta")).Put([]byte("schema"), key(3)))
	})
	if err != nil {
		t.Fatal(err)
	}
	b.reopen()
	want(t, "sticky", len(b.sticky()), 0)
	b.audit()
}

func TestDamagedStickyIsNamed(t *testing.T) {
	for name, tc := range map[string]struct {
		key, value, want string
	}{
		"person cut short":   {"p123", "xxxxx", "cut short"},
		"SIM cut short":      {"p12345678", "\x00\x00\x00\x01", "cut short"},
		"person without day": {"p12345678", "\x00\x00\x00\x01sim", "its day is missing"},
		"day cut short":      {"d123", "", "cut short"},
		"day of nobody":      {"d\x00\x00\x00\x0112345678", "", "the day of nobody"},
		"counted wrong":      {"n", "\x00\x00\x00\x00\x00\x00\x00\x09", "9 people are counted"},
		"stranger":           {"xyz", "", "no such kind of key"},
	} {
		t.Run(name, func(t *testing.T) {
			b := furnished(t)
			b.sticks("stuck", "sim", "+447700900123", epoch)
			if err := b.File(); err != nil {
				t.Fatal(err)
			}
			err := b.Inside().Update(func(tx *bbolt.Tx) error {
				return tx.Bucket([]byte("sticky")).Put([]byte(tc.key), []byte(tc.value))
			})
			if err != nil {
				t.Fatal(err)
			}
			found, err := b.Audit(t.Context())
			if all := strings.Join(found, "\n"); err != nil || !strings.Contains(all, "sticky") || !strings.Contains(all, tc.want) {
				t.Errorf("got %q, %v; want one with %q", found, err, tc.want)
			}
		})
	}
}

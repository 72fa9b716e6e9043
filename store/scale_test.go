package store_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// Trim does not look at everything each time, and yet what is too old goes
// wherever it stands: here behind thousands that are young.
func TestTrimGetsRoundInTurns(t *testing.T) {
	if testing.Short() {
		t.Skip("accepts 26,000 messages")
	}
	ctx := context.Background()
	b := open(t)
	b.NoSync()
	var first, last *sms.Message
	for r := range 26 {
		ms := make([]*sms.Message, 1000)
		for i := range ms {
			ms[i] = message(fmt.Sprintf("r%d.%d", r, i), 1)
		}
		if _, _, err := b.Accept(ctx, ms, sms.RequestKey{ID: fmt.Sprint("r", r)}, "", nil); err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = ms[0]
		}
		last = ms[999]
	}
	for m, when := range map[*sms.Message]time.Time{first: at(1e6), last: at(0)} {
		if _, err := b.End(ctx, m.Num, sms.Outcome{State: sms.Cancelled, Final: true, Time: when}); err != nil {
			t.Fatal(err)
		}
	}
	old := sms.Retention{Age: time.Minute}
	trim := func() int {
		n, err := b.Trim(ctx, old, at(1e6))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	lines := 26_002 - 1000
	want(t, "dropped by a Trim that ends before it", trim(), lines)
	want(t, "dropped by the next, which goes on there", trim(), 1)
	b.audit()
}

// A close writes which pages are free, so that an open need not look for them;
// the first commit makes the list void.
func TestCloseListsFreePages(t *testing.T) {
	b := open(t)
	b.accept(message("a", 1))
	want(t, "listed while it is open", listed(t, b.dir), false)
	free := b.Inside().Stats().FreePageN + b.Inside().Stats().PendingPageN
	b.reopen()
	want(t, "listed after a close", listed(t, b.dir), true)
	if got := b.Inside().Stats().FreePageN; free > 0 && got == 0 {
		t.Errorf("no page is free after the open, and %d were before", free)
	}
	b.accept(message("b", 1))
	want(t, "listed after a commit", listed(t, b.dir), false)
	b.audit()
}

// listed reads from the newer of bbolt's two meta pages whether there is a list.
func listed(t *testing.T, dir string) bool {
	t.Helper()
	file, err := os.ReadFile(filepath.Join(dir, "pigeon.db"))
	if err != nil {
		t.Fatal(err)
	}
	var newest, list uint64
	for _, page := range []int{0, 4096} {
		if n := binary.NativeEndian.Uint64(file[page+64:]); n >= newest {
			newest, list = n, binary.NativeEndian.Uint64(file[page+48:])
		}
	}
	return list != math.MaxUint64
}

// What is looked for is found however it is written, and nothing else is.
func TestMessagesByFilter(t *testing.T) {
	ctx := context.Background()
	b := open(t)
	for i, to := range []sms.Number{"+447700900123", "07700900123", "+447700900124", "12345", "*#07700900123", "Pigeon"} {
		m := message(fmt.Sprint("m", i), 1)
		m.To, m.Meta = to, []byte(`{"state":"failed","final":true,"to":"+447700900124"}`)
		b.accept(m)
	}
	if _, err := b.End(ctx, 3, sms.Outcome{State: sms.Failed, Final: true, Time: at(5)}); err != nil {
		t.Fatal(err)
	}
	b.begin(4, "north", 0)
	for _, tc := range []struct {
		f    sms.Filter
		want string
	}{
		{sms.Filter{To: "+447700900123"}, "m4 m1 m0 "},
		{sms.Filter{To: "07700900123"}, "m4 m1 m0 "},
		{sms.Filter{To: "12345"}, "m3 "},
		{sms.Filter{To: "Pigeon"}, "m5 "},
		{sms.Filter{To: "+447700900999"}, ""},
		{sms.Filter{State: sms.Failed}, "m2 "},
		{sms.Filter{State: sms.Queued}, "m5 m4 m1 m0 "},
		{sms.Filter{State: sms.Sending}, "m3 "},
		{sms.Filter{State: sms.Queued, To: "+447700900124"}, ""},
		{sms.Filter{State: sms.Queued, Before: 5, Limit: 1}, "m1 "},
	} {
		for _, filed := range []bool{false, true} {
			if filed {
				if err := b.File(); err != nil {
					t.Fatal(err)
				}
			}
			views, err := b.Messages(ctx, tc.f)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, v := range views {
				got += v.Message.ID + " "
			}
			want(t, fmt.Sprintf("%+v", tc.f), got, tc.want)
		}
	}
	want(t, "trimmed of those whose meta says final", b.trim(sms.Retention{Age: 1}, at(1e6)), 1)
}

package store_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/store"
)

// damages is how many files are damaged; PIGEON_DAMAGES asks for others.
const damages = 60

// worn is a file as a power cut leaves it, large enough that its trees have
// branches: the octets, and where each message stood.
func worn(t testing.TB) (file []byte, states map[string]sms.State) {
	t.Helper()
	ctx := context.Background()
	b := &box{t: t, dir: t.TempDir()}
	b.reopen()
	defer b.Close()
	b.NoSync()
	for i := range 60 {
		var ms []*sms.Message
		for j := range 10 {
			m := message(fmt.Sprintf("%d.%d", i, j), 1+j%2)
			m.Text = strings.Repeat("words ", 10)
			ms = append(ms, m)
		}
		if _, _, err := b.Accept(ctx, ms, sms.RequestKey{ID: fmt.Sprint(i), Fingerprint: fmt.Sprint("f", i)}, "", nil); err != nil {
			t.Fatal(err)
		}
	}
	for num := uint64(1); num <= 500; num += 2 {
		begin := sms.Begin{Way: "north", Route: "all", Time: at(1), Net: "sim", Segments: 1, Recipient: "+447700900123"}
		begin.Stick = sms.Number(fmt.Sprint("+4477009", num))
		if _, err := b.Begin(ctx, num, begin); err != nil {
			t.Fatal(err)
		}
		if num%10 == 1 {
			continue
		}
		if num%10 == 5 {
			d := sms.Doubt{Net: "sim", Way: "north", Count: 1, From: at(0), Until: at(60)}
			b.finish(num, sms.Outcome{State: sms.Queued, Due: at(100), Doubt: &d})
			continue
		}
		b.finish(num, sent("sim", fmt.Sprint(num)))
		if num%10 == 3 {
			b.report("sim", fmt.Sprint(num), "", sms.Delivered)
		}
	}
	for i := range 150 {
		p := part(0, 0, 0, fmt.Sprint("in ", i), at(i))
		p.Slot = fmt.Sprint("SM/", i%40)
		b.keep(p)
	}
	b.keep(part(1, 1, 3, "half", epoch))
	b.report("sim", "none", "", sms.Delivered)
	if err := errors.Join(b.Passed(ctx, "mqtt", 2), b.Flush(ctx), b.Remember(ctx, "key", []byte("value"))); err != nil {
		t.Fatal(err)
	}
	b.audit()
	file, err := os.ReadFile(filepath.Join(b.dir, "pigeon.db"))
	if err != nil {
		t.Fatal(err)
	}
	return file, b.states()
}

// states tells where each message stands.
func (b *box) states() map[string]sms.State {
	b.t.Helper()
	all := map[string]sms.State{}
	for before := uint64(0); ; {
		views, err := b.Messages(context.Background(), sms.Filter{Before: before})
		if err != nil {
			b.t.Fatal(err)
		}
		if len(views) == 0 {
			return all
		}
		for _, v := range views {
			all[v.Message.ID], before = v.Status.State, v.Message.Num
		}
	}
}

const page = 4096

// damage damages a file in one of the ways cards do, and says which.
func damage(r *rand.Rand, file []byte) ([]byte, string) {
	used := int(binary.NativeEndian.Uint64(file[16+40:])) // of the first meta page
	spot := func() int { return r.IntN(used) * page }
	switch r.IntN(8) {
	case 0:
		n := 1 + r.IntN(8)
		for range n {
			file[r.IntN(used*page)] ^= 1 << r.IntN(8)
		}
		return file, fmt.Sprintf("%d bits flipped", n)
	case 1:
		n := 1 + r.IntN(4)
		for range n {
			copy(file[spot():], make([]byte, page))
		}
		return file, fmt.Sprintf("%d pages zeroed", n)
	case 2:
		a, b := spot(), spot()
		for i := range page {
			file[a+i], file[b+i] = file[b+i], file[a+i]
		}
		return file, fmt.Sprintf("pages %d and %d swapped", a/page, b/page)
	case 3:
		n := r.IntN(used * page)
		return file[:n], fmt.Sprintf("cut short to %d octets", n)
	case 4:
		n := 1 + r.IntN(2)
		for i := range n {
			file[i*page+16+r.IntN(64)] ^= 0x10
		}
		return file, fmt.Sprintf("%d meta pages broken", n)
	case 5:
		at := spot() + r.IntN(8)*512
		for i := range 512 {
			file[at+i] = byte(r.Uint32())
		}
		return file, fmt.Sprintf("rubbish at %#x", at)
	case 6:
		a, b := spot(), spot()
		copy(file[a:a+page], file[b:b+page])
		return file, fmt.Sprintf("page %d written over page %d", b/page, a/page)
	}
	at := spot() + r.IntN(160) // heads and elements
	file[at] = byte(r.Uint32())
	return file, fmt.Sprintf("an octet at %#x", at)
}

// TestDamagedFileNeitherEndsNorHangsTheStart checks, over random damage, that the
// store opens, says what was wrong where it had to mend the file, keeps the
// damaged one, has a clean audit, has every message it kept no further back than
// it was, and works.
func TestDamagedFileNeitherEndsNorHangsTheStart(t *testing.T) {
	file, states := worn(t)
	n, seed := damages, uint64(1)
	if s := os.Getenv("PIGEON_DAMAGES"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	if testing.Short() {
		n = 30
	}
	mended, kept := 0, 0
	for i := range n {
		if m, k := recovered(t, seed+uint64(i), append([]byte(nil), file...), states); m {
			mended++
			kept += k
		}
		if t.Failed() {
			return
		}
	}
	if mended > 0 {
		t.Logf("%d of %d were mended, and kept %d of %d messages on average", mended, n, kept/mended, len(states))
	}
}

func recovered(t *testing.T, seed uint64, file []byte, states map[string]sms.State) (mended bool, kept int) {
	ctx := context.Background()
	file, what := damage(rand.New(rand.NewPCG(seed, 0)), file)
	what = fmt.Sprintf("seed %d, %s", seed, what)
	dir, err := os.MkdirTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "pigeon.db")
	if err := errors.Join(os.WriteFile(path, file, 0o600), os.WriteFile(filepath.Join(dir, "pigeon.pid"), []byte("1\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	db, r, err := store.Recover(ctx, store.Config{Dir: dir}, at(1000), store.RestoredKnown)
	if errors.Is(err, store.ErrNewer) {
		return false, 0
	}
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return false, 0
	}
	defer db.Close()
	b := &box{DB: db, t: t, dir: dir}
	found, err := b.Audit(ctx)
	if err != nil || len(found) > 0 {
		t.Errorf("%s: audit after %+v: %v, %q", what, r, err, found)
	}
	b.structure()
	if mended = r.Aside != ""; mended {
		if len(r.Faults) == 0 {
			t.Errorf("%s: mended, and it does not say what was wrong", what)
		}
		old, err := os.ReadFile(r.Aside)
		if err != nil || string(old) != string(file) {
			t.Errorf("%s: the damaged file is not kept as it was: %v", what, err)
		}
	}
	now := b.states()
	for id, s := range now {
		was, known := states[id]
		if !known || s == was || s == sms.Doubtful || s == sms.Failed || was == sms.Delivered && s == sms.Sent {
			continue
		}
		t.Errorf("%s: message %s was %s and is %s", what, id, was, s)
	}
	if _, _, err := b.Accept(ctx, []*sms.Message{message("new", 1)}, sms.RequestKey{ID: "new"}, "", nil); err != nil {
		t.Errorf("%s: accept: %v", what, err)
	}
	return mended, len(now)
}

// FuzzPages reads whatever there is as pages.
func FuzzPages(f *testing.F) {
	dir := f.TempDir()
	db, err := store.Open(store.Config{Dir: dir})
	if err != nil {
		f.Fatal(err)
	}
	db.Close()
	file, err := os.ReadFile(filepath.Join(dir, "pigeon.db"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file[:6*page])
	first := bytes.Clone(file[:6*page]) // as it was before its first commit, without its list of free pages
	copy(first, make([]byte, page))
	copy(first[2*page:], make([]byte, page))
	f.Add(first)
	f.Fuzz(func(t *testing.T, file []byte) {
		faults, _, err := store.Structure(t.Context(), bytes.NewReader(file), int64(len(file)))
		if err != nil {
			t.Fatal(err)
		}
		if len(faults) > 0 {
			return
		}
		// bbolt opens what is said to hold.
		path := filepath.Join(t.TempDir(), "db")
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoFreelistSync: true, FreelistType: bbolt.FreelistMapType})
		if err != nil {
			t.Fatal(err)
		}
		db.Close()
	})
}

// What the front held is the latest: without it a message that was sent looks as
// if it waited.
func TestLostFrontLeavesWhatWaitsDoubtful(t *testing.T) {
	b := &box{t: t, dir: t.TempDir()}
	b.reopen()
	var ms []*sms.Message
	for i := range 20 {
		ms = append(ms, message(fmt.Sprint(i), 1))
	}
	b.accept(ms...)
	for num := uint64(1); num <= 4; num++ {
		b.begin(num, "north", 0)
		b.finish(num, sent("sim", fmt.Sprint(num)))
	}
	var root uint64
	err := b.Inside().View(func(tx *bbolt.Tx) error {
		root = uint64(tx.Bucket([]byte("front")).RootPage())
		return nil
	})
	if err != nil || root == 0 {
		t.Fatalf("the front has page %d: %v", root, err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(b.dir, "pigeon.db")
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	copy(file[root*page:], make([]byte, page))
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	db, r, err := store.Recover(t.Context(), store.Config{Dir: b.dir}, at(1), store.RestoredKnown)
	if err != nil {
		t.Fatal(err)
	}
	b.DB = db
	defer b.Close()
	b.audit()
	want(t, "doubtful", r.Doubtful, 20)
	for id, s := range b.states() {
		want(t, "message "+id, s, sms.Doubtful)
	}
}

// The first damaged file and the latest stay.
func TestOnlyAFewDamagedFilesStay(t *testing.T) {
	dir := t.TempDir()
	var first string
	for i := range 6 {
		db, r, err := store.Recover(t.Context(), store.Config{Dir: dir}, at(i), store.RestoredKnown)
		if err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			first = r.Aside
		}
		db.Close()
		path := filepath.Join(dir, "pigeon.db")
		if err := os.WriteFile(path, bytes.Repeat([]byte{byte(i)}, 8*page), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	left := store.Aside(dir)
	if len(left) != 3 || left[0] != first {
		t.Errorf("got %q, want three with the first, %q", left, first)
	}
}

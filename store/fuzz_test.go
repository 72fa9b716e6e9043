package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// A decoder of what lies in the file either returns what was written or an
// error that says where it lies; it never panics.

func isCorrupt(t *testing.T, err error) {
	t.Helper()
	var c *CorruptError
	if err != nil && !errors.As(err, &c) {
		t.Errorf("got %v, want a CorruptError", err)
	}
}

func FuzzWaiting(f *testing.F) {
	m := &sms.Message{Num: 7, To: "+447700900123", From: "INFO", Route: "north", Origin: "mqtt", Priority: sms.Urgent, Expires: time.Unix(9, 9), Segments: 3}
	st := &sms.Status{Event: sms.Event{State: sms.Sending, Attempt: 300}, Due: time.Unix(1, 0)}
	f.Add(packWaiting(m, st))
	f.Add(packWaiting(&sms.Message{}, &sms.Status{}))
	f.Add([]byte{0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		w, err := unpackWaiting(u64(7), b)
		if isCorrupt(t, err); err != nil {
			return
		}
		m := &sms.Message{Num: w.Num, To: w.To, From: w.From, Route: w.Route, Origin: w.Origin, Priority: w.Priority, Expires: w.Expires, Segments: w.Segments}
		st := &sms.Status{Event: sms.Event{State: w.State, Attempt: w.Attempt}, Due: w.Due}
		again, err := unpackWaiting(u64(7), packWaiting(m, st))
		if err != nil || !bytes.Equal(packWaiting(m, st), packWaiting(m, &sms.Status{
			Event: sms.Event{State: again.State, Attempt: again.Attempt}, Due: again.Due,
		})) {
			t.Errorf("%x: packed again it is another: %v", b, err)
		}
	})
}

func FuzzStick(f *testing.F) {
	f.Add(packStick(sms.Stick{Net: "894411", Day: 20000}))
	f.Add([]byte{0, 0, 0, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := unpackStick([]byte("p"), b)
		if isCorrupt(t, err); err != nil {
			return
		}
		if again := packStick(s); !bytes.Equal(again, b) {
			t.Errorf("%x: packed again it is %x", b, again)
		}
	})
}

func FuzzKeys(f *testing.F) {
	ref := sms.Ref{Net: "sim", ID: "7", Segment: 3, Time: time.Unix(5, 6)}
	p := &sms.Part{From: "INFO", Time: time.Unix(5, 6), Concat: sms.Concat{Ref: 258, Wide: true, Total: 3, Seq: 2}}
	f.Add(refKey(9, ref))
	f.Add(awaitKey(time.Unix(5, 6), 9))
	f.Add(append(setKey(p, 9), 2))
	f.Add(append(refPrefix(string(make([]byte, 300)), ""), make([]byte, 18)...))
	f.Add([]byte{255})
	d := doubtOf(&sms.Message{Num: 9, To: "+447700900123"}, &sms.Doubt{Net: "sim", Seq: 8, From: time.Unix(5, 6), Until: time.Unix(7, 8)})
	f.Add(d.key)
	f.Fuzz(func(t *testing.T, k []byte) {
		if num, to, x, err := readDoubt(k, d.value); err == nil && len(k) > 16 {
			again := doubtOf(&sms.Message{Num: num, To: to}, &x)
			if !bytes.Equal(again.value, d.value) || !bytes.Equal(again.key[1:], k[len(k)-16:]) {
				t.Errorf("%x: read as %d, %s, %+v", k, num, to, x)
			}
		}
		if at, num, seg, err := readRefKey(k); err == nil && len(k) > 18 {
			tail := refKey(num, sms.Ref{Time: at, Segment: seg})
			if !at.Equal(unstamp(stamp(at))) || !bytes.Equal(tail[10:], k[len(k)-10:]) {
				t.Errorf("%x: read as %v, %d, %d", k, at, num, seg)
			}
		}
		if until, num, err := readAwaitKey(k); err == nil && !bytes.Equal(awaitKey(until, num)[8:], k[8:]) {
			t.Errorf("%x: read as %v, %d", k, until, num)
		}
		if pk, err := readPartKey(k); err == nil && (!bytes.HasPrefix(k, pk.set) || pk.seq > maxSegments) {
			t.Errorf("%x: read as %+v", k, pk)
		}
		_, _, _ = readEarlyKey(k)
	})
}

func FuzzValues(f *testing.F) {
	for _, v := range []any{
		&sms.Message{Num: 7, Segments: 1}, &sms.Status{Event: sms.Event{State: sms.Sent}, Refs: []sms.Ref{{Segment: 254}}},
		&sms.Received{Seq: 7}, &sms.Part{Concat: sms.Concat{Total: 3, Seq: 2}}, &sms.Report{State: sms.Delivered},
	} {
		b, err := json.Marshal(v)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
		f.Add(append([]byte{lineEvent}, b...))
		f.Add(append(make([]byte, 8), b...))
	}
	f.Add([]byte{lineReceived})
	f.Add(make([]byte, 16))
	f.Add(append(u64(1), u64(1<<63)...))
	f.Add((&tally{queued: 1}).encode())
	p := &sms.Part{From: "1", Concat: sms.Concat{Total: 3, Seq: 2}}
	partKey := append(setKey(p, 1), 2)
	early := append(refPrefix("sim", "7"), make([]byte, 16)...)
	f.Fuzz(func(t *testing.T, v []byte) {
		m, err := readMessage(u64(7), v)
		if isCorrupt(t, err); err == nil && (m.Num != 7 || m.Segments < 1) {
			t.Errorf("message %+v", m)
		}
		st, err := readStatus(u64(7), v)
		if isCorrupt(t, err); err == nil {
			indexOf(&sms.Message{Num: 7, Receipt: true, Segments: 1}, st)
		}
		_, _, err = readLine(u64(7), v)
		isCorrupt(t, err)
		_, err = readReceived(u64(7), v)
		isCorrupt(t, err)
		_, _, err = readPart(partKey, v)
		isCorrupt(t, err)
		_, _, err = readEarly(early, v)
		isCorrupt(t, err)
		if first, n, err := readRun(v); err == nil && first+n < first {
			t.Errorf("run %d, %d", first, n)
		}
		if c, err := readTally(v); err == nil && !bytes.Equal(c.encode(), v) {
			t.Errorf("tally %+v", c)
		}
		if hash, at, err := readSlot(v); err == nil && (len(hash) != slotHashLen || stamp(at) > 1<<63-1) {
			t.Errorf("slot %x, %v", hash, at)
		}
	})
}

func FuzzSpent(f *testing.F) {
	s := sms.Spent{}
	f.Add(packSpent(&s))
	for i := range 300 {
		s.Add(time.Unix(int64(i)*37, 5), i, "+447700900123")
	}
	f.Add(packSpent(&s))
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := unpackSpent([]byte("s"), b)
		if isCorrupt(t, err); err != nil {
			return
		}
		again, err := unpackSpent([]byte("s"), packSpent(&s))
		if err != nil || !bytes.Equal(packSpent(&s), packSpent(&again)) {
			t.Errorf("%x: packed again it is another: %v", b, err)
		}
	})
}

// What a page is said to hold without a fault lies within it, in order.
func FuzzElements(f *testing.F) {
	page := make([]byte, 64)
	machine.PutUint16(page[8:], leafFlag)
	machine.PutUint16(page[10:], 1)
	for i, n := range []uint32{0, elementSize, 2, 3} {
		machine.PutUint32(page[pageHeader+4*i:], n)
	}
	copy(page[pageHeader+elementSize:], "kyval")
	f.Add(page)
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < pageHeader {
			return
		}
		all, leaf, err := elements(b)
		if err != nil && !errors.Is(err, errPage) {
			t.Errorf("got %v, want a fault of the page", err)
		}
		for i, e := range all {
			switch {
			case len(e.key) == 0, !leaf && len(e.value) > 0:
				t.Errorf("element %d: %+v", i, e)
			case err == nil && i > 0 && bytes.Compare(all[i-1].key, e.key) >= 0:
				t.Errorf("element %d is out of order, and nothing is said", i)
			}
		}
		if err == nil && len(all) != int(machine.Uint16(b[10:])) {
			t.Errorf("%d elements of %d, and nothing is said", len(all), machine.Uint16(b[10:]))
		}
	})
}

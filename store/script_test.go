package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/store"
)

// A script makes random moments of a store that are the same wherever they are
// run, each one transaction.
type script struct {
	r       *rand.Rand
	n       int      // moments so far
	ids     int      // messages so far
	queued  []uint64 // by number
	sending []uint64
	sent    []uint64
	halves  []*sms.Part // second parts of texts whose first has come
}

// A step is one moment.
type step func(*store.DB) error

// next makes the next moment, and takes it for granted that it will happen.
func (s *script) next() step {
	ctx := context.Background()
	s.n++
	now := at(s.n)
	switch s.r.IntN(8) {
	case 0, 1:
		return s.accept(ctx)
	case 2:
		num, ok := s.take(&s.queued)
		if !ok {
			return s.accept(ctx)
		}
		s.sending = append(s.sending, num)
		b := sms.Begin{Way: "north", Route: "all", Time: now, Net: "sim", Segments: 1, Recipient: "+447700900123"}
		return func(db *store.DB) error { _, err := db.Begin(ctx, num, b); return err }
	case 3, 4:
		num, ok := s.take(&s.sending)
		if !ok {
			return s.accept(ctx)
		}
		o := sms.Outcome{State: sms.Failed, Final: true, Time: now}
		switch s.r.IntN(4) {
		case 0, 1:
			s.sent = append(s.sent, num)
			o = sms.Outcome{State: sms.Sent, Time: now, Await: at(1e6), Refs: []sms.Ref{{Net: "sim", ID: fmt.Sprint(num), Time: now}}}
		case 2:
			s.queued = append(s.queued, num)
			o = sms.Outcome{State: sms.Queued, Time: now, Due: now}
		}
		return func(db *store.DB) error { _, err := db.Finish(ctx, num, o, settle); return err }
	case 5:
		num, ok := s.take(&s.sent)
		if !ok {
			return s.accept(ctx)
		}
		r := &sms.Report{Net: "sim", ID: fmt.Sprint(num), State: sms.Delivered, Time: now}
		return func(db *store.DB) error { _, err := db.Report(ctx, r, settle); return err }
	case 6:
		if len(s.halves) > 0 {
			p := s.halves[0]
			s.halves = s.halves[1:]
			return keeps(ctx, p)
		}
		text := fmt.Sprint("half ", s.n)
		s.halves = append(s.halves, part(uint16(s.n), 2, 2, text, now))
		return keeps(ctx, part(uint16(s.n), 1, 2, text, now))
	}
	return keeps(ctx, part(0, 1, 1, fmt.Sprint("text ", s.n), now))
}

func keeps(ctx context.Context, p *sms.Part) step {
	return func(db *store.DB) error { _, err := db.Keep(ctx, p, sms.Join); return err }
}

// accept asks for one message to five.
func (s *script) accept(ctx context.Context) step {
	n := 1 + s.r.IntN(5)
	key := sms.RequestKey{ID: fmt.Sprint("r", s.n)}
	var ids []string
	for range n {
		s.ids++
		s.queued = append(s.queued, uint64(s.ids))
		ids = append(ids, fmt.Sprint("m", s.ids))
	}
	return func(db *store.DB) error {
		var ms []*sms.Message
		for _, id := range ids {
			ms = append(ms, message(id, 1))
		}
		_, _, err := db.Accept(ctx, ms, key, "", nil)
		return err
	}
}

// take takes one of some numbers.
func (s *script) take(from *[]uint64) (num uint64, ok bool) {
	if len(*from) == 0 {
		return 0, false
	}
	i := s.r.IntN(len(*from))
	num = (*from)[i]
	*from = slices.Delete(*from, i, i+1)
	return num, true
}

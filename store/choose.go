package store

import (
	"context"
	"math"
	"slices"

	"github.com/pigeon-sms/pigeon/sms"
)

// chooseLook bounds what Choose reads at a time, in messages, so that a choice
// of few among very many answers soon.
const chooseLook = 20_000

// Choose returns where the messages stand that a choice is for, in some states,
// the oldest first, and at most as many as one act changes. Next is where to go
// on when there may be more, and 0 at the end.
func (db *DB) Choose(ctx context.Context, c sms.Choice, states []sms.State) (found []*sms.Status, next uint64, err error) {
	most := sms.ActMost
	if c.Limit > 0 {
		most = min(most, c.Limit)
	}
	from := bStatus
	if !slices.ContainsFunc(states, func(s sms.State) bool { return !s.Waiting() }) {
		from = bPending
	}
	err = db.view(ctx, func(t *txn) error {
		if c.After == math.MaxUint64 {
			return nil
		}
		looked := 0
		for k := range t.ascend(from, u64(c.After+1)) {
			num, err := readU64(k)
			if err != nil {
				return corrupt(from, k, err)
			}
			if len(found) == most || looked == chooseLook {
				next = num - 1
				return nil
			}
			if looked++; looked%lookEvery == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			st, err := t.status(k)
			if err != nil {
				return corrupt(bStatus, k, err)
			}
			if !slices.Contains(states, st.Event.State) {
				continue
			}
			m, err := readMessage(k, t.get(bMessages, k))
			if err != nil {
				return err
			}
			if c.Takes(m, st) {
				found = append(found, st)
			}
		}
		return nil
	})
	return found, next, err
}

// History returns the events of a message that the journal still has, oldest
// first. The error is sms.ErrNotFound where no message has the id.
func (db *DB) History(ctx context.Context, id string) ([]sms.Event, error) {
	_, st, err := db.Message(ctx, id)
	if err != nil {
		return nil, err
	}
	var events []sms.Event
	err = db.view(ctx, func(t *txn) error {
		for seq := st.Event.Seq; seq > 0 && len(events) < historyMost; {
			v := t.get(bJournal, u64(seq))
			if v == nil {
				return nil // trimmed, and with it what came before
			}
			e, _, err := readLine(u64(seq), v)
			if err != nil {
				return err
			}
			if e.Event == nil || e.Event.ID != id || e.Event.Prev >= seq {
				return nil
			}
			e.Event.Seq = seq
			events = append(events, *e.Event)
			seq = e.Event.Prev
		}
		return nil
	})
	slices.Reverse(events)
	return events, err
}

// historyMost bounds a history: the latest events of a message.
const historyMost = 1000

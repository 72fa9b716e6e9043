package mqtt

import (
	"context"
	"encoding/json"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// follow reads the journal from the cursor on and hands its entries to the
// writer in order, until ctx is done. stirred, which has room for one, hears
// that there were some.
func (e *Edge) follow(ctx context.Context, out chan<- publication, stirred chan<- struct{}) {
	var after uint64
	if !e.surely(ctx, "journal cursor cannot be read", func() (err error) {
		after, err = e.Gateway.Cursor(ctx, Follower)
		return err
	}) {
		return
	}
	for {
		var entries []sms.Entry
		if !e.surely(ctx, "journal cannot be read", func() (err error) {
			entries, err = e.Gateway.Next(ctx, after, e.cfg.Window)
			return err
		}) {
			return
		}
		select {
		case stirred <- struct{}{}:
		default: // it is known already
		}
		for _, en := range entries {
			select {
			case out <- e.entry(en):
				after = en.Seq
			case <-ctx.Done():
				return
			}
		}
	}
}

// surely does what may fail for a while, until it has succeeded or ctx is
// done, and reports which.
func (e *Edge) surely(ctx context.Context, fault string, do func() error) bool {
	const most = 30 * time.Second
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, most) {
		err := do()
		switch {
		case err == nil:
			return true
		case ctx.Err() != nil:
			return false
		}
		e.log.Warn(fault, "err", err)
		select {
		case <-ctx.Done():
			return false
		case <-time.After(pause):
		}
	}
}

// entry is what subscribers see of a line of the journal.
func (e *Edge) entry(en sms.Entry) publication {
	p := publication{seq: en.Seq}
	var v any
	switch {
	case en.Event != nil:
		p.topic, v = e.topics.message(en.Event.ID), en.Event
	case en.Received != nil:
		p.topic, v = e.topics.received(), en.Received
	case en.Notice != nil:
		p.topic, v = e.topics.notice(en.Notice.Way), en.Notice
	default:
		return p // of a kind this edge does not publish
	}
	var err error
	if p.payload, err = json.Marshal(v); err != nil {
		// It will never go out, and must not hold up those behind it.
		e.log.Error("journal entry cannot be written", "seq", en.Seq, "err", err)
		p.topic = ""
	}
	return p
}

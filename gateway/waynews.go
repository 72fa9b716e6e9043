package gateway

import (
	"context"
	"reflect"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

const (
	wayLeast  = 250 * time.Millisecond // between two looks at the ways, however often they change
	wayDetail = 5 * time.Second        // between two tellings of a way in which only counts or the signal moved
	wayMost   = time.Minute            // between two looks at rest, for what nobody tells of
)

// WayNews begins to follow the ways. The function it returns is one follower's:
// it waits until some way is other than that follower was told, and returns
// those ways as they are, all of them at first. A change of state is told at
// once, but no way more often than every 250 ms; what happened in between is
// left out, what is last never is. A way that is no more comes as sms.WayGone.
// What is news already is returned though ctx is done.
func (g *Gateway) WayNews() func(ctx context.Context) ([]sms.Way, error) {
	return (&wayFollower{g: g, told: map[string]wayTold{}}).next
}

// A wayFollower compares the ways with what it has told of them.
type wayFollower struct {
	g       *Gateway
	told    map[string]wayTold
	looked  time.Time       // when it did last
	owed    time.Time       // when something it saw then may be told; zero: nothing is left
	changed <-chan struct{} // closed by a way's change since
	grown   <-chan struct{} // closed by the journal's growth since, and counts move with it
}

type wayTold struct {
	way sms.Way
	at  time.Time
}

func (f *wayFollower) next(ctx context.Context) ([]sms.Way, error) {
	for {
		now := time.Now()
		if due := f.due(); due.After(now) {
			if err := f.rest(ctx, due.Sub(now)); err != nil {
				return nil, err
			}
			continue
		}
		if news := f.look(now); len(news) > 0 {
			return news, nil
		}
	}
}

// due returns when to look next.
func (f *wayFollower) due() time.Time {
	switch {
	case f.changed == nil: // never looked
		return time.Time{}
	case closed(f.changed):
		return f.looked.Add(wayLeast)
	case !f.owed.IsZero():
		return f.owed
	}
	return f.looked.Add(wayMost)
}

// rest waits for d, or for what may make it shorter.
func (f *wayFollower) rest(ctx context.Context, d time.Duration) error {
	changed := f.changed
	if closed(changed) {
		changed = nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-changed:
	case <-f.grown:
		f.grown = nil // once is enough until the next look
		// Counts are moved right after the journal.
		f.owe(later(f.looked.Add(wayDetail), time.Now().Add(wayLeast)))
	case <-t.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// owe has it look at a time, if not sooner.
func (f *wayFollower) owe(at time.Time) {
	if f.owed.IsZero() || at.Before(f.owed) {
		f.owed = at
	}
}

// look returns what is to be told now.
func (f *wayFollower) look(now time.Time) []sms.Way {
	// Before looking, so that nothing slips between.
	f.changed, f.grown = f.g.waysChanged(), f.g.store.Grown()
	f.looked, f.owed = now, time.Time{}
	there := map[string]bool{}
	var news []sms.Way
	for _, w := range f.g.Ways() {
		there[w.Name] = true
		was, known := f.told[w.Name]
		if known && reflect.DeepEqual(w, was.way) {
			continue
		}
		moved := !known || w.State != was.way.State || w.Ready != was.way.Ready
		if at := was.at.Add(wayDetail); !moved && at.After(now) {
			f.owe(at)
			continue
		}
		f.told[w.Name] = wayTold{w, now}
		news = append(news, w)
	}
	for name, was := range f.told {
		if !there[name] {
			delete(f.told, name)
			news = append(news, sms.Way{Name: name, Kind: was.way.Kind, State: sms.WayGone})
		}
	}
	return news
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// waysChanged returns a channel that is closed when a way changes.
func (g *Gateway) waysChanged() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.changed == nil {
		g.changed = make(chan struct{})
	}
	return g.changed
}

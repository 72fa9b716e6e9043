package gateway

import "time"

// An entry holds five times, and there may be a million entries: it holds them in
// eight bytes each, where a time.Time takes 24. Zero is no time.
type (
	// steady is a steady time: nanoseconds since the epoch of its queue, at most
	// 292 years of them.
	steady int64
	// wall is a time of day: nanoseconds since 1970. It ends in the year 2262;
	// what lies behind is taken for that.
	wall int64
)

// epochBefore is how long before its first look at the clock the epoch of a queue
// is, so that nothing that happens has the time zero.
const epochBefore = 365 * 24 * time.Hour

// steady is a steady time as entries hold it.
func (q *queue) steady(t time.Time) steady {
	if t.IsZero() {
		return 0
	}
	return steady(t.Sub(q.epoch))
}

// time is the opposite of steady.
func (q *queue) time(s steady) time.Time {
	if s == 0 {
		return time.Time{}
	}
	return q.epoch.Add(time.Duration(s))
}

// wallOf is a time of day as entries hold it.
func wallOf(t time.Time) wall {
	if t.IsZero() {
		return 0
	}
	return wall(t.Sub(time.Unix(0, 0)))
}

func (w wall) time() time.Time {
	if w == 0 {
		return time.Time{}
	}
	return time.Unix(0, int64(w)).UTC()
}

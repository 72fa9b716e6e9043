package gateway

import (
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// A tally counts since midnight UTC, or since the start where that is later.
type tally struct {
	day    int64 // since 1970, UTC
	counts sms.Counts
}

// at returns the counts of the day of now.
func (t *tally) at(now time.Time) *sms.Counts {
	// A caller who began before midnight may come after it: a day never goes back.
	if day := now.Unix() / 86400; day > t.day {
		t.day, t.counts = day, sms.Counts{}
	}
	return &t.counts
}

// count enters an event in the day's counts.
func (g *Gateway) count(e sms.Event) {
	g.mu.Lock()
	defer g.mu.Unlock()
	c := g.today.at(g.clock.now())
	switch e.State {
	case sms.Sent:
		c.Sent++
	case sms.Delivered:
		c.Delivered++
	case sms.Undelivered:
		c.Undelivered++
	case sms.Failed, sms.Expired, sms.Doubtful:
		c.Failed++
	}
}

func (g *Gateway) countRejected() {
	g.mu.Lock()
	g.today.at(g.clock.now()).Rejected++
	g.mu.Unlock()
}

package line

import (
	"context"
	"time"
)

const (
	// quiet is how long a modem must have been silent to be taken for done with
	// what it was saying.
	quiet = 300 * time.Millisecond
	// quietMost is how long that is waited for: news can be endless.
	quietMost = 3 * time.Second
	// sentinelLimit is how long the modem may take over a sentinel.
	sentinelLimit = 2 * time.Second
)

// sentinels are asked one after the other, until one is answered. The answer to
// the first two starts with their name and cannot be a late one of anything
// else; a final result before it is. The last is for modems that know neither:
// only the silence before it vouches for its OK.
var sentinels = []string{"+CMEE?", "+CMGF?", ""}

// resync finds the modem's place in the conversation: before the first command,
// and again after an answer that did not come in time. Only Run calls it.
func (p *Port) resync() error {
	if p.esc {
		// An open prompt would take the next command for a PDU. The CR ends
		// whatever else the modem takes it for.
		if _, err := p.write([]byte{escape, '\r'}); err != nil {
			return err
		}
	}
	for _, s := range sentinels {
		if !p.quieten() {
			return ErrClosed
		}
		c := parse(s, "")
		c.strict = s != ""
		r := p.run(context.Background(), c, sentinelLimit)
		if r.err == nil && (len(r.info) > 0 || s == "") {
			p.stale, p.esc = false, false
			return nil
		}
		select {
		case <-p.ended:
			return ErrClosed
		default:
		}
	}
	return ErrLost
}

// quieten waits until the modem has been silent for a while; false when the
// port has ended.
func (p *Port) quieten() bool {
	most := time.Now().Add(quietMost)
	from := time.Now()
	for {
		p.mu.Lock()
		last := p.last
		p.mu.Unlock()
		if last.Before(from) {
			last = from
		}
		left := min(time.Until(last.Add(quiet)), time.Until(most))
		if left <= 0 {
			return true
		}
		t := time.NewTimer(left)
		select {
		case <-t.C:
		case <-p.ended:
			t.Stop()
			return false
		}
	}
}

package modem

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pigeon-sms/pigeon/modem/profile"
)

// A spot is a place in a memory of the modem.
type spot struct {
	mem   string
	index int
}

// A notice says that a text, or a report, lies at a place. Both may be said of
// one: some modems name the wrong memory for reports.
type notice struct {
	spot
	report bool
}

// news is what a modem has said unasked and its owner has not taken up yet.
type news struct {
	wake chan struct{} // room for one

	mu      sync.Mutex
	places  map[notice]bool // announced, at most placesLimit
	sweep   bool            // something may lie where nobody said
	full    bool            // some memory is, and not always the one that is named
	watch   bool            // the network or the SIM has changed
	reboot  bool            // every setting is lost
	ring    bool            // somebody calls
	caller  string          // who, where that was said
	replies [][]string      // of +CUSD, at most repliesLimit
}

func newNews() *news {
	return &news{wake: make(chan struct{}, 1), places: map[notice]bool{}}
}

// note records under the lock and wakes the owner. It does not block.
func (n *news) note(f func(*news)) {
	n.mu.Lock()
	f(n)
	n.mu.Unlock()
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

// taken is the news of one moment.
type taken struct {
	sweep, full, watch, reboot, ring bool

	caller string
}

// repliesLimit is how many USSD replies are kept: the last counts.
const repliesLimit = 4

// take returns and forgets everything but the places and the replies.
func (n *news) take() taken {
	n.mu.Lock()
	defer n.mu.Unlock()
	t := taken{n.sweep, n.full, n.watch, n.reboot, n.ring, n.caller}
	n.sweep, n.full, n.watch, n.reboot, n.ring, n.caller = false, false, false, false, false, ""
	return t
}

// takeReplies returns and forgets the USSD replies.
func (n *news) takeReplies() [][]string {
	n.mu.Lock()
	defer n.mu.Unlock()
	r := n.replies
	n.replies = nil
	return r
}

// announced reports whether there are places to read.
func (n *news) announced() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.places) > 0
}

// retract reports whether a text was announced at a place, and forgets that.
func (n *news) retract(at spot) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	was := n.places[notice{spot: at}]
	delete(n.places, notice{spot: at})
	return was
}

// takePlaces returns and forgets the announced places.
func (n *news) takePlaces() map[notice]bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	p := n.places
	n.places = map[notice]bool{}
	return p
}

// hear sorts what the modem says unasked. It is called from the port's
// goroutines, in order, and does not block.
func (s *session) hear(lines []string) {
	if len(lines) == 0 {
		return
	}
	first := strings.TrimSpace(lines[0])
	if first != "NO CARRIER" { // which modem ports say, and nothing else
		s.spoke.Store(true)
	}
	begins := func(prefixes []string) bool {
		return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(first, p) })
	}
	switch {
	case strings.HasPrefix(first, "+CMTI"):
		s.announce(place(first, "+CMTI"))(false)
	case strings.HasPrefix(first, "+CDSI"):
		s.announce(place(first, "+CDSI"))(true)
	case strings.HasPrefix(first, "+CDS:"), strings.HasPrefix(first, "+CMT:"):
		if len(lines) < 2 {
			s.m.log.Warn("a text was announced and did not come", "line", len(first))
			return
		}
		net, own := s.m.identity()
		s.m.courier.push(direct{
			pdu: lines[1], length: tail(first, first[:4]),
			net: net, own: own, way: s.m.cfg.Name, time: time.Now(),
		})
	case strings.HasPrefix(first, "+CUSD:"):
		s.news.note(func(n *news) {
			if len(n.replies) >= repliesLimit {
				n.replies = n.replies[1:]
			}
			n.replies = append(n.replies, slices.Clone(lines))
		})
	case begins(profile.Supply):
		s.power(first)
	case begins(profile.Off):
		s.power(first)
		s.news.note(func(n *news) { n.watch = true }) // is it gone?
	case rings(first):
		s.ring(first)
	case begins(profile.Full):
		s.news.note(func(n *news) { n.full = true })
	case begins(profile.Boot):
		s.port.Restarted()
		s.news.note(func(n *news) { n.reboot = true })
	case begins(profile.SIM), strings.HasPrefix(first, "+CREG:"), strings.HasPrefix(first, "+CGREG:"), strings.HasPrefix(first, "+CEREG:"):
		s.news.note(func(n *news) { n.watch = true })
	default:
		if p := s.profile.Load(); p != nil && begins(p.Ready) {
			s.news.note(func(*news) {}) // whoever waits for texts to work looks again
		}
	}
}

// power logs what a modem says of its supply, once for each thing it says:
// a weak one says it every few seconds.
func (s *session) power(line string) {
	if line != s.supply {
		s.supply = line
		s.m.log.Warn("the modem tells of its power: look at supply and cable", "line", line)
	}
}

// announce returns what records an announced place; one that cannot be read
// is found by a sweep.
func (s *session) announce(mem string, index int, ok bool) func(report bool) {
	return func(report bool) {
		s.news.note(func(n *news) {
			if !ok || len(n.places) >= placesLimit {
				n.sweep = true
				return
			}
			n.places[notice{spot{mem, index}, report}] = true
		})
	}
}

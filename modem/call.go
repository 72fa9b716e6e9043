package modem

import (
	"context"
	"strings"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// A Callee is a Gateway that also wants to hear of incoming calls, which are
// rejected: a modem that rings is deaf for texts. Called is told once for each
// call, from is empty where the number is not known. It must not block.
type Callee interface {
	Called(way string, from sms.Number)
}

const (
	// callerPause is how long +CLIP may come after the first RING.
	callerPause = 500 * time.Millisecond

	// ringPause parts calls: a phone rings every 3 to 6 s.
	ringPause = 10 * time.Second

	// ringsOn is how long what is rung after a hang-up may still have been on
	// its way.
	ringsOn = 2 * time.Second
)

// ring notes RING, +CRING: and +CLIP:.
func (s *session) ring(line string) {
	from := ""
	if it, ok := items(line, "+CLIP"); ok {
		from = it[0].text
		if len(it) > 1 && it[1].text == "145" && from != "" && !strings.HasPrefix(from, "+") {
			from = "+" + from
		}
	}
	s.news.note(func(n *news) {
		n.ring = true
		if from != "" {
			n.caller = from
		}
	})
}

func rings(line string) bool {
	return line == "RING" || strings.HasPrefix(line, "+CRING:") || strings.HasPrefix(line, "+CLIP:")
}

// decline rejects a call, once: some LTE modules do not understand the first
// way for a voice call, and what rings on is hung up the other way, once.
func (s *session) decline(ctx context.Context) error {
	s.rung = false
	now := time.Now()
	first := now.Sub(s.rang) >= ringPause
	s.rang = now
	switch {
	case first:
		s.declined = false
	case s.declined || now.Sub(s.hungUp) < ringsOn:
		return nil
	}
	if first {
		if s.caller == "" {
			if err := s.wait(ctx, callerPause); err != nil {
				return err
			}
			err := s.heed(s.news.take())
			s.rung = false
			if err != nil {
				return err
			}
		}
		from := sms.Number(s.caller)
		s.m.log.Info("call rejected", "from", from.Short())
		if g, ok := s.m.gateway.(Callee); ok {
			g.Called(s.m.cfg.Name, from)
		}
	}
	s.caller = ""
	var err error
	if first {
		_, err = s.ask(ctx, "H", simLimit)
	}
	if !first || refused(err) {
		s.declined = true
		_, err = s.ask(ctx, "+CHUP", simLimit)
	}
	s.hungUp = time.Now()
	if refused(err) {
		return nil // the caller has given up
	}
	return err
}

package gateway_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// ask plans a request, what its client does until it is answered, a repeat now
// and then, and a cancellation.
func (s *sim) ask(name string, when time.Time) {
	r := s.rand
	q := &sms.Request{ID: name, Text: name, Meta: json.RawMessage(`{"m":"` + name + `"}`), Origin: "mqtt"}
	if r.IntN(6) == 0 {
		q.ID, q.Fingerprint = "", "print of "+name
	}
	for range 1 + r.IntN(8)/6 {
		q.To = append(q.To, simPeople[r.IntN(1+r.IntN(len(simPeople)))])
	}
	if r.IntN(3) == 0 {
		q.Text += strings.Repeat(" long", 30+r.IntN(60))
	}
	q.Priority = []string{"", "", "", "low", "high", "urgent"}[r.IntN(6)]
	q.OnDoubt = []sms.OnDoubt{"", sms.Resend, sms.Hold}[r.IntN(3)]
	if r.IntN(4) == 0 {
		q.Receipt = new(bool)
	}
	expires := s.cfg.Lifetime
	if r.IntN(4) == 0 {
		expires = []time.Duration{20 * time.Second, 3 * time.Minute, 30 * time.Minute}[r.IntN(3)]
		q.Expires = expires.String()
	}
	if q.Expires == "" && r.IntN(5) == 0 {
		q.SendAt = when.Add(time.Duration(r.Int64N(int64(30 * time.Minute)))).UTC().Truncate(time.Second).Format(time.RFC3339)
	}
	if r.IntN(5) == 0 {
		q.Route = s.net.ways[r.IntN(len(s.net.ways))].name
	}
	c := &simClient{q: q, expires: expires, patient: r.IntN(10) > 0}
	s.plan(&simEvent{at: when, f: func() { s.request(c) }})
	if r.IntN(4) == 0 {
		s.plan(&simEvent{at: when.Add(time.Duration(r.Int64N(int64(10 * time.Minute)))), f: func() { s.request(c) }})
	}
	if r.IntN(8) == 0 {
		s.plan(&simEvent{at: when.Add(time.Duration(r.Int64N(int64(2 * time.Minute)))), f: func() { s.cancel(c) }})
	}
}

// A simClient is one request on its client's side. Its fields are guarded by the
// books.
type simClient struct {
	q        *sms.Request
	expires  time.Duration
	patient  bool // it asks until it is answered
	asked    bool
	answered bool
	refused  bool
	ids      []string
}

// request asks once, and plans to ask again where that is not answered.
func (s *sim) request(c *simClient) {
	b := s.books
	b.mu.Lock()
	q := *c.q
	q.Redelivered = c.asked && q.Fingerprint != ""
	if q.Fingerprint != "" && c.asked && !c.answered && !c.refused {
		c.refused = true // nobody repeats what is still being asked
	}
	stories := s.mention(&q, c)
	c.asked = true
	b.mu.Unlock()

	l := s.living()
	a, err := l.Accept(s.ctx, &q)
	b.mu.Lock()
	defer b.mu.Unlock()
	var fault *sms.FieldError
	switch {
	case err == nil:
		s.answered(c, a, stories)
	case errors.As(err, &fault):
		if c.answered || fault.Field != "expires" && fault.Field != "route" { // a modem that was not met since the start is unknown
			b.fault("%s (accepted: %v) is refused: %v", q.Meta, c.answered, err)
		}
	case (c.patient || errors.Is(err, sms.ErrFull)) && time.Now().Before(s.until):
		s.after(11*time.Second, func() { s.request(c) })
	}
}

// mention opens the stories of a request's messages. The caller holds the books.
func (s *sim) mention(q *sms.Request, c *simClient) (stories []*simStory) {
	now := time.Now()
	home, _ := sms.CountryOf(s.cfg.Country)
	for _, to := range q.To {
		n, err := sms.ParseNumber(to, home)
		if err != nil {
			s.t.Fatal(err)
		}
		st := s.books.story(q.Meta, n)
		if stories = append(stories, st); c.asked {
			continue
		}
		st.called, st.expires, st.later, st.hold = s.books.now(), now.Add(c.expires), q.SendAt != "", q.OnDoubt == sms.Hold
		if at, err := time.Parse(time.RFC3339, q.SendAt); err == nil && at.After(now) {
			st.expires = at.Add(c.expires)
		}
		if st.priority = sms.Normal; q.Priority != "" {
			if err := st.priority.UnmarshalText([]byte(q.Priority)); err != nil {
				s.t.Fatal(err)
			}
		}
		switch st.row = q.Route; {
		case st.row != "":
		case len(s.cfg.Routes) > 0 && s.cfg.Routes[0].To.MatchString(string(n)):
			st.row = s.cfg.Routes[0].Name
		}
	}
	return stories
}

// answered notes an answer. The caller holds the books.
func (s *sim) answered(c *simClient, a sms.Answer, stories []*simStory) {
	var ids []string
	for _, e := range a.Events {
		ids = append(ids, e.ID)
	}
	switch {
	case c.answered && (!a.Known || fmt.Sprint(ids) != fmt.Sprint(c.ids)):
		s.books.fault("%s was accepted as %v, and now as %v (known: %v)", c.q.Meta, c.ids, ids, a.Known)
	case !c.answered:
		c.answered, c.ids = true, ids
	}
	now := s.books.now()
	for _, st := range stories {
		if st.acked == 0 {
			st.acked = now
		}
	}
}

// cancel takes the request's messages out, where that is not too late.
func (s *sim) cancel(c *simClient) {
	s.books.mu.Lock()
	ids := c.ids
	stories := s.mention(c.q, &simClient{asked: true})
	for _, st := range stories {
		st.asked = st.asked || len(ids) > 0
	}
	s.books.mu.Unlock()
	for _, id := range ids {
		v, err := s.living().Cancel(s.ctx, id)
		if err != nil {
			continue
		}
		s.books.mu.Lock()
		s.books.story(v.Message.Meta, v.Message.To).cancelled = s.books.now()
		s.books.mu.Unlock()
	}
}

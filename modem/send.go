package modem

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/pigeon-sms/pigeon/modem/tpdu"
	"github.com/pigeon-sms/pigeon/sms"
)

// A job is one message on its way through the owner. Its segments are coded
// before it is handed in.
type job struct {
	ctx    context.Context
	to     sms.Number
	pdus   []pdu
	first  int // which segment pdus begins with
	whole  int // segments of the message
	linked bool
	balks  int  // how often the segment was refused right behind the prompt
	again  bool // the segment had a second try after the mode was set again
	refs   []sms.Ref
	reply  chan outcome // room for one: the owner never waits for a caller who left
}

type pdu struct {
	hex    string
	length int
}

type outcome struct {
	refs []sms.Ref
	err  error
}

// send gives a message to the owner and waits for what becomes of it.
func (m *modem) send(ctx context.Context, a *sms.Attempt) ([]sms.Ref, error) {
	j, err := newJob(ctx, a)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	d, busy, state, why := m.door, m.sending || m.talks > 0, m.state, m.why
	if held := m.heldWhy(); held != "" {
		why = held
	}
	if d != nil && !busy {
		m.sending = true
	}
	m.mu.Unlock()
	switch {
	case d == nil:
		return nil, notReady(m.cfg.Name, state, why)
	case busy:
		return nil, &sms.SendError{Verdict: sms.Reroute, Err: fmt.Errorf("modem %s is busy with another message", m.cfg.Name)}
	}
	defer m.letGo()
	select {
	case d.asks <- j:
	case <-d.shut:
		m.mu.Lock()
		state, why = m.state, m.why
		if held := m.heldWhy(); held != "" {
			why = held
		}
		m.mu.Unlock()
		return nil, notReady(m.cfg.Name, state, why)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	o := <-j.reply // bounded: the owner answers every job it took
	return o.refs, o.err
}

func notReady(name string, state State, why string) error {
	if why != "" {
		why = ": " + why
	}
	return &sms.SendError{Verdict: sms.Reroute, Err: fmt.Errorf("modem %s is %s%s", name, state, why)}
}

// newJob codes what is left of a message.
func newJob(ctx context.Context, a *sms.Attempt) (*job, error) {
	segments, err := sms.Segments(a.Message)
	if err != nil {
		return nil, &sms.SendError{Verdict: sms.Reject, Err: err}
	}
	o := tpdu.SubmitOptions{Report: a.Receipt, Flash: a.Flash, ReplyPath: a.ReplyPath}
	if !a.Expires.IsZero() {
		o.Validity = time.Until(a.Expires)
		if o.Validity <= 0 {
			return nil, &sms.SendError{Verdict: sms.Retry, Err: errors.New("its time has passed")}
		}
	}
	j := &job{ctx: ctx, to: a.To, first: min(a.First, len(segments)), whole: len(segments), reply: make(chan outcome, 1)}
	for _, seg := range segments[j.first:] {
		p, n, err := tpdu.Submit(a.To, seg, o)
		if err != nil {
			return nil, &sms.SendError{Verdict: sms.Reject, Err: err}
		}
		j.pdus = append(j.pdus, pdu{p, n})
	}
	return j, nil
}

func (m *modem) theDoor() *door {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.door
}

// begin takes a job.
func (s *session) begin(j *job) {
	s.job = j
	s.stand("")
	if len(j.pdus) == 0 {
		s.finish(nil)
	}
}

// finish answers the job: the modem is ready again before its caller knows.
func (s *session) finish(err error) {
	j := s.job
	s.job = nil
	s.stand("")
	j.reply <- outcome{j.refs, err}
}

// refuseJob answers the job when the modem can do no more for it. What has
// left and was answered is among the refs; nothing else has left.
func (s *session) refuseJob(err error) {
	j := s.job
	s.job = nil
	j.reply <- outcome{j.refs, &sms.SendError{Verdict: sms.Reroute, Err: fmt.Errorf("modem %s: %w", s.m.cfg.Name, err)}}
}

// segment sends the next segment of the job: one +CMGS and nothing else.
func (s *session) segment(ctx context.Context) error {
	j := s.job
	if err := j.ctx.Err(); err != nil {
		s.finish(err)
		return nil
	}
	if why := s.m.held(); why != "" {
		s.refuseJob(errors.New(why))
		return nil
	}
	p := s.profile.Load()
	if p.KeepLink && !s.linkless && j.whole > 1 && !j.linked {
		j.linked = true // until 1 to 5 s after the last segment
		_, ok, err := s.offer(ctx, "+CMMS=1", askLimit)
		if err != nil {
			return err
		}
		s.linkless = !ok
	}
	n := len(j.refs)
	began := time.Now()
	mr, gone, err := s.submit(ctx, j, j.pdus[n])
	if err == nil {
		net, _ := s.m.identity()
		ref := sms.Ref{Net: net, Segment: j.first + n, Time: time.Now()}
		if mr >= 0 {
			ref.ID = strconv.Itoa(mr)
		}
		j.refs = append(j.refs, ref)
		j.again, j.balks = false, 0
		s.misses = 0
		s.m.count(func(i *sms.Modem) { i.Sent++ })
		s.m.hasSent(ctx)
		if len(j.refs) == len(j.pdus) {
			s.finish(nil)
		}
		return nil
	}
	if wrongMode(err) && !j.again {
		// A reset that went unnoticed leaves text mode behind. The segment
		// was refused, so it may be offered again.
		j.again = true
		s.misses = 0
		s.sweepAt = time.Now() // which verifies the rest
		_, _, err := s.offer(ctx, "+CMGF=0", askLimit)
		return err
	}
	if _, code := codeOf(err); code < 0 && refused(err) && gone && j.balks < p.Balks && time.Since(began) < balkLimit {
		j.balks++ // the bare ERROR is that of the prompt: the network has heard nothing
		s.misses = 0
		return nil
	}
	return s.notTaken(ctx, err, gone)
}

// notTaken answers the job after a segment failed, and looks after the modem.
func (s *session) notTaken(ctx context.Context, err error, gone bool) error {
	j := s.job
	r := refusal(err, gone)
	s.m.count(func(i *sms.Modem) { i.Refused++ })
	if !gone && j.ctx.Err() != nil && !refused(err) && !s.over(ctx, err) {
		s.finish(j.ctx.Err()) // the caller left before anything did
		return nil
	}
	s.m.log.Warn("segment not taken", "segment", j.first+len(j.refs), "verdict", r.Verdict, "doubt", r.Doubt, "err", r)
	if refused(err) {
		s.misses = 0
		if r.Verdict != sms.Reject {
			s.watchAt = time.Now() // is it the SIM, or the network?
		}
		if memoryFull(err) { // of texts nobody has announced, in whichever memory
			s.sweepAll()
		}
	}
	aside := s.judge(j, r, err)
	if refused(err) && aside == nil {
		s.finish(r)
		return nil
	}
	s.job = nil
	defer func() { j.reply <- outcome{j.refs, r} }()
	if s.over(ctx, err) {
		s.m.become(Sick, err.Error())
		return err
	}
	if aside != nil {
		s.m.become(Sick, aside.Error())
		return aside
	}
	s.misses++
	s.fallSick(err)
	return nil
}

// judge tells the breaker of a message that was not taken, and returns why the
// modem is to be set aside, if it is.
func (s *session) judge(j *job, r *sms.SendError, err error) error {
	if r.Verdict == sms.Reject || !s.registered {
		return nil
	}
	return s.m.breaker.failed(j.to, r, modemsOwn(err), func(t time.Time) bool { return s.m.pool.sentSince(t, s.m) })
}

// hasSent notes that the modem works.
func (m *modem) hasSent(ctx context.Context) {
	m.mu.Lock()
	m.sent = time.Now()
	m.mu.Unlock()
	m.breaker.took()
	m.recovered(ctx, true)
}

// submit sends one segment. Until Ctrl-Z the caller may call it off, and so
// does a stop; from then on the answer is waited for, by those who have left
// for no longer than stopLimit.
func (s *session) submit(ctx context.Context, j *job, p pdu) (mr int, gone bool, err error) {
	sctx, cancel := context.WithCancel(j.ctx)
	defer cancel()
	defer context.AfterFunc(ctx, cancel)()
	done := make(chan struct{})
	defer close(done)
	context.AfterFunc(sctx, func() {
		t := time.NewTimer(stopLimit)
		defer t.Stop()
		select {
		case <-done:
		case <-t.C:
			s.abandon()
		}
	})
	info, gone, err := s.port.Submit(sctx, fmt.Sprintf("+CMGS=%d", p.length), p.hex, s.profile.Load().SendLimit)
	mr, taken := reference(info)
	if taken && !refused(err) {
		return mr, gone, nil // a lost OK after +CMGS: still means sent
	}
	return -1, gone, err
}

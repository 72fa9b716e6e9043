package gateway

import (
	"errors"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

func TestDecideWalksEveryEnding(t *testing.T) {
	now := time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)
	cfg := Config{Name: "test"}.withDefaults()
	retry := &sms.SendError{Verdict: sms.Retry, Code: "+CMS 42", Err: errors.New("congestion")}
	reroute := &sms.SendError{Verdict: sms.Reroute, Code: "+CMS 310", Err: errors.New("no SIM")}
	reject := &sms.SendError{Verdict: sms.Reject, Code: "+CMS 1", Err: errors.New("unassigned number")}
	doubt := &sms.SendError{Verdict: sms.Retry, Doubt: true, Err: errors.New("no answer in 180s")}

	plain := sms.Message{Receipt: true, OnDoubt: sms.Resend, Segments: 1}
	deaf, hold, old := plain, plain, plain
	deaf.Receipt = false
	hold.OnDoubt = sms.Hold
	old.Expires = now

	for _, tc := range []struct {
		name  string
		a     ending
		state sms.State
		final bool
		aside bool
		due   time.Duration
		code  string
	}{
		{"taken, report asked for", ending{m: &plain}, sms.Sent, false, false, 0, ""},
		{"taken, no report", ending{m: &deaf}, sms.Sent, true, false, 0, ""},
		{"retry", ending{m: &plain, err: retry}, sms.Queued, false, false, 5 * time.Second, "+CMS 42"},
		{"retry, fourth time", ending{m: &plain, err: retry, n: 4}, sms.Queued, false, false, 40 * time.Second, "+CMS 42"},
		{"retry, longest pause", ending{m: &plain, err: retry, n: 20}, sms.Queued, false, false, 15 * time.Minute, "+CMS 42"},
		{"too often", ending{m: &plain, err: retry, n: 30}, sms.Failed, true, false, 0, "+CMS 42"},
		{"unknown error is temporary", ending{m: &plain, err: errors.New("odd")}, sms.Queued, false, false, 5 * time.Second, ""},
		{"reroute, another way", ending{m: &plain, err: reroute, other: true}, sms.Queued, false, true, 0, "+CMS 310"},
		{"reroute, no other way", ending{m: &plain, err: reroute}, sms.Queued, false, false, 5 * time.Second, "+CMS 310"},
		{"reject", ending{m: &plain, err: reject}, sms.Failed, true, false, 0, "+CMS 1"},
		{"expired meanwhile", ending{m: &old, err: retry}, sms.Expired, true, false, 0, "+CMS 42"},
		{"doubt, resend", ending{m: &plain, err: doubt}, sms.Queued, false, false, 5 * time.Second, ""},
		{"doubt, hold", ending{m: &hold, err: doubt}, sms.Doubtful, true, false, 0, ""},
		{"stopped before it left", ending{m: &plain, err: retry, stopped: true}, sms.Queued, false, false, 0, ""},
		{"stopped in doubt, hold", ending{m: &hold, err: doubt, stopped: true}, sms.Doubtful, true, false, 0, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.a.now, tc.a.jitter, tc.a.n = now, 0.5, max(1, tc.a.n)
			o, aside := cfg.decide(tc.a)
			if o.State != tc.state || o.Final != tc.final || aside != tc.aside {
				t.Fatalf("got %s final %v aside %v, want %s %v %v", o.State, o.Final, aside, tc.state, tc.final, tc.aside)
			}
			if tc.state == sms.Queued && o.Due.Sub(now) != tc.due {
				t.Errorf("due in %v, want %v", o.Due.Sub(now), tc.due)
			}
			if got := fault(o); got != tc.code {
				t.Errorf("fault %q, want %q", got, tc.code)
			}
			if tc.state == sms.Sent && !tc.final && !o.Await.Equal(now.Add(cfg.ReportWait)) {
				t.Errorf("awaits a report until %v, want %v from now", o.Await, cfg.ReportWait)
			}
			if o.Final && o.State != sms.Sent && o.Fault == nil {
				t.Error("a final failure names no fault")
			}
		})
	}
}

func fault(o sms.Outcome) string {
	if o.Fault == nil {
		return ""
	}
	return o.Fault.Code
}

func TestPauseIsSpreadByAQuarter(t *testing.T) {
	cfg := Config{Name: "test"}.withDefaults()
	if got, want := cfg.pause(2, 0), 7500*time.Millisecond; got != want {
		t.Errorf("least pause after the second attempt: got %v, want %v", got, want)
	}
	if got, want := cfg.pause(2, 1), 12500*time.Millisecond; got != want {
		t.Errorf("most: got %v, want %v", got, want)
	}
}

func TestSettleCountsSegments(t *testing.T) {
	d, u := sms.Delivered, sms.Undelivered
	for _, tc := range []struct {
		name    string
		state   sms.State
		reports []sms.State
		want    sms.State // empty: no news
	}{
		{"one of one", sms.Sent, []sms.State{d}, d},
		{"one of two", sms.Sent, []sms.State{d, ""}, ""},
		{"two of two", sms.Sent, []sms.State{d, d}, d},
		{"one will not arrive", sms.Sent, []sms.State{d, u}, u},
		{"still trying", sms.Sent, []sms.State{sms.Sent}, ""},
		{"settles a doubt", sms.Doubtful, []sms.State{d}, d},
		{"being tried again", sms.Queued, []sms.State{d}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := &sms.Message{Segments: len(tc.reports)}
			st := &sms.Status{Event: sms.Event{State: tc.state}, Reports: tc.reports}
			o, news := settle(m, st, &sms.Report{Code: "TP-ST 0x00"})
			if news != (tc.want != "") || news && (o.State != tc.want || !o.Final) {
				t.Errorf("got %s final %v news %v, want %q", o.State, o.Final, news, tc.want)
			}
		})
	}
}

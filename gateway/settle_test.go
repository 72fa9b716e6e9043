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
	both := &sms.SendError{Verdict: sms.Reroute, Code: "+CMS 332", Doubt: true, Err: errors.New("network timeout")}
	doubt := &sms.SendError{Verdict: sms.Retry, Doubt: true, Err: errors.New("no answer in 180s")}

	plain := sms.Message{Receipt: true, OnDoubt: sms.Resend, Segments: 1}
	deaf, hold, old, urgent, short := plain, plain, plain, plain, plain
	urgent.Priority, short.Expires = sms.Urgent, now.Add(30*time.Second)
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
		{"doubt, resend", ending{m: &plain, err: doubt}, sms.Queued, false, false, 30 * time.Second, ""},
		{"doubt, resend, fifth time", ending{m: &plain, err: doubt, n: 5}, sms.Queued, false, false, 80 * time.Second, ""},
		{"doubt, resend, urgent", ending{m: &urgent, err: doubt}, sms.Queued, false, false, 5 * time.Second, ""},
		{"doubt, resend, no report", ending{m: &deaf, err: doubt}, sms.Queued, false, false, 5 * time.Second, ""},
		{"doubt, resend, would expire", ending{m: &short, err: doubt}, sms.Queued, false, false, 5 * time.Second, ""},
		{"doubt, reroute", ending{m: &plain, err: both, other: true}, sms.Queued, false, true, 30 * time.Second, "+CMS 332"},
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
		refs    int
	}{
		{"one of one", sms.Sent, []sms.State{d}, d, 0},
		{"one of two", sms.Sent, []sms.State{d, ""}, "", 0},
		{"two of two", sms.Sent, []sms.State{d, d}, d, 0},
		{"one will not arrive", sms.Sent, []sms.State{d, u}, u, 0},
		{"still trying", sms.Sent, []sms.State{sms.Sent}, "", 0},
		{"settles a doubt", sms.Doubtful, []sms.State{d}, d, 0},
		{"being tried again", sms.Queued, []sms.State{d}, "", 0},
		{"found in the network", sms.Queued, []sms.State{d}, d, 1},
		{"found in the network, still trying", sms.Queued, []sms.State{sms.Sent}, sms.Sent, 1},
		{"found in the network, and lost", sms.Queued, []sms.State{"", u}, u, 2},
		{"found in part", sms.Queued, []sms.State{d, ""}, "", 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := &sms.Message{Segments: len(tc.reports)}
			st := &sms.Status{Event: sms.Event{State: tc.state}, Reports: tc.reports, Refs: make([]sms.Ref, tc.refs)}
			o, news := Config{}.withDefaults().settle(m, st, &sms.Report{Code: "TP-ST 0x00"})
			if news != (tc.want != "") || news && (o.State != tc.want || o.Final == (o.State == sms.Sent)) {
				t.Errorf("got %s final %v news %v, want %q", o.State, o.Final, news, tc.want)
			}
		})
	}
}

// The segment in doubt was taken after the one before it.
func TestWhenADoubtMayHaveBeenTaken(t *testing.T) {
	begun := time.Date(2026, 5, 4, 3, 0, 0, 0, time.UTC)
	second, end := begun.Add(20*time.Minute), begun.Add(23*time.Minute)
	b := sms.Begin{Way: "north", Net: "sim", First: 1, Time: begun}
	d := Config{}.doubtOf(ending{begun: b, refs: []sms.Ref{{Segment: 1, Time: second}}, now: end})
	if d.Segment != 2 || d.Count != 1 || d.Net != "sim" || d.Way != "north" {
		t.Errorf("got %+v", d)
	}
	for _, tc := range []struct {
		taken time.Time
		fits  bool
	}{
		{begun, false}, {second.Add(-clocksApart), true}, {end.Add(clocksApart), true}, {end.Add(clocksApart + 1), false}, {time.Time{}, false},
	} {
		if got := d.Fits(tc.taken); got != tc.fits {
			t.Errorf("taken at %v: got %v", tc.taken, got)
		}
	}
	m, st := &sms.Message{Segments: 3}, &sms.Status{Net: "sim", Way: "north", Event: sms.Event{Time: begun, Sent: 1}}
	if d := (Config{}).doubtAfterStop(m, st); d.Segment != 1 || d.Count != 2 || !d.Until.Equal(begun.Add(2*longestSegment+clocksApart)) {
		t.Errorf("after a stop: got %+v", d)
	}
}

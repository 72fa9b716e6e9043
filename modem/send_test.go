package modem_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/modem/modemsim"
	"github.com/pigeon-sms/pigeon/sms"
)

func TestSegmentTakesOneRoundTrip(t *testing.T) {
	for _, segments := range []int{1, 5} {
		synctest.Test(t, func(t *testing.T) {
			// The family without +CMMS, which would be one more per message.
			r := one(t, modemsim.ModemConfig{Family: "huawei"})
			defer r.end()
			r.ready("m1")
			r.rest(time.Second)
			r.wires["m1"].forget()
			text := "hello"
			if segments > 1 {
				text = long(segments)
			}
			refs, err := r.send("m1", text)
			if err != nil || len(refs) != segments {
				t.Fatalf("Send = %d refs, %v; want %d, nil", len(refs), err, segments)
			}
			w := r.wires["m1"]
			if got := w.count("AT"); got != segments {
				t.Errorf("%d commands for %d segments: %q", got, segments, w.lines())
			}
			if got := w.all(); got > 3*segments { // command, PDU, Ctrl-Z
				t.Errorf("%d writes for %d segments: %q", got, segments, w.lines())
			}
			for i, ref := range refs {
				if ref.Segment != i || ref.Net != r.way("m1").Modem.ICCID || ref.ID == "" || ref.Time.IsZero() {
					t.Errorf("ref %d = %+v", i, ref)
				}
			}
			if n := r.net.Copies("+447700900123", text); n != 1 {
				t.Errorf("the network has the text %d times, want 1", n)
			}
		})
	}
}

func TestSendGoesOnFromFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{})
		defer r.end()
		r.ready("m1")
		a := attempt(long(4))
		a.First = 2
		refs, err := r.pool.Send(t.Context(), "m1", a)
		if err != nil || len(refs) != 2 || refs[0].Segment != 2 || refs[1].Segment != 3 {
			t.Fatalf("Send = %+v, %v; want segments 2 and 3", refs, err)
		}
	})
}

func TestReportsComeBackWithTheirRef(t *testing.T) {
	for _, family := range modemsim.Families() {
		t.Run(family, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := one(t, modemsim.ModemConfig{Family: family})
				defer r.end()
				r.ready("m1")
				refs, err := r.send("m1", "hello")
				if err != nil {
					t.Fatal(err)
				}
				r.until(time.Minute, "report", func() bool { _, n := r.core.counts(); return n == 1 })
				got := r.core.reported()[0]
				if got.ID != refs[0].ID || got.Net != refs[0].Net || got.State != sms.Delivered || got.Way != "m1" {
					t.Errorf("report = %+v, ref %+v", got, refs[0])
				}
			})
		})
	}
}

func TestRefusalHasItsVerdict(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{})
		defer r.end()
		for _, tc := range []struct {
			code    string
			verdict sms.Verdict
			doubt   bool
		}{
			{"38", sms.Retry, false}, {"1", sms.Reject, false}, {"50", sms.Reroute, false}, {"500", sms.Retry, true},
			{"332", sms.Retry, true}, {"999", sms.Retry, false},
		} {
			r.ready("m1")
			r.fault("m1", "error "+tc.code)
			refs, err := r.send("m1", "hello")
			var e *sms.SendError
			if !errors.As(err, &e) || e.Code != "+CMS "+tc.code || e.Verdict != tc.verdict || e.Doubt != tc.doubt || len(refs) != 0 {
				t.Errorf("code %s: %v %+v, refs %v; want %v, doubt %v", tc.code, err, e, refs, tc.verdict, tc.doubt)
			}
		}
	})
}

func TestRefusedSegmentLeavesRefsOfThoseTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{Latency: time.Second})
		defer r.end()
		r.ready("m1")
		time.AfterFunc(1500*time.Millisecond, func() { _ = r.modems["m1"].Fault("error 42") })
		refs, err := r.send("m1", long(4))
		var e *sms.SendError
		if !errors.As(err, &e) || e.Code != "+CMS 42" || len(refs) == 0 || len(refs) == 4 {
			t.Errorf("Send = %v, %v; want some refs and +CMS 42", refs, err)
		}
	})
}

func TestSilenceAfterCtrlZIsDoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{})
		defer r.end()
		r.ready("m1")
		r.fault("m1", "takesilent")
		start := time.Now()
		refs, err := r.send("m1", "hello")
		var e *sms.SendError
		if !errors.As(err, &e) || !e.Doubt || len(refs) != 0 {
			t.Fatalf("Send = %v, %v; want doubt", refs, err)
		}
		if d := time.Since(start); d < 170*time.Second || d > 200*time.Second {
			t.Errorf("it took %v, want the 180 s a modem may take", d)
		}
		r.ready("m1") // it answers other commands
		if _, err := r.send("m1", "again"); err != nil {
			t.Errorf("the next: %v", err)
		}
	})
}

func TestLineDroppedAfterCtrlZIsDoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{Latency: time.Second})
		defer r.end()
		r.ready("m1")
		r.fault("m1", "takegone")
		_, err := r.send("m1", "hello")
		var e *sms.SendError
		if !errors.As(err, &e) || !e.Doubt {
			t.Errorf("Send = %v, want doubt", err)
		}
		if w := r.way("m1"); w.Ready {
			t.Errorf("way = %+v, want one that is not ready", w)
		}
	})
}

func TestNoPromptIsNoDoubt(t *testing.T) {
	for _, fault := range []string{"noprompt", "prompturc", "silence", "hangup"} {
		t.Run(fault, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := one(t, modemsim.ModemConfig{})
				defer r.end()
				r.ready("m1")
				r.rest(time.Second)
				switch fault {
				case "hangup":
					// It drops while the command is on its way.
					r.fault("m1", "slow 2s")
					time.AfterFunc(time.Second, func() { _ = r.modems["m1"].Fault("hangup") })
				default:
					r.fault("m1", fault)
				}
				_, err := r.send("m1", "hello")
				var e *sms.SendError
				if !errors.As(err, &e) || e.Doubt || e.Verdict == sms.Reject {
					t.Errorf("Send = %v, want a failure without doubt", err)
				}
				if n := len(r.net.Segments()); n != 0 && fault != "noprompt" {
					t.Errorf("the network took %d segments, want 0", n)
				}
				r.modems["m1"].ClearFaults()
				r.ready("m1")
				if _, err := r.send("m1", "again"); err != nil {
					t.Errorf("the next: %v", err)
				}
			})
		})
	}
}

func TestLostOKStillMeansSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{})
		defer r.end()
		r.ready("m1")
		r.fault("m1", "lostfinal")
		refs, err := r.send("m1", "hello")
		if err != nil || len(refs) != 1 || refs[0].ID == "" {
			t.Errorf("Send = %v, %v; want a ref", refs, err)
		}
	})
}

func TestNotReadyRefusesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{Registration: 2})
		defer r.end()
		r.until(time.Minute, "registering", func() bool { return r.way("m1").State == "registering" })
		start := time.Now()
		for _, way := range []string{"m1", "nobody"} {
			_, err := r.send(way, "hello")
			var e *sms.SendError
			if !errors.As(err, &e) || e.Verdict != sms.Reroute || time.Since(start) != 0 {
				t.Errorf("%s: Send = %v after %v, want reroute at once", way, err, time.Since(start))
			}
		}
	})
}

func TestSecondMessageIsRefusedWhileBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{Latency: 5 * time.Second})
		defer r.end()
		r.ready("m1")
		first := make(chan error, 1)
		go func() { _, err := r.send("m1", "one"); first <- err }()
		synctest.Wait()
		if w := r.way("m1"); w.State != "busy" || !w.Ready {
			t.Errorf("way = %s, ready %v; want busy, and still a way", w.State, w.Ready)
		}
		_, err := r.send("m1", "two")
		var e *sms.SendError
		if !errors.As(err, &e) || e.Verdict != sms.Reroute {
			t.Errorf("second Send = %v, want reroute", err)
		}
		if err := <-first; err != nil {
			t.Errorf("first Send = %v", err)
		}
	})
}

func TestCallerLeaves(t *testing.T) {
	for _, tc := range []struct {
		name  string
		after time.Duration
		taken int // segments of three
	}{
		{"before", 0, 0},
		{"while the first waits for its answer", 3 * time.Second, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := one(t, modemsim.ModemConfig{Latency: 5 * time.Second})
				defer r.end()
				r.ready("m1")
				ctx, cancel := context.WithCancel(t.Context())
				if tc.after == 0 {
					cancel()
				} else {
					time.AfterFunc(tc.after, cancel)
				}
				defer cancel()
				refs, err := r.pool.Send(ctx, "m1", attempt(long(3)))
				if !errors.Is(err, context.Canceled) || len(refs) != tc.taken || len(r.net.Segments()) != tc.taken {
					t.Errorf("Send = %d refs, %v, network has %d; want %d and canceled", len(refs), err, len(r.net.Segments()), tc.taken)
				}
			})
		})
	}
}

func TestStopWaitsForTheAnswerOfWhatHasLeft(t *testing.T) {
	for _, tc := range []struct {
		latency time.Duration
		doubt   bool
	}{{10 * time.Second, false}, {100 * time.Second, true}} {
		synctest.Test(t, func(t *testing.T) {
			r := one(t, modemsim.ModemConfig{Latency: tc.latency})
			r.ready("m1")
			type result struct {
				refs []sms.Ref
				err  error
			}
			done := make(chan result, 1)
			go func() { refs, err := r.send("m1", "hello"); done <- result{refs, err} }()
			r.rest(time.Second)
			start := time.Now()
			r.end()
			got := <-done
			var e *sms.SendError
			doubt := errors.As(got.err, &e) && e.Doubt
			if doubt != tc.doubt || !tc.doubt && (got.err != nil || len(got.refs) != 1) {
				t.Errorf("latency %v: Send = %v, %v; want doubt %v", tc.latency, got.refs, got.err, tc.doubt)
			}
			if d := time.Since(start); d > 35*time.Second {
				t.Errorf("latency %v: the stop took %v", tc.latency, d)
			}
		})
	}
}

func TestWishesReachTheNetwork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{})
		defer r.end()
		r.ready("m1")
		a := attempt("hello")
		a.Expires = time.Now().Add(61 * time.Minute)
		a.Receipt, a.Flash, a.ReplyPath = false, true, true
		if _, err := r.pool.Send(t.Context(), "m1", a); err != nil {
			t.Fatal(err)
		}
		s := r.net.Segments()[0]
		if s.Validity < 55*time.Minute || s.Validity > 61*time.Minute || s.Report || s.Class != 0 || !s.ReplyPath {
			t.Errorf("validity %v, report %v, class %d, reply path %v; want an hour, no report, class 0, one", s.Validity, s.Report, s.Class, s.ReplyPath)
		}
		a.Expires = time.Now().Add(-time.Minute)
		if _, err := r.pool.Send(t.Context(), "m1", a); err == nil || len(r.net.Segments()) != 1 {
			t.Errorf("a message whose time has passed was sent: %v", err)
		}
	})
}

func TestUnsendableIsRejected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{})
		defer r.end()
		r.ready("m1")
		for _, a := range []*sms.Attempt{
			{Message: &sms.Message{To: "INFO", Text: "x", Encoding: sms.EncodingAuto}},
			{Message: &sms.Message{To: "+447700900123", Text: long(300), Encoding: sms.EncodingAuto}},
		} {
			_, err := r.pool.Send(t.Context(), "m1", a)
			var e *sms.SendError
			if !errors.As(err, &e) || e.Verdict != sms.Reject {
				t.Errorf("Send to %s = %v, want reject", a.To, err)
			}
		}
	})
}

package gateway_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// After a power cut a slow modem brings a report only when it is ready: what it
// left in doubt waits for that, and goes another way where it is not ready for
// long.
func TestDoubtOfAStopWaitsForTheModem(t *testing.T) {
	const whole, cut = "queued sending queued delivered!", "queued sending queued sending sent"
	for _, tc := range []struct {
		name   string
		ready  time.Duration // of north, which sent it; 0: never
		report time.Duration // after the start; 0: none
		south  bool          // is there
		want   string
		sent   string
		at     time.Duration // when it is sent again
	}{
		{name: "slow, with a report", ready: 2 * time.Minute, report: 2*time.Minute + 20*time.Second, south: true, want: whole},
		{name: "slow, without", ready: 2 * time.Minute, south: true, want: cut, at: 2*time.Minute + 30*time.Second},
		{name: "never ready", south: true, want: cut, sent: "south m1/2 from 0", at: 5 * time.Minute},
		{name: "late, and alone, with a report", ready: 20 * time.Minute, report: 20*time.Minute + 20*time.Second, want: whole},
		{name: "late, and alone, without", ready: 20 * time.Minute, want: cut, sent: "north m1/2 from 0", at: 20*time.Minute + 30*time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				names := []string{"north", "south"}
				if !tc.south {
					names = names[:1]
				}
				e := newEdge(names...)
				w := newWorld(t, e)
				w.accept(one)
				taken := time.Now()
				if _, err := w.db.Begin(t.Context(), 1, sms.Begin{Way: "north", Net: "north", Segments: 1, Time: taken.UTC()}); err != nil {
					t.Fatal(err)
				}
				w.shut()
				e.set(0, false)
				w.open()
				begun := time.Now()
				w.run()
				var sentAt time.Duration
				for range 2 * 30 * 60 { // half an hour
					<-time.After(time.Second / 2)
					synctest.Wait()
					since := time.Since(begun)
					if since == tc.ready {
						e.set(0, true)
						w.Changed()
					}
					if since == tc.report {
						w.report("7", sms.Delivered, func(r *sms.Report) { r.SentAt = taken })
					}
					synctest.Wait()
					if sentAt == 0 && len(e.sent()) > 0 {
						sentAt = since
					}
				}
				w.want("m1", tc.want)
				if sentAt != tc.at {
					t.Errorf("sent again after %v, want %v", sentAt, tc.at)
				}
				if got := e.sent(); tc.sent != "" && (len(got) != 1 || got[0] != tc.sent) {
					t.Errorf("sent %q, want %q", got, tc.sent)
				}
				w.halt()
			})
		})
	}
}

// One that rested for its report when the power went rests on: nothing could come
// while the gateway was off.
func TestDoubtRestsOnOverAStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north", "south")
		e.set(1, false)
		e.lose(map[string]int{"m1/1": 0})
		w := newWorld(t, e)
		w.run()
		w.accept(one)
		taken := time.Now()
		<-time.After(5 * time.Second)
		w.want("m1", "queued sending queued")
		w.halt()
		<-time.After(time.Hour)
		e.set(0, false)
		e.set(1, true)
		w.open()
		w.run()
		<-time.After(2 * time.Minute)
		v, err := w.Message(t.Context(), "m1")
		if err != nil || v.Status.Why != "in doubt: waits for its modem and then for a report, until 2000-01-01T01:05:05Z at most" {
			t.Errorf("got %+v, %v", v.Status, err)
		}
		e.set(0, true)
		w.Changed()
		<-time.After(20 * time.Second)
		w.wantSent("north m1/1 from 0")
		w.report("7", sms.Delivered, func(r *sms.Report) { r.SentAt = taken })
		<-time.After(time.Hour)
		w.want("m1", "queued sending queued delivered!")
		w.wantSent("north m1/1 from 0")
		w.halt()
	})
}

// A power cut after another does not have the rest of the one before counted as
// a pause of its own: with its modem ready a message rests for DoubtWait only.
func TestDoubtOfSeveralStopsRestsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north")
		w := newWorld(t, e)
		w.accept(one)
		if _, err := w.db.Begin(t.Context(), 1, sms.Begin{Way: "north", Net: "north", Segments: 1, Time: time.Now().UTC()}); err != nil {
			t.Fatal(err)
		}
		w.shut()
		e.set(0, false)
		for range 3 { // starts that end before the modem is ready
			w.open()
			w.run()
			<-time.After(10 * time.Second)
			w.halt()
		}
		e.set(0, true)
		w.open()
		w.run()
		<-time.After(31 * time.Second)
		synctest.Wait()
		if got := len(e.sent()); got != 1 {
			t.Errorf("sent again %d times 31s after the modem was ready, want once", got)
		}
		w.halt()
	})
}

package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/gateway"
	"github.com/pigeon-sms/pigeon/sms"
)

// lose makes attempts end in doubt, by message and number ("m1/1"), after some
// segments were taken, and all others well.
func (e *edge) lose(doubts map[string]int) {
	e.answer = func(_ context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
		n, doubt := doubts[fmt.Sprintf("%s/%d", a.ID, a.N)]
		if !doubt {
			return e.take(way, a, a.Segments), nil
		}
		refs := e.take(way, a, a.First+n)
		return refs, &sms.SendError{Verdict: sms.Retry, Doubt: true, Err: errors.New("no answer in 180s")}
	}
}

// report has the network report on a segment it took just now.
func (w *world) report(id string, s sms.State, change ...func(*sms.Report)) {
	w.t.Helper()
	r := &sms.Report{Net: "north", ID: id, To: "+447700900123", State: s, Code: "TP-ST", Time: time.Now(), SentAt: time.Now().Truncate(time.Second)}
	for _, f := range change {
		f(r)
	}
	if err := w.Report(w.t.Context(), r); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) want(id, story string) {
	w.t.Helper()
	synctest.Wait()
	if got := w.story(id); got != story {
		w.t.Errorf("%s: %q, want %q", id, got, story)
	}
}

func (w *world) wantSent(want ...string) {
	w.t.Helper()
	synctest.Wait()
	if got := w.edge.sent(); !slices.Equal(got, want) {
		w.t.Errorf("sent %q, want %q", got, want)
	}
}

const (
	held  = `{"id":"m1","to":"+447700900123","text":"hello","on_doubt":"hold"}`
	three = `{"id":"m1","to":"+447700900123","text":"` // and the text
)

// doubtful runs a world in which doubts arise.
func doubtful(t *testing.T, doubts map[string]int, f func(w *world), change ...func(*gateway.Config)) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north")
		e.lose(doubts)
		w := newWorld(t, e, change...)
		w.run()
		f(w)
		w.halt()
	})
}

func TestReportSettlesAHeldDoubt(t *testing.T) {
	for _, tc := range []struct {
		reports []sms.State
		want    string
	}{
		{[]sms.State{sms.Delivered}, "queued sending doubtful! delivered!"},
		{[]sms.State{sms.Undelivered}, "queued sending doubtful! undelivered!"},
		{[]sms.State{sms.Sent}, "queued sending doubtful!"},
		{[]sms.State{sms.Sent, sms.Delivered, sms.Delivered}, "queued sending doubtful! delivered!"},
	} {
		doubtful(t, map[string]int{"m1/1": 0}, func(w *world) {
			w.accept(held)
			synctest.Wait()
			for _, s := range tc.reports {
				w.report("7", s)
			}
			w.want("m1", tc.want)
		})
	}
}

// The gain: what the network has is not sent again.
func TestReportPreventsASecondSending(t *testing.T) {
	for _, tc := range []struct {
		reports []sms.State
		want    string
	}{
		{[]sms.State{sms.Delivered}, "queued sending queued delivered!"},
		{[]sms.State{sms.Undelivered}, "queued sending queued undelivered!"},
		{[]sms.State{sms.Sent}, "queued sending queued sent"},
		{[]sms.State{sms.Sent, sms.Delivered}, "queued sending queued sent delivered!"},
	} {
		doubtful(t, map[string]int{"m1/1": 0}, func(w *world) {
			w.accept(one)
			<-time.After(29 * time.Second)
			v, err := w.Message(w.t.Context(), "m1")
			if err != nil || v.Status.State != sms.Queued {
				t.Errorf("got %+v, %v; want it queued", v.Status, err)
			}
			sentAt := func(r *sms.Report) { r.SentAt = time.Now().Add(-29 * time.Second) }
			for _, s := range tc.reports {
				w.report("7", s, sentAt)
			}
			<-time.After(time.Hour)
			w.want("m1", tc.want)
			w.wantSent("north m1/1 from 0")
			if h, err := w.Health(w.t.Context()); err != nil || h.Queue.Queued != 0 {
				t.Errorf("got %+v, %v; want nothing queued", h.Queue, err)
			}
		})
	}
}

func TestDoubtSaysHowLongAReportIsWaitedFor(t *testing.T) {
	doubtful(t, map[string]int{"m1/1": 0, "now/1": 0}, func(w *world) {
		w.accept(one)
		w.accept(`{"id":"now","to":"+447700900124","text":"hello","priority":"urgent"}`)
		synctest.Wait()
		until := time.Now().Add(time.Minute).UTC().Format(time.RFC3339)
		entries, err := w.db.Entries(w.t.Context(), 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(entries, func(e sms.Entry) bool {
			return e.Event.ID == "m1" && strings.HasSuffix(e.Event.Why, "unless a report says before "+until+" that the network has it")
		})
		if i < 0 {
			t.Errorf("no event says until when: %+v", entries)
		}
		<-time.After(10 * time.Second) // RetryFirst and a quarter of it
		w.want("now", "queued sending queued sending sent")
		w.want("m1", "queued sending queued")
		<-time.After(time.Minute)
		w.want("m1", "queued sending queued sending sent")
	}, func(c *gateway.Config) { c.DoubtWait = time.Minute })
}

// What the two copies of a message are reported to have become.
func TestReportsOnTwoCopies(t *testing.T) {
	for _, tc := range []struct {
		name          string
		first, second sms.State
		want          string
	}{
		{"first, then second", sms.Delivered, sms.Delivered, "sent delivered!"},
		{"first will not arrive", sms.Undelivered, sms.Delivered, "sent delivered!"},
		{"neither will", sms.Undelivered, sms.Undelivered, "sent undelivered!"},
		{"second will not", sms.Delivered, sms.Undelivered, "sent delivered!"},
		{"first not yet", sms.Sent, sms.Delivered, "sent delivered!"},
	} {
		for _, when := range []string{"during", "after"} {
			t.Run(tc.name+" "+when, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					e := newEdge("north")
					e.lose(map[string]int{"m1/1": 0})
					again := e.answer
					e.answer = func(ctx context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
						if a.N == 2 {
							<-time.After(10 * time.Second)
						}
						return again(ctx, way, a)
					}
					w := newWorld(t, e)
					w.run()
					w.accept(one)
					begun := time.Now()
					first := func() { w.report("77", tc.first, func(r *sms.Report) { r.SentAt = begun }) }
					<-time.After(35 * time.Second) // the second is being sent
					if when == "during" {
						first()
						w.want("m1", "queued sending queued sending")
					}
					<-time.After(20 * time.Second)
					if when == "after" {
						w.want("m1", "queued sending queued sending sent")
						first()
					}
					w.report("1", tc.second, func(r *sms.Report) { r.SentAt = begun.Add(40 * time.Second) })
					w.want("m1", "queued sending queued sending "+tc.want)
					w.wantSent("north m1/1 from 0", "north m1/2 from 0")
					w.halt()
				})
			})
		}
	}
}

// The segment in doubt alone is settled; those behind it are sent.
func TestReportOnASegmentInDoubt(t *testing.T) {
	text := three + strings.Repeat("long ", 80) + `"}`
	doubtful(t, map[string]int{"m1/1": 1}, func(w *world) {
		w.accept(text)
		synctest.Wait()
		w.report("77", sms.Delivered)
		<-time.After(time.Minute)
		w.want("m1", "queued sending queued sending sent")
		w.wantSent("north m1/1 from 0", "north m1/2 from 2")
		w.report("1", sms.Delivered)
		w.report("2", sms.Delivered)
		w.want("m1", "queued sending queued sending sent delivered!")
	})
	doubtful(t, map[string]int{"m1/1": 2}, func(w *world) { // the last
		w.accept(text)
		synctest.Wait()
		w.report("77", sms.Sent)
		<-time.After(time.Minute)
		w.want("m1", "queued sending queued sent")
		for _, id := range []string{"1", "77", "2"} {
			w.report(id, sms.Delivered)
		}
		w.want("m1", "queued sending queued sent delivered!")
		w.wantSent("north m1/1 from 0")
	})
}

// A report settles no doubt when it may be on something else.
func TestReportThatSettlesNothing(t *testing.T) {
	for _, tc := range []struct {
		name   string
		id     string
		change func(*sms.Report)
	}{
		{"no recipient", "77", func(r *sms.Report) { r.To = "" }},
		{"another recipient", "77", func(r *sms.Report) { r.To = "+447700900124" }},
		{"another SIM", "77", func(r *sms.Report) { r.Net = "south" }},
		{"no time", "77", func(r *sms.Report) { r.SentAt = time.Time{} }},
		{"taken long before", "77", func(r *sms.Report) { r.SentAt = r.SentAt.Add(-6 * time.Minute) }},
		{"taken long after", "77", func(r *sms.Report) { r.SentAt = r.SentAt.Add(6 * time.Minute) }},
		{"said again of another", "1", func(r *sms.Report) {}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			doubtful(t, map[string]int{"m1/1": 0}, func(w *world) {
				w.accept(`{"id":"before","to":"07700 900123","text":"hello"}`)
				synctest.Wait()
				w.report("1", sms.Delivered)
				<-time.After(time.Minute)
				w.accept(one)
				synctest.Wait()
				w.report(tc.id, sms.Delivered, tc.change)
				<-time.After(time.Minute)
				w.want("m1", "queued sending queued sending sent")
			})
		})
	}
}

// Of two doubts a report may be on, it settles that whose time fits, and none
// where both do.
func TestReportThatTwoDoubtsFit(t *testing.T) {
	for _, tc := range []struct {
		apart time.Duration
		want  [2]string
	}{
		{time.Second, [2]string{"doubtful!", "doubtful!"}},
		{11 * time.Minute, [2]string{"doubtful!", "doubtful! delivered!"}},
	} {
		doubtful(t, map[string]int{"m1/1": 0, "m2/1": 0}, func(w *world) {
			w.accept(held)
			<-time.After(tc.apart)
			w.accept(strings.Replace(held, "m1", "m2", 1))
			synctest.Wait()
			w.report("77", sms.Delivered)
			w.want("m1", "queued sending "+tc.want[0])
			w.want("m2", "queued sending "+tc.want[1])
		})
	}
}

// A report that overtakes the answer to another message to the same recipient is
// that message's.
func TestReportThatMayBeOnWhatIsBeingSent(t *testing.T) {
	for _, id := range []string{"1", "77"} {
		synctest.Test(t, func(t *testing.T) {
			e := newEdge("north")
			e.lose(map[string]int{"m1/1": 0})
			answer := e.answer
			var w *world
			e.answer = func(ctx context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
				if a.ID == "m2" {
					w.report(id, sms.Delivered)
				}
				return answer(ctx, way, a)
			}
			w = newWorld(t, e)
			w.run()
			w.accept(held)
			synctest.Wait()
			w.accept(`{"id":"m2","to":"+447700900123","text":"hello"}`)
			if id == "1" { // m2's
				w.want("m1", "queued sending doubtful!")
				w.want("m2", "queued sending sent delivered!")
			} else {
				w.want("m1", "queued sending doubtful! delivered!")
				w.want("m2", "queued sending sent")
			}
			w.halt()
		})
	}
}

// The daemon is killed after the last octet has left; the report comes at the
// next start, before the core runs or while the message rests.
func TestReportAfterAKill(t *testing.T) {
	for _, tc := range []struct {
		name     string
		segments int
		reports  []string
		want     string
		sent     []string
	}{
		{"whole", 1, []string{"7"}, "queued sending queued delivered!", nil},
		{"none", 1, nil, "queued sending queued sending sent", []string{"north m1/2 from 0"}},
		{"two of three", 3, []string{"8", "7", "8"}, "queued sending queued sending sent", []string{"north m1/2 from 2"}},
		{"all three", 3, []string{"8", "9", "7"}, "queued sending queued sent delivered!", nil},
	} {
		for _, when := range []string{"before", "after"} {
			t.Run(tc.name+" "+when, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					e := newEdge("north")
					w := newWorld(t, e)
					w.accept(three + strings.Repeat("0123456789", 15*(tc.segments-1)+1) + `"}`)
					taken := time.Now()
					if _, err := w.db.Begin(t.Context(), 1, sms.Begin{Way: "north", Net: "north", Segments: tc.segments, Time: taken.UTC()}); err != nil {
						t.Fatal(err)
					}
					w.shut()
					<-time.After(24 * time.Hour)
					w.open()
					reports := func() {
						for _, id := range tc.reports {
							w.report(id, sms.Delivered, func(r *sms.Report) { r.SentAt = taken })
						}
					}
					if when == "before" {
						reports()
					}
					w.run()
					<-time.After(10 * time.Second)
					if when == "after" {
						reports()
					}
					<-time.After(time.Minute)
					// The first report that completes it moves it, the last ends it.
					w.want("m1", strings.Replace(tc.want, "sent delivered!", "delivered!", 1))
					w.wantSent(tc.sent...)
					w.halt()
				})
			})
		}
	}
}

// A board without a clock begins an attempt in 1970: then the time says nothing,
// and a report to the recipient of the one doubt is on that.
func TestReportAfterAWrongClock(t *testing.T) {
	doubtful(t, map[string]int{"m1/1": 0}, func(w *world) {
		w.accept(one)
		synctest.Wait()
		w.report("77", sms.Delivered, func(r *sms.Report) { r.SentAt = time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC) })
		w.want("m1", "queued sending queued delivered!")
	}, func(c *gateway.Config) { c.Built = time.Now().Add(time.Hour) })
}

// What a report has settled leaves the queue at once, also when it comes between
// the end of the attempt and the queue's hearing of it.
func TestSettledMessageLeavesTheQueue(t *testing.T) {
	for _, when := range []string{"later", "at once"} {
		synctest.Test(t, func(t *testing.T) {
			e := newEdge("north")
			e.lose(map[string]int{"m1/1": 0})
			w := newWorld(t, e, func(c *gateway.Config) { c.QueueMost = 1 })
			s := w.infect()
			if when == "at once" {
				s.finished = func() { w.report("77", sms.Delivered) }
			}
			w.run()
			w.accept(one)
			synctest.Wait()
			if when == "later" {
				w.report("77", sms.Delivered)
			}
			w.want("m1", "queued sending queued delivered!")
			w.accept(`{"id":"m2","to":"+447700900124","text":"hello","receipt":false}`) // there is room
			w.want("m2", "queued sending sent!")
			w.halt()
		})
	}
}

// A report that comes before the attempt has ended in doubt.
func TestReportBeforeTheDoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdge("north")
		e.lose(map[string]int{"m2/1": 0})
		answer := e.answer
		var w *world
		e.answer = func(ctx context.Context, way string, a *sms.Attempt) ([]sms.Ref, error) {
			if a.ID == "m2" {
				w.report("77", sms.Delivered)
			}
			return answer(ctx, way, a)
		}
		w = newWorld(t, e)
		w.run()
		w.accept(one)
		synctest.Wait()
		w.report("1", sms.Delivered)
		w.accept(`{"id":"m2","to":"+447700900123","text":"hello"}`)
		w.want("m2", "queued sending queued delivered!")
		w.halt()
	})
}

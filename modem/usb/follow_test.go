package usb

import (
	"errors"
	"io"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

// tell makes a next that takes events from a channel, until that is closed.
func tell(events <-chan bool) func(time.Time) (bool, error) {
	return func(limit time.Time) (bool, error) {
		var expired <-chan time.Time
		if !limit.IsZero() {
			expired = time.After(time.Until(limit))
		}
		select {
		case matters, ok := <-events:
			if !ok {
				return false, io.EOF
			}
			return matters, nil
		case <-expired:
			return false, os.ErrDeadlineExceeded
		}
	}
}

// after lets time pass in the bubble.
func after(d time.Duration) { <-time.After(d) }

func TestBurstIsToldOnce(t *testing.T) {
	for _, tc := range []struct {
		name   string
		events []bool
		apart  time.Duration
		want   []time.Duration // when changed is called
	}{
		{"one", []bool{true}, 0, []time.Duration{settle}},
		{"many at once", []bool{true, true, true, false, true}, 0, []time.Duration{settle}},
		{"many in a row", []bool{true, true, true, true, true}, settle / 5, []time.Duration{settle}},
		{"none that matters", []bool{false, false}, settle, nil},
		{"one behind others", []bool{false, false, true}, settle / 4, []time.Duration{settle/2 + settle}},
		// A burst that does not end must not keep the news back.
		{"for long", []bool{true, true, true, true}, settle * 2 / 5, []time.Duration{settle, settle*12/10 + settle}},
		{"two", []bool{true, true}, time.Minute, []time.Duration{settle, time.Minute + settle}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				events, left := make(chan bool), make(chan error, 1)
				var got []time.Duration
				go func() {
					left <- follow(tell(events), func() { got = append(got, time.Since(start)) })
				}()
				for i, matters := range tc.events {
					if i > 0 {
						after(tc.apart)
					}
					events <- matters
				}
				after(time.Second)
				close(events)
				if err := <-left; !errors.Is(err, io.EOF) {
					t.Errorf("got %v, want what next returned", err)
				}
				if len(got) != len(tc.want) {
					t.Fatalf("got calls at %v, want %v", got, tc.want)
				}
				for i := range got {
					if got[i] != tc.want[i] {
						t.Errorf("got calls at %v, want %v", got, tc.want)
					}
				}
			})
		})
	}
}

package modem_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/modem/modemsim"
)

// Texts come one after the other while those before them are deleted, in a
// stick that gives what lies behind a new number.
func TestRenumberingLosesNothing(t *testing.T) {
	for _, every := range []time.Duration{time.Millisecond, 40 * time.Millisecond, 300 * time.Millisecond, 2 * time.Second} {
		t.Run(every.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := one(t, modemsim.ModemConfig{Family: "huawei"})
				defer r.end()
				r.core.setSlow(100 * time.Millisecond)
				r.fault("m1", "slow 30ms") // so that texts come between two deletions
				var want []string
				for i := range 60 {
					text := fmt.Sprint("text ", i)
					want = append(want, text)
					r.deliver("m1", "+447700900123", text)
					if i == 5 {
						r.ready("m1") // with these in it
					} else if i > 5 {
						r.rest(every)
					}
				}
				r.until(10*time.Minute, "texts", func() bool { n, _ := r.core.counts(); return n >= len(want) })
				r.rest(5 * time.Minute)
				got := r.core.texts()
				slices.Sort(got)
				slices.Sort(want)
				if !slices.Equal(got, want) {
					t.Errorf("got %d texts %q, want %d, once each", len(got), got, len(want))
				}
				if n := r.modems["m1"].Counts().Used; n != 0 {
					t.Errorf("%d texts left in the stick", n)
				}
			})
		})
	}
}

// Whatever a list looks like, what lies in a stick at the start is read.
func TestListsOfEveryForm(t *testing.T) {
	for _, family := range []string{"huawei", "huawei-e3", "zte", "alcatel"} {
		t.Run(family, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := one(t, modemsim.ModemConfig{Family: family})
				defer r.end()
				r.fault("m1", "nonews")
				r.deliver("m1", "+447700900123", "one")
				r.deliver("m1", "+447700900123", "two")
				r.ready("m1")
				r.until(3*time.Minute, "texts", func() bool { n, _ := r.core.counts(); return n == 2 })
				r.rest(5 * time.Minute)
				if got := r.core.texts(); !slices.Equal(got, []string{"one", "two"}) {
					t.Errorf("texts %q", got)
				}
				if n := r.modems["m1"].Counts().Used; n != 0 {
					t.Errorf("%d texts left in the stick", n)
				}
			})
		})
	}
}

package modem_test

import (
	"fmt"
	"io"
	"net"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/modem"
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

// On the wrong port of a stick texts come a minute late, until it is asked for
// its unasked lines; on the right one it is not.
func TestUnaskedLinesOnAnotherPort(t *testing.T) {
	for _, family := range []string{"huawei", "huawei-e220", "huawei-e3"} {
		synctest.Test(t, func(t *testing.T) {
			r := one(t, modemsim.ModemConfig{Family: family})
			defer r.end()
			r.modems["m1"].Fill(2) // another program's, which stay
			r.ready("m1")
			r.rest(10 * time.Minute)
			texts := 0
			comes := func(within time.Duration) {
				r.deliver("m1", "+447700900123", fmt.Sprint("text ", texts))
				texts++
				r.until(within, "text", func() bool { n, _ := r.core.counts(); return n == texts })
				r.rest(time.Second)
			}
			comes(5 * time.Second)
			r.fault("m1", "nonews")
			comes(2 * time.Minute)
			comes(2 * time.Minute)
			r.modems["m1"].ClearFaults()
			if n := r.wires["m1"].count("AT^PORTSEL=") + r.wires["m1"].count("AT^CURC=1"); n != 0 {
				t.Errorf("%s: %d commands said for nothing on the port that hears", family, n)
			}
			r.end()
			r.fault("m1", "otherport")
			r.begin(modem.Config{Modems: []modem.ModemConfig{{Name: "m1", Port: "m1"}}})
			r.ready("m1")
			comes(2 * time.Minute)
			comes(2 * time.Minute)
			comes(5 * time.Second)
			if _, err := r.send("m1", "hello"); err != nil {
				t.Errorf("Send: %v", err)
			}
			r.until(time.Minute, "report", func() bool { _, n := r.core.counts(); return n == 1 })
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

// A program before us has left ATV0: the results are numbers, which a maker's
// name or a serial number may be too.
func TestNumericResultsAreSwitchedOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, modem.Config{}, modemsim.ModemConfig{Name: "m1", Family: "huawei"})
		r.end()
		host, line := net.Pipe()
		served := make(chan struct{})
		go func() {
			defer close(served)
			r.modems["m1"].Serve(t.Context(), line)
		}()
		go io.Copy(io.Discard, host)
		io.WriteString(host, "ATV0\r")
		r.rest(time.Second)
		host.Close()
		<-served

		start := time.Now()
		r.begin(modem.Config{Modems: []modem.ModemConfig{{Name: "m1", Port: "m1"}}})
		defer r.end()
		r.ready("m1")
		if i := r.way("m1").Modem; i.Profile != "huawei" || i.IMEI == "" || i.ICCID == "" {
			t.Errorf("modem = %+v", i)
		}
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("ready after %v", d)
		}
	})
}

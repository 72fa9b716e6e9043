package modem_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/modem"
	"github.com/pigeon-sms/pigeon/modem/modemsim"
)

// refreshed is a rig of modems that are refreshed after a time.
func refreshed(t *testing.T, after time.Duration, names ...string) *rig {
	var cfg modem.Config
	var sims []modemsim.ModemConfig
	for _, n := range names {
		cfg.Modems = append(cfg.Modems, modem.ModemConfig{Name: n, Port: n, Refresh: after})
		sims = append(sims, modemsim.ModemConfig{Name: n, Family: "quectel"})
	}
	return newRig(t, cfg, sims...)
}

// A modem that is registered, answers, and hears nothing.
func TestDeafModemIsHealedByItsRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := refreshed(t, 6*time.Hour, "m1")
		defer r.end()
		r.ready("m1")
		r.fault("m1", "netloss")
		r.wires["m1"].on(func(write string) {
			if write == "AT+CFUN=0\r\n" {
				go r.modems["m1"].ClearFaults()
			}
		})
		r.deliver("m1", "+447700900555", "hello")
		start := time.Now()
		r.until(8*time.Hour, "the text", func() bool { n, _ := r.core.counts(); return n == 1 })
		if d := time.Since(start); d < 6*time.Hour-time.Minute || d > 6*time.Hour+2*time.Minute {
			t.Errorf("after %v", d)
		}
		r.ready("m1")
		r.rest(2 * time.Minute)
		r.wantSteps("m1", "radio+")
	})
}

func TestModemThatHearsIsNotRefreshed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := refreshed(t, 6*time.Hour, "m1")
		defer r.end()
		r.ready("m1")
		for range 5 {
			r.rest(5 * time.Hour)
			if _, err := r.send("m1", "hello"); err != nil { // whose report comes in
				t.Fatal(err)
			}
		}
		r.wantSteps("m1")
		r.rest(7 * time.Hour)
		r.wantSteps("m1", "radio+")
		r.rest(6 * time.Hour)
		r.wantSteps("m1", "radio+", "radio+")
	})
}

func TestOneModemAtATimeIsRefreshed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := refreshed(t, time.Hour, "m1", "m2", "m3")
		defer r.end()
		r.ready("m1", "m2", "m3")
		end := time.Now().Add(90 * time.Minute)
		for time.Now().Before(end) {
			r.rest(5 * time.Second)
			away := 0
			for _, w := range r.pool.Ways() {
				if w.State != "ready" {
					away++
				}
			}
			if away > 1 {
				t.Fatalf("%d modems are away at once: %s", away, r.describe())
			}
		}
		for _, n := range []string{"m1", "m2", "m3"} {
			r.wantSteps(n, "radio+")
		}
	})
}

// The refresh waits for what is on its way, and is not done where it is not
// asked for.
func TestRefreshWaitsUntilTheModemIsIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, modem.Config{Modems: []modem.ModemConfig{
			{Name: "m1", Port: "m1", Refresh: time.Hour}, {Name: "m2", Port: "m2"},
		}}, modemsim.ModemConfig{Name: "m1", Latency: 100 * time.Second}, modemsim.ModemConfig{Name: "m2"})
		defer r.end()
		r.ready("m1", "m2")
		r.net.SetReportDelay(24 * time.Hour)
		r.rest(59 * time.Minute)
		if refs, err := r.send("m1", long(3)); err != nil || len(refs) != 3 {
			t.Errorf("Send = %v, %v", refs, err)
		}
		r.wantSteps("m1")
		r.rest(2 * time.Minute)
		r.wantSteps("m1", "radio+")
		r.wantSteps("m2")
	})
}

func TestRefreshThatIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := played(t, "quectel-ec25")
		r.end()
		r.begin(modem.Config{Modems: []modem.ModemConfig{{Name: "m1", Port: "m1", Refresh: time.Hour}}})
		defer r.end()
		r.ready("m1")
		r.rest(70 * time.Minute)
		r.wantSteps("m1", "radio-")
		r.ready("m1")
	})
}

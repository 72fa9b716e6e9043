package modem_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/modem"
	"github.com/pigeon-sms/pigeon/modem/modemsim"
	"github.com/pigeon-sms/pigeon/modem/usb"
	"github.com/pigeon-sms/pigeon/sms"
)

// stick is a device of a family whose command port is interface 2, at a USB
// port; its ttys are the names of simulated modems.
func stick(path string, ttys ...string) usb.Device {
	d := usb.Device{Path: path, Vendor: 0x2c7c, Product: 0x0125} // EC25: interface 2, then 3
	for i, tty := range ttys {
		d.Interfaces = append(d.Interfaces, usb.Interface{Number: i, TTY: tty, Driver: "option"})
	}
	return d
}

func (r *rig) names() []string {
	var out []string
	for _, w := range r.pool.Ways() {
		out = append(out, w.Name)
	}
	slices.Sort(out)
	return out
}

func TestAutoFindsNamesAndFollows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, modem.Config{Auto: true},
			modemsim.ModemConfig{Name: "a", Family: "quectel", IMEI: "356938035641111"},
			modemsim.ModemConfig{Name: "b", Family: "quectel", IMEI: "356938035642222"})
		defer r.end()
		r.rest(10 * time.Second)
		if n := r.names(); len(n) != 0 {
			t.Fatalf("ways %q without a device", n)
		}
		// The command port is the third interface; nothing is behind the others.
		r.plug(stick("1-1.2", "x0", "x1", "a", "x3"))
		r.ready("quectel-1111")
		r.plug(stick("1-1.2", "x0", "x1", "a", "x3"), stick("1-1.3", "y0", "y1", "b", "y3"))
		r.ready("quectel-1111", "quectel-2222")

		// Both are pulled and change places: a modem is its IMEI.
		r.plug()
		r.until(10*time.Second, "absent", func() bool {
			return r.state("quectel-1111") == "absent" && r.state("quectel-2222") == "absent"
		})
		r.plug(stick("1-1.3", "x0", "x1", "a", "x3"), stick("1-1.2", "y0", "y1", "b", "y3"))
		r.ready("quectel-1111", "quectel-2222")
		if got := r.way("quectel-1111").Modem.Port; got != "a" {
			t.Errorf("quectel-1111 is at %q, want a", got)
		}
		if n := r.names(); len(n) != 2 {
			t.Errorf("ways %q, want two", n)
		}
		if _, err := r.send("quectel-2222", "hello"); err != nil {
			t.Error(err)
		}
	})
}

func TestReturnsUnderAnotherTTY(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, modem.Config{Modems: []modem.ModemConfig{{Name: "north", USB: "1-1.2"}}},
			modemsim.ModemConfig{Name: "tty2", IMEI: "356938035641111"},
			modemsim.ModemConfig{Name: "tty4", IMEI: "356938035641111", Index: 1})
		defer r.end()
		r.rest(10 * time.Second)
		if w := r.way("north"); w.State != "absent" || w.Why == "" {
			t.Errorf("way = %+v", w)
		}
		r.plug(stick("1-1.2", "tty0", "tty1", "tty2", "tty3"))
		r.ready("north")
		r.fault("tty2", "hangup 1h")
		r.plug(stick("1-1.2", "tty0", "tty1", "tty4", "tty3"))
		r.until(10*time.Second, "the new tty", func() bool { return r.way("north").Modem.Port == "tty4" })
		r.ready("north")
	})
}

func TestConfiguredByIMEIOrICCID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := modemsim.ModemConfig{Name: "a", IMEI: "356938035641111", ICCID: "8944150000000000017"}
		b := modemsim.ModemConfig{Name: "b", IMEI: "356938035642222", ICCID: "8944150000000000025"}
		c := modemsim.ModemConfig{Name: "c", IMEI: "356938035643333", ICCID: "8944150000000000033"}
		r := newRig(t, modem.Config{Modems: []modem.ModemConfig{
			{Name: "north", IMEI: "356938035642222"}, {Name: "south", ICCID: "8944150000000000017"},
		}}, a, b, c)
		defer r.end()
		r.plug(stick("1-1.1", "c0", "c1", "c"), stick("1-1.2", "a0", "a1", "a"), stick("1-1.3", "b0", "b1", "b"))
		r.ready("north", "south")
		if n, s := r.way("north").Modem.Port, r.way("south").Modem.Port; n != "b" || s != "a" {
			t.Errorf("north at %q, south at %q; want b and a", n, s)
		}
		r.rest(time.Hour)
		if n := r.names(); len(n) != 2 {
			t.Errorf("ways %q, want north and south", n)
		}
		if n := r.wires["c"].times(); n > 1 {
			t.Errorf("a device of nobody's was opened %d times", n)
		}
	})
}

func TestClonesKeepTheirPlaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		imei := "356938035641111"
		r := newRig(t, modem.Config{Auto: true},
			modemsim.ModemConfig{Name: "a", IMEI: imei}, modemsim.ModemConfig{Name: "b", IMEI: imei})
		defer r.end()
		both := []usb.Device{stick("1-1.2", "a0", "a1", "a"), stick("1-1.3", "b0", "b1", "b")}
		r.plug(both[1])
		r.ready("simulated-1111")
		r.plug(both...)
		r.ready("simulated-usb1-1.2")
		for range 3 {
			r.plug()
			r.rest(10 * time.Second)
			r.plug(both...)
			r.ready("simulated-1111", "simulated-usb1-1.2")
			if b, a := r.way("simulated-1111").Modem.Port, r.way("simulated-usb1-1.2").Modem.Port; a != "a" || b != "b" {
				t.Fatalf("they are at %q and %q, want b and a", b, a)
			}
		}
		if n := r.names(); len(n) != 2 {
			t.Errorf("ways %q", n)
		}
	})
}

func TestAnotherModemInItsPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, modem.Config{Auto: true},
			modemsim.ModemConfig{Name: "a", IMEI: "356938035641111"}, modemsim.ModemConfig{Name: "b", IMEI: "356938035642222"})
		defer r.end()
		r.plug(stick("1-1.2", "a0", "a1", "a"))
		r.ready("simulated-1111")
		// Changed over between two looks.
		r.fault("a", "hangup 10h")
		r.plug(stick("1-1.2", "b0", "b1", "b"))
		r.ready("simulated-2222")
		r.until(time.Minute, "absent", func() bool { return r.state("simulated-1111") == "absent" })
	})
}

func TestStrangersAreShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, modem.Config{Auto: true, Exclude: []string{"1-1.9"}}, modemsim.ModemConfig{Name: "a"})
		defer r.end()
		cd := usb.Device{Path: "1-1.4", Vendor: 0x12d1, Product: 0x1f01, Note: "the stick is in storage mode"}
		bridge := stick("1-1.5", "z0")
		bridge.Vendor, bridge.Product = 0x10c4, 0xea60
		r.plug(cd, bridge, stick("1-1.6", "q0", "q1", "a"), stick("1-1.9", "e0", "e1", "e2"))
		r.fault("a", "silence")
		r.until(2*time.Minute, "shown", func() bool { return len(r.names()) == 2 })
		if n := r.names(); !slices.Equal(n, []string{"usb-1-1.4", "usb-1-1.6"}) {
			t.Errorf("ways %q", n)
		}
		if w := r.way("usb-1-1.4"); w.Ready || w.State != "parked" || w.Why != cd.Note {
			t.Errorf("way = %+v", w)
		}
		if w := r.way("usb-1-1.6"); w.Ready || !strings.Contains(w.Why, "answers") {
			t.Errorf("way = %+v", w)
		}
		_, err := r.send("usb-1-1.6", "hello")
		var e *sms.SendError
		if !errors.As(err, &e) || e.Verdict != sms.Reroute {
			t.Errorf("Send = %v", err)
		}
		r.modems["a"].ClearFaults()
		r.until(3*time.Minute, "known", func() bool {
			return slices.ContainsFunc(r.names(), func(n string) bool { return strings.HasPrefix(n, "simulated-") })
		})
		if n := r.names(); slices.Contains(n, "usb-1-1.6") {
			t.Errorf("ways %q: it has a name now", n)
		}
	})
}

// A configured modem whose stick shows a CD drive, at the start or after a reset, is
// not "not plugged in".
func TestConfiguredStickInStorageModeIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, modem.Config{Modems: []modem.ModemConfig{{Name: "north", USB: "1-1.2"}}}, modemsim.ModemConfig{Name: "a"})
		defer r.end()
		cd := usb.Device{Path: "1-1.2", Vendor: 0x12d1, Product: 0x1446, Note: "the stick is in storage mode: switch it"}
		says := func() bool { w := r.way("north"); return w.State == "absent" && w.Why == cd.Note }
		r.plug(cd)
		r.until(10*time.Second, "named", says)
		r.plug(stick("1-1.2", "a0", "a1", "a"))
		r.ready("north")
		r.fault("a", "hangup 1h")
		r.plug(cd)
		r.until(10*time.Second, "named again", says)
		if n := strings.Count(r.log(), "USB device cannot be used"); n != 2 {
			t.Errorf("logged %d times, want once for each", n)
		}
		r.plug()
		r.until(10*time.Second, "gone", func() bool { return strings.Contains(r.way("north").Why, "not plugged in") })
	})
}

func TestExcludedDevicesAreLeftAlone(t *testing.T) {
	for _, x := range []string{"1-1.2", "2C7C:0125", "/dev/a"} {
		t.Run(x, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, modem.Config{Auto: true, Exclude: []string{x}}, modemsim.ModemConfig{Name: "/dev/a"})
				defer r.end()
				r.plug(stick("1-1.2", "a0", "a1", "/dev/a"))
				r.rest(time.Minute)
				if n := r.names(); len(n) != 0 || r.wires["/dev/a"].times() != 0 {
					t.Errorf("ways %q, opened %d times; want none", n, r.wires["/dev/a"].times())
				}
			})
		})
	}
}

func TestPortConfiguredByPathIsNotTakenTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, modem.Config{Auto: true, Modems: []modem.ModemConfig{{Name: "north", Port: "a"}}}, modemsim.ModemConfig{Name: "a"})
		defer r.end()
		r.plug(stick("1-1.2", "a0", "a1", "a"))
		r.ready("north")
		r.rest(time.Minute)
		if n := r.names(); len(n) != 1 || r.wires["a"].times() != 1 {
			t.Errorf("ways %q, opened %d times", n, r.wires["a"].times())
		}
	})
}

func TestMissingPortIsLookedForQuietly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, modem.Config{Modems: []modem.ModemConfig{{Name: "north", Port: "nowhere"}}})
		defer r.end()
		r.rest(time.Hour)
		if w := r.way("north"); w.State != "absent" || !strings.Contains(w.Why, "nowhere") {
			t.Errorf("way = %+v", w)
		}
		if n := r.core.changed(); n > 3 {
			t.Errorf("%d changes told in an hour without any", n)
		}
	})
}

func TestManyModems(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 8
		var cfg modem.Config
		var sims []modemsim.ModemConfig
		for i := range n {
			name := string(rune('a' + i))
			cfg.Modems = append(cfg.Modems, modem.ModemConfig{Name: name, Port: name})
			sims = append(sims, modemsim.ModemConfig{Name: name, Latency: 200 * time.Millisecond})
		}
		r := newRig(t, cfg, sims...)
		defer r.end()
		for _, m := range sims {
			r.ready(m.Name)
		}
		start := time.Now()
		const each = 25
		done := make(chan error, n)
		for _, m := range sims {
			go func() {
				var all error
				for range each {
					_, err := r.send(m.Name, "hello")
					all = errors.Join(all, err)
				}
				done <- all
			}()
		}
		for range n {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		limit := each * 200 * time.Millisecond
		if d := time.Since(start); d > limit*103/100 {
			t.Errorf("%d messages on each of %d modems took %v, want at most 1.03 of %v", each, n, d, limit)
		}
		r.until(time.Minute, "reports", func() bool { _, k := r.core.counts(); return k == n*each })
	})
}

// What the kernel tells of is looked at in that moment, not at the next walk.
func TestHotPlugIsLookedAtAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var looks []time.Duration
		start := time.Now()
		cfg := modem.Config{
			Auto: true,
			Scan: func() ([]usb.Device, error) {
				mu.Lock()
				defer mu.Unlock()
				looks = append(looks, time.Since(start))
				return nil, nil
			},
			Watch: func(ctx context.Context, changed func()) error {
				<-time.After(time.Second)
				changed()
				<-ctx.Done()
				return nil
			},
		}
		p := modem.New(cfg, slog.New(slog.DiscardHandler))
		p.Gateway = newCore()
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		if err := p.Run(ctx); err != nil {
			t.Error(err)
		}
		if len(looks) != 2 || looks[0] != 0 || looks[1] != time.Second {
			t.Errorf("looked at %v, want at the start and when the kernel told", looks)
		}
	})
}

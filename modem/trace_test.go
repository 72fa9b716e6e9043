package modem_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/modem"
	"github.com/pigeon-sms/pigeon/modem/modemsim"
)

func TestTrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := pinRig(t, modemsim.ModemConfig{PIN: "1234"}, "1234")
		defer r.end()
		r.ready("m1")
		if _, err := r.send("m1", "hello"); err != nil {
			t.Fatal(err)
		}
		for _, clear := range []bool{false, true} {
			lines, err := r.pool.Trace("m1", clear)
			if err != nil {
				t.Fatal(err)
			}
			all := ""
			for i, l := range lines {
				all += l.String() + "\n"
				if i > 0 && l.Time.Before(lines[i-1].Time) {
					t.Errorf("%v after %v", l, lines[i-1])
				}
			}
			for text, want := range map[string]bool{
				"# opened m1": true, "> AT+CPIN=•••": true, "< OK": true, "> ^Z": true, "1234\"": false,
				"E8329BFD06": clear, "octets›": !clear, // "hello"
			} {
				if got := strings.Contains(all, text); got != want {
					t.Errorf("clear %t: %q is there: %t, want %t", clear, text, got, want)
				}
			}
		}
		if _, err := r.pool.Trace("m9", false); err == nil {
			t.Error("the trace of no modem")
		}
	})
}

func TestTapGivesWhatStandsAndWhatComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{})
		defer r.end()
		r.ready("m1")
		tap, err := r.pool.Tap("m1", false)
		if err != nil {
			t.Fatal(err)
		}
		rest := func() (all []modem.TraceLine) {
			for {
				ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
				lines, err := tap.Next(ctx)
				cancel()
				if errors.Is(err, context.DeadlineExceeded) {
					return all
				}
				all = append(all, lines...)
			}
		}
		stands, err := r.pool.Trace("m1", false)
		if got := rest(); err != nil || !slices.Equal(got, stands) || len(got) == 0 {
			t.Errorf("the tap gives %d lines, the trace %d, %v", len(got), len(stands), err)
		}
		done := make(chan []modem.TraceLine)
		go func() {
			lines, err := tap.Next(t.Context())
			if err != nil {
				t.Error(err)
			}
			done <- lines
		}()
		synctest.Wait()
		if _, err := r.send("m1", "hello"); err != nil {
			t.Fatal(err)
		}
		came := <-done
		if len(came) == 0 || !strings.HasPrefix(came[0].Text, "AT+CM") {
			t.Errorf("woken with %v", came)
		}
		came = append(came, rest()...)
		all, err := r.pool.Trace("m1", false)
		if got := append(stands, came...); err != nil || !slices.Equal(got, all) {
			t.Errorf("all of it: %d lines, the trace %d, %v", len(got), len(all), err)
		}
		if _, err := r.pool.Tap("m9", false); err == nil {
			t.Error("the tap of no modem")
		}
	})
}

// A reader who does not read loses lines, is told how many, and holds up nobody.
func TestSlowTapHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{})
		defer r.end()
		r.ready("m1")
		tap, err := r.pool.Tap("m1", false)
		if err != nil {
			t.Fatal(err)
		}
		before, err := r.pool.Trace("m1", false)
		if err != nil {
			t.Fatal(err)
		}
		r.wires["m1"].forget()
		for range 1000 {
			if _, err := r.send("m1", "hello"); err != nil {
				t.Fatal(err)
			}
		}
		kept, err := r.pool.Trace("m1", false)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := tap.Next(t.Context())
		if err != nil || len(lines) != 100 || lines[0].Text != kept[0].Text {
			t.Fatalf("%d lines, %v", len(lines), err)
		}
		// A text is 5 lines: two commands, prompt, result, OK.
		if lost := lines[0].Lost; lost < len(before)+5000-len(kept)-1000 || lost > len(before)+6000 {
			t.Errorf("%d lines lost; %d before, %d kept", lost, len(before), len(kept))
		}
		if !strings.HasPrefix(lines[0].String(), "… ") || lines[1].Lost != 0 {
			t.Errorf("said %q, %q", lines[0], lines[1])
		}
	})
}

func TestDumpsOfModemsThatWereGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "traces")
		r := newRig(t, modem.Config{DumpDir: dir, Modems: []modem.ModemConfig{{Name: "m1", Port: "m1", PIN: "1234"}}},
			modemsim.ModemConfig{Name: "m1", PIN: "1234"})
		defer r.end()
		for range 10 {
			r.ready("m1")
			r.rest(2 * time.Minute)
			for range 100 {
				if _, err := r.send("m1", long(4)); err != nil {
					t.Fatal(err)
				}
			}
			r.fault("m1", "silence")
			r.until(time.Hour, "given up", func() bool { return r.state("m1") == "parked" })
			r.modems["m1"].ClearFaults()
			r.until(2*time.Hour, "back", func() bool { return r.way("m1").Ready })
		}
		files, err := os.ReadDir(dir)
		if err != nil || len(files) != 8 {
			t.Fatalf("%d files, %v; want 8", len(files), err)
		}
		if got := files[7].Name(); got != "trace-000010-m1.txt" {
			t.Errorf("the last is %s", got)
		}
		for _, f := range files {
			b, err := os.ReadFile(filepath.Join(dir, f.Name()))
			if err != nil || len(b) == 0 || len(b) > 96<<10 {
				t.Errorf("%s: %d octets, %v", f.Name(), len(b), err)
			}
			text := string(b)
			if !strings.HasPrefix(text, "# ") || !strings.Contains(text, "reinitialise did not help") || !strings.Contains(text, "> AT") {
				t.Errorf("%s begins %.300q", f.Name(), text)
			}
			for _, secret := range []string{"1234\"", "7838F078", "447700900123"} {
				if strings.Contains(text, secret) {
					t.Errorf("%s shows %s", f.Name(), secret)
				}
			}
		}
	})
}

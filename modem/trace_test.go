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

func TestFollow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{})
		defer r.end()
		r.ready("m1")
		ctx, cancel := context.WithCancel(t.Context())
		var got []string
		done := make(chan error, 1)
		go func() {
			done <- r.pool.Follow(ctx, "m1", false, func(l modem.TraceLine) error { got = append(got, l.Text); return nil })
		}()
		synctest.Wait()
		if _, err := r.send("m1", "hello"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Follow = %v", err)
		}
		if !slices.Contains(got, "^Z") || !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, "+CMGS:") }) {
			t.Errorf("followed %q", got)
		}
		full := errors.New("the reader has gone")
		go func() {
			done <- r.pool.Follow(t.Context(), "m1", false, func(modem.TraceLine) error { return full })
		}()
		synctest.Wait()
		_, _ = r.send("m1", "hello")
		if err := <-done; !errors.Is(err, full) {
			t.Errorf("Follow = %v", err)
		}
	})
}

// A follower who does not read loses lines and holds up nobody.
func TestSlowFollowerHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{})
		defer r.end()
		r.ready("m1")
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		wait, lost := make(chan struct{}), 0
		done := make(chan error, 1)
		go func() {
			done <- r.pool.Follow(ctx, "m1", false, func(l modem.TraceLine) error { lost += l.Lost; <-wait; return nil })
		}()
		synctest.Wait()
		for range 500 {
			if _, err := r.send("m1", "hello"); err != nil {
				t.Fatal(err)
			}
		}
		close(wait)
		synctest.Wait()
		if _, err := r.send("m1", "hello"); err != nil { // whose first line tells
			t.Fatal(err)
		}
		synctest.Wait()
		cancel()
		<-done
		if lost < 1000 {
			t.Errorf("%d lines lost of some 3000", lost)
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

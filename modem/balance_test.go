package modem_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/modem"
	"github.com/pigeon-sms/pigeon/modem/modemsim"
	"github.com/pigeon-sms/pigeon/sms"
)

// counter is a gateway that hears of balances, and may have something to send.
type counter struct {
	*core
	mu     sync.Mutex
	told   []sms.Notice
	queued bool
}

func (c *counter) Tell(n sms.Notice) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.told = append(c.told, n)
}

func (c *counter) Waits(_ context.Context, way string) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.queued && way == "m1", nil
}

func (c *counter) queue(waits bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.queued = waits
}

// news returns what was told since it was last asked.
func (c *counter) news() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []string
	for _, n := range c.told {
		all = append(all, fmt.Sprintf("%s %s %s: %s (%s)", n.Way, n.Kind, n.Step, n.Reason, n.Text))
	}
	c.told = nil
	return strings.Join(all, "\n")
}

var (
	_ modem.Queuer = (*counter)(nil)
	_ modem.Teller = (*counter)(nil)
)

func amount(f float64) *float64 { return &f }

// shown is the balance as others see it.
func (r *rig) shown() string {
	b := r.way("m1").Modem.Balance
	if b == nil {
		return "none"
	}
	s := b.String()
	if b.Low {
		s += " low"
	}
	if b.Why != "" {
		s += ": " + b.Why
	}
	return s
}

// counting is a rig of one modem whose balance is asked for.
func counting(t *testing.T, b modem.Balance, sim modemsim.ModemConfig, memory modem.Memory) (*rig, *counter) {
	r := one(t, sim)
	r.end()
	c := &counter{core: r.core}
	r.callee = c
	r.wires["m1"].forget()
	r.begin(modem.Config{Memory: memory, Modems: []modem.ModemConfig{{Name: "m1", Port: "m1", Balance: b}}})
	r.ready("m1")
	return r, c
}

func TestBalanceIsAskedForOnceADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory := &remembering{}
		b := modem.Balance{Code: "*123#", Replies: []string{"1", "never reached"}, Currency: "GBP"}
		r, c := counting(t, b, modemsim.ModemConfig{}, memory)
		w := r.wires["m1"]
		asked := func() int { return w.count(`AT+CUSD=1,"*123#"`) }
		if got := r.shown(); got != "none" {
			t.Errorf("before the first check: %s", got)
		}
		r.rest(2 * time.Minute)
		if got := r.shown(); got != "12.34 GBP" || asked() != 1 || w.count(`AT+CUSD=1,"1"`) != 1 || w.count("AT+CUSD=2") != 0 {
			t.Errorf("shown %q, asked %d times, %q", got, asked(), w.lines())
		}
		info := r.way("m1").Modem
		if b := info.Balance; b.Text != "Your balance is 12.34 GBP." || time.Since(b.Time) > 2*time.Minute || b.Low {
			t.Errorf("balance %+v", b)
		}
		r.rest(22 * time.Hour)
		if asked() != 1 {
			t.Errorf("asked %d times in 22 hours", asked())
		}
		// A restart counts on.
		r.end()
		cfg := modem.Config{Memory: memory, Modems: []modem.ModemConfig{{Name: "m1", Port: "m1", Balance: b}}}
		r.begin(cfg)
		r.ready("m1")
		r.rest(time.Minute)
		if got := r.shown(); got != "12.34 GBP" || asked() != 1 {
			t.Errorf("after a restart: shown %q, asked %d times", got, asked())
		}
		r.rest(4 * time.Hour)
		if asked() != 2 {
			t.Errorf("asked %d times in 26 hours, want twice", asked())
		}
		defer r.end()
		// Another SIM: nothing of the first one is shown, and it is asked.
		r.modems["m1"] = modemsim.NewModem(modemsim.ModemConfig{Name: "m1", Index: 7, Registration: 2}, r.net)
		if err := r.pool.Restart(t.Context(), "m1", ""); err != nil {
			t.Fatal(err)
		}
		r.until(time.Minute, "another SIM", func() bool { return r.state("m1") == "registering" && r.way("m1").Modem.ICCID != info.ICCID })
		if got := r.shown(); got != "none" {
			t.Errorf("of another SIM, before it is ready: %s", got)
		}
		if err := r.modems["m1"].SetRegistration(1); err != nil {
			t.Fatal(err)
		}
		r.ready("m1")
		if got := r.shown(); got != "none" {
			t.Errorf("of another SIM: %s", got)
		}
		r.rest(2 * time.Minute)
		if asked() != 3 || memory.get("balance/"+info.ICCID) == "" || memory.get("balance/"+r.way("m1").Modem.ICCID) == "" {
			t.Errorf("asked %d times, remembered %v", asked(), memory.m)
		}
		if got := c.news(); got != "" {
			t.Errorf("told %s", got)
		}
		if strings.Contains(r.log(), "Your balance") {
			t.Error("the network's text is in the log")
		}
	})
}

func TestBalanceWaitsForEverythingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, c := counting(t, modem.Balance{Code: "*100#"}, modemsim.ModemConfig{Latency: 2 * time.Second}, nil)
		defer r.end()
		asked := func() int { return r.wires["m1"].count(`AT+CUSD=1,"*100#"`) }
		for range 60 { // a trickle
			if _, err := r.send("m1", "hello"); err != nil {
				t.Fatal(err)
			}
			r.rest(5 * time.Second)
		}
		if asked() != 0 {
			t.Errorf("asked %d times between messages", asked())
		}
		c.queue(true)
		r.rest(10 * time.Minute)
		if asked() != 0 {
			t.Errorf("asked %d times while a message waited", asked())
		}
		// Nor does it take somebody's menu away.
		if _, more, err := r.pool.USSD(t.Context(), "m1", "*123#"); !more || err != nil {
			t.Fatal(more, err)
		}
		c.queue(false)
		r.rest(2 * time.Minute)
		if asked() != 0 {
			t.Errorf("asked %d times while a menu was open", asked())
		}
		r.rest(3 * time.Minute)
		if asked() != 1 {
			t.Errorf("asked %d times when there was nothing else to do, want once", asked())
		}
	})
}

// told is a modem that gives these replies in turn, the last for good.
func told(t *testing.T, b modem.Balance, replies ...string) (*rig, *counter) {
	c := &counter{core: newCore()}
	var all [][]string
	for _, s := range replies {
		answer := []string{"< OK"}
		if s != "" {
			answer = append(answer, "* "+s)
		}
		all = append(all, answer)
	}
	r := played(t, "wavecom-q2403", func(s *scripted) {
		s.stanzas[`AT+CUSD=1,"*100#",15`] = all
		s.stanzas["AT+CUSD=2"] = [][]string{{"< ERROR"}} // as is normal
	})
	r.end()
	r.callee = c
	r.begin(modem.Config{Modems: []modem.ModemConfig{{Name: "m1", Port: "m1", Balance: b}}})
	r.ready("m1")
	return r, c
}

// balanceSlack is how much later than its time a check may be: the first waits
// up to a minute and for a lull.
const balanceSlack = 80 * time.Second

// checked waits for the nth check and its outcome.
func (r *rig) checked(n int, within time.Duration) {
	r.t.Helper()
	const step = 10 * time.Second
	for end := time.Now().Add(within); r.wires["m1"].count(`AT+CUSD=1,"*100#"`) < n; r.rest(step) {
		if time.Now().After(end) {
			r.t.Fatalf("check %d: not in %v", n, within)
		}
	}
	r.rest(step)
}

func TestLowBalanceIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := modem.Balance{Code: "*100#", Every: time.Hour, Low: amount(2), Currency: "EUR"}
		r, c := told(t, b, `+CUSD: 0,"2,00 left"`, `+CUSD: 0,"1,99 left"`, `+CUSD: 0,"0,10 left"`, `+CUSD: 0,"15,00 left"`, `+CUSD: 0,"1,00 left"`)
		defer r.end()
		for i, want := range []struct{ shown, news string }{
			{"2 EUR", ""},
			{"1.99 EUR low", "m1 balance low: 1.99 EUR is left, less than 2 (1,99 left)"},
			{"0.10 EUR low", ""},
			{"15 EUR", ""},
			{"1 EUR low", "m1 balance low: 1 EUR is left, less than 2 (1,00 left)"},
		} {
			r.checked(i+1, 63*time.Minute+balanceSlack)
			if got, news := r.shown(), c.news(); got != want.shown || news != want.news {
				t.Errorf("check %d: %q, %q, want %q, %q", i+1, got, news, want.shown, want.news)
			}
		}
	})
}

func TestBalanceThatIsNotToldIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := modem.Balance{Code: "*100#", Every: 8 * time.Hour, Pattern: regexp.MustCompile(`left: ([0-9.]+)`)}
		const refused = `+CUSD: 4,"Unknown code."`
		r, c := told(t, b, `+CUSD: 0,"left: 5"`, `+CUSD: 0,"Soon: 5"`, `+CUSD: 0,"Soon: 4"`, `+CUSD: 0,"left: 3"`, refused, refused, refused, refused, `+CUSD: 0,"left: 2"`)
		defer r.end()
		checks := 0
		want := func(after time.Duration, shown, news string) {
			t.Helper()
			checks++
			r.checked(checks, after+after/20+balanceSlack)
			if got := r.shown(); got != shown {
				t.Errorf("shown %q, want %q", got, shown)
			}
			if got := c.news(); got != news {
				t.Errorf("told %q, want %q", got, news)
			}
		}
		const every = 8 * time.Hour
		const none = "no number is found in the network's reply"
		const unknown = "code: the network does not know this code: Unknown code."
		want(2*time.Minute, "5", "")
		want(every, "5: "+none, "m1 balance unreadable: "+none+": correct the pattern of [modem.balance] (Soon: 5)")
		r.rest(7 * time.Hour)
		if n := r.wires["m1"].count(`AT+CUSD=1,"*100#"`); n != checks {
			t.Errorf("a reply that cannot be read is asked for again at once: %d checks", n)
		}
		want(every, "5: "+none, "")
		want(every, "3", "")
		want(every, "3: "+unknown, "")
		want(15*time.Minute, "3: "+unknown, "")
		want(30*time.Minute, "3: "+unknown, "m1 balance failed: 3 checks in a row: "+unknown+" (left: 3)")
		want(60*time.Minute, "3: "+unknown, "")
		want(2*time.Hour, "2", "")
		if strings.Contains(r.log(), "Soon:") || strings.Contains(r.log(), "Unknown code") {
			t.Error("the network's text is in the log")
		}
	})
}

func TestBalanceIsAskedForByHand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, modem.Config{Modems: []modem.ModemConfig{
			{Name: "m1", Port: "m1", Balance: modem.Balance{Code: "*123#"}}, {Name: "m2", Port: "m2"},
			{Name: "m3", Port: "m3", Balance: modem.Balance{Code: "*100#", Pattern: regexp.MustCompile(`is (x+)`)}},
			{Name: "m4", Port: "nowhere", Balance: modem.Balance{Code: "*100#"}},
		}}, modemsim.ModemConfig{Name: "m1"}, modemsim.ModemConfig{Name: "m2"}, modemsim.ModemConfig{Name: "m3"})
		defer r.end()
		r.ready("m1", "m2", "m3")
		// A menu that is open, and one that its replies leave open, are ended.
		if _, more, err := r.pool.USSD(t.Context(), "m1", "*123#"); !more || err != nil {
			t.Fatal(more, err)
		}
		for _, tc := range []struct{ way, want, err string }{
			{"m1", "1", ""},
			{"m2", "", "modem: m2 has no [modem.balance] in the configuration: say there which code asks for it"},
			{"m3", "", `pattern: no number is found in the network's reply: "Your balance is 12.34 GBP."`},
			{"m4", "", "modem: m4 is absent: open nowhere: file does not exist"},
			{"m9", "", `modem: there is no modem "m9"; there are: m1, m2, m3, m4`},
		} {
			got, err := r.pool.Balance(t.Context(), tc.way)
			text := ""
			if err != nil {
				text = err.Error()
			}
			if got.String() != tc.want || text != tc.err {
				t.Errorf("%s: got %q, %q, want %q, %q", tc.way, got, text, tc.want, tc.err)
			}
		}
		if n := r.wires["m1"].count("AT+CUSD=2"); n != 2 {
			t.Errorf("ended %d menus, want the one before and the one after", n)
		}
		// One that is called off, or left, is no failure.
		ctx, leave := context.WithCancel(t.Context())
		leave()
		if _, err := r.pool.Balance(ctx, "m1"); err == nil || r.shown() != "1" {
			t.Errorf("left: %v, shown %q", err, r.shown())
		}
	})
}

func TestBalanceThatCannotBeIsFound(t *testing.T) {
	cfg := modem.Config{Modems: []modem.ModemConfig{{Name: "m1", Port: "m1", Balance: modem.Balance{
		Replies: []string{"1", `"`}, Every: time.Minute, Pattern: regexp.MustCompile("[0-9]+"), Currency: "\x1b[0m",
	}}}}
	const want = `modem[0].balance.code: missing
modem[0].balance.replies[1]: has characters other than ASCII without quotes
modem[0].balance.every: 1m0s is less than 10m0s
modem[0].balance.pattern: has no group in round brackets, which is to hold the amount
modem[0].balance.currency: up to 8 characters are needed`
	if err := cfg.Validate(); err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

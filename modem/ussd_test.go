package modem_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/modem"
	"github.com/pigeon-sms/pigeon/modem/modemsim"
	"github.com/pigeon-sms/pigeon/sms"
)

func TestUSSDCodeIsAnswered(t *testing.T) {
	for _, family := range []string{"simulated", "huawei", "simcom", "quectel"} {
		t.Run(family, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := one(t, modemsim.ModemConfig{Family: family})
				defer r.end()
				r.ready("m1")
				for _, step := range []struct {
					code, reply string
					more        bool
					err         string
				}{
					{code: "*100#", reply: "Your balance is 12.34 GBP."},
					{code: "*123#", reply: "1 Balance\n2 Own number", more: true},
					{code: "1", reply: "Your balance is 12.34 GBP."},
					{code: "*9#", err: "code: the network does not know this code: Unknown code."},
					{code: "", err: "code: missing"},
					{code: `*1"#`, err: "code: has characters other than ASCII without quotes"},
				} {
					reply, more, err := r.pool.USSD(t.Context(), "m1", step.code)
					got := ""
					if err != nil {
						got = err.Error()
					}
					if reply != step.reply || more != step.more || got != step.err {
						t.Errorf("%s: got %q, %t, %q, want %q, %t, %q", step.code, reply, more, got, step.reply, step.more, step.err)
					}
				}
				if w := r.way("m1"); w.State != "ready" || !w.Ready {
					t.Errorf("after it: %+v", w)
				}
			})
		})
	}
}

// wavecom is a modem of the field that answers one code so.
func wavecom(t *testing.T, answer ...string) *rig {
	r := played(t, "wavecom-q2403", func(s *scripted) {
		s.stanzas[`AT+CUSD=1,"*100#",15`] = [][]string{answer}
		s.stanzas["ATH"] = [][]string{{"< OK"}}
	})
	r.ready("m1")
	return r
}

func TestUSSDReplyBeforeOKCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := wavecom(t, `* +CUSD: 2,"00480065006C006C006F`, `* 0021",15`, "< OK")
		defer r.end()
		reply, more, err := r.pool.USSD(t.Context(), "m1", "*100#")
		if reply == "" || more || err != nil {
			t.Errorf("got %q, %t, %v, want what came before OK", reply, more, err)
		}
	})
}

func TestUSSDWithoutReplyTimesOutAndIsEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := wavecom(t, "< OK")
		defer r.end()
		since := time.Now()
		_, _, err := r.pool.USSD(t.Context(), "m1", "*100#")
		if err == nil || err.Error() != "code: the network has not answered in 1m0s" {
			t.Errorf("got %v", err)
		}
		if d := time.Since(since).Round(time.Second); d != time.Minute {
			t.Errorf("took %v, want a minute", d)
		}
		if n := r.wires["m1"].count("AT+CUSD=2"); n != 1 {
			t.Errorf("ended %d times, want once", n)
		}
		if w := r.way("m1"); !w.Ready {
			t.Errorf("after it: %+v", w)
		}
	})
}

func TestUSSDIsCalledOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := wavecom(t, "< OK")
		defer r.end()
		for _, how := range []string{"cancel", "leave"} {
			ctx, leave := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() { _, _, err := r.pool.USSD(ctx, "m1", "*100#"); done <- err }()
			r.rest(time.Second)
			if how == "cancel" {
				if err := r.pool.CancelUSSD(t.Context(), "m1"); err != nil {
					t.Errorf("cancel: %v", err)
				}
			}
			leave()
			if err := <-done; err == nil || how == "cancel" && !strings.Contains(err.Error(), "called off") {
				t.Errorf("%s: got %v", how, err)
			}
			if n := r.wires["m1"].count("AT+CUSD=2"); n == 0 {
				t.Errorf("%s: the dialogue was not ended", how)
			}
			r.wires["m1"].forget()
			r.until(time.Minute, "ready", func() bool { return r.way("m1").Ready })
		}
	})
}

func TestUSSDAndTextsTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := wavecom(t, "< OK", "~ 9s", `* +CUSD: 0,"Hello",15`)
		defer r.end()
		done := make(chan string, 1)
		go func() { s, _, _ := r.pool.USSD(t.Context(), "m1", "*100#"); done <- s }()
		r.rest(time.Second)
		if w := r.way("m1"); w.Ready || w.State != "busy" || w.Why == "" {
			t.Errorf("while a code is answered: %+v", w)
		}
		if _, err := r.send("m1", "hello"); err == nil {
			t.Error("a text was sent into the dialogue")
		}
		if got := <-done; got != "Hello" {
			t.Errorf("reply %q", got)
		}
	})
}

func TestUSSDWaitsForTheMessageOnItsWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{Latency: 2 * time.Second})
		defer r.end()
		r.ready("m1")
		sent := make(chan error, 1)
		go func() { _, err := r.send("m1", long(3)); sent <- err }()
		r.rest(time.Second)
		reply, _, err := r.pool.USSD(t.Context(), "m1", "*100#")
		if reply == "" || err != nil {
			t.Errorf("got %q, %v", reply, err)
		}
		if n := len(r.net.Segments()); n != 3 {
			t.Errorf("%d segments had left when the network replied, want all three", n)
		}
		if err := <-sent; err != nil {
			t.Errorf("Send: %v", err)
		}
	})
}

func TestMenuNobodyAnswersIsEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{})
		defer r.end()
		r.ready("m1")
		if _, more, err := r.pool.USSD(t.Context(), "m1", "*123#"); !more || err != nil {
			t.Fatalf("menu: %t, %v", more, err)
		}
		if _, err := r.send("m1", "hello"); err != nil {
			t.Errorf("a text while a menu is open: %v", err)
		}
		r.rest(4 * time.Minute)
		if n := r.wires["m1"].count("AT+CUSD=2"); n != 1 {
			t.Errorf("ended %d times, want once", n)
		}
		r.modems["m1"].Say(`+CUSD: 1,"Buy now?",15`) // nobody asked
		r.rest(time.Second)
		if n := r.wires["m1"].count("AT+CUSD=2"); n != 2 {
			t.Errorf("an advertisement was ended %d times, want once", n-1)
		}
	})
}

func TestLostModemAnswersItsAsker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := wavecom(t, "< OK", "~ 2s", "! hang up")
		defer r.end()
		_, _, err := r.pool.USSD(t.Context(), "m1", "*100#")
		if err == nil || !strings.HasPrefix(err.Error(), "modem: m1 did not carry it") {
			t.Errorf("got %v", err)
		}
		if _, _, err := r.pool.USSD(t.Context(), "m1", "*100#"); err == nil || !strings.HasPrefix(err.Error(), "modem: m1 is ") {
			t.Errorf("while it is away: got %v", err)
		}
		if _, _, err := r.pool.USSD(t.Context(), "m9", "*100#"); err == nil {
			t.Error("a modem that is none took a code")
		}
	})
}

// switchboard is a gateway that hears of calls.
type switchboard struct {
	*core
	mu    sync.Mutex
	calls []string
}

func (s *switchboard) Called(way string, from sms.Number) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, way+" "+string(from))
}

func (s *switchboard) heard() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.calls, ", ")
}

var _ modem.Callee = (*switchboard)(nil)

func TestCallIsRejectedOnceAndTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{})
		r.end()
		board := &switchboard{core: r.core}
		r.callee = board
		r.begin(modem.Config{Modems: []modem.ModemConfig{{Name: "m1", Port: "m1"}}})
		defer r.end()
		r.ready("m1")
		m, w := r.modems["m1"], r.wires["m1"]
		w.forget()
		say := func(lines ...string) {
			for _, l := range lines {
				m.Say(l)
			}
			r.rest(3 * time.Second)
		}
		say("RING", `+CLIP: "447700900199",145`)
		if got := board.heard(); got != "m1 +447700900199" || w.count("ATH") != 1 || w.count("AT+CHUP") != 0 {
			t.Errorf("heard %q, %d ATH, %d AT+CHUP; want one call and one ATH", got, w.count("ATH"), w.count("AT+CHUP"))
		}
		say("RING")
		say("RING")
		if w.count("ATH") != 1 || w.count("AT+CHUP") != 1 {
			t.Errorf("rings on: %d ATH, %d AT+CHUP, want one of each", w.count("ATH"), w.count("AT+CHUP"))
		}
		r.rest(time.Minute)
		say("+CRING: VOICE")
		if got := board.heard(); got != "m1 +447700900199, m1 " || w.count("ATH") != 2 {
			t.Errorf("heard %q, %d ATH; want a second call, of nobody known", got, w.count("ATH"))
		}
		if _, err := r.send("m1", "hello"); err != nil {
			t.Errorf("Send after the calls: %v", err)
		}
		if strings.Contains(r.log(), "447700900199") {
			t.Error("the caller's number is in the log")
		}
	})
}

func TestCallInTheMiddleOfUSSDIsRejected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := wavecom(t, "< OK", "~ 2s", "* RING", "~ 4s", `* +CUSD: 0,"Hello",15`)
		defer r.end()
		reply, _, err := r.pool.USSD(t.Context(), "m1", "*100#")
		if reply != "Hello" || err != nil {
			t.Errorf("got %q, %v", reply, err)
		}
		if n := r.wires["m1"].count("ATH"); n != 1 {
			t.Errorf("hung up %d times, want once", n)
		}
	})
}

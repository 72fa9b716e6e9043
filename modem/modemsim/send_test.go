package modemsim_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/modem/modemsim"
)

// A report is asked for; else as hello.
const asking = "0031000B916407281553F80000AA0AE8329BFD4697D9EC37"

func TestSend(t *testing.T) {
	bubble(t, modemsim.ModemConfig{Latency: 3 * time.Second, PromptLatency: time.Second}, modemsim.NetworkConfig{}, func(h *host) {
		h.init()
		begin := time.Now()
		if got, want := h.send(hello, helloLength, 3500*time.Millisecond), "+CMGS: 0|OK"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		segs := h.net.Segments()
		if len(segs) != 1 {
			t.Fatalf("the network has %d segments, want 1", len(segs))
		}
		s := segs[0]
		if took := s.Time.Sub(begin); took != 4*time.Second {
			t.Errorf("taken after %v, want 4s", took)
		}
		if s.To != "+46708251358" || s.Text != "hellohello" || s.Modem != "modem0" || s.Number != "+447700900000" || s.PDU != hello {
			t.Errorf("the network has %+v", s)
		}
		if got := h.send(hello, helloLength, 3500*time.Millisecond); got != "+CMGS: 1|OK" {
			t.Errorf("the second reference: %q", got)
		}
		if got := h.net.Copies("+46708251358", "hellohello"); got != 2 {
			t.Errorf("%d copies, want 2", got)
		}
		if got, want := h.net.Segments()[1].PDU, "001101"+hello[6:]; got != want {
			t.Errorf("the PDU went out as %s, want the modem's reference in it: %s", got, want)
		}
	})
}

func TestSendRefused(t *testing.T) {
	for _, tc := range []struct {
		name    string
		before  func(h *host)
		pdu, ln string
		want    string
	}{
		{"another length", nil, hello, "24", "+CMS ERROR: 304"},
		{"rubbish", nil, "hello", helloLength, "+CMS ERROR: 304"},
		{"no network", func(h *host) { h.modem.SetRegistration(2) }, hello, helloLength, "+CMS ERROR: 331"},
		{"denied", func(h *host) { h.modem.SetRegistration(3) }, hello, helloLength, "+CMS ERROR: 331"},
		{"no centre", func(h *host) { h.init(`AT+CSCA=""`) }, hello, helloLength, "+CMS ERROR: 330"},
		{"a rule", func(h *host) { h.net.AddRule(modemsim.Rule{Suffix: "58", Cause: 27}) }, hello, helloLength, "+CMS ERROR: 27"},
		{"a rule for others", func(h *host) { h.net.AddRule(modemsim.Rule{Suffix: "59", Cause: 27}) }, hello, helloLength, "+CMGS: 0|OK"},
		{"spaces in it", nil, hello[:10] + "\r\n " + hello[10:], helloLength, "+CMGS: 0|OK"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			bubble(t, modemsim.ModemConfig{}, modemsim.NetworkConfig{}, func(h *host) {
				h.init()
				if tc.before != nil {
					tc.before(h)
				}
				if got := h.send(tc.pdu, tc.ln, time.Second); got != tc.want {
					t.Errorf("got %q, want %q", got, tc.want)
				}
				if got, want := len(h.net.Segments()), strings.Count(tc.want, "CMGS"); got != want {
					t.Errorf("the network has %d segments, want %d", got, want)
				}
			})
		})
	}
}

func TestSendCancelled(t *testing.T) {
	bubble(t, modemsim.ModemConfig{}, modemsim.NetworkConfig{}, func(h *host) {
		h.init()
		h.write("AT+CMGS=23\r")
		h.until("\r\n> ", time.Second)
		h.write("0011000B91\x1b")
		if got := flat(h.heard(time.Second)); got != "OK" {
			t.Errorf("after ESC: %q", got)
		}
		h.do("AT", "OK")
		if n := len(h.net.Segments()); n != 0 {
			t.Errorf("the network has %d segments", n)
		}
	})
}

func TestTypingAheadIsKept(t *testing.T) {
	bubble(t, modemsim.ModemConfig{Latency: time.Minute}, modemsim.NetworkConfig{}, func(h *host) {
		h.init()
		h.write("AT+CMGS=23\r")
		h.until("> ", time.Second)
		h.write(hello + "\x1a")
		h.write("AT+CSQ\r")
		if got := flat(h.heard(59 * time.Second)); got != "" {
			t.Errorf("said %q while sending", got)
		}
		if got, want := flat(h.heard(2*time.Second)), "+CMGS: 0|OK|+CSQ: 20,99|OK"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestHostLeavesWhileSending(t *testing.T) {
	bubble(t, modemsim.ModemConfig{Latency: time.Minute}, modemsim.NetworkConfig{}, func(h *host) {
		h.init()
		h.write("AT+CMGS=23\r")
		h.until("> ", time.Second)
		h.write(hello + "\x1a")
		h.conn.Close()
		if err := <-h.served; err != nil {
			t.Errorf("Serve: %v", err)
		}
		if n := len(h.net.Segments()); n != 1 {
			t.Errorf("the network has %d segments, want 1: a modem finishes what it has begun", n)
		}
	})
}

func TestStoreAndSend(t *testing.T) {
	bubble(t, modemsim.ModemConfig{SM: 1}, modemsim.NetworkConfig{}, func(h *host) {
		h.init()
		h.write("AT+CMGW=23\r")
		h.until("> ", time.Second)
		h.write(hello + "\x1a")
		if got := flat(h.heard(time.Second)); got != "+CMGW: 1|OK" {
			t.Errorf("CMGW: %q", got)
		}
		h.do("AT+CMGL=2", "+CMGL: 1,2,,23|"+hello+"|OK")
		h.do("AT+CMSS=1", "+CMSS: 0|OK")
		h.do("AT+CMGR=1", "+CMGR: 3,,23|"+hello+"|OK")
		h.write("AT+CMGW=23\r")
		h.until("> ", time.Second)
		h.write(hello + "\x1a")
		if got := flat(h.heard(time.Second)); got != "+CMS ERROR: 322" {
			t.Errorf("CMGW where there is no room: %q", got)
		}
	})
}

func TestTextMode(t *testing.T) {
	bubble(t, modemsim.ModemConfig{}, modemsim.NetworkConfig{}, func(h *host) {
		h.init("AT+CMGF=1", `AT+CSCS="IRA"`, "AT+CNMI=2,1", "AT+CSMP=49,167,0,0")
		h.write(`AT+CMGS="+447700900100"` + "\r")
		h.until("> ", time.Second)
		h.write("Hi {you}\x1a")
		if got := flat(h.heard(time.Second)); got != "+CMGS: 0|OK" {
			t.Errorf("CMGS: %q", got)
		}
		s := h.net.Segments()[0]
		if s.Text != "Hi {you}" || !s.Report || s.Validity != 24*time.Hour || len(s.Faults) > 0 {
			t.Errorf("the network has %+v", s.Submit)
		}
		if _, err := h.net.Deliver("modem0", "Bank", "Your code", modemsim.Delivery{}); err != nil {
			t.Fatal(err)
		}
		if got := flat(h.heard(time.Second)); got != `+CMTI: "SM",1` {
			t.Errorf("URC: %q", got)
		}
		h.do(`AT+CMGL="REC UNREAD"`, `+CMGL: 1,"REC UNREAD","Bank",,"00/01/01,00:00:06+00"|Your code|OK`)
		h.do("AT+CSDH=1;+CMGR=1", `+CMGR: "REC READ","Bank",,"00/01/01,00:00:06+00",208,4,0,0,"+447700900999",145,9|Your code|OK`)
		h.do(`AT+CMGL="NONE"`, "+CMS ERROR: 305")
		h.do(`AT+CSCS="UCS2";+CMGR=1`, `+CMGR: "REC READ","00420061006E006B",,"00/01/01,00:00:06+00",208,4,0,0,"002B003400340037003700300030003900300030003900390039",145,9|0059006F0075007200200063006F00640065|OK`)
	})
}

func TestReports(t *testing.T) {
	for _, tc := range []struct {
		name string
		rule modemsim.Rule
		want []string // the last octet of each report, one delay apart
	}{
		{"delivered", modemsim.Rule{}, []string{"00"}},
		{"failed", modemsim.Rule{Suffix: "58", Status: []byte{0x46}}, []string{"46"}},
		{"first a try", modemsim.Rule{Suffix: "58", Status: []byte{0x20, 0x00}}, []string{"20", "00"}},
		{"never", modemsim.Rule{Suffix: "58", Never: true}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			bubble(t, modemsim.ModemConfig{}, modemsim.NetworkConfig{ReportDelay: 10 * time.Second}, func(h *host) {
				h.net.AddRule(tc.rule)
				h.init("AT+CNMI=2,1,0,1")
				if got := h.send(asking, helloLength, time.Second); got != "+CMGS: 0|OK" {
					t.Fatalf("CMGS: %q", got)
				}
				for i, st := range tc.want {
					got := flat(h.heard(10 * time.Second))
					// 06: a report, no more wait; TP-MR; the recipient; both times.
					want := "06" + "00" + "0B916407281553F8"
					head, pdu, _ := strings.Cut(got, "|")
					if head != "+CDS: 25" || !strings.Contains(pdu, want) || !strings.HasSuffix(pdu, st) {
						t.Errorf("report %d: %q, want %s…%s", i, got, want, st)
					}
				}
				if got := h.heard(time.Hour); got != "" {
					t.Errorf("then came %q", got)
				}
			})
		})
	}
}

func TestReportsNobodyAskedFor(t *testing.T) {
	bubble(t, modemsim.ModemConfig{}, modemsim.NetworkConfig{}, func(h *host) {
		h.init("AT+CNMI=2,1,0,1")
		h.send(hello, helloLength, time.Second)
		if got := h.heard(time.Hour); got != "" {
			t.Errorf("came %q", got)
		}
	})
}

func TestStoredReports(t *testing.T) {
	bubble(t, modemsim.ModemConfig{Family: "simcom"}, modemsim.NetworkConfig{}, func(h *host) {
		h.init("AT+CNMI=1,1,0,2")
		if got := h.send(asking, helloLength, time.Second); got != `+CMGS: 0|OK|+CDSI: "SR",0` {
			t.Errorf("got %q", got)
		}
		h.do(`AT+CPMS="SR"`, "+CPMS: 1,23,0,23,0,23|OK")
		h.write("AT+CMGR=0\r")
		if got := flat(h.heard(time.Second)); !strings.HasPrefix(got, "+CMGR: 0,,25|") {
			t.Errorf("CMGR: %q", got)
		}
	})
}

// TestAssembly sends segments in an order no person would, some of them twice.
func TestAssembly(t *testing.T) {
	part := func(ref, total, seq, text string) string {
		return "0041000A8144770090100008" + "0A" + "050003" + ref + total + seq + text
	}
	a1, a2 := part("01", "02", "01", "00410042"), part("01", "02", "02", "00430044")
	bubble(t, modemsim.ModemConfig{}, modemsim.NetworkConfig{}, func(h *host) {
		h.init()
		const to = "4477000901"
		send := func(pdu string) {
			if got := h.send(pdu, "22", time.Second); !strings.HasSuffix(got, "|OK") {
				t.Fatalf("%s: %q", pdu, got)
			}
		}
		send(a2)
		if n, open := len(h.net.Messages()), h.net.Incomplete(); n != 0 || open != 1 {
			t.Errorf("with half of it: %d messages, %d open", n, open)
		}
		done := make(chan error)
		go func() {
			done <- h.net.Wait(context.Background(), func(m []modemsim.Message) bool { return len(m) > 0 })
		}()
		send(a1)
		if err := <-done; err != nil {
			t.Errorf("Wait: %v", err)
		}
		send(a1)
		if got := h.net.Copies(to, "ABCD"); got != 2 {
			t.Errorf("a part came twice: %d copies", got)
		}
		send(part("01", "02", "01", "00450046")) // the reference is used again
		send(a2)
		if n := len(h.net.Messages()); n != 2 || h.net.Copies(to, "EFCD") != 1 {
			t.Errorf("%+v", h.net.Messages())
		}
		// A surrogate pair cut between parts is joined, and held against the sender.
		send(part("02", "02", "01", "0041D83D"))
		send(part("02", "02", "02", "DE000042"))
		if got := h.net.Copies(to, "A😀B"); got != 1 {
			t.Errorf("the cut pair: %+v", h.net.Messages())
		}
		segs := h.net.Segments()
		if f := segs[len(segs)-1].Faults; len(f) == 0 {
			t.Error("no fault is told of a cut pair")
		}
	})
}

func TestLoopback(t *testing.T) {
	bubble(t, modemsim.ModemConfig{Number: "+46708251358"}, modemsim.NetworkConfig{Loopback: true}, func(h *host) {
		h.init("AT+CNMI=2,1")
		if got := h.send(hello, helloLength, time.Second); got != `+CMGS: 0|OK|+CMTI: "SM",1` {
			t.Errorf("got %q", got)
		}
		h.do("AT+CMGF=1;+CMGR=1", `+CMGR: "REC UNREAD","+46708251358",,"00/01/01,00:00:02+00"|hellohello|OK`)
	})
}

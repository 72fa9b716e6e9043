package modem_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

func TestWavecomQ2403(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := played(t, "wavecom-q2403")
		defer r.end()
		r.ready("m1")
		i := r.way("m1").Modem
		if i.Profile != "wavecom" || i.ICCID != "8944150000000000017" || i.IMEI != "356938035643809" {
			t.Errorf("modem = %+v", i)
		}
		r.until(time.Minute, "stored text", func() bool { n, _ := r.core.counts(); return n == 1 })
		if p := r.core.kept()[0]; p.Text != "hello" || p.Slot != "8944150000000000017/SM/3" {
			t.Errorf("part = %+v", p)
		}
		refs, err := r.send("m1", "hello")
		if err != nil || len(refs) != 1 || refs[0].ID != "7" {
			t.Fatalf("Send = %+v, %v", refs, err)
		}
		r.until(time.Minute, "report", func() bool { _, n := r.core.counts(); return n == 1 })
		if p := r.core.reported()[0]; p.ID != "7" || p.Net != refs[0].Net || p.State != sms.Delivered {
			t.Errorf("report = %+v", p)
		}
	})
}

func TestHangUpAfterTheReferenceStillMeansSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := played(t, "wavecom-q2403", func(s *scripted) {
			s.stanzas["^Z"] = [][]string{{"< +CMGS: 9", "! hang up"}}
		})
		defer r.end()
		r.ready("m1")
		refs, err := r.send("m1", "hello")
		if err != nil || len(refs) != 1 || refs[0].ID != "9" {
			t.Errorf("Send = %+v, %v; want the ref 9", refs, err)
		}
	})
}

func TestTextModeCostsNoMessage(t *testing.T) {
	for _, refusal := range []string{"< +CMS ERROR: 304", "< ERROR", "< +CMS ERROR: 302"} {
		synctest.Test(t, func(t *testing.T) {
			r := played(t, "wavecom-q2403", func(s *scripted) {
				s.stanzas["AT+CMGS=*"] = [][]string{{refusal}, {"< > "}}
			})
			defer r.end()
			r.ready("m1")
			r.wires["m1"].forget()
			refs, err := r.send("m1", "hello")
			if err != nil || len(refs) != 1 {
				t.Errorf("%s: Send = %+v, %v", refusal, refs, err)
			}
			if n := r.wires["m1"].count("AT+CMGF=0"); n != 1 {
				t.Errorf("%s: PDU mode set %d times, want once", refusal, n)
			}
		})
	}
}

// One command is not answered, every other is.
func TestHalfWedgedModemIsReopened(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := played(t, "quectel-ec25", func(s *scripted) {
			s.stanzas["AT+CMGF?"] = [][]string{{"< +CMGF: 0", "< OK"}}
			ok := s.stanzas["AT+CSQ"][0]
			s.stanzas["AT+CSQ"] = [][]string{ok, ok, {}, {}, {}, ok}
		})
		defer r.end()
		r.ready("m1")
		r.until(2*time.Minute, "sick", func() bool { return r.state("m1") == "sick" })
		r.until(30*time.Second, "recovering", func() bool { return r.state("m1") == "recovering" })
		r.ready("m1")
	})
}

func TestHuaweiE1752(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := played(t, "huawei-e1752")
		defer r.end()
		r.ready("m1")
		i := r.way("m1").Modem
		if i.Profile != "huawei" || i.ICCID != "89444150000000000017" || i.IMEI != "356938035643809" || i.Technology != "UMTS" {
			t.Errorf("modem = %+v", i)
		}
		start := time.Now()
		r.until(time.Minute, "text in the other memory", func() bool { n, _ := r.core.counts(); return n == 1 })
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("it took %v", d)
		}
		if p := r.core.kept()[0]; p.Text != "hello" || p.Slot != "89444150000000000017/ME/0" {
			t.Errorf("part = %+v", p)
		}
		r.rest(time.Minute)
		if n := r.wires["m1"].count("AT+CMGD=0"); n != 1 {
			t.Errorf("deleted %d times, want once", n)
		}
	})
}

func TestQuectelEC25ReportInSR(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := played(t, "quectel-ec25")
		defer r.end()
		r.ready("m1")
		if i := r.way("m1").Modem; i.Technology != "LTE" || i.Registration != "home" {
			t.Errorf("modem = %+v: registered on LTE alone", i)
		}
		r.until(time.Minute, "report", func() bool { _, n := r.core.counts(); return n == 1 })
		if p := r.core.reported()[0]; p.ID != "7" || p.State != sms.Delivered {
			t.Errorf("report = %+v", p)
		}
		lines := r.wires["m1"].lines()
		read := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "AT+CMGR=0") })
		if mem := lines[read-1]; mem != "AT+CPMS=\"SR\"\r\n" {
			t.Errorf("read after %q: what lies in SM at the report's index is another text", mem)
		}
		if s := r.way("m1").Modem.Signal; s == nil || *s != -71 {
			t.Errorf("signal %v, want -71 from +CESQ", s)
		}
	})
}

func TestZTEMF190(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := played(t, "zte-mf190")
		defer r.end()
		r.ready("m1")
		if i := r.way("m1").Modem; i.Profile != "zte" || i.Operator != "23415" {
			t.Errorf("modem = %+v", i)
		}
		r.until(time.Minute, "texts", func() bool { n, _ := r.core.counts(); return n == 2 })
		r.rest(time.Hour)
		if got := r.core.texts(); len(got) != 2 || got[0] != "hello" || got[1] != "again" {
			t.Errorf("texts %q, want hello and again, once each", got)
		}
		if n := len(r.core.offered()); n != 2 {
			t.Errorf("%d parts offered, want 2: what is on disk is not offered again", n)
		}
		if n := r.wires["m1"].count("AT+CMGD=2"); n != 0 {
			t.Errorf("what cannot be read was deleted %d times", n)
		}
		if n := r.wires["m1"].count("AT+CMGD=1"); n < 2 || n > 12 {
			t.Errorf("%d tries in an hour to delete what cannot be deleted", n)
		}
		if n := r.wires["m1"].count("AT+CMGD=3"); n != 1 {
			t.Errorf("3 deleted %d times", n)
		}
	})
}

package modem_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/modem"
	"github.com/pigeon-sms/pigeon/modem/modemsim"
	"github.com/pigeon-sms/pigeon/sms"
)

// A moduleTranscript is a file of testdata and what the driver is to make of
// it. The SIM, the device, the text, the message and its report are the same
// in all.
type moduleTranscript struct {
	file, profile        string
	operator, technology string
	registration         string // empty: home
	slot                 string // where the text lies; empty: nowhere
	pin                  bool   // the SIM is locked
	also                 func(t *testing.T, r *rig)
}

var moduleTranscripts = []moduleTranscript{
	{file: "simcom-sim800", profile: "simcom-2g", operator: "Pigeon", slot: "SM/3", pin: true, also: wrongLength},
	{file: "simcom-sim900", profile: "simcom-900", operator: "Pigeon", slot: "SM/3", also: all(code("Balance:\n12.34 GBP"), weakSupply)},
	{file: "simcom-sim7000", profile: "simcom-7000", operator: "Pigeon", technology: "LTE", registration: "home, texts only", slot: "SM/2", also: all(push, said("AT+CMGD=1", 1), said("AT+CNMI=2", 0))},
	{file: "simcom-sim7080", profile: "simcom-7070", operator: "Pigeon", technology: "NB-IoT", registration: "roaming", slot: "SM/3", also: noSignal},
	{file: "simcom-sim7600", profile: "simcom-lte", operator: "Pigeon", technology: "LTE", slot: "SM/3", also: all(signalOf(-66), said("AT+CMGR=8", 1), said("AT+CMGD=0", 1))},
	{file: "simcom-a7670", profile: "simcom-a76", operator: "Pigeon", technology: "LTE", slot: "ME/0", also: said(`AT+CPMS="ME","ME","ME"`, 1)},
	{file: "quectel-eg25-g", profile: "quectel", operator: "Pigeon", technology: "LTE", slot: "ME/0", pin: true, also: said("AT+CMGS=", 2)},
	{file: "quectel-uc20", profile: "quectel-uc", operator: "Pigeon", technology: "HSPA", slot: "ME/0"},
	{file: "quectel-bg95-m3", profile: "quectel-bg", operator: "Pigeon", technology: "EC-GSM-IoT", registration: "roaming", slot: "ME/0", also: all(startedTwice, doubtful)},
	{file: "quectel-m95", profile: "quectel-2g", operator: "Pigeon", slot: "SM/3"},
	{file: "sierra-mc7455", profile: "sierra", operator: "Pigeon", technology: "LTE", slot: "SM/3", pin: true, also: said("AT+CNMI=1,1,0,1,0", 1)},
	{file: "sierra-hl6528", profile: "sierra-hl", operator: "Pigeon", technology: "GSM", slot: "SM/3", also: said("AT+CMGS=", 13)},
	{file: "telit-he910", profile: "telit", operator: "Pigeon", technology: "UMTS", slot: "SM/3", pin: true, also: said("AT#QSS=1", 1)},
	{file: "telit-le910c1", profile: "telit-le910", operator: "Pigeon", technology: "LTE", slot: "SM/3", also: code("12.34 £")},
	{file: "ublox-sara-u201", profile: "u-blox", operator: "Pigeon", technology: "UMTS", slot: "SM/3", pin: true},
	{file: "ublox-toby-l210", profile: "u-blox-toby", operator: "Pigeon", technology: "LTE", slot: "SM/3", also: startedTwice},
	{file: "ublox-sara-r410m", profile: "u-blox-r4", operator: "Pigeon", technology: "EC-GSM-IoT", registration: "roaming", slot: "SM/3"},
	{file: "cinterion-mc55", profile: "cinterion", operator: "Pigeon", slot: "MT/1", also: all(startedTwice, said(`AT+CPMS="SM"`, 0))},
	{file: "wavecom-q2403", profile: "wavecom", operator: "Pigeon", slot: "SM/3"},
	{file: "multitech-mtcba", profile: "multitech", operator: "Pigeon", slot: "SM/3", also: said(`AT+CSCS="GSM"`, 1)},
	{file: "fibocom-l610", profile: "fibocom", operator: "Pigeon", technology: "LTE", slot: "SM/3", also: said("ATV1", 1)},
	{file: "neoway-m590e", profile: "neoway", operator: "Pigeon", technology: "UMTS", slot: "SM/3", also: startedTwice},
	{file: "unknown", profile: "generic", operator: "23415", technology: "GSM"},
}

const transcriptSIM = "8944150000000000017"

// Every module answers as its transcript has it: the modem gets ready as what
// it is, takes a text in, sends one and hears of its delivery.
func TestModuleTranscripts(t *testing.T) {
	for _, tc := range moduleTranscripts {
		t.Run(tc.file, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var cfg modem.ModemConfig
				if tc.pin {
					cfg.PIN = "1234"
				}
				r := playedAs(t, tc.file, cfg)
				defer r.end()
				r.until(3*time.Minute, "ready", func() bool { return r.way("m1").State == "ready" })
				tc.known(t, r)
				tc.texts(t, r)
				if tc.also != nil {
					tc.also(t, r)
				}
				if tc.pin && r.wires["m1"].count("AT+CPIN=") != 1 {
					t.Errorf("the PIN was entered %d times", r.wires["m1"].count("AT+CPIN="))
				}
				if strings.Contains(r.log(), "level=ERROR") {
					t.Errorf("errors in the log:\n%s", r.log())
				}
			})
		})
	}
}

// known checks what the modem is known as.
func (tc moduleTranscript) known(t *testing.T, r *rig) {
	t.Helper()
	i := r.way("m1").Modem
	if i.Profile != tc.profile || i.IMEI != "356938035643809" || i.IMSI != "234150000000001" {
		t.Errorf("%q %q is %s, IMEI %s, IMSI %s", i.Manufacturer, i.Model, i.Profile, i.IMEI, i.IMSI)
	}
	if !strings.HasPrefix(i.ICCID, transcriptSIM) {
		t.Errorf("ICCID %q", i.ICCID)
	}
	want := tc.registration
	if want == "" {
		want = "home"
	}
	if i.Registration != want || i.Operator != tc.operator || i.Technology != tc.technology || i.SMSC != "+447700900999" {
		t.Errorf("registered %q at %q by %q, service centre %q", i.Registration, i.Operator, i.Technology, i.SMSC)
	}
}

// texts takes the one text in and sends one out.
func (tc moduleTranscript) texts(t *testing.T, r *rig) {
	t.Helper()
	hello := func() *sms.Part {
		for _, p := range r.core.kept() {
			if p.Text == "hello" {
				return &p
			}
		}
		return nil
	}
	r.until(2*time.Minute, "text", func() bool { return hello() != nil })
	want := ""
	if tc.slot != "" {
		want = r.way("m1").Modem.ICCID + "/" + tc.slot
	}
	if p := hello(); p.Slot != want {
		t.Errorf("the text lay in %q, want %q", p.Slot, want)
	}
	r.until(time.Minute, "ready again", func() bool { return r.way("m1").State == "ready" })
	refs, err := r.send("m1", "hello")
	if err != nil || len(refs) != 1 || refs[0].ID != "7" {
		t.Fatalf("Send = %+v, %v", refs, err)
	}
	r.until(time.Minute, "report", func() bool { _, n := r.core.counts(); return n == 1 })
	if p := r.core.reported()[0]; p.ID != "7" || p.Net != refs[0].Net || p.State != sms.Delivered {
		t.Errorf("report = %+v", p)
	}
	r.rest(time.Minute)
	if n := len(r.core.offered()); n > 2 {
		t.Errorf("%d parts offered", n)
	}
	if s := r.way("m1").State; s != "ready" {
		t.Errorf("the modem is %s a minute later", s)
	}
}

// refusedBy sends a text the modem refuses.
func refusedBy(t *testing.T, r *rig, verdict sms.Verdict, code string, doubt bool) {
	t.Helper()
	refs, err := r.send("m1", "again")
	e, ok := err.(*sms.SendError)
	if !ok || len(refs) != 0 || e.Verdict != verdict || e.Code != code || e.Doubt != doubt {
		t.Errorf("Send = %v, %+v", refs, err)
	}
}

func wrongLength(t *testing.T, r *rig) { refusedBy(t, r, sms.Retry, "+CMS 325", false) }

// doubtful is told apart from a refusal, and its report still comes.
func doubtful(t *testing.T, r *rig) {
	refusedBy(t, r, sms.Retry, "+CMS 500", true)
	r.until(time.Minute, "the report of the doubtful one", func() bool { _, n := r.core.counts(); return n == 2 })
	if p := r.core.reported()[1]; p.ID != "8" || p.State != sms.Delivered {
		t.Errorf("report = %+v", p)
	}
}

// code sends a USSD code.
func code(want string) func(*testing.T, *rig) {
	return func(t *testing.T, r *rig) {
		got, more, err := r.pool.USSD(t.Context(), "m1", "*100#")
		if got != want || more || err != nil {
			t.Errorf("*100# = %q, more %v, %v", got, more, err)
		}
	}
}

func signalOf(dbm int) func(*testing.T, *rig) {
	return func(t *testing.T, r *rig) {
		if s := r.way("m1").Modem.Signal; s == nil || *s != dbm {
			t.Errorf("signal %v, want %d dBm", s, dbm)
		}
	}
}

func noSignal(t *testing.T, r *rig) {
	if s := r.way("m1").Modem.Signal; s != nil {
		t.Errorf("signal %d dBm, want none", *s)
	}
}

func all(checks ...func(*testing.T, *rig)) func(*testing.T, *rig) {
	return func(t *testing.T, r *rig) {
		for _, check := range checks {
			check(t, r)
		}
	}
}

// said holds how often something was said to the modem.
func said(what string, times int) func(*testing.T, *rig) {
	return func(t *testing.T, r *rig) {
		if n := r.wires["m1"].count(what); n != times {
			t.Errorf("%s was said %d times, want %d", what, n, times)
		}
	}
}

// startedTwice holds that a modem which says that it has started is set up
// anew.
func startedTwice(t *testing.T, r *rig) { said("AT+CGMM", 2)(t, r) }

// weakSupply holds that the modem's warning is in the log, once for however
// often it gives it.
func weakSupply(t *testing.T, r *rig) {
	if n := strings.Count(r.log(), "UNDER-VOLTAGE WARNNING"); n != 1 {
		t.Errorf("the weak supply is %d times in the log", n)
	}
}

// push holds that the notification in front of the text is passed on as what it
// is.
func push(t *testing.T, r *rig) {
	if p := r.core.kept()[0]; !p.HasPort || p.Port != 2948 || len(p.Octets) == 0 {
		t.Errorf("the first part is %+v", p)
	}
}

// A module that is switched off by its key is not waited for until the next
// watch.
func TestModuleThatSaysGoodbye(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var off time.Time
		r := played(t, "quectel-m95", func(s *scripted) {
			ok := s.stanzas["AT+CSQ"][0]
			s.stanzas["AT+CSQ"] = [][]string{ok, append(ok[:len(ok):len(ok)], "* NORMAL POWER DOWN"), {}}
			s.stanzas["AT"], s.stanzas["AT+CMEE?"] = [][]string{{}, {"< OK"}, {"< OK"}, {}}, [][]string{s.stanzas["AT+CMEE?"][0], {}}
		})
		defer r.end()
		r.ready("m1")
		r.until(time.Minute, "goodbye", func() bool {
			off = time.Now()
			return strings.Contains(r.log(), "NORMAL POWER DOWN")
		})
		r.until(time.Minute, "sick", func() bool { return r.way("m1").State != "ready" })
		if d := time.Since(off); d > 8*time.Second {
			t.Errorf("noticed after %v", d)
		}
	})
}

// A prompt refused twelve times in a row costs no message and doubles none; one
// refused for good is told.
func TestModuleThatBalks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{Family: "sierra-hl"})
		defer r.end()
		r.ready("m1")
		r.fault("m1", "promptfail 12")
		if refs, err := r.send("m1", "hello"); err != nil || len(refs) != 1 {
			t.Errorf("Send = %+v, %v", refs, err)
		}
		if n := len(r.net.Segments()); n != 1 {
			t.Errorf("the network has %d segments", n)
		}
		r.fault("m1", "promptfail always")
		refusedBy(t, r, sms.Retry, "ERROR", false)
		if n := len(r.net.Segments()); n != 1 {
			t.Errorf("the network has %d segments of the refused one", n-1)
		}
	})
}

// An A7670 that finds no network never says SMS DONE: it is no less ready once
// it has found one.
func TestModuleWithoutSMSDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &rig{t: t, net: modemsim.NewNetwork(modemsim.NetworkConfig{}), wires: map[string]*wire{"m1": {}}, core: newCore()}
		m := modemsim.NewModem(modemsim.ModemConfig{Name: "m1", Index: 1, Family: "simcom-a76", Lifelike: true}, r.net)
		r.modems = map[string]*modemsim.Modem{"m1": m}
		r.fault("m1", "unregistered")
		r.begin(modem.Config{Modems: []modem.ModemConfig{{Name: "m1", Port: "m1"}}})
		defer r.end()
		r.rest(2 * time.Minute)
		if w := r.way("m1"); w.State != "registering" || !strings.Contains(w.Why, "searching") {
			t.Errorf("the modem is %s (%s)", w.State, w.Why)
		}
		m.ClearFaults()
		r.until(time.Minute, "ready", func() bool { return r.way("m1").State == "ready" })
	})
}

// A module on a serial line that crashes behind a PDU says RDY and stays: the
// message is in doubt at once, and the modem is set up anew.
func TestModuleThatCrashesOverAText(t *testing.T) {
	for name, tc := range map[string]struct {
		answer []string
		taken  bool
	}{
		"without a word":       {[]string{"~ 2s", "* RDY", "* +CFUN: 1", "* +CPIN: READY"}, false},
		"behind the reference": {[]string{"~ 2s", "< +CMGS: 7", "* RDY"}, true},
		"an old RDY":           {[]string{"* RDY", "~ 4s", "< +CMGS: 7", "< OK"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := played(t, "quectel-m95", edit("^Z", tc.answer))
				defer r.end()
				r.ready("m1")
				start := time.Now()
				if tc.taken {
					if refs, err := r.send("m1", "hello"); err != nil || len(refs) != 1 || refs[0].ID != "7" {
						t.Errorf("Send = %+v, %v", refs, err)
					}
				} else {
					refusedBy(t, r, sms.Retry, "", true)
				}
				if d := time.Since(start); d > 15*time.Second {
					t.Errorf("it took %v", d)
				}
				r.until(time.Minute, "set up anew", func() bool { return r.wires["m1"].count("AT+CGMM") == 2 && r.way("m1").State == "ready" })
			})
		})
	}
}

package modem_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// A replay is a transcript and what must come of it. Each also sends a text,
// whose reference is 7, and gets its report.
type replay struct {
	file, profile string
	iccid         string
	operator      string
	technology    string
	storage       string                 // the command that has chosen the memory
	texts         []string               // all that come, in order
	slots         []string               // and where they lay
	last          bool                   // the last of them comes with the report
	first         func(*testing.T, *rig) // as soon as it is ready
	odd           func(*testing.T, *rig) // after the report
}

const (
	huaweiSIM = "89444150000000000017"
	otherSIM  = "8944150000000000017"
)

var sticks = []replay{
	{
		file: "huawei-e1752", profile: "huawei", iccid: huaweiSIM, technology: "UMTS",
		storage: `AT+CPMS="SM","SM","SM"`, texts: []string{"hello"}, slots: []string{"ME/0"},
		odd: func(t *testing.T, r *rig) {
			reply, more, err := r.pool.USSD(t.Context(), "m1", "*100#")
			if err != nil || more || reply != "Your balance is 12.34 GBP." {
				t.Errorf("USSD = %q, %v, %v", reply, more, err)
			}
		},
	},
	{
		file: "huawei-e169", profile: "huawei", iccid: huaweiSIM, technology: "UMTS",
		storage: `AT+CPMS="SM","SM","SM"`,
		texts:   []string{"hello", "again", "third", "class", "west", "", "mti3", "group", "short", "flash"},
		slots:   []string{"SM/0", "SM/1", "SM/2", "SM/3", "SM/4", "SM/6", "SM/7", "SM/8", "SM/9", ""},
		odd: func(t *testing.T, r *rig) {
			deletions(t, r, "9", "8", "7", "6", "5", "4", "3", "2", "1", "0")
			if p := r.core.kept()[3]; p.From != "Pigeon" {
				t.Errorf("from %q, want Pigeon", p.From)
			}
		},
	},
	{
		file: "huawei-e1750", profile: "huawei", iccid: huaweiSIM, technology: "UMTS",
		storage: `AT+CPMS="SM","SM","SM"`, texts: []string{"hello", "again", "third", "fourth"}, slots: []string{"SM/1", "SM/2", "SM/3", "SM/1"},
		odd: func(t *testing.T, r *rig) {
			deletions(t, r, "3", "2", "1", "1")
		},
	},
	{
		file: "huawei-e173", profile: "huawei", iccid: huaweiSIM, technology: "UMTS",
		storage: `AT+CPMS="SM","SM","SM"`, texts: []string{"hello", "again"}, slots: []string{"ME/0", "ME/1"},
		odd: func(t *testing.T, r *rig) {
			deletions(t, r, "1", "0")
			r.wires["m1"].forget()
			r.rest(5 * time.Minute)
			w := r.wires["m1"]
			if echo, cnmi := w.count("ATE0"), w.count("AT+CNMI=2,1,0,1,0"); echo != 1 || cnmi != 1 {
				t.Errorf("after a start nobody told of: ATE0 %d times, +CNMI= %d times, want once", echo, cnmi)
			}
			if _, err := r.send("m1", "hello"); err != nil {
				t.Errorf("Send after it: %v", err)
			}
		},
	},
	{
		file: "huawei-e220", profile: "huawei-e220", iccid: otherSIM, technology: "UMTS",
		storage: `AT+CPMS="SM","SM","SM"`, texts: []string{"hello"}, slots: []string{"SM/0"},
		odd: func(t *testing.T, r *rig) {
			if i := r.way("m1").Modem; i.SMSC != "+447700900999" || i.Registration != "home" {
				t.Errorf("service centre %q, registration %q", i.SMSC, i.Registration)
			}
			_, err := r.send("m1", "hello")
			if e, ok := errors.AsType[*sms.SendError](err); !ok || e.Code != "+CMS 21" || e.Verdict != sms.Reroute || e.Doubt {
				t.Errorf("Send = %v, want +CMS 21", err)
			}
		},
	},
	{
		file: "huawei-e3131", profile: "huawei-e3", iccid: huaweiSIM, technology: "UMTS",
		storage: `AT+CPMS="SM","SM","SM"`, texts: []string{"hello", "again"}, slots: []string{"SM/4", "SM/6"},
		odd: func(t *testing.T, r *rig) {
			deletions(t, r, "6", "4") // the submit is not ours to delete
			if i := r.way("m1").Modem; i.Number != "" {
				t.Errorf("own number %q from what follows an ERROR", i.Number)
			}
			reply, more, err := r.pool.USSD(t.Context(), "m1", "*100#")
			if err != nil || more || reply != "Your balance is 12.34 GBP." {
				t.Errorf("USSD = %q, %v, %v", reply, more, err)
			}
		},
	},
	{
		file: "huawei-e353", profile: "huawei-e3", iccid: huaweiSIM, technology: "UMTS",
		storage: `AT+CPMS="SM","SM","SM"`, texts: []string{"hello", "again"}, slots: []string{"SM/1", "SM/0"},
		last: true,
		odd: func(t *testing.T, r *rig) {
			r.rest(time.Minute)
			deletions(t, r, "1", "0", "0") // in SM and in SR
		},
	},
	{
		file: "huawei-e3372", profile: "huawei-lte", iccid: huaweiSIM, technology: "LTE",
		storage: `AT+CPMS="SM","SM","SM"`, texts: []string{"hello"}, slots: []string{"SM/1"},
		odd: func(t *testing.T, r *rig) {
			if i := r.way("m1").Modem; i.Registration != "home" || i.SMSC != "" {
				t.Errorf("registration %q, service centre %q", i.Registration, i.SMSC)
			}
			r.rest(5 * time.Minute)
			if s := r.state("m1"); s != "ready" {
				t.Errorf("%s: an empty list is no trouble", s)
			}
		},
	},
	{
		file: "huawei-k3765", profile: "huawei", iccid: huaweiSIM, technology: "UMTS",
		storage: `AT+CPMS="SM","SM","SM"`, texts: []string{"hello", "again", "third"}, slots: []string{"SM/0", "SM/0", "SM/1"},
		first: func(t *testing.T, r *rig) {
			r.until(3*time.Minute, "two texts nobody announced", func() bool { n, _ := r.core.counts(); return n >= 2 })
		},
		odd: func(t *testing.T, r *rig) {
			r.rest(10 * time.Minute)
			if n := r.wires["m1"].count("AT^PORTSEL="); n != 1 {
				t.Errorf("^PORTSEL said %d times, want once", n)
			}
		},
	},
	{
		file: "zte-mf190", profile: "zte", iccid: otherSIM, operator: "23415", technology: "UMTS",
		storage: `AT+CPMS="SM","SM","SM"`, texts: []string{"hello", "again"}, slots: []string{"SM/1", "SM/3"},
	},
	{
		file: "zte-mf626", profile: "zte-mf6", iccid: otherSIM, technology: "UMTS",
		storage: `AT+CPMS="SM","SM","SM"`, texts: []string{"hello"}, slots: []string{"SM/1"},
		first: func(t *testing.T, r *rig) {
			_, err := r.send("m1", "hello")
			if e, ok := errors.AsType[*sms.SendError](err); !ok || e.Verdict != sms.Reroute || e.Doubt {
				t.Errorf("Send = %v, want the message for another modem: there was no prompt", err)
			}
		},
	},
	{
		file: "zte-mf823", profile: "zte-lte", iccid: otherSIM, technology: "LTE",
		storage: `AT+CPMS="SM","SM","SM"`, texts: []string{"again", "hello"}, slots: []string{"SM/0", "ME/7"},
	},
	{
		file: "longcheer", profile: "longcheer", iccid: otherSIM, technology: "UMTS",
		storage: `AT+CPMS="SM","SM","SM"`, texts: []string{"hello"}, slots: []string{"SM/1"},
	},
	{
		file: "alcatel-x220", profile: "alcatel", iccid: otherSIM, technology: "UMTS",
		storage: `AT+CPMS="SM","SM","SM"`, texts: []string{"hello"}, slots: []string{"SM/1"},
		odd: func(t *testing.T, r *rig) {
			if n := r.wires["m1"].count("AT+CMGF=0"); n != 2 {
				t.Errorf("PDU mode set %d times, want at the start and after the refusal", n)
			}
			if n := r.wires["m1"].count("AT+CMGD=3"); n != 0 {
				t.Errorf("an empty place was deleted %d times", n)
			}
		},
	},
	{
		file: "d-link-dwm157", profile: "d-link", iccid: otherSIM, technology: "UMTS",
		storage: `AT+CPMS="SM","SM","SM"`, texts: []string{"hello"}, slots: []string{"ME/0"},
		odd: func(t *testing.T, r *rig) {
			deletions(t, r, "1,4", "0")
		},
	},
	{
		file: "generic", profile: "generic", iccid: otherSIM, technology: "UMTS",
		storage: `AT+CPMS="SM"`, texts: []string{"hello"}, slots: []string{"SM/1"},
	},
	{
		file: "generic-v0", profile: "generic", iccid: otherSIM, technology: "UMTS",
		storage: `AT+CPMS="SM","SM","SM"`, texts: []string{"hello"}, slots: []string{"SM/1"},
		odd: func(t *testing.T, r *rig) {
			if i := r.way("m1").Modem; i.Manufacturer != "Acme" || i.Model != "Modem One" {
				t.Errorf("modem = %+v", i)
			}
		},
	},
}

func TestSticks(t *testing.T) {
	for _, want := range sticks {
		t.Run(want.file, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { want.play(t) })
		})
	}
}

// play takes a modem through a day's work.
func (want replay) play(t *testing.T) {
	r := played(t, want.file)
	defer r.end()
	r.ready("m1")
	i := r.way("m1").Modem
	operator := want.operator
	if operator == "" {
		operator = "Pigeon"
	}
	if i.Profile != want.profile || i.ICCID != want.iccid || i.IMEI != "356938035643809" || i.Operator != operator || i.Technology != want.technology {
		t.Errorf("modem = %+v", i)
	}
	if n := r.wires["m1"].count(want.storage + "\r"); n != 1 {
		t.Errorf("%s said %d times", want.storage, n)
	}
	if want.first != nil {
		want.first(t, r)
		r.ready("m1")
	}

	if !want.last {
		r.until(10*time.Second, "texts", func() bool { n, _ := r.core.counts(); return n == len(want.texts) })
	}
	start := time.Now()
	refs, err := r.send("m1", "hello")
	if err != nil || len(refs) != 1 || refs[0].ID != "7" {
		t.Fatalf("Send = %+v, %v\n%s", refs, err, tail(r.log(), 2000))
	}
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("sending took %v", d)
	}
	r.until(10*time.Second, "report", func() bool { _, n := r.core.counts(); return n == 1 })
	if p := r.core.reported()[0]; p.ID != "7" || p.Net != refs[0].Net || p.State != sms.Delivered {
		t.Errorf("report = %+v", p)
	}
	if want.odd != nil {
		want.odd(t, r)
	}

	r.rest(5 * time.Minute)
	if got := r.core.texts(); !slices.Equal(got, want.texts) {
		t.Errorf("texts %q, want %q", got, want.texts)
	}
	var slots []string
	for _, p := range r.core.offered() {
		slots = append(slots, strings.TrimPrefix(p.Slot, want.iccid+"/"))
	}
	if !slices.Equal(slots, want.slots) {
		t.Errorf("from %q, want %q", slots, want.slots)
	}
	if s := r.state("m1"); s != "ready" {
		t.Errorf("%s in the end", s)
	}
	if n := strings.Count(r.log(), "level=ERROR"); n != 0 {
		t.Errorf("%d errors logged:\n%s", n, tail(r.log(), 2000))
	}
}

// deletions checks what has been deleted, in order.
func deletions(t *testing.T, r *rig, want ...string) {
	t.Helper()
	var got []string
	for _, l := range r.wires["m1"].lines() {
		if at, ok := strings.CutPrefix(l, "AT+CMGD="); ok {
			got = append(got, strings.TrimSpace(at))
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("deleted %q, want %q", got, want)
	}
}

package tpdu_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/modem/tpdu"
	"github.com/pigeon-sms/pigeon/sms"
)

const (
	done     = "42502071531000" // 2 May 2024, 17:35:01 UTC
	reported = "06D6" + sender + stamp + done
)

func TestReports(t *testing.T) {
	to, at := sms.Number("+31641600986"), time.Date(2024, 5, 2, 17, 35, 1, 0, time.UTC)
	taken := time.Date(2024, 5, 2, 17, 34, 56, 0, time.UTC)
	full := sms.Report{ID: "214", To: to, State: sms.Delivered, Code: "TP-ST 0x00", Text: "delivered", SentAt: taken, DoneAt: at}
	undated := full
	undated.DoneAt = time.Time{}
	for _, tc := range []struct {
		name    string
		line    string
		length  int
		want    sms.Report
		inexact string
	}{
		{name: "from a real modem", line: "0006D60B911326880736F4111011719551401110117195714000", length: 25,
			want: sms.Report{ID: "214", To: "+31628870634", State: sms.Delivered, Code: "TP-ST 0x00", Text: "delivered",
				SentAt: time.Date(2011, 1, 11, 16, 59, 15, 0, time.UTC), DoneAt: time.Date(2011, 1, 11, 16, 59, 17, 0, time.UTC)}},
		{name: "by the book", line: "00" + reported + "00", length: 26, want: full},
		{name: "through a centre", line: centre + reported + "00", length: 26, want: full},
		{name: "no centre", line: reported + "00", length: 26, want: full},
		{name: "no centre, length unknown", line: reported + "00", want: full},
		{name: "reference 0", line: "000600" + reported[4:] + "00", want: changed(full, func(r *sms.Report) { r.ID = "0" })},
		{name: "reference 255", line: "0006FF" + reported[4:] + "00", want: changed(full, func(r *sms.Report) { r.ID = "255" })},
		{name: "national recipient", line: "0006D6098160143200F1" + stamp + done + "00", want: changed(full, func(r *sms.Report) { r.To = "064123001" })},
		{name: "expired", line: "00" + reported + "46", want: changed(full, func(r *sms.Report) {
			r.State, r.Code, r.Text = sms.Undelivered, "TP-ST 0x46", "undelivered: validity period expired"
		})},
		{name: "PI says nothing follows", line: "00" + reported + "0000", want: full},
		{name: "PI, PID, DCS and a text", line: "00" + reported + "00" + "070000" + hello, want: full},
		{name: "PI, and cut", line: "00" + reported + "00" + "0700", want: full},
		{name: "a tail of FF", line: "00" + reported + "00" + strings.Repeat("FF", 20), length: 26, want: full},
		{name: "Wavecom's report memory", line: "000000FF00" + reported + "00", length: 30, want: full},
		{name: "Wavecom's, length of the TPDU", line: "000000FF00" + reported + "00", length: 26, want: full},
		{name: "done at FF", line: "0006D6" + sender + stamp + "FFFFFFFFFFFFFF" + "00", want: undated, inexact: "TP-DT"},
		{name: "all times 00", line: "0006D6" + sender + "00000000000000" + "00000000000000" + "00", want: changed(undated, func(r *sms.Report) { r.SentAt = time.Time{} }), inexact: "TP-SCTS"},
		{name: "no fill in the recipient", line: "0006D6" + "0B91134661008916" + stamp + done + "00", want: full, inexact: "TP-RA"},
		{name: "a key among the digits", line: "0006D6" + "0581B084F3" + stamp + done + "00", want: changed(full, func(r *sms.Report) { r.To = "0#483" })},
		{name: "ends before TP-ST", line: "00" + reported, want: sms.Report{ID: "214", To: to, State: sms.Sent, SentAt: taken, DoneAt: at}, inexact: "TP-ST"},
		{name: "ends in the recipient", line: "0006D60B91134661", want: sms.Report{ID: "214", To: "+316416", State: sms.Sent}, inexact: "TP-RA"},
		{name: "ends behind the reference", line: "0006D6", want: sms.Report{ID: "214", State: sms.Sent}, inexact: "TP-RA"},
		{name: "ends at once", line: "0006", want: sms.Report{State: sms.Sent}, inexact: "TP-MR"},
	} {
		p, err := tpdu.Decode(tc.line, tc.length)
		if err != nil || p.Report == nil || p.Part != nil {
			t.Errorf("%s: got %+v, %v; want a report", tc.name, p, err)
			continue
		}
		tc.want.Raw = tc.line
		if *p.Report != tc.want {
			t.Errorf("%s:\ngot  %+v\nwant %+v", tc.name, *p.Report, tc.want)
		}
		checkInexact(t, tc.name, p.Inexact, tc.inexact)
	}
}

// changed returns r changed by f.
func changed(r sms.Report, f func(*sms.Report)) sms.Report {
	f(&r)
	return r
}

// Every value of TP-ST, 23.040 §9.2.3.15, must name a state, its octet and
// some text.
func TestEveryStatusHasAState(t *testing.T) {
	for st := range 256 {
		want := sms.Undelivered // permanent, given up, and reserved ones as refused
		switch {
		case st <= 0x1F: // transaction completed
			want = sms.Delivered
		case st <= 0x3F: // temporary, still trying
			want = sms.Sent
		}
		p, err := tpdu.Decode(fmt.Sprintf("00%s%02X", reported, st), 0)
		if err != nil || p.Report == nil {
			t.Fatalf("TP-ST %02X: %+v, %v", st, p, err)
		}
		if r := p.Report; r.State != want || r.Code != fmt.Sprintf("TP-ST 0x%02X", st) || r.Text == "" {
			t.Errorf("TP-ST %02X: got %s, %q, %q; want %s", st, r.State, r.Code, r.Text, want)
		}
	}
	for st, want := range map[string]string{
		"01": "forwarded", "21": "still tries: recipient busy", "2F": "still tries", "3F": "still tries",
		"49": "does not exist", "4A": "undelivered", "61": "undelivered: recipient busy", "66": "undelivered", "A1": "undelivered",
	} {
		p, _ := tpdu.Decode("00"+reported+st, 0)
		if !strings.Contains(p.Report.Text, want) {
			t.Errorf("TP-ST %s reads %q, want %q in it", st, p.Report.Text, want)
		}
	}
	if p, _ := tpdu.Decode("00"+reported+"A1", 0); p.Report.Text != "undelivered" {
		t.Errorf("TP-ST A1, reserved, reads %q", p.Report.Text)
	}
}

package receipt_test

import (
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/smpp/pdu"
	"github.com/pigeon-sms/pigeon/smpp/receipt"
)

const book = "id:4F2A9C01 sub:001 dlvrd:001 submit date:2607141530 done date:2607141531 stat:DELIVRD err:000 text:Hi"

// The receipts that message centres send. The numbers are those of the list of
// deviations seen in the field.
var receipts = []struct {
	no                                          int
	name, text                                  string
	id, sub, dlvrd, submit, done, stat, err, of string
	state                                       pdu.MessageState
	stateless                                   bool
}{
	{name: "by the book", text: book, id: "4F2A9C01", sub: "001", dlvrd: "001", submit: "2607141530", done: "2607141531", stat: "DELIVRD", err: "000", of: "Hi", state: pdu.StateDelivered},
	{no: 41, name: "a decimal id", text: "id:0059113978 stat:DELIVRD err:000 text:", id: "0059113978", stat: "DELIVRD", err: "000", state: pdu.StateDelivered},
	{no: 44, name: "a UUID", text: "id:6ba7b810-9dad-11d1-80b4-00c04fd430c8 stat:EXPIRED", id: "6ba7b810-9dad-11d1-80b4-00c04fd430c8", stat: "EXPIRED", state: pdu.StateExpired},
	{no: 45, name: "no counters", text: "id:7 submit date:2607141530 done date:2607141531 stat:UNDELIV err:001", id: "7", submit: "2607141530", done: "2607141531", stat: "UNDELIV", err: "001", state: pdu.StateUndeliverable},
	{name: "counters without zeros", text: "id:7 sub:1 dlvrd:1 stat:DELIVRD", id: "7", sub: "1", dlvrd: "1", stat: "DELIVRD", state: pdu.StateDelivered},
	{no: 46, name: "dates with seconds and century", text: "id:7 submit date:20260714153000 done date:260714153100 stat:DELIVRD", id: "7", submit: "20260714153000", done: "260714153100", stat: "DELIVRD", state: pdu.StateDelivered},
	{name: "empty dates", text: "id:7 submit date: done date: stat:DELIVRD err:", id: "7", stat: "DELIVRD", state: pdu.StateDelivered},
	{no: 47, name: "no key of the state", text: "id:7 sub:001 dlvrd:000 done date:2607141531 REJECTD err:004 text:x", id: "7", sub: "001", dlvrd: "000", done: "2607141531", stat: "REJECTD", err: "004", of: "x", state: pdu.StateRejected},
	{name: "nothing but a state", text: "stat:DELIVRD", stat: "DELIVRD", state: pdu.StateDelivered},
	{name: "nothing but an id", text: "id:7", id: "7", stateless: true},
	{no: 48, name: "another order, upper case", text: "STAT:ACCEPTD ID:7 ERR:000 Text:Hi there", id: "7", stat: "ACCEPTD", err: "000", of: "Hi there", state: pdu.StateAccepted},
	{no: 48, name: "text before the state", text: "id:7 text:Hi there stat:DELIVRD err:000", id: "7", stat: "DELIVRD", err: "000", of: "Hi there", state: pdu.StateDelivered},
	{no: 48, name: "text first", text: "text:Hi id:7 stat:DELIVRD", id: "7", stat: "DELIVRD", of: "Hi", state: pdu.StateDelivered},
	{name: "keys in the text", text: "id:7 stat:DELIVRD text:id:8 stat:EXPIRED", id: "7", stat: "DELIVRD", of: "id:8 stat:EXPIRED", state: pdu.StateDelivered},
	{name: "keys within words", text: "id:7 grid:8 stat:DELIVRD", id: "7", stat: "DELIVRD", state: pdu.StateDelivered},
	{name: "blanks behind the colons", text: "id: 7 stat: DELIVRD err: 000 text: Hi", id: "7", stat: "DELIVRD", err: "000", of: "Hi", state: pdu.StateDelivered},
	{name: "a long text with a line", text: "id:7 stat:DELIVRD text:more than twenty\noctets of it", id: "7", stat: "DELIVRD", of: "more than twenty\noctets of it", state: pdu.StateDelivered},
	{no: 49, name: "err of letters", text: "id:7 stat:UNDELIV err:21b", id: "7", stat: "UNDELIV", err: "21b", state: pdu.StateUndeliverable},
	{no: 49, name: "err of 4 digits", text: "id:7 stat:UNDELIV err:0103", id: "7", stat: "UNDELIV", err: "0103", state: pdu.StateUndeliverable},
	{no: 49, name: "err not to be", text: "id:7 stat:UNDELIV err:ND", id: "7", stat: "UNDELIV", err: "ND", state: pdu.StateUndeliverable},
	{no: 49, name: "err below 0", text: "id:7 stat:UNDELIV err:-1", id: "7", stat: "UNDELIV", err: "-1", state: pdu.StateUndeliverable},
	{no: 50, name: "buffered", text: "id:7 stat:BUFFRED", id: "7", stat: "BUFFRED", state: pdu.StateEnroute},
	{no: 50, name: "buffered, spelt otherwise", text: "id:7 stat:BUFFERD", id: "7", stat: "BUFFERD", state: pdu.StateEnroute},
	{no: 50, name: "acknowledged", text: "id:7 stat:ACKED", id: "7", stat: "ACKED", state: pdu.StateEnroute},
	{no: 50, name: "failed", text: "id:7 stat:FAILED", id: "7", stat: "FAILED", state: pdu.StateUndeliverable},
	{no: 50, name: "in full", text: "id:7 stat:DELIVERED", id: "7", stat: "DELIVERED", state: pdu.StateDelivered},
	{no: 50, name: "in full, not delivered", text: "id:7 stat:UNDELIVERABLE", id: "7", stat: "UNDELIVERABLE", state: pdu.StateUndeliverable},
	{no: 50, name: "in lower case", text: "id:7 stat:delivrd", id: "7", stat: "delivrd", state: pdu.StateDelivered},
	{no: 50, name: "a vendor's state", text: "id:7 stat:DND_REJECTED", id: "7", stat: "DND_REJECTED", stateless: true},
	{no: 50, name: "a number", text: "id:7 stat:0", id: "7", stat: "0", stateless: true},
	{no: 51, name: "octets that are no text", text: "id:7 stat:DELIVRD text:\xe4\x1b\x00x", id: "7", stat: "DELIVRD", of: "\xe4\x1b\x00x", state: pdu.StateDelivered},
	{no: 51, name: "NULs at the end", text: "id:7 stat:DELIVRD\x00\x00", id: "7", stat: "DELIVRD", state: pdu.StateDelivered},
	{name: "an empty id", text: "id: stat:DELIVRD", stat: "DELIVRD", state: pdu.StateDelivered},
	{no: 62, name: "an id of 20 digits", text: "id:12345678901234567890 stat:DELIVRD", id: "12345678901234567890", stat: "DELIVRD", state: pdu.StateDelivered},
	{name: "states of 5.0", text: "id:7 stat:SKIPPED", id: "7", stat: "SKIPPED", state: pdu.StateSkipped},
	{name: "scheduled", text: "id:7 stat:SCHEDLD", id: "7", stat: "SCHEDLD", state: pdu.StateScheduled},
	{name: "on its way", text: "id:7 stat:ENROUTE", id: "7", stat: "ENROUTE", state: pdu.StateEnroute},
	{name: "deleted", text: "id:7 stat:DELETED", id: "7", stat: "DELETED", state: pdu.StateDeleted},
	{name: "unknown", text: "id:7 stat:UNKNOWN", id: "7", stat: "UNKNOWN", state: pdu.StateUnknown},
}

func TestReceiptsAreRead(t *testing.T) {
	for _, tc := range receipts {
		t.Run(tc.name, func(t *testing.T) {
			r, ok := receipt.Parse([]byte(tc.text))
			if !ok {
				t.Fatal("not taken for a receipt")
			}
			for _, f := range []struct{ name, got, want string }{
				{"id", string(r.ID), tc.id}, {"sub", string(r.Sub), tc.sub}, {"dlvrd", string(r.Dlvrd), tc.dlvrd},
				{"submit date", string(r.SubmitDate), tc.submit}, {"done date", string(r.DoneDate), tc.done},
				{"stat", string(r.Stat), tc.stat}, {"err", string(r.Err), tc.err}, {"text", string(r.Text), tc.of},
			} {
				if f.got != f.want {
					t.Errorf("%s: got %q, want %q", f.name, f.got, f.want)
				}
			}
			state, ok := r.State()
			if ok == tc.stateless || ok && state != tc.state {
				t.Errorf("got state %v, %v, want %v", state, ok, tc.state)
			}
		})
	}
}

func TestTextsAreNoReceipts(t *testing.T) {
	for _, text := range []string{"", "\x00", "Hello", "text:Hello", "the id is 7", "valid:7", "deliverable", "sub:1"} {
		if r, ok := receipt.Parse([]byte(text)); ok && len(r.Stat) == 0 {
			t.Errorf("%q: taken for a receipt: %q", text, r)
		}
	}
}

func TestReceiptsAreWrittenByTheBook(t *testing.T) {
	r, _ := receipt.Parse([]byte(book))
	if got := string(r.AppendTo(nil)); got != book {
		t.Errorf("got\n%s\nwant\n%s", got, book)
	}
	at := time.Date(2026, 7, 14, 15, 30, 59, 0, time.UTC)
	r = receipt.Receipt{ID: []byte("7"), Stat: []byte(receipt.Word(pdu.StateRejected)), SubmitDate: receipt.AppendDate(nil, at), Text: []byte("more than twenty octets of it")}
	const want = "id:7 sub:000 dlvrd:000 submit date:2607141530 done date:0000000000 stat:REJECTD err:000 text:more than twenty oct"
	if got := string(r.AppendTo(nil)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for s := range pdu.StateSkipped + 1 {
		r := receipt.Receipt{Stat: []byte(receipt.Word(s))}
		if got, ok := r.State(); !ok || got != s || len(r.Stat) != 7 {
			t.Errorf("%v: written as %s, read as %v", s, r.Stat, got)
		}
	}
}

func TestDates(t *testing.T) {
	now := time.Date(2026, 7, 14, 16, 0, 0, 0, time.UTC)
	place := time.FixedZone("", 3600)
	for date, want := range map[string]string{
		"2607141530":       "2026-07-14T15:30:00+01:00",
		"260714153059":     "2026-07-14T15:30:59+01:00",
		"202607141530":     "2026-07-14T15:30:00+01:00", // there is no month 26
		"201112131415":     "2020-11-12T13:14:15+01:00", // both fit: 2020 is nearer than 2011
		"20260714153059":   "2026-07-14T15:30:59+01:00",
		"0000000000":       "",
		"000000000000":     "",
		"":                 "",
		"yesterday!":       "",
		"2607141":          "",
		"2026071415305900": "",
	} {
		got, ok := receipt.ParseDate([]byte(date), place, now)
		if ok != (want != "") || ok && got.Format(time.RFC3339) != want {
			t.Errorf("%q: got %v, %v, want %q", date, got, ok, want)
		}
	}
}

func TestIDsAreCompared(t *testing.T) {
	for _, tc := range []struct {
		receipt, response string
		want              receipt.Match
	}{
		{"4F2A9C01", "4F2A9C01", receipt.Exact},
		{"4f2a9c01", "4F2A9C01", receipt.Spelled},
		{"0000004711", "4711", receipt.Spelled},
		{"6ba7b8109dad11d180b400c04fd430c8", "6BA7B810-9DAD-11D1-80B4-00C04FD430C8", receipt.Spelled},
		{"0059113978", "38601fa", receipt.ReceiptDecimal},
		{"0000436949", "6aad5", receipt.ReceiptDecimal},
		{"1891273321", "70BA8A69", receipt.ReceiptDecimal},
		{"0416342074", "18d0e03a", receipt.ReceiptDecimal},
		{"18d0e03a", "0416342074", receipt.ReceiptHex},
		{"340282366920938463463374607431768211455", "ffffffffffffffffffffffffffffffff", receipt.ReceiptDecimal},
		{"0", "000", receipt.Spelled},
		{"7", "8", receipt.NoMatch},
		{"", "", receipt.NoMatch},
		{"", "7", receipt.NoMatch},
		{"abc-x", "xyz", receipt.NoMatch},
		{"-10", "16", receipt.ReceiptHex}, // a hyphen is no sign
	} {
		if got := receipt.Compare([]byte(tc.receipt), []byte(tc.response)); got != tc.want {
			t.Errorf("%q and %q: got %d, want %d", tc.receipt, tc.response, got, tc.want)
		}
		if tc.want == receipt.NoMatch {
			continue
		}
		var found bool
		for _, form := range receipt.Forms([]byte(tc.receipt)) {
			found = found || form == receipt.Normal([]byte(tc.response))
		}
		if !found {
			t.Errorf("%q is not among the forms of %q: %q", tc.response, tc.receipt, receipt.Forms([]byte(tc.receipt)))
		}
	}
}

// Whatever the octets, the parts lie within them; a receipt that is written is
// read as it was; and ids compare alike from both sides.
func FuzzReceipt(f *testing.F) {
	for _, tc := range receipts {
		f.Add([]byte(tc.text))
	}
	now := time.Date(2026, 7, 14, 16, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, b []byte) {
		r, ok := receipt.Parse(b)
		if !ok {
			return
		}
		r.State()
		receipt.ParseDate(r.DoneDate, time.UTC, now)
		if receipt.Compare(r.ID, r.ID) != receipt.Exact && len(r.ID) > 0 {
			t.Fatalf("%q is not itself", r.ID)
		}
		if len(r.ID)+len(r.Stat)+len(r.Text) > len(b) {
			t.Fatalf("%q: got more than there was: %q", b, r)
		}
		if len(r.ID) == 0 || len(r.Stat) == 0 {
			return
		}
		again, ok := receipt.Parse(r.AppendTo(nil))
		if !ok || string(again.ID) != string(r.ID) || string(again.Stat) != string(r.Stat) {
			t.Fatalf("%q: got %q, written and read as %q", b, r, again)
		}
	})
}

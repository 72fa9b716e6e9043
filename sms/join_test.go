package sms_test

import (
	"bytes"
	"reflect"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

func gsm(seq, total int, text string) sms.Part {
	return sms.Part{Coding: sms.CodingGSM7, Text: text, Concat: sms.Concat{Ref: 1, Total: total, Seq: seq}}
}

func ucs2(seq, total int, octets string) sms.Part {
	return sms.Part{Coding: sms.CodingUCS2, Text: sms.DecodeUCS2([]byte(octets)), Octets: []byte(octets), Concat: sms.Concat{Total: total, Seq: seq}}
}

func data(seq, total int, octets string) sms.Part {
	return sms.Part{Coding: sms.CodingData, Octets: []byte(octets), Concat: sms.Concat{Total: total, Seq: seq}}
}

func TestJoin(t *testing.T) {
	for _, tc := range []struct {
		name       string
		parts      []sms.Part
		text, data string
		n          int
		incomplete bool
	}{
		{name: "nothing"},
		{"alone", []sms.Part{gsm(0, 0, "a")}, "a", "", 1, false},
		{"one of one", []sms.Part{gsm(1, 1, "a")}, "a", "", 1, false},
		{"a number beyond the total", []sms.Part{gsm(5, 2, "a")}, "a", "", 1, false},
		{"in order", []sms.Part{gsm(1, 2, "a"), gsm(2, 2, "b")}, "ab", "", 2, false},
		{"backwards", []sms.Part{gsm(3, 3, "c"), gsm(2, 3, "b"), gsm(1, 3, "a")}, "abc", "", 3, false},
		{"twice", []sms.Part{gsm(2, 2, "b"), gsm(1, 2, "a"), gsm(2, 2, "B")}, "ab", "", 2, false},
		{"no first", []sms.Part{gsm(2, 2, "b")}, "…b", "", 1, true},
		{"no middle", []sms.Part{gsm(4, 4, "d"), gsm(1, 4, "a")}, "a…d", "", 2, true},
		{"no last", []sms.Part{gsm(1, 3, "a")}, "a…", "", 1, true},
		{"pair cut in two", []sms.Part{ucs2(2, 2, "\xDE\x00\x00!"), ucs2(1, 2, "\x00a\xD8\x3D")}, "a😀!", "", 2, false},
		{"unit cut in two", []sms.Part{ucs2(1, 2, "\x00a\x04"), ucs2(2, 2, "\x1F")}, "aП", "", 2, false},
		{"pair whose end is missing", []sms.Part{ucs2(1, 3, "\x00a\xD8\x3D"), ucs2(3, 3, "\x00b")}, "a\uFFFD…b", "", 2, true},
		{"alphabets mixed", []sms.Part{gsm(1, 3, "a"), ucs2(2, 3, "\x04\x1F"), gsm(3, 3, "c")}, "aПc", "", 3, false},
		{"text without octets", []sms.Part{{Coding: sms.CodingUCS2, Text: "я"}}, "я", "", 1, false},
		{"data", []sms.Part{data(2, 2, "\x02"), data(1, 2, "\x01")}, "", "\x01\x02", 2, false},
		{"data with a hole", []sms.Part{data(3, 3, "\x03"), data(1, 3, "\x01")}, "", "\x01\x03", 2, true},
		{"data and text", []sms.Part{data(1, 2, "\x01"), gsm(2, 2, "b")}, "b", "\x01", 2, false},
	} {
		r := sms.Join(tc.parts)
		if r.Text != tc.text || string(r.Data) != tc.data || r.Parts != tc.n || r.Incomplete != tc.incomplete {
			t.Errorf("%s: got %q, % X, %d parts, incomplete %v; want %q, % X, %d, %v", tc.name,
				r.Text, r.Data, r.Parts, r.Incomplete, tc.text, tc.data, tc.n, tc.incomplete)
		}
	}
}

func TestJoinTakesTheRestFromItsParts(t *testing.T) {
	at := func(minute int) time.Time { return time.Date(2024, 5, 1, 12, minute, 0, 0, time.UTC) }
	class := 1
	one := sms.Part{
		From: "+447700900123", To: "+447700900999", SentAt: at(1), Time: at(9), Way: "north", Class: &class,
		Coding: sms.CodingData, Octets: []byte("one"), Port: 2948, SourcePort: 9200, HasPort: true,
		Concat: sms.Concat{Total: 2, Seq: 1}, Raw: "AA",
	}
	two := sms.Part{
		From: "+447700900123", SentAt: at(2), Time: at(3), Way: "south",
		Coding: sms.CodingData, Octets: []byte("two"), Concat: sms.Concat{Total: 2, Seq: 2}, Raw: "BB",
	}
	given := []sms.Part{two, one}
	got := sms.Join(given)
	want := sms.Received{
		Time: at(9), SentAt: at(1), From: "+447700900123", To: "+447700900999", Data: []byte("onetwo"),
		Port: 2948, SourcePort: 9200, Modem: "north", Parts: 2, Class: &class, Raw: []string{"AA", "BB"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if !bytes.Equal(given[0].Octets, []byte("two")) || !bytes.Equal(one.Octets, []byte("one")) {
		t.Error("the parts given were changed")
	}

	one.SentAt = time.Time{}
	if got := sms.Join([]sms.Part{one, two}).SentAt; !got.Equal(at(2)) {
		t.Errorf("first part without a time: sent at %v, want %v", got, at(2))
	}
}

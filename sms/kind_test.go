package sms_test

import (
	"strings"
	"testing"

	"github.com/pigeon-sms/pigeon/sms"
)

// words is a multimedia message notification as networks send it: its content
// type in words, and what follows of WSP and MMS headers.
const words = "\x01\x06\x22application/vnd.wap.mms-message\x00\xAF\x84\x8C\x82\x981234\x00\x8D\x90"

// push is a WAP push message in as many parts as there are pieces.
func push(port uint16, pieces ...string) []sms.Part {
	parts := make([]sms.Part, len(pieces))
	for i, s := range pieces {
		parts[i] = sms.Part{
			Coding: sms.CodingData, Octets: []byte(s), Port: port, SourcePort: 9200, HasPort: true,
			Concat: sms.Concat{Total: len(pieces), Seq: i + 1},
		}
	}
	return parts
}

func TestJoinTellsOfMMS(t *testing.T) {
	for _, tc := range []struct {
		name  string
		parts []sms.Part
		want  sms.Kind
	}{
		{"type in words", push(2948, words), sms.KindMMS},
		{"confirmed push", push(2948, strings.Replace(words, "\x06", "\x07", 1)), sms.KindMMS},
		{"in two parts, cut in its type", push(2948, words[:12], words[12:]), sms.KindMMS},
		{"second part alone", push(2948, words[:12], words[12:])[1:], ""},
		{"type by number", push(2948, "\x01\x06\x02\xBE\xAF\x8C\x82"), sms.KindMMS},
		{"type with parameters", push(2948, "\x01\x06\x04\x03\xBE\x81\xEA\x8C\x82"), sms.KindMMS},
		{"type with a long length", push(2948, "\x01\x06\x03\x1F\x01\xBE\x8C\x82"), sms.KindMMS},
		{"headers of two octets' length", push(2948, "\x01\x06\x81\x00\xBE"), sms.KindMMS},
		{"a link", push(2948, "\x01\x06\x01\xAE\x02\x05\x6A"), ""},
		{"type behind the headers", push(2948, "\x01\x06\x00\xBE"), ""},
		{"another port", push(2949, words), ""},
		{"no push", push(2948, "\x01\x04"+words[2:]), ""},
		{"no end of the length", push(2948, "\x01\x06\xFF\xFF\xFF\xFF\xBE"), ""},
		{"one octet", push(2948, "\x01"), ""},
		{"a length and nothing", push(2948, "\x01\x06\x02\x1F"), ""},
	} {
		if got := sms.Join(tc.parts).Kind; got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestJoinTakesWhatWaits(t *testing.T) {
	three := 3
	parts := []sms.Part{gsm(2, 2, "b"), gsm(1, 2, "a")}
	parts[0].Kind, parts[0].Waiting, parts[1].Replaces = sms.KindVoicemail, &three, 2
	r := sms.Join(parts)
	if r.Kind != sms.KindVoicemail || r.Waiting == nil || *r.Waiting != 3 || r.Replaces != 2 || r.Text != "ab" {
		t.Errorf("got %+v", r)
	}
}

// Whatever a push message says of its lengths, it is read within its octets.
func FuzzJoinPush(f *testing.F) {
	f.Add([]byte(words))
	f.Add([]byte("\x01\x06\x04\x03\xBE\x81\xEA"))
	f.Add([]byte("\x01\x06\xFF\xFF\x7F\x1F\xFF"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if r := sms.Join(push(2948, string(b))); string(r.Data) != string(b) {
			t.Errorf("%d octets of %d", len(r.Data), len(b))
		}
	})
}
